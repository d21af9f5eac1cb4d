//! Money: integer minor units of a known currency.
//!
//! In scope: the range, checked arithmetic, and how an amount is written for people and for
//! machines. Out of scope: prices, tax and rounding ([`crate::pricing`]), and the providers' own
//! ideas of minor units. No float ever touches an amount.

mod currency;
mod decimal;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::record::{Fields, JsonError, Record};

pub use self::currency::Currency;
pub use self::decimal::DecimalError;

/// The largest amount that survives a JSON number and a SQLite REAL: 2^53−1 minor units.
pub const AMOUNT_MINOR_MAX: i64 = 9_007_199_254_740_991;

/// An amount in minor units with its currency; within ±[`AMOUNT_MINOR_MAX`].
///
/// As JSON it is `{"amount":1999,"currency":"USD"}`; a fraction, a text or a value out of range is
/// refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "MoneyFields")]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(description = "An amount with its currency.")
)]
pub struct Money {
    /// Minor units: cents of a dollar, whole yen.
    #[serde(rename = "amount")]
    #[cfg_attr(
        feature = "schema",
        schemars(range(min = -9_007_199_254_740_991_i64, max = 9_007_199_254_740_991_i64))
    )]
    pub amount_minor: i64,
    /// The currency of the amount.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[A-Z]{3}$"))
    )]
    pub currency: Currency,
}

/// Why a value is not money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Not an upper-case code of the table.
    #[error("the currency is not supported")]
    UnknownCurrency,
    /// Beyond ±(2^53−1) minor units.
    #[error("the amount is out of range")]
    OutOfRange,
    /// Below zero where only zero or more makes sense.
    #[error("the amount is negative")]
    Negative,
    /// Two amounts of different currencies met.
    #[error("the currencies differ: {0} and {1}")]
    CurrencyMismatch(Currency, Currency),
}

impl Money {
    /// An amount of either sign; [`MoneyError::OutOfRange`] beyond ±(2^53−1).
    pub fn new(amount_minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if amount_minor.unsigned_abs() > AMOUNT_MINOR_MAX.unsigned_abs() {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self {
            amount_minor,
            currency,
        })
    }

    /// An amount of zero or more: a price, a payment, a total.
    pub fn non_negative(amount_minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if amount_minor < 0 {
            return Err(MoneyError::Negative);
        }
        Self::new(amount_minor, currency)
    }

