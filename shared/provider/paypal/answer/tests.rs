use serde_json::json;

use super::*;
use crate::provider::paypal::fixtures;
use crate::provider::paypal::order::OrderStanding;

fn issue(status: u16, issue: &str) -> InResponse {
    let body = json!({
        "name": "UNPROCESSABLE_ENTITY", "message": "m", "details": [{"issue": issue, "description": "d"}],
    });
    fixtures::reply(status, body.to_string().as_bytes())
}

/// A word for each way on.
fn way_on(answer: &CaptureAnswer) -> &'static str {
    match answer {
        CaptureAnswer::Captured(_) => "captured",
        CaptureAnswer::AlreadyCaptured => "already captured",
        CaptureAnswer::NotApproved => "not approved",
        CaptureAnswer::PayerMustChoose(_) => "payer must choose",
        CaptureAnswer::InvoiceTaken(_) => "invoice taken",
        CaptureAnswer::Expired => "expired",
        CaptureAnswer::Hopeless(_) => "hopeless",
        CaptureAnswer::OurAccount(_) => "our account",
        CaptureAnswer::TokenRefused => "token refused",
        CaptureAnswer::Refused(_) => "refused",
        CaptureAnswer::Unknown(_) => "unknown",
    }
}

#[test]
fn every_row_of_the_table_of_capture_errors() {
    for (name, expected) in [
        ("INSTRUMENT_DECLINED", "payer must choose"),
        ("PAYER_ACTION_REQUIRED", "payer must choose"),
        ("REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", "payer must choose"),
        ("ORDER_NOT_APPROVED", "not approved"),
        ("ORDER_ALREADY_CAPTURED", "already captured"),
        ("ORDER_ALREADY_COMPLETED", "already captured"),
        ("ORDER_COMPLETION_IN_PROGRESS", "unknown"),
        ("DUPLICATE_INVOICE_ID", "invoice taken"),
        ("PAYER_CANNOT_PAY", "hopeless"),
        ("PAYER_ACCOUNT_LOCKED_OR_CLOSED", "hopeless"),
        ("PAYER_ACCOUNT_RESTRICTED", "hopeless"),
        ("TRANSACTION_REFUSED", "hopeless"),
        ("TRANSACTION_BLOCKED_BY_PAYEE", "hopeless"),
        ("COMPLIANCE_VIOLATION", "hopeless"),
        ("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", "hopeless"),
        ("PAYEE_ACCOUNT_INVALID", "our account"),
        ("PAYEE_ACCOUNT_RESTRICTED", "our account"),
        ("AUTH_CAPTURE_NOT_ENABLED", "our account"),
        ("ORDER_EXPIRED", "expired"),
        ("CURRENCY_NOT_SUPPORTED_FOR_COUNTRY", "refused"),
        ("SOMETHING_OF_TOMORROW", "refused"),
    ] {
        assert_eq!(
            way_on(&read_captured(&issue(422, name))),
            expected,
            "{name}"
        );
    }
    assert_eq!(
        way_on(&read_captured(&issue(403, "PERMISSION_DENIED"))),
        "our account"
    );
    assert_eq!(
        way_on(&read_captured(&issue(404, "INVALID_RESOURCE_ID"))),
        "expired"
    );
}

#[test]
fn every_error_fixture_at_a_capture() {
    for (status, name, expected) in [
        (400, "error_400_invalid_request.json", "refused"),
        (
            401,
            "error_401_authentication_failure.json",
            "token refused",
        ),
        (403, "error_403_not_authorized.json", "our account"),
        (404, "error_404_resource_not_found.json", "expired"),
        (409, "error_409_resource_conflict.json", "unknown"),
        (422, "error_422_amount_mismatch.json", "refused"),
        (422, "error_422_duplicate_invoice_id.json", "invoice taken"),
        (
            422,
            "error_422_instrument_declined.json",
            "payer must choose",
        ),
        (
            422,
            "error_422_order_already_captured.json",
            "already captured",
        ),
        (422, "error_422_order_not_approved.json", "not approved"),
        (
            422,
            "error_422_payer_action_required.json",
            "payer must choose",
        ),
        (429, "error_429_rate_limit_reached.json", "unknown"),
        (500, "error_500_internal_server_error.json", "unknown"),
        (503, "error_503_service_unavailable.json", "unknown"),
    ] {
        let answer = read_captured(&fixtures::response(status, name));
        assert_eq!(way_on(&answer), expected, "{name}");
    }
    assert_eq!(
        fixtures::all("error_").len(),
        14,
        "a new fixture needs a row here"
    );
}

#[test]
fn a_capture_is_read_on_the_first_answer_and_on_a_repeat() {
    for status in [200, 201] {
        let response = fixtures::response(status, "api_order_capture_response_pending.json");
        let CaptureAnswer::Captured(order) = read_captured(&response) else {
            panic!("{status}");
        };
        assert!(matches!(order.standing(), OrderStanding::Processing { .. }));
    }
}

#[test]
fn a_read_that_finds_nothing_is_told_apart_from_a_gateways_404() {
    let expired = read_order(&fixtures::response(
        404,
        "error_404_resource_not_found.json",
    ));
    assert!(matches!(expired, Reply::NotFound(r) if r.code == "INVALID_RESOURCE_ID"));
    for body in [
        "<html>not found</html>",
        "",
        "{}",
        r#"{"error":"no route"}"#,
    ] {
        let answer = read_order(&fixtures::reply(404, body.as_bytes()));
        assert!(matches!(answer, Reply::Unknown(_)), "{body}: {answer:?}");
    }
    let other = read_order(&issue(404, "SOMETHING_ELSE"));
    assert!(matches!(other, Reply::Refused(_)), "{other:?}");
}

