//! Refunds and reversals.

use super::support::{Shop, amount, body, href, issue, order_request, refused, shown, text};
use sandbox::paypal::{ActionError, Funding, RefundStatus};
use serde_json::json;

const DAYS: i64 = 24 * 3_600;

#[test]
fn parts_are_refunded_until_nothing_is_left() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    let read = format!("/v2/payments/captures/{capture}");
    let part = json!({ "amount": amount("5.00"), "invoice_id": "REF-1", "note_to_payer": "Sorry" });
    let first = shop.send(&shop.refund(&capture, &part, "r-1").whole());
    assert_eq!(
        (first.status, text(&first, "/status")),
        (201, "COMPLETED".into())
    );
    assert_eq!(text(&first, "/amount/value"), "5.00");
    assert_eq!(text(&shop.get(&read), "/status"), "PARTIALLY_REFUNDED");
    // An empty body means all that is left.
    let rest = shop.send(&shop.refund(&capture, &json!({}), "r-2").whole());
    assert_eq!(text(&rest, "/amount/value"), "7.00");
    let total = "/seller_payable_breakdown/total_refunded_amount/value";
    assert_eq!(
        (text(&first, total), text(&rest, total)),
        ("5.00".into(), "12.00".into())
    );
    assert_eq!(text(&shop.get(&read), "/status"), "REFUNDED");
    let id = text(&rest, "/id");
    assert_eq!(
        body(&shop.get(&format!("/v2/payments/refunds/{id}"))),
        body(&rest)
    );
    let over = shop.send(&shop.refund(&capture, &json!({}), "r-3"));
    assert_eq!(issue(&over), refused(422, "CAPTURE_FULLY_REFUNDED"));
    assert_eq!(
        shop.event_types()[3..],
        ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REFUNDED"]
    );
}

#[test]
fn a_refund_that_cannot_be_is_refused_with_its_reason() {
    let euro = json!({ "currency_code": "EUR", "value": "1.00" });
    for (wanted, status, expected) in [
        (
            json!({ "amount": amount("12.01") }),
            422,
            "REFUND_AMOUNT_EXCEEDED",
        ),
        (
            json!({ "amount": amount("0.00") }),
            422,
            "CANNOT_BE_ZERO_OR_NEGATIVE",
        ),
        (
            json!({ "amount": amount("-1.00") }),
            422,
            "CANNOT_BE_NEGATIVE",
        ),
        (
            json!({ "amount": amount("1.001") }),
            422,
            "DECIMAL_PRECISION",
        ),
        (
            json!({ "amount": euro }),
            422,
            "REFUND_CAPTURE_CURRENCY_MISMATCH",
        ),
        (json!({ "amount": "1.00" }), 400, "INVALID_PARAMETER_SYNTAX"),
        (
            json!({ "amount": { "value": "1.00" } }),
            400,
            "MISSING_REQUIRED_PARAMETER",
        ),
        (
            json!({ "note_to_payer": "x".repeat(256) }),
            400,
            "INVALID_STRING_LENGTH",
        ),
        (json!({ "reason": "x" }), 400, "NOT_SUPPORTED"),
    ] {
        let mut shop = Shop::new();
        let (_, capture) = shop.paid(Funding::Good);
        let answer = shop.send(&shop.refund(&capture, &wanted, "r-1"));
        assert_eq!(
            issue(&answer),
            refused(status, expected),
            "{wanted} {}",
            shown(&answer)
        );
        assert_eq!(shop.sandbox.paypal.captured()[0].refunded_minor, 0);
    }
}

#[test]
fn only_money_that_is_there_can_be_refunded() {
    for (funding, expected) in [
        (Funding::Pending, "PENDING_CAPTURE"),
        (Funding::Declined, "REFUND_NOT_ALLOWED"),
    ] {
        let mut shop = Shop::new();
        let (_, capture) = shop.paid(funding);
        let answer = shop.send(&shop.refund(&capture, &json!({}), "r-1"));
        assert_eq!(issue(&answer), refused(422, expected));
        let by_hand = shop.sandbox.paypal.refund(shop.now, &capture, None);
        assert!(matches!(by_hand, Err(ActionError::NotNow(_))));
    }
    let mut shop = Shop::new();
    let answer = shop.send(&shop.refund("NOSUCH", &json!({}), "r-1"));
    assert_eq!(issue(&answer), refused(404, "INVALID_RESOURCE_ID"));
}

