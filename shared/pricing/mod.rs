//! What a cart costs.
//!
//! Prices come from the catalogue, never from the caller. The discount and the tax are each one
//! amount for the whole cart, rounded once and then split over the lines by the largest remainder,
//! so that the lines sum to the total that the payment provider is sent (S44). Out of scope: which
//! rate applies ([`crate::tax`]) and what a coupon is worth ([`crate::coupon`]).

mod discount;
mod quote;
mod split;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::discount::Discount;
pub use self::quote::{Quote, QuoteLine, QuoteSumError};
pub use self::split::largest_remainder;
use crate::catalogue::{Period, Price};
use crate::field::FieldProblem;
use crate::money::{Currency, Money, MoneyError};
use crate::tax::{TaxMode, TaxRule};

/// The most lines in a cart; the fewest are one.
pub const LINES_MAX: usize = 20;
/// The most units of one line; the fewest are one.
pub const QUANTITY_MAX: u32 = 999;

/// A line as asked for: nothing in it is believed yet. Two lines may ask for the same thing; each
/// stays a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemRequest {
    /// The product's id.
    pub product: String,
    /// The period in months; none when bought once.
    #[serde(default)]
    pub period_months: Option<i64>,
    /// 1 to 999.
    pub quantity: i64,
}

/// Why a cart has no price. An `index` counts the items from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// No item, or more than 20; holds how many.
    #[error("A cart has 1 to 20 items.")]
    ItemCount(usize),
    /// The catalogue has no such product.
    #[error("This product is not for sale.")]
    UnknownProduct {
        /// Of the item.
        index: usize,
    },
    /// The product is not sold for this period in this currency.
    #[error("This product is not sold for this period in this currency.")]
    NoPrice {
        /// Of the item.
        index: usize,
    },
    /// Not 1 to 999 units.
    #[error("Choose a quantity from 1 to 999.")]
    Quantity {
        /// Of the item.
        index: usize,
    },
    /// The cart would issue more coupon codes than one order may.
    #[error("At most 100 coupon codes can be bought at once.")]
    TooManyCodes {
        /// Of the item.
        index: usize,
    },
    /// The discount is negative, in another currency, or above the subtotal.
    #[error("The discount does not fit this cart.")]
    Discount,
    /// An amount does not fit ±(2^53−1) minor units.
    #[error("The total is too large.")]
    TooLarge,
}

impl PricingError {
    /// The problem of the field to blame, for the caller.
    #[must_use]
    pub fn problem(&self) -> FieldProblem {
        let (field, code) = match self {
            Self::ItemCount(_) => ("items".to_owned(), "item_count"),
            Self::UnknownProduct { index } => {
                (format!("items[{index}].product"), "unknown_product")
            }
            Self::NoPrice { index } => (format!("items[{index}].period_months"), "no_price"),
            Self::Quantity { index } => (format!("items[{index}].quantity"), "out_of_range"),
            Self::TooManyCodes { index } => (format!("items[{index}].quantity"), "too_many_codes"),
            Self::Discount => ("discount".to_owned(), "discount"),
            Self::TooLarge => ("items".to_owned(), "too_large"),
        };
        FieldProblem::new(field, code, self.to_string())
    }
}

impl From<MoneyError> for PricingError {
    fn from(_: MoneyError) -> Self {
        // Currencies are equal and amounts not negative by construction, so this is the range.
        Self::TooLarge
    }
}

/// An item found in the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct CartItem<'a> {
    /// The catalogue's price of one unit.
    pub price: &'a Price,
    /// 1 to 999.
    pub quantity: u32,
    /// The catalogue's price of all units.
    pub list_amount: Money,
}

/// Items found in the catalogue, all in one currency.
#[derive(Debug, Clone)]
pub struct Cart<'a> {
    /// One per item asked for, in that order.
    pub items: Vec<CartItem<'a>>,
    /// The catalogue's prices of all items.
    pub subtotal: Money,
}

impl<'a> Cart<'a> {
    /// Finds the items; `prices` may hold more than is asked for.
    pub fn find(
        items: &[ItemRequest],
        prices: &'a [Price],
        currency: Currency,
    ) -> Result<Self, PricingError> {
        if !(1..=LINES_MAX).contains(&items.len()) {
            return Err(PricingError::ItemCount(items.len()));
        }
        let items = items
            .iter()
            .enumerate()
            .map(|(index, item)| find(index, item, prices, currency))
            .collect::<Result<Vec<_>, _>>()?;
        let subtotal = Money::sum(currency, items.iter().map(|item| item.list_amount))?;
        Ok(Self { items, subtotal })
    }

