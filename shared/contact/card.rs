//! Card numbers typed where they do not belong.
//!
//! Edgetill never handles card numbers. One that lands in a name or an address would be stored,
//! mailed and shown to staff, so such a text is refused, and never shown again in full.

const CARD_DIGITS_MIN: usize = 13;
const CARD_DIGITS_MAX: usize = 19;
const REPLACEMENT: &str = "[removed]";

/// Whether the text holds something that looks like a card number: 13 to 19 digits, alone or in
/// groups parted by single spaces, hyphens or points, whose last digit is the right Luhn check
/// (ISO/IEC 7812-1).
#[must_use]
pub fn contains_card_number(text: &str) -> bool {
    redact_card_numbers(text) != text
}

/// The text with `[removed]` in place of everything that looks like a card number.
#[must_use]
pub fn redact_card_numbers(text: &str) -> String {
    let mut redacted = String::new();
    let mut rest = text;
    let mut inside_digits = false;
    while let Some(character) = rest.chars().next() {
        // A number begins where a group of digits begins, never in the middle of a longer one.
        let card = if inside_digits {
            None
        } else {
            card_at_start(rest)
        };
        let taken = card.unwrap_or(character.len_utf8());
        match card {
            Some(_) => redacted.push_str(REPLACEMENT),
            None => redacted.push(character),
        }
        inside_digits = character.is_ascii_digit();
        rest = rest.get(taken..).unwrap_or_default();
    }
    redacted
}

/// The length in bytes of the longest card number that the text begins with.
fn card_at_start(text: &str) -> Option<usize> {
    let mut digits = Vec::new();
    let mut after_separator = true;
    let mut longest = None;
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        if let Some(digit) = character.to_digit(10) {
            digits.push(digit);
            after_separator = false;
            let ends_group = !characters
                .peek()
                .is_some_and(|(_, next)| next.is_ascii_digit());
            if ends_group && is_card_number(&digits) {
                longest = start.checked_add(character.len_utf8());
            }
        } else if matches!(character, ' ' | '-' | '.' | '\u{a0}') && !after_separator {
            after_separator = true;
        } else {
            break;
        }
        if digits.len() > CARD_DIGITS_MAX {
            break;
        }
    }
    longest
}

fn is_card_number(digits: &[u32]) -> bool {
    let length_fits = (CARD_DIGITS_MIN..=CARD_DIGITS_MAX).contains(&digits.len());
    let luhn_digit = |(place, digit): (usize, &u32)| match (place % 2, *digit) {
        (0, digit) => digit,
        // Every second digit from the right counts twice, and the digits of the product are added.
        (_, 9) => 9,
        (_, digit) => digit.saturating_mul(2) % 9,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(luhn_digit).sum();
    length_fits && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_found_however_they_are_grouped() {
        for text in [
            "4242424242424242",
            "4242 4242 4242 4242",
            "4242-4242-4242-4242",
            "4242.4242.4242.4242",
            "my card is 5555 5555 5555 4444, thanks",
            "378282246310005",
            "3782 822463 10005",
            "4222222222222",
            "6304000000000000000",
            "4242 4242 4242 4242 12 30 123",
            "No. 7 4242424242424242",
        ] {
            assert!(contains_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "",
            "4242424242424241",
            "424242424242",
            "12 High Street, Flat 3",
            "+49 30 1234567",
            "42424242424242424242",
            "4242  4242  4242  4242",
            "4242x4242x4242x4242",
            "Ⅻ ١٢٣٤",
        ] {
            assert_eq!(redact_card_numbers(text), text);
        }
    }

    #[test]
    fn every_single_wrong_digit_fails_the_check() {
        let number = "4242424242424242";
        for place in 0..number.len() {
            for digit in '0'..='9' {
                let mut changed = number.to_owned();
                changed.replace_range(place..=place, &digit.to_string());
                assert_eq!(
                    contains_card_number(&changed),
                    changed == number,
                    "{changed}"
                );
            }
        }
    }

    #[test]
    fn only_the_number_is_removed() {
        for (text, redacted) in [
            ("Ana 4242 4242 4242 4242 Lópe", "Ana [removed] Lópe"),
            (
                "4242424242424242 and 5555555555554444",
                "[removed] and [removed]",
            ),
            ("é4242424242424242é", "é[removed]é"),
        ] {
            assert_eq!(redact_card_numbers(text), redacted);
        }
    }
}
