//! A shop in the test world, driven as its users would: by requests, webhooks and cron ticks.

use std::cell::{Cell, RefCell};

use edgetill::cron::tick::{Tally, tick};
use edgetill::dispatch::{body_bytes_max, serve};
use edgetill::http::{Reply, Request};
use edgetill::outbox::deliver::deliver;
use sandbox::Delivery;
use serde_json::{Value as Json, json};
use shared::config::Settings;
use shared::http::Method;

use crate::settings::{HERE, secrets, settings};
use crate::{TestWorld, invariants, now_or_never};

/// A shop.
pub struct Shop {
    /// Its world.
    pub world: TestWorld,
    /// Its settings.
    pub settings: Settings,
    /// Texts that must never be in a log line: its secrets, and the tokens of its orders.
    pub(crate) secrets: RefCell<Vec<String>>,
    requests: Cell<u32>,
}

/// Whoever holds an order's token.
#[derive(Debug, Clone)]
pub struct Buyer {
    /// The order's number.
    pub number: String,
    /// The order's token.
    pub token: String,
}

impl Shop {
    /// A shop with every door open.
    #[must_use]
    pub fn open() -> Self {
        Self::with(&[])
    }

    /// A shop with some settings of its own.
    #[must_use]
    pub fn with(changes: &[(&str, &str)]) -> Self {
        Self {
            world: TestWorld::new(),
            settings: settings(changes),
            secrets: RefCell::new(secrets(changes)),
            requests: Cell::new(0),
        }
    }

