//! `POST /webhooks/paypal`: the proof, and what PayPal's events are about.
//!
//! Failure contract: 400 for a delivery that is not PayPal's, 503 when it could not be decided or
//! stored (PayPal sends it again for three days), else 200. PayPal's signature covers a CRC-32 of
//! the body, so a proven event is still nothing but a hint, and a delivery is bound to one body
//! ([`super::inbox`]).

use shared::api::refusal::Refusal;
use shared::case::CaseKind;
use shared::id::{OrderNumber, PaymentId};
use shared::outbox::MessageKey;
use shared::payment::PaymentMethod;
use shared::provider::paypal::{Event, EventKind, OrderId};

use super::handle_event::handle_event;
use super::inbox::{About, Arrival, refused};
use super::paypal_proof::{Doubt, prove};
use crate::context::Context;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::world::{Fault, World};

/// Receives one delivery.
pub async fn receive_event<W: World>(cx: &Context<'_, W>) -> Result<Vec<MessageKey>, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let paypal = settings.paypal.as_ref().ok_or(Refusal::DoorClosed)?;
    let header = |name: &str| request.header(name);
    let received = paypal.listener.receive(header, &request.body, world.now());
    let proven = match received {
        Ok(delivery) => prove(world, paypal, &delivery).await,
        Err(error) => Err(Doubt::Refused(error)),
    };
    let proven = proven.map_err(|doubt| match doubt {
        Doubt::Refused(error) => Failure::from(refused(world, request, &error)),
        Doubt::Undecided(why) => Fault::Provider(why).into(),
    })?;
    let event = Event::parse(proven.body).map_err(|error| {
        refused(world, request, &error);
        Refusal::BadEvent
    })?;
    let mut arrival = arrival_of(&event, &request.body);
    arrival.transmission_id = Some(proven.transmission_id);
    handle_event(world, settings, &arrival, "event").await
}

/// An event of PayPal's in the words of all providers; `body` is its text as it came.
#[must_use]
pub fn arrival_of(event: &Event, body: &[u8]) -> Arrival {
    let about = about(event);
    let checkout = event.hint.order_id.as_ref().map(OrderId::as_str);
    let checkout = checkout.filter(|_| matches!(about, About::Checkout { .. }));
    let object_id = checkout.or(event.hint.object_id.as_deref());
    Arrival {
        provider: PaymentMethod::Paypal,
        event_id: event.id.clone(),
        type_name: event.type_name.clone(),
        object_id: object_id.unwrap_or_default().to_owned(),
        body_sha256: sha256_hex(body),
        transmission_id: None,
        about,
    }
}

fn about(event: &Event) -> About {
    let hint = &event.hint;
    if event.kind == EventKind::Other {
        return About::Nothing("of a type that changes nothing");
    }
    if let Some(kind) = reversal_kind(event.kind) {
        return match &hint.capture_id {
            Some(capture) => About::Reversal {
                kind,
                capture: capture.as_str().to_owned(),
            },
            None => About::Nothing("names no capture"),
        };
    }
    if hint.order_id.is_none() {
        return About::Nothing("names no order");
    }
    let said_for = hint.payment_id();
    let is_paid = event.kind == EventKind::CaptureCompleted;
    let custom_id = hint.custom_id.as_deref().filter(|_| is_paid);
    About::Checkout {
        said_for: said_for.and_then(|text| PaymentId::parse(text).ok()),
        claims: custom_id.and_then(|text| OrderNumber::parse(text).ok()),
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
    EventKind::parse(type_name) == EventKind::DisputeResolved
}

/// Whether a type of event tells that the money was taken: it names no dispute, though one may be why.
#[must_use]
pub fn takes_money(type_name: &str) -> bool {
    EventKind::parse(type_name) == EventKind::CaptureReversed
}

fn reversal_kind(kind: EventKind) -> Option<CaseKind> {
    use EventKind as K;
    match kind {
        K::CaptureRefunded => Some(CaseKind::Refund),
        K::CaptureReversed | K::DisputeCreated | K::DisputeUpdated | K::DisputeResolved => {
            Some(CaseKind::Dispute)
        }
        K::OrderApproved
        | K::OrderCompleted
        | K::ApprovalReversed
        | K::CaptureCompleted
        | K::CapturePending
        | K::CaptureDenied
        | K::CaptureDeclined
        | K::Other => None,
    }
}
