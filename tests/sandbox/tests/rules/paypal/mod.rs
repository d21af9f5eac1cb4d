//! PayPal's rules.

mod disputes;
mod faults;
mod life;
mod notifications;
mod refunds;
mod requests;
mod shapes;
mod strictness;
mod support;
mod tokens;
mod webhooks;
