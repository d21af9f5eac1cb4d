//! Every event body that there is, delivered with a good signature: it is stored and has no effect,
//! or the right one.

use std::path::{Path, PathBuf};

use common::{Buyer, Shop};
use serde_json::{Value as Json, json};

/// The JSON files of a folder whose name begins so.
fn files(folder: &Path, prefix: &str) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            (name, bytes)
        })
        .filter(|(name, _)| name.starts_with(prefix))
        .collect()
}

fn events() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stripe");
    let events = files(&folder, "event.");
    assert!(events.len() >= 35, "{}", events.len());
    events
}

fn assert_nothing_happened(shop: &Shop, before: &Json, name: &str) {
    let now = shop.end_state();
    for part in [
        "orders", "payments", "ledger", "accounts", "cases", "messages", "releases",
    ] {
        assert_eq!(now[part], before[part], "{part} after {name}");
    }
}

#[test]
fn every_fixture_is_stored_once_without_effect_on_orders_that_it_is_not_about() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    let stored_before = shop.value("SELECT count(*) FROM inbox").as_i64().unwrap();
    let before = shop.end_state();
    let mut ids = std::collections::BTreeSet::new();
    for round in 0..2 {
        // The thin one has a test of its own.
        for (name, body) in events().iter().filter(|(name, _)| !name.contains("thin")) {
            let event: Json = serde_json::from_slice(body).unwrap();
            assert_eq!(shop.receive(body).status, 200, "{name}, round {round}");
            ids.insert(event["id"].as_str().unwrap().to_owned());
            let state = shop.inbox_of(event["id"].as_str().unwrap());
            assert!(
                state.starts_with("ignored: ") || state.starts_with("parked: "),
                "{name} is {state}"
            );
            assert_nothing_happened(&shop, &before, name);
        }
    }
    let stored = shop.value("SELECT count(*) FROM inbox").as_i64().unwrap();
    assert_eq!(usize::try_from(stored - stored_before).unwrap(), ids.len());
    // Four days later nothing of it has come to anything.
    shop.run_cron_without_backfill(600);
    for _ in 0..20 {
        shop.tick_after(6 * 3_600);
    }
    assert_nothing_happened(&shop, &before, "four days");
    assert_eq!(
        shop.value("SELECT count(*) FROM inbox WHERE state = 'parked'"),
        0
    );
    shop.check();
}

/// Real deliveries of several API versions, read in place.
#[test]
fn every_real_delivery_is_stored_without_effect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/stripe");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    let before = shop.end_state();
    let mut delivered = 0;
    for (name, body) in files(&folder, "") {
        let file: Json = serde_json::from_slice(&body).unwrap();
        if file["object"] != "event" {
            continue;
        }
        for _ in 0..2 {
            assert_eq!(shop.receive(&body).status, 200, "{name}");
        }
        assert_nothing_happened(&shop, &before, &name);
        delivered += 1;
    }
    assert!(delivered >= 4, "{delivered}");
    assert_eq!(shop.value("SELECT count(*) FROM inbox"), delivered);
    shop.check();
}

/// A fixture of a session, told about the session of an order here.
fn about_us(mut event: Json, session: &str, payment: &Json, number: &str) -> Json {
    let object = &mut event["data"]["object"];
    object["id"] = json!(session);
    object["metadata"]["payment_id"] = payment["payment_id"].clone();
    object["metadata"]["order_number"] = json!(number);
    object["client_reference_id"] = json!(number);
    event
}

fn told_about_us(shop: &Shop, buyer: &Buyer, session: &str, expect: &str) -> usize {
    let payment = shop.payment_of(buyer);
    let mut told = 0;
    for (name, body) in events() {
        let event: Json = serde_json::from_slice(&body).unwrap();
        if event["data"]["object"]["object"] != "checkout.session" {
            continue;
        }
        let event = about_us(event, session, &payment, &buyer.number);
        for _ in 0..2 {
            assert_eq!(shop.receive_event(&event), 200, "{name}");
        }
        assert_eq!(shop.status(buyer), expect, "{name}");
        told += 1;
    }
    shop.check();
    told
}

/// Paid, unpaid, failed, expired, another amount, JPY, no payment required: whatever the body says
/// of our session, Stripe's API says that it is open.
#[test]
fn no_session_body_moves_an_order_whose_session_is_open_at_stripe() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let before = shop.end_state();
    assert!(told_about_us(&shop, &buyer, &session, "awaiting_payment") >= 12);
    assert_nothing_happened(&shop, &before, "all of them");
}

/// The same bodies once the session is paid: the first one settles what the API says, and none
/// changes it, not even those that say failed, expired or another amount.
#[test]
fn any_session_body_settles_what_stripe_says_and_nothing_else() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    drop(shop.take_webhooks());
    assert!(told_about_us(&shop, &buyer, &session, "confirmed") >= 12);
    assert_eq!(shop.ledger().len(), 1, "{:?}", shop.ledger());
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
}

/// Bodies of refunds, disputes and warnings, told about a payment here.
#[test]
fn every_reversal_body_opens_its_case_and_leaves_the_ledger_alone() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    let intent = shop.intent_of(&session);
    let before = shop.end_state();
    let mut kinds = std::collections::BTreeSet::new();
    let mut cases = std::collections::BTreeSet::new();
    for (name, body) in events() {
        let mut event: Json = serde_json::from_slice(&body).unwrap();
        let object = event["data"]["object"]["object"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let is_reversal = matches!(
            object.as_str(),
            "refund" | "dispute" | "radar.early_fraud_warning"
        );
        if !is_reversal {
            continue;
        }
        event["data"]["object"]["payment_intent"] = json!(intent);
        assert_eq!(shop.receive_event(&event), 200, "{name}");
        let id = event["id"].as_str().unwrap();
        assert_eq!(shop.inbox_of(id), "done: a case was opened", "{name}");
        let id = &event["data"]["object"]["id"];
        kinds.insert(object.clone());
        let kind = object.trim_start_matches("radar.early_");
        cases.insert(format!("{kind} {}", id.as_str().unwrap()));
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    let now = shop.end_state();
    for part in ["orders", "payments", "ledger", "accounts", "releases"] {
        assert_eq!(now[part], before[part], "{part}");
    }
    let cases: Vec<String> = cases.into_iter().collect();
    assert_eq!(shop.open_cases(), cases);
    shop.check();
}

/// A thin event carries no object: the endpoint is set up wrongly. Refusing it for days would have
/// Stripe switch the endpoint off; so it is kept, and a person is told once.
#[test]
fn a_thin_event_is_kept_and_its_endpoint_put_before_a_person() {
    let shop = Shop::open();
    let body = include_bytes!("../fixtures/stripe/event.odd.thin_event_v2.json");
    for _ in 0..2 {
        assert_eq!(shop.receive(body).status, 200);
    }
    let mut other: Json = serde_json::from_slice(body).unwrap();
    other["id"] = json!("evt_test_65SVthin2");
    assert_eq!(shop.receive_event(&other), 200);
    assert_eq!(shop.count("inbox"), 2);
    let problem = "a thin event: the endpoint must be set to snapshot payloads";
    assert_eq!(
        shop.inbox_of("evt_test_65SVthin"),
        format!("ignored: {problem}")
    );
    assert_eq!(shop.open_cases(), [format!("event_foreign {problem}")]);
    assert_eq!(shop.mails().len(), 1, "{:?}", shop.mails());
    // Without its signature it is nothing.
    let forged = shop.webhook(&[("stripe-signature", "t=1,v1=00".to_owned())], body);
    assert_eq!(forged.status, 400);
    shop.check();
}
