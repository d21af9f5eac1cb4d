//! Text that stays on its line.

use std::fmt;

/// Text without control characters, line separators and direction overrides. In a header it cannot
/// start another one; in a plain-text body it cannot start a line or turn what follows around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneLine(String);

impl OneLine {
    /// Makes one line of any text: what would break the line becomes a space, what would change the
    /// direction of the text around it is left out.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let kept = text.chars().filter(|c| !turns_direction(*c));
        let line: String = kept.map(|c| if breaks_line(c) { ' ' } else { c }).collect();
        Self(line.trim().to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for OneLine {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for OneLine {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl fmt::Display for OneLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters, and the line and paragraph separators (Unicode, "Newline Guidelines").
fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The explicit directional formatting characters (Unicode Standard Annex 9, section 2).
fn turns_direction(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_start_a_header_or_a_line() {
        for breaks in [
            "\r\n", "\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", "\0",
        ] {
            let line = OneLine::new(&format!("Order{breaks}Bcc: all@example.com"));
            let spaces = " ".repeat(breaks.chars().count());
            assert_eq!(line.as_str(), format!("Order{spaces}Bcc: all@example.com"));
        }
    }

    #[test]
    fn text_cannot_turn_its_surroundings_around() {
        assert_eq!(OneLine::new("a\u{202e}b\u{2066}c\u{200f}").as_str(), "abc");
    }

    #[test]
    fn letters_of_every_direction_stay() {
        assert_eq!(
            OneLine::new(" Jürgen \u{5e9}\u{5dc} ").as_str(),
            "Jürgen \u{5e9}\u{5dc}"
        );
    }
}
