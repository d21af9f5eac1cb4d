//! The providers' door: webhooks that prove themselves by a signature, and browser returns that
//! prove nothing and only make us ask.

pub mod checkout_event;
pub mod paypal_call;
pub mod reversal_event;
pub mod stripe;
pub mod stripe_return;
pub mod stripe_webhook;
