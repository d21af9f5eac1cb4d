//! The types of events that Edgetill knows.

/// The types that say something about an order (docs.stripe.com/api/events/types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The buyer is through; the money may still be on its way.
    SessionCompleted,
    /// A delayed method succeeded.
    SessionAsyncPaymentSucceeded,
    /// A delayed method failed.
    SessionAsyncPaymentFailed,
    /// Nobody can pay any more.
    SessionExpired,
    /// The money of an intent is ours.
    IntentSucceeded,
    /// A delayed method is under way.
    IntentProcessing,
    /// One try failed; the session is still open, so this never fails an order.
    IntentPaymentFailed,
    /// Given up.
    IntentCanceled,
    /// Authorised, to be captured.
    IntentAmountCapturableUpdated,
    /// Something of a charge was refunded; cumulative.
    ChargeRefunded,
    /// The older twin of [`EventKind::RefundUpdated`] for some methods; carries a refund.
    ChargeRefundUpdated,
    /// A refund was made.
    RefundCreated,
    /// A refund changed.
    RefundUpdated,
    /// A refund failed, perhaps weeks after it succeeded.
    RefundFailed,
    /// A dispute or an inquiry began.
    DisputeCreated,
    /// A dispute changed.
    DisputeUpdated,
    /// Won, lost, or an inquiry that came to nothing.
    DisputeClosed,
    /// The disputed money left us.
    DisputeFundsWithdrawn,
    /// The disputed money came back.
    DisputeFundsReinstated,
    /// An issuer warns of fraud.
    FraudWarningCreated,
    /// An issuer changed its warning.
    FraudWarningUpdated,
    /// A recurring payment succeeded.
    InvoicePaid,
    /// A recurring payment failed.
    InvoicePaymentFailed,
    /// A recurring payment waits for the buyer.
    InvoicePaymentActionRequired,
    /// Any other type: stored as ignored.
    Other,
}

/// Each kind and Stripe's name for it.
const NAMES: [(EventKind, &str); 24] = [
    (EventKind::SessionCompleted, "checkout.session.completed"),
    (
        EventKind::SessionAsyncPaymentSucceeded,
        "checkout.session.async_payment_succeeded",
    ),
    (
        EventKind::SessionAsyncPaymentFailed,
        "checkout.session.async_payment_failed",
    ),
    (EventKind::SessionExpired, "checkout.session.expired"),
    (EventKind::IntentSucceeded, "payment_intent.succeeded"),
    (EventKind::IntentProcessing, "payment_intent.processing"),
    (
        EventKind::IntentPaymentFailed,
        "payment_intent.payment_failed",
    ),
    (EventKind::IntentCanceled, "payment_intent.canceled"),
    (
        EventKind::IntentAmountCapturableUpdated,
        "payment_intent.amount_capturable_updated",
    ),
    (EventKind::ChargeRefunded, "charge.refunded"),
    (EventKind::ChargeRefundUpdated, "charge.refund.updated"),
    (EventKind::RefundCreated, "refund.created"),
    (EventKind::RefundUpdated, "refund.updated"),
    (EventKind::RefundFailed, "refund.failed"),
    (EventKind::DisputeCreated, "charge.dispute.created"),
    (EventKind::DisputeUpdated, "charge.dispute.updated"),
    (EventKind::DisputeClosed, "charge.dispute.closed"),
    (
        EventKind::DisputeFundsWithdrawn,
        "charge.dispute.funds_withdrawn",
    ),
    (
        EventKind::DisputeFundsReinstated,
        "charge.dispute.funds_reinstated",
    ),
    (
        EventKind::FraudWarningCreated,
        "radar.early_fraud_warning.created",
    ),
    (
        EventKind::FraudWarningUpdated,
        "radar.early_fraud_warning.updated",
    ),
    (EventKind::InvoicePaid, "invoice.paid"),
    (EventKind::InvoicePaymentFailed, "invoice.payment_failed"),
    (
        EventKind::InvoicePaymentActionRequired,
        "invoice.payment_action_required",
    ),
];

impl EventKind {
    /// The types to subscribe the endpoint to, and to ask the event list for, which takes 20 at
    /// most. The intent's own states, what a charge and the older twin tell of a refund, and invoices
    /// tell an order nothing that these do not.
    pub const SUBSCRIBED: [Self; 15] = [
        Self::SessionCompleted,
        Self::SessionAsyncPaymentSucceeded,
        Self::SessionAsyncPaymentFailed,
        Self::SessionExpired,
        Self::IntentPaymentFailed,
        Self::RefundCreated,
        Self::RefundUpdated,
        Self::RefundFailed,
        Self::DisputeCreated,
        Self::DisputeUpdated,
        Self::DisputeClosed,
        Self::DisputeFundsWithdrawn,
        Self::DisputeFundsReinstated,
        Self::FraudWarningCreated,
        Self::FraudWarningUpdated,
    ];

    /// Reads Stripe's name; never fails.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or(Self::Other, |(kind, _)| *kind)
    }

    /// Stripe's name; `None` for [`EventKind::Other`].
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(kind, _)| *kind == self)
            .map(|(_, name)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_case_matters() {
        for (kind, name) in NAMES {
            assert_eq!(EventKind::parse(name), kind);
            assert_eq!(kind.name(), Some(name));
            assert_eq!(EventKind::parse(&name.to_uppercase()), EventKind::Other);
        }
        assert_eq!(EventKind::Other.name(), None);
    }

    #[test]
    fn the_event_list_takes_every_subscribed_type_at_once() {
        let mut names: Vec<_> = EventKind::SUBSCRIBED
            .iter()
            .filter_map(|k| k.name())
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), EventKind::SUBSCRIBED.len());
        assert!(names.len() <= 20);
    }
}
