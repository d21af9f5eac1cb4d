//! Finding an order for a buyer who writes to support, and what staff see of it.

use common::{Io, RUTH, SUE, Shop, StaffBrowser, eur, input_value, order_body, staff, text, told};
use sandbox::paypal::Funding;
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
    shop.pay_at_stripe(&session);
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

/// A shop with an order paid by card in the name of Jenny Rosen, one paid by PayPal in the name of Sam
/// Sandbox, one that was settled by hand in a name, and one that nobody paid; their numbers.
fn shop_of_four(sender: &str) -> (Shop, [String; 4]) {
    let shop = Shop::with_bank();
    let order = |nth: u32| shop.order_of(&order_body(), &format!("order-key-of-number-{nth:04}"));
    let [card, paypal, transfer, unpaid] = [1, 2, 3, 4].map(order);
    let session = shop.pay(&card);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    let approved = shop.pay_by_paypal(&paypal);
    shop.approve(&approved, Funding::Good);
    assert_eq!(shop.come_back_from_paypal(&approved).status, 303);
    let ruth = shop.staff(RUTH);
    let path = format!("/staff/orders/{}", transfer.number);
    let seen = input_value(&ruth.page(&path), "seen");
    let fields = [
        ("seen", seen.as_str()),
        ("bank_account_id", "meridian-eur"),
        ("amount", "119.00"),
        ("value_date", "2026-11-21"),
        ("reference", "NTRF 7"),
        ("payer_name", sender),
        ("reason", "the buyer lost the document"),
    ];
    let reply = ruth.submit(&format!("{path}/settle"), &fields);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let numbers = [card, paypal, transfer, unpaid].map(|buyer| buyer.number);
    (shop, numbers)
}

/// A20: the payer's name alone finds the order, whatever paid it, in any order and case; nobody else's
/// name does, nor a part of one.
#[test]
fn a20_an_order_is_found_by_the_name_of_its_payer_alone() {
    let (shop, [card, paypal, transfer, unpaid]) = shop_of_four("Zoë Ångström");
    let numbers = [&card, &paypal, &transfer, &unpaid];
    let sue = shop.staff(SUE);
    let long = "Å".repeat(256);
    for (query, expected) in [
        ("Jenny Rosen", Some(&card)),
        ("ROSEN, Jenny", Some(&card)),
        ("Sam Sandbox", Some(&paypal)),
        (" sandbox  sam ", Some(&paypal)),
        ("Zoë Ångström", Some(&transfer)),
        ("ÅNGSTRÖM, ZOË", Some(&transfer)),
        ("zoë-ångström", Some(&transfer)),
        ("Jenny", None),
        ("Jenny R%", None),
        ("Jenny Rosen-Sandbox", None),
        ("Zoe Angstrom", None),
        ("Grace Hopper", None),
        ("' OR 1=1 --", None),
        ("'; DROP TABLE payments; --", None),
        ("\u{202e}nesoR ynneJ", None),
        ("--", None),
        (&long, None),
    ] {
        let page = found(&sue, query);
        for number in numbers {
            let link = format!("href=\"/staff/orders/{number}\"");
            let times = usize::from(expected == Some(number));
            assert_eq!(page.matches(&link).count(), times, "{query}: {page}");
        }
        let none = page.contains("No order was found.");
        assert_eq!(none, expected.is_none(), "{query}: {page}");
    }
    let page = sue.page(&format!("/staff/orders/{transfer}"));
    let who = "bank transfer to Meridian Bank, sent by zoë ångström";
    assert!(page.contains(who), "{page}");
    shop.check();
}

/// A20: what a payer has paid for is all found, the newest payment first.
#[test]
fn a20_all_orders_of_a_payer_are_found_the_newest_first() {
    let (shop, [card, _, transfer, _]) = shop_of_four("Rosen, Jenny");
    shop.world.advance(60);
    let newest = shop.order_of(&order_body(), "order-key-of-number-0005");
    let session = shop.pay(&newest);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    let page = found(&shop.staff(SUE), "jenny rosen");
    let at = |number: &str| {
        page.find(number)
            .unwrap_or_else(|| panic!("{number}: {page}"))
    };
    assert!(at(&newest.number) < at(&card), "{page}");
    assert!(at(&newest.number) < at(&transfer), "{page}");
    shop.check();
}

/// Staff need not tell who has sent a transfer; then nothing is kept.
#[test]
fn a_transfer_without_a_senders_name_keeps_none() {
    for blank in ["", "  "] {
        let (shop, [.., transfer, _]) = shop_of_four(blank);
        let name = shop.value("SELECT payer_name FROM payments WHERE method = 'bank'");
        assert_eq!(name, json!(null), "{blank:?}");
        let page = shop.staff(SUE).page(&format!("/staff/orders/{transfer}"));
        assert!(!page.contains("sent by"), "{page}");
        shop.check();
    }
}

/// However many ways there are to read what was typed, it is looked up at once.
#[test]
fn a_search_takes_one_round_trip() {
    let shop = Shop::open();
    let sue = shop.staff(SUE);
    let token = sue.form_token();
    let _ = shop.world.take_io();
    let reply = sue.submit_with("/staff/search", &token, &[("query", "Ada Lovelace")]);
    assert_eq!(reply.status, 200, "{}", text(&reply));
    let read = vec![
        "MEMBER",
        "ORDERS_BY_PROVIDER_REFERENCE",
        "ORDERS_BY_BANK_REFERENCE",
        "ORDERS_BY_PAYER_NAME",
    ];
    assert_eq!(shop.world.take_io(), [Io::Query(read)]);
}

/// A39: whoever is asked about a coupon finds the order that has issued it and those that have used it.
#[test]
fn a39_orders_are_found_by_a_coupon_that_they_have_issued_or_used() {
    let (shop, seller, codes) = crate::coupon_reversals::issued(true);
    let used = shop.value("SELECT order_number FROM redemptions");
    let used = used.as_str().expect("a number");
    let link = |number: &str| format!("href=\"/staff/orders/{number}\"");
    let sue = shop.staff(SUE);
    let page = found(&sue, &codes[0].to_lowercase());
    assert!(
        page.contains(&link(&seller.number)) && page.contains(&link(used)),
        "{page}"
    );
    let page = found(&sue, &codes[1]);
    assert!(
        page.contains(&link(&seller.number)) && !page.contains(&link(used)),
        "{page}"
    );
    assert!(found(&sue, "K2ED-5SR3-Q06W-2D").contains("No order was found."));
    let page = sue.page(&format!("/staff/orders/{used}"));
    let grouped = shared::id::CouponCode::parse(&codes[0])
        .expect("a code")
        .to_string();
    assert!(page.contains(&format!("{grouped}, ")), "{page}");
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
