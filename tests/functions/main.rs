//! Functions over the test world: each test asserts the reply, the rows and the outbox together, and
//! ends with the invariants.

mod amounts;
mod backfill;
mod bodies;
mod cancel;
mod checkout;
mod cron;
mod doors;
mod every_step_fails;
mod expiry;
mod foreign_events;
mod idempotency;
mod interleavings;
mod late_money;
mod links;
mod lost_commits;
mod operating;
mod order_fields;
mod orderings;
mod orders;
mod outbox;
mod pages;
mod payments;
mod quotes;
mod real_bodies;
mod repeats;
mod replays;
mod reversals;
mod rotation;
mod route;
mod sale;
mod secrets;
mod staff_search;
mod thirty_minutes;
mod webhooks;
