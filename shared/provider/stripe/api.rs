//! The requests to Stripe's API, as data.
//!
//! Every request carries the pinned version, so that answers have the shape that the readers know.
//! Nothing here knows the time: windows, deadlines and keys come in, and the body of a new session
//! is frozen text (see [`super::create_session`]).

use thiserror::Error;

use super::STRIPE_VERSION;
use super::event::EventKind;
use super::form::{Group, Param, encode};
use super::key::{IdempotencyKey, SecretKey, SecretKeyError};
use super::session::SessionId;
use crate::http::{Method, OutRequest, PROVIDER_ANSWER_BYTES_MAX, PROVIDER_DEADLINE_MS};
use crate::provider::Mode;
use crate::time::Timestamp;

/// Stripe's own limit of a page.
pub const PAGE_ITEMS_MAX: u8 = 100;
/// The cap on a page's answer: 20 KB per item, four times what a session event has.
pub const PAGE_ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Where Stripe's API is, and as whom we call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeApi {
    base: String,
    key: SecretKey,
}

/// Why the API cannot be called with these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApiError {
    /// The key is not a secret key.
    #[error(transparent)]
    Key(#[from] SecretKeyError),
    /// The base is not an origin such as `https://api.stripe.com`.
    #[error("the Stripe base address must be http(s)://host[:port], with a path at most")]
    NotAnOrigin,
    /// A live key would travel in the clear.
    #[error("a live Stripe key needs an https base address")]
    LiveKeyInTheClear,
}

/// Which page of a list, newest first. Cursors are ids of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// The newest.
    First,
    /// Those just older than this id.
    After(&'a str),
    /// Those just newer than this id: the way to walk forward in time.
    Before(&'a str),
}

impl StripeApi {
    /// Binds a secret key to a base address: `https://api.stripe.com`, or a stand-in's.
    pub fn new(base: &str, key: &str) -> Result<Self, ApiError> {
        let key = SecretKey::parse(key)?;
        let is_https = base.starts_with("https://");
        let host = base
            .strip_prefix("https://")
            .or_else(|| base.strip_prefix("http://"));
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'/');
        if !host.is_some_and(|host| {
            !host.is_empty() && !host.ends_with('/') && host.bytes().all(is_plain)
        }) {
            return Err(ApiError::NotAnOrigin);
        }
        if key.mode() == Mode::Live && !is_https {
            return Err(ApiError::LiveKeyInTheClear);
        }
        Ok(Self {
            base: base.to_owned(),
            key,
        })
    }

    /// The key's mode: that of every event and session that counts.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.key.mode()
    }

    /// Creates a session. The same key must always come with the same body, byte for byte, and only
    /// within 24 hours: after that Stripe may have forgotten it and would make a second session.
    #[must_use]
    pub fn create_session(&self, frozen_body: &str, key: &IdempotencyKey) -> OutRequest {
        self.post("/v1/checkout/sessions", frozen_body, key)
    }

    /// Reads a session with its intent and charge, which say how it was paid.
    #[must_use]
    pub fn retrieve_session(&self, id: &SessionId) -> OutRequest {
        let expand = Param::List(vec!["payment_intent.latest_charge".into()]);
        let path = format!("/v1/checkout/sessions/{}", id.as_str());
        self.get(&path, &vec![("expand", expand)], PROVIDER_ANSWER_BYTES_MAX)
    }

    /// Reads a dispute. `None` when it is no id that can stand in a path.
    #[must_use]
    pub fn dispute(&self, id: &str) -> Option<OutRequest> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let path = format!("/v1/disputes/{id}");
        let get = || self.get(&path, &Vec::new(), PROVIDER_ANSWER_BYTES_MAX);
        (!id.is_empty() && id.bytes().all(is_plain)).then(get)
    }

    /// Closes an open session. Stripe refuses when the session is complete or expired.
    #[must_use]
    pub fn expire_session(&self, id: &SessionId, key: &IdempotencyKey) -> OutRequest {
        self.post(
            &format!("/v1/checkout/sessions/{}/expire", id.as_str()),
            "",
            key,
        )
    }

    /// Lists the sessions created from `from` to just before `until`. The list has no filter for our
    /// own references, so a session whose id was lost is found by walking the window.
    #[must_use]
    pub fn list_sessions(&self, from: Timestamp, until: Timestamp, page: Page<'_>) -> OutRequest {
        let created = vec![("gte", from.0.into()), ("lt", until.0.into())];
        let mut query: Group<'_> = vec![("created", created.into())];
        query.extend(page.cursor());
        query.push(("limit", i64::from(PAGE_ITEMS_MAX).into()));
        self.get("/v1/checkout/sessions", &query, PAGE_ANSWER_BYTES_MAX)
    }

    /// Lists events of the given kinds (20 at most) created at `from` or later; Stripe keeps them
    /// for 30 days. `limit` is brought within 1 and [`PAGE_ITEMS_MAX`].
    #[must_use]
    pub fn list_events(
        &self,
        kinds: &[EventKind],
        from: Timestamp,
        page: Page<'_>,
        limit: u8,
    ) -> OutRequest {
        let names = kinds
            .iter()
            .filter_map(|kind| kind.name())
            .map(Param::from)
            .collect();
        let mut query: Group<'_> = vec![
            ("types", Param::List(names)),
            ("created", vec![("gte", from.0.into())].into()),
        ];
        query.extend(page.cursor());
        query.push(("limit", i64::from(limit.clamp(1, PAGE_ITEMS_MAX)).into()));
        self.get("/v1/events", &query, PAGE_ANSWER_BYTES_MAX)
    }

    fn get(&self, path: &str, query: &Group<'_>, answer_bytes_max: usize) -> OutRequest {
        OutRequest {
            method: Method::Get,
            url: format!("{}{path}?{}", self.base, encode(query)),
            headers: self.headers(),
            body: Vec::new(),
            deadline_ms: PROVIDER_DEADLINE_MS,
            answer_bytes_max,
        }
    }

    fn post(&self, path: &str, body: &str, key: &IdempotencyKey) -> OutRequest {
        let mut headers = self.headers();
        headers.push((
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        ));
        headers.push(("idempotency-key", key.as_str().to_owned()));
        OutRequest {
            method: Method::Post,
            url: format!("{}{path}", self.base),
            headers,
            body: body.as_bytes().to_vec(),
            deadline_ms: PROVIDER_DEADLINE_MS,
            answer_bytes_max: PROVIDER_ANSWER_BYTES_MAX,
        }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![
            ("authorization", self.key.authorization()),
            ("accept", "application/json".to_owned()),
            ("stripe-version", STRIPE_VERSION.to_owned()),
        ]
    }
}

impl<'a> Page<'a> {
    fn cursor(self) -> Option<(&'static str, Param<'a>)> {
        match self {
            Self::First => None,
            Self::After(id) => Some(("starting_after", id.into())),
            Self::Before(id) => Some(("ending_before", id.into())),
        }
    }
}

#[cfg(test)]
mod tests;
