//! A lenient reader of one JSON object of Stripe's.
//!
//! Versions of the API add fields, drop them and change their types; a field that is not what it
//! should be is absent, and never fails the rest.

use serde_json::{Map, Value};

use crate::time::Timestamp;

#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub(super) fn object(self, name: &str) -> Option<Self> {
        self.0.get(name).and_then(Self::of)
    }

    pub(super) fn str(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn text(self, name: &str) -> Option<String> {
        self.str(name).map(str::to_owned)
    }

    /// Integers only: a fraction or an exponent is not an amount.
    pub(super) fn int(self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    pub(super) fn time(self, name: &str) -> Option<Timestamp> {
        self.int(name).map(Timestamp)
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    /// The id of a field that Stripe sends as a text or, when expanded, as the whole object.
    pub(super) fn id(self, name: &str) -> Option<String> {
        self.text(name).or_else(|| self.object(name)?.text("id"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_of_another_type_is_absent() {
        let value = json!({
            "text": "a", "int": 12, "float": 12.0, "big": 1e30, "flag": true, "null": null,
            "list": [1], "expanded": {"id": "pi_1"}, "bare": {"id": 5},
        });
        let fields = Fields::of(&value).unwrap();
        assert_eq!(fields.text("text").as_deref(), Some("a"));
        assert_eq!(fields.int("int"), Some(12));
        assert_eq!(fields.flag("flag"), Some(true));
        assert_eq!(fields.id("text").as_deref(), Some("a"));
        assert_eq!(fields.id("expanded").as_deref(), Some("pi_1"));
        for name in ["float", "big", "text", "null", "list", "missing"] {
            assert_eq!(fields.int(name), None, "{name}");
        }
        for name in ["int", "null", "list", "bare", "missing"] {
            assert_eq!(fields.id(name), None, "{name}");
        }
        assert!(Fields::of(&json!([])).is_none());
    }
}
