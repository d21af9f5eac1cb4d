//! The last look before the provider's page: what is paid for, how much, and who is billed (A14).

use super::summary::Lines;
use super::{Billing, Frame, Line, SendForm};
use askama::Template;

/// Asks to check the order and sends the buyer on.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "review.html")]
pub struct ReviewPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The public order number, as printed everywhere.
    pub order_number: String,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// The figures that the provider is sent: name and formatted amount, the sum last.
    pub figures: Vec<(String, String)>,
    /// Who is billed.
    pub billing: Billing,
    /// The button: `Pay with PayPal`.
    pub label: String,
    /// What happens next.
    pub note: String,
    /// What the button sends.
    pub send: SendForm,
    /// Back to the order, which stays as it is.
    pub order_href: String,
}
