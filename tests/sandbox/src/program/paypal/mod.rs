//! PayPal's side of the program, its pages aside.

pub(crate) mod act;
pub(crate) mod control;
