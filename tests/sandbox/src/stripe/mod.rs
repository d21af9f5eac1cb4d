//! Stripe: Checkout Sessions, payments, refunds, disputes, events and signed webhooks.
//!
//! The API's rules are in `tables` (parameters), `idempotency` and `routes`; what the buyer
//! does is in `buyer`, what comes after a payment is in `refunding` and `disputing`. All of it
//! is one account in test mode at one API version.

mod book;
mod buyer;
mod create;
mod currency;
mod dispute;
mod disputing;
mod emit;
mod error;
mod event;
mod expand;
mod form;
mod idempotency;
mod method;
mod params;
mod payment;
mod refund;
mod refunding;
mod routes;
mod session;
mod shelf;
mod sign;
mod tables;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::http::{InResponse, Method, OutRequest};
use shared::time::Timestamp;

pub use book::Captured;
pub use buyer::{ActionError, Outcome};
pub use currency::readable as readable_amount;
pub use dispute::{DisputeOutcome, DisputeStatus};
pub use event::{API_VERSION, Cause, Event};
pub use method::MethodKind;
pub use refund::{RefundStatus, RefundSummary};
pub use session::{Line, PaymentStatus, Session, SessionStatus};
pub use sign::signature_header;

use crate::config::StripeConfig;
use crate::delivery::{Queue, WebhookMode};
use crate::exchange::{Ending, Fault, header};
use crate::id::Ids;
use dispute::{Dispute, FraudWarning};
use error::ApiError;
use form::Node;
use idempotency::Answers;
use payment::{Charge, Intent};
use refund::Refund;
use shelf::Shelf;

/// One Stripe account in test mode.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stripe {
    #[serde(skip)]
    config: StripeConfig,
    #[serde(skip)]
    base_url: String,
    ids: Ids,
    sessions: Shelf<Session>,
    /// Open sessions by their deadline.
    deadlines: BTreeSet<(Timestamp, String)>,
    intents: Shelf<Intent>,
    charges: Shelf<Charge>,
    methods: Shelf<method::Method>,
    refunds: Shelf<Refund>,
    disputes: Shelf<Dispute>,
    warnings: Shelf<FraudWarning>,
    events: Shelf<Event>,
    answers: Answers,
    queue: Queue,
    mode: WebhookMode,
    mode_of_next_payment: Option<WebhookMode>,
    /// Events of the action that is being performed.
    outgoing: Vec<String>,
}

impl Stripe {
    /// An account where nothing has happened. `base_url` is the sandbox's own address, where the
    /// checkout pages are.
    #[must_use]
    pub fn new(config: StripeConfig, base_url: &str, seed: u64) -> Self {
        Self {
            config,
            base_url: base_url.to_owned(),
            ids: Ids::new(seed),
            sessions: Shelf::default(),
            deadlines: BTreeSet::new(),
            intents: Shelf::default(),
            charges: Shelf::default(),
            methods: Shelf::default(),
            refunds: Shelf::default(),
            disputes: Shelf::default(),
            warnings: Shelf::default(),
            events: Shelf::default(),
            answers: Answers::default(),
            queue: Queue::new(0, &emit::RETRIES),
            mode: WebhookMode::Normal,
            mode_of_next_payment: None,
            outgoing: Vec::new(),
        }
    }

    pub(crate) fn resume(&mut self, config: StripeConfig, base_url: &str) {
        self.config = config;
        base_url.clone_into(&mut self.base_url);
        self.queue.resume(&emit::RETRIES);
    }

