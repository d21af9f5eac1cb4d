//! What a coupon is worth, and for what: one column, written by staff or by the product that issues
//! the code, and frozen with it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::CouponProblem;
use crate::catalogue::{Period, ProductId};
use crate::distinct::distinct;
use crate::id::CouponCode;
use crate::money::{Currency, Money};
use crate::pricing::{Cart, CartItem, Discount};
use crate::record::{Record, StoredText};
use crate::tax::TaxPercent;

/// The most products, and the most currencies, that terms may name.
const NAMED_MAX: usize = 20;

/// What a coupon is worth, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Row", try_from = "Row")]
pub struct Terms {
    /// What it gives.
    pub benefit: Benefit,
    /// What it is taken off; empty for everything.
    pub products: Vec<ProductId>,
    /// In which currencies it can be used; empty for all.
    pub currencies: Vec<Currency>,
    /// What the whole cart has to cost before tax and discount, at least, one amount per currency; in
    /// any other currency the coupon cannot be used. Empty for no minimum.
    pub minimums: Vec<Money>,
    /// What the product that is free was called when the coupon was made; for people.
    pub product_name: Option<String>,
}

/// What a coupon gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Benefit {
    /// A part of the price, rounded once to a minor unit, half away from zero.
    Percent(TaxPercent),
    /// A fixed amount, one per currency. What is above the price is lost (S86).
    Amount(Vec<Money>),
    /// One unit of a product for a period costs nothing.
    FreePlan {
        /// Which product.
        product: ProductId,
        /// For how long.
        period: Period,
    },
}

/// Why a text holds no terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TermsError {
    /// The percentage is missing or zero.
    #[error("give a percentage above 0, up to 100, such as 20 % off")]
    Percent,
    /// The amounts are missing, not above zero, or two are of one currency.
    #[error("give amounts above zero, one for each currency, such as 5.00 EUR, 6.00 USD off")]
    Amounts,
    /// The plan that is free is missing.
    #[error("name the product that is free, such as site-backup 12 free")]
    Plan,
    /// A minimum is below zero, or two are of one currency.
    #[error("give minimums of zero or more, one for each currency, such as 50.00 EUR, 60.00 USD")]
    Minimums,
    /// More than twenty products or currencies.
    #[error("name at most 20 products and 20 currencies")]
    TooMany,
}

impl Terms {
    /// Terms that keep the rules.
    pub fn new(
        benefit: Benefit,
        products: Vec<ProductId>,
        currencies: Vec<Currency>,
        minimums: Vec<Money>,
    ) -> Result<Self, TermsError> {
        let one_each = |amounts: &[Money]| {
            distinct(amounts.iter().map(|amount| amount.currency)).len() == amounts.len()
        };
        match &benefit {
            Benefit::Percent(percent) if *percent == TaxPercent::ZERO => {
                return Err(TermsError::Percent);
            }
            Benefit::Amount(amounts) => {
                let above_zero = amounts.iter().all(|amount| amount.amount_minor > 0);
                if amounts.is_empty() || !above_zero || !one_each(amounts) {
                    return Err(TermsError::Amounts);
                }
            }
            Benefit::Percent(_) | Benefit::FreePlan { .. } => {}
        }
        if minimums.iter().any(|minimum| minimum.amount_minor < 0) || !one_each(&minimums) {
            return Err(TermsError::Minimums);
        }
        let named = [products.len(), currencies.len(), minimums.len()];
        if named.into_iter().any(|count| count > NAMED_MAX) {
            return Err(TermsError::TooMany);
        }
        Ok(Self {
            benefit,
            products,
            currencies,
            minimums,
            product_name: None,
        })
    }

    /// Whether it is for a product and a period in a currency, whatever the rest of the cart.
    pub fn covers(
        &self,
        product: &str,
        period: Period,
        currency: Currency,
    ) -> Result<(), CouponProblem> {
        self.covers_currency(currency)?;
        if self.is_for(product, period) {
            Ok(())
        } else {
            Err(CouponProblem::OtherProducts)
        }
    }

    /// What it takes off a cart: always something, and at most what it is taken off.
    pub(super) fn discount(
        &self,
        cart: &Cart<'_>,
        code: CouponCode,
    ) -> Result<Discount, CouponProblem> {
        let currency = cart.subtotal.currency;
        self.covers_currency(currency)?;
        if let Some(minimum) = of_currency(&self.minimums, currency)
            && cart.subtotal.amount_minor < minimum.amount_minor
        {
            return Err(CouponProblem::BelowMinimum);
        }
        let over = self.over(cart);
        if over.iter().all(|part| *part == 0) {
            return Err(if cart.items.iter().any(|item| self.is_for_item(item)) {
                CouponProblem::NothingOff
            } else {
                CouponProblem::OtherProducts
            });
        }
        let whole = over
            .iter()
            .try_fold(0_i64, |sum, part| sum.checked_add(*part))
            .ok_or(CouponProblem::NothingOff)?;
        let off = match &self.benefit {
            Benefit::Percent(percent) => percent.share_minor(whole).unwrap_or(0),
            Benefit::Amount(amounts) => {
                of_currency(amounts, currency).map_or(0, |a| a.amount_minor)
            }
            Benefit::FreePlan { .. } => whole,
        };
        let off = off.clamp(0, whole);
        if off == 0 {
            return Err(CouponProblem::NothingOff);
        }
        let amount = Money {
            amount_minor: off,
            currency,
        };
        Ok(Discount::of_coupon(amount, over, code))
    }

