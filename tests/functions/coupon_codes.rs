//! Codes that an order issues: there are none before it is paid, and they are shown in full once it is.

use common::{Buyer, Shop, body_with_coupon_by, json_of, order_body, text};
use serde_json::{Value as Json, json};
use shared::http::Method;

pub(crate) fn buy_codes(shop: &Shop, quantity: u32) -> Buyer {
    let mut body = order_body();
    body["items"] = json!([{ "product": "ten-pack", "quantity": quantity }]);
    shop.order_of(&body, "order-key-of-a-reseller-1")
}

pub(crate) fn pay(shop: &Shop, buyer: &Buyer) {
    let session = shop.pay(buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
}

pub(crate) fn codes(shop: &Shop, buyer: &Buyer) -> Vec<Json> {
    let codes = shop.view(buyer)["coupons"].clone();
    codes.as_array().cloned().unwrap_or_default()
}

/// A customer of the reseller buys with a code, and shows who they are.
pub(crate) fn redeem(shop: &Shop, code: &str, customer: &str) -> edgetill::http::Reply {
    let body = body_with_coupon_by(code, customer);
    let key = format!("redeeming-key-of-{customer}");
    let reply = shop.post("/v1/orders", &key, None, &body);
    if reply.status == 201 {
        shop.redeem(&body, &key);
    }
    reply
}

pub(crate) fn text_of(value: &Json) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A38, A39, A42: no code exists before the order is paid; then the page and the mail show each in
/// full, with its uses and its end, and whoever has one buys for nothing.
#[test]
fn a38_codes_exist_once_their_order_is_paid_and_are_shown_in_full() {
    let shop = Shop::open();
    shop.sell_codes(2);
    let buyer = buy_codes(&shop, 3);
    assert_eq!(shop.count("coupons"), 0);
    assert!(codes(&shop, &buyer).is_empty());
    assert!(!shop.page(&buyer).contains("Your coupon codes"));
    pay(&shop, &buyer);

    let issued = codes(&shop, &buyer);
    assert_eq!(issued.len(), 3);
    let page = shop.page(&buyer);
    let mail = shop.world.sandbox(|sandbox, _| {
        let mails = sandbox.mailbox.mails();
        mails.last().expect("a mail").text.clone()
    });
    for code in &issued {
        let grouped = text_of(&code["code_grouped"]);
        assert!(
            page.contains(&format!("<span class=\"code copy\">{grouped}</span>")),
            "{page}"
        );
        let good_for = "one Site Backup (12 months) free, 2 times, until 21 November 2027, ";
        assert!(mail.contains(&format!("{grouped}: {good_for}")), "{mail}");
        assert_eq!(code["gives"], "one Site Backup (12 months) free");
        assert_eq!((&code["uses"], &code["uses_max"]), (&json!(0), &json!(2)));
    }
    let code = text_of(&issued[0]["code"]);
    assert_eq!(redeem(&shop, &code, "ben@example.com").status, 201);
    assert_eq!(redeem(&shop, &code, "cleo@example.com").status, 201);
    assert_eq!(
        redeem(&shop, &code, "dan@example.com").status,
        422,
        "it has two uses"
    );
    let used: Vec<Json> = codes(&shop, &buyer)
        .iter()
        .map(|c| c["uses"].clone())
        .collect();
    assert_eq!(used.iter().filter(|uses| **uses == 2).count(), 1);
    assert!(shop.page(&buyer).contains("2 of 2"));
    // Every event again: nothing is issued twice.
    shop.deliver_webhooks();
    shop.run_cron(120);
    assert_eq!(shop.count("coupons"), 3);
    shop.world.advance(366 * 86_400);
    let late = text_of(&issued[1]["code"]);
    assert_eq!(
        redeem(&shop, &late, "eve@example.com").status,
        422,
        "its year is over"
    );
    shop.check();
}

/// A38: an order that ends unpaid issues nothing; what the product issues was frozen when it was sold.
#[test]
fn a38_an_order_issues_what_it_was_sold_with_or_nothing() {
    let shop = Shop::open();
    shop.sell_codes(2);
    let cancelled = buy_codes(&shop, 1);
    assert_eq!(shop.cancel(&cancelled).status, 200);
    assert_eq!(shop.count("coupons"), 0);
    let mut body = order_body();
    body["items"] = json!([{ "product": "ten-pack", "quantity": 1 }]);
    let buyer = shop.order_of(&body, "order-key-of-a-reseller-2");
    shop.world
        .database(|database| database.execute("UPDATE products SET issues = NULL"));
    pay(&shop, &buyer);
    assert_eq!(codes(&shop, &buyer).len(), 1);

    shop.sell_more_than_a_hundred();
    shop.check();
}

/// A43: a code that each customer can use once is used once by each, as its product says.
#[test]
fn a43_an_issued_code_is_limited_for_each_customer() {
    let shop = Shop::open();
    shop.sell_codes(3);
    shop.world.database(|database| {
        database.execute(
            "UPDATE products SET issues = json_set(issues, '$.uses_per_customer', 1)
                          WHERE product_id = 'ten-pack'",
        );
    });
    let buyer = buy_codes(&shop, 1);
    pay(&shop, &buyer);
    let code = text_of(&codes(&shop, &buyer)[0]["code"]);
    for (customer, status) in [
        ("ben@example.com", 201),
        ("Ben@Example.com", 422),
        ("cleo@example.com", 201),
    ] {
        assert_eq!(redeem(&shop, &code, customer).status, status, "{customer}");
    }
    shop.check();
}

trait TooMany {
    fn sell_more_than_a_hundred(&self);
}

impl TooMany for Shop {
    /// An order issues a hundred codes at most, and says so at its quantity.
    fn sell_more_than_a_hundred(&self) {
        self.world.database(|database| {
            database.execute(
                "UPDATE products SET issues = '{\"terms\":{\"benefit\":\"percent\",\"percent\":\"5\"},\"uses\":1}'
                 WHERE product_id = 'ten-pack'",
            );
        });
        let items = json!([
            { "product": "ten-pack", "quantity": 60 }, { "product": "ten-pack", "quantity": 41 },
        ]);
        let quote = json!({ "items": items, "currency": "EUR", "country": "DE" });
        let reply = self.post("/v1/quotes", "quote-key-00000000000001", None, &quote);
        let error = json_of(&reply)["errors"][0].clone();
        assert_eq!(error["field"], "items[1].quantity", "{}", text(&reply));
        assert_eq!(error["code"], "too_many_codes");
    }
}

/// Nobody but its holder and staff sees an order's codes.
#[test]
fn a39_a_stranger_sees_no_code() {
    let shop = Shop::open();
    shop.sell_codes(1);
    let buyer = buy_codes(&shop, 1);
    pay(&shop, &buyer);
    let path = format!("/v1/orders/{}", buyer.number);
    let reply = shop.send(
        Method::Get,
        &path,
        &[("authorization", "Bearer W4M3XK9T0B6ZQJ5H8V2NSRCEDY")],
        b"",
    );
    assert_eq!(reply.status, 404);
    assert!(!text(&reply).contains("coupon"));
}
