//! Ring 2: the only code that touches the platform.
//!
//! `live::Live` is the [`crate::world::World`] of a running Worker. What Cloudflare's objects can
//! do and wasm cannot stands in `bridge.js`; the files here turn data into its calls and back.
//! Errors of the platform end here: they leave as the small enums of [`crate::world`].

pub mod d1_error;

#[cfg(target_arch = "wasm32")]
mod bridge;
#[cfg(target_arch = "wasm32")]
pub mod d1;
#[cfg(target_arch = "wasm32")]
pub mod door;
#[cfg(target_arch = "wasm32")]
pub mod http;
#[cfg(target_arch = "wasm32")]
pub mod live;
