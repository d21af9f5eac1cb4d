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
use shared::payment::{Payment, PaymentFact};
use shared::provider::stripe::signature::{MatchedSecret, SignatureError, verify};
use shared::provider::stripe::{Event, EventKind, EventObject};
use shared::settle::{Cause, Changes};
use shared::statement::{Statement, Value};
use shared::store::guard::Guard;
use shared::store::{inbox, payments};
use shared::time::Timestamp;

use super::stripe::ask_session;
use crate::failure::Failure;
use crate::http::Request;
use crate::settle::{Loaded, loading, settle};
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

/// What an event is about, as far as we act on it.
enum About<'a> {
    /// A checkout of ours: ask about it.
    Checkout {
        session_id: &'a str,
        payment_id: PaymentId,
    },
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
    if let Some(problem) = foreign(event, stripe) {
        return store_foreign(world, arrival, problem).await;
    }
    match about(event) {
        About::Nothing(note) => {
            store(
                world,
                arrival,
                None,
                "ignored",
                note,
                None,
                Changes::default(),
            )
            .await
        }
        About::Checkout {
            session_id,
            payment_id,
        } => {
            let checkout = Checkout {
                session_id,
                payment_id,
                door,
            };
            checkout_event(world, stripe, arrival, &checkout).await
        }
        About::Reversal { capture, kind } => reversal_event(world, arrival, capture, kind).await,
    }
}

/// Stores an event that could not be handled, for cron to try again. Only for events that nobody
/// sends again: a webhook answers with an error instead.
pub async fn park_event<W: World>(
    world: &W,
    arrival: &Arrival,
    why: &str,
) -> Result<Vec<MessageKey>, Failure> {
    let payment_id = match about(&arrival.event) {
        About::Checkout { payment_id, .. } => Some(payment_id),
        About::Reversal { .. } | About::Nothing(_) => None,
    };
    let due = Some(world.now().plus(PARKED_FIRST_S));
    let changes = Changes::default();
    store(world, arrival, payment_id, "parked", why, due, changes).await
}

struct Checkout<'a> {
    session_id: &'a str,
    payment_id: PaymentId,
    door: &'a str,
}

/// A checkout of ours changed: read it back, and settle what it says with the inbox row.
async fn checkout_event<W: World>(
    world: &W,
    stripe: &StripeSettings,
    arrival: &Arrival,
    checkout: &Checkout<'_>,
) -> Result<Vec<MessageKey>, Failure> {
    let payment_id = checkout.payment_id;
    let [payment, order] = loading(payment_id);
    let rows = world
        .query(&[known(&arrival.event), payment, order])
        .await?;
    let [known, payment, order] = rows.as_slice() else {
        return Err(Fault::Rows("three results were expected".into()).into());
    };
    if is_stored(known)? {
        return Ok(Vec::new());
    }
    let now = world.now();
    let loaded = payment
        .first::<Payment>()?
        .zip(order.first()?)
        .map(|(payment, order)| Loaded { order, payment });
    let Some(loaded) = loaded else {
        // The order's own batch is not there yet, or never will be: cron finds out (S01).
        let due = Some(now.plus(PARKED_FIRST_S));
        let note = "no such payment yet";
        return store(
            world,
            arrival,
            Some(payment_id),
            "parked",
            note,
            due,
            Changes::default(),
        )
        .await;
    };
    let fact = ask_session(world, stripe, checkout.session_id).await;
    let row = match &fact {
        PaymentFact::Unknown(why) => {
            let due = Some(now.plus(PARKED_FIRST_S));
            row(arrival, Some(payment_id), "parked", why, now, due)
        }
        _ => row(arrival, Some(payment_id), "done", "settled", now, None),
    };
    let cause = Cause {
        actor: "provider:stripe".into(),
        cause: format!("{} {}", checkout.door, arrival.event.id),
        reason: arrival.event.type_name.clone(),
    };
    let settled = settle(world, loaded, &fact, &cause, &[row]).await?;
    Ok(settled.messages)
}

/// A refund, a dispute or a warning: kept, and put before a person. Its full handling is a feature
/// of its own; until then the ledger is not touched.
async fn reversal_event<W: World>(
    world: &W,
    arrival: &Arrival,
    capture: &str,
    kind: CaseKind,
) -> Result<Vec<MessageKey>, Failure> {
    let rows = world
        .query(&[known(&arrival.event), by_capture(capture)])
        .await?;
    let [known, payment] = rows.as_slice() else {
        return Err(Fault::Rows("two results were expected".into()).into());
    };
    if is_stored(known)? {
        return Ok(Vec::new());
    }
    let now = world.now();
    let Some(payment) = payment.first::<Payment>()? else {
        // A refund may be told before the payment that it refunds (S08).
        let due = Some(now.plus(PARKED_FIRST_S));
        let note = "no payment with this capture yet";
        return store(
            world,
            arrival,
            None,
            "parked",
            note,
            due,
            Changes::default(),
        )
        .await;
    };
    let mut changes = Changes::default();
    let object_id = arrival.event.object.id().unwrap_or_default();
    changes.open_case(
        &reversal_case(kind, object_id, &arrival.event.type_name, &payment),
        now,
    );
    let payment_id = Some(payment.payment_id);
    store(
        world,
        arrival,
        payment_id,
        "done",
        "a case was opened",
        None,
        changes,
    )
    .await
}

