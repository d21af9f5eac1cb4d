//! A sandbox with a clock that only the test moves.

use std::fmt::Write as _;

use sandbox::stripe::{API_VERSION, Outcome};
use sandbox::{Delivery, Exchange, Sandbox, SandboxConfig};
use serde_json::Value;
use shared::http::{
    InResponse, Method, OutRequest, PROVIDER_ANSWER_BYTES_MAX, PROVIDER_DEADLINE_MS,
};
use shared::time::Timestamp;

/// When every test begins.
pub(crate) const START: Timestamp = Timestamp(1_795_284_000);

/// A session over 44.98 EUR with everything that an order needs.
pub(crate) const SESSION: &str = "mode=payment&client_reference_id=ord_A0001&\
    customer_email=buyer%40example.com&success_url=https%3A%2F%2Fshop.example%2Fthanks%3F\
    session_id%3D%7BCHECKOUT_SESSION_ID%7D&cancel_url=https%3A%2F%2Fshop.example%2Fcart&\
    line_items[0][quantity]=2&line_items[0][price_data][currency]=eur&\
    line_items[0][price_data][unit_amount]=1999&\
    line_items[0][price_data][product_data][name]=Tee&line_items[1][quantity]=1&\
    line_items[1][price_data][currency]=eur&line_items[1][price_data][unit_amount]=500&\
    line_items[1][price_data][product_data][name]=Shipping&metadata[order_id]=ord_A0001&\
    payment_intent_data[metadata][order_id]=ord_A0001&\
    payment_intent_data[description]=Order%20ord_A0001";

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            sandbox: Sandbox::new(SandboxConfig::local()),
            now: START,
        }
    }

    /// Time passes, and the program is started anew in it, which must change nothing.
    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now = self.now.plus(seconds);
        self.sandbox.tick(self.now);
        self.restart();
    }

    /// Ends the program and starts it again.
    pub(crate) fn restart(&mut self) {
        self.sandbox = restarted(&self.sandbox);
    }

    pub(crate) fn send(&mut self, request: &OutRequest) -> Exchange {
        self.sandbox.answer(self.now, request)
    }

    pub(crate) fn ask(&mut self, request: &OutRequest) -> InResponse {
        match self.send(request) {
            Exchange::Answered(answer) => answer,
            lost => panic!("{lost:?} for {}", request.url),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> InResponse {
        self.ask(&stripe_request(Method::Get, path, "", None))
    }

    pub(crate) fn post(&mut self, path: &str, form: &str, key: Option<&str>) -> InResponse {
        self.ask(&stripe_request(Method::Post, path, form, key))
    }

    /// Makes a session from [`SESSION`]; returns its id.
    pub(crate) fn open_session(&mut self) -> String {
        self.open_session_of(SESSION)
    }

    pub(crate) fn open_session_of(&mut self, form: &str) -> String {
        let answer = self.post("/v1/checkout/sessions", form, None);
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        text(&answer, "/id")
    }

    /// Makes a session and pays it by card; returns the session and the payment intent.
    pub(crate) fn paid(&mut self) -> (String, String) {
        let session = self.open_session();
        self.pay(&session, Outcome::Paid);
        let intent = self.intent_of(&session);
        (session, intent)
    }

    /// The buyer does this with a session.
    #[track_caller]
    pub(crate) fn pay(&mut self, session: &str, outcome: Outcome) {
        self.sandbox.stripe.pay(self.now, session, outcome).unwrap();
    }

    pub(crate) fn intent_of(&self, session: &str) -> String {
        self.sandbox
            .stripe
            .session(session)
            .unwrap()
            .payment_intent
            .clone()
            .unwrap()
    }

    /// Types of all events, oldest first.
    pub(crate) fn event_types(&self) -> Vec<&str> {
        self.sandbox
            .stripe
            .events()
            .iter()
            .map(|event| event.kind.as_str())
            .collect()
    }

    /// Takes what is due and acknowledges it; returns the deliveries.
    pub(crate) fn deliver(&mut self) -> Vec<Delivery> {
        let due = self.sandbox.due_deliveries(self.now);
        for delivery in &due {
            self.sandbox.delivered(self.now, delivery.id, Some(200));
        }
        due
    }
}

/// The sandbox as the next run of its program finds it.
pub(crate) fn restarted(sandbox: &Sandbox) -> Sandbox {
    let state = serde_json::to_vec(sandbox).unwrap();
    let kept: Sandbox = serde_json::from_slice(&state).unwrap();
    kept.resumed(SandboxConfig::local())
}

pub(crate) fn stripe_request(
    method: Method,
    path: &str,
    form: &str,
    key: Option<&str>,
) -> OutRequest {
    let mut headers = vec![
        ("authorization", "Bearer sk_test_sandbox".to_owned()),
        (
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        ),
        ("stripe-version", API_VERSION.to_owned()),
    ];
    if let Some(key) = key {
        headers.push(("idempotency-key", key.to_owned()));
    }
    OutRequest {
        method,
        url: format!("http://127.0.0.1:8790/stripe{path}"),
        headers,
        body: form.as_bytes().to_vec(),
        deadline_ms: PROVIDER_DEADLINE_MS,
        answer_bytes_max: PROVIDER_ANSWER_BYTES_MAX,
    }
}

/// The answer's body.
pub(crate) fn json(answer: &InResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// A text in the answer's body, by JSON pointer; empty when there is none.
pub(crate) fn text(answer: &InResponse, pointer: &str) -> String {
    json(answer)
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// `SESSION` with one parameter replaced, added or (with `None`) left out.
pub(crate) fn session_with(name: &str, value: Option<&str>) -> String {
    let kept = SESSION
        .split('&')
        .filter(|pair| pair.split('=').next() != Some(name));
    let mut form = kept.collect::<Vec<_>>().join("&");
    if let Some(value) = value {
        write!(form, "&{name}={value}").unwrap();
    }
    form
}

/// Ids of a list answer, in its order.
pub(crate) fn ids(answer: &InResponse) -> Vec<String> {
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    let list = json(answer);
    let data = list["data"].as_array().unwrap();
    data.iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}
