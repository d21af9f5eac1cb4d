//! What a fact makes of a payment and an order, as tables.

use proptest::prelude::*;

use super::{Cause, Changes, Moment, Settlement, settle};
use crate::id::{PaymentId, SubscriptionId, WriteToken};
use crate::money::{Currency, Money};
use crate::order::fixtures::{CREATED, order, payment};
use crate::order::{Order, OrderState};
use crate::payment::{Checkout, Payment, PaymentFact, PaymentState, Receipt, UNCONFIRMED_AFTER_S};
use crate::statement::{Statement, Value};
use crate::store::{cases, ledger, orders, outbox, payments};

fn cause() -> Cause {
    Cause {
        actor: "provider:stripe".into(),
        cause: "event evt_1".into(),
        reason: String::new(),
    }
}

fn moment_after(seconds: i64) -> Moment {
    Moment {
        now: CREATED.plus(seconds),
        write_token: WriteToken::from_random([7; 16]),
        code_seed: [9; 16],
        subscription_id: SubscriptionId::from_random([7; 8]),
    }
}

fn money(amount_minor: i64, code: &str) -> Money {
    Money {
        amount_minor,
        currency: Currency::parse(code).expect("a code"),
    }
}

fn paid(session_id: &str, amount: Money) -> PaymentFact {
    PaymentFact::Paid(Receipt {
        session_id: session_id.into(),
        capture_ref: Some("pi_1".into()),
        amount,
        paid_by: "Visa ending 4242".into(),
        payer_email: None,
        payer_name: None,
        forgiven_max_minor: 0,
    })
}

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

fn statements<'a>(changes: &'a Changes, name: &str) -> Vec<&'a Statement> {
    let mut found = Vec::new();
    found.extend(
        changes
            .statements
            .iter()
            .filter(|statement| statement.sql.name == name),
    );
    found
}

