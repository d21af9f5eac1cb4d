//! Genuine events of PayPal's that are not about this shop's orders, or say that they are and are not.

use common::{Shop, paypal_event};
use sandbox::paypal::Funding;
use serde_json::{Value as Json, json};

use crate::paypal_events::{APPROVED, COMPLETED, asked};

/// S16: an order of another program in the same PayPal account, and one that names an order of ours.
#[test]
fn s16_an_order_of_another_program_is_stored_and_ignored() {
    let shop = Shop::open();
    let buyer = shop.order();
    let _ = shop.pay_by_paypal(&buyer);
    let before = shop.end_state();
    let capture = |custom_id: &str| {
        json!({
            "id": "7AB12345CD678901E",
            "status": "COMPLETED",
            "custom_id": custom_id,
            "invoice_id": "2026-0042",
            "supplementary_data": { "related_ids": { "order_id": "8CD12345EF678901G" } },
        })
    };
    let event = paypal_event("WH-THEIRS", COMPLETED, &capture("their order"));
    assert_eq!(shop.receive_from_paypal(&event), 200);
    assert_eq!(
        shop.inbox_of("WH-THEIRS"),
        "ignored: not a checkout of ours"
    );
    assert_eq!(shop.open_cases(), [""; 0]);
    let event = paypal_event("WH-CLAIMS", COMPLETED, &capture(&buyer.number));
    assert_eq!(shop.receive_from_paypal(&event), 200);
    assert_eq!(shop.open_cases(), ["event_foreign 8CD12345EF678901G"]);
    let after = shop.end_state();
    for part in ["orders", "payments", "ledger", "releases"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    shop.check();
}

/// S46: an event that says that another PayPal order is for our payment is not believed; what PayPal
/// says about that order decides, and nothing is captured that is not ours.
#[test]
fn s46_another_order_that_is_said_to_be_ours_is_asked_about_and_not_taken() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved_with(Funding::Good);
    let _ = shop.take_webhooks();
    let eve = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    let other = shop.pay_by_paypal(&eve);
    let payment = shop.payment_of(&eve)["payment_id"].clone();
    // Eve's payment is said to be paid by what the first buyer has approved.
    let resource = json!({
        "id": order,
        "purchase_units": [{ "invoice_id": format!("{}-{}", eve.number, payment.as_str().unwrap()) }],
    });
    let event = paypal_event("WH-EVE", APPROVED, &resource);
    assert_eq!(shop.receive_from_paypal(&event), 200);
    assert_eq!(shop.status(&eve), "awaiting_payment");
    assert_eq!(
        shop.status(&buyer),
        "confirmed",
        "the order is bound to the first payment"
    );
    assert_eq!(shop.taken_by_paypal(), 11_900);
    assert_ne!(order, other);
    shop.check();
}

/// S13: types that nobody subscribed to, bodies that name nothing, and captures of PayPal's first API.
#[test]
fn what_changes_nothing_is_stored_and_ignored() {
    for (number, (kind, resource, note)) in [
        (
            "BILLING.PLAN.CREATED",
            json!({}),
            "of a type that changes nothing",
        ),
        (
            "SOMETHING.OF.TOMORROW",
            json!({ "id": "1" }),
            "of a type that changes nothing",
        ),
        (
            COMPLETED,
            json!({ "id": "1", "state": "completed" }),
            "of a type that changes nothing",
        ),
        (
            COMPLETED,
            json!({ "id": "7AB12345CD678901E", "status": "COMPLETED" }),
            "names no order",
        ),
        (APPROVED, Json::Null, "names no order"),
        (
            "PAYMENT.CAPTURE.REFUNDED",
            json!({ "id": "1" }),
            "names no capture",
        ),
        (
            "CUSTOMER.DISPUTE.CREATED",
            json!({ "dispute_id": "PP-D-1" }),
            "names no capture",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let shop = Shop::open();
        let id = format!("WH-{number}");
        assert_eq!(
            shop.receive_from_paypal(&paypal_event(&id, kind, &resource)),
            200
        );
        assert_eq!(
            shop.inbox_of(&id),
            format!("ignored: {note}"),
            "{kind} {resource}"
        );
        assert_eq!(asked(&shop), [""; 0]);
        shop.check();
    }
}
