//! The proof that a webhook's bytes came from the provider.
//!
//! A parser of webhooks takes [`Verified`] and nothing else, so a handler that forgets the check
//! does not compile.

/// Something whose signature was checked. Only a signature check inside [`crate::provider`] can
/// make one.
///
/// ```compile_fail
/// let forged = shared::provider::verified::Verified::new(&b"{}"[..]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// To be called by a signature check that has just succeeded over exactly this value.
    pub(in crate::provider) fn new(value: T) -> Self {
        Self(value)
    }

    /// The checked value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}
