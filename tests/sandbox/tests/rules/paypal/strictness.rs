//! What a request must be: form, figures, head.

use super::support::{ORDERS, Shop, amount, body, issue, order_request, refused, shown, text};
use serde_json::{Value, json};
use shared::http::InResponse;

const UNIT: &str = "/purchase_units/0";

/// The checked request with one member replaced, added or (with `null`) left out.
fn with(pointer: &str, value: &Value) -> Value {
    let mut request = order_request();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = request.pointer_mut(parent).unwrap();
    if value.is_null() {
        parent.as_object_mut().unwrap().remove(name);
    } else {
        parent[name] = value.clone();
    }
    request
}

fn create(request: &Value) -> InResponse {
    let mut shop = Shop::new();
    let answer = shop.send(&shop.post(ORDERS, request).id("o-1"));
    let made = shop.sandbox.paypal.orders().len();
    assert_eq!(made, usize::from(answer.status < 300), "{}", shown(&answer));
    answer
}

#[test]
fn the_checked_request_is_taken() {
    assert_eq!(create(&order_request()).status, 200);
}

#[test]
fn a_body_of_the_wrong_form_is_refused_with_the_place() {
    let long = |chars: usize| json!("x".repeat(chars));
    let missing = "MISSING_REQUIRED_PARAMETER";
    let length = "INVALID_STRING_LENGTH";
    let syntax = "INVALID_PARAMETER_SYNTAX";
    let value = "INVALID_PARAMETER_VALUE";
    let cases = [
        ("/intent", Value::Null, missing),
        ("/intent", json!("capture"), value),
        ("/intent", json!("AUTHORIZE"), "NOT_SUPPORTED"),
        ("/intent", json!(1), syntax),
        ("/purchase_units", Value::Null, missing),
        ("/purchase_units", json!([]), "INVALID_ARRAY_MIN_ITEMS"),
        ("/purchase_units", json!({}), syntax),
        ("/application_context", json!({}), "NOT_SUPPORTED"),
        ("/payer", json!({}), "NOT_SUPPORTED"),
        ("/purchase_unit", json!([]), "NOT_SUPPORTED"),
        ("/purchase_units/0/amount", Value::Null, missing),
        ("/purchase_units/0/amount/value", json!(12), syntax),
        ("/purchase_units/0/amount/value", json!("12,00"), syntax),
        ("/purchase_units/0/amount/value", json!("1E1"), syntax),
        (
            "/purchase_units/0/amount/currency_code",
            json!("EURO"),
            length,
        ),
        ("/purchase_units/0/reference_id", long(257), length),
        ("/purchase_units/0/custom_id", long(128), length),
        ("/purchase_units/0/custom_id", json!(""), length),
        ("/purchase_units/0/invoice_id", long(128), length),
        ("/purchase_units/0/description", long(128), length),
        ("/purchase_units/0/soft_descriptor", long(23), length),
        ("/purchase_units/0/custom", json!("x"), "NOT_SUPPORTED"),
        ("/purchase_units/0/items/0/name", long(128), length),
        ("/purchase_units/0/items/0/quantity", json!(1), syntax),
        ("/purchase_units/0/items/0/quantity", json!("0"), syntax),
        ("/purchase_units/0/items/0/category", json!("GOODS"), value),
        (
            "/purchase_units/0/items/0/unit_amount",
            Value::Null,
            missing,
        ),
        ("/payment_source/paypal", Value::Null, missing),
        ("/payment_source/card", json!({}), "NOT_SUPPORTED"),
        (
            "/payment_source/paypal/experience_context/return_url",
            Value::Null,
            missing,
        ),
        (
            "/payment_source/paypal/experience_context/cancel_url",
            json!("/cart"),
            syntax,
        ),
        (
            "/payment_source/paypal/experience_context/user_action",
            json!("PAY"),
            value,
        ),
        (
            "/payment_source/paypal/experience_context/shipping_preference",
            json!("NONE"),
            value,
        ),
        (
            "/payment_source/paypal/experience_context/locale",
            json!("en_US"),
            syntax,
        ),
        (
            "/payment_source/paypal/experience_context/brand_name",
            long(128),
            length,
        ),
    ];
    for (pointer, wrong, expected) in cases {
        let answer = create(&with(pointer, &wrong));
        assert_eq!(issue(&answer), refused(400, expected), "{pointer} {wrong}");
        assert_eq!(text(&answer, "/name"), "INVALID_REQUEST");
        assert_eq!(text(&answer, "/details/0/field"), pointer);
        assert_eq!(text(&answer, "/details/0/location"), "body");
    }
}

#[test]
fn lengths_are_counted_in_characters_up_to_and_with_the_last() {
    for (name, chars) in [
        ("custom_id", 127),
        ("description", 127),
        ("soft_descriptor", 22),
    ] {
        let answer = create(&with(&format!("{UNIT}/{name}"), &json!("€".repeat(chars))));
        assert_eq!(answer.status, 200, "{name} {}", shown(&answer));
    }
}

