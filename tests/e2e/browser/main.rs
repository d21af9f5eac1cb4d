//! The pages in a real Chromium, by clicking and typing as a person would.
//!
//! Needs the wasm, the JavaScript tools, Chromium and its driver (`make tools wasm`); fails without
//! them. Screenshots of every state are in `target/screenshots/`, the log of the parts is in
//! `target/e2e/browser.log`.

mod axe;
mod change;
mod codes;
mod coupon;
mod driver;
mod hostile;
mod keyboard;
mod looks;
mod outcomes;
mod paypal;
mod person;
mod refund;
mod sale;
mod staff;
mod transfer;
mod webdriver;
