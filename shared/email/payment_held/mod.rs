//! To the buyer, when money came in for an order that had ended (S21).

use super::{OneLine, Shop, message};

/// Money came in late and is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentHeld {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// Why the order could not take the money.
    pub because: HeldBecause,
    /// The formatted amount that came in.
    pub received: OneLine,
    /// The payment's reference.
    pub payment_reference: OneLine,
}

/// How the order had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBecause {
    /// It had been cancelled.
    Cancelled,
    /// Its time to pay was over.
    Expired,
    /// It had been paid before.
    AlreadyPaid,
    /// The amount or the currency was not the one asked for.
    Unclear,
}

impl HeldBecause {
    fn words(self) -> &'static str {
        match self {
            Self::Cancelled => "had been cancelled",
            Self::Expired => "had expired",
            Self::AlreadyPaid => "was paid already",
            Self::Unclear => "did not ask for it",
        }
    }
}

message!(
    PaymentHeld,
    "payment_held/text.txt",
    "payment_held/html.html",
    |mail| format!(
        "We received {} for your order {}",
        mail.received, mail.order_number
    )
);
