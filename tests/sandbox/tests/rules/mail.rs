//! The mail service.

use crate::support::{World, json, text};
use sandbox::{Fault, Target};
use serde_json::{Value, json as value};
use shared::http::{Method, OutRequest};

fn request(body: &Value, key: Option<&str>) -> OutRequest {
    let mut headers = vec![
        ("authorization", "Bearer re_sandbox".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    if let Some(key) = key {
        headers.push(("idempotency-key", key.to_owned()));
    }
    OutRequest {
        method: Method::Post,
        url: "http://127.0.0.1:8790/resend/emails".to_owned(),
        headers,
        body: body.to_string().into_bytes(),
        deadline_ms: 10_000,
        answer_bytes_max: 65_536,
    }
}

fn mail() -> Value {
    value!({
        "from": "Demo shop <orders@shop.example>",
        "to": ["buyer@example.com"],
        "subject": "Payment confirmed",
        "text": "Thank you.",
        "html": "<p>Thank you.</p>",
        "headers": { "X-Order": "A1" },
    })
}

#[test]
fn a_mail_lands_in_the_mailbox() {
    let mut world = World::new();
    let answer = world.ask(&request(&mail(), Some("outbox-1")));
    assert_eq!(answer.status, 200);
    let kept = &world.sandbox.mailbox.mails()[0];
    assert_eq!(kept.id, text(&answer, "/id"));
    assert_eq!(
        (kept.subject.as_str(), kept.to[0].as_str()),
        ("Payment confirmed", "buyer@example.com")
    );
    assert_eq!(
        (kept.text.as_str(), kept.html.as_str()),
        ("Thank you.", "<p>Thank you.</p>")
    );
    assert_eq!(kept.idempotency_key.as_deref(), Some("outbox-1"));
}

/// P2: a repeat under the same key is one mail, and the repeat is counted.
#[test]
fn a_repeat_is_one_mail_and_another_body_is_a_conflict() {
    let mut world = World::new();
    let first = world.ask(&request(&mail(), Some("outbox-1")));
    let again = world.ask(&request(&mail(), Some("outbox-1")));
    assert_eq!(first.body, again.body);
    let mut other = mail();
    other["subject"] = "Something else".into();
    let conflict = world.ask(&request(&other, Some("outbox-1")));
    assert_eq!(
        (conflict.status, text(&conflict, "/name")),
        (409, "invalid_idempotent_request".to_owned())
    );
    let mails = world.sandbox.mailbox.mails();
    assert_eq!((mails.len(), mails[0].requests), (1, 2));
    world.wait(24 * 3600);
    assert_ne!(
        world.ask(&request(&mail(), Some("outbox-1"))).body,
        first.body
    );
    assert_eq!(world.sandbox.mailbox.mails().len(), 2);
}

#[test]
fn what_resend_refuses_is_refused() {
    let with = |name: &str, new: Value| {
        let mut body = mail();
        body[name] = new;
        body
    };
    for (body, status, name) in [
        (with("to", value!([])), 422, "validation_error"),
        (with("to", Value::Null), 422, "missing_required_field"),
        (with("to", value!("nobody")), 422, "validation_error"),
        (with("from", value!("Shop")), 422, "validation_error"),
        (with("subject", value!("")), 422, "missing_required_field"),
        (with("text", value!(7)), 422, "validation_error"),
        (with("colour", value!("red")), 422, "validation_error"),
        (with("headers", value!({ "X": 1 })), 422, "validation_error"),
        (
            with("from", value!("a@b.example\r\nBcc: c@d.example")),
            422,
            "validation_error",
        ),
        (value!([]), 422, "validation_error"),
    ] {
        let mut world = World::new();
        let answer = world.ask(&request(&body, None));
        assert_eq!(
            (answer.status, text(&answer, "/name")),
            (status, name.to_owned()),
            "{body}"
        );
        assert_eq!(json(&answer)["statusCode"], status);
        assert!(world.sandbox.mailbox.mails().is_empty());
    }
}

#[test]
fn the_key_is_needed_and_must_be_right() {
    let mut world = World::new();
    let mut wrong = request(&mail(), None);
    wrong.headers[0].1 = "Bearer re_other".to_owned();
    assert_eq!(world.ask(&wrong).status, 403);
    wrong.headers.remove(0);
    assert_eq!(world.ask(&wrong).status, 401);
    assert_eq!(
        world.ask(&request(&mail(), Some(&"k".repeat(257)))).status,
        400
    );
}

#[test]
fn a_server_error_after_the_effect_has_sent_the_mail() {
    let mut world = World::new();
    world
        .sandbox
        .fail_next(Target::Mail, Fault::ServerErrorAfterEffect, 1);
    assert_eq!(world.ask(&request(&mail(), Some("outbox-1"))).status, 500);
    assert_eq!(world.sandbox.mailbox.mails().len(), 1);
}
