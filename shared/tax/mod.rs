//! Tax: which rate applies, and how much it comes to.
//!
//! One rate applies to a whole cart, chosen by the buyer's country and region. Out of scope:
//! several rates in one cart, exemptions and reverse charge; a shop that owes those sets its rates
//! accordingly or uses a tax service.

#[cfg(test)]
mod tests;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::country::{Country, UnknownCountry};
use crate::field::FieldProblem;
use crate::record::{Fields, JsonError, Record, StoredText};

const WHOLE_DIGITS_MAX: usize = 3;
const FRACTION_DIGITS_MAX: usize = 4;

/// Why a row is not a tax rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    /// Not a decimal text between 0 and 100 with at most four decimals.
    #[error("a tax rate is a decimal from 0 to 100 with at most four decimals, as in `8.875`")]
    Percent,
    /// The country is unknown.
    #[error(transparent)]
    Country(#[from] UnknownCountry),
    /// A tax without a name.
    #[error("the tax has no name")]
    NoName,
}

/// Why a buyer's region leaves the tax open. Holds some of the regions that have rates of their own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Nothing was typed, and no rate is the whole country's.
    #[error("Tax depends on the state or region here: type its code, such as {0}.")]
    Missing(String),
    /// Neither a region that is listed nor a code.
    #[error("Use the code of your state or region, such as {0}.")]
    Unclear(String),
}

impl RegionError {
    /// The problem of the field at `field`, for the caller.
    #[must_use]
    pub fn problem(&self, field: &str) -> FieldProblem {
        let code = match self {
            Self::Missing(_) => "required",
            Self::Unclear(_) => "unknown_region",
        };
        FieldProblem::new(field, code, self.to_string())
    }
}

/// Whether the catalogue's prices contain the tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, StoredText)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TaxMode {
    /// Tax is added to the price.
    Exclusive,
    /// The price contains the tax.
    Inclusive,
}

impl TaxMode {
    /// Both modes.
    pub const ALL: [Self; 2] = [Self::Exclusive, Self::Inclusive];

    /// The text of the setting and of the stored order.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Inclusive => "inclusive",
        }
    }

    /// Parses the setting; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A rate in percent: 0 to 100, at most four decimals. A text in JSON and rows, never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TaxPercent(Decimal);

impl TaxPercent {
    /// No tax.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Parses a plain decimal such as `20` or `8.875`; no sign, exponent or space.
    pub fn parse(text: &str) -> Result<Self, TaxError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str, digits_max: usize| {
            (1..=digits_max).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        };
        if !is_number(whole, WHOLE_DIGITS_MAX) || !is_number(fraction, FRACTION_DIGITS_MAX) {
            return Err(TaxError::Percent);
        }
        let percent = Decimal::from_str_exact(text).map_err(|_| TaxError::Percent)?;
        if percent > Decimal::ONE_HUNDRED {
            return Err(TaxError::Percent);
        }
        Ok(Self(percent.normalize()))
    }

    /// This percentage of an amount of zero or more minor units, rounded once to a whole minor unit,
    /// half away from zero; `None` as for [`TaxPercent::tax_minor`].
    #[must_use]
    pub fn share_minor(self, amount_minor: i64) -> Option<i64> {
        self.tax_minor(TaxMode::Exclusive, amount_minor)
    }

    /// The tax on an amount of zero or more minor units, rounded once to a whole minor unit, half
    /// away from zero. Under [`TaxMode::Inclusive`] it is the tax that the amount contains.
    ///
    /// `None` when the result does not fit, which no amount within 2^53 can cause.
    #[must_use]
    pub fn tax_minor(self, mode: TaxMode, amount_minor: i64) -> Option<i64> {
        let base = match mode {
            TaxMode::Exclusive => Decimal::ONE_HUNDRED,
            TaxMode::Inclusive => Decimal::ONE_HUNDRED.checked_add(self.0)?,
        };
        // The division keeps 28 digits, at least 12 of them behind the point. The divisor has at
        // most seven digits, so a quotient that is not exactly a half is further from it than
        // that, and rounding the kept digits gives what rounding the exact quotient would.
        Decimal::from(amount_minor)
            .checked_mul(self.0)?
            .checked_div(base)?
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
            .try_into()
            .ok()
    }
}

