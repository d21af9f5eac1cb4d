//! Links in answers and events (PayPal documentation, "HATEOAS links").

use serde_json::{Value, json};

/// One link.
pub(crate) fn link(href: impl Into<String>, rel: &str, method: &str) -> Value {
    json!({ "href": href.into(), "rel": rel, "method": method })
}

/// An address under the sandbox's stand-in for the API.
pub(crate) fn order(api: &str, id: &str) -> String {
    format!("{api}/v2/checkout/orders/{id}")
}

/// The page where the buyer approves an order.
pub(crate) fn approval(api: &str, id: &str) -> String {
    format!("{api}/checkoutnow?token={id}")
}

pub(crate) fn capture(api: &str, id: &str) -> String {
    format!("{api}/v2/payments/captures/{id}")
}

pub(crate) fn refund(api: &str, id: &str) -> String {
    format!("{api}/v2/payments/refunds/{id}")
}

pub(crate) fn dispute(api: &str, id: &str) -> String {
    format!("{api}/v1/customer/disputes/{id}")
}

pub(crate) fn event(api: &str, id: &str) -> String {
    format!("{api}/v1/notifications/webhooks-events/{id}")
}
