//! The bank transfer on an order's page: where to, and the form that hands a proof in.

use shared::time::Timestamp;

use super::FieldError;

/// A bank transfer that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The formatted amount to transfer.
    pub due: String,
    /// What to write into the transfer, without hyphens: banks drop them.
    pub reference: String,
    /// Until when a proof can be handed in.
    pub until: Timestamp,
    /// Our accounts; any of them.
    pub accounts: Vec<AccountFacts>,
    /// The form; `None` when no proof is taken.
    pub upload: Option<Upload>,
}

impl Transfer {
    /// Not while a proof is being reviewed: whoever handed it in has paid.
    pub(super) fn asks_for_money(&self) -> bool {
        !self.upload.as_ref().is_some_and(|upload| upload.replaces)
    }
}

/// An account with its facts, each a name and a value to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// The account's short name, for the form.
    pub id: String,
    /// The bank's name.
    pub bank: String,
    /// What to copy.
    pub facts: Vec<(&'static str, String)>,
    /// What else to know; may be empty.
    pub note: String,
}

/// The form that hands a proof in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Where it is sent.
    pub action: String,
    /// Whether one is being reviewed already, which it replaces.
    pub replaces: bool,
    /// The account that was chosen, by its short name.
    pub account: String,
    /// What was typed as the bank's name of the transfer.
    pub transfer_reference: String,
    /// What was wrong with the last try.
    pub errors: Vec<FieldError>,
}

impl Upload {
    /// What is wrong with a field.
    pub(super) fn error_of(&self, field: &str) -> Option<&str> {
        let mut errors = self.errors.iter();
        errors
            .find(|error| error.field == field)
            .map(|error| error.message.as_str())
    }
}
