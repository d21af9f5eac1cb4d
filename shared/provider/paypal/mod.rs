//! PayPal: Orders v2 with the buyer's approval on PayPal's page, captures, events, and the webhook
//! signature.
//!
//! | module | what |
//! | --- | --- |
//! | [`key`], [`token`] | client credentials, request ids, and the bearer token they are exchanged for |
//! | [`amount`] | PayPal's own table of amounts, and its decimal texts |
//! | [`create_order`] | writes the frozen body of a new order |
//! | [`api`] | the requests |
//! | [`answer`] | the answers: done, refused, unknown, and what each refusal of a capture asks for |
//! | [`order`] | reads an order and its captures, and says where it stands |
//! | [`fact`] | what an order says about a payment |
//! | [`event`] | reads an event |
//! | [`signature`] | proves that a webhook came from PayPal, and why that proves little |
//!
//! Not here: what an order of ours does with any of it (settle decides), and authorisations,
//! subscriptions, vaulted wallets and platform fees, which Edgetill does not use.
//!
//! Three invariants. A field that is missing, of another type or of an unknown value is *absent* or
//! *unclear*, never paid. A PayPal order that is `COMPLETED` is not paid: its capture is asked. And
//! an event is a hint even when its signature is right, since the signature covers only a CRC-32 of
//! the body; what it says is read back from the API before anything moves.

pub mod amount;
pub mod answer;
pub mod api;
pub mod create_order;
pub mod event;
pub mod fact;
mod fields;
pub mod key;
mod moment;
mod object;
pub mod order;
pub mod signature;
pub mod token;

#[cfg(test)]
mod fixtures;

pub use self::api::PayPalApi;
pub use self::event::{Event, EventKind};
pub use self::fact::{OrderFact, fact_of};
pub use self::key::Credentials;
pub use self::order::{CaptureId, Order, OrderId, OrderStanding};
pub use self::signature::Listener;
pub use self::token::AccessToken;
