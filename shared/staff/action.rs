//! What staff do, as the audit names it.

use serde_json::Value;

use super::{Right, StaffEmail};
use crate::id::WriteToken;
use crate::record::Record;
use crate::statement::Statement;
use crate::store::staff;
use crate::time::Timestamp;

/// Something that only staff do. The schema's `staff_rights` says who may (a test compares the two).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Decide about money: a row of `decisions`, which is its own audit.
    Decide,
    /// Have a provider asked about a payment.
    AskProvider,
    /// Close a case.
    ResolveCase,
    /// Offer a bank account to buyers.
    AddBank,
    /// Offer a bank account no more.
    RetireBank,
    /// Let somebody work here, or give them another role.
    AdmitMember,
    /// Let somebody work here no more.
    DisableMember,
    /// Make a coupon.
    MakeCoupon,
    /// Pause a coupon, or let it be used again.
    PauseCoupon,
    /// Give a use back that an order has consumed.
    RestoreUse,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 10] = [
        Self::Decide,
        Self::AskProvider,
        Self::ResolveCase,
        Self::AddBank,
        Self::RetireBank,
        Self::AdmitMember,
        Self::DisableMember,
        Self::MakeCoupon,
        Self::PauseCoupon,
        Self::RestoreUse,
    ];

    /// The text in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::AskProvider => "ask_provider",
            Self::ResolveCase => "resolve_case",
            Self::AddBank => "add_bank",
            Self::RetireBank => "retire_bank",
            Self::AdmitMember => "admit_member",
            Self::DisableMember => "disable_member",
            Self::MakeCoupon => "make_coupon",
            Self::PauseCoupon => "pause_coupon",
            Self::RestoreUse => "restore_use",
        }
    }

    /// What it asks for.
    #[must_use]
    pub fn right(self) -> Right {
        match self {
            Self::Decide | Self::AskProvider | Self::ResolveCase => Right::Decide,
            Self::AddBank
            | Self::RetireBank
            | Self::AdmitMember
            | Self::DisableMember
            | Self::MakeCoupon
            | Self::PauseCoupon
            | Self::RestoreUse => Right::Administer,
        }
    }
}

/// One action of one person, for the audit.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    /// Names it, and tells one's own row from another's after a lost answer.
    pub token: &'a WriteToken,
    /// Who.
    pub by: &'a StaffEmail,
    /// What.
    pub action: Action,
    /// To what: an order number, a case, a bank account, an address.
    pub subject: &'a str,
    /// What was decided; no secrets.
    pub detail: Value,
}

impl AuditEntry<'_> {
    /// Its row. The schema refuses it, and with it its whole batch, when the person may not
    /// do this at that moment.
    #[must_use]
    pub fn insert(&self, now: Timestamp) -> Statement {
        staff::INSERT_AUDIT.bind([
            now.into(),
            self.token.into(),
            self.by.into(),
            self.action.as_str().into(),
            self.subject.into(),
            self.detail.to_string().into(),
        ])
    }
}

/// An entry of the audit as read from its row.
#[derive(Debug, Clone, PartialEq, Record)]
pub struct Audited {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub email: String,
    /// What; a text, since a later version may have written others.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What was decided.
    #[record(json)]
    pub detail: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_action_text_unchanged() {
        assert_eq!(
            Action::ALL.map(Action::as_str),
            [
                "decide",
                "ask_provider",
                "resolve_case",
                "add_bank",
                "retire_bank",
                "admit_member",
                "disable_member",
                "make_coupon",
                "pause_coupon",
                "restore_use",
            ]
        );
    }
}
