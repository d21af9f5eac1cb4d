//! Cloudflare Access: whether a request comes from somebody who signed in for this application.
//!
//! Access puts a signed assertion, a JWT, on every request that it lets through
//! (developers.cloudflare.com/cloudflare-one, "Validate JWTs"). Its way through here:
//!
//! 1. [`Access::read`] checks everything that needs no key: form, algorithm, issuer, audience, times.
//!    What it refuses costs no request and no cryptography.
//! 2. [`KeyRing::look_up`] finds the key by its id, or says that the team's keys are to be fetched
//!    ([`Access::keys_request`], [`KeyRing::keep`]), which it allows a few times a minute.
//! 3. [`Assertion::pending`] is the question for the platform's RSA, and [`Pending::conclude`] takes
//!    the answer. Nobody is known before.
//!
//! Out of scope: what the person may do here, which [`crate::staff`] decides. The invariants: the
//! token never chooses its algorithm or its key, and what cannot be decided is not believed.

mod keys;
#[cfg(test)]
mod tests;
mod token;

use thiserror::Error;

pub use self::keys::{Key, KeyLookup, KeyRing};
pub use self::token::{Assertion, Pending, SignedIn};
use crate::http::{Method, OutRequest};

/// Where Access publishes a team's keys, below the team's own address.
const KEYS_PATH: &str = "/cdn-cgi/access/certs";
/// Where a team's session ends.
const SIGN_OUT_PATH: &str = "/cdn-cgi/access/logout";
/// A team has two keys; each takes some 400 bytes, and 2 KB as a certificate.
const KEYS_BYTES_MAX: usize = 64 * 1024;
const KEYS_DEADLINE_MS: u32 = 5_000;
const AUDIENCE_DIGITS: usize = 64;

/// The application that staff sign in for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// `https://<team>.cloudflareaccess.com`; names the issuer as well.
    team: String,
    /// The application's audience tag.
    audience: String,
}

/// The audience setting is not a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be the 64 hexadecimal digits of the application's audience tag")]
pub struct AudienceError;

/// Why an assertion is not believed. All are answered alike (401); the difference is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccessError {
    /// Longer than any that Access makes.
    #[error("the assertion is too long")]
    TooLong,
    /// Not three parts of base64url with JSON in them, or a claim is missing or of another type.
    #[error("the assertion is malformed")]
    Malformed,
    /// Not exactly `RS256`, or with extensions that must be understood.
    #[error("the assertion's algorithm is not RS256")]
    Algorithm,
    /// Not made by this team.
    #[error("the assertion is of another issuer")]
    Issuer,
    /// Made for another application.
    #[error("the assertion is for another audience")]
    Audience,
    /// Its time is over.
    #[error("the assertion has expired")]
    Expired,
    /// Its time has not come.
    #[error("the assertion is not valid yet")]
    NotYetValid,
    /// Not about a person: a service token, or a person without an e-mail address.
    #[error("the assertion names no person")]
    NotAPerson,
    /// Signed with a key that the team does not have.
    #[error("the assertion's key is unknown")]
    UnknownKey,
    /// Not signed with the key that it names.
    #[error("the assertion's signature does not match")]
    NoMatch,
}

impl Access {
    /// An application of a team. `team` is the team's address without a slash at the end.
    pub fn new(team: &str, audience: &str) -> Result<Self, AudienceError> {
        let is_tag = audience.len() == AUDIENCE_DIGITS
            && audience
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_tag {
            return Err(AudienceError);
        }
        Ok(Self {
            team: team.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// Where people of the team sign in.
    #[must_use]
    pub fn sign_in_url(&self) -> &str {
        &self.team
    }

    /// Where the team's session ends.
    #[must_use]
    pub fn sign_out_url(&self) -> String {
        format!("{}{SIGN_OUT_PATH}", self.team)
    }

    /// The request for the team's keys.
    #[must_use]
    pub fn keys_request(&self) -> OutRequest {
        OutRequest {
            method: Method::Get,
            url: format!("{}{KEYS_PATH}", self.team),
            headers: Vec::new(),
            body: Vec::new(),
            deadline_ms: KEYS_DEADLINE_MS,
            answer_bytes_max: KEYS_BYTES_MAX,
        }
    }
}
