//! A lenient reader of one JSON object of a provider's.
//!
//! Versions of an interface add fields, drop them and change their types; answers, live events,
//! simulated events and events that are read back differ in which they have. A field that is not what
//! it should be is absent, and never fails the rest. What only one provider writes is read in its own
//! `fields`.

use serde_json::{Map, Value};

#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(super) fn object(self, name: &str) -> Option<Self> {
        self.value(name).and_then(Self::of)
    }

    pub(super) fn str(self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }

    pub(super) fn text(self, name: &str) -> Option<String> {
        self.str(name).map(str::to_owned)
    }

    /// The objects of a list; other items are passed over.
    pub(super) fn objects(self, name: &str) -> Vec<Self> {
        let items = self.items(name).unwrap_or_default();
        items.iter().filter_map(Self::of).collect()
    }

    /// A list, whatever is in it.
    pub(super) fn items(self, name: &str) -> Option<&'a [Value]> {
        self.value(name)?.as_array().map(Vec::as_slice)
    }

    pub(super) fn first_object(self, name: &str) -> Option<Self> {
        self.objects(name).first().copied()
    }

    /// Integers only: a fraction or an exponent is not an amount.
    pub(super) fn int(self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }
}

/// Reads the items of a list; of those that cannot be read, their ids.
pub(super) fn read_items<'a, T>(
    items: impl Iterator<Item = &'a Value>,
    read: fn(&Value) -> Option<T>,
) -> (Vec<T>, Vec<String>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for item in items {
        match read(item) {
            Some(read) => good.push(read),
            None => bad.push(id_of(item).to_owned()),
        }
    }
    (good, bad)
}

/// The id of an item, readable or not; empty when it has none.
pub(super) fn id_of(item: &Value) -> &str {
    let id = Fields::of(item).and_then(|fields| fields.str("id"));
    id.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_of_another_type_is_absent() {
        let value = json!({
            "text": "a", "int": 12, "float": 12.0, "big": 1e30, "null": null, "list": [1, {"text": "c"}, "d"],
            "object": {"text": "b"},
        });
        let fields = Fields::of(&value).unwrap();
        assert_eq!(fields.text("text").as_deref(), Some("a"));
        assert_eq!(fields.int("int"), Some(12));
        assert_eq!(fields.object("object").unwrap().str("text"), Some("b"));
        for name in ["float", "big", "text", "null", "list", "object", "missing"] {
            assert_eq!(fields.int(name), None, "{name}");
        }
        for name in ["int", "float", "null", "list", "object", "missing"] {
            assert_eq!(fields.str(name), None, "{name}");
        }
        for name in ["int", "text", "null", "list", "missing"] {
            assert!(fields.object(name).is_none(), "{name}");
        }
        assert_eq!(fields.objects("list").len(), 1);
        assert_eq!(fields.first_object("list").unwrap().str("text"), Some("c"));
        assert_eq!(fields.items("list").unwrap().len(), 3);
        for name in ["text", "null", "object", "missing"] {
            assert!(fields.objects(name).is_empty(), "{name}");
        }
        assert!(fields.has("null") && !fields.has("missing"));
        assert!(Fields::of(&json!([])).is_none());
    }
}
