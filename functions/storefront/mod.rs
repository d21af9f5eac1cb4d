//! The storefront's door: the shop's pages and servers, and the buyer's browser.
//!
//! Nobody proves who they are here, and nobody sees more than the catalogue and, with its token,
//! one order.

pub mod access;
pub mod bank_payment;
pub mod cancel_order;
pub mod confirm_email;
pub mod coupon;
pub mod create_order;
pub mod forms;
pub mod html;
pub mod json;
pub mod list_products;
pub mod pages;
pub mod proof_form;
pub mod quote;
pub mod read_order;
pub mod replace_order;
pub mod start_payment;
pub mod submit_proof;
