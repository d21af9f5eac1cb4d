//! Prints, as JSON, what each kind of request asks of the world:
//! `{route: [{"batches": [batch, …], "calls": [[method, bytes], …]}, …]}` with one entry per request
//! and `[[text, [value, …]], …]` per batch; and as `queue` staff's reading of what waits. `make bench` compares the product's CPU with that of a
//! bare Worker that runs the same batches, and makes as many outside calls of that size.
//!
//! Usage: `trace N`, for N sales.

use std::cell::RefCell;

use common::{
    Shop, TestWorld, now_or_never, order_body, paypal_event, paypal_order_in, percent_off,
};
use edgetill::dispatch::serve;
use edgetill::http::{Reply, Request};
use edgetill::memory::Memory;
use edgetill::outbox::deliver::deliver;
use edgetill::world::{BlobHead, CommitError, Fault, Rows, SendError, World};
use sandbox::WebhookMode;
use sandbox::paypal::{Certificate, Funding};
use sandbox::stripe::Outcome;
use serde_json::{Map, Value as Json, json};
use shared::email::Email;
use shared::http::{InResponse, Method, OutRequest};
use shared::statement::{Statement, Value};
use shared::store::bank;
use shared::time::Timestamp;

/// A world that writes down what its database is asked.
struct Recorder<'a> {
    world: &'a TestWorld,
    batches: RefCell<Vec<Json>>,
    calls: RefCell<Vec<Json>>,
}

impl Recorder<'_> {
    fn note(&self, statements: &[Statement]) {
        let wire = |value: &Value| match value {
            Value::Null => Json::Null,
            Value::Int(int) => json!(int),
            Value::Text(text) => json!(text),
        };
        let batch: Vec<Json> = statements
            .iter()
            .map(|s| json!([s.sql.text, s.values.iter().map(wire).collect::<Vec<_>>()]))
            .collect();
        self.batches.borrow_mut().push(json!(batch));
    }
}

impl World for Recorder<'_> {
    async fn query(&self, statements: &[Statement]) -> Result<Vec<Rows>, Fault> {
        self.note(statements);
        self.world.query(statements).await
    }
    async fn commit(&self, statements: &[Statement]) -> Result<Vec<Rows>, CommitError> {
        self.note(statements);
        self.world.commit(statements).await
    }
    async fn send(&self, request: &OutRequest) -> Result<InResponse, SendError> {
        let call = json!([request.method.as_str(), request.body.len()]);
        self.calls.borrow_mut().push(call);
        self.world.send(request).await
    }
    async fn send_mail(&self, email: &Email, from: &str) -> Result<(), SendError> {
        self.world.send_mail(email, from).await
    }
    async fn sha256(&self, bytes: &[u8]) -> Result<String, Fault> {
        self.world.sha256(bytes).await
    }

    async fn put_blob(
        &self,
        key: &str,
        bytes: &[u8],
        media_type: &str,
        sha256: &str,
    ) -> Result<bool, Fault> {
        self.world.put_blob(key, bytes, media_type, sha256).await
    }

    async fn head_blob(&self, key: &str) -> Result<Option<BlobHead>, Fault> {
        self.world.head_blob(key).await
    }

    async fn get_blob(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.world.get_blob(key).await
    }

    async fn delete_blob(&self, key: &str) -> Result<(), Fault> {
        self.world.delete_blob(key).await
    }

    async fn admit(&self, key: &str) -> bool {
        self.world.admit(key).await
    }
    async fn verify_rsa(
        &self,
        spki: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Fault> {
        self.world.verify_rsa(spki, message, signature).await
    }
    fn recall<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        self.world.recall(look)
    }
    fn steps(&self) -> u32 {
        World::steps(self.world)
    }
    fn now(&self) -> Timestamp {
        self.world.now()
    }
    fn random(&self) -> [u8; 16] {
        self.world.random()
    }
    fn log(&self, line: &Json) {
        self.world.log(line);
    }
}

/// The traces so far, by route.
struct Trace {
    shop: Shop,
    /// Who asks.
    client: String,
    routes: Map<String, Json>,
}

