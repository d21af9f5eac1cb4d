//! The secret key and the idempotency key: the two texts of a request that must never be wrong.

use std::fmt;

use thiserror::Error;

use crate::provider::Mode;

/// A secret or restricted key, `sk_…` or `rk_…`. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    text: String,
    mode: Mode,
}

/// Why a text is not a secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretKeyError {
    /// Nothing is configured.
    #[error("the Stripe secret key is empty")]
    Empty,
    /// A publishable key, a webhook secret or something else.
    #[error("the Stripe secret key must begin with sk_test_, sk_live_, rk_test_ or rk_live_")]
    Prefix,
    /// Whitespace or other characters that a key never has.
    #[error("the Stripe secret key has characters that no key has")]
    Characters,
}

impl SecretKey {
    /// Takes the key exactly as Stripe shows it.
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        if text.is_empty() {
            return Err(SecretKeyError::Empty);
        }
        let kind = text
            .strip_prefix("sk_")
            .or_else(|| text.strip_prefix("rk_"));
        let kind = kind.ok_or(SecretKeyError::Prefix)?;
        let (mode, tail) = match (kind.strip_prefix("live_"), kind.strip_prefix("test_")) {
            (Some(tail), _) => (Mode::Live, tail),
            (_, Some(tail)) => (Mode::Test, tail),
            (None, None) => return Err(SecretKeyError::Prefix),
        };
        let is_plain = tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if tail.is_empty() || !is_plain {
            return Err(SecretKeyError::Characters);
        }
        Ok(Self {
            text: text.to_owned(),
            mode,
        })
    }

    /// The mode that the key's prefix names.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The value of the `authorization` header.
    pub(super) fn authorization(&self) -> String {
        format!("Bearer {}", self.text)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({:?}, redacted)", self.mode)
    }
}

/// The value of an `Idempotency-Key` header. It is made of stored data and never of the clock, so
/// that a retry has the same one; it holds no personal data, since Stripe keeps it
/// (`docs.stripe.com/api/idempotent_requests`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The text cannot be an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an idempotency key has 1 to 255 visible ASCII characters")]
pub struct NotAnIdempotencyKey;

impl IdempotencyKey {
    /// Takes 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, NotAnIdempotencyKey> {
        let is_visible = text.bytes().all(|b| b.is_ascii_graphic());
        if !(1..=255).contains(&text.len()) || !is_visible {
            return Err(NotAnIdempotencyKey);
        }
        Ok(Self(text.to_owned()))
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_known_from_the_key() {
        for (text, mode) in [
            ("sk_test_123", Mode::Test),
            ("rk_test_51Ab_c", Mode::Test),
            ("sk_live_51Ab", Mode::Live),
            ("rk_live_51Ab", Mode::Live),
        ] {
            assert_eq!(SecretKey::parse(text).unwrap().mode(), mode, "{text}");
        }
    }

    #[test]
    fn s123_what_is_no_secret_key_is_refused_at_the_start() {
        for (text, error) in [
            ("", SecretKeyError::Empty),
            ("pk_test_123", SecretKeyError::Prefix),
            ("whsec_123", SecretKeyError::Prefix),
            ("sk_123", SecretKeyError::Prefix),
            (" sk_test_123", SecretKeyError::Prefix),
            ("sk_test_", SecretKeyError::Characters),
            ("sk_test_...", SecretKeyError::Characters),
            ("sk_test_123\n", SecretKeyError::Characters),
            ("sk_test_1\r\nx: y", SecretKeyError::Characters),
        ] {
            assert_eq!(SecretKey::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = SecretKey::parse("sk_live_abc123").unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey(Live, redacted)");
    }

    #[test]
    fn an_idempotency_key_is_a_safe_header() {
        assert_eq!(
            IdempotencyKey::parse("co-A1-1").unwrap().as_str(),
            "co-A1-1"
        );
        for bad in ["", "a b", "a\n", "é", &"a".repeat(256)] {
            assert_eq!(
                IdempotencyKey::parse(bad),
                Err(NotAnIdempotencyKey),
                "{bad:?}"
            );
        }
    }
}
