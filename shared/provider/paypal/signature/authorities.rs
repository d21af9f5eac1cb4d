//! Whom we trust to name PayPal's keys: data of ours, not the platform's store.
//!
//! The store that browsers use has already lost the root that PayPal's known certificates lead to, and
//! a Worker has no store. PayPal has announced another chain; when its certificates come from an
//! issuer that is not in the list, deliveries are judged by PayPal itself, and a setting extends the
//! list.

use rustls_pki_types::{CertificateDer, TrustAnchor};
use thiserror::Error;
use webpki::{EndEntityCert, anchor_from_trusted_cert};

use super::pem;

const BUILT_IN: &str = include_str!("authorities.pem");

/// Certificates of authorities: anchors, which are trusted, and intermediates, which an anchor must
/// have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorities {
    anchors: Vec<Vec<u8>>,
    intermediates: Vec<Vec<u8>>,
}

/// Why a text of certificates cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthoritiesError {
    /// There is none in it.
    #[error("there is no certificate in PEM")]
    Empty,
    /// The named one, counted from 1, is cut off or not a certificate.
    #[error("certificate {0} cannot be read")]
    Unreadable(usize),
}

impl Authorities {
    /// Those that PayPal's certificates are known, or announced, to come from.
    #[must_use]
    pub fn built_in() -> Self {
        // A test reads the list; were it unreadable, no issuer would be known.
        Self::read(BUILT_IN).unwrap_or(Self {
            anchors: Vec::new(),
            intermediates: Vec::new(),
        })
    }

    /// These, and before them those of a setting: certificates in PEM, roots and intermediates in any
    /// order. A certificate that was issued by itself is trusted as an anchor. Of two issuers of one
    /// name, the first is taken.
    pub fn extended(self, pem: &str) -> Result<Self, AuthoritiesError> {
        let mut all = Self::read(pem)?;
        all.anchors.extend(self.anchors);
        all.intermediates.extend(self.intermediates);
        Ok(all)
    }

    /// The anchors, for a path.
    pub(super) fn anchors(&self) -> Vec<CertificateDer<'_>> {
        as_certificates(&self.anchors)
    }

    /// The intermediates, for a path.
    pub(super) fn intermediates(&self) -> Vec<CertificateDer<'_>> {
        as_certificates(&self.intermediates)
    }

    /// The certificates of a text alone.
    pub(super) fn read(text: &str) -> Result<Self, AuthoritiesError> {
        let mut all = Self {
            anchors: Vec::new(),
            intermediates: Vec::new(),
        };
        for (number, der) in (1..).zip(pem::certificates(text)) {
            let unreadable = AuthoritiesError::Unreadable(number);
            let der = der.ok_or(unreadable)?;
            if is_issued_by_itself(&der).ok_or(unreadable)? {
                all.anchors.push(der);
            } else {
                all.intermediates.push(der);
            }
        }
        if all.anchors.is_empty() && all.intermediates.is_empty() {
            return Err(AuthoritiesError::Empty);
        }
        Ok(all)
    }
}

/// The anchors as a path is built to them.
pub(super) fn trust_anchors<'a>(certificates: &'a [CertificateDer<'a>]) -> Vec<TrustAnchor<'a>> {
    certificates
        .iter()
        .filter_map(|certificate| anchor_from_trusted_cert(certificate).ok())
        .collect()
}

fn as_certificates(ders: &[Vec<u8>]) -> Vec<CertificateDer<'_>> {
    ders.iter()
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect()
}

fn is_issued_by_itself(der: &[u8]) -> Option<bool> {
    let der = CertificateDer::from(der);
    let certificate = EndEntityCert::try_from(&der).ok()?;
    Some(certificate.issuer() == certificate.subject())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn fingerprints(ders: &[Vec<u8>]) -> Vec<String> {
        let hex = |der: &Vec<u8>| {
            let bytes = Sha256::digest(der);
            let pairs: Vec<String> = bytes.iter().map(|b| format!("{b:02X}")).collect();
            pairs.concat()
        };
        ders.iter().map(hex).collect()
    }

    #[test]
    fn the_built_in_authorities_are_those_of_digicert() {
        let built_in = Authorities::built_in();
        assert_eq!(
            fingerprints(&built_in.anchors),
            [
                "7431E5F4C3C1CE4690774F0B61E05440883BA9A01ED00BA6ABD7806ED3B118CF",
                "CB3CCBB76031E5E0138F8DD39A23F9DE47FFC35E43C1144CEA27D46A5AB1CB5F",
            ]
        );
        assert!(built_in.intermediates.is_empty(), "they come by a setting");
        assert_eq!(trust_anchors(&built_in.anchors()).len(), 2);
        for fingerprint in fingerprints(&[built_in.anchors, built_in.intermediates].concat()) {
            assert!(
                BUILT_IN.contains(&fingerprint),
                "not in the text: {fingerprint}"
            );
        }
    }

    #[test]
    fn the_list_is_extended_in_front() {
        let built_in = Authorities::built_in();
        let first = BUILT_IN
            .split_inclusive("-----END CERTIFICATE-----\n")
            .next()
            .unwrap();
        let extended = built_in.clone().extended(first).unwrap();
        assert_eq!(extended.anchors.len(), 3);
        assert_eq!(extended.anchors[0], built_in.anchors[0]);
        assert_eq!(extended.intermediates, built_in.intermediates);
    }

    #[test]
    fn what_cannot_be_used_is_refused_at_the_start() {
        let extended = |pem: &str| Authorities::built_in().extended(pem).err();
        assert_eq!(extended("see the wiki"), Some(AuthoritiesError::Empty));
        let cut = BUILT_IN.rsplit_once("-----END").unwrap().0;
        assert_eq!(extended(cut), Some(AuthoritiesError::Unreadable(2)));
        let garbage = "-----BEGIN CERTIFICATE-----\nZm9v\n-----END CERTIFICATE-----";
        assert_eq!(extended(garbage), Some(AuthoritiesError::Unreadable(1)));
    }
}
