use serde_json::{Value, json};

use super::*;
use crate::money::Currency;
use crate::provider::paypal::fixtures;

fn read(value: &Value) -> Option<Order> {
    Order::read(Fields::of(value)?)
}

fn fixture(name: &str) -> Order {
    read(&fixtures::body(name)).unwrap()
}

fn usd(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("USD").unwrap()).unwrap()
}

fn paid(amount_minor: i64, capture: &str) -> OrderStanding {
    OrderStanding::Paid {
        amount: usd(amount_minor),
        capture: CaptureId::parse(capture).unwrap(),
    }
}

#[test]
fn the_standing_of_every_fixture() {
    let processing = OrderStanding::Processing {
        reason: Some("PENDING_REVIEW".into()),
    };
    let declined = OrderStanding::Failed { reason: None };
    for (name, standing) in [
        (
            "api_order_create_response_approve.json",
            OrderStanding::Open,
        ),
        (
            "api_order_create_response_payer_action.json",
            OrderStanding::Open,
        ),
        (
            "api_order_get_payer_action_required.json",
            OrderStanding::Open,
        ),
        ("api_order_get_approved.json", OrderStanding::Approved),
        (
            "api_order_get_completed.json",
            paid(1_200, "3C679366HH908993F"),
        ),
        (
            "api_order_capture_response_completed.json",
            paid(1_200, "3C679366HH908993F"),
        ),
        ("api_order_capture_response_pending.json", processing),
        ("api_order_capture_response_declined.json", declined),
    ] {
        assert_eq!(fixture(name).standing(), standing, "{name}");
    }
}

#[test]
fn an_order_is_read_with_everything_an_order_of_ours_needs() {
    let order = fixture("api_order_get_completed.json");
    assert_eq!(order.id.as_str(), "5O190127TN364715T");
    assert_eq!(order.custom_id.as_deref(), Some("order_0001"));
    assert_eq!(order.invoice_id.as_deref(), Some("INV-0001"));
    assert_eq!(order.amount, Some(usd(1_200)));
    assert_eq!(order.payee.as_deref(), Some("TESTMERCHANT2"));
    assert_eq!(order.payer.name.as_deref(), Some("John Doe"));
    assert_eq!(
        order.payer.email.as_deref(),
        Some("buyer@personal.example.com")
    );
    let [capture] = order.captures.as_slice() else {
        panic!("{order:?}");
    };
    assert_eq!(capture.order_id, Some(order.id), "linked, not named");
    assert_eq!(capture.amount, Some(usd(1_200)));
    assert_eq!(capture.custom_id.as_deref(), Some("order_0001"));
}

#[test]
fn both_links_to_the_approval_are_known() {
    let url = "https://www.sandbox.paypal.com/checkoutnow?token=5O190127TN364715T";
    for name in [
        "api_order_create_response_approve.json",
        "api_order_create_response_payer_action.json",
    ] {
        assert_eq!(fixture(name).approve_link.as_deref(), Some(url), "{name}");
    }
    assert_eq!(fixture("api_order_get_approved.json").approve_link, None);
}

fn order_with(status: &str, captures: &Value) -> Value {
    json!({
        "id": "5O190127TN364715T",
        "status": status,
        "purchase_units": [{"payments": {"captures": captures}}],
    })
}

fn capture(status: &str) -> Value {
    json!({"id": "3C6", "status": status, "amount": {"currency_code": "USD", "value": "12.00"}})
}

