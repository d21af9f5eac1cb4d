//! Idempotency keys of callers.

use super::statements;

statements! {
    /// A key with what it made, in the batch that makes it.
    INSERT_KEY = "INSERT INTO idempotency (scope, key, request_sha256, subject, \
        created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    /// As [`INSERT_KEY`], for a key that made nothing new: the first one that comes is kept.
    KEEP_KEY = "INSERT INTO idempotency (scope, key, request_sha256, subject, \
        created_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (scope, key) DO NOTHING";
    /// What a key made.
    KEY = "SELECT request_sha256, subject FROM idempotency \
        WHERE scope = ?1 AND key = ?2";
}
