//! D1: a list of statements in, their rows out, in one round trip.
//!
//! D1's `batch` is one transaction: it rolls back when a statement *errors*, not when one matches no
//! row. Values go as JSON numbers and texts; D1 binds each number as a REAL, see
//! [`shared::statement::Value`].

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use shared::money::AMOUNT_MINOR_MAX;
use shared::record::read_json;
use shared::statement::{Statement, Value};
use wasm_bindgen::JsValue;

use super::{bridge, d1_error};
use crate::world::{CommitError, Fault, Rows};

/// One D1 database and what it was asked in this request.
#[derive(Debug)]
pub struct D1 {
    binding: JsValue,
    usage: Cell<Usage>,
}

/// What a request cost the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Batches sent.
    pub round_trips: u32,
    /// Rows scanned, as billed.
    pub rows_read: u32,
    /// Rows written, indexes included, as billed.
    pub rows_written: u32,
    /// Time inside the database, in milliseconds.
    pub database_ms: u32,
}

impl D1 {
    /// Takes the binding of `wrangler.toml`; nothing is asked yet.
    #[must_use]
    pub fn new(binding: JsValue) -> Self {
        Self {
            binding,
            usage: Cell::default(),
        }
    }

    /// What was used so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.usage.get()
    }

    /// Runs statements that only read; one [`Rows`] per statement, in order.
    pub async fn query(&self, statements: &[Statement]) -> Result<Vec<Rows>, Fault> {
        self.run(statements)
            .await?
            .map_err(|text| d1_error::read_error(&text))
    }

    /// Runs statements as one transaction: all of them or none.
    pub async fn commit(&self, statements: &[Statement]) -> Result<Vec<Rows>, CommitError> {
        self.run(statements)
            .await?
            .map_err(|text| d1_error::commit_error(&text))
    }

    /// The inner error is D1's text; the outer one is ours, found before anything was sent.
    async fn run(&self, statements: &[Statement]) -> Result<Result<Vec<Rows>, String>, Fault> {
        if statements.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let batch = batch_text(statements)?;
        let answer = bridge::run_batch(&self.binding, &batch)
            .await
            .as_string()
            .unwrap_or_default();
        let answer: Answer = read_json(&answer)
            // Nothing is known about a batch whose answer cannot be read: the same as a lost one.
            .unwrap_or_else(|error| Answer {
                error: Some(error.to_string()),
                ..Answer::default()
            });
        self.count(&answer);
        Ok(match answer.error {
            Some(error) => Err(error),
            None => Ok(answer.rows.into_iter().map(Rows).collect()),
        })
    }

    fn count(&self, answer: &Answer) {
        let before = self.usage.get();
        self.usage.set(Usage {
            round_trips: before.round_trips.saturating_add(1),
            rows_read: before.rows_read.saturating_add(answer.read),
            rows_written: before.rows_written.saturating_add(answer.written),
            database_ms: before.database_ms.saturating_add(answer.ms),
        });
    }
}

/// What `run_batch` answers: either an error or the rows of every statement.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    error: Option<String>,
    rows: Vec<Vec<Map<String, Json>>>,
    read: u32,
    written: u32,
    ms: u32,
}

/// The statements as `[[text, [value, …]], …]`.
fn batch_text(statements: &[Statement]) -> Result<String, Fault> {
    let batch = statements.iter().map(wire).collect::<Result<Vec<_>, _>>()?;
    serde_json::to_string(&batch).map_err(|error| Fault::Internal(error.to_string()))
}

fn wire(statement: &Statement) -> Result<(&'static str, Vec<WireValue<'_>>), Fault> {
    let values = statement.values.iter().map(|value| match value {
        Value::Null => Ok(WireValue::Null),
        Value::Text(text) => Ok(WireValue::Text(text)),
        // Beyond this a JSON number would silently become another one.
        Value::Int(int) if int.unsigned_abs() > AMOUNT_MINOR_MAX.unsigned_abs() => {
            Err(Fault::Internal(format!(
                "{}: {int} does not fit a number",
                statement.sql.name
            )))
        }
        Value::Int(int) => Ok(WireValue::Int(*int)),
    });
    Ok((statement.sql.text, values.collect::<Result<_, _>>()?))
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireValue<'a> {
    Null,
    Int(i64),
    Text(&'a str),
}
