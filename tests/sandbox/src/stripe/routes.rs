//! The endpoints.

use serde_json::{Value, json};
use shared::http::Method;
use shared::time::Timestamp;

use super::Stripe;
use super::error::ApiError;
use super::event::{Cause, EventFilter};
use super::form::Node;
use super::params::check;
use super::session::{Session, SessionStatus};
use super::shelf::{Resource, Shelf};
use super::tables;

impl Stripe {
    pub(super) fn route(
        &mut self,
        now: Timestamp,
        method: Method,
        path: &str,
        params: &Node,
        cause: &Cause,
    ) -> Result<Value, ApiError> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let answer = match (method, segments.as_slice()) {
            (Method::Post, ["v1", "checkout", "sessions"]) => {
                check(params, tables::CREATE_SESSION)?;
                self.create_session(now, params)
            }
            (Method::Post, ["v1", "checkout", "sessions", id, "expire"]) => {
                check(params, tables::ONE)?;
                self.expire_by_request(now, id, cause)
            }
            (Method::Post, ["v1", "refunds"]) => {
                check(params, tables::CREATE_REFUND)?;
                self.refund_by_request(now, params, cause)
            }
            (Method::Get, ["v1", collection @ ..]) => self.read(now, collection, path, params),
            _ => Err(ApiError::no_such_url(method.as_str(), path)),
        }?;
        self.expanded(answer, params)
            .map_err(ApiError::after_beginning)
    }

    fn read(
        &self,
        now: Timestamp,
        collection: &[&str],
        url: &str,
        params: &Node,
    ) -> Result<Value, ApiError> {
        match collection {
            ["checkout", "sessions"] => {
                check(params, tables::LIST_SESSIONS)?;
                let status = params.text("status");
                let intent = params.text("payment_intent");
                self.sessions.page(params, url, |session| {
                    status.is_none_or(|wanted| wanted == session.status.as_str())
                        && (intent.is_none() || intent == session.payment_intent.as_deref())
                })
            }
            ["checkout", "sessions", id, "line_items"] => {
                check(params, tables::LIST_LINE_ITEMS)?;
                line_items_page(self.sessions.require(id)?, params, url)
            }
            ["events"] => {
                check(params, tables::LIST_EVENTS)?;
                if params.child("type").is_some() && params.child("types").is_some() {
                    let message = "You may only specify one of these parameters: type, types.";
                    return Err(ApiError::invalid(message).param("type"));
                }
                let filter = EventFilter::of(now, params);
                self.events.page(params, url, |event| filter.keeps(event))
            }
            ["refunds"] => {
                check(params, tables::LIST_OF_CHARGE)?;
                let wanted = Money::of(params);
                self.refunds.page(params, url, |refund| {
                    wanted.is(&refund.intent, &refund.charge)
                })
            }
            ["disputes"] => {
                check(params, tables::LIST_OF_CHARGE)?;
                let wanted = Money::of(params);
                self.disputes
                    .page(params, url, |case| wanted.is(&case.intent, &case.charge))
            }
            ["charges"] => {
                check(params, tables::LIST_CHARGES)?;
                let wanted = Money::of(params);
                self.charges
                    .page(params, url, |charge| wanted.is(&charge.intent, &charge.id))
            }
            ["payment_intents"] => {
                check(params, tables::LIST_INTENTS)?;
                self.intents.page(params, url, |_| true)
            }
            ["checkout", "sessions", id] => one(&self.sessions, id, params),
            ["events", id] => one(&self.events, id, params),
            ["refunds", id] => one(&self.refunds, id, params),
            ["disputes", id] => one(&self.disputes, id, params),
            ["charges", id] => one(&self.charges, id, params),
            ["payment_intents", id] if *id != "search" => one(&self.intents, id, params),
            _ => Err(ApiError::no_such_url("GET", url)),
        }
    }

    fn expire_by_request(
        &mut self,
        now: Timestamp,
        id: &str,
        cause: &Cause,
    ) -> Result<Value, ApiError> {
        let status = self.sessions.require(id)?.status;
        if status != SessionStatus::Open {
            let message = format!(
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout \
                 Session has a status of {}.",
                status.as_str()
            );
            return Err(ApiError::invalid(message).after_beginning());
        }
        self.expire_session(now, id, cause);
        self.sessions.require(id).map(Resource::json)
    }
}

fn one<T: Resource>(shelf: &Shelf<T>, id: &str, params: &Node) -> Result<Value, ApiError> {
    check(params, tables::ONE)?;
    shelf.require(id).map(Resource::json)
}

fn line_items_page(session: &Session, params: &Node, url: &str) -> Result<Value, ApiError> {
    let position = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(id) => match session.lines.iter().position(|line| line.id == id) {
            None => Err(ApiError::missing_in(name, "item", id)),
            found => Ok(found),
        },
    };
    let start = position("starting_after")?.map_or(0, |index| index + 1);
    let end = position("ending_before")?
        .unwrap_or(session.lines.len())
        .max(start);
    let limit = params
        .integer("limit")
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(10);
    let mut data = session.line_items()[start..end].to_vec();
    let has_more = data.len() > limit;
    data.truncate(limit);
    Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
}

/// The filters `payment_intent` and `charge`.
struct Money<'a> {
    intent: Option<&'a str>,
    charge: Option<&'a str>,
}

impl<'a> Money<'a> {
    fn of(params: &'a Node) -> Self {
        Self {
            intent: params.text("payment_intent"),
            charge: params.text("charge"),
        }
    }

    fn is(&self, intent: &str, charge: &str) -> bool {
        self.intent.is_none_or(|wanted| wanted == intent)
            && self.charge.is_none_or(|wanted| wanted == charge)
    }
}
