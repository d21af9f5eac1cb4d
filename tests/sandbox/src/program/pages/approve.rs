//! `/paypal/checkoutnow?token=`: what the buyer sees in place of PayPal's page.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use sandbox::paypal::{
    ActionError, CaptureIssue, CaptureStatus, Funding, Order, OrderLine, OrderState, PayPal,
    readable_amount,
};
use sandbox::{Fault, Sandbox, Target, WebhookMode};
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
    Approve,
    Stay,
    InstrumentDeclined,
    ActionRequired,
    Pending,
    Declined,
    Reversed,
    DuplicateInvoice,
    AlreadyCaptured,
    #[serde(rename = "error_500")]
    Error500,
    #[serde(rename = "error_500_done")]
    Error500Done,
    #[serde(rename = "error_503")]
    Error503,
    #[serde(rename = "error_429")]
    Error429,
    TimeOut,
    TimeOutDone,
    Lost,
    Delayed,
    FiveTimes,
    BeforeRedirect,
    LastFirst,
    TwoEventIds,
    Expire,
    PendingCompletes,
    PendingDenied,
}

impl Choice {
    fn funding(self) -> Funding {
        match self {
            Self::InstrumentDeclined => Funding::Refused(CaptureIssue::InstrumentDeclined),
            Self::ActionRequired => Funding::Refused(CaptureIssue::PayerActionRequired),
            Self::Pending => Funding::Pending,
            Self::Declined => Funding::Declined,
            _ => Funding::Good,
        }
    }

    /// What the shop's next capture of this order meets.
    fn fault(self) -> Option<Fault> {
        match self {
            Self::Error500 => Some(Fault::ServerErrorBeforeEffect),
            Self::Error500Done => Some(Fault::ServerErrorAfterEffect),
            Self::Error503 => Some(Fault::Unavailable),
            Self::Error429 => Some(Fault::TooManyRequests),
            Self::TimeOut => Some(Fault::NotReached),
            Self::TimeOutDone => Some(Fault::LostAfterEffect),
            _ => None,
        }
    }

    /// How this order's webhooks travel; `None` leaves the dashboard's setting.
    fn mode(self) -> Option<WebhookMode> {
        let name = match self {
            Self::Lost => ModeName::Lost,
            Self::Delayed => ModeName::Delayed,
            Self::FiveTimes => ModeName::FiveTimes,
            Self::BeforeRedirect => ModeName::BeforeRedirect,
            Self::LastFirst => ModeName::Reversed,
            Self::TwoEventIds => ModeName::TwoEventIds,
            _ => return None,
        };
        Some(name.mode(ModeName::DELAY_S))
    }

    /// True when the buyer is still on this page afterwards.
    fn stays(self) -> bool {
        matches!(
            self,
            Self::Stay
                | Self::BeforeRedirect
                | Self::Expire
                | Self::PendingCompletes
                | Self::PendingDenied
        )
    }
}

#[derive(Debug, Deserialize)]
struct Chosen {
    choice: Choice,
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    token: String,
    #[serde(default)]
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "approve.html")]
struct Approve<'a> {
    shop_url: &'a str,
    shop_name: String,
    order: String,
    lines: Vec<OrderLine>,
    breakdown: Vec<(String, String)>,
    total: String,
    reference: String,
    return_url: String,
    cancel_url: String,
    pending: &'static str,
    acknowledged: bool,
    problem: &'static str,
    stage: Stage,
}

enum Stage {
    Open { approved: bool },
    Paid,
    Pending,
    Declined,
    Gone,
}

impl Stage {
    fn leads_back(&self) -> bool {
        !matches!(self, Self::Open { .. })
    }
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/paypal/checkoutnow", get(show).post(choose))
}

async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    let problem = match asked.problem {
        Some(_) => "This order can no longer be changed that way.",
        None => "",
    };
    let view = app.with(|sandbox, now| {
        sandbox.tick(now);
        let order = sandbox.paypal.order(&asked.token)?;
        Some(view(&app, &sandbox.paypal, order, problem))
    });
    view.map_or_else(|| not_found("order"), |view| page(StatusCode::OK, &view))
}

