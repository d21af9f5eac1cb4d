//! The life of an order and of its capture.

use super::support::{ORDERS, Shop, body, href, issue, order_request, refused, shown, text};
use sandbox::paypal::{ActionError, CaptureIssue, CaptureStatus, Funding, OrderState};
use serde_json::{Value, json};

const HOURS: i64 = 3_600;

#[test]
fn an_order_goes_from_payer_action_over_approval_to_a_paid_capture() {
    let mut shop = Shop::new();
    let created = shop.send(&shop.post(ORDERS, &order_request()).id("o-1"));
    assert_eq!(
        (created.status, text(&created, "/status")),
        (200, "PAYER_ACTION_REQUIRED".into())
    );
    let order = text(&created, "/id");
    assert_eq!(
        href(&body(&created), "payer-action").unwrap(),
        format!("http://127.0.0.1:8790/paypal/checkoutnow?token={order}")
    );
    assert_eq!(
        issue(&shop.send(&shop.capture(&order, "c-1"))),
        refused(422, "ORDER_NOT_APPROVED")
    );

    shop.approve(&order, Funding::Good);
    let read = shop.get(&format!("{ORDERS}/{order}"));
    assert_eq!(text(&read, "/status"), "APPROVED");
    assert_eq!(text(&read, "/payer/payer_id").len(), 13);
    let found = shop.sandbox.paypal.order(&order).unwrap();
    assert_eq!(
        found.return_url().unwrap(),
        format!("https://shop.example/return?token={order}&PayerID=SANDBXBUYER23")
    );
    assert_eq!(
        found.cancel_url().unwrap(),
        format!("https://shop.example/cancel?token={order}")
    );

    // The request id of a capture that was refused before it began can be used again.
    let captured = shop.send(&shop.capture(&order, "c-1").whole());
    assert_eq!(
        (captured.status, text(&captured, "/status")),
        (201, "COMPLETED".into())
    );
    let unit = "/purchase_units/0/payments/captures/0";
    assert_eq!(text(&captured, &format!("{unit}/status")), "COMPLETED");
    assert_eq!(text(&captured, &format!("{unit}/custom_id")), "order_0001");
    let capture = text(&captured, &format!("{unit}/id"));
    let read = shop.get(&format!("/v2/payments/captures/{capture}"));
    assert_eq!(
        text(&read, "/supplementary_data/related_ids/order_id"),
        order
    );
    assert_eq!(shop.sandbox.paypal.captured().len(), 1);
    assert_eq!(
        shop.event_types(),
        [
            "CHECKOUT.ORDER.APPROVED",
            "PAYMENT.CAPTURE.COMPLETED",
            "CHECKOUT.ORDER.COMPLETED"
        ]
    );
}

#[test]
fn the_buyer_comes_back_to_an_address_with_a_query_of_its_own() {
    let mut shop = Shop::new();
    let mut request = order_request();
    request["payment_source"]["paypal"]["experience_context"]["return_url"] =
        "https://shop.example/return?order=1".into();
    let order = shop.order_of(&request);
    let back = shop.sandbox.paypal.order(&order).unwrap().return_url();
    let expected =
        format!("https://shop.example/return?order=1&token={order}&PayerID=SANDBXBUYER23");
    assert_eq!(back, Some(expected));
}

#[test]
fn the_book_tells_what_arrived() {
    let mut shop = Shop::new();
    let (order, capture) = shop.paid(Funding::Good);
    shop.sandbox
        .paypal
        .refund(shop.now, &capture, Some(300))
        .unwrap();
    let (_, pending) = shop.paid(Funding::Pending);
    shop.paid(Funding::Declined);
    let book = shop.sandbox.paypal.captured();
    let [entry] = book.as_slice() else {
        panic!("{book:?}")
    };
    assert_eq!((&entry.order, &entry.capture), (&order, &capture));
    assert_eq!(
        (entry.amount_minor, entry.currency.as_str()),
        (1_200, "USD")
    );
    assert_eq!((entry.refunded_minor, entry.reversed_minor), (300, 0));
    shop.sandbox
        .paypal
        .pending_completes(shop.now, &pending)
        .unwrap();
    assert_eq!(shop.sandbox.paypal.captured().len(), 2);
}

