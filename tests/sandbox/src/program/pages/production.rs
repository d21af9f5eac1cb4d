//! `/production`: what production was told to start.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::super::app::App;
use super::{Listed, Newest, page};

#[derive(Template)]
#[template(path = "production.html")]
struct Floor<'a> {
    shop_url: &'a str,
    refused: u32,
    releases: Newest<Row>,
}

struct Row {
    webhook_id: String,
    received: String,
    deliveries: u32,
    conflicts: u32,
    body: String,
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/production", get(show))
}

async fn show(State(app): State<App>, Query(asked): Query<Listed>) -> Response {
    let floor = app.peek(|sandbox, _| {
        let row = |release: &sandbox::production::Release| Row {
            webhook_id: release.webhook_id.clone(),
            received: release.received.readable(),
            deliveries: release.deliveries,
            conflicts: release.conflicts,
            body: format!("{:#}", release.body),
        };
        Floor {
            shop_url: &app.settings().shop_url,
            refused: sandbox.production.refused(),
            releases: Newest::of(sandbox.production.releases(), &asked, row),
        }
    });
    page(StatusCode::OK, &floor)
}
