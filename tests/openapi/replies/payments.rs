//! What is told of payments that cannot begin, or of which nobody knows.

use common::Buyer;
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

use super::{KEY, an_order, pay_at_provider};
use crate::examples::order_body;
use crate::watched::{Watch, Watched, code};

pub(super) fn payments_refused(watch: &Watch) {
    let shop = Watched::open(watch);
    shop.shop
        .world
        .database(|database| database.execute("UPDATE prices SET unit_amount_minor = 10"));
    let small = an_order_of(&shop, 1, "order-key-of-the-small");
    assert_eq!(shop.pay(&small, KEY), "amount_too_small");
    shop.shop
        .world
        .database(|database| database.execute("UPDATE prices SET unit_amount_minor = 9999999"));
    let large = an_order_of(&shop, 999, "order-key-of-the-large");
    assert_eq!(shop.pay(&large, KEY), "amount_not_payable");

    let shop = Watched::open(watch);
    let buyer = an_order(&shop);
    assert_eq!(shop.pay(&buyer, KEY), "");
    let path = format!("/v1/orders/{}/payments", buyer.number);
    let other = json!({ "method": "pigeon" });
    let reply = shop.post(&path, KEY, &buyer.token, &other);
    assert_eq!(code(&reply), "method_unavailable");
    pay_at_provider(&shop, Outcome::Delayed);
    shop.deliver();
    assert_eq!(shop.cancel(&buyer), "payment_processing");
    let key = "a-key-while-it-processes";
    assert_eq!(shop.pay(&buyer, key), "payment_processing");

    let again = Watched::open(watch);
    let buyer = an_order(&again);
    for attempt in 0..12 {
        assert_eq!(
            again.pay(&buyer, &format!("key-of-attempt-{attempt:020}")),
            ""
        );
        let session = again.session();
        again
            .shop
            .world
            .sandbox(|sandbox, now| sandbox.stripe.expire(now, &session))
            .unwrap();
        again.deliver();
    }
    assert_eq!(
        again.pay(&buyer, "one-attempt-too-many-of-all"),
        "too_many_payments"
    );
}

fn an_order_of(shop: &Watched<'_>, quantity: u32, key: &str) -> Buyer {
    let mut body = order_body();
    body["items"][0]["quantity"] = json!(quantity);
    body["expected_total"] = Json::Null;
    shop.order_of(&body, key)
}

pub(super) fn payments_in_doubt(watch: &Watch) {
    let shop = Watched::open(watch);
    let buyer = an_order(&shop);
    shop.shop.fail_next(Target::Stripe, Fault::Unavailable, 9);
    assert_eq!(shop.pay(&buyer, KEY), "provider_unavailable");
    assert_eq!(shop.cancel(&buyer), "payment_unresolved");
    shop.shop.mend();
    assert_eq!(shop.pay(&buyer, KEY), "");
    shop.shop.fail_next(Target::Stripe, Fault::NotReached, 9);
    assert_eq!(
        shop.pay(&buyer, "another-key-of-20-characters"),
        "payment_unresolved"
    );
    shop.shop.mend();

    let refusing = Watched::with(
        watch,
        &[("STRIPE_SECRET_KEY", "sk_test_notthekeyofthesandbox")],
    );
    let buyer = an_order(&refusing);
    assert_eq!(refusing.pay(&buyer, KEY), "provider_refused");
}
