//! The platform's crypto, as the tests have it.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::{Conclusion, Pending, RsaCheck};

/// The bytes of a `SubjectPublicKeyInfo` before the key itself, for every key above 1024 bits.
const SPKI_HEAD_BYTES: usize = 24;

pub(super) fn is_right(check: &RsaCheck) -> bool {
    let key = &check.spki[SPKI_HEAD_BYTES..];
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
        .verify(&check.message, &check.signature)
        .is_ok()
}

/// Checks every signature, as a caller does.
pub(super) fn conclude(pending: Pending<'_>) -> Conclusion<'_> {
    let results: Vec<bool> = pending.checks().iter().map(is_right).collect();
    pending.conclude(&results)
}
