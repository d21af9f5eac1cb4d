//! Money going back: refunds, disputes and warnings. Each event is kept and put before a person.
//!
//! In scope: which events these are, and the case that they open. Out of scope: the ledger, which
//! they do not touch until their full handling is built.

use serde::Deserialize;
use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::id::OrderNumber;
use shared::outbox::MessageKey;
use shared::payment::Payment;
use shared::provider::stripe::EventKind;
use shared::statement::Statement;
use shared::store::payments;

use super::stripe_webhook::{Arrival, Fate, commit, is_stored, known};
use crate::failure::Failure;
use crate::world::{Fault, World};

/// Handles one such event.
pub(super) async fn reversal_event<W: World>(
    world: &W,
    arrival: &Arrival,
    capture: &str,
    kind: CaseKind,
) -> Result<Vec<MessageKey>, Failure> {
    let rows = world
        .query(&[known(&arrival.event), by_capture(capture)])
        .await?;
    let [known, payment] = rows.as_slice() else {
        return Err(Fault::Rows("two results were expected".into()).into());
    };
    if is_stored(known)? {
        return Ok(Vec::new());
    }
    let now = world.now();
    let Some(captured) = payment.first::<Captured>()? else {
        // A refund may be told before the payment that it refunds (S08).
        let fate = Fate::Parked("no payment with this capture yet");
        return Ok(commit(world, arrival.filed(None, fate, now)).await?);
    };
    let fate = Fate::Done("a case was opened");
    let mut changes = arrival.filed(Some(captured.payment.payment_id), fate, now);
    let case = reversal_case(kind, capture, &arrival.event.type_name, &captured);
    changes.open_case(&case, now);
    Ok(commit(world, changes).await?)
}

/// A payment that holds a capture, and the order that it pays.
#[derive(Debug, Clone, Deserialize)]
pub struct Captured {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// The order; the first by number when it pays several.
    pub order_number: OrderNumber,
}

/// The read of [`Captured`].
#[must_use]
pub fn by_capture(capture: &str) -> Statement {
    payments::PAYMENT_BY_CAPTURE.bind(["stripe".into(), capture.into()])
}

/// The case about money going back: one for each payment and kind, since several events tell one
/// refund or dispute, and in any order.
#[must_use]
pub fn reversal_case(kind: CaseKind, capture: &str, type_name: &str, captured: &Captured) -> Case {
    let payment = &captured.payment;
    Case {
        kind,
        subject: capture.to_owned(),
        order_number: Some(captured.order_number),
        evidence: json!({
            "newest_event": type_name,
            "capture": capture,
            "payment_id": payment.payment_id,
            "received": payment.received(),
        }),
    }
}

/// The kind of case that an event type opens, for those about money going back.
#[must_use]
pub fn reversal_kind(kind: EventKind) -> Option<CaseKind> {
    use EventKind as K;
    match kind {
        K::ChargeRefunded
        | K::ChargeRefundUpdated
        | K::RefundCreated
        | K::RefundUpdated
        | K::RefundFailed => Some(CaseKind::Refund),
        K::DisputeCreated
        | K::DisputeUpdated
        | K::DisputeClosed
        | K::DisputeFundsWithdrawn
        | K::DisputeFundsReinstated => Some(CaseKind::Dispute),
        K::FraudWarningCreated | K::FraudWarningUpdated => Some(CaseKind::FraudWarning),
        K::SessionCompleted
        | K::SessionAsyncPaymentSucceeded
        | K::SessionAsyncPaymentFailed
        | K::SessionExpired
        | K::IntentSucceeded
        | K::IntentProcessing
        | K::IntentPaymentFailed
        | K::IntentCanceled
        | K::IntentAmountCapturableUpdated
        | K::InvoicePaid
        | K::InvoicePaymentFailed
        | K::InvoicePaymentActionRequired
        | K::Other => None,
    }
}
