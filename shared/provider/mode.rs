//! Test or live: the one thing that every provider has two of.

/// Whether real money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A provider's test mode or sandbox.
    Test,
    /// Real money.
    Live,
}

impl Mode {
    /// Whether an object or event with this `livemode` belongs to the mode. One that does not say
    /// belongs to neither.
    #[must_use]
    pub fn is_mode_of(self, livemode: Option<bool>) -> bool {
        livemode == Some(self == Self::Live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_what_does_not_say_its_mode_belongs_to_neither() {
        for (mode, livemode, expected) in [
            (Mode::Test, Some(false), true),
            (Mode::Test, Some(true), false),
            (Mode::Live, Some(true), true),
            (Mode::Live, Some(false), false),
            (Mode::Test, None, false),
            (Mode::Live, None, false),
        ] {
            assert_eq!(mode.is_mode_of(livemode), expected, "{mode:?} {livemode:?}");
        }
    }
}
