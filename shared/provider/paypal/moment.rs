//! PayPal's times: `2026-06-15T11:59:59Z`, with a fraction or an offset in some places.

use chrono::NaiveTime;

use crate::time::{Timestamp, day_of, is_digits, numbers};

/// Reads a time of RFC 3339 with capital letters; a fraction of the second is dropped. PayPal also
/// sends texts that are no times (months above 12, no zone), which are `None`.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once('T')?;
    let zone_start = time.find(['Z', '+', '-'])?;
    let (time, zone) = time.split_at_checked(zone_start)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if !is_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let day = day_of(date)?;
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    let local = day.and_time(time).and_utc().timestamp();
    Some(Timestamp(local).plus(seconds_to_utc(zone)?))
}

/// What to add to a local time of this zone: nothing for `Z`, 25,200 for `-07:00`.
fn seconds_to_utc(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { 1 } else { -1 };
    let [hours, minutes, _] = numbers(&format!("{}:00", zone.get(1..)?), ':', [2, 2, 2])?;
    let minutes = i64::from(hours)
        .checked_mul(60)?
        .checked_add(minutes.into())?;
    minutes.checked_mul(60)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_is_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("2026-06-15T11:59:59Z", Some(1_781_524_799)),
            ("2026-06-15T11:59:59.500Z", Some(1_781_524_799)),
            ("2026-06-15T11:59:59+00:00", Some(1_781_524_799)),
            ("2018-08-15T12:13:29-07:00", Some(1_534_360_409)),
            ("2018-08-16T00:43:29.1+05:30", Some(1_534_360_409)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2026-02-29T00:00:00Z", None),
            ("2018-19-12T00:20:32.000Z", None),
            ("2026-06-15T11:59:59", None),
            ("2026-06-15T11:59:59z", None),
            ("2026-06-15 11:59:59Z", None),
            ("2026-06-15T11:59:59ZZ", None),
            ("2026-06-15T11:59:59+0000", None),
            ("2026-06-15T11:59:59+00:00:00", None),
            ("2026-06-15T11:59:59+", None),
            ("2026-06-15T11:59:59.Z", None),
            ("2026-06-15T11:59:59.1234567890Z", None),
            ("2026-06-15T24:00:00Z", None),
            ("2026-06-15T11:59:60Z", None),
            ("2026-6-15T11:59:59Z", None),
            ("+026-06-15T11:59:59Z", None),
            ("2026-06-15-01T11:59:59Z", None),
            ("2026-06-15T11:59Z", None),
            ("٢٠-06-15T11:59:59Z", None),
            ("1781524799", None),
            ("", None),
        ] {
            assert_eq!(read(text).map(|t| t.0), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(seconds in 0..253_402_300_800_i64) {
            let moment = Timestamp(seconds);
            prop_assert_eq!(read(&moment.rfc3339()), Some(moment));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}", near in "[-0-9TZ:.+é]{0,30}") {
            let _ = read(&text);
            let _ = read(&near);
        }
    }
}