    /// Every session, oldest first.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        self.sessions.all()
    }

    /// A session by its id, as it stood after the last action or tick.
    #[must_use]
    pub fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.find(id)
    }

    /// The name on the checkout page.
    #[must_use]
    pub fn shop_name(&self) -> &str {
        &self.config.shop_name
    }

    /// Replaces the endpoint's signing secrets, as rolling one does: the newest first.
    pub fn set_webhook_secrets(&mut self, secrets: Vec<String>) {
        self.config.webhook_secrets = secrets;
    }

    /// Signs any bytes with the endpoint's active secrets, as if sent at `sent`.
    #[must_use]
    pub fn sign(&self, sent: Timestamp, body: &[u8]) -> String {
        signature_header(sent, &self.config.webhook_secrets, body)
    }

    pub(crate) fn tick(&mut self, now: Timestamp) {
        while let Some((deadline, id)) = self.deadlines.first().cloned()
            && deadline <= now
        {
            self.expire_session(deadline, &id, &Cause::default());
            self.send_out(deadline, self.mode);
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
        let request_id = self.ids.next("req_", 9);
        let key = header(request, "idempotency-key").filter(|_| request.method == Method::Post);
        let cause = Cause {
            request_id: Some(request_id.clone()),
            idempotency_key: key.map(str::to_owned),
        };
        let mut answer = self
            .perform(now, request, path, query, ending, &cause)
            .unwrap_or_else(|error| render(error.status, &error.json()));
        answer.headers.push(("request-id".to_owned(), request_id));
        answer
            .headers
            .push(("stripe-version".to_owned(), API_VERSION.to_owned()));
        if let Some(key) = key {
            answer
                .headers
                .push(("idempotency-key".to_owned(), key.to_owned()));
        }
        answer
    }

    pub(crate) fn refuse(&mut self, fault: Fault) -> InResponse {
        let error = ApiError::of_fault(fault);
        let mut answer = render(error.status, &error.json());
        answer
            .headers
            .push(("request-id".to_owned(), self.ids.next("req_", 9)));
        answer
    }

    fn perform(
        &mut self,
        now: Timestamp,
        request: &OutRequest,
        path: &str,
        query: &str,
        ending: Ending,
        cause: &Cause,
    ) -> Result<InResponse, ApiError> {
        self.authorise(request)?;
        let params = read_params(request, query)?;
        if let Some(key) = &cause.idempotency_key
            && let Some(kept) = self.answers.replay(now, key, path, &params)?
        {
            return Ok(kept);
        }
        let outcome = self.route(now, request.method, path, &params, cause);
        self.send_out(now, self.mode);
        let began = outcome.as_ref().map_or_else(|error| error.began, |_| true);
        let answer = match (outcome, ending) {
            (_, Ending::ServerError) if began => {
                let error = ApiError::server();
                render(error.status, &error.json())
            }
            (Ok(value), _) => render(200, &value),
            (Err(error), _) => render(error.status, &error.json()),
        };
        if let Some(key) = cause.idempotency_key.as_deref().filter(|_| began) {
            self.answers.keep(now, key, path, params, &answer);
        }
        Ok(answer)
    }

    fn authorise(&self, request: &OutRequest) -> Result<(), ApiError> {
        let key = header(request, "authorization").and_then(|value| value.strip_prefix("Bearer "));
        match key {
            None => return Err(ApiError::unauthorised("You did not provide an API key.")),
            Some(key) if key != self.config.secret_key => {
                return Err(ApiError::unauthorised("Invalid API Key provided."));
            }
            Some(_) => {}
        }
        let version = header(request, "stripe-version").unwrap_or(API_VERSION);
        if version != API_VERSION {
            let message = format!("Invalid Stripe API version: the sandbox speaks {API_VERSION}.");
            return Err(ApiError::invalid(message));
        }
        match header(request, "stripe-account") {
            Some(account) if account != self.config.account => {
                let message =
                    format!("The provided key does not have access to account '{account}'.");
                Err(ApiError::invalid(message)
                    .status(403)
                    .code("account_invalid"))
            }
            _ => Ok(()),
        }
    }
}

/// The parameters of a request. A GET has them in the query, a POST in the body, and the one must
/// not appear in the place of the other.
fn read_params(request: &OutRequest, query: &str) -> Result<Node, ApiError> {
    if request.method == Method::Get {
        return if request.body.is_empty() {
            form::parse(query)
        } else {
            Err(ApiError::invalid("A GET request must not have a body."))
        };
    }
    if !query.is_empty() {
        return Err(ApiError::invalid(
            "A POST request must have its parameters in the body.",
        ));
    }
    let form = "application/x-www-form-urlencoded";
    let content_type = header(request, "content-type").unwrap_or_default();
    if !request.body.is_empty() && content_type.split(';').next() != Some(form) {
        let message = format!("Invalid request (check that your POST content type is {form}).");
        return Err(ApiError::invalid(message));
    }
    let body = std::str::from_utf8(&request.body)
        .map_err(|_| ApiError::invalid("Invalid form encoding."))?;
    form::parse(body)
}

fn render(status: u16, body: &Value) -> InResponse {
    InResponse {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: serde_json::to_vec_pretty(body).unwrap_or_default(),
    }
}
