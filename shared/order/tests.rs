//! What [`decide`] answers to every event in every state, as one table.

use super::fixtures::{CREATED, EXPIRES, order};
use super::{Decision, OrderEvent, OrderRefusal, OrderState, decide};

/// A line per event and circumstance, a column per state. `live`: a payment of the order is under
/// way at a provider, or by bank; `over`: its time to pay has passed; `*`: any. Answers: a state that the order changes to,
/// `same` for a change that only the history sees, `-` for nothing to do, `!` for a refusal.
const TABLE: &str = "
event             live over | unpaid      in_review   rejected    confirmed  cancelled   expired   superseded
payment_started   no   no   | same        !review     same        !paid      !cancelled  !expired  !superseded
payment_started   no   yes  | !expired    !review     !expired    !paid      !cancelled  !expired  !superseded
payment_started   yes  *    | !live       !review     !live       !paid      !cancelled  !expired  !superseded
payment_started   bank *    | !live       !review     !live       !paid      !cancelled  !expired  !superseded
payment_noted     *    *    | same        same        same        same       same        same      same
money_part        *    *    | same        same        same        same       same        same      same
money_all         *    *    | confirmed   confirmed   confirmed   same       same        same      same
cancel            no   *    | cancelled   !review     cancelled   !paid      -           !expired  !superseded
cancel            bank *    | cancelled   !review     cancelled   !paid      -           !expired  !superseded
cancel            yes  *    | !live       !review     !live       !paid      -           !expired  !superseded
cancel_reviewed   no   *    | cancelled   cancelled   cancelled   !paid      -           !expired  !superseded
cancel_reviewed   bank *    | cancelled   cancelled   cancelled   !paid      -           !expired  !superseded
cancel_reviewed   yes  *    | !live       !live       !live       !paid      -           !expired  !superseded
deadline          *    no   | -           -           -           -          -           -         -
deadline          no   yes  | expired     -           expired     -          -           -         -
deadline          bank yes  | expired     -           expired     -          -           -         -
deadline          yes  yes  | !live       -           !live       -          -           -         -
proof_submitted   no   *    | !transfer   !transfer   !transfer   !paid      !cancelled  !expired  !superseded
proof_submitted   bank no   | in_review   same        in_review   !paid      !cancelled  !expired  !superseded
proof_submitted   bank yes  | !expired    same        !expired    !paid      !cancelled  !expired  !superseded
proof_submitted   yes  *    | !live       !live       !live       !paid      !cancelled  !expired  !superseded
proof_rejected    *    *    | !no_proof   rejected    !no_proof   same       same        same      same
transfer_part     *    *    | same        unpaid      same        same       same        same      same
transfer_all      *    *    | confirmed   confirmed   confirmed   same       same        same      same
replaced          no   no   | superseded  !review     superseded  !paid      !cancelled  !expired  !superseded
replaced          no   yes  | !expired    !review     !expired    !paid      !cancelled  !expired  !superseded
replaced          bank no   | superseded  !review     superseded  !paid      !cancelled  !expired  !superseded
replaced          bank yes  | !expired    !review     !expired    !paid      !cancelled  !expired  !superseded
replaced          yes  *    | !live       !review     !live       !paid      !cancelled  !expired  !superseded
replaced_reviewed no   no   | superseded  superseded  superseded  !paid      !cancelled  !expired  !superseded
replaced_reviewed no   yes  | !expired    superseded  !expired    !paid      !cancelled  !expired  !superseded
replaced_reviewed bank no   | superseded  superseded  superseded  !paid      !cancelled  !expired  !superseded
replaced_reviewed bank yes  | !expired    superseded  !expired    !paid      !cancelled  !expired  !superseded
replaced_reviewed yes  *    | !live       !live       !live       !paid      !cancelled  !expired  !superseded
email_confirmed   *    *    | -           -           -           -          !cancelled  !expired  !superseded
";

const EVENTS: [(&str, OrderEvent); 14] = [
    ("payment_started", OrderEvent::PaymentStarted),
    ("payment_noted", OrderEvent::PaymentNoted),
    ("money_part", OrderEvent::MoneyArrived { covers: false }),
    ("money_all", OrderEvent::MoneyArrived { covers: true }),
    (
        "cancel",
        OrderEvent::CancelRequested {
            despite_review: false,
        },
    ),
    (
        "cancel_reviewed",
        OrderEvent::CancelRequested {
            despite_review: true,
        },
    ),
    ("deadline", OrderEvent::DeadlinePassed),
    ("proof_submitted", OrderEvent::ProofSubmitted),
    ("proof_rejected", OrderEvent::ProofRejected),
    (
        "transfer_part",
        OrderEvent::TransferApproved { covers: false },
    ),
    (
        "transfer_all",
        OrderEvent::TransferApproved { covers: true },
    ),
    (
        "replaced",
        OrderEvent::Superseded {
            despite_review: false,
        },
    ),
    (
        "replaced_reviewed",
        OrderEvent::Superseded {
            despite_review: true,
        },
    ),
    ("email_confirmed", OrderEvent::EmailConfirmed),
];

fn told(decision: Decision, from: OrderState) -> &'static str {
    match decision {
        Decision::Changed(to) if to == from => "same",
        Decision::Changed(to) => to.as_str(),
        Decision::NoChange(_) => "-",
        Decision::Refused(refusal) => match refusal {
            OrderRefusal::AlreadyPaid => "!paid",
            OrderRefusal::Cancelled => "!cancelled",
            OrderRefusal::Expired => "!expired",
            OrderRefusal::Superseded => "!superseded",
            OrderRefusal::PaymentLive => "!live",
            OrderRefusal::InReview => "!review",
            OrderRefusal::NoTransfer => "!transfer",
            OrderRefusal::NoProof => "!no_proof",
            OrderRefusal::EmailUnconfirmed => "!email",
        },
    }
}