impl Trace {
    fn send(
        &mut self,
        route: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let reply = self.try_send(route, method, path, headers, body);
        assert!(
            reply.status < 400,
            "{route}: {}",
            String::from_utf8_lossy(&reply.body)
        );
        reply
    }

    fn try_send(
        &mut self,
        route: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let recorder = Recorder {
            world: &self.shop.world,
            batches: RefCell::default(),
            calls: RefCell::default(),
        };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body: body.as_bytes().to_vec(),
            client: self.client.clone(),
            request_id: String::new(),
        };
        let reply = now_or_never(serve(&recorder, &self.shop.settings, &request));
        now_or_never(deliver(&recorder, &self.shop.settings, &reply.deliver)).expect("delivered");
        let list = self.routes.entry(route).or_insert_with(|| json!([]));
        list.as_array_mut()
            .expect("a list")
            .push(json!({ "batches": recorder.batches.take(), "calls": recorder.calls.take() }));
        reply
    }
}

fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("how many sales");
    println!("{}", Json::Object(traced(count)));
}

/// The traces of so many sales, by route.
fn traced(count: usize) -> Map<String, Json> {
    let mut trace = Trace {
        shop: Shop::open(),
        client: String::new(),
        routes: Map::new(),
    };
    let json_type = ("content-type", "application/json");
    trace
        .shop
        .world
        .sandbox(|sandbox, _| sandbox.stripe.set_webhook_mode(WebhookMode::Lost));
    for _ in 0..count {
        trace.send("GET /v1/products", Method::Get, "/v1/products", &[], "");
    }
    let quote = json!({ "items": order_body()["items"], "currency": "EUR", "country": "DE" });
    for _ in 0..count {
        trace.send(
            "POST /v1/quotes",
            Method::Post,
            "/v1/quotes",
            &[json_type],
            &quote.to_string(),
        );
    }
    quotes_with_coupon(&mut trace, count, quote);
    let buyers: Vec<(String, String)> = (0..count)
        .map(|index| {
            let key = format!("bench-order-{index:012}");
            let mut body = order_body();
            body["customer"]["email"] = json!(format!("buyer-{index}@example.com"));
            let headers = [json_type, ("idempotency-key", key.as_str())];
            let reply = trace.send(
                "POST /v1/orders",
                Method::Post,
                "/v1/orders",
                &headers,
                &body.to_string(),
            );
            let answer: Json = serde_json::from_slice(&reply.body).expect("JSON");
            let field = |name: &str| answer[name].as_str().expect("a text").to_owned();
            (field("order_number"), field("token"))
        })
        .collect();
    for (number, token) in &buyers {
        let bearer = format!("Bearer {token}");
        let auth = ("authorization", bearer.as_str());
        let key = format!("bench-payment-{number}");
        let headers = [json_type, auth, ("idempotency-key", key.as_str())];
        let path = format!("/v1/orders/{number}/payments");
        trace.send(
            "POST …/payments",
            Method::Post,
            &path,
            &headers,
            r#"{"method":"stripe"}"#,
        );
    }
    webhooks(&mut trace);
    for (number, token) in &buyers {
        let bearer = format!("Bearer {token}");
        let auth = [("authorization", bearer.as_str())];
        trace.send(
            "GET /v1/orders/{number}",
            Method::Get,
            &format!("/v1/orders/{number}"),
            &auth,
            "",
        );
    }
    for (number, token) in &buyers {
        let path = format!("/orders/{number}");
        let bearer = format!("Bearer {token}");
        trace.send(
            "GET /orders/{number}",
            Method::Get,
            &path,
            &[("authorization", &bearer)],
            "",
        );
    }
    paypal_webhooks(&mut trace, count);
    let queue = json!([bank::QUEUE.text, [0, ""]]);
    trace.routes.insert("queue".to_owned(), queue);
    trace.routes
}

/// Quotes with a coupon, each by somebody else: one may try twenty a minute.
fn quotes_with_coupon(trace: &mut Trace, count: usize, mut quote: Json) {
    let terms = percent_off("20");
    quote["coupon"] = json!(trace.shop.coupon(&terms, 1, None));
    let headers = [("content-type", "application/json")];
    for index in 0..count {
        trace.client = format!("198.18.{}.{}", index / 256, index % 256);
        let route = "POST /v1/quotes, with a coupon";
        trace.send(
            route,
            Method::Post,
            "/v1/quotes",
            &headers,
            &quote.to_string(),
        );
    }
}

