//! The endpoints, and what every request to them must have.

use serde_json::{Value, json};
use shared::http::{Method, OutRequest};
use shared::time::Timestamp;

use super::PayPal;
use super::error::{ApiError, Detail};
use super::order::Order;
use super::requests::{self, Outcome};
use super::schema::{self, Member};
use super::tables;
use crate::exchange;

/// A request, as far as its form is clear from its head.
pub(super) struct Call<'a> {
    pub(super) now: Timestamp,
    method: Method,
    path: &'a str,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
    pub(super) authorization: Option<&'a str>,
    content_type: &'a str,
    pub(super) request_id: Option<&'a str>,
    /// `Prefer: return=representation`.
    representation: bool,
}

/// An answer; without a body for `null`.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl<'a> Call<'a> {
    pub(super) fn read(
        now: Timestamp,
        request: &'a OutRequest,
        path: &'a str,
        query: &'a str,
    ) -> Result<Self, ApiError> {
        let header = |name: &str| exchange::header(request, name);
        let representation = match header("prefer") {
            None | Some("return=minimal") => false,
            Some("return=representation") => true,
            Some(_) => {
                let detail =
                    Detail::new("INVALID_PARAMETER_VALUE", "A parameter value is not valid.");
                return Err(ApiError::invalid(vec![detail.in_the("header", "Prefer")]));
            }
        };
        Ok(Self {
            now,
            method: request.method,
            path,
            query,
            body: &request.body,
            authorization: header("authorization"),
            content_type: header("content-type").unwrap_or_default(),
            request_id: header("paypal-request-id"),
            representation,
        })
    }

    /// The JSON body, after its form was checked. A body that may be left out counts as `{}`.
    pub(super) fn json(&self, members: &[Member]) -> Result<Value, ApiError> {
        self.is_of_type("application/json")?;
        let optional = members.iter().all(|(_, required, _)| !required);
        let body = match self.body {
            [] if optional => json!({}),
            body => serde_json::from_slice(body).map_err(|_| malformed())?,
        };
        schema::check(&body, members)?;
        Ok(body)
    }

    pub(super) fn is_of_type(&self, expected: &str) -> Result<(), ApiError> {
        let given = self
            .content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if given == expected {
            Ok(())
        } else {
            Err(ApiError::media_type())
        }
    }

    fn has_no_query(&self) -> Result<(), ApiError> {
        if self.query.is_empty() {
            return Ok(());
        }
        let detail = Detail::new(
            "NOT_SUPPORTED",
            "The sandbox does not implement this query.",
        );
        Err(ApiError::invalid(vec![detail.in_the("query", self.query)]))
    }
}

impl PayPal {
    pub(super) fn route(&mut self, call: &Call) -> Result<Reply, ApiError> {
        let segments: Vec<&str> = call.path.split('/').skip(1).collect();
        if (call.method, segments.as_slice()) == (Method::Post, &["v1", "oauth2", "token"]) {
            return self.token(call);
        }
        self.tokens.admit(call.now, call.authorization)?;
        match (call.method, segments.as_slice()) {
            (Method::Get, ["v1", "notifications", "webhooks-events"]) => self.list_events(call),
            (method, path) => {
                call.has_no_query()?;
                match method {
                    Method::Get => self.read(path),
                    Method::Post => self.write(path, call),
                    _ => Err(ApiError::not_found()),
                }
            }
        }
    }

    fn token(&mut self, call: &Call) -> Result<Reply, ApiError> {
        call.is_of_type("application/x-www-form-urlencoded")?;
        let config = &self.config;
        let body = self.tokens.issue(
            call.now,
            &mut self.ids,
            config,
            call.authorization,
            call.body,
        )?;
        Ok(Reply { status: 200, body })
    }

