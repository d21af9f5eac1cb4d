//! Tax: which rate applies, and how much it comes to.
//!
//! One rate applies to a whole cart, chosen by the buyer's country and region. Out of scope:
//! several rates in one cart, exemptions and reverse charge; a shop that owes those sets its rates
//! accordingly or uses a tax service.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::country::{Country, UnknownCountry};
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
    /// The region the rate is limited to; none for the rest of the country.
    pub region: Option<String>,
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
}

impl TaxRule {
    /// The rule where no rate is set: 0 %.
    #[must_use]
    pub fn untaxed() -> Self {
        Self {
            name: "Tax".to_owned(),
            percent: TaxPercent::ZERO,
        }
    }

    /// The rule for a buyer: the region's rate, else the country's, else [`TaxRule::untaxed`].
    /// Regions are compared without case and outer spaces.
    #[must_use]
    pub fn choose(rates: &[TaxRate], country: Country, region: Option<&str>) -> Self {
        let wanted = region
            .map(normal_region)
            .filter(|region| !region.is_empty());
        let rate_of = |region: Option<&str>| {
            rates
                .iter()
                .find(|rate| rate.country == country && rate.region.as_deref() == region)
        };
        let regional = wanted.as_deref().and_then(|region| rate_of(Some(region)));
        regional
            .or_else(|| rate_of(None))
            .map_or_else(Self::untaxed, |rate| rate.rule.clone())
    }
}

fn normal_region(region: &str) -> String {
    region.trim().to_lowercase()
}

#[derive(Record)]
struct TaxRateRow {
    country: String,
    region: Option<String>,
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
        let region = row
            .region
            .as_deref()
            .map(normal_region)
            .filter(|region| !region.is_empty());
        let rule = TaxRule {
            name: row.tax_name,
            percent: TaxPercent::parse(&row.percent)?,
        };
        Ok(Self {
            country: Country::parse(&row.country)?,
            region,
            rule,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::money::AMOUNT_MINOR_MAX;
    use crate::record::read_from;

    fn percent(text: &str) -> TaxPercent {
        TaxPercent::parse(text).unwrap()
    }

    #[test]
    fn a_rate_is_a_plain_decimal_from_0_to_100() {
        for (text, shown) in [
            ("0", "0"),
            ("20", "20"),
            ("19.00", "19"),
            ("8.875", "8.875"),
            ("100", "100"),
        ] {
            assert_eq!(percent(text).to_string(), shown);
        }
        for text in [
            "", ".", "20.", ".5", "-1", "+1", "1e1", "1_0", "100.0001", "8.87512", "1000", "NaN",
            " 20", "20%", "1,5",
        ] {
            assert_eq!(TaxPercent::parse(text), Err(TaxError::Percent), "{text:?}");
        }
        assert!(
            serde_json::from_str::<TaxPercent>("20").is_err(),
            "a number might be a float"
        );
    }

    #[test]
    fn tax_is_rounded_once_half_away_from_zero() {
        use TaxMode::{Exclusive, Inclusive};
        for (mode, rate, amount, tax) in [
            (Exclusive, "20", 1_999, 400),
            (Exclusive, "19", 50, 10),
            (Exclusive, "5", 10, 1),
            (Exclusive, "5", 9, 0),
            (Exclusive, "50", 1, 1),
            (Exclusive, "8.875", 10_000, 888),
            (Exclusive, "0", 1_999, 0),
            (Inclusive, "20", 1_200, 200),
            (Inclusive, "19", 119, 19),
            (Inclusive, "10", 19_990, 1_817),
            (Inclusive, "100", 1, 1),
            (Inclusive, "100", 3, 2),
            (Inclusive, "0", 500, 0),
            (Exclusive, "100", AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX),
        ] {
            assert_eq!(
                percent(rate).tax_minor(mode, amount),
                Some(tax),
                "{mode:?} {rate} {amount}"
            );
        }
    }

    fn rates() -> Vec<TaxRate> {
        [
            json!({"country": "US", "region": null, "percent": "0", "tax_name": "Sales tax"}),
            json!({"country": "US", "region": "ny", "percent": "8.875", "tax_name": "Sales tax"}),
            json!({"country": "DE", "region": "", "percent": "19.00", "tax_name": "VAT"}),
            json!({"country": "CA", "region": "QC", "percent": "14.975", "tax_name": "GST and QST"}),
            json!({"country": "FR", "region": "la réunion", "percent": "8.5", "tax_name": "TVA"}),
        ]
        .map(|row| read_from(row).unwrap())
        .into()
    }

    #[test]
    fn the_regions_rate_wins_over_the_countrys() {
        for (country, region, expected) in [
            ("US", Some("NY"), "8.875"),
            ("US", Some(" ny "), "8.875"),
            ("US", Some("TX"), "0"),
            ("US", None, "0"),
            ("DE", None, "19"),
            ("DE", Some("NY"), "19"),
            ("CA", Some("QC"), "14.975"),
            ("FR", Some("La RÉUNION"), "8.5"),
        ] {
            let rule = TaxRule::choose(&rates(), Country::parse(country).unwrap(), region);
            assert_eq!(rule.percent.to_string(), expected, "{country} {region:?}");
        }
    }

    #[test]
    fn without_a_rate_there_is_no_tax() {
        for (country, region) in [("CA", None), ("CA", Some("")), ("JP", None)] {
            let rule = TaxRule::choose(&rates(), Country::parse(country).unwrap(), region);
            assert_eq!(rule, TaxRule::untaxed());
        }
    }

    #[test]
    fn a_tax_row_that_breaks_a_rule_is_refused() {
        for (column, value) in [
            ("country", json!("ZZ")),
            ("percent", json!("-1")),
            ("percent", json!(19)),
            ("tax_name", json!(" ")),
        ] {
            let mut row = json!(
                {"country": "DE", "region": null, "percent": "19", "tax_name": "VAT"}
            );
            assert!(read_from::<_, TaxRate>(row.clone()).is_ok());
            row[column] = value;
            assert!(read_from::<_, TaxRate>(row).is_err(), "{column}");
        }
    }

    #[test]
    fn tax_mode_format_unchanged() {
        for (mode, text) in [
            (TaxMode::Exclusive, "exclusive"),
            (TaxMode::Inclusive, "inclusive"),
        ] {
            assert_eq!(TaxMode::parse(text), Some(mode));
            assert_eq!(serde_json::to_value(mode).unwrap(), json!(text));
        }
        assert_eq!(TaxMode::parse("Inclusive"), None);
    }
}
