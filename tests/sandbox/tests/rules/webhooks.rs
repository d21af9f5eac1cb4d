//! Deliveries: signatures, copies, losses, delays, retries.

use crate::support::{START, World};
use sandbox::stripe::{Outcome, signature_header};
use sandbox::{DeliveryState, WebhookMode};
use serde_json::{Value, json};

const SECRET: &str = "whsec_sandbox_stripe_webhook_local_only";

fn types(deliveries: &[sandbox::Delivery]) -> Vec<&str> {
    deliveries
        .iter()
        .map(|delivery| delivery.event_type.as_str())
        .collect()
}

fn header<'a>(delivery: &'a sandbox::Delivery, name: &str) -> &'a str {
    &delivery
        .headers
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap()
        .1
}

#[test]
fn a_delivery_is_the_event_indented_by_two_and_signed_when_sent() {
    let mut world = World::new();
    world.paid();
    world.wait(7);
    let due = world.deliver();
    let completed = due.last().unwrap();
    assert_eq!(completed.event_type, "checkout.session.completed");
    assert_eq!(completed.url, "http://127.0.0.1:8787/webhooks/stripe");
    assert!(completed.body.starts_with(b"{\n  \""));
    assert!(!completed.body.ends_with(b"\n"));
    let body: Value = serde_json::from_slice(&completed.body).unwrap();
    assert_eq!(body["id"], completed.event_id.as_str());
    assert_eq!(body["created"], START.0);
    let signed = signature_header(START.plus(7), &[SECRET.to_owned()], &completed.body);
    assert_eq!(header(completed, "stripe-signature"), signed);
    assert_eq!(
        header(completed, "content-type"),
        "application/json; charset=utf-8"
    );
}

/// S121: while a secret is rolled there is one `v1` per active secret.
#[test]
fn a_rolled_secret_signs_beside_the_old_one_and_then_alone() {
    let mut world = World::new();
    let roll = |world: &mut World, secrets: &[&str]| {
        let secrets: Vec<String> = secrets.iter().map(|&secret| secret.to_owned()).collect();
        world.sandbox.stripe.set_webhook_secrets(secrets);
        world.sandbox.stripe.make_event(world.now, "x.y", json!({}));
        let due = world.deliver();
        header(&due[0], "stripe-signature").matches(",v1=").count()
    };
    assert_eq!(roll(&mut world, &["whsec_new", SECRET]), 2);
    assert_eq!(roll(&mut world, &["whsec_new"]), 1);
}

#[test]
fn each_mode_delivers_as_it_says() {
    let order = [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ];
    let mut turned = order;
    turned.reverse();
    let five: Vec<&str> = order.iter().flat_map(|kind| [*kind; 5]).collect();
    let twice = [order, order].concat();
    for (mode, after_s, expected) in [
        (WebhookMode::Normal, 0, order.to_vec()),
        (WebhookMode::BeforeRedirect, 0, order.to_vec()),
        (WebhookMode::Reversed, 0, turned.to_vec()),
        (WebhookMode::FiveTimes, 0, five),
        (WebhookMode::TwoEventIds, 0, twice),
        (WebhookMode::Lost, 1_000_000, Vec::new()),
        (WebhookMode::Delayed { seconds: 20 }, 19, Vec::new()),
        (WebhookMode::Delayed { seconds: 20 }, 20, order.to_vec()),
    ] {
        let mut world = World::new();
        world.sandbox.stripe.set_webhook_mode(mode);
        world.paid();
        world.wait(after_s);
        assert_eq!(
            types(&world.deliver()),
            expected,
            "{mode:?} after {after_s} s"
        );
    }
}

#[test]
fn five_copies_share_one_event_id_and_two_ids_tell_one_fact() {
    let mut world = World::new();
    world
        .sandbox
        .stripe
        .set_webhook_mode_of_next_payment(WebhookMode::FiveTimes);
    world.paid();
    let copies = world.deliver();
    let same = copies
        .iter()
        .filter(|copy| copy.event_id == copies[0].event_id)
        .count();
    assert_eq!((copies.len(), same), (20, 5));

    world
        .sandbox
        .stripe
        .set_webhook_mode_of_next_payment(WebhookMode::TwoEventIds);
    world.paid();
    let told = world.deliver();
    let bodies: Vec<Value> = told
        .iter()
        .map(|d| serde_json::from_slice(&d.body).unwrap())
        .collect();
    assert_ne!(bodies[3]["id"], bodies[7]["id"]);
    assert_eq!(bodies[3]["data"], bodies[7]["data"]);
}

