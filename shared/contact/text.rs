//! Single lines of free text: names, address lines, postal codes, tax ids.

use serde::{Deserialize, Serialize};

use super::{ContactError, contains_card_number};

/// Defines a line of text with its cap. Debug output is redacted: all of them are personal data.
macro_rules! line_of_text {
    ($(#[$doc:meta])* $name:ident, chars_max: $chars_max:literal, check: $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const CHARS_MAX: usize = $chars_max;

            /// Parses one line; outer spaces are ignored, and nothing else is changed.
            pub fn parse(text: &str) -> Result<Self, ContactError> {
                let line = one_line(text, Self::CHARS_MAX)?;
                $check(line)?;
                Ok(Self(line.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ContactError;

            fn try_from(text: String) -> Result<Self, ContactError> {
                Self::parse(&text)
            }
        }
    };
}

line_of_text! {
    /// The name of a person, as they write it.
    PersonName, chars_max: 200, check: without_card_number
}

line_of_text! {
    /// A company, a line of an address, a city or a region.
    AddressText, chars_max: 200, check: without_card_number
}

line_of_text! {
    /// A postal code in whatever form its country uses.
    PostalCode, chars_max: 20, check: without_card_number
}

line_of_text! {
    /// A tax number in whatever form its country uses. Card numbers are not looked for: some tax
    /// numbers have as many digits and the same check (SIRET).
    TaxId, chars_max: 40, check: any_text
}

fn one_line(text: &str, chars_max: usize) -> Result<&str, ContactError> {
    let line = text.trim();
    if line.chars().all(is_invisible) {
        return Err(ContactError::Required);
    }
    if line.chars().count() > chars_max {
        return Err(ContactError::TooLong { chars_max });
    }
    if line.chars().any(breaks_a_line) {
        return Err(ContactError::Character);
    }
    Ok(line)
}

/// Spaces of every kind, joiners, and marks that need a letter to stand on: alone they show nothing.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
                | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{ffa0}'
        )
}

/// Control characters and line breaks, which could forge a mail header or a log line, and the
/// marks that make text read in another order than it is stored.
fn breaks_a_line(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

fn without_card_number(line: &str) -> Result<(), ContactError> {
    if contains_card_number(line) {
        Err(ContactError::CardNumber)
    } else {
        Ok(())
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "stands where a check that can fail may stand"
)]
fn any_text(_: &str) -> Result<(), ContactError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_all_scripts_are_kept_as_written() {
        for text in [
            "Ana",
            "Nguyễn Văn A",
            "李小龍",
            "O’Brien-Smith",
            "محمد",
            "X Æ A-12",
        ] {
            assert_eq!(
                PersonName::parse(&format!("  {text}\t")).unwrap().as_str(),
                text
            );
        }
    }

    #[test]
    fn empty_long_and_unprintable_lines_are_refused() {
        assert_eq!(PersonName::parse(" \u{a0}\n"), Err(ContactError::Required));
        assert!(PersonName::parse(&"é".repeat(200)).is_ok());
        let too_long = PersonName::parse(&"é".repeat(201));
        assert_eq!(too_long, Err(ContactError::TooLong { chars_max: 200 }));
        for odd in [
            '\n', '\r', '\t', '\0', '\u{1b}', '\u{85}', '\u{2028}', '\u{202e}', '\u{2066}',
        ] {
            let refused = PersonName::parse(&format!("a{odd}b"));
            assert_eq!(refused, Err(ContactError::Character), "{odd:?}");
        }
    }

    #[test]
    fn a_card_number_is_refused_but_a_tax_number_may_look_like_one() {
        let number = "4242 4242 4242 4242";
        assert_eq!(PersonName::parse(number), Err(ContactError::CardNumber));
        assert_eq!(AddressText::parse(number), Err(ContactError::CardNumber));
        assert_eq!(PostalCode::parse(number), Err(ContactError::CardNumber));
        assert!(TaxId::parse("732 829 320 00074").is_ok());
    }

    #[test]
    fn texts_are_never_printed() {
        assert_eq!(
            format!("{:?}", PersonName::parse("Ana").unwrap()),
            "PersonName(redacted)"
        );
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_again(text in ".{0,30}") {
            if let Ok(line) = AddressText::parse(&text) {
                prop_assert_eq!(AddressText::parse(line.as_str()).unwrap(), line.clone());
                let json = serde_json::to_string(&line).unwrap();
                prop_assert_eq!(serde_json::from_str::<AddressText>(&json).unwrap(), line);
            }
        }
    }
}
