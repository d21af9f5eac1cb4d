//! The log: what is in it, and what never is.

use std::fs;
use std::thread;

use common::harness::{Body, Instance, LiveOrder, alone, order_body, wait_for};
use serde_json::{Value as Json, json};

/// The secrets of the running shop, by name.
fn secrets(shop: &Instance) -> Vec<(String, String)> {
    let text = fs::read_to_string(shop.state_dir.join("dev.vars")).expect("the settings");
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let is_secret = |name: &str| name.ends_with("_SECRET") || name.ends_with("_KEY");
    pairs
        .filter(|(name, _)| is_secret(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn no_secret_token_or_address_is_ever_logged() {
    let shop = alone();
    let secrets = secrets(&shop);
    assert!(secrets.len() >= 5, "{}", secrets.len());
    let visitor = shop.visitor();
    let order = visitor.order();
    everything_that_logs(&order);
    let mut never: Vec<(String, String)> = secrets;
    never.push(("the token".into(), order.token.clone()));
    never.push(("the customer".into(), visitor.email()));
    never.push(("any customer".into(), "canary@".into()));
    never.push(("a name".into(), "Lovelace".into()));
    never.push(("a street".into(), "Musterstr".into()));
    let (_, cookie) = order
        .cookie()
        .split_once('=')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    never.push(("the cookie".into(), cookie));

    // The last request's line tells that all lines before it are there.
    let last = shop.get("/healthz").must("x-request-id").to_owned();
    let lines = wait_for("the last line", || {
        let lines = shop.log.lines();
        lines
            .iter()
            .any(|line| line.contains(&last))
            .then_some(lines)
    });
    let shops: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("[shop] "))
        // What the development server itself says about each request; it is not deployed.
        .filter(|line| !line.contains("[wrangler:info]"))
        .collect();
    assert!(shops.len() > 20);
    for line in shops {
        for (name, value) in &never {
            assert!(
                !line.contains(value.as_str()),
                "{name} is in the log: {line}"
            );
        }
    }
}

#[test]
fn every_line_of_the_worker_is_json_and_names_its_request() {
    let shop = alone();
    let answer = shop.get("/v1/products");
    let id = answer.must("x-request-id");
    let line: Json = wait_for("the line", || {
        let lines = shop.log.lines();
        let line = lines.iter().find(|line| line.contains(id))?;
        serde_json::from_str(line.strip_prefix("[shop] ")?).ok()
    });
    assert_eq!(line["route"], "ListProducts");
    assert_eq!(line["status"], 200);
    assert_eq!(line["database"]["round_trips"], 1);
}

/// Requests whose handling writes warnings and errors, with everything secret in them.
fn everything_that_logs(order: &LiveOrder<'_>) {
    let shop = order.visitor.shop;
    let session = order.pay();
    let malformed = format!("{{\"customer\":{{\"email\":\"{}\"", order.visitor.email());
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", &order.token),
    ];
    let _ = order.visitor.send(
        "POST",
        "/v1/orders",
        &headers,
        Body::Whole(malformed.as_bytes()),
    );
    let mut odd = order_body(&order.visitor.email());
    odd["billing"]["country"] = json!(order.visitor.email());
    let _ = order.visitor.post("/v1/orders", &order.token, None, &odd);
    let path = format!("/orders/{}?token={}x", order.number, order.token);
    let _ = order.visitor.send("GET", &path, &[], Body::None);
    let path = format!("/{}/{}", order.token, order.visitor.email());
    let _ = order.visitor.send("GET", &path, &[], Body::None);
    // A webhook with a bad signature, and a good one around a body that is no event.
    let body = malformed.clone();
    let signature = shop.sandbox.sign(&body, None);
    for signature in [signature.as_str(), "t=1,v1=whsec_sandbox"] {
        let headers = [("stripe-signature", signature)];
        let _ = shop.visitor().send(
            "POST",
            "/webhooks/stripe",
            &headers,
            Body::Whole(body.as_bytes()),
        );
    }
    // Mail, production and provider answer with errors, some of which repeat what they were sent.
    shop.sandbox.fail("mail", "", "unavailable", 1);
    shop.sandbox.fail("production", "", "garbage_body", 1);
    shop.sandbox.fail("stripe", &session.id, "garbage_body", 1);
    thread::scope(|scope| {
        scope.spawn(|| session.choose("pay"));
    });
    session.come_back(order);
    shop.database.age(&order.number, 600);
    shop.database.make_backfill_due();
    shop.sandbox
        .fail("stripe", "/v1/events", "server_error_before_effect", 1);
    shop.tick();
    shop.sandbox.heal();
    order.wait_for_status("confirmed");
}
