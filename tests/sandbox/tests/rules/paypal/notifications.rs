//! The events list, resending, and the postback check.

use super::support::{Shop, body, href, issue, refused, shown, text};
use sandbox::paypal::{Certificate, Funding, Transmission, forge};
use sandbox::{Delivery, WebhookMode};
use serde_json::{Value, json};
use shared::http::InResponse;
use shared::time::Timestamp;

const EVENTS: &str = "/v1/notifications/webhooks-events";
const VERIFY: &str = "/v1/notifications/verify-webhook-signature";
const DAYS: i64 = 24 * 3_600;

fn ids(answer: &InResponse) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", shown(answer));
    let body = body(answer);
    let events = body["events"].as_array().unwrap();
    assert_eq!(body["count"], events.len());
    events
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_list_tells_what_was_lost_newest_first_in_pages() {
    let mut shop = Shop::new();
    shop.sandbox.paypal.set_webhook_mode(WebhookMode::Lost);
    for _ in 0..5 {
        shop.paid(Funding::Good);
        shop.wait(1);
    }
    let mut expected: Vec<String> = shop
        .sandbox
        .paypal
        .events()
        .iter()
        .map(|event| event.id.clone())
        .collect();
    expected.reverse();
    assert_eq!(ids(&shop.get(EVENTS)), expected[..10]);
    let mut seen = Vec::new();
    let mut next = Some(format!("{EVENTS}?page_size=4"));
    while let Some(path) = next {
        let page = shop.get(&path);
        seen.extend(ids(&page));
        next = href(&body(&page), "next").map(|url| {
            url.strip_prefix("http://127.0.0.1:8790/paypal")
                .unwrap()
                .to_owned()
        });
    }
    assert_eq!(seen, expected);
}

#[test]
fn the_list_can_be_asked_for_a_time_a_type_and_a_transaction() {
    let mut shop = Shop::new();
    let (order, capture) = shop.paid(Funding::Good);
    shop.wait(100);
    let (_, other) = shop.paid(Funding::Good);
    shop.sandbox.paypal.dispute_open(shop.now, &other).unwrap();
    let mut count = |query: &str| ids(&shop.get(&format!("{EVENTS}?{query}"))).len();
    assert_eq!(count("end_time=2026-11-21T18:01:39Z"), 3);
    assert_eq!(count("start_time=2026-11-21T18%3A01%3A40Z"), 4);
    assert_eq!(count("event_type=CUSTOMER.DISPUTE.CREATED"), 1);
    assert_eq!(count(&format!("transaction_id={other}")), 3);
    assert_eq!(
        count(&format!(
            "transaction_id={capture}&event_type=PAYMENT.CAPTURE.COMPLETED"
        )),
        1
    );
    assert_eq!(count(&format!("transaction_id={order}")), 3);
}

#[test]
fn a_list_that_cannot_be_is_refused() {
    let mut shop = Shop::new();
    for query in [
        "page_size=0",
        "page_size=x",
        "start_time=yesterday",
        "start_time=2026-10-22T17:59:59Z",
        "start_time=2026-11-21T18:00:00Z&end_time=2026-11-21T17:59:59Z",
        "status=PENDING",
    ] {
        let answer = shop.get(&format!("{EVENTS}?{query}"));
        assert_eq!(
            (answer.status, text(&answer, "/name")),
            (400, "VALIDATION_ERROR".into()),
            "{query}"
        );
    }
    assert_eq!(
        shop.get(&format!("{EVENTS}?start_time=2026-10-22T18:00:00Z"))
            .status,
        200
    );
}

#[test]
fn events_are_listed_for_thirty_days() {
    let mut shop = Shop::new();
    shop.approved(Funding::Good);
    shop.wait(30 * DAYS);
    shop.log_in();
    assert_eq!(
        ids(&shop.get(&format!("{EVENTS}?event_type=CHECKOUT.ORDER.APPROVED"))).len(),
        1
    );
    shop.wait(1);
    assert_eq!(
        ids(&shop.get(&format!("{EVENTS}?event_type=CHECKOUT.ORDER.APPROVED"))).len(),
        0
    );
}

#[test]
fn one_event_is_read_with_the_state_of_its_delivery() {
    let mut shop = Shop::new();
    shop.approved(Funding::Good);
    let id = shop.sandbox.paypal.events()[0].id.clone();
    let path = format!("{EVENTS}/{id}");
    assert_eq!(text(&shop.get(&path), "/status"), "PENDING");
    shop.deliver();
    assert_eq!(text(&shop.get(&path), "/status"), "SUCCESS");
    let missing = shop.get(&format!("{EVENTS}/WH-NOSUCH"));
    assert_eq!(issue(&missing), refused(404, "INVALID_RESOURCE_ID"));
}

#[test]
fn an_event_is_sent_again_under_a_new_transmission_id_unless_it_is_pending() {
    let mut shop = Shop::new();
    shop.approved(Funding::Good);
    let id = shop.sandbox.paypal.events()[0].id.clone();
    let path = format!("{EVENTS}/{id}/resend");
    let resend = shop.post(&path, &json!({ "webhook_ids": ["SANDBOX0WEBHOOK01"] }));
    assert_eq!(shop.send(&resend).status, 202);
    let first = shop.deliver();
    assert_eq!(first.len(), 1);
    shop.wait(5);
    assert_eq!(shop.send(&resend).status, 202);
    let again = shop.deliver();
    assert_eq!(again[0].body, first[0].body);
    assert_ne!(again[0].headers, first[0].headers);
    let other = shop.post(&path, &json!({ "webhook_ids": ["ANOTHER0WEBHOOK01"] }));
    assert_eq!(shop.send(&other).status, 202);
    assert_eq!(shop.deliver().len(), 0);
    let missing = shop.post(&format!("{EVENTS}/WH-NOSUCH/resend"), &json!({}));
    assert_eq!(shop.send(&missing).status, 404);
}

