//! PayPal's answers, as *done*, *refused* or *unknown*, and what a refused capture asks for.
//!
//! The rule for a refusal is narrow: 400, 403, 404, 415 or 422 in PayPal's own shape, read by
//! `details[].issue`, since texts may change (developer.paypal.com/api/rest/reference/orders/v2/errors).
//! Everything else leaves the outcome unknown: a 5xx, a limiter, a conflict with a request that is
//! still running, a page of some gateway. A call that never got an answer is the caller's to map to
//! unknown. 401 stands apart: the token is to be renewed, and the request sent once more.

use serde_json::Value;

use super::api::ANSWER_BYTES_MAX;
use super::event::Event;
use super::fields::{Fields, read_items};
use super::order::Order;
use super::signature::Verification;
use crate::answer::ProviderRefusal;
use crate::http::InResponse;
use crate::record::json_text;

mod captured;
pub use captured::{CaptureAnswer, read_captured};

/// The code of a refusal because the `invoice_id` was paid before.
pub const DUPLICATE_INVOICE_ID: &str = "DUPLICATE_INVOICE_ID";

/// PayPal's text is kept for staff up to this many characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    /// PayPal did what was asked, or had done it before.
    Done(T),
    /// The token is not taken any more: drop it, get another, and ask once more. The second time the
    /// outcome is unknown, and the operator is to look at the credentials.
    TokenRefused,
    /// There is nothing under this id. An order of ours that was not paid has expired.
    NotFound(ProviderRefusal),
    /// PayPal documents that nothing happened and that repeating will not help.
    Refused(ProviderRefusal),
    /// Nobody knows yet; the text is for the log, never for a buyer.
    Unknown(String),
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundReceipt {
    /// PayPal's id of it.
    pub id: String,
    /// `COMPLETED`, `PENDING`, `FAILED`, `CANCELLED`, or a word of tomorrow.
    pub status: String,
}

/// A page of events, in PayPal's order, which is not documented. None is needed: events come in any
/// order anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventList {
    /// The events.
    pub events: Vec<ListedEvent>,
    /// The ids of the items that could not be read as events, empty where they have none. They must
    /// not hold up those that can.
    pub unreadable: Vec<String>,
    /// Whether the window holds more than these.
    pub has_more: bool,
}

/// An event of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event.
    pub event: Event,
    /// Its JSON, for the inbox. Printed anew: no signature covers it, since it came over the API.
    pub body: String,
}

/// Reads the answer to a create or to a read of an order. A repeated create is answered with the
/// order as it is by then.
#[must_use]
pub fn read_order(response: &InResponse) -> Reply<Box<Order>> {
    object(response, |fields| Order::read(fields).map(Box::new))
}

/// Reads from the answer to the reading of a dispute whether it is over, and the money stays here
/// (developer.paypal.com/docs/api/customer-disputes/v1, `outcome_code`).
#[must_use]
pub fn read_is_won(response: &InResponse) -> Reply<bool> {
    object(response, |fields| {
        fields.str("status")?;
        let outcome = fields.object("dispute_outcome");
        let code = outcome.and_then(|outcome| outcome.str("outcome_code"));
        Some(matches!(
            code,
            Some("RESOLVED_SELLER_FAVOUR" | "CANCELED_BY_BUYER")
        ))
    })
}

/// Reads the answer to a refund. A refusal's code says why, e.g. `CAPTURE_FULLY_REFUNDED`.
#[must_use]
pub fn read_refund(response: &InResponse) -> Reply<RefundReceipt> {
    object(response, |fields| {
        Some(RefundReceipt {
            id: fields.text("id")?,
            status: fields.text("status")?,
        })
    })
}

/// Reads PayPal's verdict on a delivery. It is 200 either way.
#[must_use]
pub fn read_verification(response: &InResponse) -> Reply<Verification> {
    object(response, |fields| {
        Verification::parse(fields.str("verification_status")?)
    })
}

