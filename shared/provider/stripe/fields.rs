//! What only Stripe writes into its JSON.

pub(super) use crate::provider::fields::{Fields, id_of, read_items};
use crate::time::Timestamp;

impl Fields<'_> {
    pub(super) fn time(self, name: &str) -> Option<Timestamp> {
        self.int(name).map(Timestamp)
    }

    pub(super) fn flag(self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
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
    fn flags_times_and_ids_are_read_and_anything_else_is_absent() {
        let value = json!({
            "text": "a", "int": 12, "flag": true, "null": null, "list": [1],
            "expanded": {"id": "pi_1"}, "bare": {"id": 5},
        });
        let fields = Fields::of(&value).unwrap();
        assert_eq!(fields.flag("flag"), Some(true));
        assert_eq!(fields.time("int"), Some(Timestamp(12)));
        assert_eq!(fields.id("text").as_deref(), Some("a"));
        assert_eq!(fields.id("expanded").as_deref(), Some("pi_1"));
        for name in ["int", "null", "list", "bare", "missing"] {
            assert_eq!(fields.id(name), None, "{name}");
            assert_eq!(fields.flag(name), None, "{name}");
        }
    }
}
