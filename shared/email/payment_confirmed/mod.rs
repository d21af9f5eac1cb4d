//! To the buyer, once, when an order is confirmed.

use super::{OneLine, Shop, Summary, message};

/// An order is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentConfirmed {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// The order's page with its token; the one secret of the mail.
    pub order_url: OneLine,
    /// What the buyer quotes to support from now on.
    pub subscription_id: OneLine,
    /// Who or what paid; `None` when nothing was due.
    pub paid_by: Option<OneLine>,
    /// What was ordered and what it came to.
    pub summary: Summary,
    /// The coupon codes that the order has issued, in groups, and what each is good for.
    pub codes: Vec<(OneLine, OneLine)>,
}

message!(
    PaymentConfirmed,
    "payment_confirmed/text.txt",
    "payment_confirmed/html.html",
    |mail| format!("Your order {} is confirmed", mail.order_number)
);
