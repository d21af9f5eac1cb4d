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
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = words.join(" ");
        let problem = if line.is_empty() {
            ("required", "Please say why, in a few words.")
        } else if line.chars().count() > CHARS_MAX {
            ("too_long", "Please use at most 500 characters.")
        } else if line.chars().any(char::is_control) {
            ("invalid_character", "Please use plain text.")
        } else if contains_card_number(&line) {
            ("card_number", "Please do not write down a card number.")
        } else {
            return Ok(Self(line));
        };
        Err(FieldProblem::new(field, problem.0, problem.1))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
