//! What staff write in their own words.

use crate::contact::contains_card_number;
use crate::field::FieldProblem;

const CHARS_MAX: usize = 500;

/// Some words on one line: 1 to 500 characters, none of them a control character, and no card number.
/// Line breaks become spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// Parses what was typed; `field` is named when it is no note.
    pub fn parse(field: &str, text: &str) -> Result<Self, FieldProblem> {
        if text.trim().is_empty() {
            let message = "Please say why, in a few words.";
            return Err(FieldProblem::new(field, "required", message));
        }
        Self::parse_optional(field, text)
    }

    /// As [`Note::parse`], where nothing needs to be said.
    pub fn parse_optional(field: &str, text: &str) -> Result<Self, FieldProblem> {
        Self::parse_short(field, text, CHARS_MAX)
    }

    /// As [`Note::parse_optional`], of so many characters.
    pub(super) fn parse_short(
        field: &str,
        text: &str,
        chars_max: usize,
    ) -> Result<Self, FieldProblem> {
        let text = line(field, text, 0, chars_max)?;
        if contains_card_number(&text) {
            let message = "Please do not write down a card number.";
            return Err(FieldProblem::new(field, "card_number", message));
        }
        Ok(Self(text))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line of so many characters, with single spaces; `field` is named when it is none.
pub(super) fn line(
    field: &str,
    text: &str,
    chars_min: usize,
    chars_max: usize,
) -> Result<String, FieldProblem> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let count = line.chars().count();
    let (code, message) = if count < chars_min {
        ("required", "Please fill in this field.".to_owned())
    } else if count > chars_max {
        (
            "too_long",
            format!("Please use at most {chars_max} characters."),
        )
    } else if line.chars().any(char::is_control) {
        ("invalid_character", "Please use plain text.".to_owned())
    } else {
        return Ok(line);
    };
    Err(FieldProblem::new(field, code, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_some_words_on_one_line() {
        let note = Note::parse("note", " refunded\r\n at  the bank ").unwrap();
        assert_eq!(note.as_str(), "refunded at the bank");
        for (text, code) in [
            ("", "required"),
            (" \n ", "required"),
            (&"x".repeat(501), "too_long"),
            ("a\u{0}b", "invalid_character"),
            ("card 4242 4242 4242 4242", "card_number"),
        ] {
            let problem = Note::parse("note", text).unwrap_err();
            assert_eq!((problem.field.as_str(), problem.code), ("note", code));
        }
    }
}