    fn read(&self, path: &[&str]) -> Result<Reply, ApiError> {
        let body = match path {
            ["v2", "checkout", "orders", id] => self.order_json(self.living_order(id)?),
            ["v2", "payments", "captures", id] => found(self.captures.find(id))?.json(&self.api),
            ["v2", "payments", "refunds", id] => found(self.refunds.find(id))?.json(&self.api),
            ["v1", "customer", "disputes", id] => found(self.disputes.find(id))?.json(&self.api),
            ["v1", "notifications", "webhooks-events", id] => {
                found(self.events.find(id))?.listed(&self.api)
            }
            _ => return Err(ApiError::not_found()),
        };
        Ok(Reply { status: 200, body })
    }

    fn write(&mut self, path: &[&str], call: &Call) -> Result<Reply, ApiError> {
        match path {
            ["v2", "checkout", "orders"] => self.once(call, requests::ORDERS_KEEP_S, |paypal| {
                paypal.create_order(call)
            }),
            ["v2", "checkout", "orders", id, "capture"] => {
                call.json(tables::CAPTURE)?;
                self.once(call, requests::ORDERS_KEEP_S, |paypal| {
                    paypal.capture_order(call.now, id).map(Outcome::Order)
                })
            }
            ["v2", "payments", "captures", id, "refund"] => {
                self.once(call, requests::PAYMENTS_KEEP_S, |paypal| {
                    paypal.refund_by_request(call, id)
                })
            }
            ["v1", "notifications", "webhooks-events", id, "resend"] => {
                self.resend_by_request(call, id)
            }
            ["v1", "notifications", "verify-webhook-signature"] => self.verify_signature(call),
            _ => Err(ApiError::not_found()),
        }
    }

    /// Works, unless the request id says that this was done before.
    fn once(
        &mut self,
        call: &Call,
        keep_s: i64,
        work: impl FnOnce(&mut Self) -> Result<Outcome, ApiError>,
    ) -> Result<Reply, ApiError> {
        if let Some(id) = call.request_id
            && let Some(outcome) = self.requests.repeated(call.now, id, call.path, call.body)?
        {
            return self.latest(call, outcome, 200);
        }
        let outcome = match work(self) {
            Ok(outcome) => outcome,
            Err(error) if error.began => Outcome::Refused(error),
            Err(error) => return Err(error),
        };
        if let Some(id) = call.request_id {
            let until = call.now.plus(keep_s);
            self.requests
                .keep(until, id, call.path, call.body, outcome.clone());
        }
        self.latest(call, outcome, 201)
    }

    /// What has become of a request. A new order with a payment source is answered with 200 in
    /// practice, where the documents have 201.
    fn latest(&self, call: &Call, outcome: Outcome, status: u16) -> Result<Reply, ApiError> {
        let reply = |status, body| Ok(Reply { status, body });
        match outcome {
            Outcome::Refused(error) => Err(error),
            Outcome::Refund(id) => {
                let refund = found(self.refunds.find(&id))?;
                if call.representation {
                    reply(status, refund.json(&self.api))
                } else {
                    reply(status, refund.minimal(&self.api))
                }
            }
            Outcome::Order(id) => {
                let order = self.living_order(&id)?;
                let status = match order.status() {
                    "PAYER_ACTION_REQUIRED" => 200,
                    _ => status,
                };
                if call.representation {
                    reply(status, self.order_json(order))
                } else {
                    reply(status, order.minimal(&self.api))
                }
            }
        }
    }

    /// An order that is not gone.
    pub(super) fn living_order(&self, id: &str) -> Result<&Order, ApiError> {
        found(self.orders.find(id).filter(|order| !order.is_gone()))
    }
}

pub(super) fn found<T>(object: Option<T>) -> Result<T, ApiError> {
    object.ok_or_else(ApiError::not_found)
}

pub(super) fn malformed() -> ApiError {
    let description = "The request JSON is not well formed.";
    ApiError::invalid(vec![
        Detail::new("MALFORMED_REQUEST_JSON", description).at("/", None),
    ])
}