/// S57, and the case before it.
#[test]
fn an_order_waits_three_hours_for_its_buyer_and_three_for_its_capture() {
    let mut shop = Shop::new();
    let (dropped, captured) = (shop.order(), shop.order());
    shop.wait(3 * HOURS - 1);
    shop.approve(&captured, Funding::Good);
    let reversed = shop.approved(Funding::Good);
    shop.wait(1);
    for path in ["", "/capture"] {
        let path = format!("{ORDERS}/{dropped}{path}");
        let answer = if path.ends_with("/capture") {
            shop.send(&shop.capture(&dropped, "c-1"))
        } else {
            shop.get(&path)
        };
        assert_eq!(
            issue(&answer),
            refused(404, "INVALID_RESOURCE_ID"),
            "{path}"
        );
    }
    shop.wait(3 * HOURS - 2);
    assert_eq!(shop.send(&shop.capture(&captured, "c-2")).status, 201);
    shop.wait(1);
    let answer = shop.send(&shop.capture(&reversed, "c-3"));
    assert_eq!(issue(&answer), refused(404, "INVALID_RESOURCE_ID"));
    let state = |id: &str| shop.sandbox.paypal.order(id).unwrap().state.clone();
    assert_eq!(
        (state(&dropped), state(&reversed)),
        (OrderState::Dropped, OrderState::Reversed)
    );
    let told = shop.event_types();
    assert_eq!(
        told.iter()
            .filter(|kind| kind.ends_with("APPROVAL.REVERSED"))
            .count(),
        1
    );
    assert_eq!(shop.sandbox.paypal.captured().len(), 1);
}

#[test]
fn the_event_of_a_reversed_approval_names_its_order_and_has_no_id_and_no_status() {
    let mut shop = Shop::new();
    let order = shop.approved(Funding::Good);
    let events = shop.sandbox.paypal.expire(shop.now, &order).unwrap();
    let event = shop.sandbox.paypal.event(&events[0]).unwrap();
    assert_eq!(event.resource["order_id"], order.as_str());
    assert_eq!(
        event.resource["purchase_units"][0]["custom_id"],
        "order_0001"
    );
    assert!(event.resource.get("id").is_none() && event.resource.get("status").is_none());
    let again = shop.sandbox.paypal.expire(shop.now, &order);
    assert!(matches!(again, Err(ActionError::NotNow(_))));
}

#[test]
fn a_second_capture_is_refused_and_a_repeat_of_the_first_is_not() {
    let mut shop = Shop::new();
    let (order, capture) = shop.paid(Funding::Good);
    let repeat = shop.send(&shop.capture(&order, &format!("capture-{order}-1")).whole());
    assert_eq!(repeat.status, 200);
    assert_eq!(
        text(&repeat, "/purchase_units/0/payments/captures/0/id"),
        capture
    );
    let other = shop.send(&shop.capture(&order, "another"));
    assert_eq!(issue(&other), refused(422, "ORDER_ALREADY_CAPTURED"));
    assert_eq!(shop.sandbox.paypal.captured().len(), 1);
}

#[test]
fn somebody_else_may_capture_first() {
    let mut shop = Shop::new();
    let order = shop.approved(Funding::Good);
    shop.sandbox
        .paypal
        .capture_elsewhere(shop.now, &order)
        .unwrap();
    let late = shop.send(&shop.capture(&order, "c-1"));
    assert_eq!(issue(&late), refused(422, "ORDER_ALREADY_CAPTURED"));
    assert!(
        shop.sandbox
            .paypal
            .capture_elsewhere(shop.now, &order)
            .is_err()
    );
}

