//! A capture: the movement of money that an approved order allows.

use super::{CaptureId, OrderId};
use crate::money::Money;
use crate::provider::paypal::fields::Fields;

/// `status` of a capture. A chargeback has none of its own: events and disputes tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureStatus {
    /// The money is ours.
    Completed,
    /// It is on its way, or PayPal or staff must look at something first.
    Pending,
    /// It will not come.
    Declined,
    /// It will not come.
    Failed,
    /// It came; a part went back.
    PartiallyRefunded,
    /// It came, and went back.
    Refunded,
    /// Missing, or a value that did not exist when this was written.
    Unknown(String),
}

impl CaptureStatus {
    fn parse(text: &str) -> Self {
        match text {
            "COMPLETED" => Self::Completed,
            "PENDING" => Self::Pending,
            "DECLINED" => Self::Declined,
            "FAILED" => Self::Failed,
            "PARTIALLY_REFUNDED" => Self::PartiallyRefunded,
            "REFUNDED" => Self::Refunded,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Whether money arrived. A refund is a later fact and does not undo this one.
    #[must_use]
    pub fn brought_money(&self) -> bool {
        matches!(
            self,
            Self::Completed | Self::PartiallyRefunded | Self::Refunded
        )
    }
}

/// A capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The capture's id.
    pub id: CaptureId,
    /// Where it stands.
    pub status: CaptureStatus,
    /// PayPal's word for why it is pending or declined.
    pub reason: Option<String>,
    /// How much, before PayPal's fee.
    pub amount: Option<Money>,
    /// Our order number.
    pub custom_id: Option<String>,
    /// Our order number and payment id.
    pub invoice_id: Option<String>,
    /// The order it belongs to, where PayPal says so. Old and simulated ones only link to it.
    pub order_id: Option<OrderId>,
}

impl Capture {
    /// Reads a capture; `None` when the id is not a capture's.
    pub(in crate::provider::paypal) fn read(fields: Fields<'_>) -> Option<Self> {
        Some(Self {
            id: CaptureId::parse(fields.str("id")?).ok()?,
            status: CaptureStatus::parse(fields.str("status").unwrap_or_default()),
            reason: fields
                .object("status_details")
                .and_then(|details| details.text("reason")),
            amount: fields.money("amount"),
            custom_id: fields.text("custom_id"),
            invoice_id: fields.text("invoice_id"),
            order_id: order_of(fields),
        })
    }
}

/// The order of a capture or of another object that names it in `supplementary_data` or links to it.
pub(in crate::provider::paypal) fn order_of(fields: Fields<'_>) -> Option<OrderId> {
    let named = fields
        .object("supplementary_data")
        .and_then(|data| data.object("related_ids"))
        .and_then(|ids| ids.str("order_id"));
    let linked = || fields.id_in_link("up", "/v2/checkout/orders/");
    OrderId::parse(named.or_else(linked)?).ok()
}
