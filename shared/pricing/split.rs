//! Splitting an amount so that the parts sum to it.

/// One line's part while it is being computed.
struct Part {
    minor: i64,
    /// What integer division left, as a fraction of the sum of weights.
    remainder: i128,
}

/// Below every remainder. There are fewer units missing than lines, so no line is served twice.
const SERVED: i128 = -1;

/// Splits an amount over lines in proportion to their weights, by the largest remainder: everyone
/// gets the rounded-down share, then the largest remainders one minor unit more, earlier lines
/// first among equals.
///
/// The parts sum to the amount exactly, and none is further than one minor unit from its exact
/// share; while the amount is at most the sum of weights, none is above its own weight. `None` when
/// the amount or a weight is negative, or when there is an amount but no weight.
#[must_use]
pub fn largest_remainder(amount_minor: i64, weights: &[i64]) -> Option<Vec<i64>> {
    if amount_minor < 0 || weights.iter().any(|weight| *weight < 0) {
        return None;
    }
    if amount_minor == 0 {
        return Some(vec![0; weights.len()]);
    }
    let mut parts = round_down(amount_minor, weights)?;
    let given = parts
        .iter()
        .try_fold(0_i64, |sum, part| sum.checked_add(part.minor))?;
    let missing = usize::try_from(amount_minor.checked_sub(given)?).ok()?;
    for _ in 0..missing {
        // Of equals the last is found; from behind, that is the earliest line.
        let next = parts.iter_mut().rev().max_by_key(|part| part.remainder)?;
        next.minor = next.minor.checked_add(1)?;
        next.remainder = SERVED;
    }
    Some(parts.into_iter().map(|part| part.minor).collect())
}

fn round_down(amount_minor: i64, weights: &[i64]) -> Option<Vec<Part>> {
    let whole: i128 = weights.iter().copied().map(i128::from).sum();
    if whole == 0 {
        return None;
    }
    let part = |weight: &i64| {
        let scaled = i128::from(amount_minor).checked_mul(i128::from(*weight))?;
        let minor = i64::try_from(scaled.checked_div(whole)?).ok()?;
        Some(Part {
            minor,
            remainder: scaled.checked_rem(whole)?,
        })
    };
    weights.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_to_the_amount_and_ties_go_to_earlier_lines() {
        for (amount, weights, parts) in [
            (10, &[1, 1, 1][..], &[4, 3, 3][..]),
            (11, &[1, 1, 1], &[4, 4, 3]),
            (100, &[333, 333, 334], &[33, 33, 34]),
            (1, &[5, 5], &[1, 0]),
            (1, &[4, 6], &[0, 1]),
            (7, &[0, 7, 0], &[0, 7, 0]),
            (3, &[0, 1, 1], &[0, 2, 1]),
            (0, &[0, 0], &[0, 0]),
            (0, &[], &[]),
        ] {
            assert_eq!(
                largest_remainder(amount, weights).as_deref(),
                Some(parts),
                "{weights:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        for (amount, weights) in [(-1, &[1][..]), (1, &[-1, 2]), (1, &[0, 0]), (1, &[])] {
            assert_eq!(
                largest_remainder(amount, weights),
                None,
                "{amount} {weights:?}"
            );
        }
    }

    #[test]
    fn the_largest_amounts_are_split_without_overflow() {
        let parts = largest_remainder(i64::MAX, &[i64::MAX; 3]).unwrap();
        assert_eq!(
            parts.iter().copied().map(i128::from).sum::<i128>(),
            i128::from(i64::MAX)
        );
    }
}
