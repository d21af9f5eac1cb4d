//! `/dashboard`: what the seller sees at Stripe, and what the banks do.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use sandbox::stripe::{
    Captured, DisputeStatus, Event, RefundStatus, RefundSummary, Session, SessionStatus, Stripe,
    readable_amount,
};
use sandbox::{Attempt, DeliveryState, WebhookMode};
use serde::Deserialize;

use super::super::act::{Action, ModeName, Verb, act};
use super::super::app::App;
use super::super::control::mode_name;
use super::{Listed, Newest, page};

const MODES: [(&str, &str); 6] = [
    ("normal", "delivered at once"),
    ("lost", "lost"),
    ("delayed", "20 seconds late"),
    ("five_times", "sent five times in parallel"),
    ("reversed", "sent last event first"),
    ("two_event_ids", "sent under two event ids"),
];

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard<'a> {
    shop_url: &'a str,
    problem: String,
    modes: Vec<ModeOption>,
    payments: Newest<PaymentRow>,
    sessions: Newest<SessionRow>,
    events: Newest<EventRow>,
    deliveries: Newest<DeliveryRow>,
}

/// A way for webhooks to travel, in a list to choose from.
pub(super) struct ModeOption {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) chosen: bool,
}

struct PaymentRow {
    id: String,
    reference: String,
    session: String,
    amount: String,
    refunded: String,
    disputed: String,
    dispute: &'static str,
    dispute_open: bool,
    refundable: bool,
    disputable: bool,
    refunds: Vec<RefundRow>,
}

struct RefundRow {
    id: String,
    amount: String,
    status: &'static str,
    can_succeed: bool,
    can_fail: bool,
}

struct SessionRow {
    id: String,
    reference: String,
    amount: String,
    created: String,
    status: &'static str,
    payment_status: &'static str,
    open: bool,
    awaiting: bool,
}

pub(super) struct EventRow {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) object: String,
    pub(super) created: String,
    pub(super) acknowledged: bool,
}

pub(super) struct DeliveryRow {
    pub(super) event_id: String,
    pub(super) kind: String,
    pub(super) attempt: u32,
    pub(super) due: String,
    pub(super) state: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ModeChoice {
    pub(super) mode: ModeName,
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/dashboard", get(show))
        .route("/dashboard/act", post(do_act))
        .route("/dashboard/mode", post(set_mode))
}

async fn show(State(app): State<App>, Query(asked): Query<Listed>) -> Response {
    let view = app.with(|sandbox, now| {
        sandbox.tick(now);
        let stripe = &sandbox.stripe;
        Dashboard {
            shop_url: &app.settings().shop_url,
            problem: asked.problem.clone(),
            modes: modes(stripe.webhook_mode()),
            payments: Newest::of(&stripe.captured(), &asked, |payment| {
                payment_row(stripe, payment)
            }),
            sessions: Newest::of(stripe.sessions(), &asked, |session| {
                session_row(stripe, session)
            }),
            events: Newest::of(stripe.events(), &asked, event_row),
            deliveries: Newest::of(stripe.deliveries(), &asked, |attempt| {
                delivery_row(
                    attempt,
                    stripe.event(&attempt.event_id).map(|event| &event.kind),
                )
            }),
        }
    });
    page(StatusCode::OK, &view)
}

async fn do_act(State(app): State<App>, Form(what): Form<Action>) -> Response {
    let place = match what.verb {
        Verb::Expire | Verb::DelayedSucceeds | Verb::DelayedFails => "sessions",
        Verb::Resend => "deliveries",
        _ => "payments",
    };
    let to = match app.with(|sandbox, now| act(&mut sandbox.stripe, now, &what)) {
        Ok(_) => format!("/dashboard#{place}"),
        Err(error) => format!("/dashboard?problem={}", percent_encoded(&error.to_string())),
    };
    Redirect::to(&to).into_response()
}

async fn set_mode(State(app): State<App>, Form(choice): Form<ModeChoice>) -> Response {
    let mode = choice.mode.mode(ModeName::DELAY_S);
    app.with(|sandbox, _| sandbox.stripe.set_webhook_mode(mode));
    Redirect::to("/dashboard#webhooks").into_response()
}

pub(super) fn modes(mode: WebhookMode) -> Vec<ModeOption> {
    let now = mode_name(mode);
    MODES
        .map(|(name, label)| ModeOption {
            name,
            label,
            chosen: name == now,
        })
        .into()
}

fn payment_row(stripe: &Stripe, payment: &Captured) -> PaymentRow {
    let amount = |minor: i64| readable_amount(minor, &payment.currency);
    let some = |minor: i64| {
        if minor == 0 {
            String::new()
        } else {
            amount(minor)
        }
    };
    let dispute = stripe.dispute_status(&payment.payment_intent);
    let refunds = stripe.refunds_of(&payment.payment_intent).into_iter();
    PaymentRow {
        id: payment.payment_intent.clone(),
        reference: stripe
            .session(&payment.session)
            .map_or_else(String::new, reference),
        session: payment.session.clone(),
        amount: amount(payment.amount_minor),
        refunded: some(payment.refunded_minor),
        disputed: some(payment.disputed_minor),
        dispute: dispute.map_or("", DisputeStatus::as_str),
        dispute_open: dispute.is_some_and(DisputeStatus::is_open),
        refundable: dispute.is_none() && payment.refunded_minor < payment.amount_minor,
        disputable: dispute.is_none(),
        refunds: refunds
            .map(|refund| refund_row(refund, &payment.currency))
            .collect(),
    }
}

fn refund_row(refund: RefundSummary, currency: &str) -> RefundRow {
    RefundRow {
        amount: readable_amount(refund.amount_minor, currency),
        status: refund.status.as_str(),
        can_succeed: refund.status == RefundStatus::Pending,
        can_fail: refund.status != RefundStatus::Failed,
        id: refund.id,
    }
}

/// The shop's order number, as far as the shop has told it.
fn reference(session: &Session) -> String {
    let told = session.client_reference_id.as_ref();
    told.unwrap_or(&session.id).clone()
}

fn session_row(stripe: &Stripe, session: &Session) -> SessionRow {
    SessionRow {
        id: session.id.clone(),
        reference: reference(session),
        amount: readable_amount(session.amount_total, &session.currency),
        created: session.created.readable(),
        status: session.status.as_str(),
        payment_status: session.payment_status.as_str(),
        open: session.status == SessionStatus::Open,
        awaiting: stripe.awaits_funds(&session.id),
    }
}

fn event_row(event: &Event) -> EventRow {
    EventRow {
        id: event.id.clone(),
        kind: event.kind.clone(),
        object: event.object["id"].as_str().unwrap_or_default().to_owned(),
        created: event.created.readable(),
        acknowledged: event.acknowledged,
    }
}

pub(super) fn delivery_row(attempt: &Attempt, kind: Option<&String>) -> DeliveryRow {
    let state = match attempt.state {
        DeliveryState::Waiting => "waiting".to_owned(),
        DeliveryState::InFlight => "on its way".to_owned(),
        DeliveryState::Acknowledged => "acknowledged".to_owned(),
        DeliveryState::Failed(Some(status)) => format!("answered {status}"),
        DeliveryState::Failed(None) => "no answer".to_owned(),
        DeliveryState::Lost => "lost".to_owned(),
    };
    DeliveryRow {
        event_id: attempt.event_id.clone(),
        kind: kind.cloned().unwrap_or_default(),
        attempt: attempt.attempt,
        due: attempt.due.readable(),
        state,
    }
}

pub(super) fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
