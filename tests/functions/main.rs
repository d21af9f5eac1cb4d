//! Functions over the test world: each test asserts the reply, the rows and the outbox together, and
//! ends with the invariants.

mod amounts;
mod backfill;
mod foreign_events;
mod late_money;
mod lost_commits;
mod orderings;
mod real_bodies;
mod replays;
mod reversals;
mod rotation;
mod sale;
mod webhooks;
