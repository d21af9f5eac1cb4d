//! Deliveries: signatures, copies, losses, delays, retries.

use super::support::Shop;
use crate::support::START;
use sandbox::paypal::{Certificate, Funding, crc32};
use sandbox::{Delivery, DeliveryState, WebhookMode};
use serde_json::{Value, json};

const APPROVED: &str = "CHECKOUT.ORDER.APPROVED";
const CAPTURED: &str = "PAYMENT.CAPTURE.COMPLETED";
const COMPLETED: &str = "CHECKOUT.ORDER.COMPLETED";

fn types(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries
        .iter()
        .map(|delivery| delivery.event_type.as_str())
        .collect()
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    let headers = &delivery.headers;
    &headers.iter().find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn a_delivery_is_the_event_without_white_space_and_with_paypal_s_headers() {
    let mut shop = Shop::new();
    shop.paid(Funding::Good);
    shop.wait(7);
    let due = shop.deliver();
    assert_eq!(types(&due), [APPROVED, CAPTURED, COMPLETED]);
    let told = &due[1];
    assert_eq!(told.url, "http://127.0.0.1:8787/webhooks/paypal");
    let body: Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(body.to_string().as_bytes(), told.body);
    assert_eq!(body["id"], told.event_id.as_str());
    assert_eq!(body["create_time"], "2026-11-21T18:00:00.000Z");
    assert_eq!(header(told, "paypal-auth-algo"), "SHA256withRSA");
    assert_eq!(header(told, "paypal-auth-version"), "v2");
    assert_eq!(
        header(told, "paypal-transmission-time"),
        "2026-11-21T18:00:00Z"
    );
    assert_eq!(header(told, "paypal-cert-url"), Certificate::Current.url());
    assert_eq!(header(told, "paypal-transmission-sig").len(), 344);
    let id = header(told, "paypal-transmission-id");
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'1'));
    let parts: Vec<&str> = told.event_id.split('-').collect();
    assert_eq!((parts[0], parts[1].len(), parts[2].len()), ("WH", 17, 17));
}

#[test]
fn each_mode_delivers_as_it_says() {
    let order = [APPROVED, CAPTURED, COMPLETED];
    let five: Vec<&str> = order.iter().flat_map(|kind| [*kind; 5]).collect();
    let twice = vec![APPROVED, APPROVED, CAPTURED, COMPLETED, CAPTURED, COMPLETED];
    for (mode, after_s, expected) in [
        (WebhookMode::Normal, 0, order.to_vec()),
        (WebhookMode::BeforeRedirect, 0, order.to_vec()),
        (WebhookMode::Reversed, 59, vec![COMPLETED, CAPTURED]),
        (
            WebhookMode::Reversed,
            60,
            vec![COMPLETED, CAPTURED, APPROVED],
        ),
        (WebhookMode::FiveTimes, 0, five),
        (WebhookMode::TwoEventIds, 0, twice),
        (WebhookMode::Lost, 1_000_000, Vec::new()),
        (WebhookMode::Delayed { seconds: 20 }, 19, Vec::new()),
        (WebhookMode::Delayed { seconds: 20 }, 20, order.to_vec()),
    ] {
        let mut shop = Shop::new();
        shop.sandbox.paypal.set_webhook_mode(mode);
        shop.paid(Funding::Good);
        shop.wait(after_s);
        assert_eq!(
            types(&shop.deliver()),
            expected,
            "{mode:?} after {after_s} s"
        );
    }
}

#[test]
fn the_mode_of_one_approval_holds_for_its_capture_and_no_longer() {
    let mut shop = Shop::new();
    shop.sandbox
        .paypal
        .set_webhook_mode_of_next_approval(WebhookMode::Lost);
    let (_, capture) = shop.paid(Funding::Pending);
    assert_eq!(types(&shop.deliver()), Vec::<&str>::new());
    shop.sandbox
        .paypal
        .pending_completes(shop.now, &capture)
        .unwrap();
    assert_eq!(types(&shop.deliver()), [CAPTURED]);
    shop.paid(Funding::Good);
    assert_eq!(shop.deliver().len(), 3);
}

