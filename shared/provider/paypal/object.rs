//! JSON objects of requests.

use serde_json::{Map, Value};

/// An object with these fields. They are printed in the order of their names, so equal objects have
/// equal bytes.
pub(super) fn object(fields: Vec<(&'static str, Value)>) -> Value {
    let named = |(name, value): (&str, Value)| (name.to_owned(), value);
    Value::Object(fields.into_iter().map(named).collect::<Map<_, _>>())
}
