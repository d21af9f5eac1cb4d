//! Actors that work at the same time: what each of them does, one step to the outside at a time.

use edgetill::cron::tick::tick;
use edgetill::dispatch::serve;
use edgetill::failure::Failure;
use edgetill::http::Request;
use edgetill::review::{self, Decided, Rejection};
use sandbox::stripe::Outcome;
use serde_json::{Value as Json, json};
use shared::http::Method;
use shared::id::ProofId;
use shared::proof::RejectionCode;

use crate::bank::proof_form;
use crate::{Buyer, Shop, Task, approval, eur, order_body, staff};

/// Somebody who acts; the status of the answer, or 200 for one who asked nothing.
pub type Actor<'a> = Task<'a, u16>;

impl Shop {
    /// Creates an order with a key.
    #[must_use]
    pub fn creator(&self, key: &str) -> Actor<'_> {
        self.caller("/v1/orders", key, None, &order_body())
    }

    /// Creates an order from a body, from an address of its own.
    #[must_use]
    pub fn creator_from(&self, client: &str, key: &str, body: &Json) -> Actor<'_> {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = body.to_string();
        let mut request = self.request(Method::Post, "/v1/orders", &headers, body.as_bytes());
        client.clone_into(&mut request.client);
        Task::new(&self.world, self.answer(request))
    }

    /// Begins a payment with a key, or goes on with the one that is under way.
    #[must_use]
    pub fn payer(&self, buyer: &Buyer, key: &str) -> Actor<'_> {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        self.caller(
            &path,
            key,
            Some(&buyer.token),
            &json!({ "method": "stripe" }),
        )
    }

    /// Cancels an order.
    #[must_use]
    pub fn canceller(&self, buyer: &Buyer) -> Actor<'_> {
        self.canceller_with(buyer, &json!({}))
    }

    /// Cancels an order whose proof waits, and means it.
    #[must_use]
    pub fn canceller_despite_review(&self, buyer: &Buyer) -> Actor<'_> {
        self.canceller_with(buyer, &json!({ "despite_review": true }))
    }

    /// Replaces an order by one that costs the same.
    #[must_use]
    pub fn replacer(&self, buyer: &Buyer, key: &str) -> Actor<'_> {
        let path = format!("/v1/orders/{}/replacement", buyer.number);
        self.caller(&path, key, Some(&buyer.token), &order_body())
    }

    fn canceller_with(&self, buyer: &Buyer, body: &Json) -> Actor<'_> {
        let path = format!("/v1/orders/{}/cancel", buyer.number);
        let key = "cancel-key-0000000000001";
        self.caller(&path, key, Some(&buyer.token), body)
    }

    /// Chooses to transfer.
    #[must_use]
    pub fn transferrer(&self, buyer: &Buyer, key: &str) -> Actor<'_> {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        self.caller(&path, key, Some(&buyer.token), &json!({ "method": "bank" }))
    }

    /// Hands a proof in.
    #[must_use]
    pub fn sender(&self, buyer: &Buyer, file: &[u8]) -> Actor<'_> {
        let (content_type, body) = proof_form(file);
        let bearer = format!("Bearer {}", buyer.token);
        let headers = [
            ("content-type", content_type.as_str()),
            ("authorization", &bearer),
        ];
        let path = format!("/v1/orders/{}/proofs", buyer.number);
        let request = self.request(Method::Post, &path, &headers, &body);
        Task::new(&self.world, self.answer(request))
    }

    /// Approves a proof of an order as it is now.
    #[must_use]
    pub fn approver(&self, buyer: &Buyer, proof: &str, name: &str) -> Actor<'_> {
        let approval = approval(proof, self.seen(buyer), eur(11_900), "NTRF1");
        let by = staff(name);
        Task::new(&self.world, async move {
            status(&review::approve(&self.world, &self.settings, &by, &approval).await)
        })
    }

    /// Turns a proof of an order down as it is now.
    #[must_use]
    pub fn rejecter(&self, buyer: &Buyer, proof: &str, name: &str) -> Actor<'_> {
        let rejection = Rejection {
            proof_id: ProofId::parse(proof).expect("a proof"),
            seen: self.seen(buyer),
            code: RejectionCode::NotReceived,
            reason: String::new(),
        };
        let by = staff(name);
        Task::new(&self.world, async move {
            status(&review::reject(&self.world, &self.settings, &by, &rejection).await)
        })
    }

    /// Pays on the provider's page, if it is still open, and the provider tells it at once. 402 when
    /// the page was closed.
    #[must_use]
    pub fn buyer_at_stripe(&self, session: &str) -> Actor<'_> {
        let session = session.to_owned();
        Task::new(&self.world, async move {
            self.world.turn().await;
            if !self.try_to_pay_at_stripe(&session, Outcome::Paid) {
                return 402;
            }
            let delivery = self.take_webhook("checkout.session.completed");
            let headers: Vec<_> = delivery
                .headers
                .iter()
                .map(|(n, v)| (*n, v.as_str()))
                .collect();
            let path = "/webhooks/stripe";
            self.answer(self.request(Method::Post, path, &headers, &delivery.body))
                .await
        })
    }

    /// Comes back from the provider's page.
    #[must_use]
    pub fn returner(&self, session: &str) -> Actor<'_> {
        let request = self.way_back(&self.return_path(session));
        Task::new(&self.world, self.answer(request))
    }

    /// Delivers a webhook.
    #[must_use]
    pub fn provider(&self, body: &[u8]) -> Actor<'_> {
        let signature = self.sign(body);
        let headers = [("stripe-signature", signature.as_str())];
        let request = self.request(Method::Post, "/webhooks/stripe", &headers, body);
        Task::new(&self.world, self.answer(request))
    }

    /// Runs one cron tick.
    #[must_use]
    pub fn cron(&self) -> Actor<'_> {
        Task::new(&self.world, async move {
            tick(&self.world, &self.settings).await;
            200
        })
    }

    fn caller(&self, path: &str, key: &str, token: Option<&str>, body: &Json) -> Actor<'_> {
        let request = self.post_request(path, key, token, body);
        Task::new(&self.world, self.answer(request))
    }

    /// Answers a request; what follows the reply is left to cron.
    pub(crate) async fn answer(&self, request: Request) -> u16 {
        serve(&self.world, &self.settings, &request).await.status
    }
}

/// The status that the staff door would answer with.
fn status(decided: &Result<Decided, Failure>) -> u16 {
    match decided {
        Ok(_) => 200,
        Err(Failure::Refused(refusal) | Failure::RefusedAfter(refusal, _)) => refusal.kind().0,
        Err(Failure::Fault(_)) => 503,
    }
}
