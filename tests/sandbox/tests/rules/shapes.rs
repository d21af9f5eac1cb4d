//! Every event has the fields and types of the checked example of its kind.

use std::collections::BTreeMap;

use crate::support::World;
use sandbox::stripe::{DisputeOutcome, Outcome};
use serde_json::Value;

const EXAMPLES: [&str; 23] = [
    include_str!("../../../fixtures/stripe/event.charge.dispute.closed.lost.json"),
    include_str!("../../../fixtures/stripe/event.charge.dispute.closed.won.json"),
    include_str!("../../../fixtures/stripe/event.charge.dispute.created.json"),
    include_str!("../../../fixtures/stripe/event.charge.dispute.funds_reinstated.json"),
    include_str!("../../../fixtures/stripe/event.charge.dispute.funds_withdrawn.json"),
    include_str!("../../../fixtures/stripe/event.charge.dispute.updated.json"),
    include_str!("../../../fixtures/stripe/event.charge.failed.json"),
    include_str!("../../../fixtures/stripe/event.charge.refunded.full.json"),
    include_str!("../../../fixtures/stripe/event.charge.refunded.partial.json"),
    include_str!("../../../fixtures/stripe/event.charge.succeeded.json"),
    include_str!("../../../fixtures/stripe/event.checkout.session.async_payment_failed.json"),
    include_str!("../../../fixtures/stripe/event.checkout.session.async_payment_succeeded.json"),
    include_str!("../../../fixtures/stripe/event.checkout.session.completed.json"),
    include_str!("../../../fixtures/stripe/event.checkout.session.expired.json"),
    include_str!("../../../fixtures/stripe/event.payment_intent.canceled.json"),
    include_str!("../../../fixtures/stripe/event.payment_intent.payment_failed.json"),
    include_str!("../../../fixtures/stripe/event.payment_intent.processing.json"),
    include_str!("../../../fixtures/stripe/event.payment_intent.succeeded.json"),
    include_str!("../../../fixtures/stripe/event.radar.early_fraud_warning.created.json"),
    include_str!("../../../fixtures/stripe/event.refund.created.json"),
    include_str!("../../../fixtures/stripe/event.refund.failed.json"),
    include_str!("../../../fixtures/stripe/event.refund.updated.failed.json"),
    include_str!("../../../fixtures/stripe/event.checkout.session.completed.jpy.json"),
];

#[test]
fn every_event_has_the_shape_of_its_example() {
    let mut made: BTreeMap<String, Value> = BTreeMap::new();
    for delivery in deliveries_of_everything() {
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        made.insert(delivery.event_type, body);
    }
    for example in EXAMPLES {
        let example: Value = serde_json::from_str(example).unwrap();
        let kind = example["type"].as_str().unwrap();
        let ours = made
            .get(kind)
            .unwrap_or_else(|| panic!("no {kind} was made"));
        let mut differences = Vec::new();
        compare(kind, &example, ours, &mut differences);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

/// Plays one of everything; returns what the shop would get.
fn deliveries_of_everything() -> Vec<sandbox::Delivery> {
    let mut world = World::new();
    let now = world.now;
    let disputed = |world: &mut World, outcome| {
        let (_, intent) = world.paid();
        let stripe = &mut world.sandbox.stripe;
        stripe.dispute_open(now, &intent).unwrap();
        stripe.dispute_withdraw_funds(now, &intent).unwrap();
        stripe.dispute_answer(now, &intent).unwrap();
        stripe.dispute_close(now, &intent, outcome).unwrap();
    };
    disputed(&mut world, DisputeOutcome::Lost);
    disputed(&mut world, DisputeOutcome::Won);
    let (_, refunded) = world.paid();
    let declined = world.open_session();
    let (late, never) = (world.open_session(), world.open_session());
    let stripe = &mut world.sandbox.stripe;
    stripe.early_fraud_warning(now, &refunded).unwrap();
    stripe.refund(now, &refunded, Some(1_999)).unwrap();
    let refund = stripe.refunds_of(&refunded)[0].id.clone();
    stripe.refund_fails(now, &refund).unwrap();
    stripe.pay(now, &late, Outcome::Delayed).unwrap();
    stripe.delayed_succeeds(now, &late).unwrap();
    stripe.pay(now, &never, Outcome::Delayed).unwrap();
    stripe.delayed_fails(now, &never).unwrap();
    stripe.pay(now, &declined, Outcome::Declined).unwrap();
    stripe.expire(now, &declined).unwrap();
    world.paid();
    world.deliver()
}

/// Same names in every object, same type in every leaf. A null may stand for any type, and maps that
/// the seller or the method fills may differ.
fn compare(path: &str, example: &Value, ours: &Value, differences: &mut Vec<String>) {
    let free = [
        "metadata",
        "payment_method_options",
        "last_payment_error",
        "previous_attributes",
    ];
    if free.iter().any(|name| path.ends_with(name)) {
        return;
    }
    match (example, ours) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(example), Value::Object(ours)) => {
            for (name, value) in example {
                match ours.get(name) {
                    Some(own) => compare(&format!("{path}.{name}"), value, own, differences),
                    None => differences.push(format!("{path}.{name} is missing")),
                }
            }
            for name in ours.keys().filter(|name| !example.contains_key(*name)) {
                differences.push(format!("{path}.{name} is not in the example"));
            }
        }
        (Value::Array(example), Value::Array(ours)) => {
            if let (Some(example), Some(own)) = (example.first(), ours.first()) {
                compare(&format!("{path}[0]"), example, own, differences);
            }
        }
        _ => {
            let kind = |value: &Value| match value {
                Value::Bool(_) => "bool",
                Value::Number(number) if number.is_i64() => "integer",
                Value::Number(_) => "fraction",
                Value::String(_) => "text",
                Value::Null | Value::Array(_) | Value::Object(_) => "nested",
            };
            if kind(example) != kind(ours) {
                differences.push(format!("{path}: {example} against {ours}"));
            }
        }
    }
}
