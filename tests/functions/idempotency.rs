//! Keys of callers: a repetition is told the same answer and makes nothing new.

use common::{Buyer, Shop, at_once, json_of, order_body, problem_of, shuffled, text};
use edgetill::http::Reply;
use serde_json::{Value as Json, json};

const ORDERS: &str = "/v1/orders";
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

fn create(shop: &Shop, key: &str, body: &Json) -> Reply {
    shop.post(ORDERS, key, None, body)
}

/// A05: the same key and body get the same answer, whatever became of the order or the catalogue.
#[test]
fn a05_a_repeated_create_gets_the_same_answer_for_ever() {
    let shop = Shop::open();
    let first = create(&shop, KEY, &order_body());
    assert_eq!(first.status, 201);
    let answer = json_of(&first);
    let buyer = Buyer {
        number: answer["order_number"]
            .as_str()
            .expect("a number")
            .to_owned(),
        token: answer["token"].as_str().expect("a token").to_owned(),
    };
    let same = |when: &str| {
        let again = create(&shop, KEY, &order_body());
        assert_eq!((again.status, text(&again)), (201, text(&first)), "{when}");
        assert_eq!(again.header("location"), first.header("location"), "{when}");
        assert_eq!(shop.count("orders"), 1, "{when}");
    };
    same("at once");
    shop.offer("site-backup", 12, "EUR", 99);
    same("after a new price");
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    same("after it was paid");
    shop.run_cron(3_600);
    same("an hour later");
    shop.world.advance(40 * 86_400);
    same("weeks later");
    assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
    shop.check();
}

#[test]
fn a05_white_space_and_the_order_of_fields_make_no_other_body() {
    let shop = Shop::open();
    let first = create(&shop, KEY, &order_body());
    let pretty = serde_json::to_string_pretty(&order_body()).expect("JSON");
    let again = shop.post_text(ORDERS, KEY, &format!("\r\n {pretty} \n"));
    assert_eq!(text(&again), text(&first));
    let body = order_body();
    let turned = format!(
        r#"{{"currency":{},"billing":{},"customer":{},"items":{}}}"#,
        body["currency"], body["billing"], body["customer"], body["items"]
    );
    assert_eq!(text(&shop.post_text(ORDERS, KEY, &turned)), text(&first));
    assert_eq!(shop.count("orders"), 1);
}

/// A05: the same key with another body is refused, whatever the difference is.
#[test]
fn a05_the_same_key_with_another_body_is_refused() {
    let shop = Shop::open();
    let first = create(&shop, KEY, &order_body());
    for (pointer, value) in [
        ("/items/0/quantity", json!(2)),
        ("/items/0/period_months", json!(24)),
        ("/items/0/product", json!("uptime-watch")),
        ("/currency", json!("USD")),
        ("/customer/name", json!("Ada King")),
        ("/billing/line1", json!("Musterstr. 2")),
        ("/billing/country", json!("AT")),
    ] {
        let mut body = order_body();
        *body.pointer_mut(pointer).expect("a field") = value;
        let reply = create(&shop, KEY, &body);
        assert_eq!(
            problem_of(&reply),
            "409 idempotency_key_reused",
            "{pointer}"
        );
    }
    let mut body = order_body();
    body["expected_total"] = json!(11_900);
    assert_eq!(
        problem_of(&create(&shop, KEY, &body)),
        "409 idempotency_key_reused"
    );
    assert_eq!(text(&create(&shop, KEY, &order_body())), text(&first));
    assert_eq!(shop.count("orders"), 1);
    shop.check();
}

/// A05: five at the same time make one order and get one answer, in whichever order their steps
/// happen.
#[test]
fn a05_five_creates_at_once_make_one_order() {
    for seed in 0..40 {
        let shop = Shop::open();
        let tasks = (0..5).map(|_| shop.begin_post(ORDERS, KEY, None, &order_body()));
        let replies = at_once(tasks.collect(), shuffled(seed));
        for reply in &replies {
            assert_eq!(
                (reply.status, text(reply)),
                (201, text(&replies[0])),
                "{seed}"
            );
        }
        let delivered: usize = replies.iter().map(|reply| reply.deliver.len()).sum();
        assert_eq!(delivered, 1, "one of them tells the buyer");
        assert_eq!(shop.count("orders"), 1, "{seed}");
        shop.run_cron(120);
        assert_eq!(shop.mails().len(), 1, "{seed}");
        shop.check();
    }
}

