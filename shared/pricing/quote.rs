//! A quote: what a cart costs, line by line. An order freezes it.

use serde::Serialize;

use crate::catalogue::{Period, ProductId};
use crate::id::CouponCode;
use crate::money::{Currency, Money, MoneyError};
use crate::record::Record;
use crate::tax::{TaxMode, TaxPercent};

/// What a cart costs. Once stored in an order it never changes (S33).
///
/// Σ `lines.total` = `total` and Σ `lines.tax` = `tax`, exactly. Under [`TaxMode::Exclusive`],
/// `total` = `subtotal` − `discount` + `tax`; under [`TaxMode::Inclusive`], `total` = `subtotal` −
/// `discount`, and `tax` is the part of it that is tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(
        description = "What a cart costs. The totals and taxes of the lines sum exactly to those of \
        the cart. When tax is exclusive, the total is subtotal − discount + tax; when it is \
        inclusive, the total is subtotal − discount and the tax is a part of it."
    )
)]
pub struct Quote {
    /// One line per item asked for, in that order.
    #[record(parts)]
    pub lines: Vec<QuoteLine>,
    /// The catalogue's prices of all lines, before discount; they contain tax when inclusive.
    #[record(part)]
    pub subtotal: Money,
    /// What is taken off, zero or more.
    #[record(part)]
    pub discount: Money,
    /// The coupon that takes it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<String>", extend("pattern" = "^K[0-9A-HJKMNP-TV-Z]{13}$"))
    )]
    pub coupon: Option<CouponCode>,
    /// The tax on the whole cart, rounded once.
    #[record(part)]
    pub tax: Money,
    /// What the buyer owes, zero or more.
    #[record(part)]
    pub total: Money,
    /// The tax's name for people.
    pub tax_name: String,
    /// The rate.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tax_percent: TaxPercent,
    /// The region whose rate it is, as in `NY`; none for a whole country's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_region: Option<String>,
    /// Whether the prices contain the tax.
    pub tax_mode: TaxMode,
    /// The currency of every amount here.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[A-Z]{3}$"))
    )]
    pub currency: Currency,
}

/// One line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteLine {
    /// The product.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub product: ProductId,
    /// The product's name when quoted.
    pub name: String,
    /// The period that one unit buys.
    #[serde(rename = "period_months")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u8>"))]
    pub period: Period,
    /// 1 to 999.
    pub quantity: u32,
    /// The catalogue's price of one unit.
    #[record(part)]
    pub unit_amount: Money,
    /// `unit_amount` times `quantity`.
    #[record(part)]
    pub list_amount: Money,
    /// This line's part of the discount, at most `list_amount`.
    #[record(part)]
    pub discount: Money,
    /// What remains without tax.
    #[record(part)]
    pub net: Money,
    /// This line's part of the tax.
    #[record(part)]
    pub tax: Money,
    /// `net` plus `tax`.
    #[record(part)]
    pub total: Money,
}

/// A sum of a quote that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteSumError {
    /// The named amount is not the sum of its parts, or is negative.
    #[error("the quote's {0} does not add up")]
    Sum(&'static str),
    /// The amounts cannot be added.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Quote {
    /// What the buyer owes without tax.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.total.checked_sub(self.tax)
    }

    /// Checks every sum that this type promises; for quotes read back from the database.
    pub fn check_sums(&self) -> Result<(), QuoteSumError> {
        self.check_column("subtotal", self.subtotal, |line| line.list_amount)?;
        self.check_column("discount", self.discount, |line| line.discount)?;
        self.check_column("tax", self.tax, |line| line.tax)?;
        self.check_column("total", self.total, |line| line.total)?;
        let before_tax_is_added = self.subtotal.checked_sub(self.discount)?;
        let total = match self.tax_mode {
            TaxMode::Exclusive => before_tax_is_added.checked_add(self.tax)?,
            TaxMode::Inclusive => before_tax_is_added,
        };
        holds("total", total == self.total)?;
        self.lines
            .iter()
            .try_for_each(|line| line.check_sums(self.tax_mode))
    }

    fn check_column(
        &self,
        name: &'static str,
        stated: Money,
        amount: impl Fn(&QuoteLine) -> Money,
    ) -> Result<(), QuoteSumError> {
        let sum = Money::sum(self.currency, self.lines.iter().map(amount))?;
        holds(name, sum == stated && stated.amount_minor >= 0)
    }
}

impl QuoteLine {
    /// The tax within a part of the line's total, minor units, rounded down; all of it within the whole.
    #[must_use]
    pub fn tax_within(&self, part_minor: i64) -> i64 {
        let scaled = i128::from(self.tax.amount_minor).saturating_mul(part_minor.into());
        let tax = scaled.checked_div(self.total.amount_minor.into());
        tax.and_then(|tax| tax.try_into().ok()).unwrap_or(0)
    }

    fn check_sums(&self, mode: TaxMode) -> Result<(), QuoteSumError> {
        let discounted = self.list_amount.checked_sub(self.discount)?;
        let after_discount = match mode {
            TaxMode::Exclusive => self.net,
            TaxMode::Inclusive => self.total,
        };
        let amounts = [
            self.list_amount,
            self.discount,
            self.net,
            self.tax,
            self.total,
        ];
        holds(
            "line amount",
            amounts.iter().all(|amount| amount.amount_minor >= 0),
        )?;
        holds(
            "line price",
            self.unit_amount.mul_quantity(self.quantity)? == self.list_amount,
        )?;
        holds("line discount", discounted == after_discount)?;
        holds("line total", self.net.checked_add(self.tax)? == self.total)
    }
}

fn holds(name: &'static str, condition: bool) -> Result<(), QuoteSumError> {
    if condition {
        Ok(())
    } else {
        Err(QuoteSumError::Sum(name))
    }
}
