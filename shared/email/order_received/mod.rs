//! To the buyer, when an order was made: what it comes to and how to pay it.

use super::{OneLine, Shop, Summary, message};

/// An order was made and waits for its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderReceived {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// The order's page with its token; the one secret of the mail.
    pub order_url: OneLine,
    /// What was ordered and what it comes to.
    pub summary: Summary,
    /// When the order expires, for people: `22 November 2026, 18:01 UTC`.
    pub pay_by: OneLine,
}

message!(
    OrderReceived,
    "order_received/text.txt",
    "order_received/html.html",
    |mail| format!("Your order {} at {}", mail.order_number, mail.shop.name)
);
