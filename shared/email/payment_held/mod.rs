//! To the buyer, when money came in that the order could not take (S21, S24, S40, S41).

use super::{OneLine, Shop, message};

/// Money came in and is set aside.
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

/// Why the order could not take the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBecause {
    /// It had been cancelled.
    Cancelled,
    /// Its time to pay was over.
    Expired,
    /// Another order had taken its place, and that one could not take it either.
    Superseded,
    /// It was paid before, or by a part of this money.
    AlreadyPaid,
    /// The amount or the currency was not the one asked for.
    Unclear,
}

impl HeldBecause {
    fn words(self) -> &'static str {
        match self {
            Self::Cancelled => " after it had been cancelled",
            Self::Expired => " after it had expired",
            Self::Superseded => " after another order had replaced it",
            Self::AlreadyPaid => " beyond what was due",
            Self::Unclear => ", which it did not ask for",
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
