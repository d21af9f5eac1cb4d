//! The world of the tests: SQLite in memory from `schema.sql`, the sandbox in-process, a fixed clock
//! and counted ids. Everything is deterministic; nothing sleeps, nothing leaves the process.

mod actors;
mod bank;
mod browser;
mod coupon;
mod database;
mod faults;
#[path = "../e2e/harness/mod.rs"]
pub mod harness;
mod invariants;
mod paypal;
mod paypal_webhooks;
mod rsa;
mod settings;
mod shop;
mod staff;
mod stripe;
mod task;
mod time;
mod webhooks;
mod world;
mod written;

pub use actors::Actor;
pub use bank::{FormField, approval, eur, main_account, multipart, staff, stale, told};
pub use browser::{code_of, cookie_pair, form, input_value, problem_of, unescaped};
pub use coupon::{body_with_coupon, body_with_coupon_by, percent_off};
pub use database::Database;
pub use paypal::paypal_order_in;
pub use paypal_webhooks::paypal_event;
pub use settings::{HERE, settings};
pub use shop::{Buyer, Shop, json_of, order_body, text};
pub use staff::{ANN, OMAR, RUTH, SUE, StaffBrowser};
pub use task::{Task, at_once, shuffled};
pub use webhooks::OtherCheckout;
pub use world::{Blob, Io, TestWorld, Trouble};

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Runs a future that is never pending: the test world answers at once.
pub fn now_or_never<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the test world never waits"),
    }
}
