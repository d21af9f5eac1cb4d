//! Ids that look like the provider's and are the same in every run.

use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of the counter inside an id; they keep ids unique and readable in a log.
const COUNTER_DIGITS: usize = 5;

/// A counter with a seed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ids {
    seed: u64,
    count: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// `prefix`, the counter, and a tail of `tail` characters made of seed and counter.
    pub(crate) fn next(&mut self, prefix: &str, tail: usize) -> String {
        self.count += 1;
        let mut id = format!("{prefix}{:0COUNTER_DIGITS$}", self.count);
        let mut state = self.seed.rotate_left(32) ^ self.count;
        for _ in 0..tail {
            state = mix(state);
            let index = usize::try_from(state % 62).unwrap_or_default();
            id.push(char::from(ALPHABET[index]));
        }
        id
    }

    /// The counter and a tail in upper-case letters and digits, `chars` in all.
    pub(crate) fn next_upper(&mut self, chars: usize) -> String {
        let tail = chars.saturating_sub(COUNTER_DIGITS);
        self.next("", tail).to_ascii_uppercase()
    }

    /// `digits` lower-case hexadecimal digits, at most 16.
    pub(crate) fn next_hex(&mut self, digits: usize) -> String {
        self.count += 1;
        let mut hex = format!("{:016x}", mix(self.seed ^ self.count.rotate_left(29)));
        hex.truncate(digits);
        hex
    }

    /// A version 4 UUID in form, counted in content.
    pub(crate) fn next_uuid(&mut self) -> String {
        self.count += 1;
        let high = mix(self.seed ^ self.count.rotate_left(17));
        let low = mix(high);
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }
}

/// A version 1 UUID in form; the same for the same two numbers.
pub(crate) fn uuid_v1(seed: u64, number: u64) -> String {
    let high = mix(seed ^ number.rotate_left(41));
    let low = mix(high);
    format!(
        "{:08x}-{:04x}-1{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// One step of `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_the_same_ids_again() {
        let (mut one, mut same, mut other) = (Ids::new(7), Ids::new(7), Ids::new(8));
        let id = one.next("evt_1S", 16);
        assert_eq!(id, same.next("evt_1S", 16));
        assert_ne!(id, other.next("evt_1S", 16));
        assert_ne!(id, one.next("evt_1S", 16));
        assert_eq!(id.len(), 6 + COUNTER_DIGITS + 16);
    }

    #[test]
    fn upper_case_and_hexadecimal_ids_have_the_length_asked_for() {
        let mut ids = Ids::new(1);
        let upper = ids.next_upper(17);
        assert!(
            upper
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        );
        assert_eq!((upper.len(), ids.next_hex(13).len()), (17, 13));
        assert_ne!(upper, ids.next_upper(17));
    }

    #[test]
    fn a_uuid_of_version_1_is_made_of_its_numbers() {
        assert_eq!(uuid_v1(1, 7), uuid_v1(1, 7));
        assert_ne!(uuid_v1(1, 7), uuid_v1(1, 8));
        assert_eq!(
            (uuid_v1(1, 7).len(), uuid_v1(1, 7).as_bytes()[14]),
            (36, b'1')
        );
    }

    #[test]
    fn a_uuid_has_the_form_of_version_4() {
        let uuid = Ids::new(1).next_uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert_eq!(uuid.as_bytes()[19], b'8');
    }
}
