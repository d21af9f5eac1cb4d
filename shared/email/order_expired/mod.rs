//! To the buyer, when the time to pay is over.

use super::{OneLine, Shop, message};

/// An order expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderExpired {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// The formatted total that was due.
    pub total: OneLine,
    /// Where a new order can be made.
    pub shop_url: OneLine,
}

message!(
    OrderExpired,
    "order_expired/text.txt",
    "order_expired/html.html",
    |mail| format!("Your order {} has expired", mail.order_number)
);
