//! Reads D1's error texts: all that the platform tells about a failed batch.
//!
//! Texts look like `D1_ERROR: CHECK constraint failed: no_overdraft: SQLITE_CONSTRAINT (extended:
//! SQLITE_CONSTRAINT_CHECK)`. The middle is SQLite's message, or the text of a trigger's `RAISE`;
//! the tail is not promised, so only the middle is handed on. When in doubt the outcome is *lost*:
//! recognising a write by its token costs one read, forgetting one costs money.

use crate::world::{CommitError, Fault};

/// Says what a failed batch of writes means.
#[must_use]
pub fn commit_error(text: &str) -> CommitError {
    let message = middle(text).to_owned();
    if text.contains("SQLITE_CONSTRAINT") || text.contains("constraint failed") {
        CommitError::Guard(message)
    } else if nothing_ran(text) {
        CommitError::Fault(Fault::Database(message))
    } else {
        CommitError::Lost(message)
    }
}

/// Says what a failed read means.
#[must_use]
pub fn read_error(text: &str) -> Fault {
    Fault::Database(middle(text).to_owned())
}

/// The errors after which the transaction is known not to have been committed: SQLite's own
/// verdict on a statement, a value that could not be bound, and a queue that turned us away.
fn nothing_ran(text: &str) -> bool {
    const NEVER_RAN: [&str; 3] = ["SQLITE_", "D1_TYPE_ERROR", "D1 DB is overloaded"];
    NEVER_RAN.iter().any(|mark| text.contains(mark))
}

/// The text without D1's prefix and SQLite's code.
fn middle(text: &str) -> &str {
    let text = text.trim_start_matches("D1_ERROR: ");
    text.split_once(": SQLITE_")
        .map_or(text, |(message, _)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_schema_is_a_guard_and_names_its_rule() {
        let cases = [
            (
                "D1_ERROR: UNIQUE constraint failed: order_history.order_number, \
                 order_history.version: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)",
                "UNIQUE constraint failed: order_history.order_number, order_history.version",
            ),
            (
                "D1_ERROR: CHECK constraint failed: no_overdraft: SQLITE_CONSTRAINT (extended: \
                 SQLITE_CONSTRAINT_CHECK)",
                "CHECK constraint failed: no_overdraft",
            ),
            (
                "D1_ERROR: history_is_append_only: SQLITE_CONSTRAINT (extended: \
                 SQLITE_CONSTRAINT_TRIGGER)",
                "history_is_append_only",
            ),
            (
                "D1_ERROR: CHECK constraint failed: bare",
                "CHECK constraint failed: bare",
            ),
        ];
        for (text, rule) in cases {
            assert_eq!(
                commit_error(text),
                CommitError::Guard(rule.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_broken_connection_leaves_the_outcome_unknown() {
        let texts = [
            "D1_ERROR: Network connection lost.",
            "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
            "D1_ERROR: D1 DB reset because its code was updated.",
            "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
            "something nobody has seen before",
        ];
        for text in texts {
            assert!(matches!(commit_error(text), CommitError::Lost(_)), "{text}");
        }
    }

    #[test]
    fn a_statement_that_cannot_run_is_our_fault() {
        let texts = [
            "D1_ERROR: no such table: orders: SQLITE_ERROR",
            "D1_ERROR: near \"SELEKT\": syntax error at offset 0: SQLITE_ERROR",
            "D1_TYPE_ERROR: Type 'bigint' not supported for value '1'",
            "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
        ];
        for text in texts {
            assert!(
                matches!(commit_error(text), CommitError::Fault(_)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_failed_read_keeps_the_message_only() {
        let fault = read_error("D1_ERROR: no such table: orders: SQLITE_ERROR");
        assert_eq!(fault, Fault::Database("no such table: orders".to_owned()));
    }
}
