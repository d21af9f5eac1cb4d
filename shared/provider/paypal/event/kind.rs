//! The types of events that Edgetill acts on.

use crate::provider::paypal::fields::Fields;

/// What happened. The doc of each says what its resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The buyer agreed: to be captured. An order.
    OrderApproved,
    /// A payment exists, which may be pending or declined. An order.
    OrderCompleted,
    /// The approval lapsed and the buyer has their money back. Names an order; has no id or status.
    ApprovalReversed,
    /// The money is ours. A capture.
    CaptureCompleted,
    /// The money is on its way. A capture.
    CapturePending,
    /// The money will not come, usually after it was pending. A capture whose status says
    /// `DECLINED`.
    CaptureDenied,
    /// The money will not come. A capture.
    CaptureDeclined,
    /// All or a part of the money went back. A refund.
    CaptureRefunded,
    /// PayPal took the money back. A refund.
    CaptureReversed,
    /// The buyer complains. A dispute.
    DisputeCreated,
    /// A dispute has moved.
    DisputeUpdated,
    /// A dispute is over; its outcome decides.
    DisputeResolved,
    /// Nothing that Edgetill acts on.
    Other,
}

impl EventKind {
    /// Every kind but [`EventKind::Other`].
    pub const KNOWN: [Self; 12] = [
        Self::OrderApproved,
        Self::OrderCompleted,
        Self::ApprovalReversed,
        Self::CaptureCompleted,
        Self::CapturePending,
        Self::CaptureDenied,
        Self::CaptureDeclined,
        Self::CaptureRefunded,
        Self::CaptureReversed,
        Self::DisputeCreated,
        Self::DisputeUpdated,
        Self::DisputeResolved,
    ];

    /// PayPal's name, as a listener subscribes to it; none for [`EventKind::Other`].
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::OrderApproved => Some("CHECKOUT.ORDER.APPROVED"),
            Self::OrderCompleted => Some("CHECKOUT.ORDER.COMPLETED"),
            Self::ApprovalReversed => Some("CHECKOUT.PAYMENT-APPROVAL.REVERSED"),
            Self::CaptureCompleted => Some("PAYMENT.CAPTURE.COMPLETED"),
            Self::CapturePending => Some("PAYMENT.CAPTURE.PENDING"),
            Self::CaptureDenied => Some("PAYMENT.CAPTURE.DENIED"),
            Self::CaptureDeclined => Some("PAYMENT.CAPTURE.DECLINED"),
            Self::CaptureRefunded => Some("PAYMENT.CAPTURE.REFUNDED"),
            Self::CaptureReversed => Some("PAYMENT.CAPTURE.REVERSED"),
            Self::DisputeCreated => Some("CUSTOMER.DISPUTE.CREATED"),
            Self::DisputeUpdated => Some("CUSTOMER.DISPUTE.UPDATED"),
            Self::DisputeResolved => Some("CUSTOMER.DISPUTE.RESOLVED"),
            Self::Other => None,
        }
    }

    /// The kind that has this name, for an event whose body is not at hand.
    #[must_use]
    pub fn parse(type_name: &str) -> Self {
        Self::KNOWN
            .into_iter()
            .find(|kind| kind.name() == Some(type_name))
            .unwrap_or(Self::Other)
    }

    /// The kind of an event. The same `PAYMENT.CAPTURE.*` names come with captures of PayPal's first
    /// API, which has a `state` where ours has a `status`; those are of no order of ours.
    pub(super) fn of(type_name: &str, event: Fields<'_>) -> Self {
        let resource = event.object("resource");
        let is_v1 =
            resource.is_some_and(|resource| resource.has("state") && !resource.has("status"));
        if is_v1 {
            Self::Other
        } else {
            Self::parse(type_name)
        }
    }

    /// Whether the resource is a refund, which names its capture only by a link.
    pub(super) fn is_about_a_refund(self) -> bool {
        matches!(self, Self::CaptureRefunded | Self::CaptureReversed)
    }

    /// Whether the resource is a capture.
    pub(super) fn is_about_a_capture(self) -> bool {
        matches!(
            self,
            Self::CaptureCompleted
                | Self::CapturePending
                | Self::CaptureDenied
                | Self::CaptureDeclined
        )
    }

    /// Whether the resource is an order, or names one.
    pub(super) fn is_about_an_order(self) -> bool {
        matches!(
            self,
            Self::OrderApproved | Self::OrderCompleted | Self::ApprovalReversed
        )
    }

    /// Whether the resource is a dispute.
    pub(super) fn is_about_a_dispute(self) -> bool {
        matches!(
            self,
            Self::DisputeCreated | Self::DisputeUpdated | Self::DisputeResolved
        )
    }
}
