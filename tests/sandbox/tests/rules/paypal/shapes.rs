//! Every answer and event has the members and types of the checked example of its kind.

use std::path::Path;

use super::support::{
    BASIC, ORDERS, Shop, amount, body, order_request, shown, text, token_request,
};
use sandbox::paypal::{CaptureIssue, DisputeOutcome, Funding};
use sandbox::{Fault, Target};
use serde_json::{Value, json};
use shared::http::InResponse;

macro_rules! example {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../../fixtures/paypal/", $name, ".json")),
        )
    };
}

/// Fails unless an answer is of the example's shape.
fn check(answer: &InResponse, example: (&str, &str)) {
    check_value(&body(answer), example);
}

fn check_value(ours: &Value, (name, file): (&str, &str)) {
    let example: Value = serde_json::from_str(file).unwrap();
    let mut differences = Vec::new();
    compare(name, &example["body"], ours, &[], &mut differences);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn tokens_have_the_shape_of_the_examples() {
    let mut shop = Shop::new();
    let grant = "grant_type=client_credentials";
    check(
        &shop.send(&token_request(BASIC, grant)),
        example!("api_token_response"),
    );
    let refused = shop.send(&token_request("Basic x", grant));
    check_exactly(&refused, example!("api_token_error_invalid_client"));
}

#[test]
fn orders_have_the_shape_of_the_examples() {
    let mut shop = Shop::new();
    let created = shop.send(&shop.post(ORDERS, &order_request()).id("o-1"));
    check(&created, example!("api_order_create_response_payer_action"));
    let mut plain = order_request();
    plain.as_object_mut().unwrap().remove("payment_source");
    let plain = shop.send(&shop.post(ORDERS, &plain).id("o-2"));
    check(&plain, example!("api_order_create_response_approve"));

    let order = text(&created, "/id");
    let path = format!("{ORDERS}/{order}");
    check(
        &shop.get(&path),
        example!("api_order_get_payer_action_required"),
    );
    shop.approve(&order, Funding::Good);
    check(&shop.get(&path), example!("api_order_get_approved"));
    let captured = shop.send(&shop.capture(&order, "c-1").whole());
    check(&captured, example!("api_order_capture_response_completed"));
    check(&shop.get(&path), example!("api_order_get_completed"));
}

#[test]
fn captures_that_are_no_money_have_the_shape_of_the_examples() {
    for (funding, example) in [
        (
            Funding::Pending,
            example!("api_order_capture_response_pending"),
        ),
        (
            Funding::Declined,
            example!("api_order_capture_response_declined"),
        ),
    ] {
        let mut shop = Shop::new();
        let order = shop.approved(funding);
        check(&shop.send(&shop.capture(&order, "c-1").whole()), example);
    }
}

#[test]
fn refunds_have_the_shape_of_the_examples() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    let (name, file) = example!("api_refund_request_partial");
    let request: Value = serde_json::from_str(file).unwrap();
    let answer = shop.send(&shop.refund(&capture, &request["body"], "r-1"));
    assert_eq!(answer.status, 201, "{name}: {}", shown(&answer));
    check(&answer, example!("api_refund_response_completed"));

    let mut other = order_request();
    other["purchase_units"][0]["invoice_id"] = "INV-E".into();
    let capture = shop.paid_by_e_check(other);
    let pending = shop.send(&shop.refund(&capture, &json!({}), "r-2"));
    check(&pending, example!("api_refund_response_pending"));
}

/// Errors are compared member by member, texts included; only the debug id and the order's own
/// address are each answer's own.
fn check_exactly(answer: &InResponse, (name, file): (&str, &str)) {
    let mut example: Value = serde_json::from_str(file).unwrap();
    let mut example = example["body"].take();
    let mut ours = body(answer);
    for error in [&mut example, &mut ours] {
        if let Some(id) = error.get_mut("debug_id") {
            *id = "x".into();
        }
        let links = error.get_mut("links").and_then(Value::as_array_mut);
        for link in links.into_iter().flatten() {
            if link["rel"] == "redirect" {
                link["href"] = "x".into();
            }
        }
    }
    if let Some(status) = name.strip_prefix("error_") {
        assert!(status.starts_with(&answer.status.to_string()), "{name}");
    }
    assert_eq!(ours, example, "{name}");
}

