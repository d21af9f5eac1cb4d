//! Cron's door: the platform's `scheduled` event and nothing else.
//!
//! A tick leases due rows, oldest first and bounded, and handles each by itself: one that cannot be
//! handled is put off and does not stop the others. Ticks may be skipped, repeated or overlap;
//! nothing depends on one, because every decision compares time itself.

mod backfill_events;
mod expire_orders;
mod retry_events;
mod settle_payments;
pub mod tick;
