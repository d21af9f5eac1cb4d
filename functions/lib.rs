//! The Worker.

pub mod pages;
