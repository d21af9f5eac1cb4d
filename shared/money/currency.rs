//! The currencies in use today, with their minor digits.
//!
//! Source: ISO 4217 list one (national currencies in force since January 2026). Fund codes, metals
//! and units of account (`CHE`, `CLF`, `XAU`, `XDR`, …) are left out: nobody pays with them.
//! Providers count some currencies otherwise (Stripe: `ISK`, `UGX`; PayPal: `HUF`, `TWD`); those
//! tables belong to the providers' own modules.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::MoneyError;

const NO_MINOR_DIGITS: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];

const TWO_MINOR_DIGITS: [&str; 132] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD",
    "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP",
    "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP",
    "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS",
    "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE",
    "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD",
    "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR",
    "ZMW", "ZWG",
];

const THREE_MINOR_DIGITS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// A currency of ISO 4217, known with its minor digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    minor_digits: u8,
}

impl Currency {
    /// Parses an upper-case code.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        Self::all()
            .find(|known| known.code == code)
            .ok_or(MoneyError::UnknownCurrency)
    }

    /// Every currency of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        let table: [(&'static [&'static str], u8); 3] = [
            (&TWO_MINOR_DIGITS, 2),
            (&NO_MINOR_DIGITS, 0),
            (&THREE_MINOR_DIGITS, 3),
        ];
        table.into_iter().flat_map(|(codes, minor_digits)| {
            codes.iter().map(move |code| Self { code, minor_digits })
        })
    }

    /// The upper-case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Digits after the decimal point: 0 for yen, 2 for dollars, 3 for Kuwaiti dinars.
    #[must_use]
    pub fn minor_digits(self) -> u8 {
        self.minor_digits
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

impl From<Currency> for crate::statement::Value {
    fn from(value: Currency) -> Self {
        value.code.into()
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_three_letters_and_stands_once() {
        let codes: Vec<_> = Currency::all().map(Currency::code).collect();
        assert!(
            codes
                .iter()
                .all(|c| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase()))
        );
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
        for table in [&TWO_MINOR_DIGITS[..], &NO_MINOR_DIGITS, &THREE_MINOR_DIGITS] {
            assert!(
                table.is_sorted(),
                "a sorted table shows a missing code at a glance"
            );
        }
    }

    #[test]
    fn s42_minor_digits_follow_iso_4217() {
        let digits = |code| Currency::parse(code).unwrap().minor_digits();
        for code in ["JPY", "KRW", "ISK", "UGX", "CLP"] {
            assert_eq!(digits(code), 0, "{code}");
        }
        for code in ["USD", "EUR", "HUF", "TWD", "MGA"] {
            assert_eq!(digits(code), 2, "{code}");
        }
        for code in ["KWD", "BHD", "OMR", "TND"] {
            assert_eq!(digits(code), 3, "{code}");
        }
    }

    #[test]
    fn unknown_withdrawn_and_lower_case_codes_are_refused() {
        for code in [
            "", "usd", "US", "USDT", "XXX", "XAU", "DEM", "BGN", "HRK", " USD",
        ] {
            assert_eq!(
                Currency::parse(code),
                Err(MoneyError::UnknownCurrency),
                "{code:?}"
            );
        }
    }
}
