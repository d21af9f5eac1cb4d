//! The secret behind order links and order cookies.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::distinct::distinct;

/// The fewest characters of a link secret: 32 hexadecimal digits hold 128 bits.
const SECRET_CHARS_MIN: usize = 32;
/// Fewer different characters than this are typed, not drawn at random. 32 random hexadecimal
/// digits have fewer than 8 with a chance below 10⁻⁷.
const DIFFERENT_CHARS_MIN: usize = 8;
/// Words of documentation and templates; a drawn secret does not contain them.
const EXAMPLE_WORDS: [&str; 8] = [
    "example", "change", "replace", "insert", "your_", "your-", "secret", "password",
];

/// Why a setting is not fit to be a secret. The value itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Shorter than 32 characters.
    #[error("the secret is shorter than 32 characters")]
    TooShort,
    /// An example from a document, or typed by hand.
    #[error("the secret is an example value; draw one at random")]
    Example,
}

/// The key of order tokens and order cookies. Changing it makes every link and cookie invalid.
#[derive(Clone)]
pub struct LinkSecret(Hmac<Sha256>);

impl LinkSecret {
    /// Takes the setting's text; refuses short ones and example values.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.chars().count() < SECRET_CHARS_MIN {
            return Err(SecretError::TooShort);
        }
        let lower = text.to_ascii_lowercase();
        let different = distinct(lower.chars()).len();
        let is_example = EXAMPLE_WORDS.iter().any(|word| lower.contains(word));
        if is_example || different < DIFFERENT_CHARS_MIN {
            return Err(SecretError::Example);
        }
        // HMAC takes keys of every length, so this error never occurs.
        Hmac::new_from_slice(text.as_bytes())
            .map(Self)
            .map_err(|_| SecretError::TooShort)
    }

    /// HMAC-SHA256 over the label and the parts with `|` between them. The label is constant and
    /// different for each use, and no part contains `|`, so no two messages are alike.
    pub(super) fn mac(&self, label: &str, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(label.as_bytes());
        for part in parts {
            mac.update(b"|");
            mac.update(part.as_bytes());
        }
        mac
    }
}

impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s123_short_and_example_secrets_are_refused() {
        for text in [
            "",
            "short",
            "0123456789abcdef0123456789abcde",
            &" ".repeat(40),
        ] {
            assert_eq!(
                LinkSecret::parse(text).unwrap_err(),
                SecretError::TooShort,
                "{text:?}"
            );
        }
        for text in [
            "change-me-change-me-change-me-change-me",
            "EXAMPLE-0123456789abcdef0123456789abcdef",
            "replace_with_openssl_rand_hex_32_output",
            "your-link-key-goes-here-0123456789abcd",
            "00000000000000000000000000000000000000",
            "abcabcabcabcabcabcabcabcabcabcabcabcabc",
        ] {
            assert_eq!(
                LinkSecret::parse(text).unwrap_err(),
                SecretError::Example,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_drawn_secret_is_taken_and_never_printed() {
        let secret = LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad015").unwrap();
        assert_eq!(format!("{secret:?}"), "LinkSecret(redacted)");
    }
}
