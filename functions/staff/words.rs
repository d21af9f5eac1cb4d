//! Words of the database as people read them.

use serde::Serialize;
use serde_json::Value;

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
    if let Some(fields) = json.as_object() {
        let field =
            |(name, value): (&String, &Value)| format!("{}: {}", spaced(name), evidence(value));
        return fields.iter().map(field).collect::<Vec<_>>().join(", ");
    }
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}
