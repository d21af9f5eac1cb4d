//! What only PayPal writes into its JSON.

use super::amount::money_on_wire;
use crate::money::Money;
pub(super) use crate::provider::fields::{Fields, read_items};

impl<'a> Fields<'a> {
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
    fn an_amount_is_an_exact_one_or_absent() {
        let value = json!({
            "money": {"currency_code": "USD", "value": "1.50"},
            "float": {"currency_code": "USD", "value": 1.5},
        });
        let fields = Fields::of(&value).unwrap();
        assert_eq!(fields.money("money").unwrap().amount_minor, 150);
        assert_eq!(fields.money("float"), None, "S43: no float becomes money");
        assert_eq!(fields.money("missing"), None);
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
