//! Countries: ISO 3166-1 alpha-2 codes with short English names.
//!
//! Out of scope: subdivisions. A region is free text to us; only tax rates compare it.

mod table;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::table::COUNTRIES;

/// Countries and territories whose post needs no code, so that no form asks for one there
/// (Universal Postal Union, addressing guides).
const WITHOUT_POSTAL_CODES: [&str; 57] = [
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BQ", "BS", "BW", "BZ", "CD", "CF", "CG", "CI",
    "CK", "CM", "CW", "DJ", "DM", "ER", "FJ", "GD", "GH", "GM", "GQ", "GY", "HK", "JM", "KI", "KM",
    "KN", "KP", "LY", "ML", "MO", "MR", "NR", "NU", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "SX",
    "SY", "TD", "TG", "TK", "TO", "TV", "UG", "VU", "ZW",
];

/// A country or territory of ISO 3166-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country {
    code: &'static str,
    name: &'static str,
}

/// The text is not an alpha-2 code in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the country is not a code of two letters that is in use")]
pub struct UnknownCountry;

impl Country {
    /// Parses an alpha-2 code in any case.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        Self::all()
            .find(|known| known.code.eq_ignore_ascii_case(code))
            .ok_or(UnknownCountry)
    }

    /// Every country, sorted by name for a list.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.iter().map(|(code, name)| Self { code, name })
    }

    /// The upper-case alpha-2 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// The short English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Whether an address there has a postal code.
    #[must_use]
    pub fn has_postal_codes(self) -> bool {
        !WITHOUT_POSTAL_CODES.contains(&self.code)
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Country {
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
    fn every_code_is_two_letters_and_stands_once() {
        let codes: BTreeSet<_> = Country::all().map(Country::code).collect();
        assert_eq!(codes.len(), COUNTRIES.len());
        assert!(
            codes
                .iter()
                .all(|c| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase()))
        );
    }

    #[test]
    fn the_list_is_sorted_by_name() {
        let accents = [
            ("å", "a"),
            ("ã", "a"),
            ("ç", "c"),
            ("é", "e"),
            ("ô", "o"),
            ("ü", "u"),
        ];
        let plain = |name: &str| {
            accents
                .iter()
                .fold(name.to_lowercase(), |name, (from, to)| {
                    name.replace(from, to)
                })
        };
        let names: Vec<_> = Country::all()
            .map(|country| plain(country.name()))
            .collect();
        assert!(names.is_sorted());
    }

    #[test]
    fn codes_are_read_in_any_case_and_others_refused() {
        assert_eq!(Country::parse("de").unwrap().name(), "Germany");
        assert_eq!(Country::parse("JP").unwrap().code(), "JP");
        for code in ["", "D", "DEU", "XX", "UK", "Germany", " DE"] {
            assert_eq!(Country::parse(code), Err(UnknownCountry), "{code:?}");
        }
    }

    #[test]
    fn countries_without_postal_codes_are_countries() {
        for code in WITHOUT_POSTAL_CODES {
            assert!(!Country::parse(code).unwrap().has_postal_codes());
        }
        for code in ["DE", "US", "JP", "IE", "SG"] {
            assert!(Country::parse(code).unwrap().has_postal_codes());
        }
    }

    #[test]
    fn country_json_format_unchanged() {
        let country = Country::parse("AX").unwrap();
        assert_eq!(serde_json::to_string(&country).unwrap(), "\"AX\"");
        assert_eq!(serde_json::from_str::<Country>("\"AX\"").unwrap(), country);
        assert!(serde_json::from_str::<Country>("\"ZZ\"").is_err());
    }
}
