//! What a restart keeps beyond what every other test here lives through (`World::wait`).

use sandbox::{Fault, SandboxConfig, Target};

use crate::support::{World, restarted, text};

#[test]
fn a_webhook_that_was_on_its_way_is_sent_again_under_its_number() {
    let mut world = World::new();
    world.paid();
    let sent = world.sandbox.due_deliveries(world.now);
    assert!(world.sandbox.due_deliveries(world.now).is_empty());
    world.restart();
    let again = world.sandbox.due_deliveries(world.now);
    assert_eq!(again, sent);
}

#[test]
fn ids_go_on_and_never_come_twice() {
    let mut world = World::new();
    let first = world.open_session();
    world.restart();
    let second = world.open_session();
    assert_ne!(first, second);
    let mut config = SandboxConfig::local();
    config.seed = 99;
    let mut other = restarted(&world.sandbox).resumed(config);
    std::mem::swap(&mut world.sandbox, &mut other);
    assert!(![first, second].contains(&world.open_session()));
}

#[test]
fn settings_are_those_of_today_and_faults_are_forgotten() {
    let mut world = World::new();
    let session = world.open_session();
    world
        .sandbox
        .fail_next(Target::Stripe, Fault::Unavailable, 9);
    let mut config = SandboxConfig::local();
    config.base_url = "http://127.0.0.1:9999".to_owned();
    config.stripe.webhook_url = "http://127.0.0.1:9998/hook".to_owned();
    world.sandbox = restarted(&world.sandbox).resumed(config);
    let mut request = crate::support::stripe_request(
        shared::http::Method::Get,
        &format!("/v1/checkout/sessions/{session}"),
        "",
        None,
    );
    request.url = request.url.replace("8790", "9999");
    assert_eq!(text(&world.ask(&request), "/id"), session);
    let paid = sandbox::stripe::Outcome::Paid;
    world.pay(&session, paid);
    let due = world.sandbox.due_deliveries(world.now);
    assert!(
        due.iter()
            .all(|delivery| delivery.url == "http://127.0.0.1:9998/hook")
    );
}