/// A postback as a shop makes it: the received bytes spliced into the rest.
fn postback(headers: &[(&'static str, String)], webhook_id: &str, event: &[u8]) -> Vec<u8> {
    let header = |name: &str| &headers.iter().find(|(known, _)| *known == name).unwrap().1;
    let mut rest = json!({ "webhook_id": webhook_id });
    for name in [
        "auth_algo",
        "cert_url",
        "transmission_id",
        "transmission_sig",
        "transmission_time",
    ] {
        rest[name] = header(&format!("paypal-{}", name.replace('_', "-")))
            .as_str()
            .into();
    }
    let mut text = rest.to_string().into_bytes();
    text.pop();
    text.extend(b",\"webhook_event\":");
    text.extend(event);
    text.push(b'}');
    text
}

fn verdict(shop: &mut Shop, body: Vec<u8>) -> String {
    let mut ask = shop.post(VERIFY, &Value::Null);
    ask.request.body = body;
    let answer = shop.send(&ask);
    assert_eq!(answer.status, 200, "{}", shown(&answer));
    text(&answer, "/verification_status")
}

const OURS: &str = "SANDBOX0WEBHOOK01";

fn delivered(shop: &mut Shop) -> Delivery {
    shop.approved(Funding::Good);
    shop.deliver().remove(0)
}

#[test]
fn a_genuine_delivery_is_verified_and_a_changed_one_is_not() {
    let mut shop = Shop::new();
    let told = delivered(&mut shop);
    let good = postback(&told.headers, OURS, &told.body);
    assert_eq!(verdict(&mut shop, good), "SUCCESS");
    let other_hook = postback(&told.headers, "ANOTHER0WEBHOOK01", &told.body);
    assert_eq!(verdict(&mut shop, other_hook), "FAILURE");
    for (index, header) in told
        .headers
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| name.starts_with("paypal-") && *name != "paypal-auth-version")
    {
        let mut headers = told.headers.clone();
        headers[index].1 = header.1.replacen(|c: char| c.is_ascii_digit(), "x", 1);
        assert_ne!(headers[index].1, header.1, "{}", header.0);
        let body = postback(&headers, OURS, &told.body);
        assert_eq!(verdict(&mut shop, body), "FAILURE", "{}", header.0);
    }
}

/// The checksum is of the bytes that came, so an event that was parsed and printed fails.
#[test]
fn an_event_that_was_printed_anew_is_not_verified() {
    let mut shop = Shop::new();
    let told = delivered(&mut shop);
    let event: Value = serde_json::from_slice(&told.body).unwrap();
    let pretty = serde_json::to_vec_pretty(&event).unwrap();
    let body = postback(&told.headers, OURS, &pretty);
    assert_eq!(verdict(&mut shop, body), "FAILURE");
}

/// The weakness of the scheme, which the sandbox gives PayPal as well.
#[test]
fn a_forged_body_on_a_genuine_signature_is_verified() {
    let mut shop = Shop::new();
    let told = delivered(&mut shop);
    let forged = forge(&told.body, r#"{"event_type":"PAYMENT.CAPTURE.COMPLETED"}"#).unwrap();
    assert_ne!(forged, told.body);
    let body = postback(&told.headers, OURS, &forged);
    assert_eq!(verdict(&mut shop, body), "SUCCESS");
}

/// PayPal knows its own certificates, whoever issued them, and no others.
#[test]
fn the_postback_verifies_what_paypal_s_own_certificates_have_signed() {
    for certificate in Certificate::ALL {
        let mut shop = Shop::new();
        let transmission = Transmission {
            id: "69cd13f0-d67a-11e5-baa3-778b53f4ae55".to_owned(),
            time: Timestamp(1_795_284_000),
            certificate,
            webhook_id: OURS.to_owned(),
        };
        let body = postback(&transmission.headers(b"{}"), OURS, b"{}");
        let expected = match certificate {
            Certificate::Expired | Certificate::OtherName | Certificate::ForgedIssuer => "FAILURE",
            _ => "SUCCESS",
        };
        assert_eq!(verdict(&mut shop, body), expected, "{certificate:?}");
    }
}

#[test]
fn a_postback_that_lacks_something_is_refused() {
    let mut shop = Shop::new();
    let told = delivered(&mut shop);
    let good: Value = serde_json::from_slice(&postback(&told.headers, OURS, &told.body)).unwrap();
    for name in good.as_object().unwrap().keys() {
        let mut lacking = good.clone();
        lacking.as_object_mut().unwrap().remove(name);
        let answer = shop.send(&shop.post(VERIFY, &lacking));
        assert_eq!(
            issue(&answer),
            refused(400, "MISSING_REQUIRED_PARAMETER"),
            "{name}"
        );
    }
    let mut garbled = shop.post(VERIFY, &good);
    garbled.request.body.truncate(30);
    assert_eq!(
        issue(&shop.send(&garbled)),
        refused(400, "MALFORMED_REQUEST_JSON")
    );
}
