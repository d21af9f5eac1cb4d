//! What a test does at PayPal's side: sign bodies of its own, and deliver them.

use edgetill::dispatch::serve;
use edgetill::http::Reply;
use sandbox::Delivery;
use serde_json::{Value as Json, json};

use crate::{Shop, Task};
use shared::http::Method;

/// Where PayPal delivers.
const DOOR: &str = "/webhooks/paypal";

impl Shop {
    /// The headers of a body that PayPal sends now, under a transmission id of its own.
    #[must_use]
    pub fn sign_as_paypal(&self, body: &[u8]) -> Vec<(&'static str, String)> {
        self.world
            .sandbox(|sandbox, now| sandbox.paypal.sign(now, body))
    }

    /// Receives a body under the headers of a delivery.
    pub fn receive_under(&self, headers: &[(&'static str, String)], body: &[u8]) -> Reply {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        self.send(Method::Post, DOOR, &headers, body)
    }

    /// Receives an event of PayPal's, signed now; the status of the answer.
    pub fn receive_from_paypal(&self, event: &Json) -> u16 {
        let body = event.to_string();
        let headers = self.sign_as_paypal(body.as_bytes());
        self.receive_under(&headers, body.as_bytes()).status
    }

    /// The capture of a PayPal order.
    #[must_use]
    pub fn capture_of(&self, order: &str) -> String {
        self.world.sandbox(|sandbox, _| {
            let (capture, _) = sandbox.paypal.capture_of(order).expect("a capture");
            capture.to_owned()
        })
    }

    /// Begins to receive a delivery. What follows the reply is left to [`Shop::after`].
    #[must_use]
    pub fn begin_delivery(&self, delivery: &Delivery) -> Task<'_, Reply> {
        let headers: Vec<(&str, &str)> = delivery
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let request = self.request(Method::Post, DOOR, &headers, &delivery.body);
        Task::new(&self.world, async move {
            serve(&self.world, &self.settings, &request).await
        })
    }
}

/// An event about something that nobody here knows.
#[must_use]
pub fn paypal_event(id: &str, event_type: &str, resource: &Json) -> Json {
    json!({ "id": id, "event_type": event_type, "resource": resource })
}
