//! Actions by name, for the dashboard's buttons and for the control interface alike.

use sandbox::WebhookMode;
use sandbox::stripe::{ActionError, DisputeOutcome, Outcome, Stripe};
use serde::Deserialize;
use shared::time::Timestamp;

/// An action on one object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    #[serde(rename = "action")]
    pub(crate) verb: Verb,
    /// A session for the buyer's actions, a payment intent for refunds and disputes, a refund or an
    /// event for theirs.
    pub(crate) id: String,
    /// Minor units, for `refund`; all that is left when it is missing.
    #[serde(default, deserialize_with = "empty_is_none")]
    pub(crate) amount: Option<i64>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Pay,
    Decline,
    PayDelayed,
    DelayedSucceeds,
    DelayedFails,
    Expire,
    Refund,
    RefundSucceeds,
    RefundFails,
    DisputeOpen,
    DisputeWithdrawFunds,
    DisputeAnswer,
    DisputeWin,
    DisputeLose,
    FraudWarning,
    Resend,
}

/// Does it; returns the ids of the events it made.
pub(crate) fn act(
    stripe: &mut Stripe,
    now: Timestamp,
    what: &Action,
) -> Result<Vec<String>, ActionError> {
    let id = what.id.as_str();
    match what.verb {
        Verb::Pay => stripe.pay(now, id, Outcome::Paid),
        Verb::Decline => stripe.pay(now, id, Outcome::Declined),
        Verb::PayDelayed => stripe.pay(now, id, Outcome::Delayed),
        Verb::DelayedSucceeds => stripe.delayed_succeeds(now, id),
        Verb::DelayedFails => stripe.delayed_fails(now, id),
        Verb::Expire => stripe.expire(now, id),
        Verb::Refund => stripe.refund(now, id, what.amount),
        Verb::RefundSucceeds => stripe.refund_succeeds(now, id),
        Verb::RefundFails => stripe.refund_fails(now, id),
        Verb::DisputeOpen => stripe.dispute_open(now, id),
        Verb::DisputeWithdrawFunds => stripe.dispute_withdraw_funds(now, id),
        Verb::DisputeAnswer => stripe.dispute_answer(now, id),
        Verb::DisputeWin => stripe.dispute_close(now, id, DisputeOutcome::Won),
        Verb::DisputeLose => stripe.dispute_close(now, id, DisputeOutcome::Lost),
        Verb::FraudWarning => stripe.early_fraud_warning(now, id),
        Verb::Resend => stripe.resend(now, id).map(|()| vec![what.id.clone()]),
    }
}

/// A webhook mode by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModeName {
    Normal,
    Lost,
    Delayed,
    FiveTimes,
    BeforeRedirect,
    Reversed,
    TwoEventIds,
}

impl ModeName {
    /// The delay that the pages offer.
    pub(crate) const DELAY_S: u32 = 20;

    pub(crate) fn mode(self, delay_s: u32) -> WebhookMode {
        match self {
            Self::Normal => WebhookMode::Normal,
            Self::Lost => WebhookMode::Lost,
            Self::Delayed => WebhookMode::Delayed { seconds: delay_s },
            Self::FiveTimes => WebhookMode::FiveTimes,
            Self::BeforeRedirect => WebhookMode::BeforeRedirect,
            Self::Reversed => WebhookMode::Reversed,
            Self::TwoEventIds => WebhookMode::TwoEventIds,
        }
    }
}

/// A form sends an empty text where a JSON body leaves the field out.
pub(crate) fn empty_is_none<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Number(i64),
        Text(String),
        Nothing(()),
    }
    match Given::deserialize(from)? {
        Given::Number(number) => Ok(Some(number)),
        Given::Text(text) if text.trim().is_empty() => Ok(None),
        Given::Text(text) => text
            .trim()
            .parse()
            .map(Some)
            .map_err(serde::de::Error::custom),
        Given::Nothing(()) => Ok(None),
    }
}
