//! The payment providers, each behind pure functions: requests out, answers and events in.

pub mod paypal;
pub mod stripe;
pub mod verified;
