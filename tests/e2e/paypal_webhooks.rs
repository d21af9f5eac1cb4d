//! PayPal's webhooks on the shipped Worker: the platform's own crypto proves them.

use common::harness::{self, Answer, Body, Instance, LiveOrder};
use serde_json::{Value as Json, json};

/// Begins a payment by PayPal; PayPal's order id.
#[track_caller]
fn begin(order: &LiveOrder<'_>) -> String {
    let path = format!("/v1/orders/{}/payments", order.number);
    let (key, body) = (order.visitor.key("payment"), json!({ "method": "paypal" }));
    let answer = order.visitor.post(&path, &key, Some(&order.token), &body);
    let begun = answer.expect(201).json();
    let url = begun["payment"]["redirect_url"].as_str();
    let (_, id) = url
        .and_then(|url| url.split_once("?token="))
        .expect("an address");
    id.to_owned()
}

/// Receives a body under these headers.
#[track_caller]
fn deliver(shop: &Instance, headers: &Json, body: &str) -> Answer {
    let mut all = vec![("content-type", "application/json")];
    let named = headers.as_object().expect("headers").iter();
    all.extend(named.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))));
    let body = Body::Whole(body.as_bytes());
    shop.visitor().send("POST", "/webhooks/paypal", &all, body)
}

fn inbox(shop: &Instance, event_id: &str) -> Json {
    shop.database.value(&format!(
        "SELECT note FROM inbox WHERE event_id = '{event_id}'"
    ))
}

fn event(id: &str, order: &str) -> String {
    json!({
        "id": id,
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "resource": {
            "id": "7AB12345CD678901E",
            "status": "COMPLETED",
            "supplementary_data": { "related_ids": { "order_id": order } },
        },
    })
    .to_string()
}

/// S57: approved, the tab closed: PayPal's webhook, as the sandbox sends and signs it, is proven by
/// WebCrypto, and the money is taken.
#[test]
fn s57_a_genuine_webhook_of_an_approval_confirms_the_order() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let id = begin(&order);
    let events = shop.sandbox.act_at_paypal("approve", &id);
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
    assert_eq!(inbox(&shop, &events[0]), "settled");
    let kept = "SELECT count(*) FROM provider_cache WHERE kind = 'paypal_key'";
    assert_eq!(shop.database.number(kept), 1);
}

/// S122: other bytes, another body with the same checksum, a chain that its authority has not signed,
/// an old certificate: on the platform, with its own crypto.
#[test]
fn s122_what_paypal_has_not_signed_is_refused_by_the_platforms_crypto() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let id = begin(&order);
    let genuine = event("WH-E2E-GENUINE", &id);
    let headers = shop.sandbox.sign_as_paypal(&genuine);
    let spoiled = genuine.replace("WH-E2E-GENUINE", "WH-E2E-SPOILED");
    let answer = deliver(&shop, &headers, &spoiled).expect(400);
    assert_eq!(answer.json()["code"], "bad_signature");
    assert_eq!(inbox(&shop, "WH-E2E-SPOILED"), Json::Null);
    // It says that the order is paid. PayPal's API says that nobody has approved it.
    let _ = deliver(&shop, &headers, &genuine).expect(200);
    order.assert_status("awaiting_payment");
    let forged = shop
        .sandbox
        .forge_at_paypal(&genuine, &event("WH-E2E-FORGED", &id));
    let _ = deliver(&shop, &headers, &forged).expect(400);
    let cases = "SELECT count(*) FROM cases WHERE kind = 'event_forged'";
    assert_eq!(shop.database.number(cases), 1);

    // Six certificates a minute are fetched, and the other test here takes one of them.
    for (certificate, status) in [
        ("forged_issuer", 400),
        ("unknown_issuer", 200),
        ("expired", 400),
        ("other_name", 400),
    ] {
        let body = event(&format!("WH-E2E-{certificate}"), &id);
        shop.sandbox.set_certificate(certificate);
        let headers = shop.sandbox.sign_as_paypal(&body);
        shop.sandbox.set_certificate("current");
        let answer = deliver(&shop, &headers, &body);
        assert_eq!(answer.status, status, "{certificate}: {answer}");
    }
    order.assert_status("awaiting_payment");
    shop.check();
}
