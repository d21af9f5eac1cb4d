//! What an order is made of: who, where, what; and nothing else that a caller brings along.

use common::{Shop, json_of, order_body, problem_of, text};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

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
        let body = body.replace("ada@", &format!("ada{before}@"));
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
