//! Finding an order for a buyer who writes to support, and what staff see of it.

use common::{RUTH, SUE, Shop, StaffBrowser, eur, order_body, staff, text, told};
use sandbox::stripe::Outcome;
use serde_json::json;

/// The page after a search.
fn found(who: &StaffBrowser<'_>, query: &str) -> String {
    let reply = who.submit("/staff/search", &[("query", query)]);
    assert_eq!(reply.status, 200, "{}", text(&reply));
    text(&reply)
}

/// A shop with a paid order of Ada's and an unpaid one of Eve's; their numbers.
fn shop_of_two() -> (Shop, [String; 2]) {
    let shop = Shop::open();
    let ada = shop.order();
    let session = shop.pay(&ada);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.pay(now, &session, Outcome::Paid))
        .unwrap();
    shop.deliver_webhooks();
    let mut body = order_body();
    body["customer"]["email"] = json!("eve@example.com");
    let eve = shop.order_of(&body, "order-key-0000000000000002");
    (shop, [ada.number, eve.number])
}

/// A20: staff find an order by a reference or the payer alone; D02: all that it takes is the database.
#[test]
fn a20_an_order_is_found_by_any_one_thing_that_a_buyer_may_quote() {
    let (shop, [ada, eve]) = shop_of_two();
    let one = |sql: &str| {
        let value = shop.value(sql);
        value.as_str().expect("a text").to_owned()
    };
    let link = |number: &str| format!("href=\"/staff/orders/{number}\"");
    let grouped = shared::id::OrderNumber::parse(&ada).unwrap().to_string();
    let sue = shop.staff(SUE);
    for query in [
        ada.clone(),
        format!(" {} ", grouped.to_lowercase()),
        one("SELECT subscription_id FROM orders WHERE state = 'confirmed'"),
        one("SELECT payment_id FROM payments"),
        one("SELECT payer_email FROM payments"),
        one("SELECT capture_ref FROM payments"),
        one("SELECT session_id FROM payments"),
        "ada@example.com".to_owned(),
        "Ada@Example.com".to_owned(),
    ] {
        let page = found(&sue, &query);
        assert!(page.contains(&link(&ada)), "{query}: {page}");
        assert!(!page.contains(&link(&eve)), "{query}");
        assert_eq!(page.matches(&link(&ada)).count(), 1, "{query}");
    }
    for query in [
        "nobody@example.com",
        "%",
        "",
        "pi_",
        "A2ED5SR3Q06W2T",
        &"x".repeat(300),
    ] {
        let page = found(&sue, query);
        assert!(page.contains("No order was found."), "{query}: {page}");
    }
    shop.check();
}

/// A20: what a transfer has paid is found by what the bank calls it, however it was copied; the
/// refusal of one that was used before sends reviewers here.
#[test]
fn a20_orders_are_found_by_the_banks_reference_of_a_transfer() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let by_hand = shop.settle_by_hand(&staff("ruth"), &buyer, eur(11_900), "NTRF 2026/42");
    assert_eq!(told(&by_hand), "");
    let link = format!("href=\"/staff/orders/{}\"", buyer.number);
    let sue = shop.staff(SUE);
    for query in ["NTRF202642", "ntrf 2026/42"] {
        let page = found(&sue, query);
        assert_eq!(page.matches(&link).count(), 1, "{query}: {page}");
    }
    assert!(found(&sue, "NTRF202643").contains("No order was found."));
    let other = shop.order_of(&order_body(), "order-key-0000000000000002");
    let again = shop.settle_by_hand(&staff("ruth"), &other, eur(11_900), "NTRF202642");
    let Err(edgetill::failure::Failure::Refused(refusal)) = again else {
        panic!("it was used before");
    };
    assert!(
        refusal.detail().contains("/staff/search"),
        "{}",
        refusal.detail()
    );
    shop.check();
}

/// What was typed is shown again as it was, and is nothing but text.
#[test]
fn a_search_shows_what_was_typed_as_text() {
    let shop = Shop::open();
    let page = found(&shop.staff(SUE), "\"><script>alert(1)</script>");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&#62;&#60;script&#62;"), "{page}");
}

/// Everything that a buyer may ask about, on one page.
#[test]
fn a20_the_order_is_shown_with_its_payments_history_and_transfers() {
    let (shop, [ada, eve]) = shop_of_two();
    let page = shop.staff(SUE).page(&format!("/staff/orders/{ada}"));
    for words in [
        "confirmed",
        "119.00\u{a0}EUR",
        "Ada Lovelace",
        "ada@example.com",
        "Visa ending 4242",
        "provider:stripe:EUR",
        &format!("order:{ada}"),
        "payment started",
        "provider:stripe",
        "buyer",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = shop.staff(RUTH).page(&format!("/staff/orders/{eve}"));
    assert!(
        page.contains("awaiting payment") && page.contains("No money has moved."),
        "{page}"
    );
    for unknown in ["AZZZZZZZZZZZZZ", "nonsense", "A%00"] {
        let reply = shop.staff(RUTH).open(&format!("/staff/orders/{unknown}"));
        assert_eq!(reply.status, 404, "{unknown}");
    }
    shop.check();
}
