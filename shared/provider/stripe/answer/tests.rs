use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::provider::stripe::fixtures;
use crate::provider::stripe::session::SessionStanding;

fn response(status: u16, body: &str) -> InResponse {
    let headers = vec![("request-id".to_owned(), "req_test".to_owned())];
    InResponse {
        status,
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn error(status: u16, error: &Value) -> InResponse {
    response(status, &json!({ "error": error }).to_string())
}

fn with_retry_hint(mut response: InResponse, hint: &str) -> InResponse {
    response
        .headers
        .push(("stripe-should-retry".to_owned(), hint.to_owned()));
    response
}

fn session() -> Value {
    let event: Value = fixtures::parse("event.checkout.session.completed.json");
    event["data"]["object"].clone()
}

/// What an answer amounts to, for tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Done,
    Refused,
    KeyTaken,
    Unknown,
}

fn create_kind(response: &InResponse) -> Kind {
    match read_created(response) {
        CreateAnswer::Created(_) => Kind::Done,
        CreateAnswer::KeyTaken(_) => Kind::KeyTaken,
        CreateAnswer::Refused(_) => Kind::Refused,
        CreateAnswer::Unknown(_) => Kind::Unknown,
    }
}

fn read_kind<T>(answer: &Answer<T>) -> Kind {
    match answer {
        Answer::Done(_) => Kind::Done,
        Answer::Refused(_) => Kind::Refused,
        Answer::Unknown(_) => Kind::Unknown,
    }
}

#[test]
fn a_session_is_read_from_create_retrieve_and_expire() {
    let ok = response(200, &session().to_string());
    assert!(matches!(read_created(&ok), CreateAnswer::Created(s)
        if s.standing() == SessionStanding::Paid));
    assert!(matches!(read_session(&ok), Answer::Done(_)));
    assert!(matches!(read_expired(&ok), ExpireAnswer::Expired(_)));
}

#[test]
fn the_errors_that_the_official_sdk_tells_apart_are_told_apart() {
    let file: Value = fixtures::parse("retry_and_errors.json");
    let recorded = file["errors"].as_array().unwrap();
    assert_eq!(recorded.len(), 12);
    for case in recorded {
        let status = case["status"].as_u64().unwrap().try_into().unwrap();
        let expected = match case["sdk_class"].as_str().unwrap() {
            "StripeInvalidRequestError"
            | "StripeAuthenticationError"
            | "StripeCardError"
            | "StripePermissionError" => Kind::Refused,
            "StripeIdempotencyError" => Kind::KeyTaken,
            "StripeRateLimitError" | "StripeAPIError" => Kind::Unknown,
            other => panic!("unknown class {other}"),
        };
        let response = error(status, &case["error"]);
        assert_eq!(create_kind(&response), expected, "{case}");
        let on_read = if expected == Kind::KeyTaken {
            Kind::Unknown
        } else {
            expected
        };
        assert_eq!(read_kind(&read_session(&response)), on_read, "{case}");
    }
}

/// Whatever the SDK would send again is unknown to us; a refusal never is.
#[test]
fn nothing_that_the_official_sdk_retries_is_a_refusal() {
    let file: Value = fixtures::parse("retry_and_errors.json");
    let rows = file["retry"].as_array().unwrap();
    let mut compared = 0;
    for row in rows.iter().filter(|row| row["status"].is_u64()) {
        let status: u16 = row["status"].as_u64().unwrap().try_into().unwrap();
        let mut response = error(
            status,
            &json!({"type": "invalid_request_error", "message": "m"}),
        );
        if let Some(hint) = row["stripe_should_retry"].as_str() {
            response = with_retry_hint(response, hint);
        }
        if row["retry"] == true {
            assert_eq!(create_kind(&response), Kind::Unknown, "{row}");
            compared += 1;
        }
        if status == 424 || status == 429 || status >= 500 {
            assert_eq!(create_kind(&response), Kind::Unknown, "{row}");
        }
    }
    assert!(compared >= 20, "only {compared} rows are retried");
}

#[test]
fn a_refusal_carries_status_code_and_text_for_staff() {
    let refusal = json!({"type": "invalid_request_error", "code": "amount_too_small",
        "message": "m".repeat(1_000)});
    let CreateAnswer::Refused(refusal) = read_created(&error(400, &refusal)) else {
        panic!("not refused");
    };
    assert_eq!(
        (refusal.status, refusal.code.as_str()),
        (400, "amount_too_small")
    );
    assert_eq!(refusal.message.len(), MESSAGE_CHARS_MAX);
}

#[test]
fn a_missing_session_is_told_from_a_wrong_address() {
    let missing =
        json!({"type": "invalid_request_error", "code": RESOURCE_MISSING, "message": "m"});
    assert!(
        matches!(read_session(&error(404, &missing)), Answer::Refused(r)
        if r.code == RESOURCE_MISSING)
    );
    assert!(
        matches!(read_expired(&error(404, &missing)), ExpireAnswer::Refused(r)
        if r.code == RESOURCE_MISSING)
    );
    let address = json!({"type": "invalid_request_error", "message": "Unrecognized request URL"});
    assert!(matches!(read_session(&error(404, &address)), Answer::Refused(r) if r.code.is_empty()));
}

#[test]
fn an_expire_of_a_session_that_is_not_open_is_told_apart() {
    let not_open = json!({"type": "invalid_request_error",
        "message": "Only Checkout Sessions with a status in [\"open\"] can be expired."});
    assert!(matches!(
        read_expired(&error(400, &not_open)),
        ExpireAnswer::NotOpen(_)
    ));
    for unknown in [
        with_retry_hint(error(400, &not_open), "true"),
        error(400, &json!({"type": "idempotency_error", "message": "m"})),
        error(
            400,
            &json!({"type": "invalid_request_error", "code": "rate_limit"}),
        ),
        error(500, &json!({"type": "api_error"})),
    ] {
        assert!(
            matches!(read_expired(&unknown), ExpireAnswer::Unknown(_)),
            "{unknown:?}"
        );
    }
    let key = json!({"type": "invalid_request_error", "message": "no permission"});
    assert!(matches!(
        read_expired(&error(403, &key)),
        ExpireAnswer::Refused(_)
    ));
}

#[test]
fn what_stripe_did_not_write_refuses_nothing() {
    for status in [
        201, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503,
    ] {
        for body in [
            "",
            "<html>Forbidden</html>",
            "{}",
            "{\"error\": \"no\"}",
            "{\"error\": {}}",
            "[]",
        ] {
            let response = response(status, body);
            assert_eq!(create_kind(&response), Kind::Unknown, "{status} {body}");
            assert!(
                matches!(read_expired(&response), ExpireAnswer::Unknown(_)),
                "{status} {body}"
            );
        }
    }
}

#[test]
fn a_cut_off_a_foreign_or_an_oversized_object_is_unknown() {
    let whole = session().to_string();
    let oversized = format!("{whole}{}", " ".repeat(PROVIDER_ANSWER_BYTES_MAX));
    for body in [
        &whole[..whole.len() - 1],
        "",
        "null",
        "{}",
        "{\"object\": \"charge\", \"id\": \"cs_1\"}",
        &oversized,
    ] {
        let response = response(200, body);
        assert_eq!(create_kind(&response), Kind::Unknown);
        assert_eq!(read_kind(&read_session(&response)), Kind::Unknown);
    }
}

#[test]
fn an_unknown_answer_names_the_request_for_the_log() {
    let CreateAnswer::Unknown(why) = read_created(&response(502, "secret text")) else {
        panic!("known");
    };
    assert_eq!(
        why,
        "Stripe answered 502: no error of Stripe's (request req_test)"
    );
}

#[test]
fn a_page_of_sessions_is_whole_or_unknown() {
    let list = |data: Value| json!({"object": "list", "data": data, "has_more": true}).to_string();
    let Answer::Done(page) =
        read_session_list(&response(200, &list(json!([session(), session()]))))
    else {
        panic!("not read");
    };
    assert_eq!((page.sessions.len(), page.has_more), (2, true));

    let mut nameless = session();
    nameless["id"] = json!(null);
    for body in [
        list(json!([session(), nameless])),
        list(json!(null)),
        "{\"data\": []}".to_owned(),
    ] {
        assert_eq!(
            read_kind(&read_session_list(&response(200, &body))),
            Kind::Unknown,
            "{body}"
        );
    }
}

#[test]
fn a_page_of_events_is_turned_round_and_survives_one_bad_item() {
    let newest = fixtures::text("event.refund.created.json");
    let oldest = fixtures::text("event.checkout.session.completed.json");
    let body = format!(
        "{{\"object\": \"list\", \"data\": [{newest}, {{\"id\": 5}}, {oldest}], \"has_more\": false}}"
    );
    let Answer::Done(page) = read_event_list(&response(200, &body)) else {
        panic!("not read");
    };
    assert_eq!(
        (page.unreadable, page.has_more),
        (vec![String::new()], false)
    );
    let bodies: Vec<Value> = page
        .events
        .iter()
        .map(|listed| serde_json::from_str(&listed.body).unwrap())
        .collect();
    let written = [oldest, newest].map(|text| serde_json::from_str::<Value>(&text).unwrap());
    assert_eq!(bodies, written);
    for listed in &page.events {
        assert_eq!(
            Event::parse_stored(&listed.body).as_ref(),
            Ok(&listed.event)
        );
    }
    for cut in [
        &body[..body.len() - 1],
        "{\"data\": []}",
        "{\"data\": {}, \"has_more\": false}",
    ] {
        assert_eq!(
            read_kind(&read_event_list(&response(200, cut))),
            Kind::Unknown
        );
    }
}

proptest! {
    #[test]
    fn no_answer_panics_and_only_a_200_with_a_session_is_done(status: u16, body: Vec<u8>) {
        let response = InResponse { status, headers: vec![], body };
        prop_assert_eq!(create_kind(&response), Kind::Unknown);
        prop_assert_eq!(read_kind(&read_event_list(&response)), Kind::Unknown);
        prop_assert_eq!(read_kind(&read_session_list(&response)), Kind::Unknown);
        prop_assert!(matches!(read_expired(&response), ExpireAnswer::Unknown(_)));
    }

    #[test]
    fn no_other_status_with_a_session_is_done(status in (0_u16..1000).prop_filter("200", |s| *s != 200)) {
        prop_assert_eq!(create_kind(&response(status, &session().to_string())), Kind::Unknown);
    }
}

const WHOLE: i64 = 4_498;
const PART: i64 = 1_999;

/// The charge of Stripe's events tells it, and one that is not expanded tells nothing.
#[test]
fn how_much_was_refunded_is_read_from_the_charge() {
    let with = |charge: &Value| {
        let mut session = session();
        session["payment_intent"] = json!({ "id": "pi_1", "latest_charge": charge });
        read_refunded(&response(200, &session.to_string()))
    };
    for (name, expected) in [
        ("event.charge.succeeded.json", 0),
        ("event.charge.refunded.partial.json", PART),
        ("event.charge.refunded.full.json", WHOLE),
    ] {
        let event: Value = fixtures::parse(name);
        let Answer::Done(told) = with(&event["data"]["object"]) else {
            panic!("{name}");
        };
        assert_eq!(told.refunded.amount_minor, expected, "{name}");
        assert_eq!(told.captured.amount_minor, WHOLE, "{name}");
    }
    for unclear in [
        json!("ch_1"),
        json!({ "amount": 5 }),
        json!({ "amount_refunded": 5 }),
        json!({ "amount": 5, "amount_refunded": 5 }),
        json!({ "amount": "5", "amount_refunded": "5", "currency": "eur" }),
    ] {
        let told = with(&unclear);
        assert!(matches!(told, Answer::Unknown(_)), "{unclear} {told:?}");
    }
}

#[test]
fn a_dispute_is_won_when_stripe_says_so_and_never_otherwise() {
    for (status, won) in [
        ("won", true),
        ("warning_closed", true),
        ("prevented", true),
        ("lost", false),
        ("needs_response", false),
        ("under_review", false),
        ("warning_needs_response", false),
        ("appeal_under_review", false),
        ("a_word_of_tomorrow", false),
    ] {
        let body = json!({ "id": "du_1", "status": status }).to_string();
        assert_eq!(
            read_is_won(&response(200, &body)),
            Answer::Done(won),
            "{status}"
        );
    }
    let told = read_is_won(&response(200, "{}"));
    assert!(matches!(told, Answer::Unknown(_)), "{told:?}");
}
