//! HMAC-SHA256, hex, base64 and the keys of RSA.
//!
//! Written apart from the product's code on purpose: a sandbox that shared it would agree with any
//! mistake in it.

use hmac::{Hmac, KeyInit, Mac};
use ring::rsa::KeyPair;
use sha2::Sha256;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// HMAC-SHA256 over the parts, one after the other.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes a key of any length")
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
pub(crate) fn base64_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, i| {
            word << 8 | chunk.get(i).copied().map_or(0, u32::from)
        });
        for i in 0..4 {
            if i <= chunk.len() {
                text.push(char::from(BASE64[(word >> (18 - 6 * i)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
pub(crate) fn base64url_encode(bytes: &[u8]) -> String {
    let standard = base64_encode(bytes);
    standard
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_")
}

/// The key of one of the files in `certs/`.
pub(crate) fn rsa_key(pem: &str) -> KeyPair {
    let lines = pem.lines();
    let base64: String = lines.filter(|line| !line.starts_with("-----")).collect();
    let der = base64_decode(&base64).unwrap_or_default();
    let Ok(key) = KeyPair::from_pkcs8(&der) else {
        unreachable!("the keys in certs/ are PKCS#8 in PEM")
    };
    key
}

/// The inverse of [`base64_encode`]; `None` for anything but its exact output.
pub(crate) fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = BASE64.iter().position(|&known| known == digit)?;
        word = (word << 6 | u32::try_from(value).ok()?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(word >> bits & 0xff).ok()?);
        }
    }
    (base64_encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_equals_the_vectors_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64_encode(plain.as_bytes()), encoded);
            assert_eq!(base64_decode(encoded).as_deref(), Some(plain.as_bytes()));
        }
        let every_byte: Vec<u8> = (0..=255).collect();
        assert_eq!(base64_decode(&base64_encode(&every_byte)), Some(every_byte));
    }

    #[test]
    fn base64_that_no_encoder_writes_is_refused() {
        for odd in ["Zg", "Zg=", "Zh==", "Zm9v\n", "Zm-v", "===="] {
            assert_eq!(base64_decode(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn hmac_equals_case_2_of_rfc_4231() {
        assert_eq!(
            hex(&hmac_sha256(
                b"Jefe",
                &[b"what do ya want ", b"for nothing?"]
            )),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
