//! Moments: Unix seconds UTC in the database, RFC 3339 UTC at the borders.

use chrono::{DateTime, Datelike, Month, NaiveDate, NaiveTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

/// A moment in whole Unix seconds, UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `seconds` later; saturates.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Whole seconds from `earlier` to this moment; negative when it lies ahead.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Its day in UTC, e.g. `2026-11-21`.
    #[must_use]
    pub fn day(self) -> String {
        let utc = self.utc();
        let (year, month, day) = (utc.year(), utc.month(), utc.day());
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// RFC 3339 in UTC with whole seconds, e.g. `2026-11-21T09:30:00Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let utc = self.utc();
        let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", self.day())
    }

    /// For people: `21 November 2026, 09:30 UTC`.
    #[must_use]
    pub fn readable(self) -> String {
        let utc = self.utc();
        let month = u8::try_from(utc.month()).map(Month::try_from);
        let month = month.map_or("", |month| month.map_or("", |month| month.name()));
        let (year, day) = (utc.year(), utc.day());
        format!(
            "{day} {month} {year}, {:02}:{:02} UTC",
            utc.hour(),
            utc.minute()
        )
    }

    /// The first moment of a day in UTC, written as [`Timestamp::day`] writes it.
    #[must_use]
    pub fn start_of(day: &str) -> Option<Self> {
        let midnight = day_of(day)?.and_time(NaiveTime::MIN);
        Some(Self(midnight.and_utc().timestamp()))
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }
}

impl From<Timestamp> for crate::statement::Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.0)
    }
}

/// A day of the calendar, `YYYY-MM-DD`.
pub(crate) fn day_of(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Three numbers of exactly so many digits.
pub(crate) fn numbers(text: &str, separator: char, digits: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !is_digits(part) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Digits of ASCII, at least one.
pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_printed_in_utc() {
        let moment = Timestamp(1_795_284_063);
        assert_eq!(moment.rfc3339(), "2026-11-21T18:01:03Z");
        assert_eq!(moment.readable(), "21 November 2026, 18:01 UTC");
    }

    #[test]
    fn arithmetic_saturates_instead_of_panicking() {
        assert_eq!(Timestamp(i64::MAX).plus(1), Timestamp(i64::MAX));
        assert_eq!(Timestamp(10).seconds_since(Timestamp(40)), -30);
    }
}
