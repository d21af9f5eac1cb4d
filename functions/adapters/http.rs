//! Requests to other servers: one answer or one reason, always before the deadline.
//!
//! Redirects are answers, not followed: a provider that sends us elsewhere is a fault to look at,
//! and a secret key must not travel to another host.

use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use shared::http::{InResponse, OutRequest};
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
    match serde_json::from_str(&head).map_err(|error| unreadable(&error))? {
        AnswerHead::Answered { status, headers } => {
            let body = parts
                .get(1)
                .dyn_into::<Uint8Array>()
                .map_err(|_| unreadable(&"no body"))?;
            Ok(InResponse {
                status,
                headers,
                body: body.to_vec(),
            })
        }
        AnswerHead::Failed {
            error: Failure::Deadline,
            ..
        } => Err(SendError::Deadline),
        AnswerHead::Failed {
            error: Failure::TooLong,
            ..
        } => Err(SendError::TooLong),
        AnswerHead::Failed {
            error: Failure::Connection,
            detail,
        } => Err(SendError::Connection(detail)),
    }
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

#[derive(Deserialize)]
#[serde(untagged)]
enum AnswerHead {
    Answered {
        status: u16,
        headers: Vec<(String, String)>,
    },
    Failed {
        error: Failure,
        detail: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Failure {
    Deadline,
    TooLong,
    Connection,
}
