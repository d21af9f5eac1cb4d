//! Disputes (Disputes v1, `dispute`).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::link::{self, link};
use super::{money, time};

const SELLER_ANSWERS_WITHIN_S: i64 = 10 * 24 * 3_600;

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisputeStatus {
    /// PayPal waits for the seller.
    WaitingForSeller,
    /// PayPal decides.
    UnderReview,
    /// Decided.
    Resolved(DisputeOutcome),
}

impl DisputeStatus {
    /// PayPal's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaitingForSeller => "WAITING_FOR_SELLER_RESPONSE",
            Self::UnderReview => "UNDER_REVIEW",
            Self::Resolved(_) => "RESOLVED",
        }
    }

    /// True while the dispute can still change.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Resolved(_))
    }
}

/// How PayPal decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DisputeOutcome {
    /// The buyer gets the money back.
    BuyerFavour,
    /// The seller keeps it.
    SellerFavour,
    /// The buyer gives up; the seller keeps it.
    CancelledByBuyer,
}

impl DisputeOutcome {
    /// PayPal's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuyerFavour => "RESOLVED_BUYER_FAVOUR",
            Self::SellerFavour => "RESOLVED_SELLER_FAVOUR",
            Self::CancelledByBuyer => "CANCELED_BY_BUYER",
        }
    }
}

/// A dispute over a whole capture.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) capture: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: DisputeStatus,
}

impl Dispute {
    pub(crate) fn json(&self, api: &str) -> Value {
        let amount = money::object(self.amount, &self.currency);
        let mut dispute = json!({
            "dispute_id": self.id,
            "create_time": time::with_milliseconds(self.created),
            "update_time": time::with_milliseconds(self.updated),
            "disputed_transactions": [{
                "seller_transaction_id": self.capture,
                "seller": { "name": "Sandbox merchant" },
                "seller_protection_eligible": false,
            }],
            "reason": "UNAUTHORISED",
            "status": self.status.as_str(),
            "dispute_amount": amount,
            "dispute_life_cycle_stage": "INQUIRY",
            "dispute_channel": "INTERNAL",
            "links": [link(link::dispute(api, &self.id), "self", "GET")],
        });
        match self.status {
            DisputeStatus::Resolved(outcome) => {
                dispute["dispute_outcome"] = json!({ "outcome_code": outcome.as_str() });
            }
            DisputeStatus::WaitingForSeller => {
                let due = self.created.plus(SELLER_ANSWERS_WITHIN_S);
                dispute["seller_response_due_date"] = time::with_milliseconds(due).into();
            }
            DisputeStatus::UnderReview => {}
        }
        dispute
    }
}