    /// Sends a request and does what follows the reply, as the Worker does.
    pub fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let reply = self.send_only(method, path, headers, body);
        self.after(&reply);
        reply
    }

    /// Sends a request; what follows the reply is left undone, as when the Worker dies.
    pub fn send_only(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let request = self.request(method, path, headers, body);
        now_or_never(serve(&self.world, &self.settings, &request))
    }

    /// A request as the Worker makes it of what came in.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Request {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.requests.set(self.requests.get() + 1);
        let mut body = body.to_vec();
        let header = |name: &str| {
            let found = headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| *value)
        };
        body.truncate(body_bytes_max(method, path, header) + 1);
        Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body,
            client: "203.0.113.7".to_owned(),
            request_id: format!("req-{}", self.requests.get()),
        }
    }

    /// Delivers the messages of a reply.
    pub fn after(&self, reply: &Reply) {
        let _ = now_or_never(deliver(&self.world, &self.settings, &reply.deliver));
    }

    /// A GET as a stranger.
    pub fn get(&self, path: &str) -> Reply {
        self.send(Method::Get, path, &[], b"")
    }

    /// A POST of JSON with an idempotency key.
    pub fn post(&self, path: &str, key: &str, token: Option<&str>, body: &Json) -> Reply {
        let request = self.post_request(path, key, token, body);
        let reply = now_or_never(serve(&self.world, &self.settings, &request));
        self.after(&reply);
        reply
    }

    /// What [`Shop::post`] sends.
    pub(crate) fn post_request(
        &self,
        path: &str,
        key: &str,
        token: Option<&str>,
        body: &Json,
    ) -> Request {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        self.request(Method::Post, path, &headers, body.to_string().as_bytes())
    }

    /// Makes an order of one year of backups for 119.00 EUR (tax included) and returns its holder.
    pub fn order(&self) -> Buyer {
        self.order_of(&order_body(), "order-key-0000000000000001")
    }

    /// Makes an order from a body and returns its holder.
    pub fn order_of(&self, body: &Json, key: &str) -> Buyer {
        self.holder(&self.post("/v1/orders", key, None, body))
    }

    /// Whoever holds the order that a reply tells of.
    #[must_use]
    pub fn holder(&self, reply: &Reply) -> Buyer {
        assert_eq!(reply.status, 201, "{}", text(reply));
        let answer = json_of(reply);
        let field = |name: &str| answer[name].as_str().expect("a text").to_owned();
        let token = field("token");
        self.secrets.borrow_mut().push(token.clone());
        Buyer {
            number: field("order_number"),
            token,
        }
    }

    /// The order of one of many customers: one address has few orders an hour.
    pub fn order_of_customer(&self, nth: impl std::fmt::Display) -> Buyer {
        let mut body = order_body();
        body["customer"]["email"] = format!("ada{nth}@example.com").into();
        self.order_of(&body, &format!("order-key-{nth:020}"))
    }

    /// Begins a payment; the provider's session id.
    pub fn pay(&self, buyer: &Buyer) -> String {
        let reply = self.try_pay(buyer, "payment-key-000000000001");
        assert_eq!(reply.status, 201, "{}", text(&reply));
        let url = json_of(&reply)["payment"]["redirect_url"]
            .as_str()
            .expect("a url")
            .to_owned();
        url.rsplit('/').next().expect("a session").to_owned()
    }

    /// Tries to begin a payment.
    pub fn try_pay(&self, buyer: &Buyer, key: &str) -> Reply {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        self.post(
            &path,
            key,
            Some(&buyer.token),
            &json!({ "method": "stripe" }),
        )
    }

    /// Cancels an order.
    pub fn cancel(&self, buyer: &Buyer) -> Reply {
        let path = format!("/v1/orders/{}/cancel", buyer.number);
        self.post(
            &path,
            "cancel-key-0000000000001",
            Some(&buyer.token),
            &json!({}),
        )
    }

    /// Replaces an order by another; whoever holds that.
    pub fn replace(&self, buyer: &Buyer, body: &Json, key: &str) -> Buyer {
        self.holder(&self.try_replace(buyer, body, key))
    }

    /// Tries to replace an order.
    pub fn try_replace(&self, buyer: &Buyer, body: &Json, key: &str) -> Reply {
        let path = format!("/v1/orders/{}/replacement", buyer.number);
        self.post(&path, key, Some(&buyer.token), body)
    }

    /// The order as its holder sees it.
    pub fn view(&self, buyer: &Buyer) -> Json {
        let bearer = format!("Bearer {}", buyer.token);
        let path = format!("/v1/orders/{}", buyer.number);
        let reply = self.send(Method::Get, &path, &[("authorization", &bearer)], b"");
        assert_eq!(reply.status, 200, "{}", text(&reply));
        json_of(&reply)["order"].clone()
    }

    /// The order's page as its holder sees it.
    pub fn page(&self, buyer: &Buyer) -> String {
        let cookie = self.cookie(buyer);
        let path = format!("/orders/{}", buyer.number);
        let page = self.send(Method::Get, &path, &[("cookie", &cookie)], b"");
        assert_eq!(page.status, 200, "{}", text(&page));
        text(&page)
    }

    /// The status of an order in plain words.
    pub fn status(&self, buyer: &Buyer) -> String {
        self.view(buyer)["status"]
            .as_str()
            .expect("a status")
            .to_owned()
    }

    /// Delivers every webhook that is due, once; the statuses that were answered.
    pub fn deliver_webhooks(&self) -> Vec<u16> {
        let due = self.world.sandbox(sandbox::Sandbox::due_deliveries);
        due.into_iter()
            .map(|delivery| {
                let reply = self.arrives_only(&delivery);
                let id = delivery.id;
                // A Worker that was killed answered nothing, whatever it was about to say.
                let status = (!self.world.is_dead()).then_some(reply.status);
                self.after(&reply);
                self.world
                    .sandbox(|sandbox, now| sandbox.delivered(now, id, status));
                reply.status
            })
            .collect()
    }

    /// Receives one delivery, at the door that it was sent to.
    pub fn arrives(&self, delivery: &Delivery) -> Reply {
        let reply = self.arrives_only(delivery);
        self.after(&reply);
        reply
    }

    fn arrives_only(&self, delivery: &Delivery) -> Reply {
        self.webhook_only(path_of(&delivery.url), &delivery.headers, &delivery.body)
    }

    /// Receives one delivery of Stripe's.
    pub fn webhook(&self, headers: &[(&'static str, String)], body: &[u8]) -> Reply {
        let reply = self.webhook_only("/webhooks/stripe", headers, body);
        self.after(&reply);
        reply
    }

    fn webhook_only(&self, path: &str, headers: &[(&str, String)], body: &[u8]) -> Reply {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.send_only(Method::Post, path, &headers, body)
    }

    /// The buyer's browser comes back from the provider.
    pub fn come_back(&self, session_id: &str) -> Reply {
        self.come_back_to(&self.return_path(session_id))
    }

    /// The buyer's browser comes back from a provider to this address.
    pub fn come_back_to(&self, path: &str) -> Reply {
        let request = self.way_back(path);
        let reply = now_or_never(serve(&self.world, &self.settings, &request));
        self.after(&reply);
        reply
    }

    /// Where Stripe sends the buyer back to.
    #[must_use]
    pub fn return_path(&self, session_id: &str) -> String {
        let url = self.world.sandbox(|sandbox, _| {
            let session = sandbox.stripe.session(session_id).expect("a session");
            session.return_url()
        });
        url.strip_prefix(HERE).expect("our own address").to_owned()
    }

    /// One cron tick, so many seconds later.
    pub fn tick_after(&self, seconds: i64) -> Tally {
        self.world.advance(seconds);
        now_or_never(tick(&self.world, &self.settings))
    }

    /// Cron ticks every minute until so much time has passed.
    pub fn run_cron(&self, seconds: i64) {
        for _ in 0..seconds / 60 {
            self.tick_after(60);
        }
    }

    /// The rows of a query.
    pub fn rows(&self, sql: &str) -> Vec<Json> {
        self.world.database(|database| database.rows(sql))
    }

    /// The first value of a query.
    pub fn value(&self, sql: &str) -> Json {
        self.world.database(|database| database.value(sql))
    }

    /// The subjects of the mails in the mailbox, oldest first.
    pub fn mails(&self) -> Vec<String> {
        self.world.sandbox(|sandbox, _| {
            sandbox
                .mailbox
                .mails()
                .iter()
                .map(|mail| mail.subject.clone())
                .collect()
        })
    }

    /// How many distinct releases production has got.
    pub fn releases(&self) -> usize {
        self.told_to_production("order.confirmed")
    }

    /// How many orders production was told have access no more.
    pub fn revocations(&self) -> usize {
        self.told_to_production("order.revoked")
    }

    fn told_to_production(&self, kind: &str) -> usize {
        self.world.sandbox(|sandbox, _| {
            let told = sandbox.production.releases().iter();
            told.filter(|told| told.body["type"] == kind).count()
        })
    }

    /// Checks what must hold among our own rows, where a test has made a provider's word up.
    pub fn check_rows(&self) {
        invariants::check_rows(self);
    }

    /// Checks what must always hold; see `invariants`.
    pub fn check(&self) {
        invariants::check(self);
    }
}

/// The path of an address of ours.
pub(crate) fn path_of(url: &str) -> &str {
    url.strip_prefix(HERE).expect("our own address")
}

/// A valid order for one year of backups in Germany.
#[must_use]
pub fn order_body() -> Json {
    json!({
        "items": [{ "product": "site-backup", "period_months": 12, "quantity": 1 }],
        "currency": "EUR",
        "customer": { "name": "Ada Lovelace", "email": "ada@example.com" },
        "billing": {
            "name": "Ada Lovelace",
            "line1": "Musterstr. 1",
            "city": "Berlin",
            "postal_code": "10115",
            "country": "DE",
        },
    })
}

/// A reply's body as text.
#[must_use]
pub fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// A reply's body as JSON.
#[must_use]
pub fn json_of(reply: &Reply) -> Json {
    serde_json::from_slice(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", text(reply)))
}
