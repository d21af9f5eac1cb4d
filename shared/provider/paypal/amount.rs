//! PayPal's own table of amounts, and its decimal texts.
//!
//! PayPal takes amounts as texts with two decimals, and none for three currencies
//! (developer.paypal.com/api/rest/reference/currency-codes). For two of those, HUF and TWD, ISO 4217
//! has two, and so have our minor units: `500` in a text is 50,000 of ours. The invariants: what
//! PayPal is sent is worth exactly the money it stands for, or nothing is sent; what PayPal says is
//! read exactly, or not at all (S43). No float is involved in either direction.

use thiserror::Error;

use crate::money::{Currency, DecimalError, Money};

/// The currencies that a payment can be made in. BRL, CNY and MYR are for accounts of their own
/// countries; PayPal refuses the order for others. RUB stands in older lists only.
const SUPPORTED: [&str; 24] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY",
    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];

/// Those of them that PayPal writes without decimals.
const WITHOUT_DECIMALS: [&str; 3] = ["HUF", "JPY", "TWD"];

/// Why PayPal cannot collect an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountProblem {
    /// PayPal does not take payments in the currency.
    #[error("PayPal takes no payments in {0}")]
    Currency(Currency),
    /// Nothing, or less than nothing.
    #[error("the amount is below the minimum of {minimum_minor} minor units")]
    TooSmall {
        /// The least amount, in our minor units.
        minimum_minor: i64,
    },
    /// PayPal has no amount of exactly this worth: it must be a multiple of `step_minor`.
    #[error("the amount is not a multiple of {step_minor} minor units")]
    NotRepresentable {
        /// The smallest step, in our minor units.
        step_minor: i64,
    },
}

/// Whether PayPal can collect this amount. Accounts have limits of their own above that; PayPal's
/// refusal tells.
pub fn check_amount(money: Money) -> Result<(), AmountProblem> {
    to_value(money)?;
    if money.amount_minor <= 0 {
        let minimum_minor = step_minor(money.currency);
        return Err(AmountProblem::TooSmall { minimum_minor });
    }
    Ok(())
}

/// The amount as PayPal's API takes it: `12.00`, `500`. Zero and negative amounts pass: a part of a
/// total may be nothing.
pub fn to_value(money: Money) -> Result<String, AmountProblem> {
    let code = money.currency.code();
    if !SUPPORTED.contains(&code) {
        return Err(AmountProblem::Currency(money.currency));
    }
    let decimal = money.decimal_string();
    if !WITHOUT_DECIMALS.contains(&code) {
        return Ok(decimal);
    }
    let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
    if fraction.bytes().any(|digit| digit != b'0') {
        let step_minor = step_minor(money.currency);
        return Err(AmountProblem::NotRepresentable { step_minor });
    }
    Ok(whole.to_owned())
}

/// The money that a text of PayPal's stands for. PayPal's own samples have `0.0`, `30` and `.5`.
pub fn from_value(currency: Currency, value: &str) -> Result<Money, DecimalError> {
    Money::from_decimal(value, currency)
}

/// A code and a text of an object of PayPal's as money.
pub(super) fn money_on_wire(code: &str, value: &str) -> Option<Money> {
    from_value(Currency::parse(code).ok()?, value).ok()
}

