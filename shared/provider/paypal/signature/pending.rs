//! A delivery whose signatures the platform is still to check, and what their results come to.

use super::{CertUrl, Delivery, DeliveryError, Proven, RsaCheck};
use crate::time::Timestamp;

/// Everything about a delivery is in order, provided that some RSA signatures are. This type has no
/// other way to a verdict than [`Pending::conclude`].
#[must_use = "nothing is proven before the conclusion"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending<'a> {
    delivery: Delivery<'a>,
    /// Those of the path, if there is one, then the delivery's own.
    checks: Vec<RsaCheck>,
    key: TrustedKey,
}

/// The key of a certificate of PayPal's that was once found to be in order, to be kept under its
/// address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    cert_url: CertUrl,
    spki: Vec<u8>,
    not_after: Timestamp,
}

/// What a delivery comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion<'a> {
    /// A key to keep: the certificate is in order, whatever became of the delivery. So a flood of
    /// forgeries under a genuine address costs one fetch.
    pub key: Option<TrustedKey>,
    /// The delivery.
    pub delivery: Result<Proven<'a>, DeliveryError>,
}

impl TrustedKey {
    /// A key that was found to be in order, now or when it was kept.
    #[must_use]
    pub fn new(cert_url: CertUrl, spki: Vec<u8>, not_after: Timestamp) -> Self {
        Self {
            cert_url,
            spki,
            not_after,
        }
    }

    /// The key itself, DER of a `SubjectPublicKeyInfo`, for the place where it is kept.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// When its certificate ends.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The address that names it.
    #[must_use]
    pub fn cert_url(&self) -> &CertUrl {
        &self.cert_url
    }

    /// Whether its certificate has not ended. It began before the key was kept.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now <= self.not_after
    }
}

impl<'a> Delivery<'a> {
    /// Goes on with a kept key; `None` when it belongs to another address or has ended, and the
    /// certificate must be fetched.
    #[must_use]
    pub fn with_key(&self, key: &TrustedKey, now: Timestamp) -> Option<Pending<'a>> {
        if key.cert_url != *self.cert_url() || !key.is_valid(now) {
            return None;
        }
        let own = RsaCheck {
            spki: key.spki.clone(),
            message: self.signed_text().into_bytes(),
            signature: self.transmission.signature.clone(),
        };
        Some(Pending::with_path(
            self.clone(),
            Vec::new(),
            own,
            key.clone(),
        ))
    }
}

impl<'a> Pending<'a> {
    pub(super) fn with_path(
        delivery: Delivery<'a>,
        path: Vec<RsaCheck>,
        own: RsaCheck,
        key: TrustedKey,
    ) -> Self {
        let mut checks = path;
        checks.push(own);
        Self {
            delivery,
            checks,
            key,
        }
    }

    /// The signatures to be checked, every one of them. When the platform cannot say whether one is
    /// right, the delivery is undecided: answer 503.
    #[must_use]
    pub fn checks(&self) -> &[RsaCheck] {
        &self.checks
    }

    /// What the results come to, in the order of [`Pending::checks`]. A result that is missing counts
    /// as wrong.
    #[must_use]
    pub fn conclude(self, results: &[bool]) -> Conclusion<'a> {
        let (path, own) = match results.split_last() {
            Some((own, path)) if results.len() == self.checks.len() => (path, *own),
            _ => (&[false][..], false),
        };
        if !path.iter().all(|is_right| *is_right) {
            return Conclusion {
                key: None,
                delivery: Err(DeliveryError::CertificateSignature),
            };
        }
        Conclusion {
            delivery: if own {
                Ok(self.delivery.proven())
            } else {
                Err(DeliveryError::NoMatch)
            },
            key: Some(self.key),
        }
    }
}
