//! Showing that an address is somebody's, by a one-time code in a mail.
//!
//! In scope: how long a code is good, how often it may be tried, when another one may be sent. Out of
//! scope: what the code is ([`crate::id::EmailCode`]), and what follows when it was right. The schema
//! holds the same limits, so that no race goes past them (`email_codes`).

use crate::config::LinkSecrets;
use crate::field::FieldProblem;
use crate::id::{CodeFor, EmailCode};
use crate::record::Record;
use crate::time::Timestamp;

/// How long a code is good.
const LIFETIME_S: i64 = 15 * 60;
/// Tries of one code.
pub const TRIES_MAX: u32 = 5;
/// Codes for one subject.
pub const CODES_MAX: u32 = 5;
/// Between one code and the next.
pub const WAIT_S: i64 = 60;
/// The form's and the body's field.
pub const FIELD: &str = "code";

/// A code that was sent, as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct SentCode {
    /// Which one of its subject.
    pub nth: u32,
    /// What it is derived from.
    pub seed: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// From when on it is not good any more.
    pub expires_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// When it confirmed what it is for.
    pub confirmed_at: Option<Timestamp>,
}

/// When another code may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Another {
    /// The `nth`, from this moment on.
    From(Timestamp, u32),
    /// There were enough.
    Never,
}

/// Why a code does not confirm, or is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRefusal {
    /// It has another form than a code.
    Malformed,
    /// It is another one; so many tries are left.
    Wrong(u32),
    /// Its time is over.
    Expired,
    /// It was tried too often; another one can be sent in so many seconds.
    UsedUp(i64),
    /// Another one can be sent in so many seconds.
    TooSoon(i64),
    /// No more are sent for this.
    NoMore,
}

impl SentCode {
    /// The first code of a subject, or the next one; good for a quarter of an hour, but not longer than
    /// what it is for.
    #[must_use]
    pub fn new(nth: u32, seed: &str, now: Timestamp, ends_at: Timestamp) -> Self {
        Self {
            nth,
            seed: seed.to_owned(),
            sent_at: now,
            expires_at: now.plus(LIFETIME_S).min(ends_at),
            tries: 0,
            confirmed_at: None,
        }
    }

    /// How often it may still be tried; 0 when it is not good any more.
    #[must_use]
    pub fn tries_left(&self, now: Timestamp) -> u32 {
        if self.confirmed_at.is_some() || now >= self.expires_at {
            return 0;
        }
        TRIES_MAX.saturating_sub(self.tries)
    }

    /// When another one may be sent.
    #[must_use]
    pub fn another(&self) -> Another {
        if self.nth >= CODES_MAX || self.confirmed_at.is_some() {
            Another::Never
        } else {
            Another::From(self.sent_at.plus(WAIT_S), self.nth.saturating_add(1))
        }
    }

    /// The number of the next code, if it may be sent now.
    pub fn next(&self, now: Timestamp) -> Result<u32, CodeRefusal> {
        match self.another() {
            Another::Never => Err(CodeRefusal::NoMore),
            Another::From(at, _) if now < at => Err(CodeRefusal::TooSoon(at.seconds_since(now))),
            Another::From(_, nth) => Ok(nth),
        }
    }

    /// Whether it may be tried now.
    pub fn check(&self, now: Timestamp) -> Result<(), CodeRefusal> {
        match (self.tries_left(now), self.another()) {
            (1.., _) => Ok(()),
            (0, Another::Never) => Err(CodeRefusal::NoMore),
            (0, Another::From(..)) if self.tries < TRIES_MAX => Err(CodeRefusal::Expired),
            (0, Another::From(at, _)) => Err(CodeRefusal::UsedUp(at.seconds_since(now).max(0))),
        }
    }

    /// Whether somebody has typed it. It may have been sent under the secret before.
    #[must_use]
    pub fn is(&self, typed: &EmailCode, secrets: &LinkSecrets, for_what: &CodeFor<'_>) -> bool {
        let secrets = std::iter::once(&secrets.current).chain(&secrets.old);
        // Both are looked at, so that the time that it takes tells nothing.
        let fits = secrets.map(|secret| typed.is(secret, for_what));
        fits.fold(false, |any, fits| any | fits)
    }
}

