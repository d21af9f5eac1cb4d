//! The interface: routes with their doors and policies, bodies, errors.

pub mod answer;
pub mod body;
pub mod reading;
pub mod refusal;
pub mod route;
pub mod status;
pub mod transfer;
pub mod view;
