//! The stand-ins' own interfaces, translated between axum and the library.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use sandbox::Exchange;
use shared::http::{
    InResponse, Method, OutRequest, PROVIDER_ANSWER_BYTES_MAX, PROVIDER_DEADLINE_MS,
};
use tokio::time::sleep;

use super::app::App;

const BODY_BYTES_MAX: usize = 1024 * 1024;
/// A lost answer is held back for longer than any caller's deadline.
const LOST_FOR: Duration = Duration::from_secs(15);
/// The headers that any stand-in reads.
const HEADERS: [&str; 10] = [
    "authorization",
    "content-type",
    "idempotency-key",
    "paypal-request-id",
    "prefer",
    "stripe-account",
    "stripe-version",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/stripe/{*path}", any(answer))
        .route("/paypal/{*path}", any(answer))
        .route("/access/cdn-cgi/access/certs", any(answer))
        .route("/resend/{*path}", any(answer))
        .route("/production/{*path}", any(answer))
}

async fn answer(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(method) = Method::parse(parts.method.as_str()) else {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    };
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = OutRequest {
        method,
        url: format!("{}{}", app.settings().config.base_url, parts.uri),
        headers: headers(&parts.headers),
        body: body.to_vec(),
        deadline_ms: PROVIDER_DEADLINE_MS,
        answer_bytes_max: PROVIDER_ANSWER_BYTES_MAX,
    };
    match app.with(|sandbox, now| sandbox.answer(now, &request)) {
        Exchange::Answered(answer) => {
            println!(
                "{} {}: {}",
                method.as_str(),
                parts.uri.path(),
                answer.status
            );
            response(answer)
        }
        lost @ (Exchange::LostAfterEffect | Exchange::NotReached) => {
            println!("{} {}: {lost:?}", method.as_str(), parts.uri.path());
            sleep(LOST_FOR).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}

fn headers(given: &HeaderMap) -> Vec<(&'static str, String)> {
    let read = |name: &'static str| Some((name, given.get(name)?.to_str().ok()?.to_owned()));
    HEADERS.into_iter().filter_map(read).collect()
}

fn response(answer: InResponse) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(answer.body))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
