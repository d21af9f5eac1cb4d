//! Functions over the test world: each test asserts the reply, the rows and the outbox together, and
//! ends with the invariants.

mod idempotency;
mod orders;
mod payments;
mod quotes;
mod sale;
mod webhooks;
