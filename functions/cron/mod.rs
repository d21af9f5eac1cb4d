//! Cron's door: the platform's `scheduled` event and nothing else.
//!
//! A tick leases due rows, oldest first and bounded, and handles each by itself, each kind in its turn:
//! one that cannot be handled is put off and does not stop the others, and what it could not begin is
//! given back. Ticks may be skipped, repeated or overlap;
//! nothing depends on one, because every decision compares time itself.

mod allowance;
mod backfill_events;
mod expire_orders;
mod lease;
mod paypal_events;
mod remind_reviewers;
mod remove_objects;
mod retry_events;
mod settle_payments;
mod stripe_events;
mod stuck;
pub mod tick;
mod turns;

use shared::statement::Statement;

use crate::world::{CommitError, Fault, Rows, World};

/// Runs a batch of cron's own, which may be run twice: a lost answer is as good as a failure.
async fn commit<W: World>(world: &W, statements: &[Statement]) -> Result<Vec<Rows>, Fault> {
    world.commit(statements).await.map_err(|error| match error {
        CommitError::Fault(fault) => fault,
        CommitError::Guard(why) => Fault::Internal(why),
        CommitError::Lost(why) => Fault::Database(why),
    })
}