fn text(value: &Value) -> &str {
    let Value::Text(text) = value else {
        panic!("{value:?} is no text");
    };
    text
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

/// Account and amount of every movement.
fn transfers(changes: &Changes) -> Vec<(String, i64)> {
    let rows = statements(changes, ledger::INSERT_TRANSFER.name);
    let movement = |statement: &&Statement| {
        let Value::Int(amount) = statement.values[4] else {
            panic!("{statement:?} moves no amount");
        };
        (text(&statement.values[2]).to_owned(), amount)
    };
    rows.iter().map(movement).collect()
}

/// A line per way that money can miss or meet an order of 119.00 EUR: what the ledger held before,
/// what was asked for, what arrived; then what is applied and what is held, the order's state
/// afterwards, what its history says, and the kind of case.
const MONEY: &str = "
situation             state       before  asked  arrived    | applied  held   after       history    case
exact                 unpaid      0       11900  EUR:11900  | 11900    0      confirmed   confirmed  -
s41_one_short         unpaid      0       11900  EUR:11899  | 11899    0      unpaid      part_paid  money_short
s41_one_over          unpaid      0       11900  EUR:11901  | 11900    1      confirmed   confirmed  money_over
the_rest              unpaid      11899   1      EUR:1      | 1        0      confirmed   confirmed  -
over_the_rest         unpaid      11899   1      EUR:2      | 1        1      confirmed   confirmed  money_over
part_of_the_rest      unpaid      5000    6900   EUR:900    | 900      0      unpaid      part_paid  money_short
asked_for_all_again   unpaid      5000    11900  EUR:11900  | 6900     5000   confirmed   confirmed  money_over
s40_other_currency    unpaid      0       11900  USD:11900  | 0        11900  unpaid      money_held money_foreign
s40_and_far_more      unpaid      0       11900  JPY:99999  | 0        99999  unpaid      money_held money_foreign
nothing_arrived       unpaid      0       11900  EUR:0      | 0        0      unpaid      money_held money_short
s25_while_in_review   in_review   0       11900  EUR:11900  | 11900    0      confirmed   confirmed  -
after_a_rejection     rejected    0       11900  EUR:11900  | 11900    0      confirmed   confirmed  -
s24_paid_before       confirmed   11900   11900  EUR:11900  | 0        11900  confirmed   money_held money_twice
s21_cancelled         cancelled   0       11900  EUR:11900  | 0        11900  cancelled   money_held money_late
s21_cancelled_over    cancelled   0       11900  EUR:20000  | 0        20000  cancelled   money_held money_late
late_and_foreign      cancelled   0       11900  USD:11900  | 0        11900  cancelled   money_held money_late
expired               expired     0       11900  EUR:11900  | 0        11900  expired     money_held money_late
superseded            superseded  0       11900  EUR:11900  | 0        11900  superseded  money_held money_late
s24_stray             stray       0       11900  EUR:11900  | 0        11900  unpaid      money_held money_stray
stray_and_foreign     stray       0       11900  USD:11900  | 0        11900  unpaid      money_held money_stray
";

#[test]
fn money_goes_where_the_table_says() {
    for line in MONEY.lines().filter(|line| line.contains(':')) {
        let (given, expected) = line.split_once('|').expect("two halves");
        let given: Vec<&str> = given.split_whitespace().collect();
        let (code, arrived) = given[4].split_once(':').expect("a currency");
        let stray = given[1] == "stray";
        let state = if stray { "unpaid" } else { given[1] };
        let mut states = OrderState::ALL.into_iter();
        let mut order = order(
            states
                .find(|known| known.as_str() == state)
                .expect("a state"),
        );
        order.received_minor = given[2].parse().expect("a number");
        let mut payment = payment(PaymentState::Open);
        payment.amount_minor = given[3].parse().expect("a number");
        let arrived = money(arrived.parse().expect("a number"), code);
        let session = if stray { "cs_2" } else { "cs_1" };
        let moment = moment_after(60);
        let Settlement::Changed(changes, after) = settle(
            &order,
            None,
            &payment,
            &paid(session, arrived),
            &cause(),
            &moment,
        ) else {
            panic!("{}: money is always news", given[0]);
        };
        let answer = outcome(&changes, after);
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(answer, expected.join(" "), "{}", given[0]);
        check_messages(&changes, &answer, given[0]);
    }
}

/// The right half of [`MONEY`].
fn outcome(changes: &Changes, after: OrderState) -> String {
    let of = |prefix: &str| -> i64 {
        let moved = transfers(changes);
        moved
            .iter()
            .filter(|(to, _)| to.starts_with(prefix))
            .map(|(_, amount)| amount)
            .sum()
    };
    let history = statements(changes, orders::INSERT_HISTORY.name);
    assert_eq!(history.len(), 1, "one row of history for one change");
    assert_eq!(text(&history[0].values[3]), after.as_str());
    let case = statements(changes, cases::OPEN_CASE.name);
    let case = case
        .first()
        .map_or("-", |statement| text(&statement.values[0]));
    let event = text(&history[0].values[4]);
    let (applied, held) = (of("order:"), of("unapplied:"));
    format!("{applied} {held} {} {event} {case}", after.as_str())
}

/// I5, I7: production and the buyer hear of a confirmation, the buyer of money that is held, and
/// staff of every case; each once.
fn check_messages(changes: &Changes, outcome: &str, situation: &str) {
    let mut told: Vec<&str> = statements(changes, outbox::INSERT_MESSAGE.name)
        .iter()
        .map(|statement| text(&statement.values[0]))
        .collect();
    told.sort_unstable();
    let words: Vec<&str> = outcome.split(' ').collect();
    let mut expected = Vec::new();
    if words[1] != "0" {
        expected.push("mail_payment_held");
    }
    if words[3] == "confirmed" {
        expected.extend(["mail_payment_confirmed", "release"]);
    }
    if words[4] != "-" {
        expected.push("mail_staff_alert");
    }
    expected.sort_unstable();
    assert_eq!(told, expected, "{situation}");
}

proptest! {
    /// P5: every unit that arrives is on the order or on *unapplied*, the order never holds more
    /// than its total, and it is confirmed exactly when it holds all of it.
    #[test]
    fn p5_money_is_neither_made_nor_destroyed(
        before in 0_i64..11_900,
        asked in 1_i64..20_000,
        arrived in 0_i64..40_000,
        state in 0_usize..7,
        foreign in any::<bool>(),
        stray in any::<bool>(),
    ) {
        let mut order = order(OrderState::ALL[state]);
        order.received_minor = before;
        let mut payment = payment(PaymentState::Open);
        payment.amount_minor = asked;
        let receipt = money(arrived, if foreign { "USD" } else { "EUR" });
        let fact = paid(if stray { "cs_2" } else { "cs_1" }, receipt);
        let Settlement::Changed(changes, after) =
            settle(&order, None, &payment, &fact, &cause(), &moment_after(60))
        else {
            return Err(TestCaseError::fail("money is always news"));
        };
        let moved = transfers(&changes);
        prop_assert_eq!(moved.iter().map(|(_, amount)| amount).sum::<i64>(), arrived);
        prop_assert!(moved.iter().all(|(_, amount)| *amount > 0));
        let applied: i64 = moved
            .iter()
            .filter(|(to, _)| to.starts_with("order:"))
            .map(|(_, amount)| amount)
            .sum();
        let holds = before.saturating_add(applied);
        prop_assert!(holds <= order.total_minor);
        let confirms = after == OrderState::Confirmed && order.state != OrderState::Confirmed;
        prop_assert_eq!(confirms, order.state.takes_money() && holds == order.total_minor);
        prop_assert!(applied == 0 || (!foreign && !stray));
    }
}
