//! The catalogue: what can be bought, for how long, and its price.
//!
//! In scope: products and prices as read from the database. Out of scope: tax ([`crate::tax`]) and
//! what a cart costs ([`crate::pricing`]). Only what is for sale is ever read, so nothing here is
//! marked as withdrawn.

use std::num::NonZeroU8;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::coupon::issue::Issue;
use crate::money::{Currency, Money, MoneyError};
use crate::record::{Fields, JsonError, Record, read_json};

const SLUG_CHARS_MAX: usize = 64;
const PERIOD_MONTHS_MAX: u8 = 120;

/// Why a row is not part of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not 1 to 64 lower-case letters, digits and inner hyphens.
    #[error("a product id has 1 to 64 lower-case letters, digits and inner hyphens")]
    ProductId,
    /// A product without a name.
    #[error("the product has no name")]
    NoName,
    /// Not 1 to 120 months.
    #[error("a period has 1 to 120 months")]
    Period,
    /// What it issues is no coupon.
    #[error("the coupon that the product issues is not valid")]
    Issues,
    /// The price is not money.
    #[error("the price is not valid: {0}")]
    Price(#[from] MoneyError),
}

/// A product's stable short name, as in `site-backup`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ProductId(String);

impl ProductId {
    /// Parses 1 to 64 lower-case letters, digits and inner hyphens.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        if !is_slug(text) {
            return Err(CatalogueError::ProductId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is a short name that operators choose: 1 to 64 lower-case letters, digits and inner
/// hyphens.
pub(crate) fn is_slug(text: &str) -> bool {
    let has_outer_hyphen = text.starts_with('-') || text.ends_with('-');
    let all_fit = text
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (1..=SLUG_CHARS_MAX).contains(&text.len()) && all_fit && !has_outer_hyphen
}

impl From<ProductId> for String {
    fn from(id: ProductId) -> Self {
        id.0
    }
}

impl TryFrom<String> for ProductId {
    type Error = CatalogueError;

    fn try_from(text: String) -> Result<Self, CatalogueError> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for ProductId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long a purchase lasts. In JSON and rows: `period_months`, a number or null.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(into = "Option<u8>", try_from = "Option<i64>")]
pub enum Period {
    /// Bought once, without end.
    #[default]
    OneOff,
    /// Bought for 1 to 120 months.
    Months(NonZeroU8),
}

impl Period {
    /// None is one-off; a number must be 1 to 120.
    pub fn from_months(months: Option<i64>) -> Result<Self, CatalogueError> {
        let Some(months) = months else {
            return Ok(Self::OneOff);
        };
        u8::try_from(months)
            .ok()
            .filter(|months| *months <= PERIOD_MONTHS_MAX)
            .and_then(NonZeroU8::new)
            .map(Self::Months)
            .ok_or(CatalogueError::Period)
    }

    /// The number of months; none when one-off.
    #[must_use]
    pub fn months(self) -> Option<u8> {
        match self {
            Self::OneOff => None,
            Self::Months(months) => Some(months.get()),
        }
    }
}

impl From<Period> for Option<u8> {
    fn from(period: Period) -> Self {
        period.months()
    }
}

impl TryFrom<Option<i64>> for Period {
    type Error = CatalogueError;

    fn try_from(months: Option<i64>) -> Result<Self, CatalogueError> {
        Self::from_months(months)
    }
}

/// For people: `one-off`, `1 month`, `12 months`.
impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OneOff => f.write_str("one-off"),
            Self::Months(NonZeroU8::MIN) => f.write_str("1 month"),
            Self::Months(months) => write!(f, "{months} months"),
        }
    }
}

/// What can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Stable, and never used for another product.
    pub id: ProductId,
    /// For people; frozen into the order when bought.
    pub name: String,
    /// For people; may be empty.
    pub description: String,
    /// The coupon that each unit of it issues once paid.
    pub issues: Option<Issue>,
}

