//! The platform's check of RSA signatures, done by `ring`.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// What follows the four bytes of the outermost length in a `SubjectPublicKeyInfo`: `rsaEncryption`
/// without parameters, then a bit string with two bytes of length (RFC 3279, 2.3.1).
const RSA_ENCRYPTION: [u8; 17] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03,
    0x82,
];
/// Where the key itself begins, for every key of 2048 bits or more.
const KEY_AT: usize = 24;

/// Whether the signature is right, by RSASSA-PKCS1-v1_5 with SHA-256.
pub(crate) fn is_rsa_signature(spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Some((head, key)) = spki.split_at_checked(KEY_AT) else {
        return false;
    };
    head[4..].starts_with(&RSA_ENCRYPTION)
        && UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(message, signature)
            .is_ok()
}
