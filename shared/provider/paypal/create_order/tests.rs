use serde_json::{Value, json};

use super::*;
use crate::money::Currency;
use crate::provider::paypal::fixtures;
use crate::provider::paypal::order::payment_in_invoice;

fn money(amount_minor: i64, code: &str) -> Money {
    Money::new(amount_minor, Currency::parse(code).unwrap()).unwrap()
}

fn breakdown(code: &str, [price, discount, tax]: [i64; 3]) -> Breakdown {
    Breakdown {
        price: money(price, code),
        discount: money(discount, code),
        tax: money(tax, code),
    }
}

const ITEM: Item<'_> = Item {
    name: "Licence",
    price_minor: 1_100,
    tax_minor: 200,
};

/// The order of the fixtures: 11.00 − 1.00 + 2.00.
fn order() -> CreateOrder<'static> {
    CreateOrder {
        order_number: "A7QK4T9XW2F3CM",
        payment_id: "P0123456789ABC",
        total: money(1_200, "USD"),
        breakdown: Some(breakdown("USD", [1_100, 100, 200])),
        items: &[ITEM],
        brand_name: "Test shop",
        locale: Some("en-US"),
        return_url: "https://shop.example/return",
        cancel_url: "https://shop.example/cancel",
    }
}

fn frozen(order: &CreateOrder<'_>) -> Value {
    serde_json::from_str(&order.freeze().unwrap()).unwrap()
}

#[test]
fn frozen_order_body_unchanged() {
    insta::assert_snapshot!(order().freeze().unwrap(), @r#"{"intent":"CAPTURE","payment_source":{"paypal":{"experience_context":{"brand_name":"Test shop","cancel_url":"https://shop.example/cancel","locale":"en-US","payment_method_preference":"UNRESTRICTED","return_url":"https://shop.example/return","shipping_preference":"NO_SHIPPING","user_action":"PAY_NOW"}}},"purchase_units":[{"amount":{"breakdown":{"discount":{"currency_code":"USD","value":"1.00"},"item_total":{"currency_code":"USD","value":"11.00"},"tax_total":{"currency_code":"USD","value":"2.00"}},"currency_code":"USD","value":"12.00"},"custom_id":"A7QK4T9XW2F3CM","description":"Order A7QK4T9XW2F3CM","invoice_id":"A7QK4T9XW2F3CM-P0123456789ABC","items":[{"category":"DIGITAL_GOODS","name":"Licence","quantity":"1","tax":{"currency_code":"USD","value":"2.00"},"unit_amount":{"currency_code":"USD","value":"11.00"}}]}]}"#);
}

/// The fixture is valid against PayPal's OpenAPI schema, so what stands in it too is.
#[test]
fn every_field_stands_in_the_validated_request() {
    fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, value)| paths(value, &format!("{path}.{name}"), found)),
            Value::Array(items) => items.iter().for_each(|item| paths(item, path, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                found.push(format!("{path}: {}", value.is_string()));
            }
        }
    }
    let (mut ours, mut valid) = (Vec::new(), Vec::new());
    paths(&frozen(&order()), "", &mut ours);
    paths(
        &fixtures::body("api_order_create_request.json"),
        "",
        &mut valid,
    );
    for path in &ours {
        assert!(valid.contains(path), "{path}");
    }
    assert_eq!(ours.len(), 26);
}

#[test]
fn the_payment_is_found_again_by_its_invoice_id() {
    let body = frozen(&order());
    let unit = &body["purchase_units"][0];
    let invoice_id = unit["invoice_id"].as_str().unwrap();
    assert_eq!(payment_in_invoice(invoice_id), Some("P0123456789ABC"));
    assert_eq!(unit["custom_id"], "A7QK4T9XW2F3CM");
}

#[test]
fn a_part_payment_is_sent_as_a_total_alone() {
    let body = frozen(&CreateOrder {
        breakdown: None,
        ..order()
    });
    let unit = &body["purchase_units"][0];
    assert_eq!(
        unit["amount"],
        json!({"currency_code": "USD", "value": "12.00"})
    );
    assert_eq!(unit.get("items"), None);
}

