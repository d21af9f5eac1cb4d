//! When cron asks a provider about a payment that is not final.

use super::PaymentState;
use crate::time::Timestamp;

/// The promise to buyers: after 30 minutes without confirmation we act (requirement A18).
pub const UNCONFIRMED_AFTER_S: i64 = 30 * 60;

/// Waits between two questions while the outcome is open, by how often was asked. The first is
/// longer than any request of ours lives, so cron never doubles a call that is still running. PayPal
/// drops what was approved and not captured after three hours: it is asked shortly before and after.
const WAITS_S: [i64; 11] = [
    90, 240, 600, 600, 600, 180, 600, 3_600, 3_600, 3_600, 21_600,
];
/// A bank debit takes days, and its webhook comes first nearly always.
const PROCESSING_WAIT_S: i64 = 6 * 3_600;
const DAY_S: i64 = 86_400;

/// The next moment to ask. A payment that is not yet processing is always asked exactly when its
/// 30 minutes are over.
#[must_use]
pub fn next_ask(
    state: PaymentState,
    created_at: Timestamp,
    asks: u32,
    now: Timestamp,
) -> Option<Timestamp> {
    if !state.is_live() {
        return None;
    }
    if state == PaymentState::Processing {
        return Some(now.plus(PROCESSING_WAIT_S));
    }
    let index = usize::try_from(asks).unwrap_or(usize::MAX);
    let next = now.plus(WAITS_S.get(index).copied().unwrap_or(DAY_S));
    let promise = created_at.plus(UNCONFIRMED_AFTER_S);
    Some(if now < promise {
        next.min(promise)
    } else {
        next
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a22_the_thirty_minute_mark_is_never_skipped() {
        let created = Timestamp(1_000);
        let mut now = created;
        let mut asks = 0;
        let mut asked = Vec::new();
        while now < created.plus(14_400) {
            now = next_ask(PaymentState::Open, created, asks, now).unwrap();
            asks += 1;
            asked.push(now.seconds_since(created));
        }
        assert_eq!(
            asked,
            [
                90, 330, 930, 1_530, 1_800, 1_980, 2_580, 6_180, 9_780, 13_380, 34_980
            ]
        );
    }

    #[test]
    fn a_final_payment_is_never_asked_for() {
        for state in PaymentState::ALL.into_iter().filter(|s| !s.is_live()) {
            assert_eq!(next_ask(state, Timestamp(0), 0, Timestamp(5)), None);
        }
    }

    #[test]
    fn s58_a_bank_debit_is_asked_for_a_few_times_a_day() {
        let next = next_ask(
            PaymentState::Processing,
            Timestamp(0),
            3,
            Timestamp(500_000),
        );
        assert_eq!(next, Some(Timestamp(521_600)));
    }
}
