//! Money: integer minor units of a known currency.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The largest amount that survives a JSON number and a SQLite REAL: 2^53−1 minor units.
pub const AMOUNT_MINOR_MAX: i64 = 9_007_199_254_740_991;

/// An ISO 4217 code of a currency in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(&'static str);

/// Code and number of minor digits (ISO 4217). Providers have tables of their own.
const CURRENCIES: [(&str, u32); 3] = [("EUR", 2), ("JPY", 0), ("USD", 2)];

impl Currency {
    /// Parses an upper-case code.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        CURRENCIES
            .iter()
            .find(|(known, _)| *known == code)
            .map(|(known, _)| Self(known))
            .ok_or(MoneyError::UnknownCurrency)
    }

    /// The upper-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units with its currency; within ±[`AMOUNT_MINOR_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents of a dollar, whole yen.
    #[serde(rename = "amount")]
    pub amount_minor: i64,
    /// The currency of the amount.
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
}