#[test]
fn a05_two_bodies_at_once_under_one_key_make_one_order() {
    for seed in 0..40 {
        let shop = Shop::open();
        let mut other = order_body();
        other["items"][0]["quantity"] = json!(2);
        let bodies = [order_body(), other.clone(), order_body(), other];
        let tasks = bodies
            .iter()
            .map(|body| shop.begin_post(ORDERS, KEY, None, body));
        let replies = at_once(tasks.collect(), shuffled(seed));
        let made = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(made, 2, "{seed}");
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            assert_eq!(problem_of(reply), "409 idempotency_key_reused", "{seed}");
        }
        assert_eq!(shop.count("orders"), 1, "{seed}");
        shop.check();
    }
}

/// A05, I6: five payments at once lead to one session, under one key or five.
#[test]
fn a05_five_payments_at_once_open_one_session() {
    for seed in 0..40 {
        for keys in [1, 5] {
            let shop = Shop::open();
            let buyer = shop.order();
            let path = format!("/v1/orders/{}/payments", buyer.number);
            let body = json!({ "method": "stripe" });
            let tasks = (0..5).map(|number| {
                let key = format!("payment-key-{:020}", number % keys);
                shop.begin_post(&path, &key, Some(&buyer.token), &body)
            });
            let replies = at_once(tasks.collect(), shuffled(seed));
            for reply in &replies {
                assert_eq!(reply.status, 201, "{seed} {keys} {}", text(reply));
                assert_eq!(json_of(reply), json_of(&replies[0]), "{seed} {keys}");
            }
            assert_eq!(shop.sessions().len(), 1, "{seed} {keys}");
            assert_eq!(shop.count("payments"), 1, "{seed} {keys}");
            shop.check();
        }
    }
}

/// S125: a key belongs to who used it and for what.
#[test]
fn s125_a_key_of_one_caller_means_nothing_for_another() {
    let shop = Shop::open();
    let ada = shop.order_of(&order_body(), KEY);
    let mut body = order_body();
    body["customer"]["email"] = json!("eve@example.com");
    let eve = shop.order_of(&body, KEY);
    assert_ne!(ada.number, eve.number);
    assert_ne!(ada.token, eve.token);
    let payments: Vec<Json> = [&ada, &eve]
        .iter()
        .map(|buyer| json_of(&shop.try_pay(buyer, KEY))["payment"]["payment_id"].clone())
        .collect();
    assert_ne!(payments[0], payments[1]);
    assert_eq!(shop.count("orders"), 2);
    assert_eq!(shop.count("payments"), 2);
    assert_eq!(shop.sessions().len(), 2);
    shop.check();
}

/// S125: whoever knows only the key learns nothing: the body names the customer.
#[test]
fn s125_a_guessed_key_tells_no_token() {
    let shop = Shop::open();
    let ada = shop.order_of(&order_body(), KEY);
    let mut body = order_body();
    body["customer"]["email"] = json!("ADA@example.org");
    let reply = create(&shop, KEY, &body);
    assert_eq!(reply.status, 201);
    assert!(!text(&reply).contains(&ada.token));
    let mut body = order_body();
    body["customer"]["name"] = json!("Someone Else");
    assert!(!text(&create(&shop, KEY, &body)).contains(&ada.token));
}

#[test]
fn a_write_without_a_usable_key_is_refused_and_makes_nothing() {
    let shop = Shop::open();
    let buyer = shop.order();
    let pay = format!("/v1/orders/{}/payments", buyer.number);
    let body = json!({ "method": "stripe" });
    let long = "k".repeat(256);
    for key in [
        "",
        "short",
        "nineteen-characters",
        &long,
        "with a space in the middle of it",
    ] {
        let reply = create(&shop, key, &order_body());
        assert_eq!(problem_of(&reply), "400 idempotency_key", "{key}");
        let reply = shop.post(&pay, key, Some(&buyer.token), &body);
        assert_eq!(problem_of(&reply), "400 idempotency_key", "{key}");
    }
    let headers = [("content-type", "application/json")];
    let body = order_body().to_string();
    let reply = shop.send(
        shared::http::Method::Post,
        ORDERS,
        &headers,
        body.as_bytes(),
    );
    assert_eq!(problem_of(&reply), "400 idempotency_key");
    assert_eq!(shop.count("orders"), 1);
    assert_eq!(shop.count("payments"), 0);
    shop.check();
}
