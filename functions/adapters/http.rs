//! Requests to other servers: one answer or one reason, always before the deadline.
//!
//! Redirects are answers, not followed: a provider that sends us elsewhere is a fault to look at,
//! and a secret key must not travel to another host.

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use shared::http::{InResponse, OutRequest};
use shared::record::{Record, read_json};
use wasm_bindgen::{JsCast, JsValue};

use super::bridge;
use crate::world::SendError;

/// Sends a request and reads the whole answer.
pub async fn send(request: &OutRequest) -> Result<InResponse, SendError> {
    let head = RequestHead {
        method: request.method.as_str(),
        url: &request.url,
        headers: &request.headers,
        deadline_ms: request.deadline_ms,
        bytes_max: request.answer_bytes_max,
    };
    let head = serde_json::to_string(&head).map_err(|error| unreadable(&error))?;
    let body = Uint8Array::from(request.body.as_slice());
    read_answer(&bridge::send_request(&head, body).await)
}

/// `send_request` answers with an array of a JSON text and the body.
fn read_answer(answer: &JsValue) -> Result<InResponse, SendError> {
    let parts = answer
        .dyn_ref::<Array>()
        .ok_or_else(|| unreadable(&"not an array"))?;
    let head = parts.get(0).as_string().unwrap_or_default();
    let head: AnswerHead = read_json(&head).map_err(|error| unreadable(&error))?;
    match head.error.as_deref() {
        Some("deadline") => return Err(SendError::Deadline),
        Some("too_long") => return Err(SendError::TooLong),
        Some(_) => return Err(SendError::Connection(head.detail.unwrap_or_default())),
        None => {}
    }
    let body = parts.get(1).dyn_into::<Uint8Array>().ok();
    head.status
        .zip(head.headers)
        .zip(body)
        .map(|((status, headers), body)| InResponse {
            status,
            headers,
            body: body.to_vec(),
        })
        .ok_or_else(|| unreadable(&"not an answer"))
}

fn unreadable(reason: &impl std::fmt::Display) -> SendError {
    SendError::Connection(reason.to_string())
}

#[derive(Serialize)]
struct RequestHead<'a> {
    method: &'static str,
    url: &'a str,
    headers: &'a [(&'static str, String)],
    deadline_ms: u32,
    bytes_max: usize,
}

/// Either `error` is there, or all but `detail`.
#[derive(Record)]
struct AnswerHead {
    error: Option<String>,
    detail: Option<String>,
    status: Option<u16>,
    headers: Option<Vec<(String, String)>>,
}
