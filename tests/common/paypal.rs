//! What a test does at PayPal's side: approve, be declined, come back.

use edgetill::http::Reply;
use sandbox::paypal::{Funding, Order};
use serde_json::json;

use crate::shop::path_of;
use crate::{Actor, Buyer, Shop, Task, json_of, text};

impl Shop {
    /// Begins a payment by PayPal; PayPal's order id.
    pub fn pay_by_paypal(&self, buyer: &Buyer) -> String {
        let reply = self.try_pay_by(buyer, "paypal", "paypal-key-0000000000001");
        assert_eq!(reply.status, 201, "{}", text(&reply));
        paypal_order_in(&reply)
    }

    /// Tries to begin a payment by a method.
    pub fn try_pay_by(&self, buyer: &Buyer, method: &str, key: &str) -> Reply {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        let body = json!({ "method": method });
        self.post(&path, key, Some(&buyer.token), &body)
    }

    /// The buyer approves an order on PayPal's page, with this to pay with.
    pub fn approve(&self, order: &str, funding: Funding) {
        self.world
            .sandbox(|sandbox, now| sandbox.paypal.approve(now, order, funding))
            .expect("the order can be approved");
    }

    /// An order and its PayPal order, which the buyer has approved with good money. No webhook tells.
    #[must_use]
    pub fn approved(&self) -> (Buyer, String) {
        self.begun_at_paypal(true)
    }

    /// The same, approved or not.
    #[must_use]
    pub fn begun_at_paypal(&self, approve: bool) -> (Buyer, String) {
        self.lose_webhooks();
        let buyer = self.order();
        let order = self.pay_by_paypal(&buyer);
        if approve {
            self.approve(&order, Funding::Good);
        }
        (buyer, order)
    }

    /// An order and its PayPal order, which the buyer has approved with this to pay with.
    #[must_use]
    pub fn approved_with(&self, funding: Funding) -> (Buyer, String) {
        let buyer = self.order();
        let order = self.pay_by_paypal(&buyer);
        self.approve(&order, funding);
        (buyer, order)
    }

    /// An order at PayPal.
    #[must_use]
    pub fn paypal_order(&self, id: &str) -> Order {
        let found = self
            .world
            .sandbox(|sandbox, _| sandbox.paypal.order(id).cloned());
        found.expect("an order")
    }

    /// Every order at PayPal, oldest first.
    #[must_use]
    pub fn paypal_orders(&self) -> Vec<Order> {
        self.world
            .sandbox(|sandbox, _| sandbox.paypal.orders().to_vec())
    }

    /// What PayPal has taken for us, minor units.
    #[must_use]
    pub fn taken_by_paypal(&self) -> i64 {
        self.world.sandbox(|sandbox, _| {
            let captured = sandbox.paypal.captured();
            captured.iter().map(|capture| capture.amount_minor).sum()
        })
    }

    /// The ids under which captures were asked for, in order.
    #[must_use]
    pub fn capture_requests(&self) -> Vec<String> {
        let sent = self.world.requests_to("/capture");
        let id = |request: &shared::http::OutRequest| {
            let mut headers = request.headers.iter();
            let header = headers.find(|(name, _)| *name == "paypal-request-id");
            header.expect("a request id").1.clone()
        };
        sent.iter().map(id).collect()
    }

    /// The buyer's browser comes back after approving.
    pub fn come_back_from_paypal(&self, order: &str) -> Reply {
        self.come_back_to(&self.paypal_return_path(order))
    }

    /// The buyer's browser comes back without approving.
    pub fn leave_paypal(&self, order: &str) -> Reply {
        let url = self.paypal_order(order).cancel_url().expect("an address");
        self.come_back_to(path_of(&url))
    }

    /// Where PayPal sends a buyer who has approved.
    #[must_use]
    pub fn paypal_return_path(&self, order: &str) -> String {
        let url = self.paypal_order(order).return_url().expect("an address");
        path_of(&url).to_owned()
    }

    /// Approves, if the order can still be approved, and comes back; 402 when it could not.
    #[must_use]
    pub fn buyer_at_paypal(&self, order: &str) -> Actor<'_> {
        let order = order.to_owned();
        Task::new(&self.world, async move {
            self.world.turn().await;
            let approved = self
                .world
                .sandbox(|sandbox, now| sandbox.paypal.approve(now, &order, Funding::Good));
            if approved.is_err() {
                return 402;
            }
            let path = self.paypal_return_path(&order);
            self.answer(self.way_back(&path)).await
        })
    }

    /// Comes back from PayPal's page after approving.
    #[must_use]
    pub fn paypal_returner(&self, order: &str) -> Actor<'_> {
        let path = self.paypal_return_path(order);
        let request = self.way_back(&path);
        Task::new(&self.world, self.answer(request))
    }
}

/// PayPal's order in the answer to a begun payment.
#[must_use]
pub fn paypal_order_in(reply: &Reply) -> String {
    let url = json_of(reply)["payment"]["redirect_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let (page, order) = url.split_once("?token=").expect("a token");
    assert_eq!(page, "http://127.0.0.1:8790/paypal/checkoutnow");
    order.to_owned()
}
