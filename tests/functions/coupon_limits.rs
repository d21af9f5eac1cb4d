//! Limits of coupons and of tries, under many at once.

use common::{
    Actor, Shop, at_once, body_with_coupon_by, json_of, order_body, percent_off, shuffled, text,
};
use serde_json::json;

/// A43, S80: 200 buyers at once, in many orders of their steps: exactly as many orders as there are
/// uses, and everybody else is told.
#[test]
fn a43_s80_two_hundred_at_once_take_exactly_as_many_uses_as_there_are() {
    for (cap, seeds) in [(1, 4), (10, 3), (100, 2)] {
        for seed in 0..seeds {
            let shop = Shop::open();
            let code = shop.coupon(&percent_off("20"), cap, Some(1));
            let actors: Vec<Actor<'_>> = (0..200)
                .map(|buyer| {
                    let body = body_with_coupon_by(&code, &format!("buyer{buyer}@example.com"));
                    let client = format!("198.51.{}.{}", buyer / 100, buyer % 100);
                    shop.creator_from(&client, &format!("many-at-once-key-{buyer:08}"), &body)
                })
                .collect();
            let answers = at_once(actors, shuffled(seed + 1));
            let made = answers.iter().filter(|status| **status == 201).count();
            let refused = answers.iter().filter(|status| **status == 422).count();
            assert_eq!((made, refused), (cap.try_into().expect("few"), 200 - made));
            assert_eq!(shop.count("orders"), i64::from(cap));
            assert_eq!(shop.count("redemptions"), i64::from(cap));
            shop.check();
        }
    }
}

/// The limit for each customer is exact as well, whatever the case of the address, and a use that was
/// given back is free again.
#[test]
fn a40_a_customer_uses_a_code_as_often_as_one_customer_may() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 50, Some(2));
    let actors: Vec<Actor<'_>> = (0..12)
        .map(|number| {
            let address = ["ada@example.com", "ADA@Example.com", "Ada@example.com"][number % 3];
            let key = format!("one-customer-key-{number:08}");
            shop.creator_from(
                &format!("198.51.100.{number}"),
                &key,
                &body_with_coupon_by(&code, address),
            )
        })
        .collect();
    let answers = at_once(actors, shuffled(7));
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 2);
    shop.order_of(
        &body_with_coupon_by(&code, "bob@example.com"),
        "another-customer-key-0001",
    );
    assert_eq!(shop.count("redemptions"), 3);

    let buyer = shop.order_of(
        &body_with_coupon_by(&code, "eve@example.com"),
        "third-customer-key-000001",
    );
    shop.order_of(
        &body_with_coupon_by(&code, "eve@example.com"),
        "third-customer-key-000002",
    );
    assert_eq!(shop.cancel(&buyer).status, 200);
    // The lower slot is free again, the higher one is not.
    shop.order_of(
        &body_with_coupon_by(&code, "eve@example.com"),
        "third-customer-key-000003",
    );
    let fourth = body_with_coupon_by(&code, "eve@example.com");
    assert_eq!(
        shop.post("/v1/orders", "third-customer-key-000004", None, &fourth)
            .status,
        422
    );
    shop.check();
}

/// S85: exactly twenty tries a minute from one line, good or bad, at whichever door; a minute later
/// there are twenty again.
#[test]
fn s85_guesses_are_limited_exactly() {
    let shop = Shop::open();
    let good = shop.coupon(&percent_off("20"), 5, None);
    let query = "product=site-backup&period_months=12&currency=EUR";
    let look = |code: &str| shop.get(&format!("/v1/coupons/{code}?{query}"));
    let quote = json!({
        "items": order_body()["items"], "currency": "EUR", "country": "DE", "coupon": good,
    });
    for _ in 0..2 {
        for number in 0..20 {
            let code = if number % 2 == 0 {
                good.as_str()
            } else {
                "K2ED5SR3Q06W2D"
            };
            let reply = match number % 5 {
                4 => shop.post("/v1/quotes", "quote-key-00000000000001", None, &quote),
                _ => look(code),
            };
            assert_eq!(reply.status, 200, "{number}: {}", text(&reply));
        }
        for _ in 0..100 {
            assert_eq!(look(&good).status, 429);
        }
        let order = shop.post(
            "/v1/orders",
            "order-key-0000000000000009",
            None,
            &body_with_coupon_by(&good, "ada@example.com"),
        );
        assert_eq!(order.status, 429);
        assert_eq!(order.header("retry-after"), Some("60"));
        let without = shop.post(
            "/v1/orders",
            "order-key-0000000000000008",
            None,
            &order_body(),
        );
        assert_eq!(without.status, 201, "who types no code is not held up");
        assert!(json_of(&without)["order_number"].is_string());
        shop.world.advance(60);
    }
    assert_eq!(shop.value("SELECT tries FROM attempts"), 20);
    shop.tick_after(600);
    assert_eq!(shop.count("attempts"), 0, "addresses are not kept");
    shop.check();
}

/// Two tries of a code in the same instant are two tries.
#[test]
fn s85_tries_at_once_are_counted_each() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 100, None);
    let actors: Vec<Actor<'_>> = (0..50)
        .map(|number| {
            let body = body_with_coupon_by(&code, &format!("buyer{number}@example.com"));
            shop.creator_from(
                "198.51.100.1",
                &format!("same-instant-key-{number:08}"),
                &body,
            )
        })
        .collect();
    let answers = at_once(actors, shuffled(3));
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 20);
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 30);
    shop.check();
}
