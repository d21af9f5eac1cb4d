//! Buyers who change their minds before they have paid.

use serde_json::{Value as Json, json};

use crate::bank::text;
use crate::run::Sim;

impl Sim {
    /// Mostly for something else of the same currency, so that money goes along.
    pub(crate) fn replace(&mut self, despite_review: bool) {
        let Some(buyer) = self.buyer() else {
            return;
        };
        self.replace_order(&buyer.number, despite_review);
    }

    /// The page of a payment is thought to be closed, and is not: what is paid there comes late.
    pub(crate) fn replace_with_a_living_page(&mut self) {
        let Some(row) = self.any(
            "SELECT l.order_number, y.payment_id, y.session_id FROM payments y
             JOIN payment_allocations l USING (payment_id)
             WHERE y.method = 'stripe' AND y.state = 'open'",
        ) else {
            return;
        };
        let close = format!(
            "UPDATE payments SET state = 'closed', due_at = NULL WHERE payment_id = '{}'",
            text(&row, "payment_id")
        );
        self.shop
            .world
            .database(|database| database.execute(&close));
        self.lived_on.push(text(&row, "session_id"));
        self.replace_order(&text(&row, "order_number"), false);
    }

    fn replace_order(&mut self, number: &str, despite_review: bool) {
        let mut holders = self.buyers.iter();
        let Some(old) = holders.find(|buyer| buyer.number == number).cloned() else {
            return;
        };
        let mut body = self.cart();
        if !self.random.one_in(4) {
            body["currency"] = self.shop.value(&format!(
                "SELECT currency FROM orders WHERE order_number = '{number}'"
            ));
        }
        if despite_review {
            body["despite_review"] = json!(true);
        }
        let key = self.key();
        let reply = self.shop.try_replace(&old, &body, &key);
        self.made(&reply);
    }

    /// How many orders were replaced, and how many took money of others.
    pub(crate) fn count_replacements(&mut self) {
        let number = |value: &Json| value.as_u64().expect("a number");
        let replaced = self
            .shop
            .value("SELECT count(*) FROM orders WHERE replaces IS NOT NULL");
        self.count.replaced += number(&replaced);
        let inherited = self.shop.value(
            "SELECT (SELECT count(*) FROM transfers WHERE transfer_id LIKE 'carry:%')
             + (SELECT count(*) FROM order_history WHERE event = 'money_passed_on')",
        );
        self.count.inherited += number(&inherited);
    }
}
