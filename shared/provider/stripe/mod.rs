//! Stripe: hosted Checkout Sessions in payment mode, their events, and the webhook signature.
//!
//! | module | what |
//! | --- | --- |
//! | [`signature`] | proves that a webhook came from Stripe |
//! | [`event`] | reads an event, whatever its version |
//! | [`session`] | reads a Checkout Session and says where it stands |
//! | [`create_session`] | writes the frozen body of a new session |
//! | [`api`], [`key`] | the requests |
//! | [`answer`] | the answers: done, refused, unknown |
//! | [`fact`] | what a session says about a payment |
//! | [`currency`] | Stripe's own table of amounts |
//!
//! Not here: what an order does with any of it (settle decides), and subscriptions, invoices and
//! connected accounts, which Edgetill does not use.
//!
//! The invariant of every reader: a field that is missing, of another type or of an unknown value
//! is *absent* or *unclear*. It never fails a whole document and is never read as paid.

pub mod answer;
pub mod api;
pub mod create_session;
pub mod currency;
pub mod event;
pub mod fact;
mod fields;
pub mod form;
mod hex;
pub mod key;
pub mod object;
mod open_enum;
pub mod session;
pub mod signature;

#[cfg(test)]
mod fixtures;

pub use self::api::StripeApi;
pub use self::event::{Event, EventError, EventKind, EventObject, ThinEvent};
pub use self::fact::fact_of;
pub use self::session::{Session, SessionId, SessionStanding};
pub use self::signature::EndpointSecrets;

/// The API version that every request is pinned to, and that the readers were written against.
pub const STRIPE_VERSION: &str = "2026-10-28.endive";
