//! The schema's legal steps are those that `decide` can answer.

use std::collections::BTreeSet;

use common::{Database, Shop};
use shared::order::{Decision, Order, OrderEvent, OrderState, decide};
use shared::store::orders;
use shared::time::Timestamp;

const EVENTS: [OrderEvent; 13] = [
    OrderEvent::PaymentStarted,
    OrderEvent::PaymentNoted,
    OrderEvent::MoneyArrived { covers: false },
    OrderEvent::MoneyArrived { covers: true },
    OrderEvent::CancelRequested {
        despite_review: false,
    },
    OrderEvent::CancelRequested {
        despite_review: true,
    },
    OrderEvent::DeadlinePassed,
    OrderEvent::ProofSubmitted,
    OrderEvent::ProofRejected,
    OrderEvent::TransferApproved { covers: false },
    OrderEvent::TransferApproved { covers: true },
    OrderEvent::Superseded {
        despite_review: true,
    },
    OrderEvent::EmailConfirmed,
];

#[test]
fn the_legal_steps_are_exactly_those_that_decide_can_answer() {
    let order = an_order();
    let mut decided = BTreeSet::new();
    for state in OrderState::ALL {
        for event in EVENTS {
            for live in ["no", "provider", "bank"] {
                for now in [order.created_at, order.expires_at] {
                    decided.extend(step(&order, state, event, live, now));
                }
            }
        }
    }
    let rows = Database::new().rows("SELECT from_state, to_state FROM order_transitions");
    let text = |json: &serde_json::Value| json.as_str().expect("a text").to_owned();
    let legal: BTreeSet<_> = rows
        .iter()
        .map(|row| (text(&row["from_state"]), text(&row["to_state"])))
        .collect();
    assert_eq!(legal, decided);
}

fn step(
    order: &Order,
    state: OrderState,
    event: OrderEvent,
    live: &str,
    now: Timestamp,
) -> Option<(String, String)> {
    let order = Order {
        state,
        payment_live: live != "no",
        bank_until: (live == "bank").then_some(order.expires_at),
        ..order.clone()
    };
    match decide(&order, event, now) {
        Decision::Changed(to) => Some((state.as_str().to_owned(), to.as_str().to_owned())),
        Decision::NoChange(_) | Decision::Refused(_) => None,
    }
}

/// Some order, as read from its row.
fn an_order() -> Order {
    let shop = Shop::open();
    let number = format!("'{}'", shop.order().number);
    let row = shop.rows(&orders::ORDER_BY_NUMBER.text.replace("?1", &number));
    serde_json::from_value(row[0].clone()).expect("an order")
}
