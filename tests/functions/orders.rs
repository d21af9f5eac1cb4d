//! Making an order: once, readable at once, and frozen.

use common::{Buyer, Shop, Trouble, json_of, order_body, problem_of, text};
use serde_json::json;
use shared::api::route::{Policy, ROUTES};
use shared::http::Method;
use shared::id::OrderNumber;

use crate::route::call;

const ORDERS: &str = "/v1/orders";
const KEY: &str = "order-key-0000000000000001";

/// A03: the order is there at once, with everything the buyer will be asked to confirm.
#[test]
fn a03_an_order_is_readable_at_once_with_its_row_history_and_mail() {
    let shop = Shop::open();
    let buyer = shop.order();
    let view = shop.view(&buyer);
    assert_eq!(view["order_number"], buyer.number.as_str());
    let number = OrderNumber::parse(&buyer.number).expect("a number with its check symbol");
    assert_eq!(view["order_number_grouped"], number.to_string());
    assert_eq!(view["status"], "awaiting_payment");
    assert_eq!(view["methods"], json!(["stripe", "paypal"]));
    assert_eq!(view["actions"], json!(["pay", "cancel", "replace"]));
    assert_eq!(view["due"], json!({ "amount": 11_900, "currency": "EUR" }));
    assert_eq!(view["quote"]["lines"][0]["name"], "Site Backup");
    assert_eq!(view["customer"]["email"], "ada@example.com");
    assert_eq!(view["created_at"], "2026-11-21T18:00:00Z");
    assert_eq!(view["expires_at"], "2026-11-24T18:00:00Z");
    assert_eq!(
        shop.rows("SELECT version, from_state, to_state, event, actor FROM order_history"),
        [json!({
            "version": 1, "from_state": "unpaid", "to_state": "unpaid", "event": "created",
            "actor": "buyer",
        })]
    );
    assert_eq!(
        shop.value("SELECT state FROM outbox WHERE kind = 'mail_order_received'"),
        "sent"
    );
    let link = format!(
        "http://127.0.0.1:8787/orders/{}?token={}",
        buyer.number, buyer.token
    );
    let mail = shop
        .world
        .sandbox(|sandbox, _| sandbox.mailbox.mails()[0].clone());
    assert!(mail.text.contains(&link), "{}", mail.text);
    shop.check();
}

/// A04: a list of orders needs an account, which nobody has yet. Until then whoever holds a token is
/// shown its own order and not even the number of another.
#[test]
fn a04_a_token_shows_one_order_and_there_is_no_list() {
    let shop = Shop::open();
    let mine = shop.order();
    let other = shop.order_of(&order_body(), "order-key-of-somebody-else");
    let bearer = format!("Bearer {}", mine.token);
    let token = [("authorization", bearer.as_str())];
    let reads = ROUTES.iter().filter(|spec| spec.method == Method::Get);
    for spec in reads {
        let shown = text(&call(&shop, spec, &mine.number, &token));
        for number in [&other.number, &view_grouped(&shop, &other)] {
            assert!(!shown.contains(number), "{}: {shown}", spec.path);
        }
        if spec.policy == Policy::OrderToken {
            let refused = call(&shop, spec, &other.number, &token);
            assert_eq!(refused.status, 404, "{}", spec.path);
        }
    }
    let list = shop.send(Method::Get, ORDERS, &token, b"");
    assert_eq!(problem_of(&list), "405 method_not_allowed");
}

fn view_grouped(shop: &Shop, buyer: &Buyer) -> String {
    let view = shop.view(buyer);
    view["order_number_grouped"]
        .as_str()
        .expect("a text")
        .into()
}

/// The token itself is nowhere in the database: only its hash is.
#[test]
fn no_row_holds_the_token_of_an_order() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    let tables = shop.rows("SELECT name FROM sqlite_schema WHERE type = 'table'");
    for table in tables {
        let name = table["name"].as_str().expect("a name");
        let rows = json!(shop.rows(&format!("SELECT * FROM {name}"))).to_string();
        assert!(!rows.contains(&buyer.token), "{name}");
    }
}

/// A03, P4: whatever goes wrong in making an order, sending it again makes exactly one.
#[test]
fn an_order_survives_every_trouble_at_every_step() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0.. {
            let shop = Shop::open();
            shop.world.trouble_at(step, trouble);
            let headers = [
                ("content-type", "application/json"),
                ("idempotency-key", KEY),
            ];
            let body = order_body().to_string();
            let first = shop.send_only(Method::Post, ORDERS, &headers, body.as_bytes());
            let struck = !shop.world.forget_trouble();
            shop.world.restart();
            assert!(
                matches!(first.status, 201 | 503),
                "{step} {trouble:?} {}",
                text(&first)
            );
            let buyer = shop.order();
            assert_eq!(shop.count("orders"), 1, "{step} {trouble:?}");
            if first.status == 201 {
                assert_eq!(json_of(&first)["token"], buyer.token.as_str());
            }
            assert_eq!(shop.status(&buyer), "awaiting_payment");
            shop.run_cron(120);
            assert_eq!(shop.mails().len(), 1, "{step} {trouble:?}");
            shop.check();
            if !struck {
                assert!(step >= 2, "a create has a read and a batch");
                break;
            }
        }
    }
}