/// An order and a payment by PayPal, which are there before anything is measured; PayPal's order id.
fn begin_at_paypal(trace: &mut Trace, index: usize) -> String {
    const ROUTE: &str = "before PayPal";
    let key = format!("bench-paypal-{index:012}");
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
    ];
    let mut body = order_body();
    body["customer"]["email"] = json!(format!("paypal-{index}@example.com"));
    let made = trace.send(
        ROUTE,
        Method::Post,
        "/v1/orders",
        &headers,
        &body.to_string(),
    );
    let made: Json = serde_json::from_slice(&made.body).expect("JSON");
    let field = |name: &str| made[name].as_str().expect("a text");
    let bearer = format!("Bearer {}", field("token"));
    let path = format!("/v1/orders/{}/payments", field("order_number"));
    let headers = [headers[0], headers[1], ("authorization", bearer.as_str())];
    let body = json!({ "method": "paypal" }).to_string();
    paypal_order_in(&trace.send(ROUTE, Method::Post, &path, &headers, &body))
}

/// The webhooks of approvals, with the certificate's key at hand; and one that is refused after its
/// certificate was fetched and all of the chain was checked.
fn paypal_webhooks(trace: &mut Trace, count: usize) {
    const DOOR: &str = "/webhooks/paypal";
    let event = paypal_event("WH-1", "BILLING.PLAN.CREATED", &json!({}));
    assert_eq!(trace.shop.receive_from_paypal(&event), 200);
    for index in 0..count {
        let order = begin_at_paypal(trace, index);
        trace.shop.approve(&order, Funding::Good);
        let told = trace.shop.take_webhooks_of("CHECKOUT.ORDER.APPROVED");
        let told = told.first().expect("an approval");
        let headers: Vec<(&str, &str)> =
            told.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let body = String::from_utf8_lossy(&told.body).into_owned();
        trace.send("POST /webhooks/paypal", Method::Post, DOOR, &headers, &body);
    }
    let forged = Certificate::ForgedIssuer;
    trace
        .shop
        .world
        .sandbox(|sandbox, _| sandbox.paypal.set_certificate(forged));
    let headers = trace.shop.sign_as_paypal(b"{}");
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let route = "POST /webhooks/paypal, a new key";
    let reply = trace.try_send(route, Method::Post, DOOR, &headers, "{}");
    assert_eq!(reply.status, 400, "its chain is not in order");
}

fn webhooks(trace: &mut Trace) {
    let sessions: Vec<String> = trace.shop.world.sandbox(|sandbox, _| {
        sandbox
            .stripe
            .sessions()
            .iter()
            .map(|session| session.id.clone())
            .collect()
    });
    for session in sessions {
        let (header, body) = trace.shop.world.sandbox(|sandbox, now| {
            let events = sandbox
                .stripe
                .pay(now, &session, Outcome::Paid)
                .expect("paid");
            let completed = events
                .iter()
                .filter_map(|id| sandbox.stripe.event(id))
                .find(|event| event.kind == "checkout.session.completed")
                .expect("a completed event");
            let body = completed.body();
            (
                sandbox.stripe.sign(now, &body),
                String::from_utf8(body).expect("UTF-8"),
            )
        });
        let headers = [("stripe-signature", header.as_str())];
        trace.send(
            "POST /webhooks/stripe",
            Method::Post,
            "/webhooks/stripe",
            &headers,
            &body,
        );
    }
}

/// `make bench` is run by hand: what it needs from the product is tried with every other test, with more
/// sales than one address may have orders.
#[test]
fn every_request_of_the_bench_is_traced_for_each_sale() {
    let routes = traced(12);
    for (route, list) in &routes {
        let each = usize::from(!route.ends_with("a new key")) * 11 + 1;
        let found = list.as_array().map_or(0, Vec::len);
        assert!(route == "queue" || found >= each, "{route}: {found}");
    }
    assert_eq!(routes.len(), 12, "{:?}", routes.keys());
}
