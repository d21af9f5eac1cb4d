//! What is told of an order that another replaces.

use common::Buyer;
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

use super::{KEY, an_order, pay_at_provider};
use crate::examples::order_body;
use crate::watched::{Watch, Watched, code};
use shared::proof::samples::png;

/// The code of the problem that a try to replace an order meets; nothing when it goes well.
fn replace(shop: &Watched<'_>, buyer: &Buyer, body: &Json, key: &str) -> String {
    let path = format!("/v1/orders/{}/replacement", buyer.number);
    code(&shop.post(&path, key, &buyer.token, body))
}

/// Replacing, with all that can be wrong with it.
pub(super) fn replacements(watch: &Watch) {
    let shop = Watched::with_bank(watch);
    let mut body = order_body();
    let first = an_order(&shop);
    let stranger = Buyer {
        token: "W4M3XK9T0B6ZQJ5H8V2NSRCEDY".to_owned(),
        ..first.clone()
    };
    assert_eq!(replace(&shop, &stranger, &body, KEY), "order_not_found");
    body["expected_total"] = json!(1);
    assert_eq!(replace(&shop, &first, &body, KEY), "total_changed");
    body["expected_total"] = Json::Null;
    body["billing"] = json!({});
    assert_eq!(replace(&shop, &first, &body, KEY), "invalid_fields");
    body["billing"] = order_body()["billing"].clone();
    assert_eq!(replace(&shop, &first, &body, KEY), "");
    assert_eq!(shop.read(&first)["status"], "superseded");
    let other = order_body();
    assert_eq!(
        replace(&shop, &first, &other, KEY),
        "idempotency_key_reused"
    );
    let again = "another-key-of-20-characters";
    assert_eq!(replace(&shop, &first, &body, again), "order_superseded");
    let by = shop.read(&first)["replaced_by"].clone();
    let token = shop
        .shop
        .value(&format!("SELECT replaces FROM orders WHERE order_number = {by}").replace('"', "'"));
    assert_eq!(token, first.number.as_str());

    let order = |nth: u32| shop.order_of(&order_body(), &format!("order-key-to-be-replaced-{nth}"));
    let paid = order(1);
    assert_eq!(shop.pay(&paid, KEY), "");
    shop.shop.fail_next(Target::Stripe, Fault::NotReached, 9);
    assert_eq!(replace(&shop, &paid, &body, KEY), "payment_unresolved");
    shop.shop.mend();
    pay_at_provider(&shop, Outcome::Paid);
    assert_eq!(replace(&shop, &paid, &body, KEY), "already_paid");
    let slow = order(2);
    assert_eq!(shop.pay(&slow, KEY), "");
    pay_at_provider(&shop, Outcome::Delayed);
    assert_eq!(replace(&shop, &slow, &body, KEY), "payment_processing");

    let shown = order(3);
    let payments = format!("/v1/orders/{}/payments", shown.number);
    let bank = json!({ "method": "bank" });
    assert_eq!(code(&shop.post(&payments, KEY, &shown.token, &bank)), "");
    assert_eq!(code(&shop.hand_in(&shown, &png())), "");
    assert_eq!(replace(&shop, &shown, &body, KEY), "order_in_review");
    body["despite_review"] = json!(true);
    assert_eq!(replace(&shop, &shown, &body, again), "");
    body["despite_review"] = json!(false);

    let cancelled = order(4);
    assert_eq!(shop.cancel(&cancelled), "");
    assert_eq!(replace(&shop, &cancelled, &body, KEY), "order_cancelled");
    let late = order(5);
    shop.shop.world.advance(72 * 3_600);
    assert_eq!(replace(&shop, &late, &body, KEY), "order_expired");
    too_often(watch);
}

/// Replaced by ten orders of one address, and by twenty in all.
fn too_often(watch: &Watch) {
    let shop = Watched::with_bank(watch);
    let mut newest = an_order(&shop);
    let mut replace_for = |nth: u32, email: &str| {
        let mut body = order_body();
        body["customer"]["email"] = json!(email);
        let path = format!("/v1/orders/{}/replacement", newest.number);
        let key = format!("key-of-replacement-nr-{nth:02}");
        let reply = shop.post(&path, &key, &newest.token, &body);
        if reply.status == 201 {
            newest = shop.shop.holder(&reply);
        }
        code(&reply)
    };
    for nth in 2..=10 {
        assert_eq!(replace_for(nth, "ada@example.com"), "");
    }
    assert_eq!(replace_for(11, "ada@example.com"), "too_many_orders");
    for nth in 11..=21 {
        assert_eq!(
            replace_for(nth, "eve@example.com"),
            ["", "too_many_orders"][usize::from(nth > 20)]
        );
    }
    assert_eq!(replace_for(22, "bob@example.com"), "");
    assert_eq!(replace_for(23, "bob@example.com"), "too_many_replacements");
}
