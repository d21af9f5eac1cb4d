//! The HTML face: what a buyer sees.
//!
//! In scope: view models, the words of every state, and the askama templates beside this file.
//! Out of scope: loading, deciding and formatting. Every figure arrives as a finished string, every
//! address as a finished URL; a page never computes money and never knows a secret.
//!
//! What must hold on every page:
//! - it works without JavaScript and under a Content-Security-Policy that allows nothing but our
//!   own stylesheet, favicon and forms (`default-src 'none'; style-src 'self'; img-src 'self'`).
//!   Paying redirects a form post to the provider, so `form-action` must name the provider too:
//!   browsers apply it to the redirect;
//! - everything from outside is escaped, and isolated (`<bdi>`) from the direction of our text;
//! - nothing says that an order is paid before it is confirmed.
//!
//! Each page is a struct that derives [`askama::Template`]; `page.render()` gives the HTML, and an
//! [`askama::Error`] is a fault of ours. A part that several pages have, or one page several times, is
//! a template of its own, so that it is in the Worker once: what it renders is [`HtmlSafe`].

mod cancel;
mod checkout;
mod email_code;
mod order;
mod order_status;
mod problem;
mod review;
mod shop;
pub mod staff;
mod summary;
mod time;
mod transfer;

pub use cancel::CancelPage;
pub use checkout::{
    CartLine, CheckoutField, CheckoutForm, CheckoutPage, Country, FieldError, ReplacedOrder,
};
pub use email_code::EmailCode;
pub use order::{Billing, Fact, IssuedCode, OrderPage, PayAction, PayStep, PaymentFacts, SendForm};
pub use order_status::{LateMoney, LateOutcome, OrderStatus, Pace, Refresh};
pub use problem::{NotFoundPage, ProblemPage};
pub use review::ReviewPage;
pub use shop::{Choice, PriceRow, Product, ShopPage};
pub use summary::{Line, Totals};
pub use transfer::{AccountFacts, Transfer, Upload};

use askama::Template;
use askama::filters::HtmlSafe;
use time::Time;

/// What stands around every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The shop's name, as the buyer knows it.
    pub shop_name: String,
    /// Where buyers reach support.
    pub support_email: String,
    /// True while the shop runs against the provider's test mode: the page says so.
    pub test_mode: bool,
}

/// A form value that the buyer does not see.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "hidden.html")]
pub struct Hidden {
    /// The form's field name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl HtmlSafe for Hidden {}

impl Hidden {
    /// A hidden form value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}
