//! What providers have given back.

use super::statements;

statements! {
    /// What was given back so far, beside the history row of the same version.
    INSERT_REFUND = "INSERT INTO refunds (order_number, version, payment_id, payment_minor, lines) \
        VALUES (?1, ?2, ?3, ?4, ?5)";
}