#[test]
fn two_objections_are_told_in_one_answer() {
    let mut request = with("/intent", &Value::Null);
    request["colour"] = "red".into();
    let details = body(&create(&request))["details"].as_array().unwrap().len();
    assert_eq!(details, 2);
}

/// What is wrong in the purchase unit, the issue, and where it is found.
type Wrong = (&'static str, Value, &'static str, &'static str);

fn check_figures(cases: impl IntoIterator<Item = Wrong>) {
    for (pointer, wrong, expected, place) in cases {
        let answer = create(&with(&format!("{UNIT}{pointer}"), &wrong));
        let found = format!("{pointer} {wrong} {}", shown(&answer));
        assert_eq!(issue(&answer), refused(422, expected), "{found}");
        assert_eq!(text(&answer, "/name"), "UNPROCESSABLE_ENTITY");
        let field = format!("/purchase_units/@reference_id=='default'{place}");
        assert_eq!(text(&answer, "/details/0/field"), field);
    }
}

#[test]
fn an_amount_that_is_not_the_sum_of_its_parts_is_refused() {
    let mismatch = "AMOUNT_MISMATCH";
    let value = "/amount/value";
    check_figures([
        (value, json!("12.01"), mismatch, value),
        (value, json!("0"), "CANNOT_BE_ZERO_OR_NEGATIVE", value),
        (value, json!("-12.00"), "CANNOT_BE_NEGATIVE", value),
        (value, json!("12.000"), "DECIMAL_PRECISION", value),
        (
            value,
            json!("1000000000000000"),
            "MAX_VALUE_EXCEEDED",
            value,
        ),
    ]);
    let part = |name: &'static str, wrong: Value| (name, wrong, mismatch, value);
    check_figures([
        part("/amount/breakdown/discount", amount("1.01")),
        part("/amount/breakdown/discount", Value::Null),
        part("/amount/breakdown/shipping", amount("0.01")),
        part("/amount/breakdown/handling", amount("0.01")),
        part("/amount/breakdown/insurance", amount("0.01")),
        part("/amount/breakdown/shipping_discount", amount("0.01")),
    ]);
}

#[test]
fn totals_that_are_not_those_of_the_items_are_refused() {
    let item_total = "/amount/breakdown/item_total";
    let tax_total = "/amount/breakdown/tax_total";
    let item_value = "/amount/breakdown/item_total/value";
    let tax_value = "/amount/breakdown/tax_total/value";
    check_figures([
        (tax_total, amount("1.99"), "TAX_TOTAL_MISMATCH", tax_value),
        (tax_total, Value::Null, "TAX_TOTAL_REQUIRED", tax_total),
        (
            item_total,
            amount("11.01"),
            "ITEM_TOTAL_MISMATCH",
            item_value,
        ),
        (item_total, Value::Null, "ITEM_TOTAL_REQUIRED", item_total),
        (
            "/amount/breakdown",
            Value::Null,
            "ITEM_TOTAL_REQUIRED",
            item_total,
        ),
        (
            "/items/0/quantity",
            json!("2"),
            "ITEM_TOTAL_MISMATCH",
            item_value,
        ),
    ]);
}

#[test]
fn every_figure_is_of_one_currency_and_right_by_itself() {
    let euro = |value: &str| json!({ "currency_code": "EUR", "value": value });
    let discount = "/amount/breakdown/discount";
    let other = "MULTI_CURRENCY_ORDER";
    let negative = "CANNOT_BE_NEGATIVE";
    let precision = "DECIMAL_PRECISION";
    check_figures([
        (
            discount,
            euro("1.00"),
            other,
            "/amount/breakdown/discount/currency_code",
        ),
        (
            discount,
            amount("-1.00"),
            negative,
            "/amount/breakdown/discount/value",
        ),
        (
            "/items/0/tax",
            euro("2.00"),
            other,
            "/items/0/tax/currency_code",
        ),
        (
            "/items/0/unit_amount",
            amount("11.001"),
            precision,
            "/items/0/unit_amount/value",
        ),
    ]);
}

/// An order over one figure, without items.
fn plain(currency: &str, value: &str) -> Value {
    let amount = json!({ "currency_code": currency, "value": value });
    json!({ "intent": "CAPTURE", "purchase_units": [{ "amount": amount }] })
}

#[test]
fn the_currency_decides_about_decimals() {
    for (currency, value, expected) in [
        ("JPY", "1200", ""),
        ("JPY", "1200.00", "DECIMALS_NOT_SUPPORTED"),
        ("HUF", "1200.5", "DECIMALS_NOT_SUPPORTED"),
        ("TWD", "1200", ""),
        ("EUR", "12.5", ""),
        ("usd", "12.00", "INVALID_CURRENCY_CODE"),
        ("XTS", "12.00", "INVALID_CURRENCY_CODE"),
    ] {
        let answer = create(&plain(currency, value));
        let (status, issue) = issue(&answer);
        assert_eq!(issue, expected, "{currency} {value}");
        assert_eq!(status, if expected.is_empty() { 201 } else { 422 });
    }
}

#[test]
fn an_amount_comes_back_with_all_its_decimals() {
    let mut shop = Shop::new();
    let answer = shop.send(&shop.post(ORDERS, &plain("EUR", "12.5")).whole());
    assert_eq!(text(&answer, "/purchase_units/0/amount/value"), "12.50");
    assert_eq!(text(&answer, "/purchase_units/0/reference_id"), "default");
}

#[test]
fn several_items_are_summed_with_their_quantities_and_taxes() {
    let item = |unit: &str, tax: &str, quantity: &str| {
        json!({
            "name": "x", "quantity": quantity, "unit_amount": amount(unit), "tax": amount(tax),
        })
    };
    let mut request = order_request();
    request["purchase_units"][0]["items"] =
        json!([item("5.00", "0.10", "3"), item("2.50", "0.05", "2")]);
    request["purchase_units"][0]["amount"] = json!({
        "currency_code": "USD",
        "value": "20.40",
        "breakdown": { "item_total": amount("20.00"), "tax_total": amount("0.40") },
    });
    assert_eq!(create(&request).status, 200);
}

/// 20 + 2 + 3 + 0.50 + 1 - 3 - 4 = 19.50
#[test]
fn every_part_counts_with_its_sign() {
    let mut request = order_request();
    request["purchase_units"][0]
        .as_object_mut()
        .unwrap()
        .remove("items");
    request["purchase_units"][0]["amount"] = json!({
        "currency_code": "USD",
        "value": "19.50",
        "breakdown": {
            "item_total": amount("20.00"),
            "tax_total": amount("2.00"),
            "shipping": amount("3.00"),
            "handling": amount("0.50"),
            "insurance": amount("1.00"),
            "shipping_discount": amount("3.00"),
            "discount": amount("4.00"),
        },
    });
    assert_eq!(create(&request).status, 200);
}

#[test]
fn the_head_must_be_right_too() {
    let mut shop = Shop::new();
    let good = shop.post(ORDERS, &order_request()).id("o-1");
    let mut garbled = good.clone();
    garbled.request.body.truncate(20);
    assert_eq!(
        issue(&shop.send(&garbled)),
        refused(400, "MALFORMED_REQUEST_JSON")
    );
    let form = good
        .clone()
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(text(&shop.send(&form), "/name"), "UNSUPPORTED_MEDIA_TYPE");
    let typed = good
        .clone()
        .header("content-type", "application/json; charset=utf-8");
    assert_eq!(shop.send(&typed).status, 200);
    let prefer = good.clone().header("prefer", "return=all");
    assert_eq!(
        issue(&shop.send(&prefer)),
        refused(400, "INVALID_PARAMETER_VALUE")
    );
    for (id, expected) in [("", 400), (&"x".repeat(109), 400), (&"x".repeat(108), 200)] {
        let answer = shop.send(&good.clone().id(id));
        assert_eq!(answer.status, expected, "{}", shown(&answer));
    }
    let mut nameless = good.clone();
    nameless
        .request
        .headers
        .retain(|(name, _)| *name != "paypal-request-id");
    assert_eq!(
        issue(&shop.send(&nameless)),
        refused(400, "PAYPAL_REQUEST_ID_REQUIRED")
    );
}

#[test]
fn nothing_else_is_at_any_other_path() {
    let mut shop = Shop::new();
    for path in [
        "/v2/checkout/orders",
        "/v2/checkout/orders/X",
        "/v1/payments/sale/1",
        "/",
    ] {
        let answer = shop.get(path);
        assert_eq!(
            issue(&answer),
            refused(404, "INVALID_RESOURCE_ID"),
            "{path}"
        );
    }
    let order = shop.order();
    assert_eq!(shop.get(&format!("{ORDERS}/{order}?fields=x")).status, 400);
    assert_eq!(
        shop.send(&shop.post("/v2/payments/captures", &json!({})))
            .status,
        404
    );
}

#[test]
fn an_order_without_a_payment_source_needs_neither_request_id_nor_way_back() {
    let mut shop = Shop::new();
    let mut ask = shop.post(ORDERS, &with("/payment_source", &Value::Null));
    ask.request
        .headers
        .retain(|(name, _)| *name != "paypal-request-id");
    let answer = shop.send(&ask);
    assert_eq!(
        (answer.status, text(&answer, "/status")),
        (201, "CREATED".into())
    );
}
