//! RSA signatures to be checked elsewhere, and the "algorithm" that collects them.
//!
//! `rustls-webpki` asks for an implementation that checks a signature at once. The one here says yes
//! and remembers the question, so that the platform's own crypto can answer it: an RSA implementation
//! of ours would weigh more than the rest of this module, and the free plan's CPU does not allow it.
//! A yes that turns out wrong can only refuse: [`super::Pending::conclude`] wants every answer.

use std::sync::Mutex;

use rustls_pki_types::alg_id::{RSA_ENCRYPTION, RSA_PKCS1_SHA256};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use crate::rsa::{RsaCheck, SIGNATURE_BYTES, spki};

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

#[cfg(test)]
mod tests {
    use super::*;

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
