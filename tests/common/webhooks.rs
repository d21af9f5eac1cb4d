//! What a test does at Stripe's side: pay, take the webhooks off their queue, sign bodies of its
//! own, and open checkouts that the shop did not ask for.

use edgetill::cron::tick::{Tally, tick};
use edgetill::dispatch::serve;
use edgetill::http::Reply;
use sandbox::config::LOCAL_STRIPE_KEY;
use sandbox::stripe::{API_VERSION, Outcome};
use sandbox::{Delivery, Exchange};
use serde_json::{Value as Json, json};
use shared::http::{Method, OutRequest, PROVIDER_ANSWER_BYTES_MAX, PROVIDER_DEADLINE_MS};

use crate::{Buyer, Shop, Task};

/// A checkout that somebody else opens in the shop's Stripe account.
#[derive(Debug, Clone, Default)]
pub struct OtherCheckout<'a> {
    /// `metadata[payment_id]`
    pub payment_id: Option<&'a str>,
    /// `metadata[order_number]`
    pub order_number: Option<&'a str>,
    /// `client_reference_id`
    pub reference: Option<&'a str>,
    /// Lower-case code; EUR without one.
    pub currency: Option<&'a str>,
    /// The price, in Stripe's minor units.
    pub amount: i64,
}

impl Shop {
    /// The buyer pays a session by card.
    pub fn pay_at_stripe(&self, session: &str) {
        self.world
            .sandbox(|sandbox, now| sandbox.stripe.pay(now, session, Outcome::Paid))
            .expect("the session can be paid");
    }

    /// An order, its session, and the body of the event that would tell that it was paid.
    #[must_use]
    pub fn paid_and_untold(&self) -> (Buyer, String, Vec<u8>) {
        let buyer = self.order();
        let session = self.pay(&buyer);
        self.pay_at_stripe(&session);
        let body = self.take_webhook("checkout.session.completed").body;
        (buyer, session, body)
    }

    /// Asserts that the order is confirmed once: one receipt, one release, the two mails of a sale,
    /// and nothing for a person to look at.
    pub fn assert_sold_once(&self, buyer: &Buyer) {
        let view = self.view(buyer);
        assert_eq!(view["status"], "confirmed", "{view:#}");
        assert_eq!(view["paid"]["amount"], 11_900);
        assert_eq!(self.ledger().len(), 1, "{:?}", self.ledger());
        assert_eq!(self.releases(), 1);
        assert_eq!(self.mails().len(), 2, "{:?}", self.mails());
        assert_eq!(self.open_cases(), [""; 0]);
        let confirmed = "SELECT count(*) FROM order_history WHERE event = 'confirmed'";
        assert_eq!(self.value(confirmed), 1);
        self.check();
    }

    /// The buyer uses a method that takes days.
    pub fn pay_later_at_stripe(&self, session: &str) {
        self.world
            .sandbox(|sandbox, now| sandbox.stripe.pay(now, session, Outcome::Delayed))
            .expect("the session can be paid");
    }

    /// The payment intent of a session.
    #[must_use]
    pub fn intent_of(&self, session: &str) -> String {
        self.world.sandbox(|sandbox, _| {
            let session = sandbox.stripe.session(session).expect("a session");
            session.payment_intent.clone().expect("an intent")
        })
    }

    /// The webhooks that are due, taken off the queue without being delivered.
    #[must_use]
    pub fn take_webhooks(&self) -> Vec<Delivery> {
        self.world.sandbox(sandbox::Sandbox::due_deliveries)
    }

    /// As [`Shop::take_webhooks`], those of one type only; the others are lost.
    #[must_use]
    pub fn take_webhooks_of(&self, event_type: &str) -> Vec<Delivery> {
        let mut due = self.take_webhooks();
        due.retain(|delivery| delivery.event_type == event_type);
        due
    }