/// What the order's own status says where no capture has a say.
fn standings_by_status() -> [(&'static str, OrderStanding, OrderStanding); 7] {
    use OrderStanding::{Approved, Closed, Open, Unclear as No};
    let failed = OrderStanding::Failed { reason: None };
    [
        // Without a capture, and with one that came to nothing.
        ("CREATED", Open, Open),
        ("SAVED", Open, Open),
        ("PAYER_ACTION_REQUIRED", Open, Open),
        ("APPROVED", Approved, Approved),
        ("VOIDED", Closed, Closed),
        ("COMPLETED", No(Unclear::NoCapture), failed),
        ("ASCENDED", No(Unclear::Status), No(Unclear::Status)),
    ]
}

#[test]
fn the_standing_of_every_status_and_capture() {
    for (status, without, in_vain) in standings_by_status() {
        let pending = OrderStanding::Processing { reason: None };
        let unknown = OrderStanding::Unclear(Unclear::CaptureStatus);
        for (capture_status, expected) in [
            (None, without),
            (Some("DECLINED"), in_vain.clone()),
            (Some("FAILED"), in_vain),
            (Some("PENDING"), pending),
            (Some("COMPLETED"), paid(1_200, "3C6")),
            (Some("PARTIALLY_REFUNDED"), paid(1_200, "3C6")),
            (Some("REFUNDED"), paid(1_200, "3C6")),
            (Some("BLESSED"), unknown),
        ] {
            let captures: Vec<Value> = capture_status.map(capture).into_iter().collect();
            let order = read(&order_with(status, &json!(captures))).unwrap();
            assert_eq!(order.standing(), expected, "{status} {capture_status:?}");
        }
    }
}

#[test]
fn one_capture_with_money_counts_beside_declined_ones() {
    let list = json!([
        capture("DECLINED"),
        capture("PARTIALLY_REFUNDED"),
        capture("BLESSED")
    ]);
    let order = read(&order_with("COMPLETED", &list)).unwrap();
    assert_eq!(order.standing(), paid(1_200, "3C6"));
}

#[test]
fn p5_all_captures_with_money_are_counted() {
    let list = json!([capture("COMPLETED"), capture("COMPLETED")]);
    let order = read(&order_with("COMPLETED", &list)).unwrap();
    assert_eq!(order.standing(), paid(2_400, "3C6"));
}

#[test]
fn money_that_does_not_say_how_much_is_unclear() {
    let mut foreign = capture("COMPLETED");
    foreign["amount"]["currency_code"] = json!("EUR");
    let mut imprecise = capture("COMPLETED");
    imprecise["amount"]["value"] = json!("12.001");
    let mut silent = capture("COMPLETED");
    silent["amount"] = json!(null);
    for list in [
        json!([capture("COMPLETED"), foreign]),
        json!([imprecise]),
        json!([silent, capture("COMPLETED")]),
    ] {
        let order = read(&order_with("COMPLETED", &list)).unwrap();
        assert_eq!(
            order.standing(),
            OrderStanding::Unclear(Unclear::NoAmount),
            "{list}"
        );
    }
}

#[test]
fn a_capture_without_a_status_is_never_paid() {
    let list = json!([{"id": "3C6", "state": "completed"}]);
    let order = read(&order_with("COMPLETED", &list)).unwrap();
    assert_eq!(
        order.standing(),
        OrderStanding::Unclear(Unclear::CaptureStatus)
    );
}

#[test]
fn an_id_must_be_safe_in_a_path() {
    for good in ["5O190127TN364715T", "A", &"9".repeat(36)] {
        assert!(
            OrderId::parse(good).is_ok() && CaptureId::parse(good).is_ok(),
            "{good}"
        );
    }
    for bad in [
        "",
        "5o1",
        "A/B",
        "A?b",
        "..",
        "A B",
        "É",
        "A\n",
        &"9".repeat(37),
    ] {
        assert!(
            OrderId::parse(bad).is_err() && CaptureId::parse(bad).is_err(),
            "{bad:?}"
        );
    }
    assert_eq!(read(&json!({"id": "../x", "status": "COMPLETED"})), None);
}

#[test]
fn the_payment_is_found_in_an_invoice_id() {
    assert_eq!(payment_in_invoice("A7QK4T9XW2F3CM-PABC"), Some("PABC"));
    assert_eq!(payment_in_invoice("A7QK4T9XW2F3CM"), None);
}

#[test]
fn the_id_of_a_dispute_fits_a_path() {
    for text in ["PP-D-12345", "PP-R-FDQ-601"] {
        assert_eq!(
            DisputeId::parse(text).map(|id| id.as_str().to_owned()),
            Ok(text.to_owned())
        );
    }
    for text in ["", "---", "PP-D-1/x", "PP-D-1?", "pp-d-1"] {
        assert_eq!(DisputeId::parse(text), Err(NotAnId), "{text}");
    }
}

/// An order's captures and refunds, as `status value` each.
fn with_refunds(captures: &[&str], refunds: &[&str]) -> Order {
    let items = |texts: &[&str]| -> Vec<Value> {
        let item = |text: &&str| {
            let (status, value) = text.split_once(' ').unwrap();
            json!({
                "id": "3C679366HH908993F", "status": status,
                "amount": { "currency_code": "USD", "value": value },
            })
        };
        texts.iter().map(item).collect()
    };
    let payments = json!({ "captures": items(captures), "refunds": items(refunds) });
    let order = json!({
        "id": "5O190127TN364715T", "status": "COMPLETED",
        "purchase_units": [{ "payments": payments }],
    });
    read(&order).unwrap()
}

#[test]
fn s110_what_went_back_is_read_from_captures_and_refunds() {
    for (captures, refunds, refunded) in [
        (&["COMPLETED 12.00"][..], &[][..], Some(0)),
        (
            &["PARTIALLY_REFUNDED 12.00"],
            &["COMPLETED 5.00"],
            Some(500),
        ),
        (
            &["PARTIALLY_REFUNDED 12.00"],
            &["COMPLETED 5.00", "PENDING 1.00"],
            Some(600),
        ),
        (
            &["PARTIALLY_REFUNDED 12.00"],
            &["COMPLETED 5.00", "FAILED 1.00"],
            Some(500),
        ),
        (
            &["COMPLETED 12.00"],
            &["FAILED 5.00", "CANCELLED 1.00"],
            Some(0),
        ),
        (&["REFUNDED 12.00"], &["COMPLETED 12.00"], Some(1_200)),
        (&["REFUNDED 12.00"], &[], Some(1_200)),
        (&["DECLINED 12.00", "REFUNDED 12.00"], &[], Some(1_200)),
        (&["PARTIALLY_REFUNDED 12.00"], &[], None),
        (&["PARTIALLY_REFUNDED 12.00"], &["COMPLETED 5.001"], None),
        (&["PENDING 12.00"], &[], None),
        (&[], &[], None),
    ] {
        let told = with_refunds(captures, refunds).went_back();
        let expected = refunded.map(|minor| WentBack {
            refunded: usd(minor),
            captured: usd(1_200),
        });
        assert_eq!(told, expected, "{captures:?} {refunds:?}");
    }
}
