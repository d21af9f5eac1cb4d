//! Ring 0: what Edgetill decides.
//!
//! Pure and synchronous. Time, ids and bytes come in as arguments; what to write and what to send
//! comes out as data. Nothing here knows a clock, randomness, a socket or the platform.

// The derives name this crate as others do.
extern crate self as shared;

pub mod access;
pub mod answer;
pub mod api;
pub mod bank;
pub mod case;
pub mod catalogue;
pub mod config;
pub mod contact;
pub mod country;
pub mod coupon;
pub mod distinct;
pub mod email;
pub mod email_code;
pub mod field;
pub mod http;
pub mod id;
pub mod ledger;
pub mod money;
pub mod multipart;
pub mod order;
pub mod outbox;
pub mod payment;
pub mod pricing;
pub mod proof;
pub mod provider;
pub mod record;
pub mod retry;
pub mod review;
mod rsa;
pub mod settle;
pub mod staff;
pub mod statement;
pub mod store;
pub mod tax;
pub mod time;