#[test]
fn errors_equal_the_examples() {
    let mut shop = Shop::new();
    let mut request = order_request();
    request.as_object_mut().unwrap().remove("intent");
    let answer = shop.send(&shop.post(ORDERS, &request).id("o-1"));
    check_exactly(&answer, example!("error_400_invalid_request"));

    let mut request = order_request();
    request["purchase_units"][0]["amount"]["value"] = "13.00".into();
    let answer = shop.send(&shop.post(ORDERS, &request).id("o-1"));
    check_exactly(&answer, example!("error_422_amount_mismatch"));

    let order = shop.order();
    let answer = shop.send(&shop.capture(&order, "c-1"));
    check_exactly(&answer, example!("error_422_order_not_approved"));
    shop.sandbox.paypal.take_invoice(&order).unwrap();
    shop.approve(&order, Funding::Good);
    let answer = shop.send(&shop.capture(&order, "c-2"));
    check_exactly(&answer, example!("error_422_duplicate_invoice_id"));
    let (paid, _) = shop.paid(Funding::Good);
    let answer = shop.send(&shop.capture(&paid, "c-3"));
    check_exactly(&answer, example!("error_422_order_already_captured"));
    let answer = shop.get(&format!("{ORDERS}/NOSUCH"));
    check_exactly(&answer, example!("error_404_resource_not_found"));
    let answer = shop.send(&shop.post(ORDERS, &request).header("authorization", ""));
    check_exactly(&answer, example!("error_401_authentication_failure"));
}

#[test]
fn refusals_of_a_capture_equal_the_examples() {
    for (reason, example) in [
        (
            CaptureIssue::InstrumentDeclined,
            example!("error_422_instrument_declined"),
        ),
        (
            CaptureIssue::PayerActionRequired,
            example!("error_422_payer_action_required"),
        ),
        (
            CaptureIssue::PermissionDenied,
            example!("error_403_not_authorized"),
        ),
    ] {
        let mut shop = Shop::new();
        let order = shop.approved(Funding::Refused(reason));
        check_exactly(&shop.send(&shop.capture(&order, "c-1")), example);
    }
}

#[test]
fn injected_errors_equal_the_examples() {
    let mut shop = Shop::new();
    for (fault, example) in [
        (Fault::KeyInUse, example!("error_409_resource_conflict")),
        (
            Fault::TooManyRequests,
            example!("error_429_rate_limit_reached"),
        ),
        (
            Fault::ServerErrorBeforeEffect,
            example!("error_500_internal_server_error"),
        ),
        (
            Fault::ServerErrorAfterEffect,
            example!("error_500_internal_server_error"),
        ),
        (
            Fault::Unavailable,
            example!("error_503_service_unavailable"),
        ),
    ] {
        shop.sandbox.fail_next(Target::PayPal, fault, 1);
        check_exactly(&shop.get("/v1/notifications/webhooks-events"), example);
    }
}

/// Plays one of everything; the body of the newest event of a type.
fn told(kind: &str) -> Value {
    let mut shop = Shop::new();
    let now = shop.now;
    let (_, refunded) = shop.paid(Funding::Good);
    let body = json!({ "amount": amount("0.99") });
    shop.send(&shop.refund(&refunded, &body, "r-1"));
    let (_, reversed) = shop.paid(Funding::Good);
    let (_, disputed) = shop.paid(Funding::Good);
    let (_, denied) = shop.paid(Funding::Pending);
    shop.paid(Funding::Declined);
    let gone = shop.approved(Funding::Good);
    let paypal = &mut shop.sandbox.paypal;
    paypal.reverse(now, &reversed).unwrap();
    paypal.dispute_open(now, &disputed).unwrap();
    paypal
        .dispute_resolve(now, &disputed, DisputeOutcome::SellerFavour)
        .unwrap();
    paypal.pending_denied(now, &denied).unwrap();
    paypal.expire(now, &gone).unwrap();
    // The approved and completed orders are to be compared with and without a capture that pays.
    shop.paid(Funding::Good);
    let deliveries = shop.deliver();
    let mut newest_first = deliveries.iter().rev();
    let newest = newest_first.find(|delivery| delivery.event_type == kind);
    serde_json::from_slice(&newest.unwrap().body).unwrap()
}

/// What PayPal's examples have and the sandbox's orders have not, or the other way round: shipping
/// and soft descriptors are not played; the state of delivery is told by the list only.
const OF_ORDERS: [&str; 9] = [
    "shipping",
    "soft_descriptor",
    "description",
    "items",
    "invoice_id",
    "breakdown",
    "update_time",
    "seller_protection",
    "disbursement_mode",
];

