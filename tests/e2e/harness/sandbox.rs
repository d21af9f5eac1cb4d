//! The sandbox's strings over HTTP: see `tests/sandbox/src/program/control.rs`.

use serde_json::{Value as Json, json};

use super::{Answer, Body, send, wait_for};

/// The running sandbox.
#[derive(Debug)]
pub struct SandboxProgram {
    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub url: String,
}

/// A mail that the sandbox's mail service took.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The service's id.
    pub id: String,
    /// The only recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// How often it was asked for under its key.
    pub requests: i64,
}

impl SandboxProgram {
    pub(super) fn at(port: u16) -> Self {
        Self {
            url: format!("http://127.0.0.1:{port}"),
        }
    }

    /// Does something to an object; the ids of the events that it made.
    #[track_caller]
    pub fn act(&self, action: &str, id: &str) -> Vec<String> {
        let answer = self.control("act", &json!({ "action": action, "id": id }));
        let events = answer.expect(200).json()["events"].clone();
        serde_json::from_value(events).expect("event ids")
    }

    /// Gives a part of a payment back, minor units.
    #[track_caller]
    pub fn refund_part(&self, intent: &str, minor: i64) {
        let wish = json!({ "action": "refund", "id": intent, "amount": minor });
        let _ = self.control("act", &wish).expect(200);
    }

    /// Does something to an object at PayPal; the ids of the events that it made.
    #[track_caller]
    pub fn act_at_paypal(&self, action: &str, id: &str) -> Vec<String> {
        let answer = self.control("paypal/act", &json!({ "action": action, "id": id }));
        let events = answer.expect(200).json()["events"].clone();
        serde_json::from_value(events).expect("event ids")
    }

    /// An order at PayPal.
    #[must_use]
    #[track_caller]
    pub fn paypal_order(&self, id: &str) -> Json {
        let mut orders = self.list("paypal/orders").into_iter();
        let order = orders.find(|order| order["id"] == id);
        order.unwrap_or_else(|| panic!("PayPal has no order {id}"))
    }

    /// What PayPal has taken for an order, minor units.
    #[must_use]
    pub fn taken_by_paypal(&self, id: &str) -> i64 {
        let mut book = self.list("paypal/book");
        book.retain(|capture| capture["order"] == id);
        let amounts = book.iter().filter_map(|capture| capture["amount"].as_i64());
        amounts.sum()
    }

    /// No webhook of the next approval arrives.
    #[track_caller]
    pub fn lose_next_paypal_webhooks(&self) {
        let order = json!({ "mode": "lost", "next_only": true });
        let _ = self.control("paypal/webhooks", &order).expect(200);
    }

    /// PayPal ends every access token.
    pub fn end_paypal_tokens(&self) {
        let tokens = self.control_url("paypal/tokens");
        let _ = send("DELETE", &tokens, &[], Body::None).expect(200);
    }

    /// The certificate that PayPal signs under from now on.
    #[track_caller]
    pub fn set_certificate(&self, name: &str) {
        let change = json!({ "certificate": name });
        let _ = self.control("paypal/certificate", &change).expect(200);
    }

    /// The headers of a body that PayPal sends now.
    #[must_use]
    #[track_caller]
    pub fn sign_as_paypal(&self, body: &str) -> Json {
        let answer = self.control("paypal/sign", &json!({ "body": body }));
        answer.expect(200).json()["headers"].clone()
    }

    /// Another body with the checksum of a genuine one.
    #[must_use]
    #[track_caller]
    pub fn forge_at_paypal(&self, genuine: &str, wanted: &str) -> String {
        let ask = json!({ "genuine": genuine, "wanted": wanted });
        let body = self.control("paypal/forge", &ask).expect(200).json()["body"].clone();
        body.as_str().expect("a text").to_owned()
    }

    /// The next `times` requests to a target whose path contains `path` fail in this way.
    #[track_caller]
    pub fn fail(&self, target: &str, path: &str, fault: &str, times: u32) {
        let order = json!({ "target": target, "path": path, "fault": fault, "times": times });
        let _ = self.control("faults", &order).expect(200);
    }

