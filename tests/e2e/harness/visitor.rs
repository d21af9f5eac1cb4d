//! Whoever sends requests to the shop.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value as Json;

use super::{Answer, Body, Instance, LiveOrder, send, send_refused};

static VISITORS: AtomicU32 = AtomicU32::new(1);

/// A client with an address of its own.
#[derive(Debug, Clone)]
pub struct Visitor<'a> {
    /// The shop that is visited.
    pub shop: &'a Instance,
    /// As the platform tells it to the shop.
    pub address: String,
    /// Different for every visitor; keys and mail addresses are made of it.
    pub serial: u32,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(shop: &'a Instance) -> Self {
        let serial = VISITORS.fetch_add(1, Ordering::Relaxed);
        Self {
            shop,
            address: format!("198.18.{}.{}", serial / 250, serial % 250 + 1),
            serial,
        }
    }

    /// Sends a request.
    #[must_use]
    #[track_caller]
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Answer {
        let url = format!("{}{path}", self.shop.shop_url);
        send(method, &url, &self.named(headers), body)
    }

    /// Sends a request whose body is refused before it has been read.
    #[must_use]
    #[track_caller]
    pub fn send_refused(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Answer {
        let url = format!("{}{path}", self.shop.shop_url);
        send_refused(method, &url, &self.named(headers), body)
    }

    /// Headers with this visitor's address, which the platform tells to the shop; on this machine
    /// we may tell it.
    fn named<'h>(&'h self, headers: &[(&'h str, &'h str)]) -> Vec<(&'h str, &'h str)> {
        let mut all = vec![("cf-connecting-ip", self.address.as_str())];
        all.extend_from_slice(headers);
        all
    }

    /// A POST of JSON under an idempotency key.
    #[must_use]
    #[track_caller]
    pub fn post(&self, path: &str, key: &str, token: Option<&str>, body: &Json) -> Answer {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        self.send(
            "POST",
            path,
            &headers,
            Body::Whole(body.to_string().as_bytes()),
        )
    }

    /// A form, as a browser on one of our own pages sends it.
    #[must_use]
    #[track_caller]
    pub fn submit(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let form = super::encoded(fields);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", &self.shop.shop_url),
            ("sec-fetch-site", "same-origin"),
            ("cookie", cookie),
        ];
        self.send("POST", path, &headers, Body::Whole(form.as_bytes()))
    }

    /// The mail address that this visitor's orders use.
    #[must_use]
    pub fn email(&self) -> String {
        format!("buyer-{}-canary@mail.test", self.serial)
    }

    /// A key for an idempotent request of this visitor.
    #[must_use]
    pub fn key(&self, purpose: &str) -> String {
        format!("{purpose}-of-visitor-number-{}", self.serial)
    }

    /// Orders one year of backups for 119.00 EUR, tax included.
    #[must_use]
    #[track_caller]
    pub fn order(&self) -> LiveOrder<'a> {
        self.order_of(&order_body(&self.email()))
    }

    /// Orders what a body says.
    #[must_use]
    #[track_caller]
    pub fn order_of(&self, body: &Json) -> LiveOrder<'a> {
        let answer = self.post("/v1/orders", &self.key("order"), None, body);
        LiveOrder::of(self, &answer.expect(201).json())
    }
}

/// A valid order of one year of backups in Germany.
#[must_use]
pub fn order_body(email: &str) -> Json {
    let mut body = crate::order_body();
    body["customer"]["email"] = email.into();
    body
}