    /// Nothing, in the given currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self {
            amount_minor: 0,
            currency,
        }
    }

    /// Whether the amount is exactly zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.amount_minor == 0
    }

    /// The sum; refused across currencies and out of range.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let sum = self.amount_minor.checked_add(other.amount_minor);
        Self::new(sum.ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// The difference, which may be negative; refused across currencies and out of range.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let difference = self.amount_minor.checked_sub(other.amount_minor);
        Self::new(difference.ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// The amount `quantity` times.
    pub fn mul_quantity(self, quantity: u32) -> Result<Self, MoneyError> {
        let product = self.amount_minor.checked_mul(quantity.into());
        Self::new(product.ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// The sum of all amounts; zero of `currency` for none.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// The amount as providers write it: `19.99`, `19990` (JPY), `-0.500` (KWD).
    #[must_use]
    pub fn decimal_string(self) -> String {
        let (whole, fraction) = self.digits();
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        join_fraction(&format!("{sign}{whole}"), &fraction)
    }

    /// The amount for people: `1,999.00 USD`, `19,990 JPY`, `12.345 KWD`.
    ///
    /// A no-break space (U+00A0) keeps amount and code on one line; a negative amount begins with
    /// the minus sign U+2212, which screen readers say.
    #[must_use]
    pub fn display(self) -> String {
        let (whole, fraction) = self.digits();
        let sign = if self.amount_minor < 0 {
            "\u{2212}"
        } else {
            ""
        };
        let number = join_fraction(&format!("{sign}{}", group_thousands(&whole)), &fraction);
        format!("{number}\u{a0}{}", self.currency)
    }

    /// The digits before and after the decimal point, without sign.
    fn digits(self) -> (String, String) {
        let minor_digits = usize::from(self.currency.minor_digits());
        let width = minor_digits.saturating_add(1);
        let mut whole = format!("{:0>width$}", self.amount_minor.unsigned_abs());
        let fraction = whole.split_off(whole.len().saturating_sub(minor_digits));
        (whole, fraction)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }
}

fn join_fraction(whole: &str, fraction: &str) -> String {
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    }
}

fn group_thousands(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().abs_diff(index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The JSON of [`Money`] before its range is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct MoneyFields {
    amount: i64,
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    currency: Currency,
}

impl TryFrom<MoneyFields> for Money {
    type Error = MoneyError;

    fn try_from(fields: MoneyFields) -> Result<Self, MoneyError> {
        Self::new(fields.amount, fields.currency)
    }
}

/// Beside other columns, as in a row.
impl Record for Money {
    fn read(fields: Fields<'_>) -> Result<Self, JsonError> {
        let (amount, currency) = (fields.read("amount")?, fields.read("currency")?);
        Self::new(amount, currency).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(amount_minor: i64, code: &str) -> Money {
        Money::new(amount_minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn s42_amounts_are_shown_with_the_digits_of_their_currency() {
        for (amount, code, shown, decimal) in [
            (199_900, "USD", "1,999.00\u{a0}USD", "1999.00"),
            (1_999, "EUR", "19.99\u{a0}EUR", "19.99"),
            (19_990, "JPY", "19,990\u{a0}JPY", "19990"),
            (999, "KRW", "999\u{a0}KRW", "999"),
            (12_345, "KWD", "12.345\u{a0}KWD", "12.345"),
            (10, "BHD", "0.010\u{a0}BHD", "0.010"),
            (5, "USD", "0.05\u{a0}USD", "0.05"),
            (0, "USD", "0.00\u{a0}USD", "0.00"),
            (0, "JPY", "0\u{a0}JPY", "0"),
            (-5, "USD", "\u{2212}0.05\u{a0}USD", "-0.05"),
            (-1_000_000, "JPY", "\u{2212}1,000,000\u{a0}JPY", "-1000000"),
            (
                AMOUNT_MINOR_MAX,
                "USD",
                "90,071,992,547,409.91\u{a0}USD",
                "90071992547409.91",
            ),
        ] {
            assert_eq!(money(amount, code).display(), shown);
            assert_eq!(money(amount, code).decimal_string(), decimal);
        }
    }

    #[test]
    fn s45_amounts_at_the_border_are_accepted_or_refused_exactly() {
        let usd = Currency::parse("USD").unwrap();
        for amount in [0, 1, -1, 1 << 31, AMOUNT_MINOR_MAX, -AMOUNT_MINOR_MAX] {
            assert_eq!(Money::new(amount, usd).map(|m| m.amount_minor), Ok(amount));
        }
        for amount in [1 << 53, -(1 << 53), i64::MAX, i64::MIN] {
            assert_eq!(Money::new(amount, usd), Err(MoneyError::OutOfRange));
        }
        assert_eq!(Money::non_negative(-1, usd), Err(MoneyError::Negative));
    }

    #[test]
    fn s45_json_amounts_must_be_integers_within_the_range() {
        let parse = |amount: &str| {
            let json = format!(r#"{{"amount":{amount},"currency":"USD"}}"#);
            serde_json::from_str::<Money>(&json)
                .map(|m| m.amount_minor)
                .ok()
        };
        for amount in [
            "0",
            "1",
            "-1",
            "2147483648",
            "9007199254740991",
            "-9007199254740991",
        ] {
            assert_eq!(parse(amount), amount.parse().ok());
        }
        for amount in [
            "9007199254740992",
            "-9007199254740992",
            "9223372036854775808",
            "1e309",
            "1e2",
            "1.0",
            "NaN",
            "\"1\"",
            "null",
            "true",
            "[1]",
        ] {
            assert_eq!(parse(amount), None, "{amount}");
        }
        assert!(serde_json::from_str::<Money>(r#"{"amount":1,"currency":"usd"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount":1}"#).is_err());
    }

    #[test]
    fn money_json_format_unchanged() {
        let json = serde_json::to_string(&money(1_999, "USD")).unwrap();
        assert_eq!(json, r#"{"amount":1999,"currency":"USD"}"#);
    }

    #[test]
    fn arithmetic_refuses_overflow_and_foreign_currencies() {
        let max = money(AMOUNT_MINOR_MAX, "USD");
        let one = money(1, "USD");
        let yen = money(1, "JPY");
        assert_eq!(max.checked_add(one), Err(MoneyError::OutOfRange));
        assert_eq!(
            money(-AMOUNT_MINOR_MAX, "USD").checked_sub(one),
            Err(MoneyError::OutOfRange)
        );
        assert_eq!(max.mul_quantity(2), Err(MoneyError::OutOfRange));
        assert_eq!(max.mul_quantity(u32::MAX), Err(MoneyError::OutOfRange));
        let mismatch = MoneyError::CurrencyMismatch(one.currency, yen.currency);
        assert_eq!(one.checked_add(yen), Err(mismatch));
        assert_eq!(one.checked_sub(yen), Err(mismatch));
        assert_eq!(
            Money::sum(one.currency, [max, one]),
            Err(MoneyError::OutOfRange)
        );
        assert_eq!(Money::sum(one.currency, [one, yen]), Err(mismatch));
        assert_eq!(Money::sum(one.currency, []), Ok(Money::zero(one.currency)));
        assert_eq!(
            Money::sum(one.currency, [one, one, one]),
            Ok(money(3, "USD"))
        );
        assert_eq!(money(250, "USD").mul_quantity(4), Ok(money(1_000, "USD")));
    }

    proptest! {
        #[test]
        fn money_survives_json(
            amount in -AMOUNT_MINOR_MAX..=AMOUNT_MINOR_MAX,
            index in 0..Currency::all().count(),
        ) {
            let currency = Currency::all().nth(index).unwrap();
            let before = Money::new(amount, currency).unwrap();
            let json = serde_json::to_string(&before).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), before);
        }

        #[test]
        fn decimal_text_holds_exactly_the_minor_units(
            amount in -AMOUNT_MINOR_MAX..=AMOUNT_MINOR_MAX,
            index in 0..Currency::all().count(),
        ) {
            let currency = Currency::all().nth(index).unwrap();
            let money = Money::new(amount, currency).unwrap();
            let digits = money.decimal_string().replace('.', "");
            prop_assert_eq!(digits.parse::<i64>().unwrap(), amount);
            let people = money.display().replace([',', '.', '\u{a0}'], "").replace('\u{2212}', "-");
            prop_assert_eq!(people, format!("{digits}{currency}"));
        }
    }
}