    /// The next `times` requests to Stripe about a session fail in this way.
    #[track_caller]
    pub fn fail_about(&self, session_id: &str, fault: &str, times: u32) {
        let path = format!("/v1/checkout/sessions/{session_id}");
        self.fail("stripe", &path, fault, times);
    }

    /// Forgets every fault that has not struck.
    pub fn heal(&self) {
        let _ = send("DELETE", &self.control_url("faults"), &[], Body::None);
    }

    /// Emits an event of any type with any object; its id.
    #[track_caller]
    pub fn make_event(&self, kind: &str, object: &Json) -> String {
        let answer = self.control("events", &json!({ "type": kind, "object": object }));
        let id = answer.expect(200).json()["events"][0].clone();
        id.as_str().expect("an event id").to_owned()
    }

    /// The signature header for a body, as if it were sent at this time; now for `None`.
    #[must_use]
    #[track_caller]
    pub fn sign(&self, body: &str, sent: Option<i64>) -> String {
        let answer = self.control("sign", &json!({ "body": body, "sent": sent }));
        let signature = answer.expect(200).json()["signature"].clone();
        signature.as_str().expect("a signature").to_owned()
    }

    /// The sandbox's clock, Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        let clock = send("GET", &format!("{}/control", self.url), &[], Body::None);
        clock.expect(200).json()["now"].as_i64().expect("a time")
    }

    /// Every session of one order, oldest first.
    #[must_use]
    pub fn sessions_of(&self, order_number: &str) -> Vec<Json> {
        let mut sessions = self.list("sessions");
        sessions.retain(|session| session["client_reference_id"] == order_number);
        sessions
    }

    /// What was captured for a session, `None` when nothing was.
    #[must_use]
    pub fn captured(&self, session_id: &str) -> Option<Json> {
        let mut book = self.list("book").into_iter();
        book.find(|capture| capture["session"] == session_id)
    }

    /// Every event that concerns an object.
    #[must_use]
    pub fn events_about(&self, object_id: &str) -> Vec<Json> {
        let mut events = self.list("events");
        events.retain(|event| event["object"]["id"] == object_id);
        events
    }

    /// The delivery attempts of an event.
    #[must_use]
    pub fn deliveries_of(&self, event_id: &str) -> Vec<Json> {
        let mut deliveries = self.list("deliveries");
        deliveries.retain(|attempt| attempt["event_id"] == event_id);
        deliveries
    }

    /// What production has got.
    #[must_use]
    pub fn releases(&self) -> Vec<Json> {
        self.list("releases")
    }

    /// The one-time code in the newest mail to an address that has one, once it is there.
    #[must_use]
    #[track_caller]
    pub fn mailed_code(&self, address: &str) -> String {
        let code = |mail: &Mail| {
            let line = mail
                .text
                .lines()
                .find_map(|line| line.strip_prefix("Code: "));
            line.map(str::to_owned)
        };
        wait_for("a code", || {
            self.mails_to(address).iter().rev().find_map(code)
        })
    }

    /// Every mail to an address, oldest first.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mails = send("GET", &format!("{}/mail.json", self.url), &[], Body::None);
        // With ordinary spaces, for reading.
        let text = |mail: &Json, field: &str| {
            let text = mail[field].as_str().unwrap_or_default();
            text.replace('\u{a0}', " ")
        };
        let mails = mails.expect(200).json();
        let mails = mails.as_array().expect("a list").iter();
        let to_them = mails.filter(|mail| mail["to"] == json!([address]));
        to_them
            .map(|mail| Mail {
                id: text(mail, "id"),
                to: address.to_owned(),
                subject: text(mail, "subject"),
                text: text(mail, "text"),
                requests: mail["requests"].as_i64().expect("a number"),
            })
            .collect()
    }

    fn list(&self, name: &str) -> Vec<Json> {
        let answer = send("GET", &self.control_url(name), &[], Body::None);
        serde_json::from_slice(&answer.expect(200).body).expect("a list")
    }

    #[track_caller]
    fn control(&self, name: &str, body: &Json) -> Answer {
        let headers = [("content-type", "application/json")];
        let body = body.to_string();
        send(
            "POST",
            &self.control_url(name),
            &headers,
            Body::Whole(body.as_bytes()),
        )
    }

    fn control_url(&self, name: &str) -> String {
        format!("{}/control/{name}", self.url)
    }
}