/// Without trailing zeros: `20`, `8.875`.
impl std::fmt::Display for TaxPercent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<TaxPercent> for String {
    fn from(percent: TaxPercent) -> Self {
        percent.to_string()
    }
}

impl TryFrom<String> for TaxPercent {
    type Error = TaxError;

    fn try_from(text: String) -> Result<Self, TaxError> {
        Self::parse(&text)
    }
}

/// The rate of a country or of one region in it. Read from a row of the columns `country`,
/// `region`, `percent` and `tax_name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    /// Where the buyer is.
    pub country: Country,
    /// The region that the rate is limited to, as [`normal_region`] has it; empty for the rest of the
    /// country.
    pub region: String,
    /// What applies there.
    pub rule: TaxRule,
}

/// The tax on a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRule {
    /// For people, as in `VAT`.
    pub name: String,
    /// The rate.
    pub percent: TaxPercent,
    /// The region whose rate it is, as in `NY`; none for a whole country's.
    pub region: Option<String>,
}

/// A region that no country has. With it a cart is priced as for the rest of a country, to be shown
/// while the buyer's own region is still open.
pub const ELSEWHERE: &str = "000";

const CODE_BYTES_MAX: usize = 3;

impl TaxRule {
    /// The rule where no rate is set: 0 %.
    #[must_use]
    pub fn untaxed() -> Self {
        Self {
            name: "Tax".to_owned(),
            percent: TaxPercent::ZERO,
            region: None,
        }
    }

    /// The rule for a buyer: the region's rate, else the country's, else [`TaxRule::untaxed`].
    ///
    /// Where regions have rates, a typing error must not make one of them vanish: what is neither
    /// listed nor looks like the code of another region is refused, and so is no region at all unless
    /// the country has a rate. `rates` need not hold more than the rates of the buyer's region and of
    /// the country, and some region's.
    pub fn choose(
        rates: &[TaxRate],
        country: Country,
        region: Option<&str>,
    ) -> Result<Self, RegionError> {
        let wanted = normal_region(region.unwrap_or_default());
        let here = || rates.iter().filter(|rate| rate.country == country);
        let rate_of = |region: &str| here().find(|rate| rate.region == region);
        let own = rate_of(&wanted);
        let listed: Vec<String> = here().filter_map(|rate| rate.rule.region.clone()).collect();
        let is_code =
            wanted.len() <= CODE_BYTES_MAX && wanted.bytes().all(|b| b.is_ascii_alphanumeric());
        if own.is_none() && !listed.is_empty() {
            if wanted.is_empty() {
                return Err(RegionError::Missing(listed.join(", ")));
            }
            if !is_code {
                return Err(RegionError::Unclear(listed.join(", ")));
            }
        }
        let rate = own.or_else(|| rate_of(""));
        Ok(rate.map_or_else(Self::untaxed, |rate| rate.rule.clone()))
    }
}

/// A region as regions are compared: without dots, case and outer spaces.
#[must_use]
pub fn normal_region(region: &str) -> String {
    region.replace('.', "").trim().to_lowercase()
}

/// A region as it is shown: codes in capitals.
fn shown(region: &str) -> String {
    if region.len() <= CODE_BYTES_MAX {
        region.to_ascii_uppercase()
    } else {
        region.to_owned()
    }
}

#[derive(Record)]
struct TaxRateRow {
    country: String,
    region: String,
    percent: String,
    tax_name: String,
}

impl Record for TaxRate {
    fn read(fields: Fields<'_>) -> Result<Self, JsonError> {
        TaxRateRow::read(fields)?
            .try_into()
            .map_err(JsonError::custom)
    }
}

impl TryFrom<TaxRateRow> for TaxRate {
    type Error = TaxError;

    fn try_from(row: TaxRateRow) -> Result<Self, TaxError> {
        if row.tax_name.trim().is_empty() {
            return Err(TaxError::NoName);
        }
        let region = normal_region(&row.region);
        let rule = TaxRule {
            name: row.tax_name,
            percent: TaxPercent::parse(&row.percent)?,
            region: Some(shown(&region)).filter(|region| !region.is_empty()),
        };
        Ok(Self {
            country: Country::parse(&row.country)?,
            region,
            rule,
        })
    }
}
