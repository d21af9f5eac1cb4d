//! The certificate that a delivery names: from PayPal's answer to a path whose signatures are still
//! to be checked.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, KeyUsage};

use super::authorities::{Authorities, trust_anchors};
use super::pem;
use super::pending::{Pending, TrustedKey};
use super::rsa::Recorder;
use super::{Delivery, DeliveryError};
use crate::http::InResponse;
use crate::provider::Mode;
use crate::provider::paypal::api::CERTIFICATE_BYTES_MAX;
use crate::time::Timestamp;

/// What came of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateReading<'a> {
    /// There is a path to an authority of ours; its signatures are to be checked.
    Pending(Box<Pending<'a>>),
    /// Its issuer is none of ours, or ours has ended: let PayPal judge the delivery, and tell the
    /// operator that the list of authorities is out of date.
    UnknownIssuer,
    /// It cannot be the key of this delivery: answer 400.
    Refused(DeliveryError),
    /// There is no certificate to judge by: answer 503, so that PayPal delivers again. The text is
    /// for the log.
    Undecidable(&'static str),
}

/// The name in the certificate, which tells the environments apart.
fn server_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "messageverificationcerts.paypal.com",
        Mode::Test => "messageverificationcerts.sandbox.paypal.com",
    }
}

impl<'a> Delivery<'a> {
    /// Reads the answer to the certificate's fetch. PayPal serves one certificate; if there are more,
    /// only the first is looked at, since intermediates come from our own list alone.
    #[must_use]
    pub fn with_certificate(
        &self,
        response: &InResponse,
        authorities: &Authorities,
        now: Timestamp,
    ) -> CertificateReading<'a> {
        if response.status != 200 {
            return CertificateReading::Undecidable("the certificate is not served");
        }
        if response.body.len() > CERTIFICATE_BYTES_MAX {
            return CertificateReading::Undecidable("the certificate's text is too long");
        }
        let text = String::from_utf8_lossy(&response.body);
        let Some(Some(der)) = pem::certificates(&text).next() else {
            return CertificateReading::Undecidable("the certificate's text is not PEM");
        };
        let der = CertificateDer::from(der.as_slice());
        match EndEntityCert::try_from(&der) {
            Ok(leaf) => self.with_leaf(&leaf, authorities, now),
            Err(_) => CertificateReading::Undecidable("the certificate is not X.509"),
        }
    }

    fn with_leaf(
        &self,
        leaf: &EndEntityCert<'_>,
        authorities: &Authorities,
        now: Timestamp,
    ) -> CertificateReading<'a> {
        let trouble = own_trouble(leaf, unix_time(now));
        if matches!(trouble, Error::UnknownIssuer) {
            self.with_path(leaf, authorities, now)
        } else if matches!(trouble, Error::CertExpired { .. }) {
            refused(DeliveryError::CertificateExpired)
        } else if matches!(trouble, Error::CertNotValidYet { .. }) {
            refused(DeliveryError::CertificateNotYetValid)
        } else if is_about_usage(&trouble) {
            refused(DeliveryError::CertificateUsage)
        } else {
            CertificateReading::Undecidable("the certificate is malformed")
        }
    }

    fn with_path(
        &self,
        leaf: &EndEntityCert<'_>,
        authorities: &Authorities,
        now: Timestamp,
    ) -> CertificateReading<'a> {
        let recorder = Recorder::default();
        match build_path(leaf, authorities, &recorder, now) {
            Ok(()) => {}
            Err(Error::InvalidSignatureForPublicKey) => {
                return refused(DeliveryError::CertificateSignature);
            }
            // Also an authority of ours that has ended: the leaf's own validity is settled.
            Err(_) => return CertificateReading::UnknownIssuer,
        }
        if !is_for(leaf, server_name(self.cert_url().mode())) {
            return refused(DeliveryError::CertificateName);
        }
        self.with_checks(leaf, recorder)
    }

    /// Adds the delivery's own signature to those of the path.
    fn with_checks(&self, leaf: &EndEntityCert<'_>, recorder: Recorder) -> CertificateReading<'a> {
        let text = self.signed_text();
        let signature = &self.transmission.signature;
        let answer = leaf.verify_signature(&recorder, text.as_bytes(), signature);
        let mut path = recorder.into_checks();
        let (Ok(()), Some(own)) = (answer, path.pop()) else {
            return refused(DeliveryError::CertificateKey);
        };
        let Some(not_after) = not_after(leaf) else {
            return CertificateReading::Undecidable("the certificate has no end");
        };
        let key = TrustedKey::new(self.cert_url().clone(), own.spki.clone(), not_after);
        let pending = Pending::with_path(self.clone(), path, own, key);
        CertificateReading::Pending(Box::new(pending))
    }
}

fn refused<'a>(error: DeliveryError) -> CertificateReading<'a> {
    CertificateReading::Refused(error)
}

/// Checks everything about a path but its signatures, which it leaves in the recorder.
fn build_path(
    leaf: &EndEntityCert<'_>,
    authorities: &Authorities,
    recorder: &Recorder,
    now: Timestamp,
) -> Result<(), Error> {
    let anchors = authorities.anchors();
    let anchors = trust_anchors(&anchors);
    let intermediates = authorities.intermediates();
    leaf.verify_for_usage(
        &[recorder],
        &anchors,
        &intermediates,
        unix_time(now),
        KeyUsage::server_auth(),
        None,
        None,
    )
    .map(|_| ())
}

/// What is wrong with the certificate itself, whoever issued it; nothing is wrong when, with no
/// authorities at all, its issuer is the only trouble.
fn own_trouble(leaf: &EndEntityCert<'_>, time: UnixTime) -> Error {
    let path = leaf.verify_for_usage(&[], &[], &[], time, KeyUsage::server_auth(), None, None);
    path.err().unwrap_or(Error::UnknownIssuer)
}

/// When the certificate ends. `rustls-webpki` tells it only to whom asks too late.
fn not_after(leaf: &EndEntityCert<'_>) -> Option<Timestamp> {
    let end_of_time = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let Error::CertExpired { not_after, .. } = own_trouble(leaf, end_of_time) else {
        return None;
    };
    i64::try_from(not_after.as_secs()).ok().map(Timestamp)
}

/// Whether this is one of the certificate's names for servers (its common name is none). Compared as
/// a text, which is stricter than TLS: PayPal's certificate has this name and no wildcard.
fn is_for(leaf: &EndEntityCert<'_>, name: &str) -> bool {
    leaf.valid_dns_names().any(|own| own == name)
}

fn is_about_usage(trouble: &Error) -> bool {
    matches!(
        trouble,
        Error::CaUsedAsEndEntity
            | Error::EmptyEkuExtension
            | Error::RequiredEkuNotFoundContext(_)
            | Error::InvalidCertValidity
    )
}

/// Before 1970 nothing was valid either.
fn unix_time(now: Timestamp) -> UnixTime {
    let seconds = u64::try_from(now.0).unwrap_or_default();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
