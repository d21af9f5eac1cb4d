//! RSA signatures to be checked elsewhere, and the "algorithm" that collects them.
//!
//! `rustls-webpki` asks for an implementation that checks a signature at once. The one here says yes
//! and remembers the question, so that the platform's own crypto can answer it: an RSA implementation
//! of ours would weigh more than the rest of this module, and the free plan's CPU does not allow it.
//! A yes that turns out wrong can only refuse: [`super::Pending::conclude`] wants every answer.

use std::sync::Mutex;

use rustls_pki_types::alg_id::{RSA_ENCRYPTION, RSA_PKCS1_SHA256};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use super::transmission::SIGNATURE_BYTES;

/// A question for the platform: RSASSA-PKCS1-v1_5 with SHA-256. A key that it cannot import, or whose
/// size is not that of the signature, is a *no*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaCheck {
    /// The public key: DER of a `SubjectPublicKeyInfo` with `rsaEncryption` (RFC 3279, 2.3.1).
    pub spki: Vec<u8>,
    /// What was signed, not hashed.
    pub message: Vec<u8>,
    /// 256 to 512 bytes.
    pub signature: Vec<u8>,
}

/// Collects the questions of one path.
#[derive(Default)]
pub(super) struct Recorder(Mutex<Vec<RsaCheck>>);

impl Recorder {
    /// The questions so far.
    pub(super) fn into_checks(self) -> Vec<RsaCheck> {
        self.0.into_inner().unwrap_or_default()
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

impl SignatureVerificationAlgorithm for Recorder {
    /// Says yes to whatever could be a signature, for now.
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if !SIGNATURE_BYTES.contains(&signature.len()) {
            return Err(InvalidSignature);
        }
        let check = RsaCheck {
            spki: spki(public_key).ok_or(InvalidSignature)?,
            message: message.to_vec(),
            signature: signature.to_vec(),
        };
        self.0.lock().map_err(|_| InvalidSignature)?.push(check);
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        RSA_PKCS1_SHA256
    }
}

/// Wraps an `RSAPublicKey`, which is what `rustls-webpki` hands over, as the platform takes it.
fn spki(public_key: &[u8]) -> Option<Vec<u8>> {
    let algorithm = der(0x30, RSA_ENCRYPTION.as_ref())?;
    // A bit string begins with the number of its unused bits: none.
    let key = der(0x03, &[&[0], public_key].concat())?;
    der(0x30, &[algorithm, key].concat())
}

/// A DER value of up to 65,535 bytes.
fn der(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
    let head = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    Some([head.as_slice(), content].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_der_wants_them() {
        for (length, head) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
            (65_535, &[4, 0x82, 255, 255]),
        ] {
            let value = der(4, &vec![7; length]).unwrap();
            assert!(
                value.starts_with(head) && value.len() == head.len() + length,
                "{length}"
            );
        }
        assert_eq!(der(4, &vec![0; 65_536]), None);
    }

    #[test]
    fn a_key_is_wrapped_with_the_fixed_header_of_2048_bits() {
        let key = [9; 270];
        let wrapped = spki(&key).unwrap();
        let header = [
            0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
            0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
        ];
        assert_eq!(wrapped, [&header[..], &key].concat());
    }

    #[test]
    fn s122_short_signatures_are_not_even_asked_about() {
        for (length, expected) in [(0, 0), (128, 0), (255, 0), (256, 1), (512, 1), (513, 0)] {
            let recorder = Recorder::default();
            let answer = recorder.verify_signature(&[9; 270], b"m", &vec![1; length]);
            assert_eq!(answer.is_ok(), expected == 1, "{length}");
            assert_eq!(recorder.into_checks().len(), expected, "{length}");
        }
    }
}
