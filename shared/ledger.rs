//! The ledger: one immutable row per movement of money.

use crate::money::Money;
use crate::statement::Statement;
use crate::store::ledger;
use crate::time::Timestamp;

/// A movement. Its id is made of its cause, so it is booked once however often it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// `capture:<method>:<session>:<order or unapplied>`, `write_off:<method>:<session>:<order>`,
    /// `leave:<order>`, `carry:<order>`, and `reverse:` or `return:` before the id of what is taken back.
    pub id: String,
    /// The account it comes from.
    pub debit: String,
    /// The account it goes to.
    pub credit: String,
    /// How much; above zero.
    pub amount: Money,
    /// What made it happen.
    pub cause: String,
}

impl Transfer {
    /// The row.
    #[must_use]
    pub fn insert(&self, now: Timestamp) -> Statement {
        ledger::INSERT_TRANSFER.bind([
            self.id.as_str().into(),
            self.debit.as_str().into(),
            self.credit.as_str().into(),
            self.amount.currency.code().into(),
            self.amount.amount_minor.into(),
            self.cause.as_str().into(),
            now.into(),
        ])
    }
}
