//! What one tick may use, so that the platform never cuts it off in the middle.

use shared::time::Timestamp;

use crate::world::World;

/// Workers' free plan allows 50 calls to other servers for each invocation (Cloudflare, Workers
/// limits, "Subrequests"), and 50 queries of D1 (D1 limits, "Queries per Worker invocation"), of which
/// a batch is one. Whether the second count towards the first is told both ways, so here they do. A
/// step beyond that fails like a broken connection, and the provider would seem to be down.
const STEPS_MAX: u32 = 50;
/// Kept for the batch that writes down what the tick did.
const STEPS_AT_END: u32 = 1;
/// A row that is begun within this time ends within its lease, even when the provider lets every
/// one of its calls wait until the deadline.
const BEGIN_WITHIN_S: i64 = 50;

/// What something took; the one that took longer is more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spent {
    seconds: i64,
    steps: u32,
}

impl Spent {
    /// Adds what was taken between two moments of a tick.
    pub(super) fn add(&mut self, before: Self, after: Self) {
        let seconds = after.seconds.saturating_sub(before.seconds);
        let steps = after.steps.saturating_sub(before.steps);
        self.seconds = self.seconds.saturating_add(seconds);
        self.steps = self.steps.saturating_add(steps);
    }

    /// Whether so many steps more may begin after this.
    fn leaves(self, steps: u32) -> bool {
        let needed = self.steps.saturating_add(steps);
        self.seconds < BEGIN_WITHIN_S && needed <= STEPS_MAX - STEPS_AT_END
    }
}

/// What a tick may use.
#[derive(Debug)]
pub(super) struct Allowance<'a, W> {
    world: &'a W,
    began: Timestamp,
    steps_before: u32,
}

impl<'a, W: World> Allowance<'a, W> {
    /// That of a tick which begins now.
    pub(super) fn new(world: &'a W) -> Self {
        Self {
            world,
            began: world.now(),
            steps_before: world.steps(),
        }
    }

    /// Whether something may begin that takes so many steps at most. What may not waits for another
    /// tick.
    pub(super) fn allows(&self, steps: u32) -> bool {
        self.spent().leaves(steps)
    }

    /// What the tick has taken so far.
    pub(super) fn spent(&self) -> Spent {
        Spent {
            seconds: self.world.now().seconds_since(self.began),
            steps: self.world.steps().saturating_sub(self.steps_before),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_ends_when_its_steps_or_its_time_are_used_up() {
        let spent = |seconds, steps| Spent { seconds, steps };
        assert!(spent(0, 45).leaves(4));
        assert!(!spent(0, 46).leaves(4), "more than is left");
        assert!(spent(49, 49).leaves(0));
        assert!(!spent(50, 0).leaves(0), "too late");
        // A clock that was put back gives more time, never less than nothing.
        assert!(spent(-3_600, 49).leaves(0));
        assert!(!spent(0, u32::MAX).leaves(u32::MAX));
    }
}
