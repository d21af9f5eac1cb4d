//! `POST /webhooks/stripe`: an event is a hint. It is stored with its effects in one batch, and only
//! what Stripe's API then says moves money.
//!
//! Failure contract: 400 for a signature or body that is not Stripe's, 503 when it could not be
//! stored (Stripe sends it again), else 200.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::case::{Case, CaseKind};
use shared::config::{Settings, StripeSettings};
use shared::id::PaymentId;
use shared::outbox::MessageKey;
use shared::provider::stripe::signature::{MatchedSecret, SignatureError, verify};
use shared::provider::stripe::{Event, EventKind, EventObject, Session};
use shared::settle::{Cause, Changes};
use shared::statement::Statement;
use shared::store::guard::Guard;
use shared::store::inbox;
use shared::time::Timestamp;

use super::checkout_event::checkout_event;
use super::reversal_event::{reversal_event, reversal_kind};
use crate::failure::Failure;
use crate::http::Request;
use crate::world::{CommitError, Fault, Rows, World};

/// The first retry of an event that has no payment yet: the order's own batch is under way.
const PARKED_FIRST_S: i64 = 30;

/// Receives one delivery.
pub async fn receive_event<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
) -> Result<Vec<MessageKey>, Failure> {
    let stripe = settings.stripe.as_ref().ok_or(Refusal::DoorClosed)?;
    let header = request.header("stripe-signature");
    let delivery = verify(header, &request.body, &stripe.webhook_secrets, world.now())
        .map_err(|error| refuse_signature(world, request, error))?;
    if delivery.secret == MatchedSecret::Previous {
        world.log(&json!({ "level": "warn", "message": "a delivery used the old webhook secret" }));
    }
    let event = Event::parse(delivery.body).map_err(|error| {
        world.log(&json!({ "level": "warn", "message": error.to_string() }));
        Refusal::BadEvent
    })?;
    let arrival = Arrival {
        event,
        body_sha256: crate::digest::sha256_hex(&request.body),
    };
    handle_event(world, stripe, &arrival, "event").await
}

fn refuse_signature<W: World>(world: &W, request: &Request, error: SignatureError) -> Refusal {
    world.log(&json!({
        "level": "warn",
        "message": "a webhook was refused",
        "because": error.to_string(),
        "request_id": request.request_id,
    }));
    Refusal::BadSignature
}

/// An authenticated event: delivered, or read from Stripe's list of events.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What it says.
    pub event: Event,
    /// Of its bytes as they came.
    pub body_sha256: String,
}

impl Arrival {
    /// The event's own row.
    pub(super) fn filed(
        &self,
        payment_id: Option<PaymentId>,
        fate: Fate<'_>,
        now: Timestamp,
    ) -> Changes {
        let event = &self.event;
        let object = event.object.id().unwrap_or_default();
        let (state, note, due) = match fate {
            Fate::Done(note) => ("done", note, None),
            Fate::Ignored(note) => ("ignored", note, None),
            Fate::Parked(note) => ("parked", note, Some(now.plus(PARKED_FIRST_S))),
        };
        let mut changes = Changes::default();
        changes.write(
            inbox::INSERT_EVENT.bind([
                "stripe".into(),
                event.id.as_str().into(),
                event.type_name.as_str().into(),
                // What a parked event has to find again: its checkout, or the capture it reverses.
                reversal_kind(event.kind)
                    .and(event.object.payment_intent())
                    .unwrap_or(object)
                    .into(),
                payment_id.into(),
                self.body_sha256.as_str().into(),
                state.into(),
                note.into(),
                now.into(),
                due.into(),
            ]),
        );
        changes
    }
}

/// What becomes of an event; each says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'a> {
    /// It had its effect.
    Done(&'a str),
    /// It has none.
    Ignored(&'a str),
    /// Cron tries again.
    Parked(&'a str),
}

/// What an event is about, as far as we act on it.
enum About<'a> {
    /// A checkout, perhaps one of ours: ask about it.
    Checkout(&'a Session),
    /// Money going back: open a case.
    Reversal { capture: &'a str, kind: CaseKind },
    /// Nothing that we act on.
    Nothing(&'static str),
}

/// Handles an event once. `door` says how it came, for the history.
pub async fn handle_event<W: World>(
    world: &W,
    stripe: &StripeSettings,
    arrival: &Arrival,
    door: &str,
) -> Result<Vec<MessageKey>, Failure> {
    let event = &arrival.event;
    let cause = Cause {
        actor: "provider:stripe".into(),
        cause: format!("{door} {}", event.id),
        reason: event.type_name.clone(),
    };
    let now = world.now();
    if let Some(problem) = foreign(event, stripe) {
        let mut changes = arrival.filed(None, Fate::Ignored(problem), now);
        changes.open_case(&foreign_case(problem, &cause), now);
        return Ok(commit(world, changes).await?);
    }
    match about(event) {
        About::Nothing(note) => {
            Ok(commit(world, arrival.filed(None, Fate::Ignored(note), now)).await?)
        }
        About::Checkout(session) => checkout_event(world, stripe, arrival, session, &cause).await,
        About::Reversal { capture, kind } => reversal_event(world, arrival, capture, kind).await,
    }
}

/// Stores an event that could not be handled, for cron to try again. Only for events that nobody
/// sends again: a webhook answers with an error instead.
pub async fn park_event<W: World>(
    world: &W,
    arrival: &Arrival,
    why: &str,
) -> Result<Vec<MessageKey>, Fault> {
    let payment_id = match about(&arrival.event) {
        About::Checkout(session) => session
            .payment_id
            .as_deref()
            .and_then(|text| PaymentId::parse(text).ok()),
        About::Reversal { .. } | About::Nothing(_) => None,
    };
    let now = world.now();
    commit(world, arrival.filed(payment_id, Fate::Parked(why), now)).await
}

fn about(event: &Event) -> About<'_> {
    if let Some(kind) = reversal_kind(event.kind) {
        return match event.object.payment_intent() {
            Some(capture) => About::Reversal { capture, kind },
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
        EventObject::Session(session) if is_checkout => About::Checkout(session),
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

/// The case about events that are not for us: one for each kind of mistake, not for each event.
pub(super) fn foreign_case(problem: &'static str, cause: &Cause) -> Case {
    Case {
        kind: CaseKind::EventForeign,
        subject: problem.to_owned(),
        order_number: None,
        evidence: json!({ "cause": cause.cause, "type": cause.reason }),
    }
}

pub(super) fn known(event: &Event) -> Statement {
    inbox::EVENT_BY_ID.bind(["stripe".into(), event.id.as_str().into()])
}

pub(super) fn is_stored(rows: &Rows) -> Result<bool, Fault> {
    Ok(rows.first::<serde_json::Value>()?.is_some())
}

/// Writes what follows from an event, its own row among it. An event that is there already changes
/// nothing.
pub async fn commit<W: World>(world: &W, changes: Changes) -> Result<Vec<MessageKey>, Fault> {
    match world.commit(&changes.statements).await {
        Ok(_) => Ok(changes.messages),
        Err(CommitError::Guard(message)) => {
            if Guard::from_message(&message) == Guard::InboxRepeated {
                Ok(Vec::new())
            } else {
                Err(Fault::Internal(message))
            }
        }
        // Not known to be stored, so not acknowledged: Stripe sends it again.
        Err(CommitError::Lost(why)) => Err(Fault::Database(why)),
        Err(CommitError::Fault(fault)) => Err(fault),
    }
}
