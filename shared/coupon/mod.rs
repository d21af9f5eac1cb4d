//! Coupons: what a code is worth, and whether it may be used.
//!
//! In scope: the terms, when a code may be used, and which discount it gives on a cart. Out of scope:
//! counting uses. Whether one is left when an order is made is decided by the schema, in the batch
//! that makes the order (`redemptions` in `schema.sql`); what is decided here from a row that was read
//! a moment earlier is for the buyer's eyes. The invariant: a discount is at most what it is taken
//! off, so that no total falls below zero (S86).

pub mod issue;
mod new_coupon;
#[cfg(test)]
mod properties;
pub mod taken_back;
mod terms;
#[cfg(test)]
mod tests;

use serde::Serialize;
use thiserror::Error;

pub use self::new_coupon::{NewCoupon, Plan};
pub use self::terms::{Benefit, Terms, TermsError};
use crate::field::FieldProblem;
use crate::id::{CouponCode, IdError};
use crate::pricing::{Cart, Discount};
use crate::record::{Record, StoredText};
use crate::time::Timestamp;

/// Whether a code is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, StoredText)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CouponState {
    /// It can be used.
    Active,
    /// Staff have paused it.
    Paused,
    /// The money for it is disputed: until the dispute is won, or staff say so.
    Suspended,
    /// For good: the order that issued it was taken back.
    Stopped,
}

impl CouponState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Suspended, Self::Stopped];

    /// The text in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Stopped => "stopped",
        }
    }
}

/// A coupon as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Coupon {
    /// What buyers type.
    pub coupon_code: CouponCode,
    /// What it is worth, and for what.
    #[record(json)]
    pub terms: Terms,
    /// Whether it is in use.
    pub state: CouponState,
    /// From when it can be used.
    pub starts_at: Timestamp,
    /// Until when; none for ever.
    pub ends_at: Option<Timestamp>,
    /// How often it can be used in all.
    pub uses_max: u32,
    /// How many of these are taken, by orders that are unpaid or paid.
    pub uses: u32,
}

/// Why a code gives nothing. The buyer is told one sentence for all of them, so that nobody learns
/// which codes exist; the reason stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CouponProblem {
    /// There is no such code.
    #[error("unknown")]
    Unknown,
    /// Staff have paused it.
    #[error("paused")]
    Paused,
    /// The money for it is disputed.
    #[error("suspended")]
    Suspended,
    /// The order that issued it was taken back.
    #[error("stopped")]
    Stopped,
    /// Its time has not come.
    #[error("not begun")]
    NotBegun,
    /// Its time is over.
    #[error("over")]
    Over,
    /// Every use of it is taken.
    #[error("used up")]
    UsedUp,
    /// This customer has used it as often as one customer may.
    #[error("used by this customer")]
    CustomerUsed,
    /// It is for other products or another period.
    #[error("for other products")]
    OtherProducts,
    /// It is for other currencies.
    #[error("for other currencies")]
    OtherCurrency,
    /// The cart costs too little.
    #[error("below its minimum")]
    BelowMinimum,
    /// There is nothing that it could take off.
    #[error("takes nothing off")]
    NothingOff,
}

impl CouponProblem {
    /// What the buyer is told, whatever the reason.
    #[must_use]
    pub fn field(self) -> FieldProblem {
        let message = "This code cannot be used for this order. Check it, or order without it.";
        FieldProblem::new("coupon", "coupon_unusable", message)
    }
}

impl Coupon {
    /// Whether it may be used now, as far as its row tells.
    pub fn check(&self, now: Timestamp) -> Result<(), CouponProblem> {
        match self.state {
            CouponState::Active => {}
            CouponState::Paused => return Err(CouponProblem::Paused),
            CouponState::Suspended => return Err(CouponProblem::Suspended),
            CouponState::Stopped => return Err(CouponProblem::Stopped),
        }
        if now < self.starts_at {
            return Err(CouponProblem::NotBegun);
        }
        if self.ends_at.is_some_and(|end| now >= end) {
            return Err(CouponProblem::Over);
        }
        if self.uses >= self.uses_max {
            return Err(CouponProblem::UsedUp);
        }
        Ok(())
    }

    /// What it takes off a cart now.
    pub fn discount(&self, cart: &Cart<'_>, now: Timestamp) -> Result<Discount, CouponProblem> {
        self.check(now)?;
        self.terms.discount(cart, self.coupon_code)
    }
}

/// Reads a code as people type it. `None` when nothing was typed. A typing error is told apart without
/// asking the database, and tells nothing about codes that exist: the check symbol is no secret.
pub fn typed(text: &str) -> Result<Option<CouponCode>, FieldProblem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    CouponCode::parse(text).map(Some).map_err(|error| {
        let message = match error {
            IdError::Length(_) => "A code has 14 letters and digits, as in K2ED-5SR3-Q06W-2D.",
            IdError::Symbol(_) | IdError::Kind(_) | IdError::Check => {
                "There is a typing error in this code. Please compare it again."
            }
        };
        FieldProblem::new("coupon", "coupon_mistyped", message)
    })
}
