//! Callers' idempotency keys: what a key has made is told again, and never made again.

use shared::api::refusal::Refusal;
use shared::id::IdempotencyKey;
use shared::record::Record;
use shared::statement::{Sql, Statement};
use shared::store::idempotency;
use shared::time::Timestamp;

use crate::failure::Failure;
use crate::http::Request;
use crate::world::Rows;

/// A key as a caller used it: in its own scope, for this request.
#[derive(Debug, Clone)]
pub struct KeyUse {
    /// The caller and the route; other scopes may use the same key for something else (S125).
    pub scope: String,
    /// The caller's key.
    pub key: IdempotencyKey,
    /// Of the request as parsed, so that white space and the order of fields do not count.
    pub request_sha256: String,
}

#[derive(Record)]
struct KeyRow {
    request_sha256: String,
    subject: String,
}

impl KeyUse {
    /// The read that [`KeyUse::earlier`] takes.
    #[must_use]
    pub fn looking_up(&self) -> Statement {
        idempotency::KEY.bind([self.scope.as_str().into(), (&self.key).into()])
    }

    /// What the key made before, if it was used; refused when that was for another request.
    pub fn earlier(&self, rows: &Rows) -> Result<Option<String>, Failure> {
        let Some(row) = rows.first::<KeyRow>()? else {
            return Ok(None);
        };
        if row.request_sha256 != self.request_sha256 {
            return Err(Refusal::IdempotencyKeyReused.into());
        }
        Ok(Some(row.subject))
    }

    /// The row for a key that makes `subject`, to stand in the same batch.
    #[must_use]
    pub fn insert(&self, subject: &str, now: Timestamp) -> Statement {
        self.row(idempotency::INSERT_KEY, subject, now)
    }

    /// The row for a key that led to `subject`, which was there before.
    #[must_use]
    pub fn keep(&self, subject: &str, now: Timestamp) -> Statement {
        self.row(idempotency::KEEP_KEY, subject, now)
    }

    fn row(&self, sql: Sql, subject: &str, now: Timestamp) -> Statement {
        sql.bind([
            self.scope.as_str().into(),
            (&self.key).into(),
            self.request_sha256.as_str().into(),
            subject.into(),
            now.into(),
        ])
    }
}

/// Reads the `Idempotency-Key` header.
pub fn key_of(request: &Request) -> Result<IdempotencyKey, Failure> {
    let Some(text) = request.header("idempotency-key") else {
        let what = "Send an Idempotency-Key header of 20 to 255 characters, such as a UUID.";
        return Err(Refusal::IdempotencyKey(what.into()).into());
    };
    parse_key(text)
}

/// Reads a key from a header or a form.
pub fn parse_key(text: &str) -> Result<IdempotencyKey, Failure> {
    IdempotencyKey::parse(text).map_err(|error| Refusal::IdempotencyKey(error.to_string()).into())
}
