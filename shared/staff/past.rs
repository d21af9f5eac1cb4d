//! What happened to an order, as staff read it.

use crate::money::{Currency, Money};
use crate::record::Record;
use crate::time::Timestamp;

/// A row of an order's history. Its words are texts, since a later version may have written others.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct PastStep {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: String,
    /// The state afterwards.
    pub to_state: String,
    /// Who.
    pub actor: String,
    /// By which request, event or decision.
    pub cause: String,
    /// In words; may be empty.
    pub reason: String,
}

/// A movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Movement {
    /// When.
    pub at: Timestamp,
    /// The account it came from.
    pub debit: String,
    /// The account it went to.
    pub credit: String,
    /// Of the amount.
    pub currency: Currency,
    /// How much, minor units.
    pub amount_minor: i64,
    /// What made it happen.
    pub cause: String,
}

impl Movement {
    /// How much.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money {
            amount_minor: self.amount_minor,
            currency: self.currency,
        }
    }
}
