//! `POST /webhooks/stripe`: the signature, and what Stripe's events are about.
//!
//! Failure contract: 400 for a signature or body that is not Stripe's, 503 when it could not be
//! stored (Stripe sends it again), else 200.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::case::CaseKind;
use shared::config::StripeSettings;
use shared::id::{OrderNumber, PaymentId};
use shared::outbox::MessageKey;
use shared::payment::PaymentMethod;
use shared::provider::stripe::signature::{MatchedSecret, verify};
use shared::provider::stripe::{
    Event, EventError, EventKind, EventObject, Session, SessionStanding, ThinEvent,
};

use super::handle_event::handle_event;
use super::inbox::{About, Arrival, refused};
use crate::context::Context;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::world::World;

/// Receives one delivery.
pub async fn receive_event<W: World>(cx: &Context<'_, W>) -> Result<Vec<MessageKey>, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let stripe = settings.stripe.as_ref().ok_or(Refusal::DoorClosed)?;
    let header = request.header("stripe-signature");
    let delivery = verify(header, &request.body, &stripe.webhook_secrets, world.now())
        .map_err(|error| refused(world, request, &error))?;
    if delivery.secret == MatchedSecret::Previous {
        world.log(&json!({ "level": "warn", "message": "a delivery used the old webhook secret" }));
    }
    let arrival = match Event::parse(delivery.body) {
        Ok(event) => arrival_of(&event, stripe, &request.body),
        // Genuine, and of no use. Refused for days it would have Stripe switch the endpoint off.
        Err(EventError::Thin(event)) => thin_arrival(event, &request.body),
        Err(error) => {
            refused(world, request, &error);
            return Err(Refusal::BadEvent.into());
        }
    };
    handle_event(world, settings, &arrival, "event").await
}

/// An event of Stripe's in the words of all providers; `body` is its text as it came.
#[must_use]
pub fn arrival_of(event: &Event, stripe: &StripeSettings, body: &[u8]) -> Arrival {
    Arrival {
        provider: PaymentMethod::Stripe,
        event_id: event.id.clone(),
        type_name: event.type_name.clone(),
        object_id: event.object.id().unwrap_or_default().to_owned(),
        body_sha256: sha256_hex(body),
        transmission_id: None,
        about: foreign(event, stripe).map_or_else(|| about(event), About::Foreign),
    }
}

/// An event without its object: kept, and its endpoint put before a person.
fn thin_arrival(event: ThinEvent, body: &[u8]) -> Arrival {
    Arrival {
        provider: PaymentMethod::Stripe,
        event_id: event.id,
        type_name: event.type_name,
        object_id: event.object_id.unwrap_or_default(),
        body_sha256: sha256_hex(body),
        transmission_id: None,
        about: About::Foreign("a thin event: the endpoint must be set to snapshot payloads"),
    }
}

/// What an event is about.
fn about(event: &Event) -> About {
    if event.kind == EventKind::ChargeRefunded {
        // Cumulative, so nobody could tell a second refund by it; each refund has its own events.
        return About::Nothing("told by the refund's own events");
    }
    if let Some(kind) = reversal_kind(event.kind) {
        return match event.object.payment_intent() {
            Some(capture) => About::Reversal {
                kind,
                capture: capture.to_owned(),
            },
            None => About::Nothing("names no payment intent"),
        };
    }
    let is_checkout = matches!(
        event.kind,
        EventKind::SessionCompleted
            | EventKind::SessionAsyncPaymentSucceeded
            | EventKind::SessionAsyncPaymentFailed
            | EventKind::SessionExpired
    );
    match &event.object {
        EventObject::Session(session) if is_checkout => checkout(session),
        EventObject::PaymentIntent(_) if event.kind == EventKind::IntentPaymentFailed => {
            About::Nothing("one try failed; the checkout is still open")
        }
        EventObject::Session(_)
        | EventObject::PaymentIntent(_)
        | EventObject::Charge(_)
        | EventObject::Refund(_)
        | EventObject::Dispute(_)
        | EventObject::FraudWarning(_)
        | EventObject::Other { .. } => About::Nothing("of a type that changes nothing"),
    }
}

/// The address of a payment link lets anybody give an order number.
fn checkout(session: &Session) -> About {
    let payment_id = session.payment_id.as_deref();
    let is_paid = session.standing() == SessionStanding::Paid;
    let reference = session.client_reference_id.as_deref();
    About::Checkout {
        said_for: payment_id.and_then(|text| PaymentId::parse(text).ok()),
        claims: reference
            .filter(|_| is_paid)
            .and_then(|text| OrderNumber::parse(text).ok()),
    }
}

/// Whether the event belongs to another account or mode (S15, S16).
fn foreign(event: &Event, stripe: &StripeSettings) -> Option<&'static str> {
    if event.account.is_some() {
        Some("of a connected account")
    } else if !stripe.api.mode().is_mode_of(Some(event.livemode)) {
        Some("of the other mode")
    } else {
        None
    }
}

/// The kind of case that a type of event opens, for those about money going back.
#[must_use]
pub fn reversal_kind_of(type_name: &str) -> Option<CaseKind> {
    reversal_kind(EventKind::parse(type_name))
}

/// Whether a type of event can tell that a dispute is over.
#[must_use]
pub fn ends_dispute(type_name: &str) -> bool {
    matches!(
        EventKind::parse(type_name),
        EventKind::DisputeClosed | EventKind::DisputeFundsReinstated
    )
}

fn reversal_kind(kind: EventKind) -> Option<CaseKind> {
    use EventKind as K;
    match kind {
        K::ChargeRefundUpdated | K::RefundCreated | K::RefundUpdated | K::RefundFailed => {
            Some(CaseKind::Refund)
        }
        K::DisputeCreated
        | K::DisputeUpdated
        | K::DisputeClosed
        | K::DisputeFundsWithdrawn
        | K::DisputeFundsReinstated => Some(CaseKind::Dispute),
        K::FraudWarningCreated | K::FraudWarningUpdated => Some(CaseKind::FraudWarning),
        K::ChargeRefunded
        | K::SessionCompleted
        | K::SessionAsyncPaymentSucceeded
        | K::SessionAsyncPaymentFailed
        | K::SessionExpired
        | K::IntentSucceeded
        | K::IntentProcessing
        | K::IntentPaymentFailed
        | K::IntentCanceled
        | K::IntentAmountCapturableUpdated
        | K::InvoicePaid
        | K::InvoicePaymentFailed
        | K::InvoicePaymentActionRequired
        | K::Other => None,
    }
}
