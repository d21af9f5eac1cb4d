//! Every SQL text of Edgetill.
//!
//! In scope: constant texts, one module per table group, and the names of the schema's refusals.
//! Out of scope: deciding what to write. A test explains the plan of every text here and finds no
//! scan of a growing table.

pub mod bank;
pub mod cases;
pub mod catalogue;
pub mod coupons;
pub mod email_codes;
pub mod guard;
pub mod idempotency;
pub mod inbox;
pub mod jobs;
pub mod ledger;
pub mod orders;
pub mod outbox;
pub mod payments;
pub mod provider_cache;
pub mod refunds;
pub mod staff;

use crate::statement::Sql;

/// The orders that a capture's money has been in: the one that took it, and each that took its place, as
/// long as the currency is the same. Money that no order took stays with the order it was for.
macro_rules! chain_of_capture {
    () => {
        "WITH RECURSIVE chain (order_number, currency, steps, payment_id, applied_minor) AS ( \
         SELECT o.order_number, o.currency, 0, y.payment_id, t.amount_minor FROM payments y \
         JOIN payment_allocations p ON p.payment_id = y.payment_id \
         LEFT JOIN transfers t ON t.transfer_id \
             BETWEEN 'capture:' || y.method || ':' || y.session_id || ':' \
             AND 'capture:' || y.method || ':' || y.session_id || ':a' \
         JOIN orders o ON o.order_number = coalesce(substr(t.credit, 7), p.order_number) \
         WHERE y.method = ?1 AND y.capture_ref = ?2 \
         UNION ALL SELECT n.order_number, c.currency, c.steps + 1, c.payment_id, c.applied_minor \
         FROM chain c CROSS JOIN orders n ON n.replaces = c.order_number AND n.currency = c.currency \
         WHERE c.applied_minor > 0 AND c.steps < 20) "
    };
}
pub(crate) use chain_of_capture;

/// Declares SQL texts as constants and lists them for the tests that look at all of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub const $name: crate::statement::Sql =
            crate::statement::Sql { name: stringify!($name), text: $text };)*
        /// Every text of this module.
        pub const ALL: &[crate::statement::Sql] = &[$($name),*];
    };
}
pub(crate) use statements;

/// Every SQL text.
pub fn all() -> impl Iterator<Item = Sql> {
    [
        bank::ALL,
        cases::ALL,
        catalogue::ALL,
        coupons::ALL,
        email_codes::ALL,
        idempotency::ALL,
        inbox::ALL,
        jobs::ALL,
        ledger::ALL,
        orders::ALL,
        outbox::ALL,
        payments::ALL,
        provider_cache::ALL,
        refunds::ALL,
        staff::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
