//! To the buyer, when a payment is still not confirmed after 30 minutes (A18, S50).

use super::{OneLine, Shop, message};

/// A payment has begun, and nobody knows its outcome. The mail claims neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentUnconfirmed {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// The formatted total of the order.
    pub total: OneLine,
    /// The payment's reference.
    pub payment_reference: OneLine,
    /// Who or what pays, if the provider told.
    pub paid_by: Option<OneLine>,
}

message!(
    PaymentUnconfirmed,
    "payment_unconfirmed/text.txt",
    "payment_unconfirmed/html.html",
    |mail| format!(
        "We could not confirm your payment for order {} yet",
        mail.order_number
    )
);
