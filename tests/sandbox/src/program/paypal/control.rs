//! `/control/paypal`: PayPal's strings.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `POST /control/paypal/act` | `{"action": "approve", "id": "…"}` ([`super::act::Verb`]) | `{"events": […]}`, 409 with `error` |
//! | `POST /control/paypal/webhooks` | `{"mode": "lost", "next_only": true}` | the mode |
//! | `POST /control/paypal/certificate` | `{"certificate": "expired"}` | `{}`, 400 with `error` |
//! | `POST /control/paypal/events` | `{"type": "…", "object": {…}}` | `{"events": [id]}` |
//! | `POST /control/paypal/sign` | `{"body": "…", "sent": 1795284000}` | `{"headers": {…}}` |
//! | `POST /control/paypal/forge` | `{"genuine": "…", "wanted": "{…}"}` | `{"body": "…"}` with the checksum of `genuine` |
//! | `DELETE /control/paypal/tokens` | – | `{}`; every access token ends |
//! | `GET /control/paypal/book`, `/orders`, `/events`, `/deliveries` | – | a list |
//!
//! The clock, the faults (`"target": "paypal"`; certificates are on the path `/certs/`) and the reset
//! are those of `/control`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use sandbox::paypal::{Captured, Certificate, Event, Order, forge};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::super::app::App;
use super::super::control::{HandMade, ModeChange, ToSign, attempts, mode_name, refuse};
use super::act::{Action, act};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/control/paypal/act", post(do_act))
        .route("/control/paypal/webhooks", post(set_mode))
        .route("/control/paypal/certificate", post(set_certificate))
        .route("/control/paypal/events", post(make_event).get(events))
        .route("/control/paypal/sign", post(sign))
        .route("/control/paypal/forge", post(forge_body))
        .route("/control/paypal/tokens", delete(revoke_tokens))
        .route("/control/paypal/book", get(book))
        .route("/control/paypal/orders", get(orders))
        .route("/control/paypal/deliveries", get(deliveries))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateChange {
    certificate: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToForge {
    genuine: String,
    wanted: String,
}

async fn do_act(State(app): State<App>, Json(what): Json<Action>) -> Response {
    match app.with(|sandbox, now| act(&mut sandbox.paypal, now, &what)) {
        Ok(events) => Json(json!({ "events": events })).into_response(),
        Err(error) => refuse(StatusCode::CONFLICT, &error.to_string()),
    }
}

async fn set_mode(State(app): State<App>, Json(change): Json<ModeChange>) -> Json<Value> {
    let mode = change.mode();
    app.with(|sandbox, _| {
        if change.next_only {
            sandbox.paypal.set_webhook_mode_of_next_approval(mode);
        } else {
            sandbox.paypal.set_webhook_mode(mode);
        }
    });
    Json(json!({ "mode": mode_name(mode) }))
}

async fn set_certificate(
    State(app): State<App>,
    Json(change): Json<CertificateChange>,
) -> Response {
    let mut known = Certificate::ALL.into_iter();
    let Some(chosen) = known.find(|certificate| certificate.name() == change.certificate) else {
        let known = Certificate::ALL.map(Certificate::name).join(", ");
        return refuse(
            StatusCode::BAD_REQUEST,
            &format!("the certificates are {known}"),
        );
    };
    app.with(|sandbox, _| sandbox.paypal.set_certificate(chosen));
    Json(json!({})).into_response()
}

async fn make_event(State(app): State<App>, Json(event): Json<HandMade>) -> Json<Value> {
    let id = app.with(|sandbox, now| sandbox.paypal.make_event(now, &event.kind, event.object));
    Json(json!({ "events": [id] }))
}

async fn sign(State(app): State<App>, Json(what): Json<ToSign>) -> Json<Value> {
    let headers = app.peek(|sandbox, now| {
        let sent = what.sent.map_or(now, Timestamp);
        sandbox.paypal.sign(sent, what.body.as_bytes())
    });
    let headers: BTreeMap<&str, String> = headers.into_iter().collect();
    Json(json!({ "headers": headers }))
}

async fn forge_body(Json(what): Json<ToForge>) -> Response {
    let forged = forge(what.genuine.as_bytes(), &what.wanted);
    match forged.and_then(|body| String::from_utf8(body).ok()) {
        Some(body) => Json(json!({ "body": body })).into_response(),
        None => refuse(
            StatusCode::BAD_REQUEST,
            "`wanted` must be the text of an object",
        ),
    }
}

async fn revoke_tokens(State(app): State<App>) -> Json<Value> {
    app.with(|sandbox, _| sandbox.paypal.revoke_tokens());
    Json(json!({}))
}

async fn book(State(app): State<App>) -> Json<Value> {
    let entry = |captured: Captured| {
        json!({
            "order": captured.order,
            "capture": captured.capture,
            "amount": captured.amount_minor,
            "currency": captured.currency,
            "refunded": captured.refunded_minor,
            "reversed": captured.reversed_minor,
        })
    };
    let book = app.peek(|sandbox, _| sandbox.paypal.captured());
    Json(book.into_iter().map(entry).collect())
}

async fn orders(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, now| {
        sandbox.tick(now);
        let paypal = &sandbox.paypal;
        let entry = |order: &Order| {
            json!({
                "id": order.id,
                "custom_id": order.custom_id,
                "invoice_id": order.invoice_id,
                "status": order.status(),
                "amount": order.amount_minor,
                "currency": order.currency,
                "capture": paypal.capture_of(&order.id).map(|(id, _)| id),
                "return_url": order.return_url(),
                "cancel_url": order.cancel_url(),
            })
        };
        Json(paypal.orders().iter().map(entry).collect())
    })
}

async fn events(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, _| {
        let entry = |event: &Event| {
            json!({
                "id": event.id,
                "type": event.kind,
                "created": event.created.0,
                "acknowledged": event.acknowledged,
                "resource": event.resource,
            })
        };
        Json(sandbox.paypal.events().iter().map(entry).collect())
    })
}

async fn deliveries(State(app): State<App>) -> Json<Value> {
    app.peek(|sandbox, _| Json(attempts(sandbox.paypal.deliveries())))
}
