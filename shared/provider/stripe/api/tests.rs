use serde_json::Value;

use super::*;
use crate::provider::stripe::fixtures::{self, decode_form};

fn api() -> StripeApi {
    StripeApi::new("https://api.stripe.com", "sk_test_123").unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

fn session() -> SessionId {
    SessionId::parse("cs_test_a1").unwrap()
}

fn golden(name: &str) -> Value {
    let file: Value = fixtures::parse("golden_requests.json");
    let requests = file["requests"].as_array().unwrap();
    requests
        .iter()
        .find(|request| request["name"] == name)
        .expect(name)
        .clone()
}

fn query(request: &OutRequest) -> Vec<(String, String)> {
    decode_form(request.url.split_once('?').map_or("", |(_, query)| query))
}

fn text_pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Method, path and headers as the official SDK sends them; it also puts a content type on GET.
fn assert_like_golden(request: &OutRequest, name: &str) {
    let golden = golden(name);
    assert_eq!(request.method.as_str(), golden["method"], "{name}");
    let url = request
        .url
        .split_once('?')
        .map_or(request.url.as_str(), |(path, _)| path);
    assert_eq!(
        url,
        format!("https://api.stripe.com{}", golden["path"].as_str().unwrap())
    );
    let mut theirs: Vec<(String, String)> =
        serde_json::from_value::<std::collections::BTreeMap<_, _>>(golden["headers"].clone())
            .unwrap()
            .into_iter()
            .collect();
    if request.method == Method::Get {
        theirs.retain(|(name, _)| name != "content-type");
    }
    let mut ours: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    ours.sort();
    assert_eq!(ours, theirs, "{name}");
    assert_eq!(request.deadline_ms, PROVIDER_DEADLINE_MS);
}

#[test]
fn create_sends_the_frozen_body_as_it_is() {
    let golden = golden("checkout_session_create_full");
    let body = golden["body_raw"].as_str().unwrap();
    let idempotency_key = key(golden["headers"]["idempotency-key"].as_str().unwrap());
    let request = api().create_session(body, &idempotency_key);
    assert_like_golden(&request, "checkout_session_create_full");
    assert_eq!(request.body, body.as_bytes());
    assert_eq!(request, api().create_session(body, &idempotency_key));
}

#[test]
fn expire_is_an_empty_post_with_its_key() {
    let request = api().expire_session(&session(), &key("exp-cs_test_a1"));
    assert_like_golden(&request, "checkout_session_expire");
    assert!(request.body.is_empty());
}

#[test]
fn retrieve_expands_the_charge() {
    let request = api().retrieve_session(&session());
    assert_like_golden(&request, "checkout_session_retrieve_expanded");
    assert_eq!(
        query(&request),
        text_pairs(&[("expand[0]", "payment_intent.latest_charge")])
    );
    assert_eq!(request.answer_bytes_max, PROVIDER_ANSWER_BYTES_MAX);
}

#[test]
fn sessions_are_listed_by_window_and_page() {
    let (from, until) = (Timestamp(1_795_200_000), Timestamp(1_795_290_000));
    let first = api().list_sessions(from, until, Page::First);
    assert_like_golden(&first, "checkout_session_list_window");
    let window = [
        ("created[gte]", "1795200000"),
        ("created[lt]", "1795290000"),
    ];
    assert_eq!(
        query(&first),
        text_pairs(&[window[0], window[1], ("limit", "100")])
    );

    let next = api().list_sessions(from, until, Page::After("cs_test_z9"));
    let pairs = [
        window[0],
        window[1],
        ("starting_after", "cs_test_z9"),
        ("limit", "100"),
    ];
    assert_eq!(query(&next), text_pairs(&pairs));
}

#[test]
fn events_are_listed_by_kind_window_and_cursor() {
    let kinds = [
        EventKind::SessionCompleted,
        EventKind::Other,
        EventKind::RefundFailed,
    ];
    let request = api().list_events(&kinds, Timestamp(7), Page::Before("evt_001"), 200);
    assert_like_golden(&request, "events_list_undelivered");
    let pairs = [
        ("types[0]", "checkout.session.completed"),
        ("types[1]", "refund.failed"),
        ("created[gte]", "7"),
        ("ending_before", "evt_001"),
        ("limit", "100"),
    ];
    assert_eq!(query(&request), text_pairs(&pairs));

    let request = api().list_events(&EventKind::SUBSCRIBED, Timestamp(7), Page::First, 0);
    assert_eq!(query(&request).len(), EventKind::SUBSCRIBED.len() + 2);
    assert_eq!(query(&request).last(), text_pairs(&[("limit", "1")]).last());
}

#[test]
fn a_cursor_cannot_add_parameters() {
    let request = api().list_events(&[], Timestamp(0), Page::After("evt_1&limit=1#"), 5);
    let pairs = [
        ("created[gte]", "0"),
        ("starting_after", "evt_1&limit=1#"),
        ("limit", "5"),
    ];
    assert_eq!(query(&request), text_pairs(&pairs));
    assert!(!request.url.contains('#'));
}

#[test]
fn a_base_address_is_an_origin_and_live_keys_need_https() {
    for good in [
        "https://api.stripe.com",
        "http://127.0.0.1:12111",
        "http://localhost",
    ] {
        assert_eq!(
            StripeApi::new(good, "sk_test_1").map(|api| api.mode()),
            Ok(Mode::Test)
        );
    }
    for bad in [
        "",
        "api.stripe.com",
        "ftp://x",
        "https://",
        "https://x/",
        "https://a@b",
        "http://x y",
    ] {
        assert_eq!(
            StripeApi::new(bad, "sk_test_1"),
            Err(ApiError::NotAnOrigin),
            "{bad}"
        );
    }
    let clear = StripeApi::new("http://127.0.0.1:12111", "rk_live_1");
    assert_eq!(clear, Err(ApiError::LiveKeyInTheClear));
    let live = StripeApi::new("https://api.stripe.com", "rk_live_1");
    assert_eq!(live.map(|api| api.mode()), Ok(Mode::Live));
}

#[test]
fn s123_a_wrong_key_is_refused_without_showing_it() {
    let error = StripeApi::new("https://api.stripe.com", "whsec_abc").unwrap_err();
    assert_eq!(error, ApiError::Key(SecretKeyError::Prefix));
    assert!(!error.to_string().contains("abc"));
}

#[test]
fn the_settings_are_printed_without_the_key() {
    let printed = format!("{:?}", api());
    assert!(!printed.contains("sk_test"), "{printed}");
}

#[test]
fn a_dispute_is_asked_about_only_by_an_id_that_fits_a_path() {
    let api = api();
    let request = api.dispute("du_1Mt").expect("an id");
    assert!(
        request
            .url
            .starts_with("https://api.stripe.com/v1/disputes/du_1Mt"),
        "{}",
        request.url
    );
    for text in ["", "du_1/../x", "du_1?a", "du 1"] {
        assert_eq!(api.dispute(text), None, "{text}");
    }
}
