//! Functions over the test world: each test asserts the reply, the rows and the outbox together, and
//! ends with the invariants.

mod cron;
mod every_step_fails;
mod expiry;
mod interleavings;
mod outbox;
mod sale;
mod thirty_minutes;
mod webhooks;