    /// What the items cost. The discount is taken off before tax when exclusive, and off the price
    /// with tax when inclusive.
    pub fn quote(
        &self,
        tax: &TaxRule,
        mode: TaxMode,
        discount: &Discount,
    ) -> Result<Quote, PricingError> {
        let currency = self.subtotal.currency;
        let discounts = discount.split_over(self)?;
        let discounted = self.subtotal.checked_sub(discount.amount())?;
        let tax_minor = tax.percent.tax_minor(mode, discounted.amount_minor);
        let tax_amount = Money::new(tax_minor.ok_or(PricingError::TooLarge)?, currency)?;
        let total = match mode {
            TaxMode::Exclusive => discounted.checked_add(tax_amount)?,
            TaxMode::Inclusive => discounted,
        };
        Ok(Quote {
            lines: lines(&self.items, mode, discounts, tax_amount)?,
            subtotal: self.subtotal,
            discount: discount.amount(),
            coupon: discount.coupon(),
            tax: tax_amount,
            total,
            tax_name: tax.name.clone(),
            tax_percent: tax.percent,
            tax_region: tax.region.clone(),
            tax_mode: mode,
            currency,
        })
    }
}

/// What items cost with a discount that is taken off all of them.
#[cfg(test)]
pub(crate) fn quote(
    items: &[ItemRequest],
    prices: &[Price],
    currency: Currency,
    tax: &TaxRule,
    mode: TaxMode,
    amount: Money,
) -> Result<Quote, PricingError> {
    let cart = Cart::find(items, prices, currency)?;
    let over = cart.items.iter().map(|item| item.list_amount.amount_minor);
    let discount = Discount {
        amount,
        over: over.collect(),
        coupon: None,
    };
    cart.quote(tax, mode, &discount)
}

fn find<'a>(
    index: usize,
    item: &ItemRequest,
    prices: &'a [Price],
    currency: Currency,
) -> Result<CartItem<'a>, PricingError> {
    let quantity = u32::try_from(item.quantity)
        .ok()
        .filter(|quantity| (1..=QUANTITY_MAX).contains(quantity))
        .ok_or(PricingError::Quantity { index })?;
    let mut of_product = prices
        .iter()
        .filter(|price| price.product.id.as_str() == item.product)
        .peekable();
    if of_product.peek().is_none() {
        return Err(PricingError::UnknownProduct { index });
    }
    let period = Period::from_months(item.period_months);
    let price = of_product
        .find(|price| Ok(price.period) == period && price.unit_amount.currency == currency)
        .ok_or(PricingError::NoPrice { index })?;
    let list_amount = price.unit_amount.mul_quantity(quantity)?;
    Ok(CartItem {
        price,
        quantity,
        list_amount,
    })
}

fn lines(
    items: &[CartItem<'_>],
    mode: TaxMode,
    discounts: Vec<Money>,
    tax: Money,
) -> Result<Vec<QuoteLine>, PricingError> {
    let discounted = items
        .iter()
        .zip(&discounts)
        .map(|(item, discount)| item.list_amount.checked_sub(*discount))
        .collect::<Result<Vec<_>, _>>()?;
    let taxes = split(tax, discounted.iter().map(|amount| amount.amount_minor))?;
    let amounts = discounts.into_iter().zip(discounted).zip(taxes);
    items
        .iter()
        .zip(amounts)
        .map(|(item, ((discount, discounted), tax))| line(item, mode, discount, discounted, tax))
        .collect()
}

/// Splits an amount in proportion to weights.
fn split(amount: Money, weights: impl Iterator<Item = i64>) -> Result<Vec<Money>, PricingError> {
    let weights: Vec<i64> = weights.collect();
    let parts = largest_remainder(amount.amount_minor, &weights).ok_or(PricingError::TooLarge)?;
    let in_currency = |part| Money::new(part, amount.currency).map_err(PricingError::from);
    parts.into_iter().map(in_currency).collect()
}

fn line(
    item: &CartItem<'_>,
    mode: TaxMode,
    discount: Money,
    discounted: Money,
    tax: Money,
) -> Result<QuoteLine, PricingError> {
    let (net, total) = match mode {
        TaxMode::Exclusive => (discounted, discounted.checked_add(tax)?),
        TaxMode::Inclusive => (discounted.checked_sub(tax)?, discounted),
    };
    Ok(QuoteLine {
        product: item.price.product.id.clone(),
        name: item.price.product.name.clone(),
        period: item.price.period,
        quantity: item.quantity,
        unit_amount: item.price.unit_amount,
        list_amount: item.list_amount,
        discount,
        net,
        tax,
        total,
    })
}
