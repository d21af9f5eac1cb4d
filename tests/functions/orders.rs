//! Making an order: who, what, for how much; once, and frozen.

use std::collections::BTreeSet;

use common::{Shop, Trouble, json_of, now_or_never, order_body, problem_of, text};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use shared::http::Method;
use shared::id::OrderNumber;
use shared::order::{Decision, OrderEvent, OrderState, decide};
use shared::time::Timestamp;

const ORDERS: &str = "/v1/orders";
const KEY: &str = "order-key-0000000000000001";

/// The fields that a problem names.
fn fields(problem: &Json) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("errors");
    errors
        .iter()
        .filter_map(|error| error["field"].as_str())
        .collect()
}

fn nothing_was_made(shop: &Shop) {
    for table in ["orders", "order_history", "outbox", "idempotency"] {
        assert_eq!(shop.count(table), 0, "{table}");
    }
    shop.check();
}

/// A01: customer and billing details, each field by itself; whatever is missing is named and costs
/// no row.
#[test]
fn a01_every_missing_field_is_named_and_nothing_is_made() {
    let shop = Shop::open();
    let required = [
        ("customer", "name"),
        ("customer", "email"),
        ("billing", "name"),
        ("billing", "line1"),
        ("billing", "city"),
        ("billing", "postal_code"),
        ("billing", "country"),
    ];
    for (object, field) in required {
        for value in [
            None,
            Some(Json::Null),
            Some(json!("")),
            Some(json!(" \t\u{a0}")),
        ] {
            let mut body = order_body();
            match value.clone() {
                Some(value) => body[object][field] = value,
                None => drop(
                    body[object]
                        .as_object_mut()
                        .expect("an object")
                        .remove(field),
                ),
            }
            let reply = shop.post(ORDERS, KEY, None, &body);
            assert_eq!(
                problem_of(&reply),
                "422 invalid_fields",
                "{object}.{field} {value:?}"
            );
            let problem = json_of(&reply);
            assert_eq!(fields(&problem), [format!("{object}.{field}")], "{value:?}");
            assert_eq!(problem["errors"][0]["code"], "required", "{object}.{field}");
        }
    }
    nothing_was_made(&shop);
}

#[test]
fn a01_an_order_without_anybody_names_every_field_at_once() {
    let shop = Shop::open();
    let mut body = order_body();
    for object in ["customer", "billing"] {
        body.as_object_mut().expect("an object").remove(object);
    }
    body["items"] = json!([]);
    body["currency"] = json!("");
    let reply = shop.post(ORDERS, KEY, None, &body);
    assert_eq!(problem_of(&reply), "422 invalid_fields");
    assert_eq!(
        fields(&json_of(&reply)),
        [
            "currency",
            "customer.name",
            "customer.email",
            "billing.name",
            "billing.line1",
            "billing.city",
            "billing.country",
            "items",
        ]
    );
    nothing_was_made(&shop);
}

#[test]
fn a01_a_field_that_holds_the_wrong_thing_is_named_and_never_repeated() {
    let shop = Shop::open();
    for (object, field, value, code) in [
        (
            "customer",
            "email",
            "ada.example.com".to_owned(),
            "invalid_email",
        ),
        (
            "customer",
            "email",
            "ada@example.com, eve@example.com".to_owned(),
            "invalid_email",
        ),
        ("customer", "name", "x".repeat(201), "too_long"),
        (
            "customer",
            "name",
            "Ada\r\nBcc: eve@example.com".to_owned(),
            "invalid_character",
        ),
        (
            "customer",
            "name",
            "4242 4242 4242 4242".to_owned(),
            "card_number",
        ),
        (
            "billing",
            "line2",
            "5555-5555-5555-4444".to_owned(),
            "card_number",
        ),
        (
            "billing",
            "company",
            "\u{202e}lanoitanretnI".to_owned(),
            "invalid_character",
        ),
        (
            "billing",
            "country",
            "Germany".to_owned(),
            "unknown_country",
        ),
        ("billing", "country", "DEU".to_owned(), "unknown_country"),
        ("billing", "postal_code", "1".repeat(21), "too_long"),
        ("billing", "tax_id", "1".repeat(41), "too_long"),
    ] {
        let mut body = order_body();
        body[object][field] = json!(value);
        let reply = shop.post(ORDERS, KEY, None, &body);
        assert_eq!(problem_of(&reply), "422 invalid_fields", "{object}.{field}");
        let problem = json_of(&reply);
        assert_eq!(fields(&problem), [format!("{object}.{field}")]);
        assert_eq!(problem["errors"][0]["code"], code, "{value}");
        assert!(!text(&reply).contains(&value), "{value}");
    }
    nothing_was_made(&shop);
}

#[test]
fn a_country_without_postal_codes_asks_for_none() {
    let shop = Shop::open();
    let mut body = order_body();
    body["billing"]["country"] = json!("AE");
    body["billing"]
        .as_object_mut()
        .expect("an object")
        .remove("postal_code");
    let buyer = shop.order_of(&body, KEY);
    assert_eq!(shop.view(&buyer)["billing"]["postal_code"], Json::Null);
    shop.check();
}

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
    assert_eq!(view["methods"], json!(["stripe"]));
    assert_eq!(view["actions"], json!(["pay", "cancel"]));
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

