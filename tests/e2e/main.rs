//! The shipped Worker on workerd, over HTTP: what cannot be shown without the platform, and the
//! situations of a sale once more on the real thing.
//!
//! Needs the wasm and the JavaScript tools (`make tools wasm`); fails without them. The log of the
//! parts is in `target/e2e/e2e.log`.

mod access;
mod bodies;
mod cron;
mod doors;
mod email_codes;
mod faults;
mod logs;
mod paypal;
mod paypal_webhooks;
mod races;
mod replacements;
mod reversals;
mod sale;
mod staff;
mod transfers;
mod webhooks;
