//! PayPal: orders, captures, refunds, disputes, events and signed webhooks.
//!
//! In scope: tokens, Orders v2 with intent `CAPTURE` over one purchase unit, Payments v2, reading
//! Disputes v1, the events list with resending and the postback check, and the certificates. The
//! API's rules are in `tables` and `schema` (form), `amounts` (figures), `requests` (repeats) and
//! `routes`; what the buyer does is in `buyer`, what comes after a payment is in `refunding` and
//! `disputing`. All of it is one merchant account in PayPal's sandbox.
//!
//! Out of scope: authorisations, shipping, cards, vaulting, subscriptions and the simulator's events.

mod amounts;
mod book;
mod buyer;
mod capture;
mod capturing;
mod certificate;
mod crc;
mod create;
mod dispute;
mod disputing;
mod emit;
mod error;
mod event;
mod funding;
mod link;
mod money;
mod notifications;
mod order;
mod refund;
mod refunding;
mod requests;
mod routes;
mod schema;
mod sign;
mod tables;
mod time;
mod token;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::http::{InResponse, OutRequest};
use shared::time::Timestamp;

pub use book::Captured;
pub use buyer::ActionError;
pub use capture::{CaptureStatus, PendingReason};
pub use certificate::{
    Certificate, INTERMEDIATE_PEM, OTHER_INTERMEDIATE_PEM, OTHER_ROOT_PEM, ROOT_PEM,
};
pub use crc::{crc32, forge};
pub use dispute::{DisputeOutcome, DisputeStatus};
pub use event::Event;
pub use funding::{CaptureIssue, Funding};
pub use money::readable_amount;
pub use order::{Experience, Order, OrderLine, OrderState};
pub use refund::{RefundStatus, RefundSummary};
pub use sign::Transmission;

use crate::config::PayPalConfig;
use crate::delivery::{Queue, WebhookMode};
use crate::exchange::{Ending, Fault};
use crate::id::{Ids, uuid_v1};
use crate::shelf::Shelf;
use capture::Capture;
use dispute::Dispute;
use error::ApiError;
use refund::Refund;
use requests::Requests;
use routes::{Call, Reply};
use token::Tokens;

/// One merchant account in PayPal's sandbox.
#[derive(Debug, Serialize, Deserialize)]
pub struct PayPal {
    #[serde(skip)]
    config: PayPalConfig,
    /// Where the API is played, without a slash at the end.
    #[serde(skip)]
    api: String,
    seed: u64,
    ids: Ids,
    tokens: Tokens,
    orders: Shelf<Order>,
    /// When orders that wait for the buyer or for their capture are given up.
    deadlines: BTreeSet<(Timestamp, String)>,
    captures: Shelf<Capture>,
    refunds: Shelf<Refund>,
    disputes: Shelf<Dispute>,
    /// Invoice numbers of captures: unique for ever, by the account's setting.
    invoices: BTreeSet<String>,
    /// Invoice numbers of refunds, a space of their own.
    refund_invoices: BTreeSet<String>,
    events: Shelf<Event>,
    requests: Requests,
    queue: Queue,
    mode: WebhookMode,
    mode_of_next_approval: Option<WebhookMode>,
    /// Events of the action that is being performed.
    outgoing: Vec<String>,
    certificate: Certificate,
    signed_by_hand: u64,
}

impl PayPal {
    /// An account where nothing has happened. `base_url` is the sandbox's own address; the API and
    /// the approval page are below `/paypal`.
    #[must_use]
    pub fn new(config: PayPalConfig, base_url: &str, seed: u64) -> Self {
        Self {
            config,
            api: api(base_url),
            seed,
            ids: Ids::new(seed),
            tokens: Tokens::default(),
            orders: Shelf::default(),
            deadlines: BTreeSet::new(),
            captures: Shelf::default(),
            refunds: Shelf::default(),
            disputes: Shelf::default(),
            invoices: BTreeSet::new(),
            refund_invoices: BTreeSet::new(),
            events: Shelf::default(),
            requests: Requests::default(),
            queue: Queue::new(emit::FIRST_DELIVERY, &emit::RETRIES),
            mode: WebhookMode::Normal,
            mode_of_next_approval: None,
            outgoing: Vec::new(),
            certificate: Certificate::Current,
            signed_by_hand: 0,
        }
    }

