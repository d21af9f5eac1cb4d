//! A lenient reader of one JSON object of PayPal's.
//!
//! PayPal's answers, live events, simulator events and events that are read back differ in which
//! fields they have; a field that is not what it should be is absent, and never fails the rest.

use serde_json::{Map, Value};

use super::amount::money_on_wire;
use crate::money::Money;

#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub(super) fn object(self, name: &str) -> Option<Self> {
        self.0.get(name).and_then(Self::of)
    }

    /// The objects of a list; other items are passed over.
    pub(super) fn objects(self, name: &str) -> Vec<Self> {
        let items = self.items(name).unwrap_or_default();
        items.iter().filter_map(Self::of).collect()
    }

    /// A list, whatever is in it.
    pub(super) fn items(self, name: &str) -> Option<&'a [Value]> {
        self.0.get(name)?.as_array().map(Vec::as_slice)
    }

    pub(super) fn first_object(self, name: &str) -> Option<Self> {
        self.objects(name).first().copied()
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn str(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn text(self, name: &str) -> Option<String> {
        self.str(name).map(str::to_owned)
    }

    pub(super) fn int(self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// `{"currency_code": "USD", "value": "12.00"}`; `None` when it is no exact amount of a currency
    /// that Edgetill knows.
    pub(super) fn money(self, name: &str) -> Option<Money> {
        let money = self.object(name)?;
        money_on_wire(money.str("currency_code")?, money.str("value")?)
    }

    /// The target of the first link with this relation.
    pub(super) fn link(self, relation: &str) -> Option<&'a str> {
        self.objects("links")
            .into_iter()
            .find(|link| link.str("rel") == Some(relation))?
            .str("href")
    }

    /// The id at the end of that link's path, e.g. of `…/v2/payments/captures/<id>`. The host is
    /// not looked at, since events name hosts that are PayPal's own affair; the link is never
    /// followed.
    pub(super) fn id_in_link(self, relation: &str, path: &str) -> Option<&'a str> {
        let (_, tail) = self.link(relation)?.split_once(path)?;
        tail.split(['/', '?']).next()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_of_another_type_is_absent() {
        let value = json!({
            "text": "a", "int": 12, "list": [1, {"a": "b"}, "c"], "null": null,
            "money": {"currency_code": "USD", "value": "1.50"},
            "float": {"currency_code": "USD", "value": 1.5},
        });
        let fields = Fields::of(&value).unwrap();
        assert_eq!(fields.text("text").as_deref(), Some("a"));
        assert_eq!(fields.int("int"), Some(12));
        assert_eq!(fields.objects("list").len(), 1);
        assert_eq!(fields.money("money").unwrap().amount_minor, 150);
        assert_eq!(fields.money("float"), None, "S43: no float becomes money");
        for name in ["int", "list", "null", "money", "missing"] {
            assert_eq!(fields.str(name), None, "{name}");
            assert_eq!(fields.objects(name).len(), usize::from(name == "list"));
        }
        assert!(Fields::of(&json!([])).is_none());
    }

    #[test]
    fn an_id_is_taken_from_the_path_of_a_link() {
        let value = json!({"links": [
            {"rel": "self", "href": "https://api.paypal.com/v2/payments/refunds/1JU"},
            {"rel": "up", "href": "https://10.24.121.37:14084/v2/payments/captures/3C6/refund?a=b"},
        ]});
        let fields = Fields::of(&value).unwrap();
        let id = |relation, path| fields.id_in_link(relation, path);
        assert_eq!(id("up", "/v2/payments/captures/"), Some("3C6"));
        assert_eq!(id("up", "/v2/checkout/orders/"), None);
        assert_eq!(id("next", "/v2/payments/captures/"), None);
    }
}
