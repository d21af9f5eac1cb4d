//! The three answers an outside call can have.

/// What a provider's API told us. A time-out, a 5xx or an unreadable body is [`Answer::Unknown`]:
/// the effect may or may not have happened, and only asking again can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// The provider did what was asked, or had done it before.
    Done(T),
    /// The provider documents that nothing happened and that repeating will not help.
    Refused(ProviderRefusal),
    /// Nobody knows yet; the text is for the log, never for a buyer.
    Unknown(String),
}

/// A documented refusal of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefusal {
    /// HTTP status of the answer.
    pub status: u16,
    /// The provider's own stable code, `""` when it gave none.
    pub code: String,
    /// The provider's text, for staff and the log only.
    pub message: String,
}
