//! Events: what happened, as a snapshot that never changes (Webhooks v1, `event`).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::link::{self, link};
use super::time;

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `WH-`, 17 characters, `-`, 17 characters.
    pub id: String,
    /// When it happened.
    pub created: Timestamp,
    /// The type, such as `PAYMENT.CAPTURE.COMPLETED`.
    pub kind: String,
    /// The object as it was then.
    pub resource: Value,
    /// True once the endpoint has answered a delivery with a 2xx.
    pub acknowledged: bool,
    pub(crate) resource_type: Option<String>,
    pub(crate) summary: String,
}

impl Event {
    /// The bytes of a delivery: JSON without white space, the same at each attempt.
    pub(crate) fn body(&self, api: &str) -> Vec<u8> {
        serde_json::to_vec(&self.json(api)).unwrap_or_default()
    }

    /// The event as the API lists it: with how its delivery stands.
    pub(crate) fn listed(&self, api: &str) -> Value {
        let mut event = self.json(api);
        let status = if self.acknowledged {
            "SUCCESS"
        } else {
            "PENDING"
        };
        event["status"] = status.into();
        event
    }

    /// True when the resource, or what it stands for, has this id.
    #[must_use]
    pub fn is_about(&self, transaction: &str) -> bool {
        let names = |pointer: &str| {
            self.resource.pointer(pointer).and_then(Value::as_str) == Some(transaction)
        };
        names("/id")
            || names("/order_id")
            || names("/supplementary_data/related_ids/order_id")
            || names("/disputed_transactions/0/seller_transaction_id")
            || names("/purchase_units/0/payments/captures/0/id")
    }

    fn json(&self, api: &str) -> Value {
        let own = link::event(api, &self.id);
        let mut event = json!({
            "id": self.id,
            "event_version": "1.0",
            "create_time": time::with_milliseconds(self.created),
            "event_type": self.kind,
            "summary": self.summary,
            "resource": self.resource,
            "links": [
                link(own.as_str(), "self", "GET"),
                link(format!("{own}/resend"), "resend", "POST"),
            ],
        });
        if let Some(kind) = &self.resource_type {
            event["resource_type"] = kind.as_str().into();
            if kind != "dispute" {
                event["resource_version"] = "2.0".into();
            }
        }
        event
    }
}
