//! Lower-case hexadecimal, as far as a signature needs it.

/// Reads exactly 64 lower-case hex digits. Stripe never sends upper case, and its own SDKs refuse
/// it (`signature_uppercase_hex`).
pub(super) fn decode_sha256(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0_u8; 32];
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::stripe::fixtures;

    #[test]
    fn every_byte_is_read_back() {
        for start in [0_u8, 32, 64, 96, 128, 160, 192, 224] {
            let bytes: [u8; 32] = std::array::from_fn(|i| start + u8::try_from(i).unwrap());
            let text = fixtures::hex(&bytes);
            assert_eq!(decode_sha256(&text), Some(bytes));
        }
    }

    #[test]
    fn other_lengths_and_digits_are_refused() {
        let good = "0123456789abcdef".repeat(4);
        assert!(decode_sha256(&good).is_some());
        for bad in [
            "",
            "0",
            &good[1..],
            &good[2..],
            &format!("{good}0"),
            &format!("{good}00"),
        ] {
            assert_eq!(decode_sha256(bad), None, "{bad:?}");
        }
        for digit in ["A", "F", "g", "`", "/", ":", " ", "+", "é"] {
            let bad = format!("{digit}{}", &good[digit.len()..]);
            assert_eq!(decode_sha256(&bad), None, "{bad:?}");
        }
    }
}
