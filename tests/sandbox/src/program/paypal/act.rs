//! PayPal's actions by name, for the dashboard's buttons and for the control interface alike.

use sandbox::paypal::{ActionError, CaptureIssue, DisputeOutcome, Funding, PayPal};
use serde::Deserialize;
use shared::time::Timestamp;

use super::super::act::empty_is_none;

/// An action on one object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    #[serde(rename = "action")]
    pub(crate) verb: Verb,
    /// An order for the buyer's actions, a capture for refunds and disputes, a refund or an event for
    /// theirs.
    pub(crate) id: String,
    /// Minor units, for `refund`; all that is left when it is missing.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub(crate) amount: Option<i64>,
    /// PayPal's word, for `approve_refused`; `INSTRUMENT_DECLINED` when it is missing.
    #[serde(default)]
    pub(crate) issue: Option<String>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Approve,
    ApprovePending,
    ApproveDeclined,
    ApproveRefused,
    CaptureElsewhere,
    TakeInvoice,
    Expire,
    PendingCompletes,
    PendingDenied,
    Refund,
    RefundCompletes,
    RefundFails,
    Reverse,
    DisputeOpen,
    DisputeAnswer,
    DisputeForBuyer,
    DisputeForSeller,
    DisputeCancelled,
    Resend,
}

/// Does it; returns the ids of the events it made.
pub(crate) fn act(
    paypal: &mut PayPal,
    now: Timestamp,
    what: &Action,
) -> Result<Vec<String>, ActionError> {
    let id = what.id.as_str();
    match what.verb {
        Verb::Approve => paypal.approve(now, id, Funding::Good),
        Verb::ApprovePending => paypal.approve(now, id, Funding::Pending),
        Verb::ApproveDeclined => paypal.approve(now, id, Funding::Declined),
        Verb::ApproveRefused => {
            let funding = Funding::Refused(issue(what.issue.as_deref())?);
            paypal.approve(now, id, funding)
        }
        Verb::CaptureElsewhere => paypal.capture_elsewhere(now, id).map(|()| Vec::new()),
        Verb::TakeInvoice => paypal.take_invoice(id).map(|()| Vec::new()),
        Verb::Expire => paypal.expire(now, id),
        Verb::PendingCompletes => paypal.pending_completes(now, id),
        Verb::PendingDenied => paypal.pending_denied(now, id),
        Verb::Refund => paypal.refund(now, id, what.amount),
        Verb::RefundCompletes => paypal.refund_completes(now, id),
        Verb::RefundFails => paypal.refund_fails(now, id),
        Verb::Reverse => paypal.reverse(now, id),
        Verb::DisputeOpen => paypal.dispute_open(now, id),
        Verb::DisputeAnswer => paypal.dispute_answer(now, id),
        Verb::DisputeForBuyer => paypal.dispute_resolve(now, id, DisputeOutcome::BuyerFavour),
        Verb::DisputeForSeller => paypal.dispute_resolve(now, id, DisputeOutcome::SellerFavour),
        Verb::DisputeCancelled => paypal.dispute_resolve(now, id, DisputeOutcome::CancelledByBuyer),
        Verb::Resend => paypal.resend(now, id).map(|()| vec![what.id.clone()]),
    }
}

fn issue(name: Option<&str>) -> Result<CaptureIssue, ActionError> {
    let name = name.unwrap_or("INSTRUMENT_DECLINED");
    CaptureIssue::ALL
        .into_iter()
        .find(|issue| issue.name() == name)
        .ok_or_else(|| ActionError::Missing(name.to_owned()))
}
