//! Requests recorded from Stripe's official library: the sandbox must understand them.

use std::collections::BTreeMap;

use crate::support::{START, World, json, text};
use sandbox::{Sandbox, SandboxConfig};
use serde_json::Value;
use shared::http::{Method, OutRequest};
use shared::time::Timestamp;

/// What the sandbox says to a recorded request that it does not accept, and why that is right.
const NOT_ACCEPTED: [(&str, u16, &str, &str); 4] = [
    (
        "checkout_session_create_tax_rates",
        400,
        "sandbox_unimplemented",
        "tax is ours, not Stripe's",
    ),
    (
        "checkout_session_create_subscription",
        400,
        "sandbox_unimplemented",
        "one payment per session",
    ),
    (
        "payment_intent_search",
        404,
        "",
        "eventually consistent, so never used",
    ),
    (
        "webhook_endpoint_create",
        404,
        "",
        "the one endpoint is configured",
    ),
];

#[test]
fn recorded_requests_are_accepted_where_the_endpoint_is_played() {
    let file: Value = serde_json::from_str(include_str!(
        "../../../fixtures/stripe/golden_requests.json"
    ))
    .unwrap();
    let mut refused = BTreeMap::new();
    let mut accepted = 0;
    for recorded in file["requests"].as_array().unwrap() {
        let name = recorded["name"].as_str().unwrap();
        let (mut world, real_ids) = a_world_with_one_of_each();
        let answer = world.ask(&request(recorded, &real_ids));
        if answer.status == 200 {
            accepted += 1;
        } else {
            refused.insert(name, (answer.status, text(&answer, "/error/code")));
        }
    }
    let expected = NOT_ACCEPTED.map(|(name, status, code, _)| (name, (status, code.to_owned())));
    assert_eq!(refused, BTreeMap::from(expected));
    assert_eq!(accepted, 14);
}

#[test]
fn every_parameter_of_the_full_request_is_understood() {
    let file: Value = serde_json::from_str(include_str!(
        "../../../fixtures/stripe/golden_requests.json"
    ))
    .unwrap();
    let (mut world, real_ids) = a_world_with_one_of_each();
    let answer = json(&world.ask(&request(&file["requests"][0], &real_ids)));
    assert_eq!(answer["customer_email"], "zoë+test@example.com");
    assert_eq!(
        answer["success_url"],
        "https://shop.example/thanks?session_id={CHECKOUT_SESSION_ID}&o=ord_01JD8Z6K3Q5V7X9B2C4D6F8G0H"
    );
    assert_eq!(answer["metadata"]["note"], "a=b&c");
    assert_eq!(answer["amount_total"], 4_498);
    assert_eq!(answer["expires_at"], 1_795_293_600);
}

/// A world whose keys are the recorded ones, and the real ids behind the recorded ones.
fn a_world_with_one_of_each() -> (World, Vec<(&'static str, String)>) {
    let mut config = SandboxConfig::local();
    config.stripe.account = "acct_1".to_owned();
    let mut world = World {
        sandbox: Sandbox::new(config),
        now: START,
    };
    let (_, intent) = world.paid();
    world
        .sandbox
        .stripe
        .refund(world.now, &intent, Some(100))
        .unwrap();
    let refund = world.sandbox.stripe.refunds_of(&intent)[0].id.clone();
    let event = world.sandbox.stripe.events()[0].id.clone();
    let session = world.open_session();
    world.now = Timestamp(1_795_290_000);
    let ids = vec![
        ("cs_test_a1", session.clone()),
        ("cs_test_z9", session),
        ("evt_001", event.clone()),
        ("evt_1", event),
        ("re_1", refund),
        ("pi_1", intent),
    ];
    (world, ids)
}

fn request(recorded: &Value, real_ids: &[(&'static str, String)]) -> OutRequest {
    let of = |name: &str| recorded[name].as_str().unwrap().to_owned();
    let query: Vec<String> = recorded["query_pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            format!(
                "{}={}",
                pair[0].as_str().unwrap(),
                pair[1].as_str().unwrap()
            )
        })
        .collect();
    let (mut url, mut body) = (
        format!("{}?{}", of("path"), query.join("&")),
        of("body_raw"),
    );
    for (recorded_id, real) in real_ids {
        let whole = |text: &str| {
            let mut rest = text.to_owned();
            for (before, after) in [("/", ""), ("/", "?"), ("/", "/"), ("=", "&"), ("=", "")] {
                let found = format!("{before}{recorded_id}{after}");
                if after.is_empty() {
                    if let Some(start) = rest.strip_suffix(&found) {
                        rest = format!("{start}{before}{real}");
                    }
                } else {
                    rest = rest.replace(&found, &format!("{before}{real}{after}"));
                }
            }
            rest
        };
        url = whole(&url);
        body = whole(&body);
    }
    let headers = recorded["headers"].as_object().unwrap();
    let header = |name: &'static str| {
        let value = headers
            .get(name)?
            .as_str()?
            .replace("sk_test_123", "sk_test_sandbox");
        Some((name, value))
    };
    let names = [
        "authorization",
        "content-type",
        "stripe-version",
        "stripe-account",
        "idempotency-key",
    ];
    OutRequest {
        method: Method::parse(&of("method")).unwrap(),
        url: format!("http://127.0.0.1:8790/stripe{}", url.trim_end_matches('?')),
        headers: names.into_iter().filter_map(header).collect(),
        body: body.into_bytes(),
        deadline_ms: 10_000,
        answer_bytes_max: 524_288,
    }
}
