//! What an order's holder is shown, as JSON.

use shared::api::answer::OrderAnswer;
use shared::api::view::OrderView;
use shared::config::Settings;
use shared::payment::PaymentMethod;
use shared::time::Timestamp;

use crate::change::OrderWithPayments;

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
