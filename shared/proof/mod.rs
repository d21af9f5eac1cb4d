//! The document that shows a bank transfer.
//!
//! In scope: its row, and what kinds of file are taken. Out of scope: the file's bytes on their way
//! to R2 (`functions/storefront/submit_proof.rs`), and deciding about it ([`crate::review`]).

pub mod file;
#[cfg(any(test, feature = "schema"))]
pub mod samples;
mod submit;

pub use self::submit::{Handed, submit};

use serde::Serialize;

use crate::bank::BankAccountId;
use crate::id::{OrderNumber, PaymentId, ProofId};
use crate::record::{Record, StoredText};
use crate::time::Timestamp;

/// A longer file is refused.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A file, and room for the form around it.
pub const UPLOAD_BYTES_MAX: usize = FILE_BYTES_MAX + 64 * 1024;

/// When an order's proofs have been turned down this often, bank transfer is no longer offered for it
/// (S63): what helps then is a person.
pub const REJECTIONS_MAX: usize = 3;

/// Nobody needs to hand in more than this for one order.
pub const PROOFS_PER_ORDER_MAX: usize = 10;

/// Where a proof stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProofState {
    /// Staff have to look at it.
    Waiting,
    /// The transfer was found.
    Approved,
    /// It was turned down.
    Rejected,
    /// The buyer handed in another one before anybody had looked.
    Superseded,
}

impl ProofState {
    /// Every state, in the order of the schema.
    pub const ALL: [Self; 4] = [
        Self::Waiting,
        Self::Approved,
        Self::Rejected,
        Self::Superseded,
    ];

    /// The text in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }
}

/// The kinds of file that are taken, told by their content (A31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MediaType {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
    /// PDF.
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Pdf];

    /// The media type, as stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// How a file of this kind is named when it is handed out.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
        }
    }
}

/// A proof as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Proof {
    /// Its id.
    pub proof_id: ProofId,
    /// The order it is about.
    pub order_number: OrderNumber,
    /// The bank payment it shows.
    pub payment_id: PaymentId,
    /// The account that the buyer says they transferred to.
    pub bank_account_id: BankAccountId,
    /// Where its bytes are in R2.
    pub object_key: String,
    /// The SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// How many bytes.
    pub size_bytes: u32,
    /// What kind of file.
    pub media_type: MediaType,
    /// Of images only.
    pub width_px: Option<u32>,
    /// Of images only.
    pub height_px: Option<u32>,
    /// As the buyer's browser told it; for people only.
    pub file_name: String,
    /// What the buyer says their bank calls the transfer; may be empty.
    pub transfer_reference: String,
    /// When it was handed in.
    pub uploaded_at: Timestamp,
    /// Where it stands.
    pub state: ProofState,
    /// When its bytes were removed.
    pub removed_at: Option<Timestamp>,
    /// Why it was turned down, where the decision was read along.
    pub reason_code: Option<RejectionCode>,
    /// What staff added to that.
    pub reason: Option<String>,
}

/// Why a proof is turned down; the buyer reads it (A34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RejectionCode {
    /// It cannot be read.
    Unreadable,
    /// It shows something else than a transfer.
    NotAProof,
    /// It shows another amount.
    WrongAmount,
    /// It shows a transfer to somebody else's account.
    WrongAccount,
    /// The money has not come in.
    NotReceived,
    /// The transfer has paid something else.
    AlreadyUsed,
    /// Something else; the reason in words tells.
    Other,
}

impl RejectionCode {
    /// Every code.
    pub const ALL: [Self; 7] = [
        Self::Unreadable,
        Self::NotAProof,
        Self::WrongAmount,
        Self::WrongAccount,
        Self::NotReceived,
        Self::AlreadyUsed,
        Self::Other,
    ];

    /// The text in the database, in forms and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotAProof => "not_a_proof",
            Self::WrongAmount => "wrong_amount",
            Self::WrongAccount => "wrong_account",
            Self::NotReceived => "not_received",
            Self::AlreadyUsed => "already_used",
            Self::Other => "other",
        }
    }

    /// Reads the text of a form or of the database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// What the buyer is told.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Unreadable => "We could not read the document.",
            Self::NotAProof => "The document does not show a bank transfer.",
            Self::WrongAmount => "The document shows another amount than is due.",
            Self::WrongAccount => "The document shows a transfer to another account than ours.",
            Self::NotReceived => "The transfer has not reached our account.",
            Self::AlreadyUsed => {
                "The transfer in the document has paid for something else already."
            }
            Self::Other => "We could not accept the document.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_texts_of_a_proof_unchanged() {
        let states: Vec<_> = ProofState::ALL.iter().map(|s| s.as_str()).collect();
        assert_eq!(states, ["waiting", "approved", "rejected", "superseded"]);
        for state in ProofState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        let kinds: Vec<_> = MediaType::ALL.iter().map(|m| m.as_str()).collect();
        assert_eq!(
            kinds,
            ["image/png", "image/jpeg", "image/webp", "application/pdf"]
        );
        for kind in MediaType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for code in RejectionCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(RejectionCode::parse(code.as_str()), Some(code));
        }
    }
}