/// S31: nothing is due, so no provider is asked: confirmed at once, released once.
#[test]
fn s31_an_order_of_nothing_is_confirmed_and_released_once_without_a_provider() {
    let shop = Shop::open();
    let mut body = order_body();
    body["items"] = json!([{ "product": "trial", "quantity": 1 }]);
    let buyer = shop.order_of(&body, KEY);
    let again = shop.order_of(&body, KEY);
    assert_eq!(again.number, buyer.number);
    shop.run_cron(300);
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "confirmed");
    assert_eq!(view["due"]["amount"], 0);
    assert_eq!(view["paid_by"], "nothing was due");
    assert!(
        view["subscription_id"]
            .as_str()
            .is_some_and(|id| id.starts_with('S'))
    );
    assert_eq!(
        (view["methods"].clone(), view["actions"].clone()),
        (json!([]), json!([]))
    );
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.mails().len(), 1, "{:?}", shop.mails());
    assert_eq!(shop.count("payments"), 0);
    assert!(shop.sessions().is_empty());
    assert!(shop.page(&buyer).contains("Confirmed"));
    let pay = shop.try_pay(&buyer, "payment-key-000000000001");
    assert_eq!(problem_of(&pay), "409 already_paid");
    assert_eq!(problem_of(&shop.cancel(&buyer)), "409 already_paid");
    shop.check();
}

/// S33: an order keeps its prices and its tax; the next one has the new ones.
#[test]
fn s33_a_new_price_or_tax_changes_no_order() {
    let shop = Shop::open();
    let old = shop.order();
    let before = shop.view(&old);
    shop.offer("site-backup", 12, "EUR", 12_500);
    shop.world.database(|database| {
        database.execute(
            "UPDATE tax_rates SET percent = '25' WHERE country = 'DE';
             UPDATE products SET name = 'Renamed', active = 0 WHERE product_id = 'trial';
             UPDATE products SET name = 'Renamed' WHERE product_id = 'site-backup'",
        );
    });
    assert_eq!(shop.view(&old), before);
    let session = shop.pay(&old);
    assert_eq!(shop.session(&session).amount_total, 11_900);
    assert_eq!(
        shop.session(&session).lines[0].name,
        "Site Backup, 12 months"
    );
    let new = shop.order_of(&order_body(), "order-key-0000000000000002");
    assert_eq!(shop.view(&new)["quote"]["total"]["amount"], 15_625);
    assert_eq!(shop.view(&new)["quote"]["lines"][0]["name"], "Renamed");
    shop.check();
}

/// S34: what is owed has no edit: no route changes it, and the schema refuses to.
#[test]
fn s34_what_an_order_owes_is_frozen() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    for column in [
        "total_minor",
        "subtotal_minor",
        "tax_minor",
        "discount_minor",
        "currency",
        "quote",
        "customer",
        "billing",
        "customer_email",
        "expires_at",
    ] {
        let refused = shop.world.database(|database| {
            let edit = format!("UPDATE orders SET {column} = {column}");
            database
                .connection()
                .execute_batch(&edit)
                .unwrap_err()
                .to_string()
        });
        assert_eq!(refused, "order_frozen", "{column}");
    }
    for column in ["amount_minor", "currency", "request", "provider_key"] {
        let refused = shop.world.database(|database| {
            let edit = format!("UPDATE payments SET {column} = {column}");
            database
                .connection()
                .execute_batch(&edit)
                .unwrap_err()
                .to_string()
        });
        assert_eq!(refused, "payment_frozen", "{column}");
    }
    let writes: Vec<&str> = shared::api::route::ROUTES
        .iter()
        .filter(|spec| spec.path.contains("{number}") && spec.body_bytes_max > 0)
        .map(|spec| spec.path)
        .collect();
    assert_eq!(
        writes,
        [
            "/orders/{number}/email-code",
            "/orders/{number}/email-confirmation",
            "/orders/{number}/pay",
            "/orders/{number}/proof",
            "/orders/{number}/cancel",
            "/orders/{number}/change",
            "/v1/orders/{number}/email-code",
            "/v1/orders/{number}/email-confirmation",
            "/v1/orders/{number}/payments",
            "/v1/orders/{number}/proofs",
            "/v1/orders/{number}/cancel",
            "/v1/orders/{number}/replacement",
            "/staff/orders/{number}/approve",
            "/staff/orders/{number}/reject",
            "/staff/orders/{number}/ask",
            "/staff/orders/{number}/settle",
            "/staff/orders/{number}/revoke",
            "/staff/orders/{number}/coupons",
        ],
        "an order can be bound to its customer, paid, shown to be paid, cancelled, replaced, or decided about; and its codes paused"
    );
    shop.check();
}
