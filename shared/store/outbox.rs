//! The outbox.

use super::statements;

statements! {
    /// A message to send, once per key.
    INSERT_MESSAGE = "INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, \
        due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, dedupe_key) DO NOTHING";
    /// Takes due messages for one cron tick, oldest first.
    LEASE_MESSAGES = "UPDATE outbox SET due_at = ?2, asks = asks + 1 \
        WHERE (kind, dedupe_key) IN (SELECT kind, dedupe_key FROM outbox WHERE due_at <= ?1 \
        ORDER BY due_at LIMIT CAST(?3 AS INTEGER)) \
        RETURNING kind, dedupe_key, asks";
    /// A tick that took a message until ?4 has not begun it: that was no try.
    MESSAGE_GIVEN_BACK = "UPDATE outbox SET due_at = ?3, asks = max(asks - 1, 0) \
        WHERE kind = ?1 AND dedupe_key = ?2 AND due_at = ?4";
    /// A message that is still to be sent.
    PENDING_MESSAGE = "SELECT kind, dedupe_key, order_number, payload, created_at, asks, \
        waited_until FROM outbox WHERE kind = ?1 AND dedupe_key = ?2 AND state = 'pending'";
    /// It was accepted on the other side.
    MESSAGE_SENT = "UPDATE outbox SET state = 'sent', due_at = NULL, note = '' \
        WHERE kind = ?1 AND dedupe_key = ?2 AND state = 'pending'";
    /// It was not; cron tries again.
    MESSAGE_RETRY = "UPDATE outbox SET due_at = ?3, note = ?4 \
        WHERE kind = ?1 AND dedupe_key = ?2 AND state = 'pending'";
    /// There is nowhere to send it yet: it waits, and that is no try. Only one that has waited from
    /// its first moment, without a try in between, is known never to have been sent.
    MESSAGE_WAITS = "UPDATE outbox SET due_at = ?3, note = ?4, asks = max(asks - 1, 0), \
        waited_until = iif(asks = 0 OR (asks = 1 AND waited_until IS NOT NULL), ?3, waited_until) \
        WHERE kind = ?1 AND dedupe_key = ?2 AND state = 'pending'";
    /// It is not sent any more; the note says why.
    MESSAGE_DEAD = "UPDATE outbox SET state = 'dead', due_at = NULL, note = ?3 \
        WHERE kind = ?1 AND dedupe_key = ?2 AND state = 'pending'";
}
