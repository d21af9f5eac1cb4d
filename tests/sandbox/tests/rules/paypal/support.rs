//! A shop that calls PayPal, with a clock that only the test moves.

use sandbox::paypal::Funding;
use sandbox::{Delivery, Exchange, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use shared::http::{
    InResponse, Method, OutRequest, PROVIDER_ANSWER_BYTES_MAX, PROVIDER_DEADLINE_MS,
};
use shared::time::Timestamp;

use crate::support::{START, restarted};

pub(crate) const ORDERS: &str = "/v2/checkout/orders";
/// Base64 of the local client id and secret.
pub(crate) const BASIC: &str =
    "Basic c2FuZGJveC1wYXlwYWwtY2xpZW50OnNhbmRib3gtcGF5cGFsLXNlY3JldC1sb2NhbC1vbmx5";

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: Timestamp,
    token: String,
    orders: u32,
}

/// One call, to be changed before it is sent.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) request: OutRequest,
}

impl Ask {
    fn new(method: Method, path: &str, token: &str) -> Self {
        Self {
            request: OutRequest {
                method,
                url: format!("http://127.0.0.1:8790/paypal{path}"),
                headers: vec![("authorization", format!("Bearer {token}"))],
                body: Vec::new(),
                deadline_ms: PROVIDER_DEADLINE_MS,
                answer_bytes_max: PROVIDER_ANSWER_BYTES_MAX,
            },
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers.retain(|(known, _)| *known != name);
        self.request.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn id(self, request_id: &str) -> Self {
        self.header("paypal-request-id", request_id)
    }

    pub(crate) fn whole(self) -> Self {
        self.header("prefer", "return=representation")
    }
}

impl Shop {
    /// A shop with a token.
    pub(crate) fn new() -> Self {
        let mut shop = Self {
            sandbox: Sandbox::new(SandboxConfig::local()),
            now: START,
            token: String::new(),
            orders: 0,
        };
        shop.log_in();
        shop
    }

    pub(crate) fn log_in(&mut self) {
        let answer = self.send(&token_request(BASIC, "grant_type=client_credentials"));
        self.token = text(&answer, "/access_token");
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

    pub(crate) fn exchange(&mut self, ask: &Ask) -> Exchange {
        self.sandbox.answer(self.now, &ask.request)
    }

    pub(crate) fn send(&mut self, ask: &Ask) -> InResponse {
        match self.exchange(ask) {
            Exchange::Answered(answer) => answer,
            lost => panic!("{lost:?} for {}", ask.request.url),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> InResponse {
        let ask = Ask::new(Method::Get, path, &self.token);
        self.send(&ask)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Ask {
        let mut ask = Ask::new(Method::Post, path, &self.token);
        ask.request.body = body.to_string().into_bytes();
        ask.header("content-type", "application/json")
    }

    /// Makes an order; returns its id. Every order has an invoice number of its own.
    pub(crate) fn order(&mut self) -> String {
        self.orders += 1;
        let mut body = order_request();
        body["purchase_units"][0]["invoice_id"] = format!("INV-{}", self.orders).into();
        self.order_of(&body)
    }

    pub(crate) fn order_of(&mut self, body: &Value) -> String {
        let id = format!(
            "order-{}-{}",
            self.orders,
            self.sandbox.paypal.orders().len()
        );
        let answer = self.send(&self.post(ORDERS, body).id(&id));
        assert!(answer.status < 300, "{}", shown(&answer));
        text(&answer, "/id")
    }

    pub(crate) fn approved(&mut self, funding: Funding) -> String {
        let order = self.order();
        self.approve(&order, funding);
        order
    }

    /// The buyer approves an order with this to pay with.
    #[track_caller]
    pub(crate) fn approve(&mut self, order: &str, funding: Funding) {
        self.sandbox
            .paypal
            .approve(self.now, order, funding)
            .unwrap();
    }

    /// Makes an order of this body that may be paid by e-check, which then is paid; returns the capture.
    pub(crate) fn paid_by_e_check(&mut self, mut body: Value) -> String {
        body["payment_source"]["paypal"]["experience_context"]["payment_method_preference"] =
            "UNRESTRICTED".into();
        let order = self.order_of(&body);
        self.approve(&order, Funding::Pending);
        self.send(&self.capture(&order, "c-1"));
        let capture = self.sandbox.paypal.capture_of(&order).unwrap().0.to_owned();
        self.sandbox
            .paypal
            .pending_completes(self.now, &capture)
            .unwrap();
        capture
    }

    pub(crate) fn capture(&self, order: &str, request_id: &str) -> Ask {
        self.post(&format!("{ORDERS}/{order}/capture"), &json!({}))
            .id(request_id)
    }

    /// Makes, approves and captures an order; returns the order and the capture.
    pub(crate) fn paid(&mut self, funding: Funding) -> (String, String) {
        let order = self.approved(funding);
        let answer = self.send(&self.capture(&order, &format!("capture-{order}-1")));
        assert_eq!(answer.status, 201, "{}", shown(&answer));
        let capture = self.sandbox.paypal.capture_of(&order).unwrap().0.to_owned();
        (order, capture)
    }

    pub(crate) fn refund(&self, capture: &str, body: &Value, request_id: &str) -> Ask {
        self.post(&format!("/v2/payments/captures/{capture}/refund"), body)
            .id(request_id)
    }

    /// Types of all events, oldest first.
    pub(crate) fn event_types(&self) -> Vec<&str> {
        let events = self.sandbox.paypal.events().iter();
        events.map(|event| event.kind.as_str()).collect()
    }

    /// Takes what is due and acknowledges it; returns the deliveries.
    pub(crate) fn deliver(&mut self) -> Vec<Delivery> {
        self.restart();
        let due = self.sandbox.due_deliveries(self.now);
        for delivery in &due {
            self.sandbox.delivered(self.now, delivery.id, Some(200));
        }
        due
    }
}

pub(crate) fn token_request(authorization: &str, form: &str) -> Ask {
    let mut ask = Ask::new(Method::Post, "/v1/oauth2/token", "");
    ask.request.body = form.as_bytes().to_vec();
    ask.header("authorization", authorization)
        .header("content-type", "application/x-www-form-urlencoded")
}

/// The request that was checked against the OpenAPI file.
pub(crate) fn order_request() -> Value {
    let file = include_str!("../../../../fixtures/paypal/api_order_create_request.json");
    serde_json::from_str::<Value>(file).unwrap()["body"].take()
}

pub(crate) fn amount(value: &str) -> Value {
    json!({ "currency_code": "USD", "value": value })
}

pub(crate) fn body(answer: &InResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// A text in the answer's body, by JSON pointer; empty when there is none.
pub(crate) fn text(answer: &InResponse, pointer: &str) -> String {
    let body = body(answer);
    body.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The status and the first issue of an answer.
pub(crate) fn issue(answer: &InResponse) -> (u16, String) {
    (answer.status, text(answer, "/details/0/issue"))
}

pub(crate) fn refused(status: u16, issue: &str) -> (u16, String) {
    (status, issue.to_owned())
}

/// The target of a link.
pub(crate) fn href(body: &Value, rel: &str) -> Option<String> {
    let links = body["links"].as_array()?;
    let link = links.iter().find(|link| link["rel"] == rel)?;
    Some(link["href"].as_str()?.to_owned())
}

pub(crate) fn shown(answer: &InResponse) -> String {
    format!(
        "{} {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    )
}
