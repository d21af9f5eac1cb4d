//! The JSON of a new order (`order_request` of PayPal's `checkout_orders_v2.json`, release 2.13).

use serde_json::Value;

use super::{CreateOrder, CreateOrderError, Item, TEXT_CHARS_MAX};
use crate::money::Money;
use crate::provider::paypal::amount::{AmountProblem, to_value};
use crate::provider::paypal::object::object;
use crate::record::json_text;

/// The checked order as JSON.
pub(super) fn body(order: &CreateOrder<'_>) -> Result<String, CreateOrderError> {
    let mut amount = amount_fields(order.total)?;
    let mut unit = vec![
        ("custom_id", order.order_number.into()),
        ("invoice_id", order.invoice_id().into()),
        ("description", cut(&format!("Order {}", order.order_number))),
    ];
    if let Some(breakdown) = breakdown(order) {
        amount.push(("breakdown", breakdown));
        unit.extend(items(order).map(|items| ("items", items)));
    }
    unit.push(("amount", object(amount)));
    let body = vec![
        ("intent", "CAPTURE".into()),
        ("purchase_units", Value::Array(vec![object(unit)])),
        (
            "payment_source",
            inside("paypal", inside("experience_context", experience(order))),
        ),
    ];
    Ok(json_text(&object(body)))
}

fn experience(order: &CreateOrder<'_>) -> Value {
    let mut fields = vec![
        ("brand_name", cut(order.brand_name)),
        ("shipping_preference", "NO_SHIPPING".into()),
        ("user_action", "PAY_NOW".into()),
        ("payment_method_preference", "UNRESTRICTED".into()),
        ("return_url", order.return_url.into()),
        ("cancel_url", order.cancel_url.into()),
    ];
    fields.extend(order.locale.map(|locale| ("locale", locale.into())));
    object(fields)
}

/// The breakdown, if PayPal can express all of it.
fn breakdown(order: &CreateOrder<'_>) -> Option<Value> {
    let breakdown = order.breakdown?;
    Some(object(vec![
        ("item_total", amount(breakdown.price).ok()?),
        ("tax_total", amount(breakdown.tax).ok()?),
        ("discount", amount(breakdown.discount).ok()?),
    ]))
}

/// The items, if PayPal can express all of them.
fn items(order: &CreateOrder<'_>) -> Option<Value> {
    let item = |item: &Item<'_>| {
        let minor = |amount_minor| {
            let currency = order.total.currency;
            amount(Money {
                amount_minor,
                currency,
            })
            .ok()
        };
        Some(object(vec![
            ("name", cut(item.name)),
            ("quantity", "1".into()),
            ("unit_amount", minor(item.price_minor)?),
            ("tax", minor(item.tax_minor)?),
            ("category", "DIGITAL_GOODS".into()),
        ]))
    };
    order.items.iter().map(item).collect()
}

fn amount(money: Money) -> Result<Value, AmountProblem> {
    amount_fields(money).map(object)
}

fn amount_fields(money: Money) -> Result<Vec<(&'static str, Value)>, AmountProblem> {
    Ok(vec![
        ("currency_code", money.currency.code().into()),
        ("value", to_value(money)?.into()),
    ])
}

/// The text, cut to PayPal's limit with an ellipsis.
fn cut(text: &str) -> Value {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return text.into();
    }
    let head = text.chars().take(TEXT_CHARS_MAX.saturating_sub(1));
    head.chain(['…']).collect::<String>().into()
}

fn inside(name: &'static str, value: Value) -> Value {
    object(vec![(name, value)])
}