/// A02, T1: a price, total, discount, tax or currency that the caller brings along is refused or
/// has no effect, wherever it stands and however it is written.
#[test]
fn a02_ten_thousand_bodies_with_prices_of_their_own_set_no_price() {
    const NAMES: [&str; 24] = [
        "price",
        "prices",
        "unit_price",
        "unit_amount",
        "unit_amount_minor",
        "amount",
        "amount_minor",
        "total",
        "total_minor",
        "expected_total",
        "subtotal",
        "discount",
        "discount_minor",
        "coupon",
        "tax",
        "tax_rate",
        "tax_percent",
        "quote",
        "quantity",
        "currency",
        "lines",
        "state",
        "paid",
        "account",
    ];
    const VALUES: [&str; 12] = [
        "0",
        "1",
        "-1",
        "11900",
        "1e309",
        "0.01",
        "\"0\"",
        "null",
        "[]",
        "{}",
        r#"{"amount":1,"currency":"EUR"}"#,
        "\"JPY\"",
    ];
    let shop = Shop::open();
    let whole = order_body().to_string();
    let starts: Vec<usize> = whole.match_indices('{').map(|(at, _)| at + 1).collect();
    let bodies = (
        0..=starts.len(),
        0..NAMES.len(),
        0..VALUES.len(),
        any::<bool>(),
        1_i64..1_000,
    );
    let mut runner = TestRunner::new(Config {
        cases: 10_000,
        ..Config::default()
    });
    let run = runner.run(&bodies, |(place, name, value, twice, quantity)| {
        let mut body = whole.clone();
        let extra = format!("\"{}\":{},", NAMES[name], VALUES[value]);
        let extra = if twice { extra.repeat(2) } else { extra };
        if let Some(start) = starts.get(place) {
            body.insert_str(*start, &extra);
        }
        let body = body.replace("\"quantity\":1}", &format!("\"quantity\":{quantity}}}"));
        let before = shop.count("orders");
        let reply = shop.post_text(ORDERS, &format!("property-{:020}", before), &body);
        let made = shop.count("orders") - before;
        prop_assert_eq!(made == 1, reply.status == 201, "{} {}", text(&reply), body);
        prop_assert!(
            matches!(reply.status, 201 | 400 | 409 | 422),
            "{}",
            reply.status
        );
        if made == 1 {
            // Only the total that the buyer was shown may stand there, and only the right one.
            let answer = json_of(&reply);
            let number = answer["order_number"].as_str().expect("a number");
            let of_order =
                format!("SELECT total_minor FROM orders WHERE order_number = '{number}'");
            let total = shop.value(&of_order);
            prop_assert_eq!(total, Json::from(11_900 * quantity), "{}", body);
        }
        Ok(())
    });
    run.expect("no body sets a price");
    assert!(
        shop.count("orders") > 1_000,
        "bodies without an extra field make orders"
    );
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
            "/orders/{number}/pay",
            "/orders/{number}/cancel",
            "/v1/orders/{number}/payments",
            "/v1/orders/{number}/cancel",
        ],
        "an order can be paid or cancelled, and nothing else"
    );
    shop.check();
}

/// P7: the schema allows exactly the steps that `decide` can answer.
#[test]
fn the_steps_of_decide_are_the_steps_of_the_schema() {
    let shop = Shop::open();
    let buyer = shop.order();
    let number = OrderNumber::parse(&buyer.number).expect("a number");
    let found = now_or_never(edgetill::change::load(&shop.world, number));
    let mut order = found.expect("a read").expect("an order").order;
    let mut decided = BTreeSet::new();
    for state in OrderState::ALL {
        for event in [
            OrderEvent::PaymentStarted,
            OrderEvent::PaymentNoted,
            OrderEvent::MoneyArrived { covers: false },
            OrderEvent::MoneyArrived { covers: true },
            OrderEvent::CancelRequested {
                despite_review: false,
            },
            OrderEvent::CancelRequested {
                despite_review: true,
            },
            OrderEvent::DeadlinePassed,
            OrderEvent::ProofSubmitted,
            OrderEvent::ProofRejected,
            OrderEvent::Superseded,
        ] {
            for (live, now) in [
                (false, order.created_at),
                (true, order.created_at),
                (false, order.expires_at),
                (true, order.expires_at),
            ] {
                order.state = state;
                order.payment_live = live;
                decided.extend(step(&order, event, now));
            }
        }
    }
    let schema: BTreeSet<String> = shop
        .rows("SELECT from_state || ' ' || to_state AS step FROM order_transitions")
        .iter()
        .map(|row| row["step"].as_str().expect("a step").to_owned())
        .collect();
    assert_eq!(decided, schema);
}

fn step(order: &shared::order::Order, event: OrderEvent, now: Timestamp) -> Option<String> {
    match decide(order, event, now) {
        Decision::Changed(to) => Some(format!("{} {}", order.state.as_str(), to.as_str())),
        Decision::NoChange(_) | Decision::Refused(_) => None,
    }
}
