//! The token in every form of the staff door.
//!
//! A page of another site can make a browser send a form, but cannot read what stood in ours. The
//! token belongs to one session of one person, and nothing is kept for it.

use hmac::Mac;

use super::{LinkSecret, base32};
use crate::access::SignedIn;

const FORM_LABEL: &str = "edgetill staff form v1";
/// 160 of the 256 derived bits: 32 symbols without a rest.
const TOKEN_BYTES: usize = 20;

/// Proves that a form stood on a page of ours that this session was shown.
#[derive(Clone, PartialEq, Eq)]
pub struct FormToken(String);

impl FormToken {
    /// The token of a session: always the same under the same secret.
    #[must_use]
    pub fn derive(secret: &LinkSecret, who: &SignedIn) -> Self {
        // The address may contain the separator, so it stands last.
        let session = who.session().0.to_string();
        let mac = secret
            .mac(FORM_LABEL, &[&session, who.email().as_str()])
            .finalize()
            .into_bytes();
        let (kept, _) = mac.split_at(TOKEN_BYTES);
        Self(base32::encode(kept))
    }

    /// The token itself, for a form of ours and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a form brought this token. Both sides are hashed under the secret first, so that the
    /// comparison's timing tells nothing.
    #[must_use]
    pub fn is(&self, secret: &LinkSecret, given: &str) -> bool {
        let hashed = |text: &str| secret.mac(FORM_LABEL, &[text]).finalize();
        hashed(&self.0) == hashed(given)
    }
}

impl std::fmt::Debug for FormToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormToken(redacted)")
    }
}
