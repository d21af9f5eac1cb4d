//! The address a mail goes to.

use std::fmt;
use thiserror::Error;

/// The longest address that a mail server accepts (RFC 5321, 4.5.3.1.3, less the angle brackets).
const ADDRESS_BYTES_MAX: usize = 254;
/// The longest part before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;

/// One bare mail address, such as `ada@example.com`: no display name, no list, no comment, no
/// quoted part. Only sending shows whether it exists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

/// Why a text is not one bare mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Longer than mail servers accept.
    #[error("the e-mail address is too long")]
    TooLong,
    /// No single `@` between two parts, or no dot inside the part after it.
    #[error("the e-mail address is not complete")]
    Incomplete,
    /// White space, control characters, or characters that separate or quote addresses.
    #[error("the e-mail address has a character that it cannot have")]
    Forbidden,
}

impl Address {
    /// Parses an address; white space around it is taken off.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.chars().any(forbidden) {
            return Err(AddressError::Forbidden);
        }
        let (local, domain) = text.split_once('@').ok_or(AddressError::Incomplete)?;
        if local.is_empty() || domain.contains('@') || !is_domain(domain) {
            return Err(AddressError::Incomplete);
        }
        if text.len() > ADDRESS_BYTES_MAX || local.len() > LOCAL_BYTES_MAX {
            return Err(AddressError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// At least two labels, none of them empty.
fn is_domain(domain: &str) -> bool {
    domain.contains('.') && domain.split('.').all(|label| !label.is_empty())
}

/// Everything that could end the address or start another one in a header (RFC 5322, 3.2.3), and
/// what cannot be seen.
fn forbidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || "()<>[]:;,\\\"".contains(c)
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_written() {
        for text in [
            "ada@example.com",
            "a.b+tag@mail.example.co.uk",
            "jürgen@weiß.example",
        ] {
            assert_eq!(Address::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(
            Address::parse(" ada@example.com\n").unwrap().as_str(),
            "ada@example.com"
        );
    }

    #[test]
    fn an_address_cannot_carry_a_header_or_a_second_address() {
        for text in [
            "ada@example.com\r\nBcc: all@example.com",
            "ada@example.com, eve@example.com",
            "Ada <ada@example.com>",
            "\"ada x\"@example.com",
            "ada@example.com;eve@example.com",
            "ada\u{0}@example.com",
            "ada\u{202e}@example.com",
        ] {
            assert_eq!(
                Address::parse(text),
                Err(AddressError::Forbidden),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_incomplete_address_is_refused() {
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "a@b@c.de",
            "a@.de",
            "a@b..de",
        ] {
            assert_eq!(
                Address::parse(text),
                Err(AddressError::Incomplete),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_address_too_long_for_mail_servers_is_refused() {
        let local = format!("{}@example.com", "a".repeat(65));
        let whole = format!("a@{}.de", "b".repeat(250));
        assert_eq!(Address::parse(&local), Err(AddressError::TooLong));
        assert_eq!(Address::parse(&whole), Err(AddressError::TooLong));
    }
}
