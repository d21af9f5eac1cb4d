//! When cron comes back to a row that it could not finish, and when a person has to look at it.

use crate::time::Timestamp;

/// Waits by how often cron has taken the row; the last one repeats.
const WAITS_S: [i64; 6] = [60, 120, 300, 600, 1_800, 3_600];

/// A row that still fails when it has been taken this often opens a case. By the waits above that
/// is after some three hours: longer than most outages, shorter than a working day.
pub const STUCK_AFTER: u32 = 8;

/// The next look at a row that was taken `asks` times, this time included.
#[must_use]
pub fn next_look(asks: u32, now: Timestamp) -> Timestamp {
    let index = usize::try_from(asks.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = WAITS_S.get(index).or(WAITS_S.last());
    now.plus(wait.copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_get_rarer_and_never_stop() {
        let waits: Vec<_> = (0..9).map(|asks| next_look(asks, Timestamp(0)).0).collect();
        assert_eq!(waits, [60, 60, 120, 300, 600, 1_800, 3_600, 3_600, 3_600]);
        assert_eq!(next_look(u32::MAX, Timestamp(7)), Timestamp(3_607));
    }

    #[test]
    fn s54_a_row_is_stuck_after_hours_and_within_a_day() {
        let tries = 1..STUCK_AFTER;
        let age = tries.fold(Timestamp(0), |at, asks| next_look(asks, at)).0;
        assert!((2 * 3_600..6 * 3_600).contains(&age), "{age}");
    }
}
