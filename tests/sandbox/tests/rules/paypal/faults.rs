//! Injected faults at PayPal's door.

use super::support::{ORDERS, Shop, body, issue, order_request, refused, text};
use sandbox::paypal::{CaptureIssue, Certificate, Funding};
use sandbox::{Exchange, Fault, Target};
use serde_json::Value;
use shared::http::{InResponse, PROVIDER_ANSWER_BYTES_MAX};

/// Fault, status of the answer (0 for none), and whether the capture happened.
#[test]
fn each_fault_does_what_its_name_says_and_a_repeat_finds_the_truth() {
    for (fault, status, done) in [
        (Fault::ServerErrorBeforeEffect, 500, false),
        (Fault::ServerErrorAfterEffect, 500, true),
        (Fault::Unavailable, 503, false),
        (Fault::TooManyRequests, 429, false),
        (Fault::KeyInUse, 409, false),
        (Fault::LostAfterEffect, 0, true),
        (Fault::NotReached, 0, false),
        (Fault::GarbageBody, 200, true),
        (Fault::OversizeBody, 201, true),
    ] {
        let mut shop = Shop::new();
        let order = shop.approved(Funding::Good);
        shop.sandbox
            .fail_next_on(Target::PayPal, "/capture", fault, 1);
        let ask = shop.capture(&order, "c-1");
        let seen = match shop.exchange(&ask) {
            Exchange::Answered(InResponse { status, .. }) => status,
            Exchange::LostAfterEffect | Exchange::NotReached => 0,
        };
        assert_eq!(seen, status, "{fault:?}");
        assert_eq!(
            shop.sandbox.paypal.captured().len(),
            usize::from(done),
            "{fault:?}"
        );
        let repeat = shop.send(&ask);
        assert_eq!(repeat.status, if done { 200 } else { 201 }, "{fault:?}");
        assert_eq!(shop.sandbox.paypal.captured().len(), 1, "{fault:?}");
    }
}

#[test]
fn a_refusal_can_be_hidden_behind_an_error_as_well() {
    let mut shop = Shop::new();
    let order = shop.approved(Funding::Refused(CaptureIssue::InstrumentDeclined));
    shop.sandbox
        .fail_next(Target::PayPal, Fault::ServerErrorAfterEffect, 1);
    let ask = shop.capture(&order, "c-1");
    assert_eq!(shop.send(&ask).status, 500);
    assert_eq!(issue(&shop.send(&ask)), refused(422, "INSTRUMENT_DECLINED"));
}

#[test]
fn an_error_answer_has_paypal_s_shape_and_its_debug_id_in_the_head() {
    let mut shop = Shop::new();
    for (fault, name) in [
        (Fault::ServerErrorBeforeEffect, "INTERNAL_SERVER_ERROR"),
        (Fault::Unavailable, "SERVICE_UNAVAILABLE"),
        (Fault::TooManyRequests, "RATE_LIMIT_REACHED"),
        (Fault::KeyInUse, "RESOURCE_CONFLICT"),
    ] {
        shop.sandbox.fail_next(Target::PayPal, fault, 1);
        let answer = shop.send(&shop.post(ORDERS, &order_request()).id("o-1"));
        assert_eq!(text(&answer, "/name"), name);
        let debug_id = text(&answer, "/debug_id");
        assert_eq!(debug_id.len(), 13);
        assert_eq!(answer.header("paypal-debug-id"), Some(debug_id.as_str()));
    }
    let answer = shop.send(&shop.post(ORDERS, &order_request()).id("o-1"));
    assert!(answer.header("paypal-debug-id").is_some());
    assert!(body(&answer).get("debug_id").is_none());
}

/// The certificate endpoint fails by the same rules: a 200 that is no PEM, a 500, too much, nothing.
#[test]
fn the_certificate_endpoint_can_fail_by_itself() {
    let path = certificate_path(Certificate::Current);
    let mut shop = Shop::new();
    let mut fetch = |fault| {
        shop.sandbox
            .fail_next_on(Target::PayPal, "/certs/", fault, 1);
        shop.get(&path)
    };
    let garbage = fetch(Fault::GarbageBody);
    assert_eq!(garbage.status, 200);
    assert!(
        !String::from_utf8(garbage.body)
            .unwrap()
            .contains("BEGIN CERTIFICATE")
    );
    assert_eq!(fetch(Fault::ServerErrorBeforeEffect).status, 500);
    assert!(fetch(Fault::OversizeBody).body.len() > PROVIDER_ANSWER_BYTES_MAX);
    assert_eq!(shop.get(&path).status, 200);
    shop.sandbox
        .fail_next_on(Target::PayPal, "/certs/", Fault::NotReached, 1);
    assert_eq!(shop.get("/v1/notifications/webhooks-events").status, 200);
    let silent = shop.post(&path, &Value::Null);
    assert_eq!(shop.exchange(&silent), Exchange::NotReached);
}

#[test]
fn each_certificate_is_at_its_own_address_without_a_token() {
    let mut shop = Shop::new();
    shop.sandbox.paypal.revoke_tokens();
    for certificate in Certificate::ALL {
        let answer = shop.get(&certificate_path(certificate));
        match certificate.served_pem() {
            Some(pem) => {
                assert_eq!(
                    (answer.status, answer.body),
                    (200, pem.clone().into_bytes())
                );
                assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\r\n"));
                assert_eq!(pem.matches("BEGIN").count(), 1);
            }
            None => assert_eq!((certificate, answer.status), (Certificate::Withdrawn, 404)),
        }
    }
    let unknown = shop.get("/v1/notifications/certs/CERT-00000000-00000000-00000000");
    assert_eq!(unknown.status, 404);
}

/// The path below the sandbox's `/paypal` for the address at PayPal.
fn certificate_path(certificate: Certificate) -> String {
    let url = certificate.url();
    let path = url.strip_prefix("https://api.sandbox.paypal.com").unwrap();
    let id = path.strip_prefix("/v1/notifications/certs/CERT-").unwrap();
    let groups: Vec<&str> = id.split('-').collect();
    assert!(
        groups.len() == 3 && groups.iter().all(|group| is_group(group)),
        "{url}"
    );
    path.to_owned()
}

fn is_group(group: &str) -> bool {
    group.len() == 8
        && group
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