/// Reads a page of events.
#[must_use]
pub fn read_event_list(response: &InResponse) -> Reply<EventList> {
    object(response, |fields| {
        let (events, unreadable) = read_items(fields.items("events")?.iter(), listed);
        Some(EventList {
            unreadable,
            has_more: fields.link("next").is_some(),
            events,
        })
    })
}

fn listed(item: &Value) -> Option<ListedEvent> {
    let event = Event::read(Fields::of(item)?).ok()?;
    Some(ListedEvent {
        event,
        body: json_text(item),
    })
}

/// The object that was asked for, or why there is none.
fn object<T>(response: &InResponse, read: fn(Fields<'_>) -> Option<T>) -> Reply<T> {
    let value = match success(response) {
        Ok(value) => value,
        Err(failure) => return failure.into(),
    };
    match Fields::of(&value).and_then(read) {
        Some(object) => Reply::Done(object),
        None => Reply::Unknown(unknown(response, "its answer is not what was asked for")),
    }
}

/// The JSON of an answer that says *done*.
fn success(response: &InResponse) -> Result<Value, Failure> {
    if response.body.len() > ANSWER_BYTES_MAX {
        return Err(Failure::Unknown(unknown(
            response,
            "its answer is too long",
        )));
    }
    if !matches!(response.status, 200 | 201) {
        return Err(failure(response));
    }
    serde_json::from_slice(&response.body)
        .map_err(|_| Failure::Unknown(unknown(response, "its answer is not readable")))
}

/// Why there is no result: a [`Reply`] without one.
enum Failure {
    TokenRefused,
    NotFound(ProviderRefusal),
    Refused(ProviderRefusal),
    Unknown(String),
}

impl<T> From<Failure> for Reply<T> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TokenRefused => Self::TokenRefused,
            Failure::NotFound(refusal) => Self::NotFound(refusal),
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Unknown(why) => Self::Unknown(why),
        }
    }
}

fn failure(response: &InResponse) -> Failure {
    if response.status == 401 {
        return Failure::TokenRefused;
    }
    let Some(refusal) = read_refusal(response) else {
        return Failure::Unknown(unknown(response, "no error of PayPal's"));
    };
    match (response.status, refusal.code.as_str()) {
        // Another request for the same order is running.
        (_, "ORDER_COMPLETION_IN_PROGRESS" | "PREVIOUS_REQUEST_IN_PROGRESS") => {
            Failure::Unknown(unknown(response, &refusal.code))
        }
        (404, "INVALID_RESOURCE_ID" | "RESOURCE_NOT_FOUND") => Failure::NotFound(refusal),
        (400 | 403 | 404 | 415 | 422, _) => Failure::Refused(refusal),
        _ => Failure::Unknown(unknown(response, &refusal.code)),
    }
}

/// `{"name", "message", "debug_id", "details": [{"issue", "description"}]}`; the issue is the code,
/// or the name where there is none.
fn read_refusal(response: &InResponse) -> Option<ProviderRefusal> {
    let value: Value = serde_json::from_slice(&response.body).ok()?;
    let error = Fields::of(&value)?;
    let name = error.str("name")?;
    let detail = error.first_object("details");
    let code = detail.and_then(|detail| detail.str("issue"));
    let message = detail
        .and_then(|detail| detail.str("description"))
        .or_else(|| error.str("message"))
        .unwrap_or_default();
    let message: String = message.chars().take(MESSAGE_CHARS_MAX).collect();
    Some(ProviderRefusal {
        status: response.status,
        code: code.unwrap_or(name).to_owned(),
        message: format!("{message} (debug id {})", debug_id(response)),
    })
}

/// For the log: status, reason, and the id by which PayPal finds the request.
fn unknown(response: &InResponse, why: &str) -> String {
    let status = response.status;
    format!(
        "PayPal answered {status}: {why} (debug id {})",
        debug_id(response)
    )
}

fn debug_id(response: &InResponse) -> &str {
    response.header("paypal-debug-id").unwrap_or("none")
}

#[cfg(test)]
mod tests;
