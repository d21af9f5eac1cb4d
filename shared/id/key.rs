//! Keys that make a repetition harmless.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::base32;

const KEY_CHARS_MIN: usize = 20;
const KEY_CHARS_MAX: usize = 255;
const WRITE_TOKEN_SYMBOLS: usize = 26;

/// Why an `Idempotency-Key` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyError {
    /// Shorter than 20 or longer than 255 characters; holds the length in bytes.
    #[error("Idempotency-Key must have 20 to 255 characters, found {0}")]
    Length(usize),
    /// A space, a control character or one outside ASCII.
    #[error("Idempotency-Key must consist of visible ASCII characters")]
    Character,
}

/// The caller's key of a request: the same key and body get the same answer.
///
/// 20 visible ASCII characters at least, so that keys are drawn (a UUID has 36) and not counted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Takes a header's value.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        if !(KEY_CHARS_MIN..=KEY_CHARS_MAX).contains(&text.len()) {
            return Err(IdempotencyKeyError::Length(text.len()));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(IdempotencyKeyError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Redacted: whoever knows the key and the body can have the answer again, token included.
impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdempotencyKey(redacted)")
    }
}

impl From<&IdempotencyKey> for crate::statement::Value {
    fn from(key: &IdempotencyKey) -> Self {
        key.as_str().into()
    }
}

impl Serialize for IdempotencyKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for IdempotencyKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Drawn for every attempt to commit and kept in the history row: after a lost answer it tells our
/// own success from another's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteToken(String);

impl WriteToken {
    /// 128 random bits as 26 symbols.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(base32::encode(&random))
    }

    /// Reads a stored token; `None` when it is not 26 canonical symbols.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_canonical = |symbol| base32::value(symbol).map(base32::symbol) == Some(symbol);
        let fits = text.len() == WRITE_TOKEN_SYMBOLS && text.chars().all(is_canonical);
        fits.then(|| Self(text.to_owned()))
    }

    /// The 26 symbols.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&WriteToken> for crate::statement::Value {
    fn from(token: &WriteToken) -> Self {
        token.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_has_20_to_255_visible_ascii_characters() {
        for length in [20, 36, 255] {
            assert!(
                IdempotencyKey::parse(&"k".repeat(length)).is_ok(),
                "{length}"
            );
        }
        for length in [0, 19, 256, 10_000] {
            let refused = IdempotencyKey::parse(&"k".repeat(length));
            assert_eq!(refused, Err(IdempotencyKeyError::Length(length)));
        }
        for odd in [' ', '\n', '\0', '\u{7f}'] {
            let text = format!("{}{odd}", "k".repeat(30));
            assert_eq!(
                IdempotencyKey::parse(&text),
                Err(IdempotencyKeyError::Character)
            );
        }
        let foreign = IdempotencyKey::parse("schlüssel-schlüssel-schlüssel");
        assert_eq!(foreign, Err(IdempotencyKeyError::Character));
    }

    #[test]
    fn an_idempotency_key_is_kept_as_it_came_and_never_printed() {
        let text = "8e03978e-40d5-43e8-bc93-6894a57f9324";
        let key = IdempotencyKey::parse(text).unwrap();
        assert_eq!(key.as_str(), text);
        assert_eq!(serde_json::to_string(&key).unwrap(), format!("\"{text}\""));
        assert!(!format!("{key:?}").contains(text));
    }

    #[test]
    fn write_token_format_unchanged() {
        assert_eq!(WriteToken::from_random([0; 16]).as_str(), "0".repeat(26));
        assert_eq!(
            WriteToken::from_random([0xff; 16]).as_str(),
            "ZZZZZZZZZZZZZZZZZZZZZZZZZW"
        );
        assert_eq!(
            WriteToken::from_random(*b"sixteen bytes ok").as_str(),
            "EDMQGX35CNQ20RKSEHJQ683FDC"
        );
    }
}