    /// The one webhook of a type that is due; the others are lost.
    #[must_use]
    pub fn take_webhook(&self, event_type: &str) -> Delivery {
        let mut due = self.take_webhooks_of(event_type);
        assert_eq!(due.len(), 1, "webhooks of type {event_type}");
        due.remove(0)
    }

    /// The signature header of a body that is sent now.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> String {
        self.world
            .sandbox(|sandbox, now| sandbox.stripe.sign(now, body))
    }

    /// Receives a body, signed now.
    pub fn receive(&self, body: &[u8]) -> Reply {
        self.webhook(&[("stripe-signature", self.sign(body))], body)
    }

    /// Receives an event, signed now; the status of the answer.
    pub fn receive_event(&self, event: &Json) -> u16 {
        self.receive(event.to_string().as_bytes()).status
    }

    /// Receives a body, signed now; the Worker dies before it does what follows the reply.
    pub fn receive_only(&self, body: &[u8]) -> Reply {
        let signature = self.sign(body);
        let headers = [("stripe-signature", signature.as_str())];
        self.send_only(Method::Post, "/webhooks/stripe", &headers, body)
    }

    /// Begins to receive a body, signed now. What follows the reply is left to [`Shop::after`].
    #[must_use]
    pub fn begin_webhook(&self, body: &[u8]) -> Task<'_, Reply> {
        let signature = self.sign(body);
        let headers = [("stripe-signature", signature.as_str())];
        let request = self.request(Method::Post, "/webhooks/stripe", &headers, body);
        Task::new(&self.world, async move {
            serve(&self.world, &self.settings, &request).await
        })
    }

    /// Begins the return of the buyer's browser from a session.
    #[must_use]
    pub fn begin_return(&self, session: &str) -> Task<'_, Reply> {
        let request = self.way_back(&self.return_path(session));
        Task::new(&self.world, async move {
            serve(&self.world, &self.settings, &request).await
        })
    }

    /// Begins a cron tick.
    #[must_use]
    pub fn begin_tick(&self) -> Task<'_, Tally> {
        Task::new(&self.world, tick(&self.world, &self.settings))
    }

    /// Somebody pays a checkout that names the order's newest payment but is not the one that was
    /// opened for it, and Stripe tells it; the session.
    pub fn pay_elsewhere_for(&self, buyer: &Buyer) -> String {
        let payment = self.payment_of(buyer);
        let session = self.open_elsewhere(&OtherCheckout {
            payment_id: payment["payment_id"].as_str(),
            order_number: Some(&buyer.number),
            reference: Some(&buyer.number),
            amount: 11_900,
            ..OtherCheckout::default()
        });
        self.pay_at_stripe(&session);
        assert!(self.deliver_webhooks().iter().all(|status| *status == 200));
        session
    }

    /// Somebody else opens a checkout in the shop's Stripe account; its session.
    pub fn open_elsewhere(&self, checkout: &OtherCheckout<'_>) -> String {
        let mut form = vec![
            ("mode", "payment".to_owned()),
            ("success_url", "https://elsewhere.example/".to_owned()),
            ("line_items[0][quantity]", "1".to_owned()),
            (
                "line_items[0][price_data][currency]",
                checkout.currency.unwrap_or("eur").to_owned(),
            ),
            (
                "line_items[0][price_data][unit_amount]",
                checkout.amount.to_string(),
            ),
            (
                "line_items[0][price_data][product_data][name]",
                "Something".to_owned(),
            ),
        ];
        let texts = [
            ("metadata[payment_id]", checkout.payment_id),
            ("metadata[order_number]", checkout.order_number),
            ("client_reference_id", checkout.reference),
        ];
        form.extend(
            texts
                .into_iter()
                .filter_map(|(name, text)| Some((name, text?.to_owned()))),
        );
        let body: Vec<String> = form
            .into_iter()
            .map(|(name, value)| {
                format!("{name}={}", value.replace(':', "%3A").replace('/', "%2F"))
            })
            .collect();
        let request = OutRequest {
            method: Method::Post,
            url: "http://127.0.0.1:8790/stripe/v1/checkout/sessions".to_owned(),
            headers: vec![
                ("authorization", format!("Bearer {LOCAL_STRIPE_KEY}")),
                (
                    "content-type",
                    "application/x-www-form-urlencoded".to_owned(),
                ),
                ("stripe-version", API_VERSION.to_owned()),
            ],
            body: body.join("&").into_bytes(),
            deadline_ms: PROVIDER_DEADLINE_MS,
            answer_bytes_max: PROVIDER_ANSWER_BYTES_MAX,
        };
        let exchange = self
            .world
            .sandbox(|sandbox, now| sandbox.answer(now, &request));
        let Exchange::Answered(answer) = exchange else {
            panic!("no answer");
        };
        let answer: Json = serde_json::from_slice(&answer.body).expect("JSON");
        answer["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:#}"))
            .to_owned()
    }

    /// The newest payment of an order, one that was begun here first.
    #[must_use]
    pub fn payment_of(&self, buyer: &Buyer) -> Json {
        let sql = format!(
            "SELECT y.* FROM payments y JOIN payment_allocations a ON a.payment_id = y.payment_id
             WHERE a.order_number = '{}'
             ORDER BY y.created_at DESC, y.provider_key = '' LIMIT 1",
            buyer.number
        );
        self.rows(&sql).into_iter().next().expect("a payment")
    }

    /// What an event's row says, as `state: note`.
    #[must_use]
    pub fn inbox_of(&self, event_id: &str) -> String {
        let sql = format!("SELECT state || ': ' || note FROM inbox WHERE event_id = '{event_id}'");
        self.value(&sql).as_str().unwrap_or("absent").to_owned()
    }

    /// The open cases, as `kind subject`, sorted.
    #[must_use]
    pub fn open_cases(&self) -> Vec<String> {
        self.texts(
            "SELECT kind || ' ' || subject AS text FROM cases WHERE closed_at IS NULL ORDER BY 1",
        )
    }

    /// The movements of money, as `id: debit > credit amount currency`, sorted.
    #[must_use]
    pub fn ledger(&self) -> Vec<String> {
        self.texts(
            "SELECT transfer_id || ': ' || debit || ' > ' || credit || ' ' || amount_minor || ' '
             || currency AS text FROM transfers ORDER BY 1",
        )
    }

    /// The column `text` of a query.
    #[must_use]
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let text = |row: Json| row["text"].as_str().expect("a text").to_owned();
        self.rows(sql).into_iter().map(text).collect()
    }

    /// Everything that must not depend on the order in which events came: orders, payments, money,
    /// cases and messages. How often and why something was looked at is left out.
    #[must_use]
    pub fn end_state(&self) -> Json {
        json!({
            "orders": self.rows("SELECT order_number, state, paid_by FROM orders ORDER BY 1"),
            "payments": self.rows(
                "SELECT payment_id, state, session_id, capture_ref, received_minor,
                 received_currency, paid_by FROM payments ORDER BY 1"
            ),
            "ledger": self.ledger(),
            "accounts": self.rows("SELECT * FROM ledger_accounts ORDER BY account"),
            "cases": self.open_cases(),
            "messages": self.rows("SELECT kind, dedupe_key, state FROM outbox ORDER BY 1, 2"),
            "events": self.rows("SELECT event_id, event_type, state FROM inbox ORDER BY 1"),
            "releases": self.releases(),
        })
    }

    /// Runs cron every minute for so long, as [`Shop::run_cron`], without the backfill, so that
    /// only what was delivered is known.
    pub fn run_cron_without_backfill(&self, seconds: i64) {
        self.world.database(|database| {
            database.execute("UPDATE cursors SET due_at = 9007199254740991");
        });
        self.run_cron(seconds);
    }
}
