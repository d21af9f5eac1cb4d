use serde_json::json;

use super::*;
use crate::provider::paypal::fixtures;

fn parse(value: &Value) -> Result<Event, EventError> {
    Event::from_json(value.to_string().as_bytes())
}

/// The raw text where PayPal's own bytes are known, else the value printed.
fn bytes(fixture: &Value) -> Vec<u8> {
    match fixture["body_raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => fixture["body"].to_string().into_bytes(),
    }
}

/// Kind, object, order and capture.
type Expected = (
    EventKind,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
);

fn check(name: &str, fixture: &Value, (kind, object, order, capture): Expected) {
    let event = Event::from_json(&bytes(fixture)).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(event.kind, kind, "{name}");
    assert_eq!(event.id, fixture["body"]["id"], "{name}");
    let hint = event.hint;
    assert_eq!(hint.object_id.as_deref(), object, "{name}");
    assert_eq!(hint.order_id.as_ref().map(OrderId::as_str), order, "{name}");
    assert_eq!(
        hint.capture_id.as_ref().map(CaptureId::as_str),
        capture,
        "{name}"
    );
}

#[test]
fn every_event_of_the_fixtures_says_what_to_read_back() {
    for (name, id, kind) in [
        (
            "event_checkout_order_approved.json",
            "3LY66504BT263611G",
            EventKind::OrderApproved,
        ),
        (
            "event_checkout_order_completed.json",
            "806440346Y391300T",
            EventKind::OrderCompleted,
        ),
    ] {
        check(
            name,
            &fixtures::value(name),
            (kind, Some(id), Some(id), None),
        );
    }
    assert_eq!(
        fixtures::all("event_").len(),
        2,
        "a new fixture needs a row here"
    );
}

