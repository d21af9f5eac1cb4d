//! What an order's holder is shown, as JSON.

use serde::Serialize;
use shared::api::view::OrderView;
use shared::config::Settings;
use shared::payment::PaymentMethod;
use shared::time::Timestamp;

use crate::change::OrderWithPayments;

/// `GET /v1/orders/{number}`
#[derive(Debug, Clone, Serialize)]
pub struct OrderAnswer {
    /// The order.
    pub order: OrderView,
}

/// The methods that the settings allow.
#[must_use]
pub fn offered(settings: &Settings) -> Vec<PaymentMethod> {
    settings
        .stripe
        .iter()
        .map(|_| PaymentMethod::Stripe)
        .collect()
}

/// Puts the answer together.
#[must_use]
pub fn answer(settings: &Settings, found: &OrderWithPayments, now: Timestamp) -> OrderAnswer {
    OrderAnswer {
        order: OrderView::of(&found.order, &found.payments, &offered(settings), now),
    }
}
