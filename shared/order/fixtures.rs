//! An order and its payment for the tests of ring 0, read as their rows are.

use serde_json::{Value as Json, json};

use super::{Order, OrderState};
use crate::payment::{Payment, PaymentState};
use crate::time::Timestamp;

/// When the order was made.
pub(crate) const CREATED: Timestamp = Timestamp(1_795_284_000);
/// When it stops being payable.
pub(crate) const EXPIRES: Timestamp = Timestamp(1_795_543_200);

/// One year of backups for 119.00 EUR, unpaid.
pub(crate) fn order(state: OrderState) -> Order {
    let euros = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let line = json!({
        "product": "site-backup", "name": "Site Backup", "period_months": 12, "quantity": 1,
        "unit_amount": euros(10_000), "list_amount": euros(10_000), "discount": euros(0),
        "net": euros(10_000), "tax": euros(1_900), "total": euros(11_900),
    });
    let quote = json!({
        "lines": [line], "subtotal": euros(10_000), "discount": euros(0), "tax": euros(1_900),
        "total": euros(11_900), "tax_name": "VAT", "tax_percent": "19", "tax_mode": "exclusive",
        "currency": "EUR",
    });
    let customer = json!({ "name": "Ada Lovelace", "email": "ada@example.com" });
    let billing = json!({
        "name": "Ada Lovelace", "company": null, "line1": "Musterstr. 1", "line2": null,
        "city": "Berlin", "region": null, "postal_code": "10115", "country": "DE", "tax_id": null,
    });
    row(json!({
        "order_number": "A2ED5SR3Q06W2T", "state": state, "version": 3, "currency": "EUR",
        "total_minor": 11_900, "received_minor": 0, "quote": quote.to_string(),
        "customer": customer.to_string(), "billing": billing.to_string(),
        "issues": "[]", "replaces": null, "replaced_by": null, "token_hash": "ab".repeat(32), "created_at": CREATED.0, "expires_at": EXPIRES.0, "asks": 0,
        "refunded_lines": "[]", "subscription_id": null, "paid_by": null, "confirmed_at": null, "ended_at": null,
        "payment_live": 0, "bank_until": null, "email_unconfirmed": 0,
    }))
}

/// A payment of that order, begun with it; bound to the session `cs_1` unless it is starting.
pub(crate) fn payment(state: PaymentState) -> Payment {
    let bound = state != PaymentState::Starting;
    row(json!({
        "payment_id": "P2ED5SR3Q06W27", "method": "stripe", "state": state, "currency": "EUR",
        "amount_minor": 11_900, "request": "mode=payment", "provider_key": "pay-P2ED5SR3Q06W27",
        "session_id": bound.then_some("cs_1"), "session_url": bound.then_some("https://pay/cs_1"),
        "session_expires_at": null, "received_minor": null, "received_currency": null,
        "paid_at": null, "paid_by": null, "created_at": CREATED.0, "captures": 0,
        "declines": 0, "asks": 0, "unconfirmed_at": null, "reversed_at": null,
    }))
}

fn row<T: serde::de::DeserializeOwned>(row: Json) -> T {
    serde_json::from_value(row).expect("a row")
}