    /// How much of each item it may be taken off, minor units.
    fn over(&self, cart: &Cart<'_>) -> Vec<i64> {
        let mut free = 1;
        cart.items
            .iter()
            .map(|item| match &self.benefit {
                _ if !self.is_for_item(item) => 0,
                Benefit::Percent(_) | Benefit::Amount(_) => item.list_amount.amount_minor,
                Benefit::FreePlan { .. } => {
                    // One unit of the first such item.
                    let units = std::mem::take(&mut free);
                    if units == 0 {
                        0
                    } else {
                        item.price.unit_amount.amount_minor
                    }
                }
            })
            .collect()
    }

    fn is_for_item(&self, item: &CartItem<'_>) -> bool {
        self.is_for(item.price.product.id.as_str(), item.price.period)
    }

    fn is_for(&self, product: &str, period: Period) -> bool {
        let is_named =
            self.products.is_empty() || self.products.iter().any(|id| id.as_str() == product);
        let is_plan = match &self.benefit {
            Benefit::FreePlan {
                product: free,
                period: free_period,
            } => free.as_str() == product && *free_period == period,
            Benefit::Percent(_) | Benefit::Amount(_) => true,
        };
        is_named && is_plan
    }

    fn covers_currency(&self, currency: Currency) -> Result<(), CouponProblem> {
        let has = |amounts: &[Money]| of_currency(amounts, currency).is_some();
        let is_good = (self.currencies.is_empty() || self.currencies.contains(&currency))
            && (self.minimums.is_empty() || has(&self.minimums))
            && match &self.benefit {
                Benefit::Amount(amounts) => has(amounts),
                Benefit::Percent(_) | Benefit::FreePlan { .. } => true,
            };
        if is_good {
            Ok(())
        } else {
            Err(CouponProblem::OtherCurrency)
        }
    }
}

fn of_currency(amounts: &[Money], currency: Currency) -> Option<Money> {
    let mut amounts = amounts.iter();
    amounts.find(|amount| amount.currency == currency).copied()
}

/// `20 % off`, `5.00 EUR or 6.00 USD off`, `one Site Backup (12 months) free`.
impl std::fmt::Display for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.benefit {
            Benefit::Percent(percent) => write!(f, "{percent} % off"),
            Benefit::Amount(amounts) => {
                let each: Vec<String> = amounts.iter().map(|amount| amount.display()).collect();
                write!(f, "{} off", each.join(" or "))
            }
            Benefit::FreePlan { product, period } => {
                let name = self.product_name.as_deref().unwrap_or(product.as_str());
                write!(f, "one {name} ({period}) free")
            }
        }
    }
}

/// Which benefit a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, StoredText)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Percent,
    Amount,
    FreePlan,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Percent, Self::Amount, Self::FreePlan];

    fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Amount => "amount",
            Self::FreePlan => "free_plan",
        }
    }
}

/// Terms as JSON; lists that are absent are empty.
#[derive(Clone, Serialize, Record)]
struct Row {
    benefit: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<TaxPercent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amounts: Option<Vec<Money>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<ProductId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_months: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    products: Option<Vec<ProductId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currencies: Option<Vec<Currency>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimums: Option<Vec<Money>>,
}

impl From<Terms> for Row {
    fn from(terms: Terms) -> Self {
        let mut row = Self {
            benefit: Kind::Percent,
            percent: None,
            amounts: None,
            product: None,
            product_name: terms.product_name,
            period_months: None,
            products: some(terms.products),
            currencies: some(terms.currencies),
            minimums: some(terms.minimums),
        };
        match terms.benefit {
            Benefit::Percent(percent) => row.percent = Some(percent),
            Benefit::Amount(amounts) => {
                row.benefit = Kind::Amount;
                row.amounts = Some(amounts);
            }
            Benefit::FreePlan { product, period } => {
                row.benefit = Kind::FreePlan;
                row.product = Some(product);
                row.period_months = period.months().map(i64::from);
            }
        }
        row
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

impl TryFrom<Row> for Terms {
    type Error = TermsError;

    fn try_from(row: Row) -> Result<Self, TermsError> {
        let benefit = match row.benefit {
            Kind::Percent => Benefit::Percent(row.percent.ok_or(TermsError::Percent)?),
            Kind::Amount => Benefit::Amount(row.amounts.unwrap_or_default()),
            Kind::FreePlan => Benefit::FreePlan {
                product: row.product.ok_or(TermsError::Plan)?,
                period: Period::from_months(row.period_months).map_err(|_| TermsError::Plan)?,
            },
        };
        let products = row.products.unwrap_or_default();
        let currencies = row.currencies.unwrap_or_default();
        let minimums = row.minimums.unwrap_or_default();
        let terms = Self::new(benefit, products, currencies, minimums)?;
        Ok(Self {
            product_name: row.product_name,
            ..terms
        })
    }
}
