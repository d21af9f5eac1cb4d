//! Who works at the staff door, and what each of them may do.
//!
//! In scope: addresses, roles, rights and the names of actions. Out of scope: how somebody proves who
//! they are ([`crate::access`]). The invariant, kept by the schema as well: nobody acts beyond their
//! role, and nobody changes their own.

mod action;
mod new_account;
mod note;
mod past;
mod queue;
mod search;
mod statement;

pub use self::action::{Action, AuditEntry, Audited};
pub use self::new_account::NewAccount;
pub use self::note::Note;
pub use self::past::{Movement, PastStep};
pub use self::queue::{KnownReceipt, QueuedProof, RelatedProof, SignedByHand};
pub use self::search::{FoundOrder, Wanted};
pub use self::statement::{StatementFields, StatementLine, amount};

use serde::{Deserialize, Deserializer};

use crate::contact::{ContactError, EmailAddress};
use crate::record::{Record, StoredText};
use crate::time::Timestamp;

/// The address that somebody signs in with, in lower case: identity providers differ in how they
/// write it, and no two members of staff may differ in case alone. Debug output is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffEmail(EmailAddress);

impl StaffEmail {
    /// Parses an address; outer spaces and case are ignored.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        EmailAddress::parse(&text.to_ascii_lowercase()).map(Self)
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// As the history names its owner: `staff:ruth@shop.example`.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("staff:{}", self.as_str())
    }
}

impl std::fmt::Debug for StaffEmail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<&StaffEmail> for crate::statement::Value {
    fn from(email: &StaffEmail) -> Self {
        email.as_str().into()
    }
}

impl<'de> Deserialize<'de> for StaffEmail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// What somebody is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, StoredText)]
pub enum Role {
    /// Finds orders and tells buyers how they stand.
    Support,
    /// Also decides about proofs and money.
    Reviewer,
    /// Also decides who works here, and which bank accounts take money.
    Admin,
}

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// To look orders up.
    Look,
    /// To see proofs, and to decide about money.
    Decide,
    /// To change who works here and where money goes.
    Administer,
}

impl Role {
    /// Every role, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Support, Self::Reviewer, Self::Admin];

    /// The text in the database and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }

    /// Reads that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether the role has the right.
    #[must_use]
    pub fn has(self, right: Right) -> bool {
        match (self, right) {
            (Self::Admin, _)
            | (Self::Reviewer, Right::Look | Right::Decide)
            | (Self::Support, Right::Look) => true,
            (Self::Reviewer, Right::Administer) | (Self::Support, _) => false,
        }
    }
}

/// A member of staff as read from their row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Member {
    /// Names them.
    pub email: StaffEmail,
    /// What they are here for.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when no more.
    pub disabled_at: Option<Timestamp>,
}

impl Member {
    /// Whether they may do what asks for this right, now.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.disabled_at.is_none() && self.role.has(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s120_each_role_has_its_rights_and_no_others() {
        let rights = [Right::Look, Right::Decide, Right::Administer];
        let table = Role::ALL.map(|role| rights.map(|right| role.has(right)));
        assert_eq!(
            table,
            [
                [true, false, false],
                [true, true, false],
                [true, true, true]
            ]
        );
    }

    #[test]
    fn stored_role_text_unchanged() {
        assert_eq!(
            Role::ALL.map(Role::as_str),
            ["support", "reviewer", "admin"]
        );
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Admin"), None);
    }

    #[test]
    fn an_address_is_the_same_in_any_case_and_is_not_printed() {
        let email = StaffEmail::parse(" Ruth@Shop.Example ").unwrap();
        assert_eq!(email.as_str(), "ruth@shop.example");
        assert_eq!(email.actor(), "staff:ruth@shop.example");
        assert!(!format!("{email:?}").contains("ruth"));
        assert!(StaffEmail::parse("ruth").is_err());
    }

    #[test]
    fn nobody_who_left_may_do_anything() {
        let mut member = Member {
            email: StaffEmail::parse("ruth@shop.example").unwrap(),
            role: Role::Admin,
            created_at: Timestamp(1),
            disabled_at: None,
        };
        assert!(member.may(Right::Administer));
        member.disabled_at = Some(Timestamp(2));
        assert!(!member.may(Right::Look));
    }
}
