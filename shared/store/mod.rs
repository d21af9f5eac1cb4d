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