#[test]
fn two_ids_tell_one_fact_and_five_copies_share_one() {
    let mut shop = Shop::new();
    shop.sandbox
        .paypal
        .set_webhook_mode(WebhookMode::TwoEventIds);
    shop.approved(Funding::Good);
    let told = shop.deliver();
    let resource = |delivery: &Delivery| {
        serde_json::from_slice::<Value>(&delivery.body).unwrap()["resource"].take()
    };
    assert_ne!(told[0].event_id, told[1].event_id);
    assert_eq!(resource(&told[0]), resource(&told[1]));
    shop.sandbox.paypal.set_webhook_mode(WebhookMode::FiveTimes);
    shop.approved(Funding::Good);
    let copies = shop.deliver();
    assert!(
        copies
            .iter()
            .all(|copy| copy.event_id == copies[0].event_id)
    );
    assert_ne!(
        header(&copies[0], "paypal-transmission-id"),
        header(&copies[1], "paypal-transmission-id")
    );
}

/// 25 tries in three days, each with the id, the time and so the signature of the first.
#[test]
fn a_delivery_is_repeated_for_three_days_under_one_transmission_id() {
    let mut shop = Shop::new();
    shop.sandbox.paypal.make_event(shop.now, "X.Y", json!({}));
    let mut seen = Vec::new();
    while let Some(due) = shop.sandbox.paypal.next_delivery_due() {
        shop.now = due;
        for delivery in shop.sandbox.due_deliveries(due) {
            shop.sandbox.delivered(due, delivery.id, Some(503));
            seen.push(delivery);
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(shop.now.seconds_since(START) <= 3 * 24 * 3_600);
    assert!(
        seen.iter()
            .all(|again| (&again.headers, &again.body) == (&seen[0].headers, &seen[0].body))
    );
    let attempts: Vec<u32> = seen.iter().map(|delivery| delivery.attempt).collect();
    assert_eq!(attempts, (1..=25).collect::<Vec<u32>>());
}

#[test]
fn no_answer_is_a_failure_and_a_2xx_is_the_end() {
    let mut shop = Shop::new();
    shop.approved(Funding::Good);
    let first = shop.sandbox.due_deliveries(shop.now).remove(0);
    shop.sandbox.delivered(shop.now, first.id, None);
    shop.wait(60);
    let second = shop.sandbox.due_deliveries(shop.now).remove(0);
    shop.sandbox.delivered(shop.now, second.id, Some(204));
    assert!(
        shop.sandbox
            .paypal
            .event(&first.event_id)
            .unwrap()
            .acknowledged
    );
    assert_eq!(shop.sandbox.paypal.next_delivery_due(), None);
    let states: Vec<DeliveryState> = shop
        .sandbox
        .paypal
        .deliveries()
        .iter()
        .map(|attempt| attempt.state)
        .collect();
    assert_eq!(
        states,
        [DeliveryState::Failed(None), DeliveryState::Acknowledged]
    );
}

#[test]
fn no_delivery_has_the_number_of_one_of_stripe_s() {
    let mut shop = Shop::new();
    shop.approved(Funding::Good);
    let now = shop.now;
    shop.sandbox.stripe.make_event(now, "x.y", json!({}));
    let due = shop.sandbox.due_deliveries(now);
    assert_eq!(types(&due), ["x.y", APPROVED]);
    for delivery in &due {
        shop.sandbox.delivered(now, delivery.id, Some(200));
    }
    assert!(shop.sandbox.stripe.events()[0].acknowledged);
    assert!(shop.sandbox.paypal.events()[0].acknowledged);
}

#[test]
fn the_certificate_in_use_is_the_one_in_the_header() {
    let mut shop = Shop::new();
    for certificate in Certificate::ALL {
        shop.sandbox.paypal.set_certificate(certificate);
        shop.approved(Funding::Good);
        let told = shop.deliver().remove(0);
        assert_eq!(header(&told, "paypal-cert-url"), certificate.url());
    }
}

#[test]
fn anything_can_be_signed_by_hand_each_time_under_a_new_id() {
    let mut shop = Shop::new();
    let one = shop.sandbox.paypal.sign(START, b"{}");
    let two = shop.sandbox.paypal.sign(START, b"{}");
    let id = |headers: &[(&'static str, String)]| headers[5].clone();
    assert_eq!(id(&one).0, "paypal-transmission-id");
    assert_ne!(id(&one), id(&two));
    assert_eq!(crc32(b"{}"), 2_745_614_147);
}

#[test]
fn an_event_made_by_hand_is_delivered_like_any_other() {
    let mut shop = Shop::new();
    let resource = json!({ "id": "X", "colour": "red" });
    let id = shop
        .sandbox
        .paypal
        .make_event(shop.now, "NO.SUCH.TYPE", resource.clone());
    let told = shop.deliver().remove(0);
    assert_eq!(
        (told.event_id, told.event_type.as_str()),
        (id, "NO.SUCH.TYPE")
    );
    let body: Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(body["resource"], resource);
}