#[test]
fn a_payment_can_be_refunded_for_180_days() {
    for (days, status) in [(180, 201), (181, 422)] {
        let mut shop = Shop::new();
        let (_, capture) = shop.paid(Funding::Good);
        shop.wait(days * DAYS);
        shop.log_in();
        let answer = shop.send(&shop.refund(&capture, &json!({}), "r-1"));
        assert_eq!(answer.status, status, "{}", shown(&answer));
    }
}

#[test]
fn refunds_have_invoice_numbers_of_their_own() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    // The order's number is not taken here; the refund's is, by the first refund.
    let body = json!({ "amount": amount("1.00"), "invoice_id": "INV-1" });
    assert_eq!(shop.send(&shop.refund(&capture, &body, "r-1")).status, 201);
    let again = shop.send(&shop.refund(&capture, &body, "r-2"));
    assert_eq!(issue(&again), refused(422, "DUPLICATE_INVOICE_ID"));
}

#[test]
fn what_came_by_e_check_goes_back_by_e_check() {
    let mut shop = Shop::new();
    let capture = shop.paid_by_e_check(order_request());
    for (completes, refunded) in [(false, 0), (true, 1_200)] {
        let told = shop.event_types().len();
        let answer = shop.send(&shop.refund(&capture, &json!({}), &format!("r-{completes}")));
        assert_eq!(text(&answer, "/status"), "PENDING");
        assert_eq!(text(&answer, "/status_details/reason"), "ECHECK");
        assert_eq!(shop.event_types().len(), told);
        let (now, id) = (shop.now, text(&answer, "/id"));
        let paypal = &mut shop.sandbox.paypal;
        let events = if completes {
            paypal.refund_completes(now, &id).unwrap()
        } else {
            paypal.refund_fails(now, &id).unwrap()
        };
        assert_eq!(events.len(), usize::from(completes));
        assert!(paypal.refund_completes(now, &id).is_err());
        assert_eq!(paypal.captured()[0].refunded_minor, refunded);
    }
    let statuses: Vec<RefundStatus> = shop
        .sandbox
        .paypal
        .refunds_of(&capture)
        .iter()
        .map(|refund| refund.status)
        .collect();
    assert_eq!(statuses, [RefundStatus::Failed, RefundStatus::Completed]);
}

#[test]
fn a_reversal_takes_what_is_left_and_only_an_event_tells() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    shop.sandbox
        .paypal
        .refund(shop.now, &capture, Some(200))
        .unwrap();
    let events = shop.sandbox.paypal.reverse(shop.now, &capture).unwrap();
    let event = shop.sandbox.paypal.event(&events[0]).unwrap().clone();
    assert_eq!(event.kind, "PAYMENT.CAPTURE.REVERSED");
    assert_eq!(event.resource["amount"]["value"], "10.00");
    assert!(href(&event.resource, "up").unwrap().ends_with(&capture));
    let entry = &shop.sandbox.paypal.captured()[0];
    assert_eq!((entry.refunded_minor, entry.reversed_minor), (200, 1_000));
    let read = shop.get(&format!("/v2/payments/captures/{capture}"));
    assert_eq!(text(&read, "/status"), "PARTIALLY_REFUNDED");
    let answer = shop.send(&shop.refund(&capture, &json!({}), "r-1"));
    assert_eq!(
        issue(&answer),
        refused(422, "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK")
    );
    assert!(shop.sandbox.paypal.reverse(shop.now, &capture).is_err());
}

#[test]
fn the_dashboard_refunds_no_more_than_is_left() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    for wrong in [0, -1, 1_201] {
        let refused = shop.sandbox.paypal.refund(shop.now, &capture, Some(wrong));
        assert_eq!(refused, Err(ActionError::TooMuch(1_200)));
    }
    shop.sandbox
        .paypal
        .refund(shop.now, &capture, None)
        .unwrap();
    let refused = shop.sandbox.paypal.refund(shop.now, &capture, None);
    assert_eq!(refused, Err(ActionError::TooMuch(0)));
}
