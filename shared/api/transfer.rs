//! What callers are shown of a bank transfer.

use serde::Serialize;

use crate::bank::{BankAccount, BankAccountId};
use crate::id::ProofId;
use crate::order::Order;
use crate::payment::UNCONFIRMED_AFTER_S;
use crate::proof::{Proof, ProofState, RejectionCode};
use crate::time::Timestamp;

/// Where to transfer to, and what was shown of it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransferView {
    /// What the buyer writes into the transfer: the order number.
    pub reference: String,
    /// RFC 3339; until then a proof can be handed in. Absent once the transfer is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub until: Option<String>,
    /// Our accounts in the order's currency; any of them.
    pub accounts: Vec<BankAccount>,
    /// The proofs that were handed in, newest first.
    pub proofs: Vec<ProofView>,
}

/// A proof as its buyer is shown it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProofView {
    /// Its id; quote it to support.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{14}$"))
    )]
    pub proof_id: ProofId,
    /// Where it stands.
    pub state: ProofState,
    /// The account that the buyer says they transferred to.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub bank_account_id: BankAccountId,
    /// As it was called.
    pub file_name: String,
    /// RFC 3339.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub uploaded_at: String,
    /// RFC 3339; by then staff have looked at it, or the buyer hears that it takes longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub review_by: Option<String>,
    /// Why it was turned down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<RejectionCode>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ProofView {
    /// What a buyer is shown of a proof.
    #[must_use]
    pub fn of(proof: &Proof) -> Self {
        let is_waiting = proof.state == ProofState::Waiting;
        let code = proof
            .reason_code
            .filter(|_| proof.state == ProofState::Rejected);
        Self {
            proof_id: proof.proof_id,
            state: proof.state,
            bank_account_id: proof.bank_account_id.clone(),
            file_name: proof.file_name.clone(),
            uploaded_at: proof.uploaded_at.rfc3339(),
            review_by: is_waiting.then(|| promised(proof).rfc3339()),
            reason_code: code,
            reason: code.map(|code| why(code, proof.reason.as_deref())),
        }
    }
}

/// When staff have promised to have looked at a proof (A35).
#[must_use]
pub fn promised(proof: &Proof) -> Timestamp {
    proof.uploaded_at.plus(UNCONFIRMED_AFTER_S)
}

/// Why a proof was turned down, in one text.
#[must_use]
pub fn why(code: RejectionCode, added: Option<&str>) -> String {
    let added = added.unwrap_or_default();
    format!("{} {added}", code.words()).trim_end().to_owned()
}

impl TransferView {
    /// What is shown of an order's transfer: while one is under way, and of the proofs ever after.
    #[must_use]
    pub fn of(order: &Order, accounts: &[BankAccount], proofs: &[Proof]) -> Option<Self> {
        if order.bank_until.is_none() && proofs.is_empty() {
            return None;
        }
        let accounts = match order.bank_until {
            Some(_) => accounts.to_vec(),
            None => Vec::new(),
        };
        Some(Self {
            reference: order.order_number.to_string(),
            until: order.bank_until.map(|_| order.payable_until().rfc3339()),
            accounts,
            proofs: proofs.iter().map(ProofView::of).collect(),
        })
    }
}
