//! `/pay/{session}`: what the buyer sees in place of Stripe's page.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use sandbox::stripe::{
    ActionError, MethodKind, Outcome, PaymentStatus, Session, SessionStatus, Stripe,
    readable_amount,
};
use sandbox::{Fault, Target, WebhookMode};
use serde::Deserialize;
use shared::time::Timestamp;

use super::super::act::ModeName;
use super::super::app::App;
use super::super::deliver::wait_for_answer;
use super::{not_found, page};

/// The buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Pay,
    PayLost,
    PayWebhookDelayed,
    PayStripeAway,
    PayFiveTimes,
    PayBeforeRedirect,
    PayReversed,
    PayTwoEventIds,
    PayDelayed,
    Decline,
    Expire,
    DelayedSucceeds,
    DelayedFails,
}

impl Choice {
    /// How this payment's webhooks travel; `None` leaves the dashboard's setting.
    fn mode(self) -> Option<WebhookMode> {
        let name = match self {
            Self::PayLost => ModeName::Lost,
            Self::PayWebhookDelayed | Self::PayStripeAway => ModeName::Delayed,
            Self::PayFiveTimes => ModeName::FiveTimes,
            Self::PayBeforeRedirect => ModeName::BeforeRedirect,
            Self::PayReversed => ModeName::Reversed,
            Self::PayTwoEventIds => ModeName::TwoEventIds,
            _ => return None,
        };
        Some(name.mode(ModeName::DELAY_S))
    }
}

#[derive(Debug, Deserialize)]
struct Chosen {
    choice: Choice,
}

#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default)]
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "pay.html")]
struct Pay<'a> {
    shop_url: &'a str,
    shop_name: &'a str,
    session: String,
    lines: Vec<Line>,
    total: String,
    reference: String,
    email: String,
    cancel_url: String,
    return_url: String,
    acknowledged: bool,
    problem: String,
    stage: Stage,
}

struct Line {
    name: String,
    quantity: i64,
    amount: String,
}