#[test]
fn p6_whatever_is_not_a_documented_refusal_is_unknown() {
    let good = fixtures::body("api_order_get_completed.json").to_string();
    for (status, body) in [
        (200, "<html>"),
        (200, ""),
        (200, &good[..good.len() / 2]),
        (200, "{}"),
        (202, &good),
        (204, ""),
        (301, ""),
        (400, "<html>"),
        (403, "denied by a gateway"),
        (422, "{}"),
        (409, &good),
        (429, ""),
        (500, &good),
        (502, "<html>"),
        (504, ""),
        (520, ""),
    ] {
        let answer = read_order(&fixtures::reply(status, body.as_bytes()));
        assert!(
            matches!(answer, Reply::Unknown(_)),
            "{status} {body}: {answer:?}"
        );
    }
    let long = format!("{good}{}", " ".repeat(ANSWER_BYTES_MAX));
    assert!(matches!(
        read_order(&fixtures::reply(200, long.as_bytes())),
        Reply::Unknown(_)
    ));
}

#[test]
fn a_refusal_keeps_paypals_code_text_and_debug_id() {
    let response = fixtures::response(422, "error_422_amount_mismatch.json");
    let Reply::Refused(refusal) = read_order(&response) else {
        panic!("not refused");
    };
    assert_eq!(
        (refusal.status, refusal.code.as_str()),
        (422, "AMOUNT_MISMATCH")
    );
    assert!(refusal.message.starts_with("Should equal item_total"));
    assert!(refusal.message.ends_with("(debug id f00d)"));

    let nameless = fixtures::reply(400, br#"{"name":"INVALID_REQUEST","message":"m"}"#);
    assert!(matches!(read_order(&nameless), Reply::Refused(r) if r.code == "INVALID_REQUEST"));

    let long = json!({"name": "N", "message": "é".repeat(9_000)}).to_string();
    assert!(
        matches!(read_order(&fixtures::reply(400, long.as_bytes())), Reply::Refused(r) if r.message.len() < 1_100)
    );
}

#[test]
fn a_refund_and_a_verdict_are_read() {
    for (name, status) in [
        ("api_refund_response_completed.json", "COMPLETED"),
        ("api_refund_response_pending.json", "PENDING"),
    ] {
        let answer = read_refund(&fixtures::response(201, name));
        assert!(
            matches!(answer, Reply::Done(refund) if refund.status == status),
            "{name}"
        );
    }

    for (name, is_genuine) in [
        ("api_verify_webhook_signature_success.json", true),
        ("api_verify_webhook_signature_failure.json", false),
    ] {
        let answer = read_verification(&fixtures::response(200, name));
        assert!(
            matches!(answer, Reply::Done(v) if v.is_genuine() == is_genuine),
            "{name}"
        );
    }
    for body in [
        r#"{"verification_status":"success"}"#,
        r#"{"verification_status":true}"#,
        "{}",
    ] {
        let answer = read_verification(&fixtures::reply(200, body.as_bytes()));
        assert!(matches!(answer, Reply::Unknown(_)), "{body}");
    }
}

#[test]
fn a_page_of_events_survives_what_it_cannot_read() {
    let event =
        |id: &str| json!({"id": id, "event_type": "A", "create_time": "2026-06-15T12:00:00Z"});
    let body = json!({
        "events": [event("WH-2"), {"id": 5}, 7, event("WH-1")],
        "count": 4,
        "links": [{"rel": "next", "href": "https://evil.test/"}],
    });
    let Reply::Done(list) = read_event_list(&fixtures::reply(200, body.to_string().as_bytes()))
    else {
        panic!("no list");
    };
    let ids: Vec<_> = list.events.iter().map(|e| e.event.id.as_str()).collect();
    assert_eq!(ids, ["WH-2", "WH-1"]);
    assert_eq!((list.unreadable.len(), list.has_more), (2, true));
    assert_eq!(
        Event::parse_stored(&list.events[0].body).unwrap(),
        list.events[0].event
    );

    let empty = read_event_list(&fixtures::reply(200, br#"{"events":[]}"#));
    assert!(matches!(empty, Reply::Done(list) if list.events.is_empty() && !list.has_more));
    let none = read_event_list(&fixtures::reply(200, b"{}"));
    assert!(matches!(none, Reply::Unknown(_)));
}

#[test]
fn recorded_pages_of_events_are_read() {
    for (name, value) in fixtures::third_party("api_webhooks_events_list") {
        let body = value["body"].to_string();
        let answer = read_event_list(&fixtures::reply(200, body.as_bytes()));
        assert!(
            matches!(&answer, Reply::Done(list) if list.unreadable.is_empty() && list.events.len() == 1),
            "{name}: {answer:?}"
        );
    }
}

#[test]
fn a_dispute_is_won_when_paypal_says_so_and_never_otherwise() {
    for (outcome, won) in [
        (Some("RESOLVED_SELLER_FAVOUR"), true),
        (Some("CANCELED_BY_BUYER"), true),
        (Some("RESOLVED_BUYER_FAVOUR"), false),
        (Some("RESOLVED_WITH_PAYOUT"), false),
        (Some("ACCEPTED"), false),
        (None, false),
    ] {
        let mut dispute = json!({ "dispute_id": "PP-D-1", "status": "RESOLVED" });
        if let Some(outcome) = outcome {
            dispute["dispute_outcome"] = json!({ "outcome_code": outcome });
        }
        let told = read_is_won(&fixtures::reply(200, dispute.to_string().as_bytes()));
        assert_eq!(told, Reply::Done(won), "{outcome:?}");
    }
    let told = read_is_won(&fixtures::reply(200, b"{}"));
    assert!(matches!(told, Reply::Unknown(_)), "{told:?}");
}
