//! Edgetill: takes the money for a shop that has no server of its own.
//!
//! Ring 1, the functions, is everything here but `adapters`: straight-line code, generic over
//! [`world::World`], that runs natively in the tests. Ring 2 is `adapters`, the only code that names
//! the platform.

pub mod adapters;
pub mod change;
pub mod context;
pub mod cron;
pub mod digest;
pub mod dispatch;
#[cfg(target_arch = "wasm32")]
mod entry;
pub mod failure;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod memory;
pub mod outbox;
pub mod pages;
pub mod provider_cache;
pub mod providers;
pub mod review;
pub mod settle;
pub mod staff;
pub mod storefront;
pub mod world;
