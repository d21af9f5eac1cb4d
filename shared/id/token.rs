//! The token that opens one order.
//!
//! It is derived from the link secret and the order number, so that a mail can be written again
//! without keeping the token. Only its hash is stored.

use hmac::Mac;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{LinkSecret, OrderNumber, base32};

const TOKEN_LABEL: &str = "edgetill order token v1";
/// 160 of the 256 derived bits: 32 symbols without a rest.
const TOKEN_BYTES: usize = 20;
const TOKEN_SYMBOLS: usize = 32;
const HASH_HEX_DIGITS: usize = 64;

/// Why a text is not an order token or its hash. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is malformed")]
pub struct TokenError;

/// Opens one order to whoever holds it: 160 bits as 32 lower-case symbols.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderToken(String);

impl OrderToken {
    /// The token of an order: always the same under the same secret.
    #[must_use]
    pub fn derive(secret: &LinkSecret, order: &OrderNumber) -> Self {
        let mac = secret
            .mac(TOKEN_LABEL, &[order.as_str()])
            .finalize()
            .into_bytes();
        let (kept, _) = mac.split_at(TOKEN_BYTES);
        Self(base32::encode(kept).to_ascii_lowercase())
    }

    /// Reads a token from a link, forgiving what people's typing changes. That it is well formed
    /// says nothing about any order; see [`TokenHash::matches`].
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let values = text
            .chars()
            .map(|character| base32::value(character).ok_or(TokenError));
        let symbols = values
            .map(|value| value.map(base32::symbol))
            .collect::<Result<String, _>>()?;
        if symbols.len() != TOKEN_SYMBOLS {
            return Err(TokenError);
        }
        Ok(Self(symbols.to_ascii_lowercase()))
    }

    /// The token itself, for a link to its owner and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored in its place.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        let digest = Sha256::digest(self.0.as_bytes());
        let half_bytes = digest.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
        TokenHash(
            half_bytes
                .filter_map(|half| char::from_digit(half.into(), 16))
                .collect(),
        )
    }
}

impl std::fmt::Debug for OrderToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrderToken(redacted)")
    }
}

/// The SHA-256 of an order token's text, in lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHash(String);

impl TokenHash {
    /// Reads a stored hash.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let is_hex = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != HASH_HEX_DIGITS || !is_hex {
            return Err(TokenError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of the token; takes the same time wherever they differ.
    #[must_use]
    pub fn matches(&self, token: &OrderToken) -> bool {
        let presented = token.hash();
        let pairs = self.0.bytes().zip(presented.0.bytes());
        let difference = pairs.fold(0, |seen, (kept, given)| {
            std::hint::black_box(seen | (kept ^ given))
        });
        self.0.len() == presented.0.len() && difference == 0
    }
}

impl From<&TokenHash> for crate::statement::Value {
    fn from(hash: &TokenHash) -> Self {
        hash.as_str().into()
    }
}

impl Serialize for TokenHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> LinkSecret {
        LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad015").unwrap()
    }

    fn order(seed: u8) -> OrderNumber {
        OrderNumber::from_random([seed; 8])
    }

    #[test]
    fn order_token_format_unchanged() {
        let token = OrderToken::derive(&secret(), &order(7));
        assert_eq!(token.reveal(), "v7e0rbtta93cwb431386yv3vwz64ez3e");
        assert_eq!(
            token.hash().as_str(),
            "733ec87a655a42abf91e4364f7aefdcac0e45954e46539debb8d6dcb91f1da81"
        );
    }

    #[test]
    fn a_token_opens_its_own_order_only() {
        let token = OrderToken::derive(&secret(), &order(7));
        assert!(token.hash().matches(&token));
        assert!(
            !OrderToken::derive(&secret(), &order(8))
                .hash()
                .matches(&token)
        );
        let other = LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad016").unwrap();
        assert!(!OrderToken::derive(&other, &order(7)).hash().matches(&token));
    }

    #[test]
    fn every_changed_digit_of_the_hash_is_seen() {
        let token = OrderToken::derive(&secret(), &order(7));
        let hash = token.hash().as_str().to_owned();
        for place in 0..hash.len() {
            let mut digits = hash.clone().into_bytes();
            digits[place] = if digits[place] == b'0' { b'1' } else { b'0' };
            let changed = TokenHash::parse(std::str::from_utf8(&digits).unwrap()).unwrap();
            assert!(!changed.matches(&token), "{place}");
        }
    }

    #[test]
    fn a_token_is_read_from_a_link_in_any_case() {
        let token = OrderToken::derive(&secret(), &order(7));
        assert_eq!(OrderToken::parse(token.reveal()).as_ref(), Ok(&token));
        assert_eq!(
            OrderToken::parse(&token.reveal().to_uppercase()).as_ref(),
            Ok(&token)
        );
        let longer = format!("{}0", token.reveal());
        for text in [
            "",
            "abc",
            &token.reveal()[1..],
            &longer,
            &"u".repeat(32),
            &"é".repeat(32),
        ] {
            assert_eq!(OrderToken::parse(text), Err(TokenError));
        }
    }

    #[test]
    fn malformed_hashes_are_refused() {
        for text in [
            "",
            "00",
            &"0".repeat(63),
            &"0".repeat(65),
            &"G".repeat(64),
            &"A".repeat(64),
        ] {
            assert_eq!(TokenHash::parse(text), Err(TokenError));
        }
        assert!(serde_json::from_str::<TokenHash>("\"00\"").is_err());
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = OrderToken::derive(&secret(), &order(7));
        assert_eq!(format!("{token:?}"), "OrderToken(redacted)");
    }
}
