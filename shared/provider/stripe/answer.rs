//! Stripe's answers, as *done*, *refused* or *unknown*.
//!
//! The rule for a refusal is narrow: a 4xx that Stripe itself wrote, of a type that it documents
//! as final (docs.stripe.com/api/errors). Everything else leaves the outcome unknown: a 5xx, a
//! limiter, a key that is in use, a body that is cut off or is not Stripe's, or a hint
//! (`stripe-should-retry: true`) that repeating may help. A call that never got an answer is the
//! caller's to map to unknown.

use serde_json::Value;

use super::api::PAGE_ANSWER_BYTES_MAX;
use super::currency::money_on_wire;
use super::event::Event;
use super::fields::{Fields, id_of, read_items};
use super::object::DisputeStatus;
use super::session::Session;
use crate::answer::{Answer, ProviderRefusal};
use crate::http::{InResponse, PROVIDER_ANSWER_BYTES_MAX};
use crate::payment::WentBack;
use crate::record::json_text;

/// The code of a refusal to read what does not exist, in this mode and account.
pub const RESOURCE_MISSING: &str = "resource_missing";

/// Stripe's text is kept for staff up to this many characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// The answer to a create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateAnswer {
    /// The session as it was when it was created. A repeated create gets the same answer, so
    /// retrieve the session before its URL is given out again.
    Created(Box<Session>),
    /// The key was used before with another body. What came of the first request is not known:
    /// list the sessions of the time before a new key is made.
    KeyTaken(ProviderRefusal),
    /// No session was made.
    Refused(ProviderRefusal),
    /// Send the same bytes with the same key again.
    Unknown(String),
}

/// The answer to an expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpireAnswer {
    /// Nobody can pay any more.
    Expired(Box<Session>),
    /// The session was not open: retrieve it and believe what it says. Stripe gives this refusal no
    /// code, and the request has no parameters that could be wrong, so every final 400 is this one.
    NotOpen(ProviderRefusal),
    /// The session does not exist ([`RESOURCE_MISSING`]), or the key may not expire it.
    Refused(ProviderRefusal),
    /// Retrieve the session to learn more.
    Unknown(String),
}

/// A page of sessions, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionList {
    /// The sessions; all of the page's, or the page is unknown.
    pub sessions: Vec<Session>,
    /// Whether there are more beyond this page, in the direction of the walk.
    pub has_more: bool,
}

/// A page of events, **oldest first**: the order in which they are to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventList {
    /// The events.
    pub events: Vec<ListedEvent>,
    /// The ids of the items that could not be read as events, empty where they have none. They must
    /// not hold up those that can.
    pub unreadable: Vec<String>,
    /// The first item's id, readable or not: from where to walk back.
    pub oldest: Option<String>,
    /// The last item's: from where to walk on.
    pub newest: Option<String>,
    /// Whether there are more beyond this page, in the direction of the walk.
    pub has_more: bool,
}

/// An event of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event.
    pub event: Event,
    /// Its JSON, for the inbox.
    pub body: String,
}

/// Reads the answer to a create.
#[must_use]
pub fn read_created(response: &InResponse) -> CreateAnswer {
    match read(response, PROVIDER_ANSWER_BYTES_MAX, session_in) {
        Ok(session) => CreateAnswer::Created(Box::new(session)),
        Err(Failure::KeyTaken(refusal)) => CreateAnswer::KeyTaken(refusal),
        Err(Failure::Refused(refusal)) => CreateAnswer::Refused(refusal),
        Err(Failure::Unknown(why)) => CreateAnswer::Unknown(why),
    }
}

/// Reads the answer to a retrieve. A refusal with the code [`RESOURCE_MISSING`] says that there is
/// no such session for this key; any other is about the key itself.
#[must_use]
pub fn read_session(response: &InResponse) -> Answer<Session> {
    answer(read(response, PROVIDER_ANSWER_BYTES_MAX, session_in))
}

/// Reads from the answer to a retrieve how much went back of what the session brought. Stripe's sum
/// counts a refund that is under way, and one that failed no more
/// (docs.stripe.com/api/charges/object, `amount_refunded`).
#[must_use]
pub fn read_refunded(response: &InResponse) -> Answer<WentBack> {
    answer(read(response, PROVIDER_ANSWER_BYTES_MAX, |body| {
        let value: Value = serde_json::from_slice(body).ok()?;
        let intent = Fields::of(&value)?.object("payment_intent")?;
        let charge = intent.object("latest_charge")?;
        let money = |name: &str| money_on_wire(charge.int(name), charge.str("currency"));
        Some(WentBack {
            refunded: money("amount_refunded")?,
            captured: money("amount")?,
        })
    }))
}

/// Reads from the answer to the reading of a dispute whether it is over, and the money stays here. An
/// inquiry that came to nothing is.
#[must_use]
pub fn read_is_won(response: &InResponse) -> Answer<bool> {
    answer(read(response, PROVIDER_ANSWER_BYTES_MAX, |body| {
        let value: Value = serde_json::from_slice(body).ok()?;
        Some(matches!(
            DisputeStatus::parse(Fields::of(&value)?.str("status")?),
            DisputeStatus::Won | DisputeStatus::WarningClosed | DisputeStatus::Prevented
        ))
    }))
}