/// The case about money going back.
#[must_use]
pub fn reversal_case(kind: CaseKind, object_id: &str, type_name: &str, payment: &Payment) -> Case {
    Case {
        kind,
        subject: object_id.to_owned(),
        order_number: None,
        evidence: json!({
            "event": type_name,
            "object": object_id,
            "payment_id": payment.payment_id,
            "received": payment.received(),
        }),
    }
}

/// The kind of case that an event type opens, for those about money going back.
#[must_use]
pub fn reversal_kind(kind: EventKind) -> Option<CaseKind> {
    use EventKind as K;
    match kind {
        K::ChargeRefunded
        | K::ChargeRefundUpdated
        | K::RefundCreated
        | K::RefundUpdated
        | K::RefundFailed => Some(CaseKind::Refund),
        K::DisputeCreated
        | K::DisputeUpdated
        | K::DisputeClosed
        | K::DisputeFundsWithdrawn
        | K::DisputeFundsReinstated => Some(CaseKind::Dispute),
        K::FraudWarningCreated | K::FraudWarningUpdated => Some(CaseKind::FraudWarning),
        K::SessionCompleted
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
        EventObject::Session(session) if is_checkout => {
            match session.payment_id.as_deref().map(PaymentId::parse) {
                Some(Ok(payment_id)) => About::Checkout {
                    session_id: session.id.as_str(),
                    payment_id,
                },
                // A payment link or another program of the same account.
                Some(Err(_)) | None => About::Nothing("not a checkout of ours"),
            }
        }
        EventObject::PaymentIntent(_) if event.kind == EventKind::IntentPaymentFailed => {
            About::Nothing("one try failed; the checkout is still open")
        }
        _ => About::Nothing("of a type that changes nothing"),
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

async fn store_foreign<W: World>(
    world: &W,
    arrival: &Arrival,
    problem: &'static str,
) -> Result<Vec<MessageKey>, Failure> {
    let case = Case {
        kind: CaseKind::EventForeign,
        // One case for each kind of mistake, not one for each event.
        subject: problem.to_owned(),
        order_number: None,
        evidence: json!({ "event": arrival.event.id, "type": arrival.event.type_name }),
    };
    let mut changes = Changes::default();
    changes.open_case(&case, world.now());
    store(world, arrival, None, "ignored", problem, None, changes).await
}

fn known(event: &Event) -> Statement {
    inbox::EVENT_BY_ID.bind(["stripe".into(), event.id.as_str().into()])
}

/// The payment that holds a capture.
#[must_use]
pub fn by_capture(capture: &str) -> Statement {
    payments::PAYMENT_BY_CAPTURE.bind(["stripe".into(), capture.into()])
}

fn is_stored(rows: &Rows) -> Result<bool, Fault> {
    Ok(rows.first::<serde_json::Value>()?.is_some())
}

/// Stores an event with what follows from it. An event that is there already changes nothing.
async fn store<W: World>(
    world: &W,
    arrival: &Arrival,
    payment_id: Option<PaymentId>,
    state: &str,
    note: &str,
    due: Option<Timestamp>,
    changes: Changes,
) -> Result<Vec<MessageKey>, Failure> {
    let mut statements = vec![row(arrival, payment_id, state, note, world.now(), due)];
    statements.extend(changes.statements);
    match world.commit(&statements).await {
        Ok(_) => Ok(changes.messages),
        Err(CommitError::Guard(message)) => match Guard::from_message(&message) {
            Guard::InboxRepeated => Ok(Vec::new()),
            _ => Err(Fault::Internal(message).into()),
        },
        // Not known to be stored, so not acknowledged: Stripe sends it again.
        Err(CommitError::Lost(why)) => Err(Fault::Database(why).into()),
        Err(CommitError::Fault(fault)) => Err(fault.into()),
    }
}

fn row(
    arrival: &Arrival,
    payment_id: Option<PaymentId>,
    state: &str,
    note: &str,
    now: Timestamp,
    due: Option<Timestamp>,
) -> Statement {
    let event = &arrival.event;
    let object = event.object.id().unwrap_or_default();
    inbox::INSERT_EVENT.bind([
        "stripe".into(),
        event.id.as_str().into(),
        event.type_name.as_str().into(),
        // What a parked event has to find again: its checkout, or the capture it reverses.
        reversal_kind(event.kind)
            .and(event.object.payment_intent())
            .unwrap_or(object)
            .into(),
        payment_id.map_or(Value::Null, Value::from),
        arrival.body_sha256.as_str().into(),
        state.into(),
        note.into(),
        now.into(),
        due.into(),
    ])
}
