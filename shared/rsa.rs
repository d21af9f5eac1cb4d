//! RSA signatures to be checked by the platform's own crypto, and the form in which it takes keys.
//!
//! Ring 0 asks and never answers: an RSA implementation of ours would weigh more than the code that
//! needs it, and the free plan's CPU does not allow it.

use rustls_pki_types::alg_id::RSA_ENCRYPTION;

/// The bytes of an RSA signature whose key has 2048 to 4096 bits: as many as the key's modulus. So
/// this also keeps out smaller keys.
pub(crate) const SIGNATURE_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

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

/// Wraps an `RSAPublicKey` in DER as the platform takes it; `None` when it is longer than any key.
pub(crate) fn spki(public_key: &[u8]) -> Option<Vec<u8>> {
    let algorithm = der(0x30, RSA_ENCRYPTION.as_ref())?;
    // A bit string begins with the number of its unused bits: none.
    let key = der(0x03, &[&[0], public_key].concat())?;
    der(0x30, &[algorithm, key].concat())
}

/// An `RSAPublicKey` in DER (RFC 8017, A.1.1) of a modulus and an exponent, both big-endian.
pub(crate) fn public_key(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    der(0x30, &[integer(modulus)?, integer(exponent)?].concat())
}

/// A positive DER integer: a leading zero where its first bit would read as a minus.
fn integer(bytes: &[u8]) -> Option<Vec<u8>> {
    let sign: &[u8] = match bytes.first() {
        // Zero, or a number written with more bytes than it has.
        None | Some(0) => return None,
        Some(0x80..) => &[0],
        Some(_) => &[],
    };
    der(0x02, &[sign, bytes].concat())
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
    fn a_key_of_2048_bits_has_270_bytes_and_a_positive_modulus() {
        let key = public_key(&[0xff; 256], &[1, 0, 1]).unwrap();
        assert_eq!(key.len(), 270);
        assert_eq!(key[..9], [0x30, 0x82, 1, 10, 2, 0x82, 1, 1, 0]);
        assert_eq!(key[265..], [2, 3, 1, 0, 1]);
        for (modulus, exponent) in [(&[][..], &[3][..]), (&[0, 9], &[3]), (&[9], &[])] {
            assert_eq!(public_key(modulus, exponent), None);
        }
    }
}