enum Stage {
    /// With the name of the delayed method, empty when there is none.
    Open(&'static str),
    Paid,
    Awaiting,
    Failed,
    Expired,
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/pay/{session}", get(show).post(choose))
}

async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Response {
    let problem = match shown.problem.as_deref() {
        Some("declined") => "Your card has insufficient funds. Try another one.",
        Some("closed") => "This session can no longer be changed that way.",
        _ => "",
    };
    let view = app.with(|sandbox, now| {
        sandbox.tick(now);
        let session = sandbox.stripe.session(&id)?;
        Some(view(&app, &sandbox.stripe, session, problem))
    });
    view.map_or_else(
        || not_found("checkout session"),
        |view| page(StatusCode::OK, &view),
    )
}

async fn choose(
    State(app): State<App>,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let choice = chosen.choice;
    let done = app.with(|sandbox, now| {
        if let Some(mode) = choice.mode() {
            sandbox.stripe.set_webhook_mode_of_next_payment(mode);
        }
        let mode = sandbox.stripe.webhook_mode_of_next_payment();
        let events = perform(&mut sandbox.stripe, now, &id, choice)?;
        if choice == Choice::PayStripeAway {
            let asked = format!("/v1/checkout/sessions/{id}");
            sandbox.fail_next_on(Target::Stripe, &asked, Fault::Unavailable, 1);
        }
        Ok((events, mode))
    });
    let here = format!("/pay/{id}");
    let (events, mode) = match done {
        Ok(done) => done,
        Err(ActionError::Missing(_)) => return not_found("checkout session"),
        Err(_) => return Redirect::to(&format!("{here}?problem=closed")).into_response(),
    };
    match choice {
        Choice::Decline => {
            return Redirect::to(&format!("{here}?problem=declined")).into_response();
        }
        Choice::Expire | Choice::DelayedSucceeds | Choice::DelayedFails => {
            return Redirect::to(&here).into_response();
        }
        _ => {}
    }
    go_back(&app, &id, &events, mode).await
}

/// Sends the buyer back as the mode says: Stripe waits for the shop's answer first, for a while.
async fn go_back(app: &App, id: &str, events: &[String], mode: WebhookMode) -> Response {
    let waits = !matches!(mode, WebhookMode::Lost | WebhookMode::Delayed { .. });
    let completed = app.peek(|sandbox, _| {
        let is_completion = |id: &&String| {
            let event = sandbox.stripe.event(id);
            event.is_some_and(|event| event.kind == "checkout.session.completed")
        };
        events.iter().find(is_completion).cloned()
    });
    if let Some(event_id) = completed.filter(|_| waits) {
        wait_for_answer(app, &event_id).await;
    }
    if mode == WebhookMode::BeforeRedirect {
        return Redirect::to(&format!("/pay/{id}")).into_response();
    }
    let url = app.peek(|sandbox, _| sandbox.stripe.session(id).map(Session::return_url));
    url.map_or_else(
        || not_found("checkout session"),
        |url| Redirect::to(&url).into_response(),
    )
}

fn perform(
    stripe: &mut Stripe,
    now: Timestamp,
    id: &str,
    choice: Choice,
) -> Result<Vec<String>, ActionError> {
    match choice {
        Choice::Decline => stripe.pay(now, id, Outcome::Declined),
        Choice::PayDelayed => stripe.pay(now, id, Outcome::Delayed),
        Choice::Expire => stripe.expire(now, id),
        Choice::DelayedSucceeds => stripe.delayed_succeeds(now, id),
        Choice::DelayedFails => stripe.delayed_fails(now, id),
        Choice::Pay
        | Choice::PayLost
        | Choice::PayWebhookDelayed
        | Choice::PayStripeAway
        | Choice::PayFiveTimes
        | Choice::PayBeforeRedirect
        | Choice::PayReversed
        | Choice::PayTwoEventIds => stripe.pay(now, id, Outcome::Paid),
    }
}

fn view<'a>(app: &'a App, stripe: &Stripe, session: &Session, problem: &str) -> Pay<'a> {
    let amount = |minor| readable_amount(minor, &session.currency);
    let line = |line: &sandbox::stripe::Line| Line {
        name: line.name.clone(),
        quantity: line.quantity,
        amount: amount(line.amount),
    };
    let settings = app.settings();
    Pay {
        shop_url: &settings.shop_url,
        shop_name: &settings.config.stripe.shop_name,
        session: session.id.clone(),
        lines: session.lines.iter().map(line).collect(),
        total: amount(session.amount_total),
        reference: session.client_reference_id.clone().unwrap_or_default(),
        email: session.customer_email.clone().unwrap_or_default(),
        cancel_url: session.cancel_url.clone().unwrap_or_default(),
        return_url: session.return_url(),
        acknowledged: is_acknowledged(stripe, session),
        problem: problem.to_owned(),
        stage: stage(stripe, session),
    }
}

fn stage(stripe: &Stripe, session: &Session) -> Stage {
    match (session.status, session.payment_status) {
        (SessionStatus::Expired, _) => Stage::Expired,
        (SessionStatus::Open, _) => {
            Stage::Open(session.delayed_method().map_or("", MethodKind::readable))
        }
        (SessionStatus::Complete, PaymentStatus::Unpaid) if stripe.awaits_funds(&session.id) => {
            Stage::Awaiting
        }
        (SessionStatus::Complete, PaymentStatus::Unpaid) => Stage::Failed,
        (SessionStatus::Complete, PaymentStatus::Paid | PaymentStatus::NoPaymentRequired) => {
            Stage::Paid
        }
    }
}

fn is_acknowledged(stripe: &Stripe, session: &Session) -> bool {
    let mut newest_first = stripe.events().iter().rev();
    newest_first
        .find(|event| event.object["id"] == session.id.as_str())
        .is_some_and(|event| event.acknowledged)
}
