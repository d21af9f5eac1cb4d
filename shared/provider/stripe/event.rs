//! Stripe's snapshot events, whatever their API version.
//!
//! An endpoint's version is fixed when it is made, so bodies of many years arrive in one shape or
//! another. What must be there is the envelope (`id`, `type`, `created`, `livemode`) and, for the
//! kinds we act on, the object's id; everything else may be missing. Thin events (API v2) carry no
//! object; what they name is kept apart.
//!
//! An event is a hint: it says what to read back, and never moves money by itself.

use serde_json::Value;
use thiserror::Error;

use super::fields::Fields;
use super::object::{Charge, Dispute, FraudWarning, PaymentIntent, Refund};
use super::session::Session;
use crate::provider::verified::Verified;
use crate::time::Timestamp;

mod kind;
pub use kind::EventKind;

/// Ids and type names of Stripe have at most 255 characters; anything longer is not an event.
const NAME_BYTES_MAX: usize = 255;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `evt_…`, the inbox's key.
    pub id: String,
    /// What happened, as far as Edgetill knows the type.
    pub kind: EventKind,
    /// Stripe's name of the type.
    pub type_name: String,
    /// When it happened; whole seconds, so ties are common and order is not promised.
    pub created: Timestamp,
    /// Whether it is about real money.
    pub livemode: bool,
    /// Present for an event of a connected account, which is never ours.
    pub account: Option<String>,
    /// The version of the object inside.
    pub api_version: Option<String>,
    /// What it happened to, as it was then.
    pub object: EventObject,
}

/// The object inside an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventObject {
    /// A Checkout Session.
    Session(Box<Session>),
    /// A payment intent.
    PaymentIntent(PaymentIntent),
    /// A charge.
    Charge(Charge),
    /// A refund.
    Refund(Refund),
    /// A dispute.
    Dispute(Dispute),
    /// An early fraud warning.
    FraudWarning(FraudWarning),
    /// An object that Edgetill does not look into; some, such as a balance, have no id.
    Other {
        /// The object's id.
        id: Option<String>,
    },
}

/// Why a genuine body is not an event that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// Not JSON in UTF-8.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON, but not an object that calls itself an event.
    #[error("the body is not an event")]
    NotAnEvent,
    /// An event destination of API v2 is set up; Edgetill needs a webhook endpoint with snapshot
    /// payloads.
    #[error("the body is a thin event, which carries no object")]
    Thin(ThinEvent),
    /// A field of the envelope is missing, of another type, or too long.
    #[error("the event has no usable {0}")]
    Missing(&'static str),
}

/// An event of API v2 (docs.stripe.com/event-destinations): it names what happened to which object and
/// carries nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThinEvent {
    /// `evt_…`, the inbox's key.
    pub id: String,
    /// Stripe's name of the type.
    pub type_name: String,
    /// The id of the object.
    pub object_id: Option<String>,
}

impl ThinEvent {
    fn read(fields: Fields<'_>) -> EventError {
        match (name(fields, "id"), name(fields, "type")) {
            (Some(id), Some(type_name)) => EventError::Thin(Self {
                id,
                type_name,
                object_id: fields.object("related_object").and_then(|o| name(o, "id")),
            }),
            (None, _) => EventError::Missing("id"),
            (_, None) => EventError::Missing("type"),
        }
    }
}

impl Event {
    /// Reads a webhook's body.
    pub fn parse(body: Verified<&[u8]>) -> Result<Self, EventError> {
        Self::from_json(body.into_inner())
    }

    /// Reads an event that a test wrote.
    #[cfg(test)]
    pub(super) fn parse_stored(body: &str) -> Result<Self, EventError> {
        Self::from_json(body.as_bytes())
    }

    fn from_json(body: &[u8]) -> Result<Self, EventError> {
        let value = serde_json::from_slice(body).map_err(|_| EventError::NotJson)?;
        Self::of(&value)
    }

    /// Reads an event whose origin the caller has proven.
    pub(super) fn of(value: &Value) -> Result<Self, EventError> {
        let fields = Fields::of(value).ok_or(EventError::NotAnEvent)?;
        match fields.str("object") {
            None | Some("event") => Self::read(fields),
            Some("v2.core.event") => Err(ThinEvent::read(fields)),
            Some(_) => Err(EventError::NotAnEvent),
        }
    }

    fn read(fields: Fields<'_>) -> Result<Self, EventError> {
        let id = name(fields, "id").ok_or(EventError::Missing("id"))?;
        let type_name = name(fields, "type").ok_or(EventError::Missing("type"))?;
        let created = fields
            .time("created")
            .ok_or(EventError::Missing("created"))?;
        let livemode = fields
            .flag("livemode")
            .ok_or(EventError::Missing("livemode"))?;
        let kind = EventKind::parse(&type_name);
        let object = fields
            .object("data")
            .and_then(|data| data.object("object"))
            .and_then(|object| EventObject::read(object, kind))
            .ok_or(EventError::Missing("data.object"))?;
        Ok(Self {
            id,
            kind,
            type_name,
            created,
            livemode,
            account: fields.text("account"),
            api_version: fields.text("api_version"),
            object,
        })
    }
}

impl EventObject {
    /// The object's id. Two events about one fact share it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Session(session) => Some(session.id.as_str()),
            Self::PaymentIntent(intent) => Some(&intent.id),
            Self::Charge(charge) => Some(&charge.id),
            Self::Refund(refund) => Some(&refund.id),
            Self::Dispute(dispute) => Some(&dispute.id),
            Self::FraudWarning(warning) => Some(&warning.id),
            Self::Other { id } => id.as_deref(),
        }
    }

    /// The payment intent by which a refund or a dispute finds its order: neither inherits our
    /// metadata.
    #[must_use]
    pub fn payment_intent(&self) -> Option<&str> {
        match self {
            Self::Session(session) => session.payment_intent.as_deref(),
            Self::PaymentIntent(intent) => Some(&intent.id),
            Self::Charge(charge) => charge.payment_intent.as_deref(),
            Self::Refund(refund) => refund.payment_intent.as_deref(),
            Self::Dispute(dispute) => dispute.payment_intent.as_deref(),
            Self::FraudWarning(warning) => warning.payment_intent.as_deref(),
            Self::Other { .. } => None,
        }
    }

    /// The name of the object decides, not the name of the event: `charge.refund.updated` carries
    /// a refund. `None` when a kind that we act on has an object without a usable id.
    fn read(fields: Fields<'_>, kind: EventKind) -> Option<Self> {
        let Some(id) = name(fields, "id") else {
            return (kind == EventKind::Other).then_some(Self::Other { id: None });
        };
        match fields.str("object")? {
            "checkout.session" => Session::read(fields).map(|s| Self::Session(Box::new(s))),
            "payment_intent" => Some(Self::PaymentIntent(PaymentIntent::read(fields, id))),
            "charge" => Some(Self::Charge(Charge::read(fields, id))),
            "refund" => Some(Self::Refund(Refund::read(fields, id))),
            "dispute" => Some(Self::Dispute(Dispute::read(fields, id))),
            "radar.early_fraud_warning" => Some(Self::FraudWarning(FraudWarning::read(fields, id))),
            _ => Some(Self::Other { id: Some(id) }),
        }
    }
}

fn name(fields: Fields<'_>, field: &str) -> Option<String> {
    fields
        .text(field)
        .filter(|text| (1..=NAME_BYTES_MAX).contains(&text.len()))
}

#[cfg(test)]
mod tests;
