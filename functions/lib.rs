//! Edgetill: takes the money for a shop that has no server of its own.

pub mod world;
