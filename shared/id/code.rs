//! Public codes of 14 symbols: a prefix, 60 random bits, a check symbol.

use super::base32;

/// Symbols of a code: prefix, 12 random ones, check.
pub(super) const CODE_SYMBOLS: usize = 14;
const RANDOM_SYMBOLS: u8 = 12;
const GROUP_SYMBOLS: usize = 4;

/// Why a text is not a public code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Spaces and hyphens aside, not 14 symbols; holds how many there were.
    #[error("expected 14 letters and digits, found {0}")]
    Length(usize),
    /// A character outside the alphabet.
    #[error("`{0}` is not used in this kind of number")]
    Symbol(char),
    /// The first symbol is that of another kind of code.
    #[error("a number that begins with `{0}` names something else")]
    Kind(char),
    /// The check symbol does not fit: a typing error.
    #[error("the number has a typing error; please compare it again")]
    Check,
}

/// The canonical 14 upper-case ASCII symbols of a code whose check symbol fits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Code([u8; CODE_SYMBOLS]);

impl Code {
    /// A new code from 64 random bits, of which the highest 60 are used.
    pub(super) fn from_random(prefix: char, random: [u8; 8]) -> Self {
        let bits = u64::from_be_bytes(random) >> 4;
        let random_values = (0..RANDOM_SYMBOLS).rev().map(|place| {
            let [.., low] = (bits >> (u32::from(place).saturating_mul(5))).to_be_bytes();
            low & 0x1f
        });
        let prefix_value = base32::value(prefix).unwrap_or_default();
        Self::with_check(std::iter::once(prefix_value).chain(random_values))
    }

    /// Reads a code as people write it; `is_kind` knows the first symbols of the wanted kind.
    pub(super) fn parse(text: &str, is_kind: fn(char) -> bool) -> Result<Self, IdError> {
        let values = text
            .chars()
            .filter(|character| !base32::is_separator(*character))
            .map(|character| base32::value(character).ok_or(IdError::Symbol(character)))
            .collect::<Result<Vec<_>, _>>()?;
        let values: [u8; CODE_SYMBOLS] = values
            .try_into()
            .map_err(|found: Vec<u8>| IdError::Length(found.len()))?;
        let [first, ..] = values;
        let [data @ .., check] = values;
        if base32::check_value(data) != check {
            return Err(IdError::Check);
        }
        let prefix = base32::symbol(first);
        if !is_kind(prefix) {
            return Err(IdError::Kind(prefix));
        }
        Ok(Self::from_values(values))
    }

    /// The stored form, without separators.
    pub(super) fn as_str(&self) -> &str {
        // Always ASCII: both constructors write symbols only.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The form for people: `A7QK-4T9X-W2F3-CM`.
    pub(super) fn grouped(&self) -> String {
        let mut text = String::new();
        for (index, symbol) in self.as_str().chars().enumerate() {
            if index > 0 && index.is_multiple_of(GROUP_SYMBOLS) {
                text.push('-');
            }
            text.push(symbol);
        }
        text
    }

    fn with_check(data: impl Iterator<Item = u8> + Clone) -> Self {
        let check = base32::check_value(data.clone());
        Self::from_values(data.chain(std::iter::once(check)))
    }

    fn from_values(values: impl IntoIterator<Item = u8>) -> Self {
        let mut symbols = [b'0'; CODE_SYMBOLS];
        for (place, value) in symbols.iter_mut().zip(values) {
            *place = u8::try_from(base32::symbol(value)).unwrap_or(b'0');
        }
        Self(symbols)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<String> {
        [
            [0; 8],
            [0xff; 8],
            *b"edgetill",
            [0x13, 0x9a, 0x5c, 0xe0, 0x77, 0x01, 0xb8, 0x2f],
        ]
        .into_iter()
        .map(|random| Code::from_random('A', random).as_str().to_owned())
        .collect()
    }

    fn parse(symbols: &[char]) -> Result<Code, IdError> {
        Code::parse(&symbols.iter().collect::<String>(), |_| true)
    }

    #[test]
    fn every_single_wrong_symbol_is_found() {
        for sample in samples() {
            let original: Vec<char> = sample.chars().collect();
            for place in 0..CODE_SYMBOLS {
                for wrong in (0..32)
                    .map(base32::symbol)
                    .filter(|s| *s != original[place])
                {
                    let mut symbols = original.clone();
                    symbols[place] = wrong;
                    assert_eq!(
                        parse(&symbols),
                        Err(IdError::Check),
                        "{sample} {place} {wrong}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_exchange_of_two_symbols_is_found() {
        // All pairs of values at all pairs of places, the check symbol's included.
        for left in 0..CODE_SYMBOLS {
            for right in left + 1..CODE_SYMBOLS {
                for (a, b) in (0..32).flat_map(|a| (0..32).map(move |b| (a, b))) {
                    let mut values = [7; CODE_SYMBOLS];
                    values[left] = a;
                    values[right] = b;
                    // Repair the sum with a third place, so that the code is genuine.
                    let spare = (0..13)
                        .find(|place| *place != left && *place != right)
                        .unwrap();
                    let genuine = (0..32)
                        .find(|value| {
                            values[spare] = *value;
                            base32::check_value(values[..13].to_vec()) == values[13]
                        })
                        .unwrap();
                    values[spare] = genuine;
                    let mut symbols: Vec<char> = values.map(base32::symbol).to_vec();
                    assert!(parse(&symbols).is_ok());
                    symbols.swap(left, right);
                    assert_eq!(parse(&symbols).is_ok(), a == b, "{left} {right} {a} {b}");
                }
            }
        }
    }

    #[test]
    fn all_sixty_random_bits_are_kept() {
        let codes: std::collections::BTreeSet<_> = (0..64)
            .map(|bit| Code::from_random('A', (1_u64 << bit).to_be_bytes()))
            .collect();
        // The lowest four bits are dropped: those four and nothing else fall together.
        assert_eq!(codes.len(), 61);
    }

    #[test]
    fn people_may_write_a_code_their_way() {
        let code = Code::from_random('A', [0; 8]);
        let plain = code.as_str().to_owned();
        for text in [
            plain.clone(),
            plain.to_ascii_lowercase(),
            format!("\t{}\u{a0}{}\n", &plain[..4], &plain[4..]),
            format!(
                "\u{feff}{}\u{2011}{}\u{2009}\u{200b}",
                &plain[..4],
                &plain[4..]
            ),
            code.grouped(),
            format!("  {} ", code.grouped().replace('-', " ")),
            plain.replace('0', "o"),
        ] {
            assert_eq!(
                Code::parse(&text, |first| first == 'A'),
                Ok(code),
                "{text:?}"
            );
        }
    }

    #[test]
    fn each_kind_of_error_has_its_own_reason() {
        let good = samples().remove(2);
        let with_u = format!("{}U", &good[..13]);
        let parse = |text: &str| Code::parse(text, |first| first == 'A');
        assert_eq!(parse(""), Err(IdError::Length(0)));
        assert_eq!(parse(&good[..13]), Err(IdError::Length(13)));
        assert_eq!(parse(&format!("{good}0")), Err(IdError::Length(15)));
        assert_eq!(parse(&with_u), Err(IdError::Symbol('U')));
        assert_eq!(parse("A7QK_4T9X"), Err(IdError::Symbol('_')));
        let other = Code::from_random('S', [1; 8]);
        assert_eq!(parse(other.as_str()), Err(IdError::Kind('S')));
    }
}
