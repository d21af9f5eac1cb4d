//! What an event is about, and by which ids it is found among ours.

use super::{CaptureId, EventKind, OrderId};
use crate::provider::paypal::fields::Fields;
use crate::provider::paypal::order::{order_of, payment_in_invoice};

/// What to read back, and where it may belong. Every field is what an unproven body says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// The id of what the event is about: an order, a capture, a refund or a dispute. Two events
    /// about one fact share it.
    pub object_id: Option<String>,
    /// The PayPal order to read back. Where it is absent and a capture is named, the capture names
    /// its order.
    pub order_id: Option<OrderId>,
    /// The capture to read back.
    pub capture_id: Option<CaptureId>,
    /// Our order number.
    pub custom_id: Option<String>,
    /// Our order number and payment id.
    pub invoice_id: Option<String>,
}

impl Hint {
    /// Our payment's id, as the invoice id names it.
    #[must_use]
    pub fn payment_id(&self) -> Option<&str> {
        payment_in_invoice(self.invoice_id.as_deref()?)
    }

    pub(super) fn read(resource: Fields<'_>, kind: EventKind) -> Self {
        // An order has our ids in its unit, everything else has them in itself.
        let ours = if kind.is_about_an_order() {
            resource.first_object("purchase_units")
        } else {
            Some(resource)
        };
        Self {
            object_id: object_id(resource),
            order_id: order_id(resource, kind),
            capture_id: capture_id(resource, kind),
            custom_id: ours.and_then(|ours| ours.text("custom_id")),
            invoice_id: ours.and_then(|ours| ours.text("invoice_id")),
        }
    }
}

fn object_id(resource: Fields<'_>) -> Option<String> {
    ["id", "dispute_id", "order_id"]
        .into_iter()
        .find_map(|name| super::name(resource, name))
}

fn order_id(resource: Fields<'_>, kind: EventKind) -> Option<OrderId> {
    if !kind.is_about_an_order() {
        return order_of(resource);
    }
    let id = resource.str("id").or_else(|| resource.str("order_id"));
    OrderId::parse(id?).ok()
}

fn capture_id(resource: Fields<'_>, kind: EventKind) -> Option<CaptureId> {
    let id = if kind.is_about_a_capture() {
        resource.str("id")
    } else if kind.is_about_a_refund() {
        resource.id_in_link("up", "/v2/payments/captures/")
    } else if kind.is_about_a_dispute() {
        resource
            .first_object("disputed_transactions")
            .and_then(|transaction| transaction.str("seller_transaction_id"))
    } else {
        None
    };
    CaptureId::parse(id?).ok()
}
