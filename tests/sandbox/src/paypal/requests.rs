//! What a `PayPal-Request-Id` stands for (PayPal documentation, "Idempotency").
//!
//! PayPal answers a repeat with what has become of the first request, not with its old answer. It is
//! not known what it does with a repeat that asks for something else; the sandbox refuses that one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::time::Timestamp;

use super::error::{ApiError, Detail};
use crate::kept;

/// Orders v2: "The server stores keys for 6 hours."
pub(crate) const ORDERS_KEEP_S: i64 = 6 * 3_600;
/// Payments v2: "The server stores keys for 45 days."
pub(crate) const PAYMENTS_KEEP_S: i64 = 45 * 24 * 3_600;
const CHARS_MAX: usize = 108;

/// What a request has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// It made or captured the order with this id.
    Order(String),
    /// It made the refund with this id.
    Refund(String),
    /// It was refused after it had begun.
    Refused(ApiError),
}

/// The requests that are remembered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Requests {
    kept: BTreeMap<String, Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    until: Timestamp,
    path: String,
    #[serde(with = "kept::bytes")]
    body: Vec<u8>,
    outcome: Outcome,
}

impl Requests {
    /// What the first request under this id has come to; `None` for a new id, an error for one that
    /// stands for something else.
    pub(crate) fn repeated(
        &self,
        now: Timestamp,
        id: &str,
        path: &str,
        body: &[u8],
    ) -> Result<Option<Outcome>, ApiError> {
        if id.is_empty() || id.len() > CHARS_MAX {
            let description = "The value of a field is either too short or too long";
            let detail = Detail::new("INVALID_STRING_LENGTH", description);
            return Err(ApiError::invalid(vec![
                detail.in_the("header", "PayPal-Request-Id"),
            ]));
        }
        let Some(kept) = self.kept.get(id).filter(|kept| now < kept.until) else {
            return Ok(None);
        };
        if kept.path != path || kept.body != body {
            let description = "The sandbox has seen this PayPal-Request-Id with another request.";
            let detail = Detail::new("SANDBOX_REQUEST_ID_REUSED", description);
            return Err(ApiError::invalid(vec![
                detail.in_the("header", "PayPal-Request-Id"),
            ]));
        }
        Ok(Some(kept.outcome.clone()))
    }

    pub(crate) fn keep(
        &mut self,
        until: Timestamp,
        id: &str,
        path: &str,
        body: &[u8],
        outcome: Outcome,
    ) {
        let kept = Kept {
            until,
            path: path.to_owned(),
            body: body.to_vec(),
            outcome,
        };
        self.kept.insert(id.to_owned(), kept);
    }
}