/// The answers of the one line for an event and its circumstances, a word per state.
fn line(event: &str, live: &str, over: &str) -> Vec<&'static str> {
    let is = |column: &str, value: &str| column == "*" || column == value;
    let mut lines = TABLE.lines().filter_map(|line| {
        let (head, answers) = line.split_once('|')?;
        let head: Vec<&str> = head.split_whitespace().collect();
        (head[0] == event && is(head[1], live) && is(head[2], over))
            .then(|| answers.split_whitespace().collect())
    });
    let found = lines
        .next()
        .unwrap_or_else(|| panic!("no line: {event} {live} {over}"));
    assert!(lines.next().is_none(), "two lines: {event} {live} {over}");
    found
}

#[test]
fn every_state_meets_every_event_as_the_table_says() {
    for (name, event) in EVENTS {
        let circumstances = ["no", "yes", "bank"].map(|live| [(live, "no"), (live, "yes")]);
        for (live, over) in circumstances.concat() {
            let expected = line(name, live, over);
            assert_eq!(expected.len(), OrderState::ALL.len(), "{name}");
            for (state, expected) in OrderState::ALL.into_iter().zip(expected) {
                let mut order = order(state);
                order.payment_live = live != "no";
                order.bank_until = (live == "bank").then_some(EXPIRES);
                let now = if over == "yes" {
                    EXPIRES
                } else {
                    EXPIRES.plus(-1)
                };
                let answer = told(decide(&order, event, now), state);
                assert_eq!(
                    answer, expected,
                    "{name} in {state:?}, live {live}, over {over}"
                );
            }
        }
    }
}

/// S56: the deadline is an instant in UTC seconds, and belongs to the time after it.
#[test]
fn s56_an_order_is_payable_up_to_its_last_second_and_not_at_its_deadline() {
    let order = order(OrderState::Unpaid);
    for (now, expected) in [
        (CREATED, "same"),
        (EXPIRES.plus(-1), "same"),
        (EXPIRES, "!expired"),
        (EXPIRES.plus(1), "!expired"),
    ] {
        let answer = decide(&order, OrderEvent::PaymentStarted, now);
        assert_eq!(told(answer, order.state), expected, "{now:?}");
    }
}

#[test]
fn the_clock_expires_an_order_before_cron_does_unless_a_payment_is_under_way() {
    let mut order = order(OrderState::Unpaid);
    assert_eq!(order.state_at(EXPIRES.plus(-1)), OrderState::Unpaid);
    assert_eq!(order.state_at(EXPIRES), OrderState::Expired);
    order.payment_live = true;
    assert_eq!(order.state_at(EXPIRES.plus(86_400)), OrderState::Unpaid);
}

#[test]
fn a_transfer_may_give_an_order_more_time_and_never_less() {
    let mut order = order(OrderState::Rejected);
    order.payment_live = true;
    for (until, over) in [(-10, EXPIRES), (0, EXPIRES), (500, EXPIRES.plus(500))] {
        order.bank_until = Some(EXPIRES.plus(until));
        assert_eq!(order.state_at(over.plus(-1)), OrderState::Rejected);
        assert_eq!(order.state_at(over), OrderState::Expired);
    }
}

#[test]
fn what_is_due_is_never_negative() {
    let mut order = order(OrderState::Unpaid);
    for (received, due) in [(0, 11_900), (1, 11_899), (11_900, 0), (11_901, 0)] {
        order.received_minor = received;
        assert_eq!(order.due_minor(), due, "{received}");
        assert_eq!(order.due().currency, order.currency);
    }
}

/// A40: before the address is confirmed no payment begins, and the order lives for an hour.
#[test]
fn a40_an_unconfirmed_address_stops_payments_and_ends_the_order_after_an_hour() {
    let mut order = order(OrderState::Unpaid);
    order.email_unconfirmed = true;
    let last = CREATED.plus(3_599);
    let end = CREATED.plus(3_600);
    for (event, before, after) in [
        (OrderEvent::PaymentStarted, "!email", "!expired"),
        (OrderEvent::EmailConfirmed, "same", "!expired"),
        (OrderEvent::DeadlinePassed, "-", "expired"),
        (OrderEvent::ProofSubmitted, "!transfer", "!transfer"),
        (
            OrderEvent::TransferApproved { covers: true },
            "confirmed",
            "confirmed",
        ),
    ] {
        assert_eq!(
            told(decide(&order, event, last), order.state),
            before,
            "{event:?}"
        );
        assert_eq!(
            told(decide(&order, event, end), order.state),
            after,
            "{event:?}"
        );
    }
    // An order that ends sooner is not kept longer.
    order.expires_at = CREATED.plus(60);
    assert_eq!(order.payable_until(), CREATED.plus(60));
    order.expires_at = EXPIRES;
    assert_eq!(order.payable_until(), end);
    // Nor is one ended that somebody has paid a part of.
    order.received_minor = 1;
    assert_eq!(order.payable_until(), EXPIRES);
    order.received_minor = 0;
    order.email_unconfirmed = false;
    assert_eq!(order.payable_until(), EXPIRES);
}
