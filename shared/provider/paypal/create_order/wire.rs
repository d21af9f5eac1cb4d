//! The JSON of a new order (`order_request` of PayPal's `checkout_orders_v2.json`, release 2.13).

use serde::Serialize;

use super::{CreateOrder, CreateOrderError, Item, cut, on_wire};
use crate::money::Money;

#[derive(Serialize)]
pub(super) struct Amount {
    pub(super) currency_code: &'static str,
    pub(super) value: String,
}

#[derive(Serialize)]
struct Body<'a> {
    intent: &'static str,
    purchase_units: [Unit<'a>; 1],
    payment_source: Source<'a>,
}

#[derive(Serialize)]
struct Unit<'a> {
    custom_id: &'a str,
    invoice_id: String,
    description: String,
    amount: Total,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<LineItem>,
}

#[derive(Serialize)]
struct Total {
    #[serde(flatten)]
    total: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    breakdown: Option<Parts>,
}

#[derive(Serialize)]
struct Parts {
    item_total: Amount,
    tax_total: Amount,
    discount: Amount,
}

#[derive(Serialize)]
struct LineItem {
    name: String,
    quantity: &'static str,
    unit_amount: Amount,
    tax: Amount,
    category: &'static str,
}

#[derive(Serialize)]
struct Source<'a> {
    paypal: Wallet<'a>,
}

#[derive(Serialize)]
struct Wallet<'a> {
    experience_context: Experience<'a>,
}

#[derive(Serialize)]
struct Experience<'a> {
    brand_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
    shipping_preference: &'static str,
    user_action: &'static str,
    payment_method_preference: &'static str,
    return_url: &'a str,
    cancel_url: &'a str,
}

/// The checked order as JSON.
pub(super) fn body(order: &CreateOrder<'_>) -> Result<String, CreateOrderError> {
    let breakdown = parts(order);
    let items = match breakdown {
        Some(_) => items(order).unwrap_or_default(),
        None => Vec::new(),
    };
    let unit = Unit {
        custom_id: order.order_number,
        invoice_id: order.invoice_id(),
        description: cut(&format!("Order {}", order.order_number)),
        amount: Total {
            total: on_wire(order.total)?,
            breakdown,
        },
        items,
    };
    let experience_context = Experience {
        brand_name: cut(order.brand_name),
        locale: order.locale,
        shipping_preference: "NO_SHIPPING",
        user_action: "PAY_NOW",
        payment_method_preference: "UNRESTRICTED",
        return_url: order.return_url,
        cancel_url: order.cancel_url,
    };
    let body = Body {
        intent: "CAPTURE",
        purchase_units: [unit],
        payment_source: Source {
            paypal: Wallet { experience_context },
        },
    };
    // Texts and structs only: this cannot fail.
    serde_json::to_string(&body).map_err(|_| CreateOrderError::Text("body"))
}

/// The breakdown, if PayPal can express all of it.
fn parts(order: &CreateOrder<'_>) -> Option<Parts> {
    let breakdown = order.breakdown?;
    Some(Parts {
        item_total: on_wire(breakdown.price).ok()?,
        tax_total: on_wire(breakdown.tax).ok()?,
        discount: on_wire(breakdown.discount).ok()?,
    })
}

/// The items, if PayPal can express all of them.
fn items(order: &CreateOrder<'_>) -> Option<Vec<LineItem>> {
    let amount = |amount_minor| {
        let money = Money {
            amount_minor,
            currency: order.total.currency,
        };
        on_wire(money).ok()
    };
    let line = |item: &Item<'_>| {
        Some(LineItem {
            name: cut(item.name),
            quantity: "1",
            unit_amount: amount(item.price_minor)?,
            tax: amount(item.tax_minor)?,
            category: "DIGITAL_GOODS",
        })
    };
    order.items.iter().map(line).collect()
}
