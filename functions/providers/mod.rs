//! The providers' door: webhooks that prove themselves by a signature, and browser returns that
//! prove nothing and only make us ask.
//!
//! Here is what the rest of the program asks of a provider, whichever it is: to begin a payment
//! ([`freeze`], then [`ask`]), to tell where one stands, to end one. One match per question; a new
//! provider is an arm in each.

pub mod checkout_event;
pub mod handle_event;
pub mod inbox;
pub mod paypal;
pub mod paypal_call;
mod paypal_capture;
mod paypal_checkout;
pub mod paypal_proof;
pub mod paypal_webhook;
pub mod provider_return;
pub mod reversal_event;
pub mod stripe;
mod stripe_checkout;
pub mod stripe_webhook;

use shared::case::CaseKind;
use shared::config::Settings;
use shared::id::PaymentId;
use shared::money::Money;
use shared::order::Order;
use shared::payment::{Payment, PaymentFact, PaymentMethod, WentBack};
use shared::provider::{paypal as paypal_api, stripe as stripe_api};
use shared::time::Timestamp;

use crate::failure::Failure;
use crate::settle::Loaded;
use crate::world::World;

/// What makes us ask about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Somebody says that the buyer has just agreed to pay. Not believed, but a reason to try to take
    /// the money once more after their last means was declined.
    Agreed,
    /// Time, or a buyer who wants to go on.
    Routine,
}

/// Asks the provider where a payment stands; where money is ours to take, takes it.
pub async fn ask<W: World>(
    world: &W,
    settings: &Settings,
    loaded: &Loaded,
    prompt: Prompt,
) -> PaymentFact {
    match loaded.payment.method {
        PaymentMethod::Stripe => stripe::ask(world, settings, &loaded.payment).await,
        PaymentMethod::Paypal => paypal::ask(world, settings, loaded, prompt).await,
        PaymentMethod::Bank => PaymentFact::Unknown("only staff know of a transfer".into()),
    }
}

/// Reads the checkout that an event is about, for the payment that it seems to belong to. `None`
/// when it does not: a checkout that is bound to no payment yet must say itself, when it is read
/// back, which one it is for.
pub async fn ask_for<W: World>(
    world: &W,
    settings: &Settings,
    session_id: &str,
    loaded: &Loaded,
) -> Option<PaymentFact> {
    let payment = &loaded.payment;
    match payment.method {
        PaymentMethod::Stripe => stripe::ask_for(world, settings, session_id, payment).await,
        PaymentMethod::Paypal => paypal::ask_for(world, settings, session_id, loaded).await,
        // No event tells about a bank transfer.
        PaymentMethod::Bank => None,
    }
}

/// The kind of case that a provider's type of event opens, for those about money going back.
#[must_use]
pub fn reversal_kind(provider: PaymentMethod, type_name: &str) -> Option<CaseKind> {
    match provider {
        PaymentMethod::Stripe => stripe_webhook::reversal_kind_of(type_name),
        PaymentMethod::Paypal => paypal_webhook::reversal_kind_of(type_name),
        PaymentMethod::Bank => None,
    }
}

/// How much of a payment's money went back; the error says why it cannot be known.
async fn went_back<W: World>(
    world: &W,
    settings: &Settings,
    payment: &Payment,
) -> Result<WentBack, String> {
    match payment.method {
        PaymentMethod::Stripe => stripe::went_back(world, settings, payment).await,
        PaymentMethod::Paypal => paypal::went_back(world, settings, payment).await,
        PaymentMethod::Bank => Err("only staff know of a transfer".into()),
    }
}

/// Whether a dispute is over, and the money stays here. Asked only about what a type of event can tell
/// of: every other dispute is open.
async fn is_won<W: World>(
    world: &W,
    settings: &Settings,
    provider: PaymentMethod,
    type_name: &str,
    dispute_id: &str,
) -> Result<bool, String> {
    match provider {
        PaymentMethod::Stripe if stripe_webhook::ends_dispute(type_name) => {
            stripe::is_won(world, settings, dispute_id).await
        }
        PaymentMethod::Paypal if paypal_webhook::ends_dispute(type_name) => {
            paypal::is_won(world, settings, dispute_id).await
        }
        PaymentMethod::Stripe | PaymentMethod::Paypal | PaymentMethod::Bank => Ok(false),
    }
}

/// Ends a payment so that no money comes of it any more, and tells where that leaves it.
pub async fn close<W: World>(world: &W, settings: &Settings, loaded: &Loaded) -> PaymentFact {
    match loaded.payment.method {
        PaymentMethod::Stripe => stripe::close(world, settings, &loaded.payment).await,
        PaymentMethod::Paypal => paypal::close(world, settings, loaded).await,
        PaymentMethod::Bank => PaymentFact::Closed {
            session_id: loaded.payment.session_id.clone().unwrap_or_default(),
        },
    }
}

/// Whether a provider takes this amount, and is set up.
#[must_use]
pub fn takes(settings: &Settings, method: PaymentMethod, due: Money) -> bool {
    let takes = match method {
        PaymentMethod::Stripe => stripe_api::currency::check_amount(due).is_ok(),
        PaymentMethod::Paypal => paypal_api::amount::check_amount(due).is_ok(),
        PaymentMethod::Bank => true,
    };
    takes && is_set_up(settings, method)
}

/// Whether the operator has opened the method's door.
#[must_use]
pub fn is_set_up(settings: &Settings, method: PaymentMethod) -> bool {
    match method {
        PaymentMethod::Stripe => settings.stripe.is_some(),
        PaymentMethod::Paypal => settings.paypal.is_some(),
        PaymentMethod::Bank => true,
    }
}

/// The body that is sent to the provider to begin a payment, as often as it takes.
pub fn freeze(
    settings: &Settings,
    method: PaymentMethod,
    order: &Order,
    payment_id: PaymentId,
    now: Timestamp,
) -> Result<String, Failure> {
    match method {
        PaymentMethod::Stripe => stripe_checkout::freeze(settings, order, payment_id, now),
        PaymentMethod::Paypal => paypal_checkout::freeze(settings, order, payment_id),
        PaymentMethod::Bank => Ok(String::new()),
    }
}

/// `Site Backup, 12 months × 2`
fn line_name(line: &shared::pricing::QuoteLine) -> String {
    let name = format!("{}, {}", line.name, line.period);
    if line.quantity == 1 {
        name
    } else {
        format!("{name} × {}", line.quantity)
    }
}
