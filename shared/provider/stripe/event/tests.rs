use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::money::{Currency, Money};
use crate::provider::stripe::fixtures;
use crate::provider::stripe::object::{DisputeStatus, IntentStatus, RefundStatus};
use crate::provider::stripe::session::SessionStanding;

fn parse(text: &str) -> Result<Event, EventError> {
    Event::parse(Verified::new(text.as_bytes()))
}

fn fixture(name: &str) -> Event {
    parse(&fixtures::text(&format!("event.{name}.json"))).unwrap()
}

fn eur(amount_minor: i64) -> Money {
    Money {
        amount_minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

#[test]
fn every_event_fixture_is_read_and_keeps_its_envelope() {
    for (file, text) in fixtures::all("event.") {
        if file == "event.odd.thin_event_v2.json" {
            let Err(EventError::Thin(event)) = parse(&text) else {
                panic!("{file} carries no object");
            };
            assert_eq!(event.id, "evt_test_65SVthin");
            assert_eq!(event.type_name, "v1.checkout.session.completed");
            assert!(event.object_id.unwrap().starts_with("cs_test_a1A0001"));
            continue;
        }
        let raw: Value = serde_json::from_str(&text).unwrap();
        let event = parse(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(raw["id"], event.id, "{file}");
        assert_eq!(raw["type"], event.type_name, "{file}");
        assert_eq!(raw["created"], event.created.0, "{file}");
        assert_eq!(raw["livemode"], event.livemode, "{file}");
        assert_eq!(
            raw["api_version"].as_str(),
            event.api_version.as_deref(),
            "{file}"
        );
        assert_eq!(
            raw["data"]["object"]["id"].as_str(),
            event.object.id(),
            "{file}"
        );
        assert_eq!(Event::parse_stored(&text), Ok(event), "{file}");
    }
}

#[test]
fn every_subscribed_kind_has_the_object_that_its_name_says() {
    for (file, text) in fixtures::all("event.") {
        let Ok(event) = parse(&text) else { continue };
        let is_right = match event.type_name.split_once('.').map(|(first, _)| first) {
            Some("checkout") => matches!(event.object, EventObject::Session(_)),
            Some("payment_intent") => matches!(event.object, EventObject::PaymentIntent(_)),
            Some("refund") => matches!(event.object, EventObject::Refund(_)),
            Some("radar") => matches!(event.object, EventObject::FraudWarning(_)),
            Some("charge") if event.type_name.contains("dispute") => {
                matches!(event.object, EventObject::Dispute(_))
            }
            Some("charge") => matches!(event.object, EventObject::Charge(_)),
            _ => matches!(event.object, EventObject::Other { .. }),
        };
        assert!(is_right, "{file}: {:?}", event.object);
    }
}

#[test]
fn the_sessions_of_the_fixtures_stand_where_their_story_says() {
    for (name, expected) in [
        ("completed", SessionStanding::Paid),
        ("completed.jpy", SessionStanding::Paid),
        ("completed.automatic_tax", SessionStanding::Paid),
        ("completed.amount_mismatch", SessionStanding::Paid),
        ("completed.no_payment_required", SessionStanding::Paid),
        ("completed.unpaid", SessionStanding::Processing),
        ("completed.unpaid_then_failed", SessionStanding::Processing),
        ("async_payment_succeeded", SessionStanding::Paid),
        ("async_payment_failed", SessionStanding::Processing),
        ("expired", SessionStanding::Expired),
        ("expired.with_recovery", SessionStanding::Expired),
    ] {
        let EventObject::Session(session) = fixture(&format!("checkout.session.{name}")).object
        else {
            panic!("{name}: not a session");
        };
        assert_eq!(session.standing(), expected, "{name}");
    }
}

#[test]
fn refunds_disputes_and_warnings_say_whose_money_they_are_about() {
    let refund = Refund {
        id: "re_3SVC0009a".to_owned(),
        payment_intent: Some("pi_3SVC0009".into()),
        charge: Some("ch_3SVC0009".into()),
        amount: Some(eur(4498)),
        status: Some(RefundStatus::Failed),
    };
    assert_eq!(
        fixture("refund.updated.failed").object,
        EventObject::Refund(refund)
    );

    let dispute = Dispute {
        id: "du_1SVA0001".to_owned(),
        payment_intent: Some("pi_3SVA0001".into()),
        charge: Some("ch_3SVA0001".into()),
        amount: Some(eur(4498)),
        status: Some(DisputeStatus::NeedsResponse),
        reason: Some("fraudulent".into()),
    };
    let event = fixture("charge.dispute.created");
    assert_eq!(event.kind, EventKind::DisputeCreated);
    assert_eq!(event.object.payment_intent(), Some("pi_3SVA0001"));
    assert_eq!(event.object, EventObject::Dispute(dispute));

    let warning = FraudWarning {
        id: "issfr_1SVA0004".to_owned(),
        payment_intent: Some("pi_3SVA0004".into()),
        charge: Some("ch_3SVA0004".into()),
        actionable: Some(true),
    };
    assert_eq!(
        fixture("radar.early_fraud_warning.created").object,
        EventObject::FraudWarning(warning)
    );
}

#[test]
fn charges_and_intents_are_read() {
    let EventObject::Charge(charge) = fixture("charge.refunded.partial").object else {
        panic!("not a charge");
    };
    assert_eq!(charge.payment_intent, Some("pi_3SVA0001".into()));
    assert!(charge.refunded.is_some_and(|money| money.amount_minor > 0));

    let mut value: Value = fixtures::parse("event.payment_intent.payment_failed.json");
    value["data"]["object"]["metadata"] = json!({"order_number": "A-1", "payment_id": "p-1"});
    let EventObject::PaymentIntent(intent) = parse(&value.to_string()).unwrap().object else {
        panic!("not an intent");
    };
    assert_eq!(intent.status, Some(IntentStatus::RequiresPaymentMethod));
    assert_eq!(
        (intent.order_number, intent.payment_id),
        (Some("A-1".into()), Some("p-1".into()))
    );
}

#[test]
fn a_connected_accounts_event_and_live_mode_are_told() {
    let mut value: Value = fixtures::parse("event.checkout.session.completed.json");
    value["account"] = json!("acct_1");
    value["livemode"] = json!(true);
    let event = parse(&value.to_string()).unwrap();
    assert_eq!(
        (event.account.as_deref(), event.livemode),
        (Some("acct_1"), true)
    );
}

#[test]
fn s13_an_unknown_type_is_an_event_too_even_without_an_object_id() {
    let event = fixture("odd.unknown_type");
    assert_eq!(
        (event.kind, event.object.id()),
        (EventKind::Other, Some("ch_x"))
    );

    let mut value: Value = fixtures::parse("event.odd.unknown_type.json");
    value["type"] = json!("balance.available");
    value["data"]["object"] = json!({"object": "balance"});
    assert_eq!(
        parse(&value.to_string()).unwrap().object,
        EventObject::Other { id: None }
    );
}

#[test]
fn expanded_objects_stand_for_their_ids() {
    let mut value: Value = fixtures::parse("event.refund.created.json");
    value["data"]["object"]["payment_intent"] = json!({"id": "pi_x", "object": "payment_intent"});
    value["data"]["object"]["charge"] = json!({"id": "ch_x", "object": "charge"});
    let event = parse(&value.to_string()).unwrap();
    assert_eq!(event.object.payment_intent(), Some("pi_x"));
    assert!(matches!(event.object, EventObject::Refund(r) if r.charge == Some("ch_x".into())));
}

#[test]
fn recorded_deliveries_of_every_version_are_read_and_old_ones_are_never_paid() {
    for (file, text) in fixtures::third_party("") {
        if file.starts_with("delivery_headers.") || file.starts_with("object.") {
            continue;
        }
        let event = parse(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
        if let EventObject::Session(session) = &event.object {
            // In 2019 a session had neither status nor amounts.
            let is_paid = session.standing() == SessionStanding::Paid;
            assert_eq!(is_paid, !file.contains("2019"), "{file}");
        }
        assert_ne!(event.kind, EventKind::Other, "{file}");
    }
}

#[test]
fn what_is_not_an_event_is_refused_with_its_reason() {
    for (body, expected) in [
        ("", EventError::NotJson),
        ("} I am not valid JSON; 123][", EventError::NotJson),
        ("\u{feff}{}", EventError::NotJson),
        ("null", EventError::NotAnEvent),
        ("[]", EventError::NotAnEvent),
        (
            "{\"object\": \"charge\", \"id\": \"ch_1\"}",
            EventError::NotAnEvent,
        ),
        ("{}", EventError::Missing("id")),
        ("{\"id\": 5}", EventError::Missing("id")),
        ("{\"id\": \"\"}", EventError::Missing("id")),
        ("{\"id\": \"evt_1\"}", EventError::Missing("type")),
        (
            "{\"id\": \"evt_1\", \"type\": \"x\", \"created\": 1.5}",
            EventError::Missing("created"),
        ),
        (
            "{\"id\": \"evt_1\", \"type\": \"x\", \"created\": 1}",
            EventError::Missing("livemode"),
        ),
    ] {
        assert_eq!(parse(body), Err(expected), "{body:?}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(parse(&deep), Err(EventError::NotJson));
}

#[test]
fn a_kind_that_we_act_on_needs_an_object_with_an_id() {
    for object in [
        json!(null),
        json!({}),
        json!({"object": "checkout.session"}),
        json!({"id": "cs_test_1"}),
        json!({"id": "cs_test/../1", "object": "checkout.session"}),
        json!({"id": "x".repeat(256), "object": "charge"}),
    ] {
        let mut value: Value = fixtures::parse("event.checkout.session.completed.json");
        value["data"]["object"] = object.clone();
        let parsed = parse(&value.to_string());
        assert_eq!(parsed, Err(EventError::Missing("data.object")), "{object}");
    }
}

/// Every path of a value, as JSON pointers.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => (0..).map(|i: usize| i.to_string()).zip(items).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    };
    for (key, child) in children {
        let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(child, &path, found);
        found.push(path);
    }
}

/// A field that is gone or of another type may make an event unreadable only in the envelope, and
/// may never turn an unpaid session into a paid one.
#[test]
fn any_one_field_may_change_its_type() {
    let required = [
        "/id",
        "/type",
        "/created",
        "/livemode",
        "/object",
        "/data",
        "/data/object",
    ];
    for (file, text) in fixtures::all("event.checkout.session.") {
        let original: Value = serde_json::from_str(&text).unwrap();
        let mut paths = Vec::new();
        pointers(&original, "", &mut paths);
        for path in paths {
            for odd in [
                json!(null),
                json!(1.5),
                json!([]),
                json!({}),
                json!("odd"),
                json!(true),
            ] {
                let mut changed = original.clone();
                *changed.pointer_mut(&path).unwrap() = odd.clone();
                let Ok(event) = parse(&changed.to_string()) else {
                    let is_envelope = required.contains(&path.as_str())
                        || path == "/data/object/id"
                        || path == "/data/object/object";
                    assert!(is_envelope, "{file}: {path} = {odd} made it unreadable");
                    continue;
                };
                let EventObject::Session(session) = event.object else {
                    continue;
                };
                let was_unpaid = original["data"]["object"]["payment_status"] == "unpaid";
                assert!(
                    !(was_unpaid && session.standing() == SessionStanding::Paid),
                    "{path}"
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn no_body_panics(body: Vec<u8>) {
        let _ = Event::parse(Verified::new(&body));
    }

    #[test]
    fn no_cut_or_changed_body_panics(
        at: prop::sample::Index, cut: prop::sample::Index, byte: u8,
    ) {
        let mut body = fixtures::text("event.checkout.session.completed.json").into_bytes();
        let position = at.index(body.len());
        body[position] = byte;
        body.truncate(cut.index(body.len()));
        let _ = Event::parse(Verified::new(&body));
    }
}
