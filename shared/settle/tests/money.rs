//! Sums that arrive: what is applied to the order, what is held, and who hears of it.

use proptest::prelude::*;

use super::{cause, moment_after, money, paid, statements, text, transfers};
use crate::order::OrderState;
use crate::order::fixtures::{order, payment};
use crate::payment::PaymentState;
use crate::settle::{Changes, Settlement, settle};
use crate::store::{cases, orders, outbox};

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
