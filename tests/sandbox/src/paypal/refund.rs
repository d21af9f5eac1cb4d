//! Refunds and reversals (Payments v2, `refund`).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::link::{self, link};
use super::money;

/// A refund's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundStatus {
    /// On its way: what came by e-check goes back by e-check.
    Pending,
    /// With the buyer.
    Completed,
    /// Come back.
    Failed,
}

impl RefundStatus {
    /// PayPal's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }
}

/// A refund in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundSummary {
    /// The refund's id.
    pub id: String,
    /// PayPal's minor units.
    pub amount_minor: i64,
    /// Where it stands.
    pub status: RefundStatus,
}

/// Money on its way back: by the seller's wish, or against it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) capture: String,
    pub(crate) created: Timestamp,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: RefundStatus,
    pub(crate) custom_id: Option<String>,
    pub(crate) invoice_id: Option<String>,
    pub(crate) note_to_payer: Option<String>,
    /// True when a bank or a dispute took the money.
    pub(crate) is_reversal: bool,
    /// All that went back with and before this one.
    pub(crate) total: i64,
}

impl Refund {
    /// The answer to `Prefer: return=minimal`.
    pub(crate) fn minimal(&self, api: &str) -> Value {
        let mut refund = json!({
            "id": self.id,
            "status": self.status.as_str(),
            "links": [
                link(link::refund(api, &self.id), "self", "GET"),
                link(link::capture(api, &self.capture), "up", "GET"),
            ],
        });
        if self.status == RefundStatus::Pending {
            refund["status_details"] = json!({ "reason": "ECHECK" });
        }
        refund
    }

    /// The whole refund. The capture's id is in the link `up` only, as at PayPal.
    pub(crate) fn json(&self, api: &str) -> Value {
        let amount = |minor| money::object(minor, &self.currency);
        let mut refund = self.minimal(api);
        refund["amount"] = amount(self.amount);
        refund["seller_payable_breakdown"] = json!({
            "gross_amount": amount(self.amount),
            "paypal_fee": amount(0),
            "net_amount": amount(self.amount),
            "total_refunded_amount": amount(self.total),
        });
        // Refunds tell their times in the seller's zone.
        let time = pacific(self.created);
        refund["create_time"] = time.as_str().into();
        refund["update_time"] = time.into();
        let optional = [
            ("custom_id", &self.custom_id),
            ("invoice_id", &self.invoice_id),
            ("note_to_payer", &self.note_to_payer),
        ];
        for (name, text) in optional {
            if let Some(text) = text {
                refund[name] = text.as_str().into();
            }
        }
        refund
    }
}

/// `2018-08-15T12:13:29-07:00`
fn pacific(at: Timestamp) -> String {
    at.plus(-7 * 3_600).rfc3339().replace('Z', "-07:00")
}
