//! The requests to PayPal's API, as data.
//!
//! Nothing here knows the time or makes up a key: windows, tokens and request ids come in, and the
//! body of a new order is frozen text (see [`super::create_order`]). Links in answers and events are
//! never followed, so no token ever goes to an address that came in.

use thiserror::Error;

use super::amount::AmountProblem;
use super::key::{Credentials, RequestId};
use super::order::{CaptureId, DisputeId, Order, OrderId};
use super::signature::{CertUrl, Postback};
use super::token::AccessToken;
use crate::http::{Method, OutRequest, PROVIDER_DEADLINE_MS};
use crate::provider::Mode;
use crate::time::Timestamp;

mod refund;
pub use refund::Refund;

/// How many events a page holds. PayPal documents a default of 10 and no limit.
pub const PAGE_ITEMS: u8 = 50;
/// The cap on an answer. A page of events has 20 KB per item, three times what the largest known
/// event has.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// The deadline of a certificate's fetch: PayPal waits for our answer meanwhile.
const CERTIFICATE_DEADLINE_MS: u32 = 5_000;
/// The cap on a certificate's text. Known ones have 3 KB.
pub(super) const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// PayPal's API answers at both; the first is the one to use.
const LIVE_BASES: [&str; 2] = ["https://api-m.paypal.com", "https://api.paypal.com"];
const TEST_BASES: [&str; 2] = [
    "https://api-m.sandbox.paypal.com",
    "https://api.sandbox.paypal.com",
];
const LIVE_CHECKOUT: &str = "https://www.paypal.com";
const TEST_CHECKOUT: &str = "https://www.sandbox.paypal.com";

/// Where PayPal's API and PayPal's pages are, and as whom we call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayPalApi {
    base: String,
    checkout_origin: String,
    credentials: Credentials,
    mode: Mode,
}

/// Why the API cannot be called with these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApiError {
    /// An address is not an origin such as `https://api-m.paypal.com`.
    #[error("a PayPal address must be http(s)://host[:port], with a path at most")]
    NotAnOrigin,
    /// Live credentials would travel in the clear, or a buyer's payment would.
    #[error("live PayPal payments need https addresses")]
    LiveInTheClear,
    /// The address is PayPal's own, for the other mode.
    #[error("the PayPal address belongs to the other mode")]
    OtherMode,
}