#[test]
fn parts_that_paypal_cannot_express_are_left_out() {
    let halves = [
        Item {
            name: "a",
            price_minor: 50_050,
            tax_minor: 10_000,
        },
        Item {
            name: "b",
            price_minor: 49_950,
            tax_minor: 10_000,
        },
    ];
    let with_items_uneven = CreateOrder {
        total: money(120_000, "HUF"),
        breakdown: Some(breakdown("HUF", [100_000, 0, 20_000])),
        items: &halves,
        ..order()
    };
    let unit = &frozen(&with_items_uneven)["purchase_units"][0];
    assert_eq!(unit["amount"]["value"], "1200");
    assert_eq!(unit["amount"]["breakdown"]["item_total"]["value"], "1000");
    assert_eq!(unit.get("items"), None);

    let uneven = [Item {
        name: "a",
        price_minor: 100_050,
        tax_minor: 19_950,
    }];
    let with_breakdown_uneven = CreateOrder {
        breakdown: Some(breakdown("HUF", [100_050, 0, 19_950])),
        items: &uneven,
        ..with_items_uneven
    };
    let unit = &frozen(&with_breakdown_uneven)["purchase_units"][0];
    assert_eq!(
        unit["amount"],
        json!({"currency_code": "HUF", "value": "1200"})
    );
    assert_eq!(unit.get("items"), None);
}

#[test]
fn a14_a_total_that_cannot_be_sent_exactly_is_not_sent() {
    use AmountProblem::{Currency as NotTaken, NotRepresentable, TooSmall};
    for (total, problem) in [
        (money(120_050, "HUF"), NotRepresentable { step_minor: 100 }),
        (money(0, "USD"), TooSmall { minimum_minor: 1 }),
        (
            money(1_000, "INR"),
            NotTaken(Currency::parse("INR").unwrap()),
        ),
    ] {
        let order = CreateOrder { total, ..order() };
        assert_eq!(order.freeze(), Err(CreateOrderError::Total(problem)));
    }
}

#[test]
fn parts_that_do_not_add_up_are_our_fault() {
    let negative = [
        Item {
            price_minor: 1_200,
            ..ITEM
        },
        Item {
            price_minor: -100,
            tax_minor: 0,
            ..ITEM
        },
    ];
    for (parts, items, fault) in [
        ([1_100, 0, 200], &[ITEM][..], "breakdown"),
        ([1_100, 101, 200], &[ITEM], "breakdown"),
        ([1_000, -200, 0], &[ITEM], "breakdown"),
        ([1_100, 100, 200], &[], "list of items"),
        ([1_100, 100, 200], &[ITEM, ITEM], "list of items"),
        ([1_100, 100, 200], &negative, "list of items"),
    ] {
        let order = CreateOrder {
            breakdown: Some(breakdown("USD", parts)),
            items,
            ..order()
        };
        assert_eq!(
            order.freeze(),
            Err(CreateOrderError::Sum(fault)),
            "{parts:?}"
        );
    }
    let foreign = CreateOrder {
        breakdown: Some(breakdown("EUR", [1_100, 100, 200])),
        ..order()
    };
    assert_eq!(foreign.freeze(), Err(CreateOrderError::Sum("breakdown")));
}

#[test]
fn names_are_cut_and_other_texts_refused() {
    let long = "é".repeat(200);
    let items = [Item {
        name: &long,
        ..ITEM
    }];
    let body = frozen(&CreateOrder {
        items: &items,
        brand_name: &long,
        locale: None,
        ..order()
    });
    let name = body["purchase_units"][0]["items"][0]["name"]
        .as_str()
        .unwrap();
    assert_eq!(name.chars().count(), 127);
    assert!(name.ends_with("é…"));
    let context = &body["payment_source"]["paypal"]["experience_context"];
    assert_eq!(context["brand_name"], name);
    assert_eq!(context.get("locale"), None);

    for (order, field) in [
        (
            CreateOrder {
                order_number: "",
                ..order()
            },
            "order_number",
        ),
        (
            CreateOrder {
                payment_id: &"9".repeat(113),
                ..order()
            },
            "invoice_id",
        ),
        (
            CreateOrder {
                return_url: "",
                ..order()
            },
            "return_url",
        ),
        (
            CreateOrder {
                cancel_url: &"a".repeat(2_001),
                ..order()
            },
            "cancel_url",
        ),
        (
            CreateOrder {
                brand_name: "",
                ..order()
            },
            "brand_name",
        ),
    ] {
        assert_eq!(order.freeze(), Err(CreateOrderError::Text(field)));
    }
}
