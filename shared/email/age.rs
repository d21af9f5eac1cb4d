//! How old something is, in words.

/// `1 minute`, `31 minutes`, `2 hours`, `6 days`: whole units, rounded down, with their plural.
#[must_use]
pub fn in_words(seconds: i64) -> String {
    let minutes = seconds.max(0).div_euclid(60);
    match minutes {
        0 => "less than a minute".to_owned(),
        1..60 => counted(minutes, "minute"),
        60..2_880 => counted(minutes.div_euclid(60), "hour"),
        _ => counted(minutes.div_euclid(1_440), "day"),
    }
}

fn counted(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_their_unit_and_plural() {
        for (seconds, words) in [
            (-5, "less than a minute"),
            (59, "less than a minute"),
            (60, "1 minute"),
            (1_860, "31 minutes"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
            (i64::MAX, "106751991167300 days"),
        ] {
            assert_eq!(in_words(seconds), words);
        }
    }
}