#[test]
fn events_of_orders_have_the_shape_of_the_examples() {
    for (kind, (name, file)) in [
        (
            "CHECKOUT.ORDER.APPROVED",
            example!("event_checkout_order_approved"),
        ),
        (
            "CHECKOUT.ORDER.COMPLETED",
            example!("event_checkout_order_completed"),
        ),
    ] {
        let mut example: Value = serde_json::from_str(file).unwrap();
        let example = &mut example["body"];
        example.as_object_mut().unwrap().remove("status");
        for link in example["links"].as_array_mut().unwrap() {
            link.as_object_mut().unwrap().remove("encType");
        }
        let mut differences = Vec::new();
        compare(name, example, &told(kind), &OF_ORDERS, &mut differences);
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

/// Members of recorded deliveries that only other sellers' payments have, and members that the
/// recordings lack by chance.
const OF_RECORDINGS: [&str; 20] = [
    "platform_fees",
    "receivable_amount",
    "exchange_rate",
    "authorization_id",
    "dispute_categories",
    "custom_id",
    "invoice_id",
    "supplementary_data",
    "seller_receivable_breakdown",
    "disbursement_mode",
    "messages",
    "buyer_response_due_date",
    "seller_response_due_date",
    "refund_details",
    "buyer_transaction_id",
    "dispute_channel",
    "dispute_life_cycle_stage",
    "links",
    "payment_source",
    "seller",
];

#[test]
fn events_of_money_have_the_shape_of_recorded_deliveries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/third-party/paypal");
    if !folder.is_dir() {
        println!("skipped: the recorded deliveries are not here");
        return;
    }
    for (file, kind) in [
        (
            "event_payment_capture_completed",
            "PAYMENT.CAPTURE.COMPLETED",
        ),
        ("event_payment_capture_pending", "PAYMENT.CAPTURE.PENDING"),
        ("event_payment_capture_declined", "PAYMENT.CAPTURE.DECLINED"),
        ("event_payment_capture_declined", "PAYMENT.CAPTURE.DENIED"),
        ("event_payment_capture_refunded", "PAYMENT.CAPTURE.REFUNDED"),
        ("event_payment_capture_reversed", "PAYMENT.CAPTURE.REVERSED"),
        ("event_customer_dispute_created", "CUSTOMER.DISPUTE.CREATED"),
        (
            "event_customer_dispute_resolved",
            "CUSTOMER.DISPUTE.RESOLVED",
        ),
        (
            "event_checkout_payment_approval_reversed",
            "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
        ),
    ] {
        let recorded = std::fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
        let recorded: Value = serde_json::from_str(&recorded).unwrap();
        let mut differences = Vec::new();
        compare(
            kind,
            &recorded["body"],
            &told(kind),
            &OF_RECORDINGS,
            &mut differences,
        );
        assert!(differences.is_empty(), "{differences:#?}");
    }
}

/// Same names in every object, same type in every leaf; of lists, the first items.
fn compare(
    path: &str,
    example: &Value,
    ours: &Value,
    free: &[&str],
    differences: &mut Vec<String>,
) {
    let is_free = |name: &str| free.contains(&name);
    match (example, ours) {
        (Value::Object(example), Value::Object(ours)) => {
            for (name, value) in example.iter().filter(|(name, _)| !is_free(name)) {
                match ours.get(name) {
                    Some(own) => compare(&format!("{path}.{name}"), value, own, free, differences),
                    None => differences.push(format!("{path}.{name} is missing")),
                }
            }
            for name in ours.keys().filter(|name| !is_free(name)) {
                if !example.contains_key(name) {
                    differences.push(format!("{path}.{name} is not in the example"));
                }
            }
        }
        (Value::Array(example), Value::Array(ours)) => {
            if let (Some(example), Some(own)) = (example.first(), ours.first()) {
                compare(&format!("{path}[0]"), example, own, free, differences);
            }
        }
        _ => {
            let same = match (example, ours) {
                (Value::Number(one), Value::Number(other)) => one.is_i64() == other.is_i64(),
                _ => std::mem::discriminant(example) == std::mem::discriminant(ours),
            };
            if !same {
                differences.push(format!("{path}: {example} against {ours}"));
            }
        }
    }
}
