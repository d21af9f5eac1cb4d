//! What one tick may use, so that the platform never cuts it off in the middle.

use shared::time::Timestamp;

/// Workers' free plan allows 50 calls to other servers for each invocation (Cloudflare, Workers
/// limits, "Subrequests"). A call beyond that fails like a broken connection, and the provider
/// would seem to be down.
const CALLS_MAX: u32 = 50;
/// A row that is begun within this time ends within its lease, even when the provider lets every
/// one of its calls wait until the deadline.
const BEGIN_WITHIN_S: i64 = 50;

/// What is left of a tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    began: Timestamp,
    calls_left: u32,
}

impl Allowance {
    /// That of a tick which begins now.
    pub(super) fn new(began: Timestamp) -> Self {
        Self {
            began,
            calls_left: CALLS_MAX,
        }
    }

    /// Takes so many calls, unless they or the time are used up: what is left then waits for
    /// another tick.
    pub(super) fn take(&mut self, calls: u32, now: Timestamp) -> bool {
        let in_time = now.seconds_since(self.began) < BEGIN_WITHIN_S;
        match self.calls_left.checked_sub(calls) {
            Some(left) if in_time => {
                self.calls_left = left;
                true
            }
            _ => false,
        }
    }

    /// The calls that are left.
    pub(super) fn calls_left(self) -> u32 {
        self.calls_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_ends_when_its_calls_or_its_time_are_used_up() {
        let began = Timestamp(1_000);
        let mut allowance = Allowance::new(began);
        assert!(allowance.take(48, began));
        assert!(!allowance.take(3, began), "more than is left");
        assert!(allowance.take(2, began.plus(49)));
        assert_eq!(allowance.calls_left(), 0);
        assert!(allowance.take(0, began.plus(49)));
        assert!(!allowance.take(0, began.plus(50)), "too late");
        // A clock that was put back gives more time, never less than nothing.
        assert!(allowance.take(0, began.plus(-3_600)));
    }
}