impl CodeRefusal {
    /// What stands beside the field, if the field can mend it.
    #[must_use]
    pub fn field(self) -> Option<FieldProblem> {
        let (code, message) = match self {
            Self::Malformed => (
                "code_malformed",
                "Type the 8 digits from our mail.".to_owned(),
            ),
            Self::Wrong(0) => (
                "code_wrong",
                "This code is not right, and it cannot be tried again. Send another one."
                    .to_owned(),
            ),
            Self::Wrong(left) => {
                let tries = if left == 1 { "try is" } else { "tries are" };
                (
                    "code_wrong",
                    format!("This code is not right; {left} {tries} left."),
                )
            }
            Self::Expired => (
                "code_expired",
                "The time of this code is over. Send another one.".to_owned(),
            ),
            Self::UsedUp(_) | Self::TooSoon(_) | Self::NoMore => return None,
        };
        Some(FieldProblem::new(FIELD, code, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_284_000);
    const LATER: Timestamp = Timestamp(1_795_384_000);

    fn sent(nth: u32) -> SentCode {
        SentCode::new(nth, "0123456789ABCDEFGHJKMNPQRS", NOW, LATER)
    }

    #[test]
    fn a_code_is_good_for_a_quarter_of_an_hour_and_not_for_a_second_more() {
        for (ends_at, lifetime) in [(LATER, 900), (NOW.plus(900), 900), (NOW.plus(600), 600)] {
            let code = SentCode::new(1, "", NOW, ends_at);
            assert_eq!(code.check(NOW), Ok(()));
            assert_eq!(code.check(NOW.plus(lifetime - 1)), Ok(()));
            assert_eq!(code.check(NOW.plus(lifetime)), Err(CodeRefusal::Expired));
        }
    }

    #[test]
    fn a_code_can_be_tried_five_times() {
        let tried = |tries| SentCode { tries, ..sent(1) };
        for (tries, left) in [(0, 5), (1, 4), (4, 1), (5, 0), (9, 0)] {
            assert_eq!(tried(tries).tries_left(NOW), left);
        }
        assert_eq!(tried(4).check(NOW), Ok(()));
        assert_eq!(tried(5).check(NOW.plus(20)), Err(CodeRefusal::UsedUp(40)));
        assert_eq!(tried(5).check(NOW.plus(70)), Err(CodeRefusal::UsedUp(0)));
        let last = SentCode {
            tries: 5,
            ..sent(CODES_MAX)
        };
        assert_eq!(last.check(NOW), Err(CodeRefusal::NoMore));
        assert_eq!(
            sent(CODES_MAX).check(NOW.plus(900)),
            Err(CodeRefusal::NoMore)
        );
    }

    #[test]
    fn five_codes_are_sent_a_minute_apart_and_none_after_one_has_confirmed() {
        assert_eq!(sent(1).next(NOW.plus(59)), Err(CodeRefusal::TooSoon(1)));
        assert_eq!(sent(1).next(NOW.plus(60)), Ok(2));
        assert_eq!(sent(4).next(NOW.plus(60)), Ok(5));
        assert_eq!(sent(5).next(NOW.plus(9_999)), Err(CodeRefusal::NoMore));
        let confirmed = SentCode {
            confirmed_at: Some(NOW),
            ..sent(1)
        };
        assert_eq!(confirmed.next(NOW.plus(60)), Err(CodeRefusal::NoMore));
    }

    #[test]
    fn what_is_left_is_told_with_its_plural() {
        let told = |refusal: CodeRefusal| refusal.field().expect("a field").message;
        assert_eq!(
            told(CodeRefusal::Wrong(4)),
            "This code is not right; 4 tries are left."
        );
        assert_eq!(
            told(CodeRefusal::Wrong(1)),
            "This code is not right; 1 try is left."
        );
        assert!(told(CodeRefusal::Wrong(0)).ends_with("Send another one."));
        assert_eq!(CodeRefusal::NoMore.field(), None);
    }
}
