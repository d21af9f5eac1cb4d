//! Functions over the test world: each test asserts the reply, the rows and the outbox together, and
//! ends with the invariants.

mod bodies;
mod cancel;
mod checkout;
mod doors;
mod idempotency;
mod links;
mod order_fields;
mod orders;
mod pages;
mod payments;
mod quotes;
mod route;
mod sale;
mod secrets;
mod webhooks;
