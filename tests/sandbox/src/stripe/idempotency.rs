//! Answers kept under idempotency keys (API reference, "Idempotent requests").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::http::InResponse;
use shared::time::Timestamp;

use super::error::ApiError;
use super::form::Node;
use crate::kept;

/// Keys are forgotten once they are this old: the earliest moment that Stripe allows itself.
const KEY_LIFE_S: i64 = 24 * 3600;
const KEY_CHARS_MAX: usize = 255;

/// The kept answers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answers {
    kept: BTreeMap<String, Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    at: Timestamp,
    path: String,
    params: Node,
    #[serde(with = "kept::Response")]
    answer: InResponse,
}

impl Answers {
    /// The kept answer to a repeat, marked as such; `None` for a new key; an error for a key that
    /// was used for something else, or that is no key.
    pub(crate) fn replay(
        &self,
        now: Timestamp,
        key: &str,
        path: &str,
        params: &Node,
    ) -> Result<Option<InResponse>, ApiError> {
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            let message = format!("Idempotency keys must have 1 to {KEY_CHARS_MAX} characters.");
            return Err(ApiError::invalid(message));
        }
        let kept = self
            .kept
            .get(key)
            .filter(|kept| now.seconds_since(kept.at) < KEY_LIFE_S);
        let Some(kept) = kept else { return Ok(None) };
        if kept.path != path || kept.params != *params {
            return Err(ApiError::key_reused());
        }
        let mut answer = kept.answer.clone();
        answer
            .headers
            .push(("idempotent-replayed".to_owned(), "true".to_owned()));
        Ok(Some(answer))
    }

    pub(crate) fn keep(
        &mut self,
        now: Timestamp,
        key: &str,
        path: &str,
        params: Node,
        answer: &InResponse,
    ) {
        let kept = Kept {
            at: now,
            path: path.to_owned(),
            params,
            answer: answer.clone(),
        };
        self.kept.insert(key.to_owned(), kept);
    }
}
