//! The question before an order is cancelled.

use super::{Frame, Hidden};
use askama::Template;

/// Asks for confirmation; the answer is a form post, so that no link can cancel an order.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "cancel.html")]
pub struct CancelPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The public order number, as printed everywhere.
    pub order_number: String,
    /// The formatted total of the order.
    pub total: String,
    /// The formatted amount that has come already, if any.
    pub received: Option<String>,
    /// Where the form is sent.
    pub action: String,
    /// What the form carries, such as the idempotency key.
    pub hidden: Vec<Hidden>,
    /// A proof is being reviewed: whoever cancels has to mean it (A10).
    pub in_review: bool,
    /// Back to the order, which stays as it is.
    pub order_href: String,
}