/// The smallest amount of ours that PayPal can express.
fn step_minor(currency: Currency) -> i64 {
    let has_more_digits =
        WITHOUT_DECIMALS.contains(&currency.code()) && currency.minor_digits() > 0;
    if has_more_digits { 100 } else { 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::AMOUNT_MINOR_MAX;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn money(amount_minor: i64, code: &str) -> Money {
        Money::new(amount_minor, currency(code)).unwrap()
    }

    fn read(code: &str, value: &str) -> Result<i64, DecimalError> {
        from_value(currency(code), value).map(|money| money.amount_minor)
    }

    #[test]
    fn s43_decimal_texts_are_read_exactly_or_refused() {
        use DecimalError::{Form, OutOfRange, TooPrecise};
        for (code, value, expected) in [
            ("USD", "10.1", Ok(1_010)),
            ("USD", "10.10", Ok(1_010)),
            ("USD", "10.100", Ok(1_010)),
            ("USD", "10.101", Err(TooPrecise)),
            ("USD", "1E1", Err(Form)),
            ("USD", "1e1", Err(Form)),
            ("USD", "-1", Ok(-100)),
            ("USD", "-0.49", Ok(-49)),
            ("USD", "-.5", Ok(-50)),
            ("USD", "0.0", Ok(0)),
            ("USD", "30", Ok(3_000)),
            ("USD", "030", Ok(3_000)),
            ("USD", ".5", Ok(50)),
            ("USD", "0.005", Err(TooPrecise)),
            ("USD", "5.", Err(Form)),
            ("USD", ".", Err(Form)),
            ("USD", "-", Err(Form)),
            ("USD", "-.", Err(Form)),
            ("USD", "", Err(Form)),
            ("USD", "+1", Err(Form)),
            ("USD", "--1", Err(Form)),
            ("USD", "-+1", Err(Form)),
            ("USD", "1.-5", Err(Form)),
            ("USD", "1,000.00", Err(Form)),
            ("USD", "1.0.0", Err(Form)),
            ("USD", " 1", Err(Form)),
            ("USD", "1 ", Err(Form)),
            ("USD", "\u{663}", Err(Form)),
            ("USD", "NaN", Err(Form)),
            ("USD", "0x10", Err(Form)),
            ("USD", "90071992547409.91", Ok(AMOUNT_MINOR_MAX)),
            ("USD", "90071992547409.92", Err(OutOfRange)),
            ("USD", "99999999999999999999999999999999", Err(OutOfRange)),
            ("USD", "000000000000000000000000000000010", Err(Form)),
            ("JPY", "500", Ok(500)),
            ("JPY", "500.00", Ok(500)),
            ("JPY", ".0", Ok(0)),
            ("JPY", "500.5", Err(TooPrecise)),
            ("HUF", "500", Ok(50_000)),
            ("TWD", "1", Ok(100)),
            ("KWD", "1.234", Ok(1_234)),
        ] {
            assert_eq!(read(code, value), expected, "{code} {value:?}");
        }
    }

    #[test]
    fn s42_amounts_are_written_with_paypals_digits() {
        use AmountProblem::{Currency as NotTaken, NotRepresentable};
        for (amount, code, expected) in [
            (1_200, "USD", Ok("12.00")),
            (5, "EUR", Ok("0.05")),
            (0, "USD", Ok("0.00")),
            (-49, "USD", Ok("-0.49")),
            (500, "JPY", Ok("500")),
            (50_000, "HUF", Ok("500")),
            (50_050, "HUF", Err(NotRepresentable { step_minor: 100 })),
            (-50_000, "TWD", Ok("-500")),
            (1, "TWD", Err(NotRepresentable { step_minor: 100 })),
            (AMOUNT_MINOR_MAX, "USD", Ok("90071992547409.91")),
            (1_000, "KWD", Err(NotTaken(currency("KWD")))),
            (1_000, "RUB", Err(NotTaken(currency("RUB")))),
            (1_000, "INR", Err(NotTaken(currency("INR")))),
        ] {
            let value = to_value(money(amount, code));
            assert_eq!(value.as_deref(), expected.as_ref().map(|v| *v), "{code}");
        }
    }

    #[test]
    fn nothing_to_pay_cannot_be_collected() {
        for (amount, code, minimum_minor) in [
            (0, "USD", 1),
            (-1, "USD", 1),
            (0, "JPY", 1),
            (0, "HUF", 100),
            (-100, "TWD", 100),
        ] {
            let problem = AmountProblem::TooSmall { minimum_minor };
            assert_eq!(check_amount(money(amount, code)), Err(problem), "{code}");
            assert_eq!(check_amount(money(minimum_minor, code)), Ok(()), "{code}");
        }
    }

    #[test]
    fn the_tables_name_currencies_of_iso_4217() {
        assert!(SUPPORTED.is_sorted() && WITHOUT_DECIMALS.is_sorted());
        for code in SUPPORTED {
            let digits = currency(code).minor_digits();
            let at_paypal = if WITHOUT_DECIMALS.contains(&code) {
                0
            } else {
                2
            };
            let differs = ["HUF", "TWD"].contains(&code);
            assert_eq!(digits != at_paypal, differs, "{code}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            amount in -AMOUNT_MINOR_MAX..=AMOUNT_MINOR_MAX,
            code in proptest::sample::select(SUPPORTED.to_vec()),
        ) {
            let money = money(amount, code);
            if let Ok(value) = to_value(money) {
                prop_assert_eq!(from_value(money.currency, &value), Ok(money));
            }
        }

        #[test]
        fn any_text_is_read_without_panic(value in "\\PC{0,40}", digits in "[-.0-9]{0,34}") {
            let _ = from_value(currency("USD"), &value);
            let _ = from_value(currency("USD"), &digits);
        }
    }
}
