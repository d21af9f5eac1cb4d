//! Bank accounts, and what a bank's statement tells about a transfer.
//!
//! In scope: the rows that buyers are shown, and the texts that staff copy from a statement. Out of
//! scope: the document that shows a transfer ([`crate::proof`]) and what staff decide about it
//! ([`crate::review`]).

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::catalogue::is_slug;
use crate::money::{Currency, Money};
use crate::payment::PayerName;
use crate::record::Record;
use crate::time::{Timestamp, day_of};

/// Why a text is no name, reference or date of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BankError {
    /// Not 1 to 64 lower-case letters, digits and inner hyphens.
    #[error("the account's name has 1 to 64 lower-case letters, digits and inner hyphens")]
    AccountId,
    /// Nothing, too much, or other characters than plain letters, digits and signs.
    #[error("a reference has 1 to 64 plain letters and digits")]
    Reference,
    /// Not a day of the calendar.
    #[error("a value date is written as 2026-11-21")]
    ValueDate,
}

/// Declares a text that is made by parsing and stored as it is.
macro_rules! parsed_text {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BankError;

            fn try_from(text: String) -> Result<Self, BankError> {
                Self::parse(&text)
            }
        }

        impl From<&$name> for crate::statement::Value {
            fn from(text: &$name) -> Self {
                text.as_str().into()
            }
        }
    };
}

/// The short name that staff gave an account, as in `main-eur`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BankAccountId(String);
parsed_text!(BankAccountId);

impl BankAccountId {
    /// Parses 1 to 64 lower-case letters, digits and inner hyphens.
    pub fn parse(text: &str) -> Result<Self, BankError> {
        let id = is_slug(text).then(|| Self(text.to_owned()));
        id.ok_or(BankError::AccountId)
    }
}

/// What a bank calls a transfer. Only its letters and digits are kept, in capitals, so that it is the
/// same however it was copied. Nothing beyond ASCII: of other characters some are not seen and some
/// look like others, and then one transfer would pay twice under two names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TransferReference(String);
parsed_text!(TransferReference);

impl TransferReference {
    const CHARS_MAX: usize = 64;

    /// Parses 1 to 64 letters and digits among spaces and signs.
    pub fn parse(text: &str) -> Result<Self, BankError> {
        let is_plain = text
            .chars()
            .all(|c| c.is_ascii_graphic() || matches!(c, ' ' | '\t' | '\u{a0}'));
        let kept = text.chars().filter(char::is_ascii_alphanumeric);
        let reference: String = kept.map(|c| c.to_ascii_uppercase()).collect();
        if !(1..=Self::CHARS_MAX).contains(&reference.len()) || !is_plain {
            return Err(BankError::Reference);
        }
        Ok(Self(reference))
    }
}

/// The day on which a bank counts a transfer, `YYYY-MM-DD`. A day has no time zone.
///
/// Days in this form are in the order of their texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ValueDate(String);
parsed_text!(ValueDate);

impl ValueDate {
    /// Whether money can have come in on that day and be told of now: not later than tomorrow
    /// somewhere, and not more than two years ago.
    #[must_use]
    pub fn is_believable(&self, now: Timestamp) -> bool {
        const DAY_S: i64 = 86_400;
        let oldest = now.plus(-2 * 366 * DAY_S).day();
        (oldest..=now.plus(DAY_S).day()).contains(&self.0)
    }

    /// Parses a day of the calendar.
    pub fn parse(text: &str) -> Result<Self, BankError> {
        day_of(text).ok_or(BankError::ValueDate)?;
        Ok(Self(text.to_owned()))
    }
}

/// An account that buyers may transfer to, as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Record)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BankAccount {
    /// Its short name; a proof quotes it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub bank_account_id: BankAccountId,
    /// The currency it is kept in.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[A-Z]{3}$"))
    )]
    pub currency: Currency,
    /// The bank.
    pub bank_name: String,
    /// Whose account it is.
    pub holder: String,
    /// IBAN or account number, as printed for people.
    pub account_number: String,
    /// BIC, routing number or sort code; empty where none is needed.
    pub routing: String,
    /// What else a buyer should know; may be empty.
    pub note: String,
}

/// One of our accounts, as an order's buyer may have seen it.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct OfferedAccount {
    /// The account.
    #[serde(flatten)]
    pub account: BankAccount,
    /// Nobody is told to transfer to it any more.
    #[record(flag)]
    pub is_retired: bool,
}

/// A transfer as staff read it on a bank's statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankReceipt {
    /// The account it came in on.
    pub account: BankAccount,
    /// What the bank calls it. One reference pays once.
    pub reference: TransferReference,
    /// The bank's value date.
    pub value_date: ValueDate,
    /// All of it, also when it pays several orders.
    pub whole: Money,
    /// Who sent it, if staff have typed that; for their search.
    pub payer_name: Option<PayerName>,
}

impl BankReceipt {
    /// Who paid, for people: `bank transfer to Meridian Bank`.
    #[must_use]
    pub fn paid_by(&self) -> String {
        format!("bank transfer to {}", self.account.bank_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_same_however_it_was_copied() {
        let one = TransferReference::parse(" ntrf 2026-1121/0042 ").unwrap();
        assert_eq!(one.as_str(), "NTRF202611210042");
        for same in ["NTRF2026-1121/0042", "ntrf 20261121-0042", one.as_str()] {
            assert_eq!(TransferReference::parse(same), Ok(one.clone()), "{same}");
        }
        let long = "x".repeat(65);
        for odd in [
            "",
            "  ",
            "-/-",
            "a\u{0}b",
            "B\u{200b}R-1",
            "BR–1",
            "ＢＲ-1",
            "\u{202e}abc",
            "straße",
            "a\nb",
            long.as_str(),
        ] {
            assert_eq!(
                TransferReference::parse(odd),
                Err(BankError::Reference),
                "{odd:?}"
            );
        }
    }

    #[test]
    fn a_value_date_is_a_day_of_the_calendar() {
        assert!(ValueDate::parse("2028-02-29").is_ok());
        for odd in [
            "2027-02-29",
            "2026-13-01",
            "2026-1-1",
            "21.11.2026",
            "",
            "2026-11-21 ",
            "+2026-11-21",
        ] {
            assert_eq!(ValueDate::parse(odd), Err(BankError::ValueDate), "{odd}");
        }
    }

    #[test]
    fn a_value_date_lies_between_two_years_ago_and_tomorrow() {
        let now = Timestamp(1_795_284_063);
        for (day, is_believable) in [
            ("2026-11-22", true),
            ("2026-11-23", false),
            ("9999-12-31", false),
            ("2024-11-21", true),
            ("2024-11-18", false),
            ("1900-01-01", false),
        ] {
            let date = ValueDate::parse(day).unwrap();
            assert_eq!(date.is_believable(now), is_believable, "{day}");
        }
    }

    #[test]
    fn an_account_has_a_short_name() {
        assert!(BankAccountId::parse("main-eur").is_ok());
        for odd in ["", "Main", "-a", "a b", "a/b"] {
            assert_eq!(
                BankAccountId::parse(odd),
                Err(BankError::AccountId),
                "{odd}"
            );
        }
    }
}