/// What the recordings of our kinds say, and one of another API.
fn rows_of_recordings() -> [(&'static str, Expected); 9] {
    use EventKind::{
        ApprovalReversed, CaptureCompleted, CaptureDeclined, CapturePending, CaptureRefunded,
        CaptureReversed, DisputeCreated, DisputeResolved, Other,
    };
    [
        (
            "checkout_payment_approval_reversed",
            (
                ApprovalReversed,
                Some("5O190127TN364715T"),
                Some("5O190127TN364715T"),
                None,
            ),
        ),
        (
            "customer_dispute_created",
            (
                DisputeCreated,
                Some("PP-000-001-341-393"),
                None,
                Some("45V487086B989905H"),
            ),
        ),
        (
            "customer_dispute_resolved",
            (
                DisputeResolved,
                Some("PP-000-001-341-261"),
                None,
                Some("6C589962JJ4368547"),
            ),
        ),
        (
            "payment_capture_completed",
            (
                CaptureCompleted,
                Some("12A34567BC123456S"),
                Some("1AB234567A1234567"),
                Some("12A34567BC123456S"),
            ),
        ),
        (
            "payment_capture_declined",
            (
                CaptureDeclined,
                Some("7U133281TB3277326"),
                Some("48R416400V564864N"),
                Some("7U133281TB3277326"),
            ),
        ),
        // The order is known only by a link.
        (
            "payment_capture_pending",
            (
                CapturePending,
                Some("02T21492PP3782704"),
                Some("8PR65097T8571330M"),
                Some("02T21492PP3782704"),
            ),
        ),
        (
            "payment_capture_refunded",
            (
                CaptureRefunded,
                Some("1Y107995YT783435V"),
                None,
                Some("0JF852973C016714D"),
            ),
        ),
        (
            "payment_capture_reversed",
            (
                CaptureReversed,
                Some("09E71677NS257044M"),
                None,
                Some("4L335234718889942"),
            ),
        ),
        // A capture of PayPal's first API, under a name that our captures have as well.
        (
            "payment_capture_denied_v1",
            (Other, Some("1YH34677BD7819356"), None, None),
        ),
    ]
}

#[test]
fn every_recorded_event_is_read() {
    let rows = rows_of_recordings();
    let recorded = fixtures::third_party("event_");
    for (name, fixture) in &recorded {
        let row = rows
            .iter()
            .find(|(row, _)| *name == format!("event_{row}.json"));
        if let Some((_, expected)) = row {
            check(name, fixture, *expected);
        } else {
            let event = Event::from_json(&bytes(fixture)).unwrap();
            assert_eq!(event.kind, EventKind::Other, "{name}");
            assert!(event.hint.capture_id.is_none(), "{name}");
        }
    }
    let is_recorded = |row: &str| {
        recorded
            .iter()
            .any(|(name, _)| *name == format!("event_{row}.json"))
    };
    assert!(recorded.is_empty() || rows.iter().all(|(row, _)| is_recorded(row)));
}

#[test]
fn the_ids_of_ours_are_found_in_orders_and_in_captures() {
    let approved = fixtures::value("event_checkout_order_approved.json");
    let event = parse(&approved["body"]).unwrap();
    assert_eq!(event.hint.custom_id.as_deref(), Some("order_0001"));
    let capture = json!({
        "id": "WH-1", "event_type": "PAYMENT.CAPTURE.DENIED",
        "resource": {"id": "3C6", "status": "DECLINED", "custom_id": "A7", "invoice_id": "A7-P1"},
    });
    let event = parse(&capture).unwrap();
    assert_eq!(event.kind, EventKind::CaptureDenied);
    assert_eq!(event.hint.custom_id.as_deref(), Some("A7"));
    assert_eq!(event.hint.payment_id(), Some("P1"));
}

#[test]
fn times_of_every_known_kind_are_read_or_absent() {
    for (text, expected) in [
        ("2021-02-17T08:41:04.342Z", Some(1_613_551_264)),
        ("2018-08-15T12:13:29-07:00", Some(1_534_360_409)),
        ("2014-10-20T12:04:32Z", Some(1_413_806_672)),
        ("2018-19-12T00:20:32.000Z", None),
        ("2016-07-10T20:38:52.000", None),
        ("yesterday", None),
    ] {
        let event = parse(&json!({"id": "WH-1", "event_type": "A", "create_time": text})).unwrap();
        assert_eq!(event.created.map(|t| t.0), expected, "{text}");
    }
}

#[test]
fn s13_an_unknown_type_is_an_event_like_any_other() {
    let event = parse(&json!({"id": "WH-1", "event_type": "A.NEW.ONE", "resource": [1]})).unwrap();
    assert_eq!(event.kind, EventKind::Other);
    assert_eq!(event.hint, Hint::default());
}

#[test]
fn what_is_no_event_is_refused_by_name() {
    use EventError::{Missing, NotAnEvent, NotJson};
    for (body, error) in [
        ("", NotJson),
        ("\u{feff}{}", NotJson),
        ("[]", NotAnEvent),
        ("{}", Missing("id")),
        (r#"{"id":""}"#, Missing("id")),
        (r#"{"id":5,"event_type":"A"}"#, Missing("id")),
        (r#"{"id":"WH-1"}"#, Missing("event_type")),
    ] {
        assert_eq!(Event::from_json(body.as_bytes()), Err(error), "{body:?}");
    }
    let long = json!({"id": "W".repeat(256), "event_type": "A"});
    assert_eq!(parse(&long), Err(Missing("id")));
}

#[test]
fn an_id_that_cannot_stand_in_a_path_is_no_id() {
    let event = json!({
        "id": "WH-1", "event_type": "CHECKOUT.ORDER.APPROVED",
        "resource": {"id": "../../v1/oauth2/token", "status": "APPROVED"},
    });
    assert_eq!(parse(&event).unwrap().hint.order_id, None);
}

#[test]
fn names_of_event_kinds_unchanged() {
    let names: Vec<_> = EventKind::KNOWN.iter().filter_map(|k| k.name()).collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    CHECKOUT.ORDER.APPROVED
    CHECKOUT.ORDER.COMPLETED
    CHECKOUT.PAYMENT-APPROVAL.REVERSED
    PAYMENT.CAPTURE.COMPLETED
    PAYMENT.CAPTURE.PENDING
    PAYMENT.CAPTURE.DENIED
    PAYMENT.CAPTURE.DECLINED
    PAYMENT.CAPTURE.REFUNDED
    PAYMENT.CAPTURE.REVERSED
    CUSTOMER.DISPUTE.CREATED
    CUSTOMER.DISPUTE.UPDATED
    CUSTOMER.DISPUTE.RESOLVED
    ");
}
