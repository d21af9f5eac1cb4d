//! Amounts written as decimals, by providers and by people.

use thiserror::Error;

use super::{Currency, Money};

/// PayPal's limit of an amount's text; no bank writes more.
const CHARS_MAX: usize = 32;

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// Not digits with at most one point, perhaps a minus sign, and no more than 32 characters.
    #[error("not a decimal text")]
    Form,
    /// More decimals than the currency has, and not all of them zero.
    #[error("more decimals than the currency has")]
    TooPrecise,
    /// Beyond what money can be.
    #[error("the amount is out of range")]
    OutOfRange,
}

impl Money {
    /// Reads a decimal such as `19.99`, `30`, `.5` or `-0.500` exactly, or not at all (S43). Any number
    /// of decimals is read, as long as the amount is a whole number of minor units.
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, DecimalError> {
        if text.len() > CHARS_MAX {
            return Err(DecimalError::Form);
        }
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", text),
        };
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((_, "")) => return Err(DecimalError::Form),
            Some(parts) => parts,
            None if unsigned.is_empty() => return Err(DecimalError::Form),
            None => (unsigned, ""),
        };
        let mut digits = whole.bytes().chain(fraction.bytes());
        if !digits.all(|digit| digit.is_ascii_digit()) {
            return Err(DecimalError::Form);
        }
        let minor_digits = usize::from(currency.minor_digits());
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > minor_digits {
            return Err(DecimalError::TooPrecise);
        }
        // The leading zero stands in for digits that are all missing, as in `.5` or a JPY `.0`.
        let digits = format!("{sign}0{whole}{fraction:0<minor_digits$}");
        let amount_minor = digits.parse().map_err(|_| DecimalError::OutOfRange)?;
        Self::new(amount_minor, currency).map_err(|_| DecimalError::OutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tests of PayPal's amounts read many more.
    #[test]
    fn s43_a_decimal_is_read_exactly_or_not_at_all() {
        let read = |code: &str, text: &str| {
            let currency = Currency::parse(code).unwrap();
            Money::from_decimal(text, currency).map(|money| money.amount_minor)
        };
        assert_eq!(read("EUR", "119.00"), Ok(11_900));
        assert_eq!(read("JPY", "16000"), Ok(16_000));
        assert_eq!(read("KWD", "1.234"), Ok(1_234));
        assert_eq!(read("EUR", "0.001"), Err(DecimalError::TooPrecise));
        for odd in [
            "", "119,00", "1,190.00", "1e3", " 1", "+1", "119.", "EUR 1", "--1",
        ] {
            assert_eq!(read("EUR", odd), Err(DecimalError::Form), "{odd:?}");
        }
    }
}
