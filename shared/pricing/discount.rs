//! A discount: one amount, and the part of each item that it may be taken off.

use super::{Cart, PricingError, split};
use crate::id::CouponCode;
use crate::money::{Currency, Money};

/// What is taken off a cart, and off which of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    pub(super) amount: Money,
    /// How much of each item the discount is for, minor units; empty when nothing is taken off.
    pub(super) over: Vec<i64>,
    pub(super) coupon: Option<CouponCode>,
}

impl Discount {
    /// Nothing is taken off.
    #[must_use]
    pub fn none(currency: Currency) -> Self {
        Self {
            amount: Money::zero(currency),
            over: Vec::new(),
            coupon: None,
        }
    }

    /// An amount off some items: `over` says how much of each it is for, zero for those that it
    /// leaves alone, and the amount is at most their sum.
    #[must_use]
    pub fn of_coupon(amount: Money, over: Vec<i64>, coupon: CouponCode) -> Self {
        Self {
            amount,
            over,
            coupon: Some(coupon),
        }
    }

    /// How much is taken off.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// The coupon that gives it.
    #[must_use]
    pub fn coupon(&self) -> Option<CouponCode> {
        self.coupon
    }

    /// The part of each item, by the largest remainder. Refused unless
    /// 0 ≤ amount ≤ Σ `over`, and no item would be taken more off than it costs.
    pub(super) fn split_over(&self, cart: &Cart<'_>) -> Result<Vec<Money>, PricingError> {
        let currency = cart.subtotal.currency;
        if self.amount == Money::zero(currency) {
            return Ok(vec![Money::zero(currency); cart.items.len()]);
        }
        let fits = |(over, item): (&i64, &super::CartItem<'_>)| {
            (0..=item.list_amount.amount_minor).contains(over)
        };
        let sum: i128 = self.over.iter().copied().map(i128::from).sum();
        let is_good = self.over.len() == cart.items.len()
            && self.over.iter().zip(&cart.items).all(fits)
            && (0..=sum).contains(&self.amount.amount_minor.into())
            && self.amount.currency == currency;
        if !is_good {
            return Err(PricingError::Discount);
        }
        split(self.amount, self.over.iter().copied())
    }
}