#[test]
fn a_declined_instrument_leaves_the_order_to_be_approved_anew() {
    let mut shop = Shop::new();
    let order = shop.approved(Funding::Refused(CaptureIssue::InstrumentDeclined));
    let declined = shop.send(&shop.capture(&order, "c-1"));
    assert_eq!(issue(&declined), refused(422, "INSTRUMENT_DECLINED"));
    assert_eq!(
        href(&body(&declined), "redirect").unwrap(),
        format!("http://127.0.0.1:8790/paypal/checkoutnow?token={order}")
    );
    assert_eq!(
        text(&shop.get(&format!("{ORDERS}/{order}")), "/status"),
        "APPROVED"
    );
    shop.approve(&order, Funding::Good);
    // The first request's outcome stands; only a new request id gets on.
    let same = shop.send(&shop.capture(&order, "c-1"));
    assert_eq!(issue(&same), refused(422, "INSTRUMENT_DECLINED"));
    assert_eq!(shop.send(&shop.capture(&order, "c-2")).status, 201);
    assert_eq!(shop.sandbox.paypal.captured().len(), 1);
}

/// Every row of the table of refusals that needs no state of its own.
#[test]
fn a_capture_can_be_refused_for_each_reason_there_is() {
    for reason in CaptureIssue::ALL {
        let mut shop = Shop::new();
        let order = shop.approved(Funding::Refused(reason));
        let answer = shop.send(&shop.capture(&order, "c-1"));
        let status = match reason {
            CaptureIssue::PermissionDenied => 403,
            _ => 422,
        };
        assert_eq!(
            issue(&answer),
            refused(status, reason.name()),
            "{}",
            shown(&answer)
        );
        assert_eq!(shop.event_types(), ["CHECKOUT.ORDER.APPROVED"]);
        assert!(shop.sandbox.paypal.captured().is_empty());
    }
}

#[test]
fn a_completed_order_is_not_a_paid_one() {
    for (funding, reason, capture_status, kind) in [
        (
            Funding::Pending,
            "PENDING_REVIEW",
            "PENDING",
            "PAYMENT.CAPTURE.PENDING",
        ),
        (
            Funding::Declined,
            "",
            "DECLINED",
            "PAYMENT.CAPTURE.DECLINED",
        ),
    ] {
        let mut shop = Shop::new();
        let (order, capture) = shop.paid(funding);
        let read = shop.get(&format!("{ORDERS}/{order}"));
        assert_eq!(text(&read, "/status"), "COMPLETED");
        let read = shop.get(&format!("/v2/payments/captures/{capture}"));
        assert_eq!(text(&read, "/status"), capture_status);
        assert_eq!(text(&read, "/status_details/reason"), reason);
        assert!(body(&read).get("seller_receivable_breakdown").is_none());
        let told = ["CHECKOUT.ORDER.APPROVED", kind, "CHECKOUT.ORDER.COMPLETED"];
        assert_eq!(shop.event_types(), told);
        assert!(shop.sandbox.paypal.captured().is_empty());
    }
}

#[test]
fn pending_money_comes_or_does_not_once() {
    for (comes, status, kind) in [
        (true, "COMPLETED", "PAYMENT.CAPTURE.COMPLETED"),
        (false, "DECLINED", "PAYMENT.CAPTURE.DENIED"),
    ] {
        let mut shop = Shop::new();
        let (order, capture) = shop.paid(Funding::Pending);
        let now = shop.now;
        let paypal = &mut shop.sandbox.paypal;
        let settle = if comes {
            sandbox::paypal::PayPal::pending_completes
        } else {
            sandbox::paypal::PayPal::pending_denied
        };
        settle(paypal, now, &capture).unwrap();
        assert!(settle(paypal, now, &capture).is_err());
        let read = shop.get(&format!("/v2/payments/captures/{capture}"));
        assert_eq!(text(&read, "/status"), status);
        assert_eq!(*shop.event_types().last().unwrap(), kind);
        // A repeat of the capture tells what has become of it.
        let repeat = shop.send(&shop.capture(&order, &format!("capture-{order}-1")).whole());
        assert_eq!(
            text(&repeat, "/purchase_units/0/payments/captures/0/status"),
            status
        );
    }
}

