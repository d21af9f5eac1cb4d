//! Where production hears of paid orders.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Reader;

/// Where production hears of paid orders.
#[derive(Debug, Clone)]
pub struct ReleaseSettings {
    /// Receives a POST for each.
    pub url: String,
    /// Signs it after Standard Webhooks.
    pub key: ReleaseKey,
}

/// The bytes behind `whsec_`, which never appear in a log.
#[derive(Clone)]
pub struct ReleaseKey(Vec<u8>);

impl ReleaseKey {
    /// Standard Webhooks asks for 24 bytes at least ("Signature scheme").
    const BYTES_MIN: usize = 24;

    fn parse(text: &str) -> Option<Self> {
        let key = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
        (key.len() >= Self::BYTES_MIN).then_some(Self(key))
    }

    /// For the signature.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for ReleaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReleaseKey(redacted)")
    }
}

impl Reader<'_> {
    pub(super) fn release(&mut self) -> Option<ReleaseSettings> {
        const URL: &str = "RELEASE_URL";
        const SECRET: &str = "RELEASE_SECRET";
        if self.optional(URL).is_none() {
            let problem = "is not set; paid orders wait to be told to production";
            self.complain(URL, problem);
            return None;
        }
        // Both are looked at before one of them ends this, so that all complaints come at once.
        let url = self.safe_address(URL, "");
        let secret = self.secret(SECRET)?;
        let key = ReleaseKey::parse(&secret);
        if key.is_none() {
            let problem = "must be whsec_ and base64 of 24 bytes or more";
            self.complain(SECRET, problem);
        }
        Some(ReleaseSettings {
            url: url?,
            key: key?,
        })
    }
}
