//! `/`: what there is.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::super::app::App;
use super::page;

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    shop_url: &'a str,
    base_url: &'a str,
    webhook_url: &'a str,
    paypal_webhook_url: &'a str,
    sessions: usize,
    payments: usize,
    events: usize,
    orders: usize,
    captures: usize,
    paypal_events: usize,
    mails: usize,
    releases: usize,
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(show))
}

async fn show(State(app): State<App>) -> Response {
    let settings = app.settings();
    let index = app.peek(|sandbox, _| Index {
        shop_url: &settings.shop_url,
        base_url: &settings.config.base_url,
        webhook_url: &settings.config.stripe.webhook_url,
        paypal_webhook_url: &settings.config.paypal.webhook_url,
        sessions: sandbox.stripe.sessions().len(),
        payments: sandbox.stripe.captured().len(),
        events: sandbox.stripe.events().len(),
        orders: sandbox.paypal.orders().len(),
        captures: sandbox.paypal.captured().len(),
        paypal_events: sandbox.paypal.events().len(),
        mails: sandbox.mailbox.mails().len(),
        releases: sandbox.production.releases().len(),
    });
    page(StatusCode::OK, &index)
}
