//! Amounts as PayPal writes them, and the currencies it takes (PayPal documentation, "Currency
//! codes"; Orders v2, `money`).
//!
//! Minor units here are PayPal's: HUF, JPY and TWD have no decimals, whatever ISO 4217 says.

use serde_json::{Value, json};

use crate::readable::grouped;

/// RUB has left the list; BRL, CNY and MYR are taken for accounts of their own country.
const KNOWN: &str = "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP \
    SGD SEK CHF THB USD";
const WITHOUT_DECIMALS: &str = "HUF JPY TWD";
/// Orders v2: "Should be less than or equal to 999999999999999.99".
const MINOR_MAX: i64 = 99_999_999_999_999_999;
const VALUE_CHARS_MAX: usize = 32;

/// Why an amount cannot be taken; each is an issue of Orders v2 by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objection {
    UnknownCurrency,
    DecimalsNotSupported,
    DecimalPrecision,
    Negative,
    TooLarge,
}

impl Objection {
    pub(crate) fn issue(self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownCurrency => (
                "INVALID_CURRENCY_CODE",
                "Currency code is invalid or is not currently supported.",
            ),
            Self::DecimalsNotSupported => (
                "DECIMALS_NOT_SUPPORTED",
                "Currency does not support decimals.",
            ),
            Self::DecimalPrecision => (
                "DECIMAL_PRECISION",
                "If the currency supports decimals, only two decimal place precision is supported.",
            ),
            Self::Negative => (
                "CANNOT_BE_NEGATIVE",
                "Must be greater than or equal to 0. If the currency supports decimals, only two \
                 decimal place precision is supported.",
            ),
            Self::TooLarge => (
                "MAX_VALUE_EXCEEDED",
                "Should be less than or equal to 999999999999999.99.",
            ),
        }
    }
}

/// True for a text of the pattern `^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$`, 1 to 32 characters.
pub(crate) fn is_well_formed(value: &str) -> bool {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = match unsigned.split_once('.') {
        None => !unsigned.is_empty() && digits(unsigned),
        Some((whole, fraction)) => digits(whole) && !fraction.is_empty() && digits(fraction),
    };
    shaped && value.len() <= VALUE_CHARS_MAX
}

/// Reads a well-formed text into minor units of the currency.
pub(crate) fn minor(value: &str, currency: &str) -> Result<i64, Objection> {
    if !is_known(currency) {
        return Err(Objection::UnknownCurrency);
    }
    if value.starts_with('-') {
        return Err(Objection::Negative);
    }
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let decimals = decimals(currency);
    if decimals == 0 && !fraction.is_empty() {
        return Err(Objection::DecimalsNotSupported);
    }
    if fraction.len() > decimals {
        return Err(Objection::DecimalPrecision);
    }
    let padded = format!("{whole}{fraction:0<decimals$}");
    let significant = padded.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    significant
        .parse()
        .ok()
        .filter(|minor| *minor <= MINOR_MAX)
        .ok_or(Objection::TooLarge)
}

/// The text of an amount, with all its decimals.
pub(crate) fn text(minor: i64, currency: &str) -> String {
    written(minor, currency, |whole| whole.to_string())
}

/// The object of an amount.
pub(crate) fn object(minor: i64, currency: &str) -> Value {
    json!({ "currency_code": currency, "value": text(minor, currency) })
}

/// For people: `1,200.00 EUR`.
#[must_use]
pub fn readable_amount(minor: i64, currency: &str) -> String {
    format!("{} {currency}", written(minor, currency, grouped))
}

fn written(minor: i64, currency: &str, whole: impl Fn(u64) -> String) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    if decimals(currency) == 0 {
        return format!("{sign}{}", whole(minor));
    }
    format!("{sign}{}.{:02}", whole(minor / 100), minor % 100)
}

/// What PayPal keeps of a payment: 3.49 % and a fixed part, rounded half up, never more than all.
pub(crate) fn fee(minor: i64, currency: &str) -> i64 {
    let fixed = if decimals(currency) == 0 { 40 } else { 49 };
    let share = (i128::from(minor) * 349 + 5_000) / 10_000;
    i64::try_from(share)
        .unwrap_or(minor)
        .saturating_add(fixed)
        .min(minor)
}

fn is_known(code: &str) -> bool {
    code.len() == 3 && listed(KNOWN, code)
}

fn decimals(currency: &str) -> usize {
    if listed(WITHOUT_DECIMALS, currency) {
        0
    } else {
        2
    }
}

fn listed(list: &str, code: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_amount_is_read_exactly_or_refused() {
        for (value, currency, expected) in [
            ("12.00", "USD", Ok(1_200)),
            ("12.3", "USD", Ok(1_230)),
            ("12", "USD", Ok(1_200)),
            (".5", "EUR", Ok(50)),
            ("0.0", "EUR", Ok(0)),
            ("0012.00", "EUR", Ok(1_200)),
            ("12", "JPY", Ok(12)),
            ("999999999999999.99", "USD", Ok(MINOR_MAX)),
            ("1000000000000000.00", "USD", Err(Objection::TooLarge)),
            (
                "99999999999999999999999999999999",
                "USD",
                Err(Objection::TooLarge),
            ),
            ("12.0", "HUF", Err(Objection::DecimalsNotSupported)),
            ("12.00", "TWD", Err(Objection::DecimalsNotSupported)),
            ("12.345", "USD", Err(Objection::DecimalPrecision)),
            ("-0.01", "USD", Err(Objection::Negative)),
            ("1", "usd", Err(Objection::UnknownCurrency)),
            ("1", "XTS", Err(Objection::UnknownCurrency)),
            ("1", "RUB", Err(Objection::UnknownCurrency)),
        ] {
            assert!(is_well_formed(value), "{value}");
            assert_eq!(minor(value, currency), expected, "{value} {currency}");
        }
    }

    /// S43: what the pattern does not allow is no amount at all.
    #[test]
    fn what_the_pattern_forbids_is_not_well_formed() {
        let long = "1".repeat(33);
        for value in [
            "", "-", ".", "1.", "1E1", "+1", "1,00", " 1", "1 ", "0x1", "1.1.1", "--1", &long,
        ] {
            assert!(!is_well_formed(value), "{value:?}");
        }
    }

    #[test]
    fn amounts_are_printed_with_the_currency_s_decimals() {
        assert_eq!(text(1_205, "USD"), "12.05");
        assert_eq!(text(5, "EUR"), "0.05");
        assert_eq!(text(-1_205, "EUR"), "-12.05");
        assert_eq!(text(1_205, "JPY"), "1205");
        assert_eq!(readable_amount(0, "HUF"), "0 HUF");
        assert_eq!(readable_amount(7_700, "JPY"), "7,700 JPY");
        assert_eq!(readable_amount(-123_405, "EUR"), "-1,234.05 EUR");
    }

    #[test]
    fn the_fee_is_that_of_the_examples_and_never_more_than_the_payment() {
        assert_eq!(fee(1_200, "USD"), 91);
        assert_eq!(fee(10, "USD"), 10);
        assert_eq!(fee(MINOR_MAX, "USD"), 3_490_000_000_000_049);
    }
}
