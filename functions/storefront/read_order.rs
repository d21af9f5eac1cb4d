//! What an order's holder is shown, as JSON.

use shared::api::answer::OrderAnswer;
use shared::api::view::{EmailConfirmationView, OrderView};
use shared::config::Settings;
use shared::payment::PaymentMethod;
use shared::time::Timestamp;

use super::bank_payment;
use super::start_payment::PAYMENTS_PER_ORDER_MAX;
use crate::change::OrderWithPayments;
use crate::providers;

/// The methods by which this order can be paid now: those that are set up, take its amount, and have
/// not been tried too often.
#[must_use]
pub fn offered(settings: &Settings, found: &OrderWithPayments) -> Vec<PaymentMethod> {
    let due = found.order.due();
    let may_begin = found.payments.len() < PAYMENTS_PER_ORDER_MAX;
    let live = found.live().map(|payment| payment.method);
    let offers = |method: &PaymentMethod| match method {
        PaymentMethod::Stripe | PaymentMethod::Paypal => providers::takes(settings, *method, due),
        PaymentMethod::Bank => bank_payment::is_offered(found),
    };
    let methods = PaymentMethod::ALL.into_iter();
    methods
        .filter(|method| (may_begin || live == Some(*method)) && offers(method))
        .collect()
}

/// Puts the answer together.
#[must_use]
pub fn answer(settings: &Settings, found: &OrderWithPayments, now: Timestamp) -> OrderAnswer {
    let mut order = OrderView::of(
        &found.order,
        &found.payments,
        &found.aside,
        &offered(settings, found),
        found.transfer(),
        &found.issued,
        now,
    );
    let of = |code| EmailConfirmationView::of(order.status, code, now);
    order.email_confirmation = found.code.as_ref().and_then(of);
    OrderAnswer { order }
}
