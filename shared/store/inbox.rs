//! The inbox.

use super::statements;

statements! {
    /// An event, once; a second delivery meets the primary key.
    INSERT_EVENT = "INSERT INTO inbox (provider, event_id, event_type, object_id, capture_id, \
        payment_id, body_sha256, transmission_id, state, note, received_at, due_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    /// Whether an event, or the delivery that brings it, ?3, is here already.
    KNOWN_EVENT = "SELECT body_sha256, transmission_id FROM inbox \
        WHERE provider = ?1 AND event_id = ?2 \
        UNION ALL SELECT body_sha256, transmission_id FROM inbox \
        WHERE provider = ?1 AND transmission_id = ?3";
    /// Which events of a list are here; ?2 is a JSON array of ids.
    KNOWN_EVENTS = "SELECT i.event_id FROM json_each(?2) wanted \
        CROSS JOIN inbox i ON i.provider = ?1 AND i.event_id = wanted.value";
    /// Takes parked events for one cron tick, oldest first.
    LEASE_EVENTS = "UPDATE inbox SET due_at = ?2, asks = asks + 1 \
        WHERE (provider, event_id) IN (SELECT provider, event_id FROM inbox WHERE due_at <= ?1 \
        ORDER BY due_at LIMIT CAST(?3 AS INTEGER)) \
        RETURNING provider, event_id, event_type, object_id, capture_id, payment_id, \
        received_at, asks";
    /// A tick that took an event until ?4 has not begun it: that was no try.
    EVENT_GIVEN_BACK = "UPDATE inbox SET due_at = ?3, asks = max(asks - 1, 0) \
        WHERE provider = ?1 AND event_id = ?2 AND due_at = ?4";
    /// A parked event found its end.
    EVENT_ENDED = "UPDATE inbox SET state = ?3, note = ?4, due_at = NULL \
        WHERE provider = ?1 AND event_id = ?2 AND state = 'parked'";
    /// A parked event stays parked.
    EVENT_DUE = "UPDATE inbox SET due_at = ?3, note = ?4 \
        WHERE provider = ?1 AND event_id = ?2 AND state = 'parked'";
}
