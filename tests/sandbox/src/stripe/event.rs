//! Events: what happened, as a snapshot that never changes (API reference, "The Event object").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::form::Node;
use super::shelf::Resource;

/// The version that every event is rendered in and every request must ask for.
pub const API_VERSION: &str = "2026-10-28.endive";

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `evt_…`
    pub id: String,
    /// When it happened.
    pub created: Timestamp,
    /// The type, such as `checkout.session.completed`.
    pub kind: String,
    /// The object as it was then.
    pub object: Value,
    /// What the object's changed fields said before, for `….updated` events.
    pub previous_attributes: Option<Value>,
    /// The API request that caused it.
    pub cause: Cause,
    /// True once the endpoint has answered a delivery with a 2xx.
    pub acknowledged: bool,
}

/// The API request behind an event; empty for what happens by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// `req_…`
    pub request_id: Option<String>,
    /// The key that the request carried.
    pub idempotency_key: Option<String>,
}

impl Event {
    /// The bytes of a delivery: JSON indented by two spaces, without a line feed at the end.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(&self.json()).unwrap_or_default()
    }
}

impl Resource for Event {
    const NAME: &'static str = "event";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        let mut data = json!({ "object": self.object });
        if let Some(previous) = &self.previous_attributes {
            data["previous_attributes"] = previous.clone();
        }
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created.0,
            "data": data,
            "livemode": false,
            "pending_webhooks": i32::from(!self.acknowledged),
            "request": {
                "id": self.cause.request_id,
                "idempotency_key": self.cause.idempotency_key,
            },
            "type": self.kind,
        })
    }
}

/// The filters of the events list.
pub(crate) struct EventFilter {
    patterns: Vec<String>,
    delivered: Option<bool>,
    since: Timestamp,
}

/// Events are listed for this long (API reference, "List all events").
const LISTED_FOR_S: i64 = 30 * 24 * 3600;

impl EventFilter {
    pub(crate) fn of(now: Timestamp, params: &Node) -> Self {
        let mut patterns = params.texts("types");
        patterns.extend(params.text("type").map(str::to_owned));
        Self {
            patterns,
            delivered: params.text("delivery_success").map(|text| text == "true"),
            since: now.plus(-LISTED_FOR_S),
        }
    }

    pub(crate) fn keeps(&self, event: &Event) -> bool {
        let typed = self.patterns.is_empty()
            || self
                .patterns
                .iter()
                .any(|pattern| matches(pattern, &event.kind));
        typed
            && event.created >= self.since
            && self
                .delivered
                .is_none_or(|wanted| wanted == event.acknowledged)
    }
}

/// `charge.*` matches `charge.refunded`; a pattern without a star matches itself.
fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => pattern == kind,
    }
}
