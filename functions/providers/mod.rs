//! The providers' door: webhooks that prove themselves by a signature, and browser returns that
//! prove nothing and only make us ask.

pub mod checkout_event;
pub mod handle_event;
pub mod inbox;
pub mod paypal_call;
pub mod reversal_event;
pub mod stripe;
pub mod stripe_return;
pub mod stripe_webhook;

use shared::case::CaseKind;
use shared::config::Settings;
use shared::payment::{Payment, PaymentFact, PaymentMethod};

use crate::world::World;

/// Reads the checkout that an event is about, for the payment that it seems to belong to. `None`
/// when it does not: a checkout that is bound to no payment yet must say itself, when it is read
/// back, which one it is for.
pub async fn ask_for<W: World>(
    world: &W,
    settings: &Settings,
    session_id: &str,
    payment: &Payment,
) -> Option<PaymentFact> {
    match payment.method {
        PaymentMethod::Stripe => stripe::ask_for(world, settings, session_id, payment).await,
        // No event tells about a bank transfer.
        PaymentMethod::Bank => None,
    }
}

/// The kind of case that a provider's type of event opens, for those about money going back.
#[must_use]
pub fn reversal_kind(provider: PaymentMethod, type_name: &str) -> Option<CaseKind> {
    match provider {
        PaymentMethod::Stripe => stripe_webhook::reversal_kind_of(type_name),
        PaymentMethod::Bank => None,
    }
}