#[test]
fn the_mode_of_the_next_payment_is_used_once() {
    let mut world = World::new();
    world
        .sandbox
        .stripe
        .set_webhook_mode_of_next_payment(WebhookMode::Lost);
    world.paid();
    assert!(world.deliver().is_empty());
    assert_eq!(
        world.sandbox.stripe.deliveries()[0].state,
        DeliveryState::Lost
    );
    world.paid();
    assert_eq!(world.deliver().len(), 4);
}

#[test]
fn a_lost_webhook_can_be_resent_and_is_still_in_the_events_list() {
    let mut world = World::new();
    world.sandbox.stripe.set_webhook_mode(WebhookMode::Lost);
    world.paid();
    let event = world.sandbox.stripe.events().last().unwrap().clone();
    assert!(!event.acknowledged);
    world.sandbox.stripe.resend(world.now, &event.id).unwrap();
    assert_eq!(world.deliver().len(), 1);
    assert!(world.sandbox.stripe.event(&event.id).unwrap().acknowledged);
}

#[test]
fn a_failed_delivery_is_retried_with_growing_pauses_for_three_days() {
    let mut world = World::new();
    world.sandbox.stripe.make_event(world.now, "x.y", json!({}));
    let mut sent_after_s = Vec::new();
    let mut signatures = Vec::new();
    while let Some(due) = world.sandbox.stripe.next_delivery_due() {
        world.now = due;
        let delivery = world.sandbox.due_deliveries(due).remove(0);
        assert_eq!(
            usize::try_from(delivery.attempt).unwrap(),
            sent_after_s.len() + 1
        );
        sent_after_s.push(due.seconds_since(START));
        signatures.push(header(&delivery, "stripe-signature").to_owned());
        let status = if sent_after_s.len() % 2 == 0 {
            Some(500)
        } else {
            None
        };
        world.sandbox.delivered(due, delivery.id, status);
    }
    assert_eq!(
        sent_after_s,
        [
            0, 60, 360, 2_160, 9_360, 27_360, 63_360, 106_560, 149_760, 192_960, 236_160
        ]
    );
    let count = signatures.len();
    signatures.sort();
    signatures.dedup();
    assert_eq!(
        signatures.len(),
        count,
        "every attempt has a signature of its own"
    );
}

#[test]
fn an_acknowledged_event_is_not_sent_again() {
    let mut world = World::new();
    let id = world.sandbox.stripe.make_event(world.now, "x.y", json!({}));
    let first = world.sandbox.due_deliveries(world.now).remove(0);
    assert!(
        world.sandbox.due_deliveries(world.now).is_empty(),
        "it is on its way"
    );
    world.sandbox.delivered(world.now, first.id, Some(301));
    assert!(
        !world.sandbox.stripe.event(&id).unwrap().acknowledged,
        "a redirect is a failure"
    );
    world.wait(60);
    let second = world.sandbox.due_deliveries(world.now).remove(0);
    world.sandbox.delivered(world.now, second.id, Some(200));
    world.sandbox.delivered(world.now, second.id, Some(500));
    world.wait(1_000_000);
    assert!(world.sandbox.due_deliveries(world.now).is_empty());
    assert!(world.sandbox.stripe.event(&id).unwrap().acknowledged);
}

#[test]
fn an_event_is_a_snapshot_that_later_changes_do_not_touch() {
    let mut world = World::new();
    let session = world.open_session();
    world.pay(&session, Outcome::Delayed);
    world
        .sandbox
        .stripe
        .delayed_succeeds(world.now, &session)
        .unwrap();
    let events = world.sandbox.stripe.events();
    let completed = events
        .iter()
        .find(|e| e.kind == "checkout.session.completed")
        .unwrap();
    assert_eq!(completed.object["payment_status"], "unpaid");
}
