//! `/`: what there is.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::super::app::App;
use super::{counted, page};

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    shop_url: &'a str,
    base_url: &'a str,
    webhook_url: &'a str,
    paypal_webhook_url: &'a str,
    sessions: String,
    payments: String,
    events: String,
    orders: String,
    captures: String,
    paypal_events: String,
    mails: String,
    releases: String,
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
        sessions: counted(sandbox.stripe.sessions().len(), "session"),
        payments: counted(sandbox.stripe.captured().len(), "payment"),
        events: counted(sandbox.stripe.events().len(), "event"),
        orders: counted(sandbox.paypal.orders().len(), "order"),
        captures: counted(sandbox.paypal.captured().len(), "payment"),
        paypal_events: counted(sandbox.paypal.events().len(), "event"),
        mails: counted(sandbox.mailbox.mails().len(), "mail"),
        releases: counted(sandbox.production.releases().len(), "release"),
    });
    page(StatusCode::OK, &index)
}
