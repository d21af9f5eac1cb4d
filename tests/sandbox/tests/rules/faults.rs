//! Injected faults, on every door.

use crate::support::{SESSION, World, stripe_request};
use sandbox::{Exchange, Fault, Target};
use shared::http::{InResponse, Method, PROVIDER_ANSWER_BYTES_MAX};

const SESSIONS: &str = "/v1/checkout/sessions";

/// Fault, status of the answer (0 for none), and whether the session was made.
#[test]
fn each_fault_does_what_its_name_says() {
    for (fault, status, made) in [
        (Fault::ServerErrorBeforeEffect, 500, false),
        (Fault::ServerErrorAfterEffect, 500, true),
        (Fault::Unavailable, 503, false),
        (Fault::TooManyRequests, 429, false),
        (Fault::KeyInUse, 409, false),
        (Fault::LostAfterEffect, 0, true),
        (Fault::NotReached, 0, false),
        (Fault::GarbageBody, 200, true),
        (Fault::OversizeBody, 200, true),
    ] {
        let mut world = World::new();
        world.sandbox.fail_next(Target::Stripe, fault, 1);
        let request = stripe_request(Method::Post, SESSIONS, SESSION, Some("co-1"));
        let seen = match world.send(&request) {
            Exchange::Answered(InResponse { status, .. }) => status,
            Exchange::LostAfterEffect | Exchange::NotReached => 0,
        };
        assert_eq!(seen, status, "{fault:?}");
        assert_eq!(
            world.sandbox.stripe.sessions().len(),
            usize::from(made),
            "{fault:?}"
        );
    }
}

#[test]
fn a_fault_that_left_no_effect_leaves_no_answer_under_the_key() {
    for fault in [
        Fault::ServerErrorBeforeEffect,
        Fault::Unavailable,
        Fault::TooManyRequests,
        Fault::KeyInUse,
        Fault::NotReached,
    ] {
        let mut world = World::new();
        world.sandbox.fail_next(Target::Stripe, fault, 1);
        let request = stripe_request(Method::Post, SESSIONS, SESSION, Some("co-1"));
        world.send(&request);
        let again = world.ask(&request);
        assert_eq!(
            (again.status, again.header("idempotent-replayed")),
            (200, None),
            "{fault:?}"
        );
    }
}

/// Nothing has happened, so that nobody may be told that it has.
#[test]
fn a_refusal_is_not_spoiled_into_a_success() {
    let mut world = World::new();
    let fault = Fault::GarbageBody;
    world.sandbox.fail_next(Target::Stripe, fault, 1);
    let nobody = world.get("/v1/checkout/sessions/cs_test_nobody");
    assert_eq!(nobody.status, 404);
    assert!(serde_json::from_slice::<serde_json::Value>(&nobody.body).is_ok());
}

#[test]
fn spoiled_bodies_are_no_json_or_too_long() {
    let mut world = World::new();
    world
        .sandbox
        .fail_next(Target::Stripe, Fault::GarbageBody, 1);
    let garbage = world.get("/v1/events");
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage.body).is_err());
    world
        .sandbox
        .fail_next(Target::Stripe, Fault::OversizeBody, 1);
    assert!(world.get("/v1/events").body.len() > PROVIDER_ANSWER_BYTES_MAX);
}

#[test]
fn faults_are_counted_and_strike_their_own_target_and_path_only() {
    let mut world = World::new();
    world.sandbox.fail_next(Target::Mail, Fault::Unavailable, 9);
    world
        .sandbox
        .fail_next_on(Target::Stripe, "/expire", Fault::Unavailable, 2);
    let session = world.open_session();
    let path = format!("{SESSIONS}/{session}/expire");
    assert_eq!(world.post(&path, "", None).status, 503);
    assert_eq!(world.get("/v1/events").status, 200);
    assert_eq!(world.post(&path, "", None).status, 503);
    assert_eq!(world.post(&path, "", None).status, 200);
}

#[test]
fn healing_forgets_what_has_not_struck() {
    let mut world = World::new();
    world
        .sandbox
        .fail_next(Target::Stripe, Fault::NotReached, 100);
    world.sandbox.heal();
    assert_eq!(world.get("/v1/events").status, 200);
}