async fn choose(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> Response {
    let (id, choice) = (asked.token, chosen.choice);
    let here = format!("/paypal/checkoutnow?token={id}");
    let events = match app.with(|sandbox, now| perform(sandbox, now, &id, choice)) {
        Ok(events) => events,
        Err(ActionError::Missing(_)) => return not_found("order"),
        Err(_) => return Redirect::to(&format!("{here}&problem=closed")).into_response(),
    };
    if choice == Choice::BeforeRedirect
        && let Some(event) = events.first()
    {
        wait_for_answer(&app, event).await;
    }
    let back = app.peek(|sandbox, _| sandbox.paypal.order(&id).and_then(Order::return_url));
    match back {
        Some(back) if !choice.stays() => Redirect::to(&back).into_response(),
        _ => Redirect::to(&here).into_response(),
    }
}

fn perform(
    sandbox: &mut Sandbox,
    now: Timestamp,
    id: &str,
    choice: Choice,
) -> Result<Vec<String>, ActionError> {
    let paypal = &mut sandbox.paypal;
    match choice {
        Choice::Expire => return paypal.expire(now, id),
        Choice::PendingCompletes | Choice::PendingDenied => {
            let capture = paypal.capture_of(id).map(|(capture, _)| capture.to_owned());
            let capture = capture.ok_or(ActionError::NotNow("nothing is captured"))?;
            return if choice == Choice::PendingCompletes {
                paypal.pending_completes(now, &capture)
            } else {
                paypal.pending_denied(now, &capture)
            };
        }
        Choice::DuplicateInvoice => paypal.take_invoice(id)?,
        _ => {}
    }
    if let Some(mode) = choice.mode() {
        paypal.set_webhook_mode_of_next_approval(mode);
    }
    let events = paypal.approve(now, id, choice.funding())?;
    match choice {
        Choice::AlreadyCaptured => paypal.capture_elsewhere(now, id)?,
        Choice::Reversed => paypal.expire(now, id).map(|_| ())?,
        _ => {}
    }
    if let Some(fault) = choice.fault() {
        let path = format!("/orders/{id}/capture");
        sandbox.fail_next_on(Target::PayPal, &path, fault, 1);
    }
    Ok(events)
}

fn view<'a>(app: &'a App, paypal: &PayPal, order: &Order, problem: &'static str) -> Approve<'a> {
    let settings = app.settings();
    let brand = order
        .experience
        .as_ref()
        .map(|shown| shown.brand_name.clone());
    let immediate = order
        .experience
        .as_ref()
        .is_some_and(|shown| shown.immediate);
    Approve {
        shop_url: &settings.shop_url,
        shop_name: brand
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| settings.config.stripe.shop_name.clone()),
        order: order.id.clone(),
        lines: order.lines(),
        breakdown: order.breakdown().into_iter().map(readable_part).collect(),
        total: readable_amount(order.amount_minor, &order.currency),
        reference: order.custom_id.clone().unwrap_or_default(),
        return_url: order.return_url().unwrap_or_default(),
        cancel_url: order.cancel_url().unwrap_or_default(),
        pending: if immediate {
            "PayPal holds it for review"
        } else {
            "it is an e-check"
        },
        acknowledged: is_acknowledged(paypal, order),
        problem,
        stage: stage(paypal, order),
    }
}

/// `tax_total` as "tax total", and what is taken off with its sign.
fn readable_part((name, amount): (String, String)) -> (String, String) {
    let sign = if name.ends_with("discount") {
        "−"
    } else {
        ""
    };
    (name.replace('_', " "), format!("{sign}{amount}"))
}

fn stage(paypal: &PayPal, order: &Order) -> Stage {
    let status = paypal.capture_of(&order.id).map(|(_, status)| status);
    match (&order.state, status) {
        (OrderState::Created, _) => Stage::Open { approved: false },
        (OrderState::Approved(_), _) => Stage::Open { approved: true },
        (_, Some(CaptureStatus::Completed)) => Stage::Paid,
        (_, Some(CaptureStatus::Pending(_))) => Stage::Pending,
        (_, Some(CaptureStatus::Declined)) => Stage::Declined,
        (_, None) => Stage::Gone,
    }
}

fn is_acknowledged(paypal: &PayPal, order: &Order) -> bool {
    let mut newest_first = paypal.events().iter().rev();
    newest_first
        .find(|event| event.is_about(&order.id))
        .is_some_and(|event| event.acknowledged)
}
