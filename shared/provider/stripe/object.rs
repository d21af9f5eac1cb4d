//! Views of the objects beside the session: payment intents, charges, refunds, disputes and
//! early fraud warnings.
//!
//! Each has only what finds the order and what staff must see. None moves money by itself: an
//! event is a hint, and what it says is read back before it counts.

use super::currency::money_on_wire;
use super::fields::Fields;
use super::open_enum::open_enum;
use super::session::{ORDER_NUMBER_KEY, PAYMENT_ID_KEY};
use crate::money::Money;

open_enum!(
    /// `status` of a payment intent (docs.stripe.com/payments/paymentintents/lifecycle).
    pub enum IntentStatus {
        /// No method yet, or the last one failed.
        RequiresPaymentMethod = "requires_payment_method",
        /// To be confirmed.
        RequiresConfirmation = "requires_confirmation",
        /// The buyer has something to do, such as paying a voucher.
        RequiresAction = "requires_action",
        /// A delayed method is under way.
        Processing = "processing",
        /// Authorised, to be captured by us.
        RequiresCapture = "requires_capture",
        /// Given up.
        Canceled = "canceled",
        /// The money is ours.
        Succeeded = "succeeded",
    }
);

open_enum!(
    /// `status` of a refund. One that succeeded can still fail weeks later.
    pub enum RefundStatus {
        /// Under way.
        Pending = "pending",
        /// The buyer has something to do.
        RequiresAction = "requires_action",
        /// On its way to the buyer.
        Succeeded = "succeeded",
        /// The money came back to us.
        Failed = "failed",
        /// Called back before it left.
        Canceled = "canceled",
    }
);

open_enum!(
    /// `status` of a dispute. The three `warning_*` are inquiries: no money has moved.
    pub enum DisputeStatus {
        /// An inquiry that wants an answer.
        WarningNeedsResponse = "warning_needs_response",
        /// An inquiry being looked at.
        WarningUnderReview = "warning_under_review",
        /// An inquiry that came to nothing.
        WarningClosed = "warning_closed",
        /// A chargeback that wants evidence.
        NeedsResponse = "needs_response",
        /// A chargeback being looked at.
        UnderReview = "under_review",
        /// The money is back.
        Won = "won",
        /// The money is gone.
        Lost = "lost",
        /// Headed off before it began.
        Prevented = "prevented",
        /// An appeal that wants evidence.
        AppealNeedsResponse = "appeal_needs_response",
        /// An appeal being looked at.
        AppealUnderReview = "appeal_under_review",
    }
);

/// A payment intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    /// `pi_…`
    pub id: String,
    /// Where it stands.
    pub status: Option<IntentStatus>,
    /// Our order number, from the metadata that session creation put there.
    pub order_number: Option<String>,
    /// Our payment id, from the same place.
    pub payment_id: Option<String>,
}

/// A charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// `ch_…` or `py_…`
    pub id: String,
    /// Its payment intent.
    pub payment_intent: Option<String>,
    /// Refunded so far, all refunds together. Partial refunds count too.
    pub refunded: Option<Money>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// `re_…` or `pyr_…`
    pub id: String,
    /// The payment intent it refunds.
    pub payment_intent: Option<String>,
    /// The charge it refunds.
    pub charge: Option<String>,
    /// How much.
    pub amount: Option<Money>,
    /// Where it stands.
    pub status: Option<RefundStatus>,
}

/// A dispute: a chargeback or an inquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// `du_…` or `dp_…`
    pub id: String,
    /// The payment intent in dispute.
    pub payment_intent: Option<String>,
    /// The charge in dispute.
    pub charge: Option<String>,
    /// How much of it.
    pub amount: Option<Money>,
    /// Where it stands.
    pub status: Option<DisputeStatus>,
    /// Stripe's word for the buyer's reason, e.g. `fraudulent`.
    pub reason: Option<String>,
}

/// An issuer's warning that a charge is probably fraud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FraudWarning {
    /// `issfr_…`
    pub id: String,
    /// The payment intent, in newer versions.
    pub payment_intent: Option<String>,
    /// The charge.
    pub charge: Option<String>,
    /// Whether a refund may still head off a dispute.
    pub actionable: Option<bool>,
}

impl PaymentIntent {
    pub(super) fn read(fields: Fields<'_>, id: String) -> Self {
        let metadata = fields.object("metadata");
        Self {
            id,
            status: fields.str("status").map(IntentStatus::parse),
            order_number: metadata.and_then(|m| m.text(ORDER_NUMBER_KEY)),
            payment_id: metadata.and_then(|m| m.text(PAYMENT_ID_KEY)),
        }
    }
}

impl Charge {
    pub(super) fn read(fields: Fields<'_>, id: String) -> Self {
        Self {
            id,
            payment_intent: fields.id("payment_intent"),
            refunded: money_on_wire(fields.int("amount_refunded"), fields.str("currency")),
        }
    }
}

impl Refund {
    pub(super) fn read(fields: Fields<'_>, id: String) -> Self {
        Self {
            id,
            payment_intent: fields.id("payment_intent"),
            charge: fields.id("charge"),
            amount: money_on_wire(fields.int("amount"), fields.str("currency")),
            status: fields.str("status").map(RefundStatus::parse),
        }
    }
}

impl Dispute {
    pub(super) fn read(fields: Fields<'_>, id: String) -> Self {
        Self {
            id,
            payment_intent: fields.id("payment_intent"),
            charge: fields.id("charge"),
            amount: money_on_wire(fields.int("amount"), fields.str("currency")),
            status: fields.str("status").map(DisputeStatus::parse),
            reason: fields.text("reason"),
        }
    }
}

impl FraudWarning {
    pub(super) fn read(fields: Fields<'_>, id: String) -> Self {
        Self {
            id,
            payment_intent: fields.id("payment_intent"),
            charge: fields.id("charge"),
            actionable: fields.flag("actionable"),
        }
    }
}
