//! Proofs as staff find them: in the queue, and seen elsewhere.

use crate::id::{OrderNumber, ProofId};
use crate::money::{Currency, Money};
use crate::payment::UNCONFIRMED_AFTER_S;
use crate::proof::ProofState;
use crate::record::Record;
use crate::time::Timestamp;

/// A proof that waits.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct QueuedProof {
    /// Its id.
    pub proof_id: ProofId,
    /// The order.
    pub order_number: OrderNumber,
    /// When it was handed in.
    pub uploaded_at: Timestamp,
    /// The bank that the buyer says they paid to.
    pub bank_name: String,
    /// The currency of what was asked for.
    pub currency: Currency,
    /// What was asked for, minor units.
    pub amount_minor: i64,
    /// Who has signed it already, where two have to; several when their figures differ.
    pub signed_by: Option<String>,
}

/// What one person has settled by hand and another has to sign.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct SignedByHand {
    /// The order.
    pub order_number: OrderNumber,
    /// Who has signed.
    pub decided_by: String,
    /// When.
    pub decided_at: Timestamp,
    /// Of the amount.
    pub currency: Currency,
    /// How much came in, minor units.
    pub amount_minor: i64,
    /// The bank where.
    pub bank_name: String,
}

impl SignedByHand {
    /// How much came in.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money {
            amount_minor: self.amount_minor,
            currency: self.currency,
        }
    }
}

impl QueuedProof {
    /// What was asked for.
    #[must_use]
    pub fn asked(&self) -> Money {
        Money {
            amount_minor: self.amount_minor,
            currency: self.currency,
        }
    }

    /// Whether its buyer has waited longer than was promised (A37).
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        now.seconds_since(self.uploaded_at) >= UNCONFIRMED_AFTER_S
    }
}

/// A proof of another order that has something in common with this one (S62).
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct RelatedProof {
    /// Its id.
    pub proof_id: ProofId,
    /// Its order.
    pub order_number: OrderNumber,
    /// Where it stands.
    pub state: ProofState,
    /// The version of its order.
    pub version: u32,
    /// The currency of its order.
    pub currency: Currency,
    /// Whether the file is the same, byte by byte.
    #[record(flag)]
    pub same_file: bool,
    /// Whether the buyers call the transfer the same.
    #[record(flag)]
    pub same_reference: bool,
}

/// A transfer of a bank's statement that was read before.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct KnownReceipt {
    /// Its currency.
    pub currency: Currency,
    /// All of it, minor units.
    pub amount_minor: i64,
    /// How much of it has paid something, minor units.
    pub applied_minor: i64,
    /// When the bank took it back.
    pub returned_at: Option<Timestamp>,
}
