//! The `Stripe-Signature` header: `t=<Unix seconds>,v1=<hex HMAC-SHA256>[,v1=…][,v0=…]`.
//!
//! The MAC covers `<t>.<raw body>` and its key is the whole secret text, `whsec_` included
//! (docs.stripe.com/webhooks, "Verify webhook signatures manually"). This is stricter than
//! Stripe's SDKs wherever a genuine header never looks that way: digits only, one `t`, and a window
//! that closes on both sides. The invariant: [`verify`] is the only way to a
//! [`Verified`] body, and it compares in constant time.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

use super::hex::decode_sha256;
use crate::provider::verified::Verified;
use crate::time::Timestamp;

/// How far `t` may lie from now, in either direction; inclusive. Stripe's own default, and every
/// redelivery carries a fresh `t`.
pub const TOLERANCE_S: i64 = 300;
/// A genuine header has under 250 bytes. The cap also bounds the number of `v1` values.
pub const HEADER_BYTES_MAX: usize = 4096;

/// The signing secrets of the webhook endpoint: the current one, and during a roll the one before.
/// Neither is ever printed.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointSecrets {
    current: String,
    previous: Option<String>,
}

/// Why a text is not a signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretError {
    /// An empty key would let anybody sign.
    #[error("the webhook secret is empty")]
    Empty,
    /// Usually a newline that came along when the secret was pasted.
    #[error("the webhook secret contains whitespace or control characters")]
    Whitespace,
}

/// Which of the two secrets signed. [`MatchedSecret::Previous`] is worth a line in the log: the
/// roll is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedSecret {
    /// The current secret.
    Current,
    /// The one before it.
    Previous,
}

/// A delivery whose signature is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// The raw bytes that were signed.
    pub body: Verified<&'a [u8]>,
    /// The secret that signed them.
    pub secret: MatchedSecret,
}

/// Why a delivery is not believed. All of them are answered alike; the difference is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// No `Stripe-Signature` header, or an empty one.
    #[error("the signature header is missing")]
    MissingHeader,
    /// Longer than [`HEADER_BYTES_MAX`].
    #[error("the signature header is too long")]
    HeaderTooLong,
    /// A body of no bytes is never an event.
    #[error("the body is empty")]
    EmptyBody,
    /// No `t`, two of them, or not 1 to 12 digits.
    #[error("the signature header has no usable timestamp")]
    Timestamp,
    /// More than [`TOLERANCE_S`] from now; positive when it lies in the past.
    #[error("the signature is {age_s} s old")]
    OutsideWindow {
        /// Seconds from `t` to now.
        age_s: i64,
    },
    /// No `v1` of 64 hex digits.
    #[error("the signature header has no v1 signature")]
    NoSignature,
    /// No `v1` was made with one of our secrets over these bytes.
    #[error("no signature matches")]
    NoMatch,
}

impl EndpointSecrets {
    /// Takes the secrets exactly as Stripe shows them. Nothing is trimmed: a secret with
    /// whitespace is a mistake that should be seen when the Worker starts.
    pub fn parse(current: &str, previous: Option<&str>) -> Result<Self, SecretError> {
        Ok(Self {
            current: parse_secret(current)?,
            previous: previous.map(parse_secret).transpose()?,
        })
    }

    fn in_order(&self) -> impl Iterator<Item = (MatchedSecret, &str)> {
        let previous = self
            .previous
            .as_deref()
            .map(|secret| (MatchedSecret::Previous, secret));
        std::iter::once((MatchedSecret::Current, self.current.as_str())).chain(previous)
    }
}

impl fmt::Debug for EndpointSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EndpointSecrets(redacted)")
    }
}

fn parse_secret(text: &str) -> Result<String, SecretError> {
    if text.is_empty() {
        return Err(SecretError::Empty);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(SecretError::Whitespace);
    }
    Ok(text.to_owned())
}

/// Checks a delivery: every `v1` against every secret, over the raw bytes.
pub fn verify<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &EndpointSecrets,
    now: Timestamp,
) -> Result<Delivery<'a>, SignatureError> {
    verify_within(header, body, secrets, now, TOLERANCE_S)
}

fn verify_within<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &EndpointSecrets,
    now: Timestamp,
    tolerance_s: i64,
) -> Result<Delivery<'a>, SignatureError> {
    let header = Header::parse(header)?;
    if body.is_empty() {
        return Err(SignatureError::EmptyBody);
    }
    // The window comes before the MAC, so that a flood of old captures costs no hashing.
    let age_s = now.seconds_since(header.signed_at);
    if age_s.unsigned_abs() > tolerance_s.unsigned_abs() {
        return Err(SignatureError::OutsideWindow { age_s });
    }
    secrets
        .in_order()
        .find(|(_, secret)| header.is_signed_with(secret, body))
        .map(|(secret, _)| Delivery {
            body: Verified::new(body),
            secret,
        })
        .ok_or(SignatureError::NoMatch)
}

struct Header<'a> {
    /// As received: these characters are what the MAC covers.
    timestamp: &'a str,
    signed_at: Timestamp,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(header: Option<&'a str>) -> Result<Self, SignatureError> {
        let header = header
            .filter(|text| !text.is_empty())
            .ok_or(SignatureError::MissingHeader)?;
        if header.len() > HEADER_BYTES_MAX {
            return Err(SignatureError::HeaderTooLong);
        }
        let mut timestamp = None;
        let mut signatures = Vec::new();
        for item in header.split(',') {
            match item.split_once('=') {
                Some(("t", _)) if timestamp.is_some() => return Err(SignatureError::Timestamp),
                Some(("t", value)) => timestamp = Some(value),
                // A `v1` that is no signature is skipped: another one may be good.
                Some(("v1", value)) => signatures.extend(decode_sha256(value)),
                // `v0` and all other keys are ignored, or a sender could choose a weaker scheme.
                _ => {}
            }
        }
        let timestamp = timestamp.ok_or(SignatureError::Timestamp)?;
        let signed_at = parse_seconds(timestamp).ok_or(SignatureError::Timestamp)?;
        if signatures.is_empty() {
            return Err(SignatureError::NoSignature);
        }
        Ok(Self {
            timestamp,
            signed_at,
            signatures,
        })
    }

    fn is_signed_with(&self, secret: &str, body: &[u8]) -> bool {
        // HMAC takes a key of any length; the error exists for other MACs.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(self.timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        self.signatures
            .iter()
            .any(|signature| mac.clone().verify_slice(signature).is_ok())
    }
}

/// 1 to 12 ASCII digits: `str::parse` alone would take a sign, and 12 digits last for 30,000 years.
fn parse_seconds(text: &str) -> Option<Timestamp> {
    let is_plain = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_plain {
        text.parse().ok().map(Timestamp)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
