//! The payment providers, each behind pure functions: requests out, answers and events in.

mod fields;
mod mode;
pub mod paypal;
pub mod stripe;
pub mod verified;

pub use mode::Mode;