    pub(crate) fn resume(&mut self, config: PayPalConfig, base_url: &str) {
        self.config = config;
        self.api = api(base_url);
        self.queue.resume(&emit::RETRIES);
    }

    /// Every order, oldest first.
    #[must_use]
    pub fn orders(&self) -> &[Order] {
        self.orders.all()
    }

    /// An order by its id, as it stood after the last action or tick.
    #[must_use]
    pub fn order(&self, id: &str) -> Option<&Order> {
        self.orders.find(id)
    }

    /// The certificate under which webhooks are signed from now on.
    pub fn set_certificate(&mut self, certificate: Certificate) {
        self.certificate = certificate;
    }

    /// The certificate under which webhooks are signed.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        self.certificate
    }

    /// Ends every access token, as PayPal may do before its time.
    pub fn revoke_tokens(&mut self) {
        self.tokens.revoke_all();
    }

    /// How many access tokens were given out.
    #[must_use]
    pub fn tokens_issued(&self) -> u32 {
        self.tokens.issued()
    }

    /// The headers of a delivery that PayPal never made, with any bytes as its body, as if sent at
    /// `sent` under a new transmission id. For another webhook id, id or certificate, see
    /// [`Transmission`].
    pub fn sign(&mut self, sent: Timestamp, body: &[u8]) -> Vec<(&'static str, String)> {
        self.signed_by_hand += 1;
        let transmission = Transmission {
            id: uuid_v1(self.seed, self.signed_by_hand),
            time: sent,
            certificate: self.certificate,
            webhook_id: self.config.webhook_id.clone(),
        };
        transmission.headers(body)
    }

    pub(crate) fn tick(&mut self, now: Timestamp) {
        while let Some((deadline, id)) = self.deadlines.first().cloned()
            && deadline <= now
        {
            self.deadlines.remove(&(deadline, id.clone()));
            self.give_up(deadline, &id);
        }
    }

    pub(crate) fn answer(
        &mut self,
        now: Timestamp,
        request: &OutRequest,
        path: &str,
        query: &str,
        ending: Ending,
    ) -> InResponse {
        if let Some(id) = path.strip_prefix("/v1/notifications/certs/") {
            return certificate_answer(id);
        }
        let debug_id = self.ids.next_hex(13);
        let outcome = Call::read(now, request, path, query).and_then(|call| self.route(&call));
        let began = outcome.as_ref().map_or_else(|error| error.began, |_| true);
        let answer = match outcome {
            _ if began && ending == Ending::ServerError => Err(ApiError::server()),
            outcome => outcome,
        };
        render(answer, debug_id)
    }

    pub(crate) fn refuse(&mut self, fault: Fault) -> InResponse {
        render(Err(ApiError::of_fault(fault)), self.ids.next_hex(13))
    }
}

fn api(base_url: &str) -> String {
    format!("{base_url}/paypal")
}

fn render(answer: Result<Reply, ApiError>, debug_id: String) -> InResponse {
    let Reply { status, body } = answer.unwrap_or_else(|error| Reply {
        status: error.status,
        body: error.json(&debug_id),
    });
    InResponse {
        status,
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("paypal-debug-id".to_owned(), debug_id),
        ],
        body: match body {
            Value::Null => Vec::new(),
            body => serde_json::to_vec(&body).unwrap_or_default(),
        },
    }
}

fn certificate_answer(id: &str) -> InResponse {
    let pem = Certificate::of_id(id).and_then(Certificate::served_pem);
    let (status, kind, body) = match pem {
        Some(pem) => (200, "application/x-pem-file", pem),
        None => (
            404,
            "text/html",
            "<html><body>Not Found</body></html>".to_owned(),
        ),
    };
    InResponse {
        status,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.into_bytes(),
    }
}