impl PayPalApi {
    /// The address of PayPal's API in a mode.
    #[must_use]
    pub fn default_base(mode: Mode) -> &'static str {
        let [base, _] = match mode {
            Mode::Live => LIVE_BASES,
            Mode::Test => TEST_BASES,
        };
        base
    }

    /// The origin of PayPal's pages for buyers in a mode.
    #[must_use]
    pub fn default_checkout_origin(mode: Mode) -> &'static str {
        match mode {
            Mode::Live => LIVE_CHECKOUT,
            Mode::Test => TEST_CHECKOUT,
        }
    }

    /// Binds credentials to a mode and its addresses: PayPal's own, or a stand-in's.
    pub fn new(
        base: &str,
        checkout_origin: &str,
        credentials: Credentials,
        mode: Mode,
    ) -> Result<Self, ApiError> {
        for address in [base, checkout_origin] {
            if !is_origin(address) {
                return Err(ApiError::NotAnOrigin);
            }
            if mode == Mode::Live && !address.starts_with("https://") {
                return Err(ApiError::LiveInTheClear);
            }
        }
        let of_other_mode = match mode {
            Mode::Live => TEST_BASES,
            Mode::Test => LIVE_BASES,
        };
        if of_other_mode.contains(&base) {
            return Err(ApiError::OtherMode);
        }
        Ok(Self {
            base: base.to_owned(),
            checkout_origin: checkout_origin.to_owned(),
            credentials,
            mode,
        })
    }

    /// Whether real money moves.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Names the account that a kept token belongs to: a token under another name is not ours.
    #[must_use]
    pub fn token_scope(&self) -> String {
        format!("{} {}", self.base, self.credentials.client_id())
    }

    /// Where the buyer approves an order. PayPal's own link is given out only when it leads to
    /// PayPal's pages; otherwise, and where an answer has none, it is made of the order's id as
    /// PayPal's links are.
    #[must_use]
    pub fn approve_url(&self, order: &Order) -> String {
        let link = order.approve_link.as_deref();
        match link.filter(|link| self.is_checkout_link(link)) {
            Some(link) => link.to_owned(),
            None => self.approve_url_of(&order.id),
        }
    }

    /// Where a buyer approves the order with this id.
    #[must_use]
    pub fn approve_url_of(&self, id: &OrderId) -> String {
        let origin = &self.checkout_origin;
        format!("{origin}/checkoutnow?token={}", id.as_str())
    }

    /// Whether a link leads to PayPal's pages. The raw text is compared, so that no parser can be
    /// confused about the host; what follows it is plain.
    #[must_use]
    pub fn is_checkout_link(&self, link: &str) -> bool {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/?=&%-_.~".contains(&b);
        link.strip_prefix(&self.checkout_origin)
            .and_then(|tail| tail.strip_prefix('/'))
            .is_some_and(|tail| tail.bytes().all(is_plain))
    }

    /// Asks for a bearer token.
    #[must_use]
    pub fn token(&self) -> OutRequest {
        let headers = vec![
            ("authorization", self.credentials.basic()),
            ("accept", "application/json".to_owned()),
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        OutRequest {
            method: Method::Post,
            url: format!("{}/v1/oauth2/token", self.base),
            headers,
            body: b"grant_type=client_credentials".to_vec(),
            deadline_ms: PROVIDER_DEADLINE_MS,
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }

    /// Creates an order. The same id must always come with the same body, and only within six hours:
    /// after that PayPal may have forgotten it and would make a second order.
    #[must_use]
    pub fn create_order(
        &self,
        token: &AccessToken,
        frozen_body: &str,
        id: &RequestId,
    ) -> OutRequest {
        self.act(token, "/v2/checkout/orders", frozen_body, id)
    }

    /// Reads an order with its captures and its payer.
    #[must_use]
    pub fn order(&self, token: &AccessToken, id: &OrderId) -> OutRequest {
        let path = format!("/v2/checkout/orders/{}", id.as_str());
        self.get(token, &path)
    }

    /// Takes the money of an approved order.
    #[must_use]
    pub fn capture_order(
        &self,
        token: &AccessToken,
        order: &OrderId,
        id: &RequestId,
    ) -> OutRequest {
        let path = format!("/v2/checkout/orders/{}/capture", order.as_str());
        self.act(token, &path, "{}", id)
    }

    /// Reads a dispute. The app needs PayPal's permission for disputes.
    #[must_use]
    pub fn dispute(&self, token: &AccessToken, id: &DisputeId) -> OutRequest {
        let path = format!("/v1/customer/disputes/{}", id.as_str());
        self.get(token, &path)
    }

    /// Gives money back. PayPal keeps the id for 45 days.
    pub fn refund(
        &self,
        token: &AccessToken,
        capture: &CaptureId,
        refund: &Refund<'_>,
        id: &RequestId,
    ) -> Result<OutRequest, AmountProblem> {
        let path = format!("/v2/payments/captures/{}/refund", capture.as_str());
        Ok(self.act(token, &path, &refund.body()?, id))
    }

    /// Lists the events created from `from` to `until`, both inclusive; PayPal keeps about 30 days,
    /// and refuses an earlier `from`. When there are more than a page holds, halve the window.
    #[must_use]
    pub fn list_events(
        &self,
        token: &AccessToken,
        from: Timestamp,
        until: Timestamp,
    ) -> OutRequest {
        let path = format!(
            "/v1/notifications/webhooks-events?page_size={PAGE_ITEMS}&start_time={}&end_time={}",
            from.rfc3339(),
            until.rfc3339(),
        );
        self.get(token, &path)
    }

    /// Asks PayPal whether a delivery is its own.
    #[must_use]
    pub fn verify_webhook(&self, token: &AccessToken, postback: &Postback) -> OutRequest {
        let path = "/v1/notifications/verify-webhook-signature";
        self.post(token, path, postback.as_bytes())
    }

    /// Fetches the certificate that a delivery names. It goes to PayPal's host, without credentials;
    /// under a stand-in's base address to the same path there.
    #[must_use]
    pub fn certificate(&self, url: &CertUrl) -> OutRequest {
        let base = self.base.as_str();
        let is_paypal = LIVE_BASES.contains(&base) || TEST_BASES.contains(&base);
        OutRequest {
            method: Method::Get,
            url: if is_paypal {
                url.as_str().to_owned()
            } else {
                format!("{base}{}", url.path())
            },
            headers: Vec::new(),
            body: Vec::new(),
            deadline_ms: CERTIFICATE_DEADLINE_MS,
            answer_bytes_max: CERTIFICATE_BYTES_MAX,
        }
    }

    fn get(&self, token: &AccessToken, path: &str) -> OutRequest {
        OutRequest {
            method: Method::Get,
            url: format!("{}{path}", self.base),
            headers: headers(token),
            body: Vec::new(),
            deadline_ms: PROVIDER_DEADLINE_MS,
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }

    fn post(&self, token: &AccessToken, path: &str, body: &[u8]) -> OutRequest {
        let mut headers = headers(token);
        headers.push(("content-type", "application/json".to_owned()));
        OutRequest {
            method: Method::Post,
            url: format!("{}{path}", self.base),
            headers,
            body: body.to_vec(),
            deadline_ms: PROVIDER_DEADLINE_MS,
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }

    /// A post that has an effect, so that its repetition must be recognised, and that is answered
    /// with the whole object.
    fn act(&self, token: &AccessToken, path: &str, body: &str, id: &RequestId) -> OutRequest {
        let mut request = self.post(token, path, body.as_bytes());
        request.headers.extend([
            ("paypal-request-id", id.as_str().to_owned()),
            ("prefer", "return=representation".to_owned()),
        ]);
        request
    }
}

fn headers(token: &AccessToken) -> Vec<(&'static str, String)> {
    vec![
        ("authorization", token.bearer()),
        ("accept", "application/json".to_owned()),
    ]
}

fn is_origin(address: &str) -> bool {
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b".-:/".contains(&b);
    host.is_some_and(|host| !host.is_empty() && !host.ends_with('/') && host.bytes().all(is_plain))
}

#[cfg(test)]
mod tests;
