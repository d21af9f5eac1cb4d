//! Every state of a payment meets every fact. Which sum is booked where is told in `money`.

use super::{cause, moment_after, money, paid, statements, text, transfers};
use crate::id::PaymentId;
use crate::order::fixtures::{CREATED, order, payment};
use crate::order::{Order, OrderState};
use crate::payment::{Checkout, Payment, PaymentFact, PaymentState, UNCONFIRMED_AFTER_S};
use crate::settle::{Changes, Settlement, settle};
use crate::store::{cases, orders, outbox, payments};

fn fact(name: &str, session_id: &str) -> PaymentFact {
    let session_id = session_id.to_owned();
    let checkout = Checkout {
        session_id: session_id.clone(),
        url: Some("https://pay/cs_1".into()),
        expires_at: None,
    };
    match name {
        "open" => PaymentFact::Open(checkout),
        "processing" => PaymentFact::Processing(checkout),
        "paid" => paid(&session_id, money(11_900, "EUR")),
        "failed" => PaymentFact::Failed {
            session_id,
            reason: "declined".into(),
        },
        "closed" => PaymentFact::Closed { session_id },
        "refused" => PaymentFact::Refused {
            code: "never_opened".into(),
        },
        "unknown" | "unknown_30" => PaymentFact::Unknown("no answer".into()),
        other => panic!("{other}"),
    }
}

/// The state that a payment is left in, and whether its 30 minutes were told.
fn left(changes: &Changes) -> (Option<PaymentState>, bool) {
    let moved = statements(changes, payments::PAYMENT_MOVED.name);
    let moved = moved.first().map(|statement| {
        let name = text(&statement.values[1]);
        let mut states = PaymentState::ALL.into_iter();
        states
            .find(|state| state.as_str() == name)
            .expect("a state")
    });
    let opened = !statements(changes, payments::PAYMENT_OPENED.name).is_empty();
    let received = !statements(changes, payments::PAYMENT_PAID.name).is_empty();
    let state = moved
        .or(opened.then_some(PaymentState::Open))
        .or(received.then_some(PaymentState::Paid));
    let told = !statements(changes, payments::PAYMENT_UNCONFIRMED.name).is_empty();
    (state, told)
}

/// A line per state of a payment, a column per fact: the state that it is left in, or `-` when the
/// fact is no news. `unknown_30` comes 30 minutes after the beginning; `!` tells the buyer and staff,
/// which takes two answers that say nothing: the first only puts an open payment in doubt.
const TABLE: &str = "
             open   processing  paid  failed  closed  refused  unknown  unknown_30
starting     open   processing  paid  failed  closed  refused  -        !
open         -      processing  paid  failed  closed  -        unknown  unknown
unknown      open   processing  paid  failed  closed  -        -        !
processing   -      -           paid  failed  -       -        -        -
paid         -      -           -     -       -       -        -        -
failed       -      -           paid  -       -       -        -        -
closed       -      -           paid  -       -       -        -        -
refused      -      -           paid  -       -       -        -        -
";

fn cells() -> Vec<(PaymentState, &'static str, &'static str)> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty());
    let facts: Vec<&str> = lines.next().expect("a head").split_whitespace().collect();
    let mut cells = Vec::new();
    for (state, line) in PaymentState::ALL.into_iter().zip(lines) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some(state.as_str()), "states in their order");
        cells.extend(
            facts
                .iter()
                .zip(words)
                .map(|(fact, cell)| (state, *fact, cell)),
        );
    }
    assert_eq!(cells.len(), 8 * 8, "every state meets every fact");
    cells
}

#[test]
fn every_payment_state_meets_every_fact_as_the_table_says() {
    for (state, name, expected) in cells() {
        let (answer, _) = settled(&order(OrderState::Unpaid), &payment(state), name);
        assert_eq!(answer, expected, "{name} in {state:?}");
    }
}

/// What settling comes to in the words of the table, and the payment as its row is left.
fn settled(order: &Order, before: &Payment, name: &str) -> (String, Payment) {
    let seconds = if name == "unknown_30" {
        UNCONFIRMED_AFTER_S
    } else {
        60
    };
    let moment = moment_after(seconds);
    let mut after = before.clone();
    match settle(order, None, before, &fact(name, "cs_1"), &cause(), &moment) {
        Settlement::NoChange(_) => ("-".to_owned(), after),
        Settlement::Changed(changes, _) => {
            let (state, told) = left(&changes);
            after.state = state.unwrap_or(before.state);
            if name != "refused" && !name.starts_with("unknown") {
                after.session_id = Some("cs_1".into());
            }
            if told {
                after.unconfirmed_at = Some(moment.now);
            }
            let word = state.map_or("", PaymentState::as_str);
            (format!("{word}{}", if told { "!" } else { "" }), after)
        }
    }
}

/// P2: nothing has its effect twice.
#[test]
fn every_fact_told_twice_changes_nothing_the_second_time() {
    for (state, name, _) in cells() {
        let order = order(OrderState::Unpaid);
        let (_, mut after) = settled(&order, &payment(state), name);
        if (state, name) == (PaymentState::Open, "unknown_30") {
            let (told, last) = settled(&order, &after, name);
            assert_eq!(told, "!", "the second answer that says nothing is told");
            after = last;
        }
        assert_eq!(settled(&order, &after, name).0, "-", "{name} in {state:?}");
    }
}

