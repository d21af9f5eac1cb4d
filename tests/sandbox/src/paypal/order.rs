//! Orders (Orders v2, `order`).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::funding::Funding;
use super::link::{self, link};
use crate::delivery::WebhookMode;

/// Who buys, in every order.
pub(crate) const PAYER_ID: &str = "SANDBXBUYER23";

/// An order over one purchase unit with intent `CAPTURE`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// 17 upper-case letters and digits; also the `token` of the approval page.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// What is to be paid, in PayPal's minor units: none for HUF, JPY and TWD.
    pub amount_minor: i64,
    /// Upper-case code.
    pub currency: String,
    /// The seller's own reference.
    pub custom_id: Option<String>,
    /// The seller's invoice number, which one captured order may have.
    pub invoice_id: Option<String>,
    /// Where it stands.
    pub state: OrderState,
    /// How the buyer was to be sent here and back; `None` for an order without a payment source.
    pub experience: Option<Experience>,
    /// The purchase unit as it was sent, its amounts spelt in full.
    pub(crate) unit: Value,
    pub(crate) payee: Value,
    /// How this order's events travel; set by the buyer's choice.
    pub(crate) mode: Option<WebhookMode>,
}

/// One item of an order, as the approval page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// What it is.
    pub name: String,
    /// How many, in digits.
    pub quantity: String,
    /// The price of one, such as `12.00`.
    pub unit_amount: String,
}

/// The part of `experience_context` that the approval page needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experience {
    /// The seller's name; empty for none.
    pub brand_name: String,
    /// Where the buyer goes after approving.
    pub return_url: String,
    /// Where the buyer goes after cancelling.
    pub cancel_url: String,
    /// True for `IMMEDIATE_PAYMENT_REQUIRED`, which keeps e-checks out.
    pub immediate: bool,
}

/// An order's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    /// The buyer has not approved it.
    Created,
    /// The buyer has approved it, with this to pay with; it can be captured.
    Approved(Funding),
    /// It was captured, by the capture with this id. Says nothing of the money.
    Completed(String),
    /// It was not approved in time and is gone.
    Dropped,
    /// It was approved and not captured in time; the approval was taken back and the order is gone.
    Reversed,
}

impl Order {
    /// PayPal's word; none for an order that is gone.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (&self.state, &self.experience) {
            (OrderState::Created, Some(_)) => "PAYER_ACTION_REQUIRED",
            (OrderState::Created, None) => "CREATED",
            (OrderState::Approved(_), _) => "APPROVED",
            (OrderState::Completed(_), _) => "COMPLETED",
            (OrderState::Dropped | OrderState::Reversed, _) => "",
        }
    }

    /// True for an order that the API no longer knows.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self.state, OrderState::Dropped | OrderState::Reversed)
    }

    /// Where the buyer is sent after approving, with `token` and `PayerID`.
    #[must_use]
    pub fn return_url(&self) -> Option<String> {
        let url = &self.experience.as_ref()?.return_url;
        Some(with_query(
            url,
            &format!("token={}&PayerID={PAYER_ID}", self.id),
        ))
    }

    /// Where the buyer is sent after cancelling, with `token`.
    #[must_use]
    pub fn cancel_url(&self) -> Option<String> {
        let url = &self.experience.as_ref()?.cancel_url;
        Some(with_query(url, &format!("token={}", self.id)))
    }

    /// The items; none when the seller named none.
    #[must_use]
    pub fn lines(&self) -> Vec<OrderLine> {
        let text = |item: &Value, pointer: &str| {
            let found = item.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let line = |item: &Value| OrderLine {
            name: text(item, "/name"),
            quantity: text(item, "/quantity"),
            unit_amount: text(item, "/unit_amount/value"),
        };
        let items = self.unit["items"].as_array();
        items.map_or_else(Vec::new, |items| items.iter().map(line).collect())
    }

    /// The parts of the amount that the seller named, such as `tax_total` and `2.00`.
    #[must_use]
    pub fn breakdown(&self) -> Vec<(String, String)> {
        let parts = self
            .unit
            .pointer("/amount/breakdown")
            .and_then(Value::as_object);
        let value = |part: &Value| part["value"].as_str().unwrap_or_default().to_owned();
        parts.map_or_else(Vec::new, |parts| {
            parts
                .iter()
                .map(|(name, part)| (name.clone(), value(part)))
                .collect()
        })
    }

    /// The answer to `Prefer: return=minimal`.
    pub(crate) fn minimal(&self, api: &str) -> Value {
        let mut order = json!({ "id": self.id, "status": self.status(), "links": self.links(api) });
        if self.experience.is_some() && self.state == OrderState::Created {
            order["payment_source"] = json!({ "paypal": {} });
        }
        order
    }

    /// The whole order, with the capture that completed it and what went back of that.
    pub(crate) fn json(&self, api: &str, capture: Option<Value>, refunds: Vec<Value>) -> Value {
        let mut unit = self.unit.clone();
        unit["payee"] = self.payee.clone();
        if let Some(capture) = capture {
            unit["payments"] = json!({ "captures": [capture] });
        }
        if !refunds.is_empty() {
            unit["payments"]["refunds"] = refunds.into();
        }
        let mut order = json!({
            "id": self.id,
            "intent": "CAPTURE",
            "status": self.status(),
            "purchase_units": [unit],
            "create_time": self.created.rfc3339(),
            "links": self.links(api),
        });
        if self.state != OrderState::Created {
            order["payer"] = payer();
            order["update_time"] = self.updated.rfc3339().into();
        }
        order
    }

    fn links(&self, api: &str) -> Vec<Value> {
        let own = link::order(api, &self.id);
        let mut links = vec![link(own.as_str(), "self", "GET")];
        let approval = link::approval(api, &self.id);
        match self.state {
            OrderState::Created if self.experience.is_some() => {
                links.push(link(approval, "payer-action", "GET"));
                return links;
            }
            OrderState::Created => links.push(link(approval, "approve", "GET")),
            OrderState::Approved(_) => {}
            OrderState::Completed(_) | OrderState::Dropped | OrderState::Reversed => return links,
        }
        links.push(link(own.as_str(), "update", "PATCH"));
        links.push(link(format!("{own}/capture"), "capture", "POST"));
        links
    }
}

/// The buyer, as PayPal shows them to the seller.
pub(crate) fn payer() -> Value {
    json!({
        "name": { "given_name": "Sam", "surname": "Sandbox" },
        "email_address": "buyer@personal.example.com",
        "payer_id": PAYER_ID,
        "address": { "country_code": "US" },
    })
}

fn with_query(url: &str, query: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{query}")
}
