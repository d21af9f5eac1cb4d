//! Idempotency keys (Stripe API reference, "Idempotent requests").

use crate::support::{SESSION, World, json, session_with, stripe_request, text};
use sandbox::{Exchange, Fault, Target};
use shared::http::Method;

const SESSIONS: &str = "/v1/checkout/sessions";

#[test]
fn a_repeat_gets_the_first_answer_and_a_mark() {
    let mut world = World::new();
    let first = world.post(SESSIONS, SESSION, Some("co-1"));
    world.wait(60);
    let again = world.post(SESSIONS, SESSION, Some("co-1"));
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("idempotency-key"), Some("co-1"));
    assert_eq!(world.sandbox.stripe.sessions().len(), 1);
}

#[test]
fn a_repeat_shows_the_session_as_it_was_when_made() {
    let mut world = World::new();
    let first = world.post(SESSIONS, SESSION, Some("co-1"));
    let id = text(&first, "/id");
    world.sandbox.stripe.expire(world.now, &id).unwrap();
    let again = world.post(SESSIONS, SESSION, Some("co-1"));
    assert_eq!(text(&again, "/status"), "open");
    assert!(!text(&again, "/url").is_empty());
    assert_eq!(
        text(&world.get(&format!("{SESSIONS}/{id}")), "/status"),
        "expired"
    );
}

#[test]
fn a_key_lives_for_24_hours_and_is_then_new() {
    let mut world = World::new();
    let first = text(&world.post(SESSIONS, SESSION, Some("co-1")), "/id");
    world.wait(24 * 3600 - 1);
    assert_eq!(
        text(&world.post(SESSIONS, SESSION, Some("co-1")), "/id"),
        first
    );
    world.wait(1);
    assert_ne!(
        text(&world.post(SESSIONS, SESSION, Some("co-1")), "/id"),
        first
    );
}

#[test]
fn the_order_of_parameters_does_not_matter_but_their_values_do() {
    let mut world = World::new();
    let first = world.post(SESSIONS, SESSION, Some("co-1"));
    let turned: Vec<&str> = SESSION.split('&').rev().collect();
    assert_eq!(
        world.post(SESSIONS, &turned.join("&"), Some("co-1")).body,
        first.body
    );
    let other = session_with("client_reference_id", Some("ord_B"));
    let refused = world.post(SESSIONS, &other, Some("co-1"));
    assert_eq!(refused.status, 400);
    assert_eq!(text(&refused, "/error/type"), "idempotency_error");
    assert!(json(&refused)["error"].get("code").is_none());
}

#[test]
fn a_key_belongs_to_one_endpoint() {
    let mut world = World::new();
    let id = text(&world.post(SESSIONS, SESSION, Some("co-1")), "/id");
    let refused = world.post(&format!("{SESSIONS}/{id}/expire"), SESSION, Some("co-1"));
    assert_eq!(text(&refused, "/error/type"), "idempotency_error");
}

#[test]
fn a_refused_parameter_leaves_the_key_free() {
    let mut world = World::new();
    let wrong = session_with("mode", Some("gift"));
    assert_eq!(world.post(SESSIONS, &wrong, Some("co-1")).status, 400);
    assert_eq!(world.post(SESSIONS, SESSION, Some("co-1")).status, 200);
}

#[test]
fn a_refusal_of_the_work_itself_is_kept() {
    let mut world = World::new();
    let (session, _) = world.paid();
    let path = format!("{SESSIONS}/{session}/expire");
    let first = world.post(&path, "", Some("exp-1"));
    assert_eq!(first.status, 400);
    let again = world.post(&path, "", Some("exp-1"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, first.body);
}

#[test]
fn a_server_error_after_the_effect_is_what_every_repeat_gets() {
    let mut world = World::new();
    world
        .sandbox
        .fail_next(Target::Stripe, Fault::ServerErrorAfterEffect, 1);
    assert_eq!(world.post(SESSIONS, SESSION, Some("co-1")).status, 500);
    assert_eq!(world.sandbox.stripe.sessions().len(), 1);
    let again = world.post(SESSIONS, SESSION, Some("co-1"));
    assert_eq!(again.status, 500);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(world.sandbox.stripe.sessions().len(), 1);
    assert_eq!(world.post(SESSIONS, SESSION, Some("co-2")).status, 200);
}

#[test]
fn a_lost_answer_is_found_again_under_its_key() {
    let mut world = World::new();
    world
        .sandbox
        .fail_next(Target::Stripe, Fault::LostAfterEffect, 1);
    let request = stripe_request(Method::Post, SESSIONS, SESSION, Some("co-1"));
    assert_eq!(world.send(&request), Exchange::LostAfterEffect);
    let again = world.ask(&request);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(text(&again, "/id"), world.sandbox.stripe.sessions()[0].id);
    assert_eq!(world.sandbox.stripe.sessions().len(), 1);
}

#[test]
fn a_key_in_use_is_a_conflict_that_can_be_repeated() {
    let mut world = World::new();
    world.sandbox.fail_next(Target::Stripe, Fault::KeyInUse, 1);
    let conflict = world.post(SESSIONS, SESSION, Some("co-1"));
    assert_eq!(conflict.status, 409);
    assert_eq!(text(&conflict, "/error/code"), "idempotency_key_in_use");
    assert_eq!(world.post(SESSIONS, SESSION, Some("co-1")).status, 200);
}

#[test]
fn without_a_key_every_request_counts() {
    let mut world = World::new();
    assert_ne!(world.open_session(), world.open_session());
}

#[test]
fn a_key_of_more_than_255_characters_is_refused() {
    let mut world = World::new();
    assert_eq!(
        world.post(SESSIONS, SESSION, Some(&"k".repeat(255))).status,
        200
    );
    assert_eq!(
        world.post(SESSIONS, SESSION, Some(&"k".repeat(256))).status,
        400
    );
}
