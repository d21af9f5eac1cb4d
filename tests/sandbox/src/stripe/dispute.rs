//! Disputes and early fraud warnings (API reference, "The Dispute object").

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::method;
use super::shelf::Resource;

const EVIDENCE_DUE_AFTER_S: i64 = 7 * 24 * 3600;

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisputeStatus {
    /// Stripe waits for the seller's evidence.
    NeedsResponse,
    /// The bank decides.
    UnderReview,
    /// The seller keeps the money.
    Won,
    /// The buyer keeps the money.
    Lost,
}

impl DisputeStatus {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// True while the dispute can still change.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview)
    }
}

/// How a bank closes a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeOutcome {
    /// For the seller.
    Won,
    /// For the buyer.
    Lost,
}

/// A dispute.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) charge: String,
    pub(crate) intent: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: DisputeStatus,
    pub(crate) email: String,
    /// True while the disputed money is out of the account.
    pub(crate) withdrawn: bool,
}

impl Dispute {
    /// `evidence_details`, which also stands in `previous_attributes` of an update.
    pub(crate) fn evidence_details(&self, submitted: bool) -> Value {
        json!({
            "due_by": self.created.plus(EVIDENCE_DUE_AFTER_S).0,
            "enhanced_eligibility": {},
            "has_evidence": submitted,
            "past_due": false,
            "submission_count": i32::from(submitted),
            "submission_method": if submitted { "manual" } else { "not_submitted" },
        })
    }
}

impl Resource for Dispute {
    const NAME: &'static str = "dispute";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        let submitted = self.status == DisputeStatus::UnderReview;
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transactions": [],
            "charge": self.charge,
            "created": self.created.0,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": {
                "access_activity_log": null,
                "appeal": null,
                "billing_address": null,
                "cancellation_policy": null,
                "cancellation_policy_disclosure": null,
                "cancellation_rebuttal": null,
                "customer_communication": null,
                "customer_email_address": self.email,
                "customer_name": method::BUYER_NAME,
                "customer_purchase_ip": null,
                "customer_signature": null,
                "duplicate_charge_documentation": null,
                "duplicate_charge_explanation": null,
                "duplicate_charge_id": null,
                "enhanced_evidence": {},
                "product_description": null,
                "receipt": null,
                "refund_policy": null,
                "refund_policy_disclosure": null,
                "refund_refusal_explanation": null,
                "service_date": null,
                "service_documentation": null,
                "shipping_address": null,
                "shipping_carrier": null,
                "shipping_date": null,
                "shipping_documentation": null,
                "shipping_tracking_number": null,
                "uncategorized_file": null,
                "uncategorized_text": null,
            },
            "evidence_details": self.evidence_details(submitted),
            "intended_submission_method": null,
            "is_charge_refundable": false,
            "livemode": false,
            "metadata": {},
            "payment_intent": self.intent,
            "payment_method_details": {
                "card": {
                    "brand": "visa",
                    "case_type": "chargeback",
                    "network": "visa",
                    "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": "fraudulent",
            "status": self.status.as_str(),
        })
    }
}

/// A card network's warning that a charge may be fraud. No money moves.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FraudWarning {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) charge: String,
    pub(crate) intent: String,
}

impl Resource for FraudWarning {
    const NAME: &'static str = "radar.early_fraud_warning";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "radar.early_fraud_warning",
            "actionable": true,
            "charge": self.charge,
            "created": self.created.0,
            "fraud_type": "made_with_stolen_card",
            "livemode": false,
            "payment_intent": self.intent,
        })
    }
}
