//! PayPal's token and the order that is made once: what is fetched, kept, forgotten and asked for again.

use common::{Io, Shop, json_of, text};
use edgetill::world::World;
use sandbox::paypal::Funding;
use sandbox::{Fault, Target};

const KEY: &str = "paypal-key-0000000000001";

fn tokens(shop: &Shop) -> u32 {
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.tokens_issued())
}

#[test]
fn one_token_serves_all_calls_of_all_isolates_until_shortly_before_its_end() {
    let shop = Shop::open();
    shop.lose_webhooks();
    for number in 0..3 {
        let key = format!("order-key-of-number-{number:04}");
        let buyer = shop.order_of(&common::order_body(), &key);
        shop.pay_by_paypal(&buyer);
        // A new isolate finds it in the database.
        shop.world.restart();
    }
    assert_eq!(tokens(&shop), 1);
    let expires_at = shop.value("SELECT expires_at FROM provider_cache");
    let left = expires_at.as_i64().unwrap() - shop.now().0;
    shop.world.advance(left - 301);
    shop.pay_by_paypal(&shop.order());
    assert_eq!(tokens(&shop), 1);
    shop.world.advance(1);
    let buyer = shop.order_of(&common::order_body(), "order-key-of-number-0009");
    shop.pay_by_paypal(&buyer);
    assert_eq!(tokens(&shop), 2);
    assert_eq!(shop.count("provider_cache"), 1);
    shop.check();
}

/// PayPal may end a token before its time: it is forgotten and the call made once more.
#[test]
fn a_token_that_paypal_refuses_is_replaced_once() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    let before = shop.value("SELECT value FROM provider_cache");
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.revoke_tokens());
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(tokens(&shop), 2);
    assert_ne!(shop.value("SELECT value FROM provider_cache"), before);
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
}

/// An isolate that remembers a dead token does not take away the fresh one of another.
#[test]
fn forgetting_a_dead_token_leaves_another_isolates_fresh_one() {
    let shop = Shop::open();
    let (_, order) = shop.approved();
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.revoke_tokens());
    let stale = shop.world.recall(|memory| memory.paypal_token.clone());
    let _ = shop.leave_paypal(&order);
    let fresh = shop.value("SELECT value FROM provider_cache");
    shop.world.recall(|memory| memory.paypal_token = stale);
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(shop.value("SELECT value FROM provider_cache"), fresh);
    assert_eq!(tokens(&shop), 2);
}

#[test]
fn without_a_token_nothing_begins_and_trying_again_is_safe() {
    for fault in [Fault::Unavailable, Fault::GarbageBody, Fault::NotReached] {
        let shop = Shop::open();
        let buyer = shop.order();
        shop.fail_next_on(Target::PayPal, "/oauth2/token", fault, 1);
        let reply = shop.try_pay_by(&buyer, "paypal", KEY);
        assert_eq!(json_of(&reply)["code"], "provider_unavailable", "{fault:?}");
        assert_eq!(shop.paypal_orders().len(), 0);
        shop.pay_by_paypal(&buyer);
        assert_eq!(shop.paypal_orders().len(), 1);
        shop.check();
    }
}

/// Keeping the token is a convenience: a database that refuses it stops no payment.
#[test]
fn a_token_that_cannot_be_kept_is_used_all_the_same() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.world.take_io();
    shop.pay_by_paypal(&buyer);
    let steps = shop.world.take_io();
    let put = |step: &Io| matches!(step, Io::Commit(names) if names.contains(&"PUT_CACHED"));
    let at = steps.iter().position(put).expect("it is kept");
    let shop = Shop::open();
    let buyer = shop.order();
    shop.world.trouble_at(at, common::Trouble::Before);
    shop.pay_by_paypal(&buyer);
    assert_eq!(shop.count("provider_cache"), 0);
    shop.check();
}

