//! The five headers of a delivery, as received.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{CertUrl, DeliveryError};
use crate::provider::paypal::moment;
use crate::rsa::SIGNATURE_BYTES;
use crate::time::Timestamp;

/// What the headers say. `id` and `time` are the raw texts, which the signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transmission<'a> {
    pub(super) id: &'a str,
    pub(super) time: &'a str,
    pub(super) sent_at: Timestamp,
    pub(super) cert_url: CertUrl,
    /// As received, for a postback.
    pub(super) signature_base64: &'a str,
    pub(super) signature: Vec<u8>,
}

/// The only algorithm PayPal uses.
pub(super) const ALGORITHM: &str = "SHA256withRSA";

impl<'a> Transmission<'a> {
    pub(super) fn read(
        header: impl Fn(&str) -> Option<&'a str>,
        cert_url: impl Fn(&str) -> Option<CertUrl>,
    ) -> Result<Self, DeliveryError> {
        let header = |name| {
            header(name)
                .filter(|value| !value.is_empty())
                .ok_or(DeliveryError::MissingHeader(name))
        };
        let algorithm = header("paypal-auth-algo")?;
        let url = header("paypal-cert-url")?;
        let id = header("paypal-transmission-id")?;
        let time = header("paypal-transmission-time")?;
        let signature_base64 = header("paypal-transmission-sig")?;
        if algorithm != ALGORITHM {
            return Err(DeliveryError::Algorithm);
        }
        let cert_url = cert_url(url).ok_or(DeliveryError::CertUrl)?;
        // Also keeps `|` out, which could be moved between the id and the time in the signed text.
        if !is_uuid(id) {
            return Err(DeliveryError::TransmissionId);
        }
        let sent_at = moment_in_utc(time).ok_or(DeliveryError::TransmissionTime)?;
        let signature = STANDARD
            .decode(signature_base64)
            .ok()
            .filter(|signature| SIGNATURE_BYTES.contains(&signature.len()))
            .ok_or(DeliveryError::SignatureForm)?;
        Ok(Self {
            id,
            time,
            sent_at,
            cert_url,
            signature_base64,
            signature,
        })
    }
}

/// 36 characters of lower-case hex in groups of 8, 4, 4, 4 and 12.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// `2026-06-15T11:59:59Z`, perhaps with a fraction: always UTC, written as `Z`.
fn moment_in_utc(text: &str) -> Option<Timestamp> {
    text.ends_with('Z').then(|| moment::read(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_utc_and_says_so() {
        for (text, expected) in [
            ("2026-06-15T11:59:59Z", Some(1_781_524_799)),
            ("2026-06-15T11:59:59.500Z", Some(1_781_524_799)),
            ("2026-06-15T11:59:59", None),
            ("2026-06-15T11:59:59+00:00", None),
            ("2026-06-15T11:59:59|Z", None),
        ] {
            assert_eq!(moment_in_utc(text).map(|t| t.0), expected, "{text:?}");
        }
    }

    #[test]
    fn an_id_is_a_lower_case_uuid() {
        let good = "f0e1d2c3-4a5b-11f1-8c9d-0123456789ab";
        assert!(is_uuid(good));
        for bad in [
            "",
            "aaaa|bbbb",
            &good.to_uppercase(),
            &good[1..],
            &format!("{good}0"),
            "f0e1d2c3|4a5b-11f1-8c9d-0123456789ab",
            "f0e1d2c34a5b-11f1-8c9d-0123456789ab-",
            "g0e1d2c3-4a5b-11f1-8c9d-0123456789ab",
        ] {
            assert!(!is_uuid(bad), "{bad:?}");
        }
    }
}
