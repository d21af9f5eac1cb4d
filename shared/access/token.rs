//! The assertion: a JWT in the compact form (RFC 7515, 7.1; RFC 7519).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Access, AccessError, Key};
use crate::rsa::{RsaCheck, SIGNATURE_BYTES};
use crate::staff::StaffEmail;
use crate::time::Timestamp;

/// Access's own have about 1 KB; groups of a large company make some kilobytes of it.
const CHARS_MAX: usize = 6 * 1024;
const KEY_ID_CHARS_MAX: usize = 128;
/// How far the clocks of two servers may be apart.
const LEEWAY_S: i64 = 60;

/// An assertion that is in order, provided that its signature is. Nothing is proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion<'a> {
    key_id: String,
    signed: &'a str,
    signature: Vec<u8>,
    claimed: SignedIn,
}

/// An assertion whose signature the platform is still to check.
#[must_use = "nobody is known before the conclusion"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    check: RsaCheck,
    claimed: SignedIn,
}

/// Somebody who signed in. What they may do is not said by this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    email: StaffEmail,
    session: Timestamp,
}

impl SignedIn {
    /// Their address, as Access knows it.
    #[must_use]
    pub fn email(&self) -> &StaffEmail {
        &self.email
    }

    /// When they signed in for this application: names their session.
    #[must_use]
    pub fn session(&self) -> Timestamp {
        self.session
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that a reader must understand; we understand none (RFC 7515, 4.1.11).
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    /// One text or a list of them (RFC 7519, 4.1.3).
    aud: serde_json::Value,
    exp: Timestamp,
    iat: Timestamp,
    nbf: Option<Timestamp>,
    email: Option<String>,
    /// Access's own: `app` for an application's assertion, `org` for a team's session.
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Access {
    /// Checks an assertion as far as it goes without a key.
    pub fn read<'a>(&self, text: &'a str, now: Timestamp) -> Result<Assertion<'a>, AccessError> {
        if text.len() > CHARS_MAX {
            return Err(AccessError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(AccessError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(AccessError::Malformed)?;
        let header: Header = json(header)?;
        if header.alg != "RS256" || header.crit.is_some() {
            return Err(AccessError::Algorithm);
        }
        let key_id = header
            .kid
            .filter(|id| (1..=KEY_ID_CHARS_MAX).contains(&id.len()))
            .ok_or(AccessError::Malformed)?;
        let signature = bytes(signature)?;
        if !SIGNATURE_BYTES.contains(&signature.len()) {
            return Err(AccessError::Malformed);
        }
        Ok(Assertion {
            key_id,
            signed,
            signature,
            claimed: self.claimed(json(claims)?, now)?,
        })
    }

    fn claimed(&self, claims: Claims, now: Timestamp) -> Result<SignedIn, AccessError> {
        if claims.iss != self.team {
            return Err(AccessError::Issuer);
        }
        if !names(&claims.aud, &self.audience) || claims.kind.is_some_and(|kind| kind != "app") {
            return Err(AccessError::Audience);
        }
        if now >= claims.exp.plus(LEEWAY_S) {
            return Err(AccessError::Expired);
        }
        let begins = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat));
        if now.plus(LEEWAY_S) < begins {
            return Err(AccessError::NotYetValid);
        }
        let email = claims.email.ok_or(AccessError::NotAPerson)?;
        Ok(SignedIn {
            email: StaffEmail::parse(&email).map_err(|_| AccessError::NotAPerson)?,
            session: claims.iat,
        })
    }
}

impl Assertion<'_> {
    /// The id of the key that it says it was signed with.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The question whether that key has signed it.
    pub fn pending(self, key: &Key) -> Pending {
        Pending {
            check: RsaCheck {
                spki: key.spki().to_vec(),
                message: self.signed.as_bytes().to_vec(),
                signature: self.signature,
            },
            claimed: self.claimed,
        }
    }
}

impl Pending {
    /// The signature to be checked. When the platform cannot say whether it is right, the request is
    /// undecided: answer 503.
    #[must_use]
    pub fn check(&self) -> &RsaCheck {
        &self.check
    }

    /// Who it is, when the signature is right.
    pub fn conclude(self, is_right: bool) -> Result<SignedIn, AccessError> {
        if is_right {
            Ok(self.claimed)
        } else {
            Err(AccessError::NoMatch)
        }
    }
}

fn names(audiences: &serde_json::Value, wanted: &str) -> bool {
    let list = audiences.as_array().map(Vec::as_slice);
    let list = list.unwrap_or(std::slice::from_ref(audiences));
    list.iter().any(|audience| audience == wanted)
}

fn bytes(text: &str) -> Result<Vec<u8>, AccessError> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| AccessError::Malformed)
}

/// A part that must be a JSON object; a name that stands in it twice is refused.
fn json<T: DeserializeOwned>(text: &str) -> Result<T, AccessError> {
    let bytes = bytes(text)?;
    // Without this an array would be read as the fields of a struct.
    if bytes.first() != Some(&b'{') {
        return Err(AccessError::Malformed);
    }
    serde_json::from_slice(&bytes).map_err(|_| AccessError::Malformed)
}