/// A05 at PayPal: whatever became of the answer, there is one PayPal order, made by one request.
#[test]
fn an_order_whose_answer_was_lost_is_made_once() {
    // What is too long for a session of Stripe's is not too long for an order of PayPal's.
    for fault in Fault::ALL
        .into_iter()
        .filter(|fault| *fault != Fault::OversizeBody)
    {
        let shop = Shop::open();
        shop.lose_webhooks();
        let buyer = shop.order();
        shop.fail_next_on(Target::PayPal, "/checkout/orders", fault, 2);
        for _ in 0..2 {
            let reply = shop.try_pay_by(&buyer, "paypal", KEY);
            assert_eq!(json_of(&reply)["code"], "provider_unavailable", "{fault:?}");
            assert_eq!(shop.status(&buyer), "awaiting_payment");
        }
        let order = shop.pay_by_paypal(&buyer);
        assert_eq!(shop.paypal_orders().len(), 1, "{fault:?}");
        let creates = shop.world.requests_to("/v2/checkout/orders");
        let first = &creates[0];
        let same = creates
            .iter()
            .all(|create| create.body == first.body && create.headers == first.headers);
        assert!(same, "{fault:?}");
        shop.approve(&order, Funding::Good);
        let _ = shop.come_back_from_paypal(&order);
        shop.run_cron(60);
        shop.assert_sold_once(&buyer);
    }
}

/// PayPal forgets a request id after six hours: from five on nothing is made under it any more.
#[test]
fn a_request_id_that_paypal_may_have_forgotten_makes_no_second_order() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.fail_next_on(
        Target::PayPal,
        "/checkout/orders",
        Fault::LostAfterEffect,
        1,
    );
    assert_eq!(shop.try_pay_by(&buyer, "paypal", KEY).status, 503);
    shop.world.advance(5 * 3_600);
    let reply = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-try");
    assert_eq!(reply.status, 201, "{}", text(&reply));
    let states = shop.texts("SELECT state AS text FROM payments ORDER BY 1");
    assert_eq!(states, ["open", "refused"]);
    let ids: Vec<_> = shop.world.requests_to("/v2/checkout/orders");
    let id = |request: &shared::http::OutRequest| {
        let mut headers = request.headers.iter();
        headers
            .find(|(name, _)| *name == "paypal-request-id")
            .map(|(_, value)| value.clone())
    };
    assert_eq!(ids.len(), 2, "nothing is sent under the first id");
    assert_ne!(id(&ids[0]), id(&ids[1]));
    shop.check();
}

/// S43: PayPal's own currencies: what it cannot take is not offered; what it writes in whole units is
/// worth what we asked for.
#[test]
fn s43_a_total_is_asked_for_and_booked_to_the_minor_unit_in_every_kind_of_currency() {
    for (currency, amount_minor, sent) in [
        ("USD", 10_010, "119.12"),
        ("JPY", 1_001, "1191"),
        ("HUF", 100_000, "1190"),
    ] {
        let shop = Shop::open();
        shop.offer("site-backup", 12, currency, amount_minor);
        let mut body = common::order_body();
        body["currency"] = currency.into();
        let buyer = shop.order_of(&body, "order-key-0000000000000001");
        shop.lose_webhooks();
        let order = shop.pay_by_paypal(&buyer);
        let request = shop.world.requests_to("/v2/checkout/orders").remove(0);
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["purchase_units"][0]["amount"]["value"], sent);
        shop.approve(&order, Funding::Good);
        let _ = shop.come_back_from_paypal(&order);
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "confirmed", "{view:#}");
        assert_eq!(view["paid"]["amount"], view["quote"]["total"]["amount"]);
        shop.check();
    }
    let shop = Shop::open();
    // 1,190.01 HUF have no form at PayPal.
    shop.offer("site-backup", 12, "HUF", 100_001);
    let mut body = common::order_body();
    body["currency"] = "HUF".into();
    let buyer = shop.order_of(&body, "order-key-0000000000000001");
    let methods = shop.view(&buyer)["methods"].clone();
    assert!(!methods.to_string().contains("paypal"), "{methods}");
    let reply = shop.try_pay_by(&buyer, "paypal", KEY);
    assert_eq!(json_of(&reply)["code"], "amount_not_payable");
}
