//! Idempotency keys of callers.

use super::statements;

statements! {
    /// A key with what it made, in the batch that makes it.
    INSERT_KEY = "INSERT INTO idempotency (scope, key, request_sha256, subject, answer, \
        created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    /// What a key made.
    KEY = "SELECT request_sha256, subject, answer FROM idempotency \
        WHERE scope = ?1 AND key = ?2";
}