#[test]
fn an_e_check_is_pending_only_where_the_seller_waits_for_money() {
    let mut shop = Shop::new();
    let mut patient = order_request();
    patient["payment_source"]["paypal"]["experience_context"]["payment_method_preference"] =
        "UNRESTRICTED".into();
    let order = shop.order_of(&patient);
    shop.approve(&order, Funding::Pending);
    let answer = shop.send(&shop.capture(&order, "c-1").whole());
    let reason = "/purchase_units/0/payments/captures/0/status_details/reason";
    assert_eq!(text(&answer, reason), "ECHECK");
}

#[test]
fn an_invoice_number_is_captured_once_for_ever() {
    let mut shop = Shop::new();
    let first = shop.order_of(&order_request());
    let second = shop.order_of(&order_request());
    let third = shop.order();
    for order in [&first, &second, &third] {
        shop.approve(order, Funding::Good);
    }
    assert_eq!(shop.send(&shop.capture(&first, "c-1")).status, 201);
    let duplicate = shop.send(&shop.capture(&second, "c-2"));
    assert_eq!(issue(&duplicate), refused(422, "DUPLICATE_INVOICE_ID"));
    shop.sandbox.paypal.take_invoice(&third).unwrap();
    let duplicate = shop.send(&shop.capture(&third, "c-3"));
    assert_eq!(issue(&duplicate), refused(422, "DUPLICATE_INVOICE_ID"));
}

#[test]
fn a_declined_capture_leaves_its_invoice_number_free() {
    let mut shop = Shop::new();
    let declined = shop.order_of(&order_request());
    shop.approve(&declined, Funding::Declined);
    shop.send(&shop.capture(&declined, "c-1"));
    let next = shop.order_of(&order_request());
    shop.approve(&next, Funding::Good);
    assert_eq!(shop.send(&shop.capture(&next, "c-2")).status, 201);
}

#[test]
fn what_is_over_cannot_be_approved() {
    let mut shop = Shop::new();
    let (paid, _) = shop.paid(Funding::Good);
    let gone = shop.order();
    shop.sandbox.paypal.expire(shop.now, &gone).unwrap();
    for order in [&paid, &gone] {
        let refused = shop.sandbox.paypal.approve(shop.now, order, Funding::Good);
        assert!(
            matches!(refused, Err(ActionError::NotNow(_))),
            "{refused:?}"
        );
    }
    let missing = shop
        .sandbox
        .paypal
        .approve(shop.now, "NOSUCH", Funding::Good);
    assert!(matches!(missing, Err(ActionError::Missing(_))));
}

#[test]
fn a_capture_takes_no_body_but_an_empty_one() {
    let mut shop = Shop::new();
    let order = shop.approved(Funding::Good);
    let mut ask = shop.capture(&order, "c-1");
    ask.request.body = json!({ "payment_source": {} }).to_string().into_bytes();
    assert_eq!(issue(&shop.send(&ask)), refused(400, "NOT_SUPPORTED"));
    assert_eq!(
        shop.send(&ask.clone().header("content-type", "text/plain"))
            .status,
        415
    );
    ask.request.body.clear();
    let answer = shop.send(&ask);
    assert_eq!(answer.status, 201);
    assert_eq!(
        body(&answer).as_object().unwrap().len(),
        3,
        "{}",
        shown(&answer)
    );
    assert_eq!(
        shop.sandbox.paypal.capture_of(&order).unwrap().1,
        CaptureStatus::Completed
    );
    assert_eq!(body(&answer)["payment_source"], Value::Null);
}
