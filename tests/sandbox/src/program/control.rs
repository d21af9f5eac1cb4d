//! `/control`: the sandbox's strings, for tests that drive it over HTTP. Those of PayPal alone are in
//! [`super::paypal::control`].
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /control` | – | the clock and the webhook mode |
//! | `POST /control/act` | `{"action": "pay", "id": "cs_…"}` ([`super::act::Verb`]) | `{"events": […]}`, 409 with `error` |
//! | `POST /control/webhooks` | `{"mode": "delayed", "seconds": 20, "next_only": true}` | the mode |
//! | `POST /control/faults` | `{"target": "stripe", "fault": "not_reached", "times": 2, "path": "/expire"}` | `{}` |
//! | `DELETE /control/faults` | – | `{}` |
//! | `POST /control/clock` | `{"advance_seconds": 1800}` | the clock |
//! | `POST /control/events` | `{"type": "…", "object": {…}}` | `{"events": [id]}` |
//! | `POST /control/secrets` | `{"webhook_secrets": […]}` | `{}` |
//! | `POST /control/sign` | `{"body": "…", "sent": 1795284000}` | `{"signature": "t=…"}` |
//! | `POST /control/reset` | – | `{}` |
//! | `GET /control/book`, `/sessions`, `/events`, `/deliveries`, `/releases` | – | a list |

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use sandbox::{Attempt, DeliveryState, Fault, Target, WebhookMode};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::act::{Action, ModeName, act};
use super::app::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/control", get(overview))
        .route("/control/act", post(do_act))
        .route("/control/webhooks", post(set_mode))
        .route("/control/faults", post(add_fault).delete(heal))
        .route("/control/clock", post(advance))
        .route("/control/events", post(make_event).get(events))
        .route("/control/secrets", post(set_secrets))
        .route("/control/sign", post(sign))
        .route("/control/reset", post(reset))
        .route("/control/book", get(book))
        .route("/control/sessions", get(sessions))
        .route("/control/deliveries", get(deliveries))
        .route("/control/releases", get(releases))
}

/// How events travel from now on, or those of the next payment only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModeChange {
    mode: ModeName,
    #[serde(default)]
    seconds: Option<u32>,
    #[serde(default)]
    pub(crate) next_only: bool,
}

impl ModeChange {
    pub(crate) fn mode(&self) -> WebhookMode {
        self.mode.mode(self.seconds.unwrap_or(ModeName::DELAY_S))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    target: String,
    fault: String,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u32,
}

/// An event to make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandMade {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) object: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    webhook_secrets: Vec<String>,
}

/// A body to sign, as if sent at that moment; now when it is missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToSign {
    pub(crate) body: String,
    #[serde(default)]
    pub(crate) sent: Option<i64>,
}

fn once() -> u32 {
    1
}

async fn overview(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, now| {
        let mode = sandbox.stripe.webhook_mode_of_next_payment();
        Json(json!({ "now": now.0, "webhook_mode_of_next_payment": mode_name(mode) }))
    })
}

async fn do_act(State(app): State<App>, Json(what): Json<Action>) -> Response {
    match app.with(|sandbox, now| act(&mut sandbox.stripe, now, &what)) {
        Ok(events) => Json(json!({ "events": events })).into_response(),
        Err(error) => refuse(StatusCode::CONFLICT, &error.to_string()),
    }
}

async fn set_mode(State(app): State<App>, Json(change): Json<ModeChange>) -> Json<Value> {
    let mode = change.mode();
    app.with(|sandbox, _| {
        if change.next_only {
            sandbox.stripe.set_webhook_mode_of_next_payment(mode);
        } else {
            sandbox.stripe.set_webhook_mode(mode);
        }
    });
    Json(json!({ "mode": mode_name(mode) }))
}

async fn add_fault(State(app): State<App>, Json(order): Json<FaultOrder>) -> Response {
    let target = match order.target.as_str() {
        "stripe" => Target::Stripe,
        "paypal" => Target::PayPal,
        "access" => Target::Access,
        "mail" => Target::Mail,
        "production" => Target::Production,
        other => {
            return refuse(
                StatusCode::BAD_REQUEST,
                &format!("there is no target {other}"),
            );
        }
    };
    let Some(fault) = Fault::ALL
        .into_iter()
        .find(|fault| fault.name() == order.fault)
    else {
        let known = Fault::ALL.map(Fault::name).join(", ");
        return refuse(StatusCode::BAD_REQUEST, &format!("the faults are {known}"));
    };
    app.with(|sandbox, _| sandbox.fail_next_on(target, &order.path, fault, order.times));
    Json(json!({})).into_response()
}

async fn heal(State(app): State<App>) -> Json<Value> {
    app.with(|sandbox, _| sandbox.heal());
    Json(json!({}))
}

async fn advance(State(app): State<App>, Json(change): Json<ClockChange>) -> Json<Value> {
    let ahead = app.advance(change.advance_seconds);
    app.peek(|_, now| Json(json!({ "now": now.0, "ahead_seconds": ahead })))
}

async fn make_event(State(app): State<App>, Json(event): Json<HandMade>) -> Json<Value> {
    let id = app.with(|sandbox, now| sandbox.stripe.make_event(now, &event.kind, event.object));
    Json(json!({ "events": [id] }))
}

async fn set_secrets(State(app): State<App>, Json(secrets): Json<Secrets>) -> Json<Value> {
    app.with(|sandbox, _| sandbox.stripe.set_webhook_secrets(secrets.webhook_secrets));
    Json(json!({}))
}

async fn sign(State(app): State<App>, Json(what): Json<ToSign>) -> Json<Value> {
    app.peek(|sandbox, now| {
        let sent = what.sent.map_or(now, Timestamp);
        Json(json!({ "signature": sandbox.stripe.sign(sent, what.body.as_bytes()) }))
    })
}

async fn reset(State(app): State<App>) -> Json<Value> {
    app.reset();
    Json(json!({}))
}

async fn book(State(app): State<App>) -> Json<Value> {
    let book = app.peek(|sandbox, _| sandbox.stripe.captured());
    let entry = |captured: sandbox::stripe::Captured| {
        json!({
            "payment_intent": captured.payment_intent,
            "session": captured.session,
            "amount": captured.amount_minor,
            "currency": captured.currency,
            "refunded": captured.refunded_minor,
            "disputed": captured.disputed_minor,
        })
    };
    Json(book.into_iter().map(entry).collect())
}

async fn sessions(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, now| {
        sandbox.tick(now);
        let entry = |session: &sandbox::stripe::Session| {
            json!({
                "id": session.id,
                "client_reference_id": session.client_reference_id,
                "status": session.status.as_str(),
                "payment_status": session.payment_status.as_str(),
                "payment_intent": session.payment_intent,
                "amount_total": session.amount_total,
                "currency": session.currency,
                "expires_at": session.expires_at.0,
                "url": session.url,
            })
        };
        Json(sandbox.stripe.sessions().iter().map(entry).collect())
    })
}

async fn events(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, _| {
        let entry = |event: &sandbox::stripe::Event| {
            json!({
                "id": event.id,
                "type": event.kind,
                "created": event.created.0,
                "acknowledged": event.acknowledged,
                "object": event.object,
            })
        };
        Json(sandbox.stripe.events().iter().map(entry).collect())
    })
}

async fn deliveries(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, _| Json(attempts(sandbox.stripe.deliveries())))
}

/// Delivery attempts as JSON.
pub(crate) fn attempts(attempts: &[Attempt]) -> Value {
    let entry = |attempt: &Attempt| {
        let (state, status) = match attempt.state {
            DeliveryState::Waiting => ("waiting", None),
            DeliveryState::InFlight => ("in_flight", None),
            DeliveryState::Acknowledged => ("acknowledged", None),
            DeliveryState::Failed(status) => ("failed", status),
            DeliveryState::Lost => ("lost", None),
        };
        json!({
            "event_id": attempt.event_id,
            "attempt": attempt.attempt,
            "due": attempt.due.0,
            "state": state,
            "status": status,
        })
    };
    attempts.iter().map(entry).collect()
}

async fn releases(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, _| {
        let entry = |release: &sandbox::production::Release| {
            json!({
                "webhook_id": release.webhook_id,
                "received": release.received.0,
                "deliveries": release.deliveries,
                "conflicts": release.conflicts,
                "body": release.body,
            })
        };
        Json(sandbox.production.releases().iter().map(entry).collect())
    })
}

pub(crate) fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

/// The name that `ModeName` reads.
pub(crate) fn mode_name(mode: WebhookMode) -> &'static str {
    match mode {
        WebhookMode::Normal => "normal",
        WebhookMode::Lost => "lost",
        WebhookMode::Delayed { .. } => "delayed",
        WebhookMode::FiveTimes => "five_times",
        WebhookMode::BeforeRedirect => "before_redirect",
        WebhookMode::Reversed => "reversed",
        WebhookMode::TwoEventIds => "two_event_ids",
    }
}
