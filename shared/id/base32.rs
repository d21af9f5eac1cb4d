//! Crockford's base 32, and a check symbol from the same alphabet.
//!
//! The alphabet has no I, L, O and U, so that a code can be read over the phone and typed again;
//! reading forgives case, `I`/`L` for 1, `O` for 0, spaces and hyphens
//! (<https://www.crockford.com/base32.html>). Crockford's own check symbol needs five symbols more
//! and is left out: ours is a weighted sum over GF(2⁵) and stays within the 32.

/// The 32 symbols, in the order of their values.
const SYMBOLS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

const BITS_PER_SYMBOL: u8 = 5;

/// The upper-case symbol of the lowest five bits.
pub(super) fn symbol(value: u8) -> char {
    SYMBOLS
        .get(usize::from(value & 0x1f))
        .copied()
        .unwrap_or('0')
}

/// The value of a symbol, forgiving case and look-alikes; `None` for a character outside the
/// alphabet.
pub(super) fn value(character: char) -> Option<u8> {
    let canonical = match character.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let index = SYMBOLS.iter().position(|known| *known == canonical)?;
    u8::try_from(index).ok()
}

/// Whether people put the character between symbols to read them better.
pub(super) fn is_separator(character: char) -> bool {
    // The dashes are those that text programs put in the hyphen's place; the last two have no width.
    character.is_whitespace()
        || matches!(
            character,
            '-' | '\u{2010}'..='\u{2015}' | '\u{200b}' | '\u{feff}'
        )
}

/// Upper-case symbols for all bytes, most significant bit first; zero bits fill the last symbol.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut pending: u16 = 0;
    let mut pending_bits: u8 = 0;
    for byte in bytes {
        // At most four bits are pending here, so that twelve are the most there can be.
        pending = ((pending & 0x0f) << 8) | u16::from(*byte);
        pending_bits = pending_bits.saturating_add(8);
        while pending_bits >= BITS_PER_SYMBOL {
            pending_bits = pending_bits.saturating_sub(BITS_PER_SYMBOL);
            text.push(symbol(low_byte(pending >> pending_bits)));
        }
    }
    if pending_bits > 0 {
        let fill = BITS_PER_SYMBOL.saturating_sub(pending_bits);
        text.push(symbol(low_byte(pending << fill)));
    }
    text
}

/// The check value of some symbol values: Σ αⁱ⁺¹·dᵢ in GF(2⁵) with α = 2 modulo x⁵+x²+1.
///
/// α is primitive, so up to 30 symbols have weights that are all different and none of which is 0
/// or 1, the weight of the check symbol itself. Hence every single wrong symbol and every exchange
/// of two symbols, neighbours or not, changes the sum.
pub(super) fn check_value(values: impl IntoIterator<Item = u8>) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for value in values {
        weight = times_alpha(weight);
        sum ^= multiply(weight, value & 0x1f);
    }
    sum
}

/// The product of two elements of GF(2⁵).
fn multiply(left: u8, right: u8) -> u8 {
    let mut product = 0;
    let mut shifted = left;
    for bit in 0..BITS_PER_SYMBOL {
        if (right >> bit) & 1 == 1 {
            product ^= shifted;
        }
        shifted = times_alpha(shifted);
    }
    product
}

/// α times an element: a shift, reduced by x⁵+x²+1 (`0b10_0101`).
fn times_alpha(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 0x20 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

fn low_byte(bits: u16) -> u8 {
    let [_, low] = bits.to_be_bytes();
    low
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base32_format_unchanged() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"\x00", "00"),
            (b"\xff", "ZW"),
            (b"foobar", "CSQPYRK1E8"),
            (
                b"\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf",
                "0123456789ABCDEF",
            ),
            (
                b"\x84\x65\x3a\x56\xd7\xc6\x75\xbe\x77\xdf",
                "GHJKMNPQRSTVWXYZ",
            ),
        ] {
            assert_eq!(encode(bytes), text);
        }
    }

    #[test]
    fn reading_forgives_case_and_look_alikes_but_not_u() {
        for (character, expected) in [
            ('i', 1),
            ('I', 1),
            ('l', 1),
            ('L', 1),
            ('o', 0),
            ('O', 0),
            ('z', 31),
            ('Z', 31),
        ] {
            assert_eq!(value(character), Some(expected));
        }
        for character in ['u', 'U', '*', '~', '$', '=', 'é', '１', '\0'] {
            assert_eq!(value(character), None, "{character:?}");
        }
    }

    #[test]
    fn every_symbol_reads_back_as_its_value() {
        for number in 0..32 {
            assert_eq!(value(symbol(number)), Some(number));
        }
    }

    #[test]
    fn the_weights_are_all_different_so_alpha_is_primitive() {
        let mut seen = vec![1];
        for _ in 0..30 {
            let next = times_alpha(*seen.last().unwrap());
            assert!(next != 0 && !seen.contains(&next));
            seen.push(next);
        }
        assert_eq!(times_alpha(*seen.last().unwrap()), 1);
    }

    #[test]
    fn multiplication_is_that_of_a_field() {
        for a in 0..32 {
            assert_eq!(multiply(a, 1), a);
            let inverses = (0..32).filter(|b| multiply(a, *b) == 1).count();
            assert_eq!(inverses, usize::from(a != 0), "{a}");
            for b in 0..32 {
                assert_eq!(multiply(a, b), multiply(b, a));
            }
        }
    }

    proptest! {
        #[test]
        fn encoding_keeps_every_bit(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut expected = bits_of(&bytes, 8);
            let values: Vec<u8> = encode(&bytes).chars().map(|c| value(c).unwrap()).collect();
            while !expected.len().is_multiple_of(5) {
                expected.push(false);
            }
            prop_assert_eq!(bits_of(&values, 5), expected);
        }
    }

    fn bits_of(values: &[u8], width: u8) -> Vec<bool> {
        let bits = |value: u8| (0..width).rev().map(move |bit| (value >> bit) & 1 == 1);
        values.iter().copied().flat_map(bits).collect()
    }
}
