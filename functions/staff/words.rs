//! Words of the database as people read them.

use serde::Serialize;
use serde_json::Value;
use shared::money::{Currency, Money};

/// `in_review` as `in review`.
pub(super) fn spaced(text: &str) -> String {
    text.replace('_', " ")
}

/// A value of an enum, as its JSON name reads.
pub(super) fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => spaced(&text),
        _ => String::new(),
    }
}

/// Evidence on one line: `asked: 119.00 EUR, capture: pi_1`.
pub(super) fn evidence(json: &Value) -> String {
    if let Some(money) = money(json) {
        return money.display();
    }
    if let Some(fields) = json.as_object() {
        let field =
            |(name, value): (&String, &Value)| format!("{}: {}", spaced(name), evidence(value));
        return fields.iter().map(field).collect::<Vec<_>>().join(", ");
    }
    if json.is_null() {
        return "none".to_owned();
    }
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}

/// Money as evidence holds it.
fn money(json: &Value) -> Option<Money> {
    let currency = Currency::parse(json.get("currency")?.as_str()?).ok()?;
    let amount_minor = json.get("amount")?.as_i64()?;
    Some(Money {
        amount_minor,
        currency,
    })
}
