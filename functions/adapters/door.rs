//! Requests as they come in and replies as they go out.
//!
//! Both stand in for `worker`'s own types: one text carries the whole head, where those cross to
//! JavaScript once for each header. Paths and queries stay undecoded; what they mean is decided in
//! the route table.

use std::convert::Infallible;

use js_sys::Uint8Array;
use serde::Serialize;
use shared::http::Method;
use shared::record::{Record, read_json};
use wasm_bindgen::JsCast;
use worker::{FromRequest, IntoResponse, web_sys};

use super::bridge;
use crate::http::{Reply, Request};

/// A request whose body has not been read.
#[derive(Debug)]
pub struct Incoming {
    raw: web_sys::Request,
    head: Head,
}

#[derive(Debug, Default, Record)]
struct Head {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
}

impl Incoming {
    /// The method, `None` for one that no route has.
    #[must_use]
    pub fn method(&self) -> Option<Method> {
        Method::parse(&self.head.method)
    }

    /// The path, undecoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.head.path
    }

    /// The first value of a header, by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Reads the body: one byte longer than `bytes_max` when it is longer than that, `None` when the
    /// caller broke off.
    pub async fn body(&self, bytes_max: u32) -> Option<Vec<u8>> {
        let body = bridge::body_of(&self.raw, bytes_max.saturating_add(1)).await;
        body.dyn_into::<Uint8Array>()
            .ok()
            .map(|bytes| bytes.to_vec())
    }

    /// Puts head and body together for a function.
    #[must_use]
    pub fn into_request(self, method: Method, body: Vec<u8>, request_id: String) -> Request {
        // The platform sets this header itself, and a caller's own value never gets through.
        let client = self
            .header("cf-connecting-ip")
            .unwrap_or_default()
            .to_owned();
        let Head {
            path,
            query,
            headers,
            ..
        } = self.head;
        Request {
            method,
            path,
            query,
            headers,
            body,
            client,
            request_id,
        }
    }
}

impl FromRequest for Incoming {
    fn from_raw(raw: web_sys::Request) -> Result<Self, impl Into<Box<dyn std::error::Error>>> {
        // Our own text always parses; were it otherwise, the empty head has no route.
        let head = read_json(&bridge::head_of(&raw)).unwrap_or_default();
        Ok::<_, Infallible>(Self { raw, head })
    }
}

/// A reply on its way out.
#[derive(Debug)]
pub struct Outgoing(pub Reply);

impl IntoResponse for Outgoing {
    fn into_raw(self) -> Result<web_sys::Response, impl Into<Box<dyn std::error::Error>>> {
        let head = ReplyHead {
            status: self.0.status,
            headers: &self.0.headers,
        };
        let head = serde_json::to_string(&head)?;
        let body = Uint8Array::from(self.0.body.as_slice());
        Ok::<_, serde_json::Error>(bridge::response_of(&head, body))
    }
}

#[derive(Serialize)]
struct ReplyHead<'a> {
    status: u16,
    headers: &'a [(&'static str, String)],
}
