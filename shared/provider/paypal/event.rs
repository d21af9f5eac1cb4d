//! PayPal's events, in all the shapes in which they come: live, simulated, and read back.
//!
//! What must be there is `id` and `event_type`; everything else may be missing or odd, and is known
//! to be: months above 12, times with offsets, resources without an id or a status, links to
//! internal hosts.
//!
//! An event is a hint, more so than with other providers: its signature covers only a CRC-32 of the
//! body, so anyone with one genuine delivery can make another body to it. All that is taken from an
//! event is *what to read back* ([`Event::hint`]).

use serde_json::Value;
use thiserror::Error;

use super::fields::Fields;
use super::moment;
use super::order::{CaptureId, OrderId};
use crate::provider::verified::Verified;
use crate::time::Timestamp;

mod hint;
mod kind;
pub use hint::Hint;
pub use kind::EventKind;

/// Ids and type names of PayPal stay below 64 characters; anything much longer is not an event.
const NAME_BYTES_MAX: usize = 255;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `WH-…`, the inbox's key. The simulator's are constants.
    pub id: String,
    /// What happened, as far as Edgetill knows the type.
    pub kind: EventKind,
    /// PayPal's name of the type.
    pub type_name: String,
    /// When it happened; absent where PayPal's text is no time.
    pub created: Option<Timestamp>,
    /// What the event is about, and what to read back.
    pub hint: Hint,
}

/// Why a genuine body is not an event that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EventError {
    /// Not JSON in UTF-8.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON, but not an object.
    #[error("the body is not an event")]
    NotAnEvent,
    /// A field of the envelope is missing, of another type, or too long.
    #[error("the event has no usable {0}")]
    Missing(&'static str),
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

    /// Reads the bytes of an event whose origin the caller has proven.
    pub(super) fn from_json(body: &[u8]) -> Result<Self, EventError> {
        let value: Value = serde_json::from_slice(body).map_err(|_| EventError::NotJson)?;
        let fields = Fields::of(&value).ok_or(EventError::NotAnEvent)?;
        Self::read(fields)
    }

    /// Reads an event whose origin the caller has proven.
    pub(super) fn read(fields: Fields<'_>) -> Result<Self, EventError> {
        let id = name(fields, "id").ok_or(EventError::Missing("id"))?;
        let type_name = name(fields, "event_type").ok_or(EventError::Missing("event_type"))?;
        let kind = EventKind::of(&type_name, fields);
        let hint = fields
            .object("resource")
            .map(|resource| Hint::read(resource, kind))
            .unwrap_or_default();
        Ok(Self {
            id,
            kind,
            created: fields.str("create_time").and_then(moment::read),
            type_name,
            hint,
        })
    }
}

fn name(fields: Fields<'_>, field: &str) -> Option<String> {
    fields
        .text(field)
        .filter(|text| (1..=NAME_BYTES_MAX).contains(&text.len()))
}

#[cfg(test)]
mod tests;
