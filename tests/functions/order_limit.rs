//! Nobody's mailbox is flooded by orders that somebody else makes.

use common::{Shop, at_once, code_of, json_of, order_body, shuffled, text};
use edgetill::http::Reply;

use crate::send_again::{checkout, form_of, send};

fn order(shop: &Shop, nth: u32, email: &str) -> Reply {
    let mut body = order_body();
    body["customer"]["email"] = email.into();
    shop.post(
        "/v1/orders",
        &format!("order-key-of-number-{nth:04}"),
        None,
        &body,
    )
}

/// The eleventh order of an address within an hour is refused, however it is written; a repetition is
/// not, and neither is anybody else.
#[test]
fn an_address_has_at_most_ten_orders_an_hour() {
    let shop = Shop::open();
    let first = order(&shop, 1, "ada@example.com");
    for nth in 2..=10 {
        shop.world.advance(60);
        let address = ["ada@example.com", "Ada@EXAMPLE.com"][usize::from(nth % 2 == 0)];
        assert_eq!(order(&shop, nth, address).status, 201, "{nth}");
    }
    let mails = || shop.value("SELECT count(*) FROM outbox").as_i64();
    let told = mails();
    for address in ["ada@example.com", "ADA@example.com"] {
        let refused = order(&shop, 11, address);
        assert_eq!(
            (refused.status, &*code_of(&refused)),
            (429, "too_many_orders")
        );
        // Until an hour after the first of the ten.
        assert_eq!(refused.header("retry-after"), Some("3060"));
        assert!(text(&refused).contains("write to support"));
    }
    assert_eq!(order(&shop, 12, "eve@example.com").status, 201);
    assert_eq!(
        json_of(&order(&shop, 1, "ada@example.com")),
        json_of(&first)
    );
    assert_eq!(
        (mails(), shop.count("orders")),
        (told.map(|told| told + 1), 11)
    );
    shop.world.advance(3_059);
    assert_eq!(order(&shop, 11, "ada@example.com").status, 429);
    shop.world.advance(1);
    assert_eq!(order(&shop, 11, "ada@example.com").status, 201);
    assert_eq!(order(&shop, 13, "ada@example.com").status, 429);
    shop.check();
}

/// However many ask at once, and whatever order the steps of theirs take, ten are made.
#[test]
fn an_address_has_at_most_ten_orders_when_many_ask_at_once() {
    for seed in 0..5 {
        let shop = Shop::open();
        let mut spent = order_body();
        spent["customer"]["email"] = "Ada@example.com".into();
        let tasks = (0..20).map(|nth| {
            let body = if nth % 2 == 0 {
                order_body()
            } else {
                spent.clone()
            };
            let key = format!("order-key-of-number-{nth:04}");
            shop.begin_post("/v1/orders", &key, None, &body)
        });
        let replies = at_once(tasks.collect(), shuffled(seed));
        let made = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!((made, shop.count("orders")), (10, 10), "{seed}");
        for refused in replies.iter().filter(|reply| reply.status != 201) {
            assert_eq!(code_of(refused), "too_many_orders", "{seed}");
            assert!(refused.header("retry-after").is_some());
        }
        shop.check();
    }
}

/// A key belongs to an address, however that is written.
#[test]
fn a_key_and_an_address_in_other_letters_make_no_second_order() {
    let shop = Shop::open();
    assert_eq!(order(&shop, 1, "ada@example.com").status, 201);
    let again = order(&shop, 1, "ADA@example.com");
    assert_eq!(code_of(&again), "idempotency_key_reused");
    assert_eq!(shop.count("orders"), 1);
}

/// A new order in place of another writes to its address as well.
#[test]
fn replacing_orders_is_limited_with_them() {
    let shop = Shop::open();
    let mut buyer = shop.order();
    for nth in 2..=10 {
        buyer = shop.replace(&buyer, &order_body(), &format!("replacement-key-{nth:04}"));
    }
    let refused = shop.try_replace(&buyer, &order_body(), "replacement-key-0011");
    assert_eq!(
        (refused.status, &*code_of(&refused)),
        (429, "too_many_orders")
    );
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.count("orders"), 10);
    shop.check();
}

/// The page says the same, and keeps what was typed until the hour is over.
#[test]
fn the_page_says_when_an_address_has_had_too_many_orders() {
    let shop = Shop::open();
    for nth in 1..=10 {
        assert_eq!(order(&shop, nth, "ada@example.com").status, 201);
    }
    let fields = checkout(&shop);
    let refused = send(&shop, "/checkout", None, &fields);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("3600"));
    let (_, kept) = form_of(&text(&refused)).expect("a form");
    shop.world.advance(3_600);
    let sent = send(&shop, "/checkout", None, &kept);
    assert_eq!(sent.status, 303, "{}", text(&sent));
    shop.check();
}
