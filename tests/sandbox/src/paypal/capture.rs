//! Captures (Payments v2, `capture`).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::link::{self, link};
use super::money;

/// Where the money of a capture is. What was refunded is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaptureStatus {
    /// In the account.
    Completed,
    /// Perhaps later; with the reason.
    Pending(PendingReason),
    /// Nowhere, for ever.
    Declined,
}

/// Why a capture is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PendingReason {
    /// The buyer pays by e-check.
    Echeck,
    /// PayPal looks at the payment.
    PendingReview,
}

impl PendingReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Echeck => "ECHECK",
            Self::PendingReview => "PENDING_REVIEW",
        }
    }
}

/// A capture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Capture {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) custom_id: Option<String>,
    pub(crate) invoice_id: Option<String>,
    pub(crate) status: CaptureStatus,
    /// A refund of what came by e-check is pending first.
    pub(crate) by_echeck: bool,
    /// Minor units that refunds have sent back, or are sending.
    pub(crate) refunded: i64,
    /// Minor units that a bank or a dispute has taken back.
    pub(crate) reversed: i64,
}

impl Capture {
    /// PayPal's word. A reversal has none.
    pub(crate) fn status(&self) -> &'static str {
        match self.status {
            CaptureStatus::Pending(_) => "PENDING",
            CaptureStatus::Declined => "DECLINED",
            CaptureStatus::Completed if self.refunded == 0 => "COMPLETED",
            CaptureStatus::Completed if self.refunded < self.amount => "PARTIALLY_REFUNDED",
            CaptureStatus::Completed => "REFUNDED",
        }
    }

    /// What can still be refunded.
    pub(crate) fn left(&self) -> i64 {
        self.amount - self.refunded - self.reversed
    }

    /// The capture as its order shows it.
    pub(crate) fn in_order(&self, api: &str) -> Value {
        let own = link::capture(api, &self.id);
        let mut capture = json!({
            "id": self.id,
            "status": self.status(),
            "amount": money::object(self.amount, &self.currency),
            "final_capture": true,
            "seller_protection": { "status": "NOT_ELIGIBLE" },
            "links": [
                link(own.as_str(), "self", "GET"),
                link(format!("{own}/refund"), "refund", "POST"),
                link(link::order(api, &self.order), "up", "GET"),
            ],
            "create_time": self.created.rfc3339(),
            "update_time": self.updated.rfc3339(),
        });
        for (name, text) in [
            ("invoice_id", &self.invoice_id),
            ("custom_id", &self.custom_id),
        ] {
            if let Some(text) = text {
                capture[name] = text.as_str().into();
            }
        }
        match self.status {
            CaptureStatus::Pending(reason) => {
                capture["status_details"] = json!({ "reason": reason.as_str() });
            }
            CaptureStatus::Completed => {
                capture["seller_receivable_breakdown"] = self.breakdown();
            }
            CaptureStatus::Declined => {}
        }
        capture
    }

    /// The capture by itself, as it is read and as events tell it: with the way to its order.
    pub(crate) fn json(&self, api: &str) -> Value {
        let mut capture = self.in_order(api);
        capture["supplementary_data"] = json!({ "related_ids": { "order_id": self.order } });
        if self.status == CaptureStatus::Completed {
            capture["disbursement_mode"] = "INSTANT".into();
        }
        capture
    }

    fn breakdown(&self) -> Value {
        let fee = money::fee(self.amount, &self.currency);
        json!({
            "gross_amount": money::object(self.amount, &self.currency),
            "paypal_fee": money::object(fee, &self.currency),
            "net_amount": money::object(self.amount - fee, &self.currency),
        })
    }
}
