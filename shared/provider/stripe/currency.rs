//! Stripe's own table of amounts (docs.stripe.com/currencies).
//!
//! Ours are minor units of ISO 4217. Stripe's differ for three currencies, and some that look alike
//! take only round amounts. The API limits every amount to eight digits, with longer limits for
//! three currencies of small units. The invariant: what Stripe is sent is worth exactly the money
//! it stands for, or nothing is sent.

use thiserror::Error;

use crate::money::{AMOUNT_MINOR_MAX, Currency, Money};

/// Why Stripe cannot collect an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountProblem {
    /// Below the minimum for its currency. Advisory where the account settles in another
    /// currency: the true minimum applies after conversion, and Stripe may refuse a little more.
    #[error("the amount is below the minimum of {minimum_minor} minor units")]
    TooSmall {
        /// The least amount, in our minor units.
        minimum_minor: i64,
    },
    /// Above the maximum for its currency.
    #[error("the amount is above the maximum of {maximum_minor} minor units")]
    TooLarge {
        /// The largest amount, in our minor units.
        maximum_minor: i64,
    },
    /// Stripe has no amount of exactly this worth: it must be a multiple of `step_minor`.
    #[error("the amount is not a multiple of {step_minor} minor units")]
    NotRepresentable {
        /// The smallest step, in our minor units.
        step_minor: i64,
    },
}

/// How our minor units become Stripe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// The same number.
    Same,
    /// The same number, which must be a multiple of ten: three-decimal currencies, whose last
    /// digit the card networks do not carry.
    SameRoundedToTen,
    /// Whole units to us; two decimals, always `00`, to Stripe.
    TimesHundred,
    /// Two decimals to ISO 4217; whole units to Stripe.
    Hundredth,
}

impl Scale {
    fn of(code: &str) -> Self {
        match code {
            "BHD" | "JOD" | "KWD" | "OMR" | "TND" => Self::SameRoundedToTen,
            "ISK" | "UGX" => Self::TimesHundred,
            "MGA" => Self::Hundredth,
            _ => Self::Same,
        }
    }

    /// The smallest amount of ours that Stripe can express.
    fn step_minor(self) -> i64 {
        match self {
            Self::Same | Self::TimesHundred => 1,
            Self::SameRoundedToTen => 10,
            Self::Hundredth => 100,
        }
    }

    fn at_stripe(self, amount_minor: i64) -> Option<i64> {
        if amount_minor.checked_rem(self.step_minor())? != 0 {
            return None;
        }
        match self {
            Self::Same | Self::SameRoundedToTen => Some(amount_minor),
            Self::TimesHundred => amount_minor.checked_mul(100),
            Self::Hundredth => amount_minor.checked_div(100),
        }
    }

    fn ours(self, amount: i64) -> Option<i64> {
        let amount_minor = match self {
            Self::Same | Self::SameRoundedToTen => amount,
            Self::TimesHundred if amount.checked_rem(100)? != 0 => return None,
            Self::TimesHundred => amount.checked_div(100)?,
            Self::Hundredth => amount.checked_mul(100)?,
        };
        (amount_minor.unsigned_abs() <= AMOUNT_MINOR_MAX.unsigned_abs()).then_some(amount_minor)
    }

    /// The largest amount of ours that is worth no more than `amount` of Stripe's.
    fn ours_at_most(self, amount: i64) -> i64 {
        match self {
            Self::Same => amount,
            Self::SameRoundedToTen => amount.saturating_div(10).saturating_mul(10),
            Self::TimesHundred => amount.saturating_div(100),
            Self::Hundredth => amount.saturating_mul(100),
        }
    }
}

/// The least charge when the account settles in the same currency. Every currency that Stripe
/// publishes one for has the same minor units there as here.
fn published_minimum(code: &str) -> Option<i64> {
    match code {
        "ARS" | "AUD" | "BRL" | "CAD" | "CHF" | "COP" | "EUR" | "IDR" | "ILS" | "INR" | "JPY"
        | "KRW" | "NZD" | "PHP" | "RUB" | "SGD" | "USD" | "ZAR" => Some(50),
        "GBP" => Some(30),
        "AED" | "MYR" | "PLN" | "RON" => Some(200),
        "DKK" => Some(250),
        "NOK" | "SEK" => Some(300),
        "HKD" => Some(400),
        "MXN" | "THB" => Some(1_000),
        "CZK" => Some(1_500),
        "HUF" => Some(17_500),
        _ => None,
    }
}

/// The largest charge in Stripe's units that every method can take.
fn maximum_at_stripe(code: &str) -> i64 {
    match code {
        "COP" => 9_999_999_999,
        "IDR" => 999_999_999_999,
        "INR" => 999_999_999,
        _ => 99_999_999,
    }
}

/// Whether Stripe can collect this amount. Nothing to pay is too small: such an order is settled
/// without a provider.
pub fn check_amount(money: Money) -> Result<(), AmountProblem> {
    check(money.currency.code(), money.amount_minor)
}

/// The amount as Stripe's API takes it. Zero and negative amounts pass: a line may be free.
pub fn to_stripe_amount(money: Money) -> Result<i64, AmountProblem> {
    to_stripe(money.currency.code(), money.amount_minor)
}

/// The money that an amount of Stripe's API stands for; `None` when it is no whole number of our
/// minor units, or beyond what an amount can be.
#[must_use]
pub fn from_stripe_amount(currency: Currency, amount: i64) -> Option<Money> {
    let amount_minor = Scale::of(currency.code()).ours(amount)?;
    Some(Money {
        amount_minor,
        currency,
    })
}

/// The currency's code as Stripe's API writes it.
#[must_use]
pub fn stripe_code(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}

/// An amount and a lower-case code of an object of Stripe's as money.
pub(super) fn money_on_wire(amount: Option<i64>, code: Option<&str>) -> Option<Money> {
    let currency = Currency::parse(&code?.to_ascii_uppercase()).ok()?;
    from_stripe_amount(currency, amount?)
}

fn to_stripe(code: &str, amount_minor: i64) -> Result<i64, AmountProblem> {
    let scale = Scale::of(code);
    scale
        .at_stripe(amount_minor)
        .ok_or(AmountProblem::NotRepresentable {
            step_minor: scale.step_minor(),
        })
}

fn check(code: &str, amount_minor: i64) -> Result<(), AmountProblem> {
    let scale = Scale::of(code);
    let minimum_minor = published_minimum(code).unwrap_or(scale.step_minor());
    let maximum_minor = scale.ours_at_most(maximum_at_stripe(code));
    if amount_minor < minimum_minor {
        return Err(AmountProblem::TooSmall { minimum_minor });
    }
    if amount_minor > maximum_minor {
        return Err(AmountProblem::TooLarge { maximum_minor });
    }
    to_stripe(code, amount_minor).map(|_| ())
}

#[cfg(test)]
mod tests;
