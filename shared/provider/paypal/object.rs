//! JSON objects of requests.

use serde_json::{Map, Value};

/// An object with these fields. They are printed in the order of their names, so equal objects have
/// equal bytes.
pub(super) fn object(fields: Vec<(&'static str, Value)>) -> Value {
    // Collecting would sort, and bring the code for it.
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}
