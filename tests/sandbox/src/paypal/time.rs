//! Moments as PayPal writes and reads them.

use shared::time::Timestamp;

/// `2026-11-21T18:00:00.000Z`, as in an event's `create_time`.
pub(crate) fn with_milliseconds(at: Timestamp) -> String {
    at.rfc3339().replace('Z', ".000Z")
}

/// Reads RFC 3339 in UTC, `2026-11-21T18:00:00Z`, with or without a fraction, which is dropped.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (whole, rest) = text.split_at_checked(19)?;
    let fraction = rest.strip_suffix('Z')?;
    let fraction_is_one = match fraction.strip_prefix('.') {
        None => fraction.is_empty(),
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
    };
    if !fraction_is_one {
        return None;
    }
    let field = |from: usize, to: usize| -> Option<i64> {
        let text = whole.get(from..to)?;
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    if !(hour < 24 && minute < 60 && second < 60 && (1..=12).contains(&month)) {
        return None;
    }
    let moment = Timestamp(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second);
    // Reading back what was read finds a 31 April and a wrong separator alike.
    (moment.rfc3339().get(..19) == Some(whole)).then_some(moment)
}

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let (year, day) = (year.rem_euclid(400), (153 * month + 2) / 5 + day - 1);
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        for at in [0, 951_825_600, 1_078_012_800, 1_795_284_063, 4_102_444_799] {
            let at = Timestamp(at);
            assert_eq!(parse(&at.rfc3339()), Some(at));
            assert_eq!(parse(&with_milliseconds(at)), Some(at));
        }
    }

    #[test]
    fn what_is_no_moment_in_utc_is_not_read() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T18:00:00",
            "2026-11-21T18:00:00+00:00",
            "2026-11-21 18:00:00Z",
            "2026-04-31T18:00:00Z",
            "2026-13-01T18:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T18:00:00.Z",
            "2026-11-21T18:00:00.xZ",
            "2026-11-+1T18:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
