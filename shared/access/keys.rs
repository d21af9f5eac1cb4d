//! The team's public keys (RFC 7517), and how often they may be fetched.
//!
//! Access signs with one key and publishes the next or the previous one beside it; it changes them
//! every six weeks and honours the old one for a week. So a ring is used for an hour, and an unknown
//! key is looked for once a minute at most, however many forged assertions name one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::http::InResponse;
use crate::rsa::{SIGNATURE_BYTES, public_key, spki};
use crate::time::Timestamp;

/// Access publishes two.
const KEYS_MAX: usize = 8;
/// After this long the keys are fetched again.
const FRESH_S: i64 = 3_600;
/// How long the team's answer says what keys there are not.
const ANSWER_S: i64 = 60;
/// Fetches in one minute: more than one, since requests that come at once all find no keys yet, and
/// few, when no answer comes.
const FETCHES_MAX: u8 = 4;
const MINUTE_S: i64 = 60;
/// 65537 in base64url, the only exponent in use.
const EXPONENT: &str = "AQAB";

/// A public RSA key of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    id: String,
    spki: Vec<u8>,
}

/// The keys that were found last. Kept in an isolate's memory; losing it costs one fetch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRing {
    keys: Vec<Key>,
    fetched_at: Timestamp,
    window_start: Timestamp,
    fetches: u8,
}

/// What a ring knows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLookup {
    /// The key.
    Known(Key),
    /// Nothing; the keys may be fetched, and the fetch is counted.
    Fetch,
    /// The team has no such key: it was looked for a moment ago.
    Unknown,
    /// Nothing, and there were too many fetches in vain: answer 503.
    Undecided,
}

impl Key {
    /// Reads a key as it is published; one for something else is not for us.
    fn of(published: &Value) -> Option<Self> {
        let text = |name| published.get(name).and_then(Value::as_str);
        // Absent in some sets.
        let is_rs256 = match published.get("alg") {
            None | Some(Value::Null) => true,
            Some(alg) => alg == "RS256",
        };
        let modulus = URL_SAFE_NO_PAD.decode(text("n")?).ok()?;
        let is_for_us = text("kty") == Some("RSA") && text("e") == Some(EXPONENT) && is_rs256;
        if !is_for_us || !SIGNATURE_BYTES.contains(&modulus.len()) {
            return None;
        }
        let exponent = URL_SAFE_NO_PAD.decode(EXPONENT).ok()?;
        Some(Self {
            id: text("kid")?.to_owned(),
            spki: spki(&public_key(&modulus, &exponent)?)?,
        })
    }

    /// DER of its `SubjectPublicKeyInfo`.
    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }
}

impl KeyRing {
    /// A ring without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            keys: Vec::new(),
            fetched_at: Timestamp(0),
            window_start: Timestamp(0),
            fetches: 0,
        }
    }

    /// Takes the team's keys from its answer; an answer without a key for us changes nothing. Keys of
    /// other kinds beside ours are left out.
    pub fn keep(&mut self, answer: &InResponse, now: Timestamp) {
        let keys = keys_of(answer).unwrap_or_default();
        if !keys.is_empty() {
            self.keys = keys;
            self.fetched_at = now;
        }
    }

    /// Finds a key, or says whether the keys may be fetched.
    pub fn look_up(&mut self, key_id: &str, now: Timestamp) -> KeyLookup {
        // A clock that was set back makes everything old.
        let is_within = |since: Timestamp, s: i64| (0..s).contains(&now.seconds_since(since));
        let found = self.keys.iter().find(|key| key.id == key_id);
        if let Some(key) = found.filter(|_| is_within(self.fetched_at, FRESH_S)) {
            return KeyLookup::Known(key.clone());
        }
        if is_within(self.fetched_at, ANSWER_S) {
            return KeyLookup::Unknown;
        }
        if !is_within(self.window_start, MINUTE_S) {
            self.window_start = now;
            self.fetches = 0;
        }
        if self.fetches >= FETCHES_MAX {
            return KeyLookup::Undecided;
        }
        self.fetches = self.fetches.saturating_add(1);
        KeyLookup::Fetch
    }
}

fn keys_of(answer: &InResponse) -> Option<Vec<Key>> {
    if answer.status != 200 {
        return None;
    }
    let set: Value = serde_json::from_slice(&answer.body).ok()?;
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().filter_map(Key::of).take(KEYS_MAX).collect())
}
