//! To the buyer, when an order was made: what it comes to and how to pay it.

use super::{OneLine, Shop, message};

/// An order was made and waits for its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderReceived {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// The order's page with its token; the one secret of the mail.
    pub order_url: OneLine,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// The sum of the lines at list price, formatted.
    pub list_price: OneLine,
    /// What is taken off, formatted with its sign; `None` when nothing is.
    pub discount: Option<OneLine>,
    /// What the tax is: `Tax (19 %, Germany)`.
    pub tax_label: OneLine,
    /// The formatted tax.
    pub tax: OneLine,
    /// The formatted amount due.
    pub total: OneLine,
    /// When the order expires, for people: `22 November 2026, 18:01 UTC`.
    pub pay_by: OneLine,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The product's name.
    pub product: OneLine,
    /// The period in words: `12 months`.
    pub period: OneLine,
    /// How many, as a figure.
    pub quantity: OneLine,
    /// The formatted list price of the line.
    pub amount: OneLine,
}

message!(
    OrderReceived,
    "order_received/text.txt",
    "order_received/html.html",
    |mail| format!("Your order {} at {}", mail.order_number, mail.shop.name)
);
