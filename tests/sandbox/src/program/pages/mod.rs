//! Pages for people: server-rendered, without script.

mod access;
mod approve;
mod dashboard;
mod index;
mod mail;
mod pay;
mod paypal;
mod production;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::app::App;

const STYLE: &str = include_str!("../../../templates/style.css");
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// How many of each list are shown before somebody asks for all.
const SHOWN: usize = 20;

/// What a page with lists is asked for.
#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(default)]
    problem: String,
    /// Anything, to see the older ones too.
    #[serde(default)]
    all: Option<String>,
}

/// The rows of a list, newest first, and how many older ones are left out.
struct Newest<R> {
    rows: Vec<R>,
    older: usize,
}

impl<R> Newest<R> {
    fn of<T>(oldest_first: &[T], asked: &Listed, row: impl Fn(&T) -> R) -> Self {
        let count = oldest_first.len();
        let shown = if asked.all.is_some() { count } else { SHOWN };
        Self {
            rows: oldest_first.iter().rev().take(shown).map(row).collect(),
            older: count.saturating_sub(shown),
        }
    }
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/style.css", get(style))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .merge(index::routes())
        .merge(access::routes())
        .merge(pay::routes())
        .merge(approve::routes())
        .merge(dashboard::routes())
        .merge(paypal::routes())
        .merge(mail::routes())
        .merge(production::routes())
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// A page, or a bare 500 when its template fails.
fn page(status: StatusCode, template: &impl Template) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    match template.render() {
        Ok(html) => (status, headers, html).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// `1 session`, `2 sessions`.
fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

fn not_found(what: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let text = format!("There is no {what} here. The sandbox forgets everything when it stops.\n");
    (StatusCode::NOT_FOUND, headers, text).into_response()
}
