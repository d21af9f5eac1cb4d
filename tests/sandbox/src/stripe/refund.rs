//! Refunds (API reference, "The Refund object").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::method::MethodKind;
use super::shelf::Resource;

/// A refund's life. A card refund that succeeded can still fail weeks later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundStatus {
    /// On its way.
    Pending,
    /// With the buyer, as far as Stripe knows.
    Succeeded,
    /// Come back.
    Failed,
}

/// A refund in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundSummary {
    /// `re_…`
    pub id: String,
    /// Minor units.
    pub amount_minor: i64,
    /// Where it stands.
    pub status: RefundStatus,
}

impl RefundStatus {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// A refund.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) charge: String,
    pub(crate) intent: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: RefundStatus,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) method_kind: MethodKind,
}

impl Resource for Refund {
    const NAME: &'static str = "refund";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        let destination = match self.method_kind {
            MethodKind::Card => json!({
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
                "type": "card",
            }),
            MethodKind::SepaDebit => json!({ "type": "sepa_bank_transfer" }),
            other => json!({ "type": other.as_str() }),
        };
        let mut refund = json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": self.id.replacen("re_", "txn_", 1),
            "charge": self.charge,
            "created": self.created.0,
            "currency": self.currency,
            "customer": null,
            "customer_account": null,
            "destination_details": destination,
            "metadata": self.metadata,
            "payment_intent": self.intent,
            "payment_method": null,
            "reason": self.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": self.status.as_str(),
            "transfer_reversal": null,
        });
        match self.status {
            RefundStatus::Pending => refund["pending_reason"] = "processing".into(),
            RefundStatus::Failed => {
                refund["failure_reason"] = "expired_or_canceled_card".into();
                refund["failure_balance_transaction"] = self.id.replacen("re_", "txn_f", 1).into();
            }
            RefundStatus::Succeeded => {}
        }
        refund
    }
}
