//! Bank transfers: what buyers choose, send and show, and what the banks' statements say of it.

use common::{Buyer, FormField};
use serde_json::{Value as Json, json};
use shared::money::{Currency, Money};
use shared::proof::samples::{chunk, png_of};

use crate::bank::{number, text};
use crate::run::Sim;

/// A line of a bank's statement: one transfer, as its sender meant it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) account: &'static str,
    pub(crate) reference: String,
    pub(crate) currency: String,
    pub(crate) amount_minor: i64,
    /// For which orders, and how much for each.
    pub(crate) parts: Vec<(String, i64)>,
}

impl Line {
    pub(crate) fn is_for(&self, order: &str) -> bool {
        self.parts.iter().any(|(number, _)| number == order)
    }

    pub(crate) fn money(&self, amount_minor: i64) -> Money {
        Money {
            amount_minor,
            currency: Currency::parse(&self.currency).expect("a currency"),
        }
    }
}

impl Sim {
    pub(crate) fn choose_transfer(&mut self) {
        if let Some(buyer) = self.buyer() {
            let key = self.key();
            let reply = self.shop.choose_transfer(&buyer, &key);
            self.heard(&reply);
        }
    }

    /// The money itself: in time or too late, all of it, a fee short, half, too much, or for two
    /// orders at once.
    pub(crate) fn transfer(&mut self) {
        let Some(first) = self.asked_by_transfer("") else {
            return;
        };
        let asked = number(&first, "amount_minor");
        let amount_minor = match self.random.below(8) {
            0 => asked - asked / 50,
            1 => (asked / 2).max(1),
            2 => asked + 500,
            _ => asked,
        };
        let currency = text(&first, "currency");
        let mut parts = vec![(text(&first, "order_number"), amount_minor)];
        if self.random.one_in(5) {
            let same = format!(
                "AND o.currency = '{currency}' AND o.order_number <> '{}'",
                parts[0].0
            );
            let second = self.asked_by_transfer(&same);
            parts.extend(
                second.map(|row| (text(&row, "order_number"), number(&row, "amount_minor"))),
            );
        }
        let account = self.account_in(&currency);
        self.statement.push(Line {
            account,
            reference: format!("NTRF{}", self.statement.len()),
            currency,
            amount_minor: parts.iter().map(|(_, minor)| minor).sum(),
            parts,
        });
    }

    fn asked_by_transfer(&mut self, which: &str) -> Option<Json> {
        self.any(&format!(
            "SELECT o.order_number, o.currency, y.amount_minor FROM payments y
             JOIN payment_allocations l USING (payment_id) JOIN orders o USING (order_number)
             WHERE y.method = 'bank' {which}"
        ))
    }

    fn account_in(&mut self, currency: &str) -> &'static str {
        match currency {
            "EUR" => self.random.of(&["meridian-eur", "harbor-eur"]),
            "USD" => "harbor-usd",
            _ => "sakura-jpy",
        }
    }

    /// Mostly whoever has chosen to transfer.
    fn sender(&mut self) -> Option<Buyer> {
        let live =
            "SELECT l.order_number FROM payment_allocations l JOIN payments y USING (payment_id)
             WHERE y.method = 'bank' AND l.live = 1";
        let order = self.any(live).filter(|_| !self.random.one_in(5));
        let Some(order) = order.map(|row| text(&row, "order_number")) else {
            return self.buyer();
        };
        self.buyers
            .iter()
            .find(|buyer| buyer.number == order)
            .cloned()
    }

    /// Few enough files that one is handed in for two orders now and then (S62).
    pub(crate) fn hand_in(&mut self) {
        let Some(buyer) = self.sender() else {
            return;
        };
        let order = &buyer.number;
        let currency = self.shop.value(&format!(
            "SELECT currency FROM orders WHERE order_number = '{order}'"
        ));
        let account = self.account_in(currency.as_str().unwrap_or_default());
        let file = png_of(&[chunk(
            b"teXt",
            &[u8::try_from(self.random.below(12)).expect("small")],
        )]);
        let meant = self.statement.iter().find(|line| line.is_for(order));
        let reference = meant.map_or_else(String::new, |line| line.reference.clone());
        let fields: [FormField<'_>; 3] = [
            ("bank_account", None, account.as_bytes()),
            ("transfer_reference", None, reference.as_bytes()),
            ("file", Some("proof.png"), &file),
        ];
        let reply = self.shop.send_proof(&buyer, &fields);
        self.heard(&reply);
    }

    pub(crate) fn cancel_despite_review(&mut self) {
        if let Some(buyer) = self.buyer() {
            let path = format!("/v1/orders/{}/cancel", buyer.number);
            let key = self.key();
            let body = json!({ "despite_review": true });
            let reply = self.shop.post(&path, &key, Some(&buyer.token), &body);
            self.heard(&reply);
        }
    }
}
