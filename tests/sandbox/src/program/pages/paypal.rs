//! `/dashboard/paypal`: what the seller sees at PayPal, and what the banks do.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use sandbox::paypal::{
    CaptureStatus, Captured, Certificate, DisputeStatus, Event, Order, OrderState, PayPal,
    RefundStatus, RefundSummary, readable_amount,
};
use serde::Deserialize;

use super::super::act::ModeName;
use super::super::app::App;
use super::super::paypal::act::{Action, Verb, act};
use super::dashboard::{
    DeliveryRow, EventRow, ModeChoice, ModeOption, delivery_row, modes, percent_encoded,
};
use super::{Listed, Newest, page};

const CERTIFICATES: [(Certificate, &str); 7] = [
    (Certificate::Current, "a good certificate"),
    (Certificate::Renewed, "next year's certificate"),
    (Certificate::Expired, "an expired certificate"),
    (Certificate::OtherName, "a certificate for another host"),
    (
        Certificate::UnknownIssuer,
        "a certificate of an unknown issuer",
    ),
    (
        Certificate::ForgedIssuer,
        "a certificate with a forged issuer",
    ),
    (
        Certificate::Withdrawn,
        "a certificate that cannot be fetched",
    ),
];

#[derive(Template)]
#[template(path = "paypal.html")]
struct Dashboard<'a> {
    shop_url: &'a str,
    problem: String,
    modes: Vec<ModeOption>,
    certificates: Vec<ModeOption>,
    payments: Newest<PaymentRow>,
    orders: Newest<OrderRow>,
    events: Newest<EventRow>,
    deliveries: Newest<DeliveryRow>,
}

struct PaymentRow {
    capture: String,
    reference: String,
    order: String,
    amount: String,
    refunded: String,
    reversed: String,
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
    pending: bool,
}

struct OrderRow {
    id: String,
    reference: String,
    amount: String,
    created: String,
    status: &'static str,
    waiting: bool,
    /// Empty when no money is pending.
    pending_capture: String,
}

#[derive(Debug, Deserialize)]
struct CertificateChoice {
    certificate: String,
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/dashboard/paypal", get(show))
        .route("/dashboard/paypal/act", post(do_act))
        .route("/dashboard/paypal/mode", post(set_mode))
        .route("/dashboard/paypal/certificate", post(set_certificate))
}

async fn show(State(app): State<App>, Query(asked): Query<Listed>) -> Response {
    let view = app.with(|sandbox, now| {
        sandbox.tick(now);
        let paypal = &sandbox.paypal;
        Dashboard {
            shop_url: &app.settings().shop_url,
            problem: asked.problem.clone(),
            modes: modes(paypal.webhook_mode()),
            certificates: certificates(paypal),
            payments: Newest::of(&paypal.captured(), &asked, |payment| {
                payment_row(paypal, payment)
            }),
            orders: Newest::of(paypal.orders(), &asked, |order| order_row(paypal, order)),
            events: Newest::of(paypal.events(), &asked, event_row),
            deliveries: Newest::of(paypal.deliveries(), &asked, |attempt| {
                delivery_row(
                    attempt,
                    paypal.event(&attempt.event_id).map(|event| &event.kind),
                )
            }),
        }
    });
    page(StatusCode::OK, &view)
}

async fn do_act(State(app): State<App>, Form(what): Form<Action>) -> Response {
    let place = match what.verb {
        Verb::Expire | Verb::PendingCompletes | Verb::PendingDenied => "orders",
        Verb::Resend => "deliveries",
        _ => "payments",
    };
    let to = match app.with(|sandbox, now| act(&mut sandbox.paypal, now, &what)) {
        Ok(_) => format!("/dashboard/paypal#{place}"),
        Err(error) => {
            let problem = percent_encoded(&error.to_string());
            format!("/dashboard/paypal?problem={problem}")
        }
    };
    Redirect::to(&to).into_response()
}

async fn set_mode(State(app): State<App>, Form(choice): Form<ModeChoice>) -> Response {
    let mode = choice.mode.mode(ModeName::DELAY_S);
    app.with(|sandbox, _| sandbox.paypal.set_webhook_mode(mode));
    Redirect::to("/dashboard/paypal#webhooks").into_response()
}

async fn set_certificate(
    State(app): State<App>,
    Form(choice): Form<CertificateChoice>,
) -> Response {
    let mut known = Certificate::ALL.into_iter();
    if let Some(chosen) = known.find(|certificate| certificate.name() == choice.certificate) {
        app.with(|sandbox, _| sandbox.paypal.set_certificate(chosen));
    }
    Redirect::to("/dashboard/paypal#webhooks").into_response()
}

fn certificates(paypal: &PayPal) -> Vec<ModeOption> {
    CERTIFICATES
        .map(|(certificate, label)| ModeOption {
            name: certificate.name(),
            label,
            chosen: certificate == paypal.certificate(),
        })
        .into()
}

fn payment_row(paypal: &PayPal, payment: &Captured) -> PaymentRow {
    let amount = |minor: i64| readable_amount(minor, &payment.currency);
    let some = |minor: i64| {
        if minor == 0 {
            String::new()
        } else {
            amount(minor)
        }
    };
    let dispute = paypal.dispute_status(&payment.capture);
    let left = payment.amount_minor - payment.refunded_minor - payment.reversed_minor;
    let refunds = paypal.refunds_of(&payment.capture).into_iter();
    PaymentRow {
        capture: payment.capture.clone(),
        reference: paypal
            .order(&payment.order)
            .map_or_else(String::new, reference),
        order: payment.order.clone(),
        amount: amount(payment.amount_minor),
        refunded: some(payment.refunded_minor),
        reversed: some(payment.reversed_minor),
        dispute: dispute.map_or("", DisputeStatus::as_str),
        dispute_open: dispute.is_some_and(DisputeStatus::is_open),
        refundable: left > 0,
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
        pending: refund.status == RefundStatus::Pending,
        id: refund.id,
    }
}

/// The shop's order number, as far as the shop has told it.
fn reference(order: &Order) -> String {
    order.custom_id.as_ref().unwrap_or(&order.id).clone()
}

fn order_row(paypal: &PayPal, order: &Order) -> OrderRow {
    let pending = paypal
        .capture_of(&order.id)
        .filter(|(_, status)| matches!(status, CaptureStatus::Pending(_)));
    OrderRow {
        id: order.id.clone(),
        reference: reference(order),
        amount: readable_amount(order.amount_minor, &order.currency),
        created: order.created.readable(),
        status: match order.state {
            OrderState::Dropped => "dropped",
            OrderState::Reversed => "reversed",
            _ => order.status(),
        },
        waiting: matches!(order.state, OrderState::Created | OrderState::Approved(_)),
        pending_capture: pending.map(|(id, _)| id.to_owned()).unwrap_or_default(),
    }
}

fn event_row(event: &Event) -> EventRow {
    let id = |name: &str| event.resource[name].as_str();
    let object = id("id")
        .or_else(|| id("order_id"))
        .or_else(|| id("dispute_id"));
    EventRow {
        id: event.id.clone(),
        kind: event.kind.clone(),
        object: object.unwrap_or_default().to_owned(),
        created: event.created.readable(),
        acknowledged: event.acknowledged,
    }
}