/// What a product costs for a period in a currency. Read from a row of the columns `product_id`,
/// `product_name`, `product_description`, `period_months`, `currency`, `unit_amount_minor` and, where an
/// order may be made of it, `issues`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The product.
    pub product: Product,
    /// The period that one unit buys.
    pub period: Period,
    /// The price of one unit: zero or more, before tax or with it, as the shop's tax mode says.
    pub unit_amount: Money,
}

fn sound_issue(text: &str) -> Result<Issue, CatalogueError> {
    let issue: Option<Issue> = read_json(text).ok();
    issue.filter(Issue::is_sound).ok_or(CatalogueError::Issues)
}

#[derive(Record)]
struct PriceRow {
    product_id: String,
    product_name: String,
    product_description: String,
    period_months: Option<i64>,
    currency: String,
    unit_amount_minor: i64,
    issues: Option<String>,
}

impl Record for Price {
    fn read(fields: Fields<'_>) -> Result<Self, JsonError> {
        PriceRow::read(fields)?
            .try_into()
            .map_err(JsonError::custom)
    }
}

impl TryFrom<PriceRow> for Price {
    type Error = CatalogueError;

    fn try_from(row: PriceRow) -> Result<Self, CatalogueError> {
        if row.product_name.trim().is_empty() {
            return Err(CatalogueError::NoName);
        }
        let product = Product {
            id: ProductId::parse(&row.product_id)?,
            name: row.product_name,
            description: row.product_description,
            issues: row.issues.as_deref().map(sound_issue).transpose()?,
        };
        let period = Period::from_months(row.period_months)?;
        let currency = Currency::parse(&row.currency)?;
        let unit_amount = Money::non_negative(row.unit_amount_minor, currency)?;
        Ok(Self {
            product,
            period,
            unit_amount,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::record::read_from;

    fn row() -> Value {
        json!({
            "product_id": "site-backup",
            "product_name": "Site Backup",
            "product_description": "Nightly copies.",
            "period_months": 12,
            "currency": "USD",
            "unit_amount_minor": 1999,
        })
    }

    fn row_with(column: &str, value: Value) -> Result<Price, String> {
        let mut row = row();
        row[column] = value;
        read_from(row).map_err(|error| error.to_string())
    }

    #[test]
    fn price_row_format_unchanged() {
        let price: Price = read_from(row()).unwrap();
        assert_eq!(price.product.id.as_str(), "site-backup");
        assert_eq!(price.product.name, "Site Backup");
        assert_eq!(price.period.months(), Some(12));
        assert_eq!(price.unit_amount.amount_minor, 1999);
        assert_eq!(
            row_with("period_months", Value::Null).unwrap().period,
            Period::OneOff
        );
    }

    #[test]
    fn a_row_that_breaks_a_rule_is_refused() {
        for (column, value) in [
            ("product_id", json!("")),
            ("product_id", json!("Site Backup")),
            ("product_id", json!("-backup")),
            ("product_id", json!("b".repeat(65))),
            ("product_name", json!("  ")),
            ("period_months", json!(0)),
            ("period_months", json!(-1)),
            ("period_months", json!(121)),
            ("period_months", json!(1.5)),
            ("currency", json!("usd")),
            ("unit_amount_minor", json!(-1)),
            ("unit_amount_minor", json!(9_007_199_254_740_992_i64)),
            ("unit_amount_minor", json!(19.99)),
            ("unit_amount_minor", json!("1999")),
        ] {
            assert!(row_with(column, value.clone()).is_err(), "{column} {value}");
        }
        assert!(row_with("unit_amount_minor", json!(0)).is_ok());
    }

    #[test]
    fn periods_are_named_for_people_and_numbered_in_json() {
        for (months, shown, stored) in [
            (None, "one-off", "null"),
            (Some(1), "1 month", "1"),
            (Some(24), "24 months", "24"),
            (Some(120), "120 months", "120"),
        ] {
            let period = Period::from_months(months).unwrap();
            assert_eq!(period.to_string(), shown);
            assert_eq!(serde_json::to_string(&period).unwrap(), stored);
            assert_eq!(serde_json::from_str::<Period>(stored).unwrap(), period);
        }
    }
}
