//! One-time codes on the platform's own database.

use common::harness::{LiveOrder, order_body, shared};
use serde_json::json;
use shared::id::CouponCode;

use crate::races::at_once;

/// S85: fifty guesses at once are five tries, and the right one of another order is worth nothing.
#[test]
fn s85_fifty_guesses_at_once_are_five_tries() {
    let shop = shared();
    let visitor = shop.visitor();
    let coupon = CouponCode::from_random([43; 8]);
    let coupon = coupon.as_str();
    shop.database.write(&format!(
        "INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at)
         VALUES ('{coupon}', '{{\"benefit\":\"percent\",\"percent\":\"20\"}}', 0, 9, '',
         'staff:ann@shop.test', 0)"
    ));
    let mut body = order_body(&visitor.email());
    body["coupon"] = json!(coupon);
    let order = visitor.order_of(&body);
    let right = shop.sandbox.mailed_code(&visitor.email());
    let wrong = if right.ends_with('0') {
        "0000 0001"
    } else {
        "0000 0000"
    };
    let typed = |order: &LiveOrder<'_>, code: &str| {
        let path = format!("/v1/orders/{}/email-confirmation", order.number);
        // Whoever met too much contention is told to try again, and does.
        let mut tries = (0..30).map(|_| {
            let body = json!({ "code": code });
            visitor.post(&path, "", Some(&order.token), &body).status
        });
        tries.find(|status| *status != 503)
    };
    let statuses = at_once(50, |_| typed(&order, wrong));
    let count = |wanted: u16| statuses.iter().filter(|s| **s == Some(wanted)).count();
    assert_eq!((count(422), count(429)), (5, 45), "{statuses:?}");
    assert_eq!(typed(&order, &right), Some(429));
    order.assert_status("awaiting_email");
    assert_eq!(
        order.count("SELECT tries FROM email_codes WHERE subject = '{}'"),
        5
    );
    assert_eq!(order.try_pay("a-key-of-an-impatient-one").status, 409);
    shop.check();
}
