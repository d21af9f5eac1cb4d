//! The form on an order's page that takes the one-time code from a mail.

use shared::time::Timestamp;

use super::SendForm;

/// The form, and the button that sends another code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailCode {
    /// Where what was typed is sent.
    pub action: String,
    /// Until when the newest code can be typed, and how often: `3 tries`; `None` when it cannot.
    pub good: Option<(Timestamp, String)>,
    /// The button that sends another one, and from when on it does; `None` when no more are sent.
    pub another: Option<(Timestamp, SendForm)>,
    /// What was typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}