/// Reads the answer to an expire.
#[must_use]
pub fn read_expired(response: &InResponse) -> ExpireAnswer {
    match read(response, PROVIDER_ANSWER_BYTES_MAX, session_in) {
        Ok(session) => ExpireAnswer::Expired(Box::new(session)),
        Err(Failure::Refused(refusal)) if refusal.status == 400 => ExpireAnswer::NotOpen(refusal),
        Err(Failure::Refused(refusal)) => ExpireAnswer::Refused(refusal),
        Err(Failure::KeyTaken(refusal)) => ExpireAnswer::Unknown(refusal.message),
        Err(Failure::Unknown(why)) => ExpireAnswer::Unknown(why),
    }
}

/// Reads a page of sessions.
#[must_use]
pub fn read_session_list(response: &InResponse) -> Answer<SessionList> {
    answer(read(response, PAGE_ANSWER_BYTES_MAX, |body| {
        let value: Value = serde_json::from_slice(body).ok()?;
        let list = Fields::of(&value)?;
        let items = value.get("data")?.as_array()?;
        // An unreadable one could be the very session that is looked for.
        let sessions = items.iter().map(session_of).collect::<Option<_>>()?;
        Some(SessionList {
            sessions,
            has_more: list.flag("has_more")?,
        })
    }))
}

/// Reads a page of events.
#[must_use]
pub fn read_event_list(response: &InResponse) -> Answer<EventList> {
    answer(read(response, PAGE_ANSWER_BYTES_MAX, |body| {
        let value: Value = serde_json::from_slice(body).ok()?;
        let list = Fields::of(&value)?;
        let items = list.items("data")?.iter().rev();
        let (events, unreadable) = read_items(items.clone(), listed);
        let mut ids = items.map(id_of).filter(|id| !id.is_empty());
        Some(EventList {
            events,
            unreadable,
            oldest: ids.clone().next().map(str::to_owned),
            newest: ids.next_back().map(str::to_owned),
            has_more: list.flag("has_more")?,
        })
    }))
}

fn listed(item: &Value) -> Option<ListedEvent> {
    Some(ListedEvent {
        event: Event::of(item).ok()?,
        body: json_text(item),
    })
}

fn session_in(body: &[u8]) -> Option<Session> {
    session_of(&serde_json::from_slice(body).ok()?)
}

fn session_of(value: &Value) -> Option<Session> {
    let fields = Fields::of(value)?;
    if fields.str("object")? != "checkout.session" {
        return None;
    }
    Session::read(fields)
}

/// Why there is no result.
enum Failure {
    KeyTaken(ProviderRefusal),
    Refused(ProviderRefusal),
    Unknown(String),
}

fn answer<T>(result: Result<T, Failure>) -> Answer<T> {
    match result {
        Ok(value) => Answer::Done(value),
        Err(Failure::Refused(refusal)) => Answer::Refused(refusal),
        // Only a POST has a key; on a read this is nothing that Stripe documents.
        Err(Failure::KeyTaken(refusal)) => Answer::Unknown(refusal.message),
        Err(Failure::Unknown(why)) => Answer::Unknown(why),
    }
}

fn read<T>(
    response: &InResponse,
    bytes_max: usize,
    parse: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<T, Failure> {
    if response.body.len() > bytes_max {
        return Err(unknown(response, "its answer is too long"));
    }
    if response.status != 200 {
        return Err(read_failure(response));
    }
    parse(&response.body).ok_or_else(|| unknown(response, "its answer is not readable"))
}

fn read_failure(response: &InResponse) -> Failure {
    let Some(error) = StripeError::read(response) else {
        return unknown(response, "no error of Stripe's");
    };
    if response.header("stripe-should-retry") == Some("true") {
        return unknown(response, "it asks to be tried again");
    }
    // Stripe sends these two under 400 and 409 as well as 429; all of them say "not now".
    let is_busy = matches!(
        error.code(),
        "rate_limit" | "lock_timeout" | "idempotency_key_in_use"
    );
    match (response.status, error.kind.as_str()) {
        _ if is_busy => unknown(response, error.code()),
        (400, "idempotency_error") => Failure::KeyTaken(error.refusal),
        (_, "api_error" | "idempotency_error") => unknown(response, &error.kind),
        (400 | 404, "invalid_request_error" | "card_error") | (401..=403, _) => {
            Failure::Refused(error.refusal)
        }
        _ => unknown(response, &error.kind),
    }
}

/// For the log: status, reason, and the id by which Stripe finds the request.
fn unknown(response: &InResponse, why: &str) -> Failure {
    let request_id = response.header("request-id").unwrap_or("none");
    Failure::Unknown(format!(
        "Stripe answered {}: {why} (request {request_id})",
        response.status
    ))
}

/// `{"error": {"type", "code", "message", …}}`
struct StripeError {
    kind: String,
    refusal: ProviderRefusal,
}

impl StripeError {
    fn read(response: &InResponse) -> Option<Self> {
        let value: Value = serde_json::from_slice(&response.body).ok()?;
        let error = Fields::of(&value)?.object("error")?;
        let message = error.str("message").unwrap_or_default();
        let refusal = ProviderRefusal {
            status: response.status,
            code: error.text("code").unwrap_or_default(),
            message: message.chars().take(MESSAGE_CHARS_MAX).collect(),
        };
        Some(Self {
            kind: error.text("type")?,
            refusal,
        })
    }

    fn code(&self) -> &str {
        &self.refusal.code
    }
}

#[cfg(test)]
mod tests;
