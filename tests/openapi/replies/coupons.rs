//! What is told about coupons, and about the codes that bind them to a customer.

use common::{Buyer, percent_off};
use serde_json::{Value as Json, json};
use shared::http::Method;

use super::{JSON, KEY};
use crate::examples::order_body;
use crate::watched::{Watch, Watched, code};

/// Codes: one that can be used, one that is unknown.
pub(super) fn coupons(watch: &Watch) {
    let shop = Watched::open(watch);
    let code = shop.shop.coupon(&percent_off("20"), 1, None);
    for code in [code.as_str(), "K2ED5SR3Q06W2D"] {
        shop.get(&format!(
            "/v1/coupons/{code}?product=site-backup&period_months=12&currency=EUR"
        ));
    }
}

/// The codes of orders with a coupon, with all that can be wrong with them.
pub(super) fn email_codes(watch: &Watch) {
    let shop = Watched::open(watch);
    let mut body = order_body();
    body["expected_total"] = Json::Null;
    let terms = percent_off("20");
    body["coupon"] = json!(shop.shop.coupon(&terms, 9, None));
    let order = |nth: u32| shop.order_of(&body, &format!("order-key-of-a-coupon-{nth}"));
    let asked = |buyer: &Buyer, key: &str| {
        let path = format!("/v1/orders/{}/email-code", buyer.number);
        code(&shop.post(&path, key, &buyer.token, &json!({})))
    };
    let path = |buyer: &Buyer| format!("/v1/orders/{}/email-confirmation", buyer.number);
    let typed = |buyer: &Buyer, typed: &str| {
        let body = json!({ "code": typed });
        code(&shop.post(&path(buyer), "", &buyer.token, &body))
    };
    let buyer = order(1);
    assert_eq!(shop.read(&buyer)["status"], "awaiting_email");
    assert_eq!(shop.pay(&buyer, KEY), "email_not_confirmed");
    assert_eq!(typed(&buyer, "x"), "invalid_fields");
    let bearer = format!("Bearer {}", buyer.token);
    let authorized = ("authorization", bearer.as_str());
    let reply = shop.send(Method::Post, &path(&buyer), &[authorized], b"{}");
    assert_eq!(code(&reply), "unsupported_media_type");
    let reply = shop.send(Method::Post, &path(&buyer), &[JSON, authorized], b"{");
    assert_eq!(code(&reply), "malformed_body");
    let ask = format!("/v1/orders/{}/email-code", buyer.number);
    let reply = shop.send(Method::Post, &ask, &[authorized], b"");
    assert_eq!(code(&reply), "idempotency_key");

    let right = shop.shop.mailed_code(&buyer);
    let wrong = if right == "0000 0000" {
        "0000 0001"
    } else {
        "0000 0000"
    };
    for _ in 0..5 {
        assert_eq!(typed(&buyer, wrong), "invalid_fields");
    }
    assert_eq!(typed(&buyer, wrong), "email_code_used_up");
    assert_eq!(asked(&buyer, KEY), "email_code_too_soon");
    for nth in 2..=5 {
        shop.shop.world.advance(60);
        let key = format!("key-of-20-characters-{nth}");
        assert_eq!(asked(&buyer, &key), "");
    }
    shop.shop.world.advance(60);
    assert_eq!(asked(&buyer, KEY), "too_many_email_codes");
    shop.shop.world.advance(900);
    assert_eq!(typed(&buyer, wrong), "too_many_email_codes");
    assert_eq!(shop.cancel(&buyer), "");
    assert_eq!(typed(&buyer, wrong), "order_cancelled");
    assert_eq!(asked(&buyer, "one-more-key-of-20-chars"), "order_cancelled");
    let stranger = Buyer {
        token: "W4M3XK9T0B6ZQJ5H8V2NSRCEDY".to_owned(),
        ..buyer
    };
    assert_eq!(typed(&stranger, wrong), "order_not_found");
    assert_eq!(asked(&stranger, KEY), "order_not_found");

    let (late, good) = (order(2), order(3));
    assert_eq!(typed(&good, &shop.shop.mailed_code(&good)), "");
    shop.shop.world.advance(3_600);
    assert_eq!(typed(&late, wrong), "order_expired");
    assert_eq!(asked(&late, "one-more-key-of-20-chars"), "order_expired");
    shop.shop.tick_after(60);
    shop.shop.check();
}
