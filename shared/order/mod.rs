//! Orders: what a buyer owes for, frozen when made, and the one pure function that says what may
//! happen to one.
//!
//! In scope: the state, the decision, the money status. Out of scope: how money arrives
//! ([`crate::settle`]) and how rows are written ([`crate::store`]). The invariant: an order is
//! confirmed only while the ledger holds its total.

mod decide;
#[cfg(test)]
pub(crate) mod fixtures;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Decision, OrderEvent, OrderRefusal, decide};
pub use state::OrderState;

use crate::contact::{Billing, Customer};
use crate::coupon::issue::OrderIssue;
use crate::id::{CodeFor, OrderNumber, SubscriptionId, TokenHash};
use crate::money::{Currency, Money};
use crate::pricing::Quote;
use crate::record::Record;
use crate::time::Timestamp;

/// How long an order lives whose address nobody has confirmed: whoever types somebody else's address
/// keeps a coupon from them no longer.
const UNCONFIRMED_S: i64 = 3_600;

/// An order as read from its row, joined with its ledger account and its live payment.
#[derive(Debug, Clone, Record)]
pub struct Order {
    /// The public number.
    pub order_number: OrderNumber,
    /// Where it stands; see [`Order::state_at`] for what the clock makes of it.
    pub state: OrderState,
    /// The version of the newest history row.
    pub version: u32,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What the buyer owes in all, minor units.
    pub total_minor: i64,
    /// What the ledger holds for it, minor units.
    pub received_minor: i64,
    /// Lines, discount, tax and totals as quoted.
    #[record(json, part)]
    pub quote: Quote,
    /// The order whose place it takes.
    pub replaces: Option<OrderNumber>,
    /// The order that takes its place.
    pub replaced_by: Option<OrderNumber>,
    /// Who it is for.
    #[record(json, part)]
    pub customer: Customer,
    /// Who pays, as it stands on the invoice.
    #[record(json, part)]
    pub billing: Billing,
    /// The coupons that it issues once it is paid.
    #[record(json, parts)]
    pub issues: Vec<OrderIssue>,
    /// SHA-256 of the token that opens it.
    pub token_hash: TokenHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being payable.
    pub expires_at: Timestamp,
    /// How often cron has looked in vain since then.
    pub asks: u32,
    /// Issued on confirmation.
    pub subscription_id: Option<SubscriptionId>,
    /// Who paid, as the provider names them; set on confirmation.
    pub paid_by: Option<String>,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When it was cancelled, expired or superseded.
    pub ended_at: Option<Timestamp>,
    /// Whether a payment of it is live, so that no second one may begin.
    #[record(flag)]
    pub payment_live: bool,
    /// The deadline of the live payment if it is a bank transfer. Such a payment asks no provider,
    /// so whatever ends the order may end it in the same batch.
    pub bank_until: Option<Timestamp>,
    /// Whether it holds a coupon whose customer has not shown yet that the address is theirs (A40).
    #[record(flag)]
    pub email_unconfirmed: bool,
    /// What went back of each line since it was confirmed, its tax included, minor units; empty when
    /// nothing did.
    #[record(json)]
    pub refunded_lines: Vec<i64>,
}

impl Order {
    /// What is still owed, minor units; never negative. What was given back is not owed again.
    #[must_use]
    pub fn due_minor(&self) -> i64 {
        let had = self.received_minor.saturating_add(self.refunded_minor());
        self.total_minor.saturating_sub(had).max(0)
    }

    /// What went back since it was confirmed, minor units.
    #[must_use]
    pub fn refunded_minor(&self) -> i64 {
        self.refunded_lines
            .iter()
            .copied()
            .fold(0, i64::saturating_add)
    }

    /// Whether it was paid, and a part of the money or all of it was taken back since.
    #[must_use]
    pub fn is_reversed(&self) -> bool {
        self.state == OrderState::Confirmed && self.due_minor() > 0
    }

    /// Whether all of what was paid went back.
    #[must_use]
    pub fn is_refunded(&self) -> bool {
        self.total_minor > 0 && self.refunded_minor() >= self.total_minor
    }

    /// What went back since it was confirmed.
    #[must_use]
    pub fn refunded(&self) -> Money {
        self.money(self.refunded_minor())
    }

    /// What is still owed.
    #[must_use]
    pub fn due(&self) -> Money {
        self.money(self.due_minor())
    }

    /// What is owed in all.
    #[must_use]
    pub fn total(&self) -> Money {
        self.money(self.total_minor)
    }

    /// What the ledger holds for it.
    #[must_use]
    pub fn received(&self) -> Money {
        self.money(self.received_minor)
    }

    /// When it stops being payable: at its end, or later while a transfer may still be shown; an hour
    /// after it was made if by then no money has come and nobody has shown that its address is theirs.
    #[must_use]
    pub fn payable_until(&self) -> Timestamp {
        if self.email_unconfirmed && self.received_minor == 0 {
            return self.created_at.plus(UNCONFIRMED_S).min(self.expires_at);
        }
        self.bank_until
            .map_or(self.expires_at, |until| until.max(self.expires_at))
    }

    /// Whether a payment is live that only its provider can close.
    #[must_use]
    pub fn provider_live(&self) -> bool {
        self.payment_live && self.bank_until.is_none()
    }

    /// The state that the clock leaves: an unpaid order past its end counts as expired even before
    /// cron has written it, unless a payment is still under way.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> OrderState {
        match decide(self, OrderEvent::DeadlinePassed, now) {
            Decision::Changed(state) => state,
            Decision::NoChange(_) | Decision::Refused(_) => self.state,
        }
    }

    /// What a one-time code with this seed confirms: that the customer reads the order's mails.
    #[must_use]
    pub fn code_for<'a>(&'a self, seed: &'a str) -> CodeFor<'a> {
        CodeFor {
            purpose: "order",
            subject: self.order_number.as_str(),
            seed,
            address: self.customer.email.as_str(),
        }
    }

    fn money(&self, amount_minor: i64) -> Money {
        Money {
            amount_minor,
            currency: self.currency,
        }
    }
}