/// P3, S06, S07: money wins over whatever is told before or after it.
#[test]
fn a_payment_ends_paid_whichever_fact_comes_first() {
    for (state, name, _) in cells() {
        let order = order(OrderState::Unpaid);
        for names in [[name, "paid"], ["paid", name]] {
            let mut payment = payment(state);
            for name in names {
                payment = settled(&order, &payment, name).1;
            }
            assert_eq!(payment.state, PaymentState::Paid, "{names:?} in {state:?}");
        }
    }
}

/// I8: the buyer's order never changes without a row of its history, and a payment that only opens
/// is no news for it.
#[test]
fn every_change_but_the_opening_of_the_page_writes_history() {
    for (state, name, _) in cells().into_iter().filter(|(_, _, cell)| *cell != "-") {
        let order = order(OrderState::Unpaid);
        let seconds = if name == "unknown_30" {
            UNCONFIRMED_AFTER_S
        } else {
            60
        };
        let fact = fact(name, "cs_1");
        let settlement = settle(
            &order,
            None,
            &payment(state),
            &fact,
            &cause(),
            &moment_after(seconds),
        );
        let Settlement::Changed(changes, _) = settlement else {
            panic!("{name} in {state:?}");
        };
        let rows = statements(&changes, orders::INSERT_HISTORY.name).len();
        let opens = state == PaymentState::Starting && name == "open";
        let expected_rows = usize::from(!opens);
        assert_eq!(rows, expected_rows, "{name} in {state:?}");
    }
}

/// S24: a payment is bound to one checkout. What another one says changes nothing, unless it is money.
#[test]
fn s24_another_checkout_of_a_payment_changes_nothing_but_brings_its_money() {
    for (state, name, _) in cells()
        .into_iter()
        .filter(|(state, ..)| *state != PaymentState::Starting)
    {
        let order = order(OrderState::Unpaid);
        let settlement = settle(
            &order,
            None,
            &payment(state),
            &fact(name, "cs_2"),
            &cause(),
            &moment_after(60),
        );
        match (name, settlement) {
            ("paid", Settlement::Changed(changes, to)) => {
                assert_eq!(to, OrderState::Unpaid);
                let paid = statements(&changes, payments::PAYMENT_PAID.name);
                let found = PaymentId::of_checkout("stripe", "cs_2");
                assert_eq!(text(&paid[0].values[0]), found.as_str(), "another payment");
                assert_eq!(transfers(&changes), [("unapplied:EUR".to_owned(), 11_900)]);
            }
            // These name no checkout.
            ("refused" | "unknown" | "unknown_30", _) => {}
            (_, settlement) => {
                assert!(
                    matches!(settlement, Settlement::NoChange(_)),
                    "{name} in {state:?}"
                );
            }
        }
    }
}

/// S51: the case about the doubt closes with the doubt.
#[test]
fn s51_whatever_ends_the_doubt_closes_its_case() {
    for name in ["open", "processing", "paid", "failed", "closed"] {
        let mut payment = payment(PaymentState::Unknown);
        payment.unconfirmed_at = Some(CREATED.plus(UNCONFIRMED_AFTER_S));
        let fact = fact(name, "cs_1");
        let order = order(OrderState::Unpaid);
        let Settlement::Changed(changes, _) = settle(
            &order,
            None,
            &payment,
            &fact,
            &cause(),
            &moment_after(1_860),
        ) else {
            panic!("{name} is news");
        };
        assert_eq!(
            statements(&changes, cases::CLOSE_CASE.name).len(),
            1,
            "{name}"
        );
    }
}

/// S58: whoever was told to wait hears that the money will not come, and only while they can pay again. A
/// means that is declined on the provider's page is told there.
#[test]
fn s58_a_failure_is_told_of_a_payment_on_its_way_whose_order_can_still_be_paid() {
    for state in PaymentState::ALL.into_iter().filter(|it| it.is_live()) {
        for of_order in OrderState::ALL {
            let order = order(of_order);
            let last = order.payable_until().seconds_since(CREATED);
            for seconds in [60, last - 1, last] {
                let failed = settle(
                    &order,
                    None,
                    &payment(state),
                    &fact("failed", "cs_1"),
                    &cause(),
                    &moment_after(seconds),
                );
                let Settlement::Changed(changes, _) = failed else {
                    panic!("{state:?}: failing is news");
                };
                let payable = of_order.takes_money() && seconds < last;
                let expected = state == PaymentState::Processing && payable;
                let told = statements(&changes, outbox::INSERT_MESSAGE.name);
                assert_eq!(
                    told.len(),
                    usize::from(expected),
                    "{state:?} {of_order:?} {seconds}"
                );
                for message in told {
                    assert_eq!(text(&message.values[0]), "mail_payment_failed");
                    assert_eq!(text(&message.values[1]), payment(state).payment_id.as_str());
                }
            }
        }
    }
}
