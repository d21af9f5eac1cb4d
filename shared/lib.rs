//! Ring 0: what Edgetill decides.
//!
//! Pure and synchronous. Time, ids and bytes come in as arguments; what to write and what to send
//! comes out as data. Nothing here knows a clock, randomness, a socket or the platform.

pub mod answer;
pub mod email;
pub mod http;
pub mod id;
pub mod money;
pub mod provider;
pub mod statement;
pub mod time;
