//! Finding a short text in a long one.

/// Where `needle` first stands in `text`. After Horspool: the byte under the needle's end tells how
/// far it can be moved, so that most of a long text is never looked at. A needle has 255 bytes at
/// most; a longer one is not found.
pub(super) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let length = u8::try_from(needle.len()).ok()?;
    let (last, before_last) = needle.split_last()?;
    let mut moves = [length; 256];
    // From the left, so that of equal bytes the one nearest to the end counts.
    let distances = (1..length).rev();
    for (byte, distance) in before_last.iter().zip(distances) {
        if let Some(entry) = moves.get_mut(usize::from(*byte)) {
            *entry = distance;
        }
    }
    let mut at = 0_usize;
    loop {
        let end = at.checked_add(before_last.len())?;
        let under = text.get(end)?;
        if under == last && text.get(at..end) == Some(before_last) {
            return Some(at);
        }
        let step = moves.get(usize::from(*under)).copied().unwrap_or(1);
        at = at.checked_add(usize::from(step))?;
    }
}

#[cfg(test)]
mod tests {
    use super::find;
    use proptest::prelude::*;

    fn by_hand(text: &[u8], needle: &[u8]) -> Option<usize> {
        text.windows(needle.len())
            .position(|window| window == needle)
    }

    #[test]
    fn a_needle_is_found_at_the_beginning_the_end_and_in_itself() {
        assert_eq!(find(b"--b", b"--b"), Some(0));
        assert_eq!(find(b"xx--b", b"--b"), Some(2));
        assert_eq!(find(b"---b", b"--b"), Some(1));
        assert_eq!(find(b"--", b"--b"), None);
        assert_eq!(find(b"", b"b"), None);
        assert_eq!(find(b"a", b""), None);
        assert_eq!(
            find(&[b'a'; 300], &[b'a'; 256]),
            None,
            "too long to be looked for"
        );
    }

    proptest! {
        #[test]
        fn it_finds_what_looking_at_every_place_finds(
            text in proptest::collection::vec(0_u8..4, 0..200),
            needle in proptest::collection::vec(0_u8..4, 1..6),
        ) {
            prop_assert_eq!(find(&text, &needle), by_hand(&text, &needle));
        }
    }
}
