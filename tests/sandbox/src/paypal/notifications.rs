//! The events list, resending, and the check of a signature by postback (Webhooks v1).

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::PayPal;
use super::certificate::Certificate;
use super::error::{ApiError, Detail};
use super::event::Event;
use super::link::link;
use super::routes::{Call, Reply, found, malformed};
use super::sign::{is_signed, signed_text};
use super::{tables, time};
use crate::delivery::DeliveryState;

/// Events are listed for this long.
const LISTED_FOR_S: i64 = 30 * 24 * 3_600;
const PAGE_SIZE_MAX: usize = 1_000;

/// What the list is asked for.
struct Filter {
    size: usize,
    from: Timestamp,
    to: Timestamp,
    kind: Option<String>,
    transaction: Option<String>,
    /// Older than the event with this number, which ended the last page.
    before: Option<usize>,
}

/// A postback's body. Every member is needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Postback<'a> {
    auth_algo: String,
    cert_url: String,
    transmission_id: String,
    transmission_sig: String,
    transmission_time: String,
    webhook_id: String,
    /// The event's bytes as they stand in the body: printing a parsed event again would change the
    /// checksum.
    #[serde(borrow)]
    webhook_event: &'a RawValue,
}

impl PayPal {
    /// `GET /v1/notifications/webhooks-events`, newest first.
    pub(super) fn list_events(&self, call: &Call) -> Result<Reply, ApiError> {
        let filter = Filter::read(call)?;
        let all = self.events.all();
        let end = filter.before.unwrap_or(all.len()).min(all.len());
        let mut older = all[..end]
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, event)| filter.keeps(event));
        let page: Vec<(usize, &Event)> = older.by_ref().take(filter.size).collect();
        let mut links = Vec::new();
        if let (Some((last, event)), Some(_)) = (page.last(), older.next()) {
            links.push(link(self.next_page(&filter, *last, event), "next", "GET"));
        }
        let events: Vec<Value> = page
            .iter()
            .map(|(_, event)| event.listed(&self.api))
            .collect();
        let body = json!({ "count": events.len(), "events": events, "links": links });
        Ok(Reply { status: 200, body })
    }

    /// `POST /v1/notifications/webhooks-events/{id}/resend`. An event that still waits for its first
    /// or next delivery is not sent again.
    pub(super) fn resend_by_request(&mut self, call: &Call, id: &str) -> Result<Reply, ApiError> {
        let body = call.json(tables::RESEND)?;
        let event = found(self.events.find(id))?;
        let ours = |id: &Value| *id == self.config.webhook_id.as_str();
        let wanted = body["webhook_ids"]
            .as_array()
            .is_none_or(|ids| ids.iter().any(ours));
        let pending = self.queue.attempts().iter().any(|attempt| {
            attempt.event_id == id
                && matches!(
                    attempt.state,
                    DeliveryState::Waiting | DeliveryState::InFlight
                )
        });
        let body = event.listed(&self.api);
        if wanted && !pending {
            self.resend(call.now, id)
                .map_err(|_| ApiError::not_found())?;
        }
        Ok(Reply { status: 202, body })
    }

    /// `POST /v1/notifications/verify-webhook-signature`. It signs no more than a delivery does, and
    /// so takes a body with the same checksum for the genuine one; whether PayPal does is not known.
    pub(super) fn verify_signature(&self, call: &Call) -> Result<Reply, ApiError> {
        call.is_of_type("application/json")?;
        let asked: Postback = serde_json::from_slice(call.body).map_err(|error| {
            if error.is_data() {
                let description = "A required field / parameter is missing";
                ApiError::invalid(vec![
                    Detail::new("MISSING_REQUIRED_PARAMETER", description).at("/", None),
                ])
            } else {
                malformed()
            }
        })?;
        let text = signed_text(
            &asked.transmission_id,
            &asked.transmission_time,
            &asked.webhook_id,
            asked.webhook_event.get().as_bytes(),
        );
        let genuine = asked.auth_algo == "SHA256withRSA"
            && asked.webhook_id == self.config.webhook_id
            && Certificate::of_url(&asked.cert_url)
                .filter(|certificate| certificate.is_paypals())
                .is_some_and(|certificate| is_signed(certificate, &text, &asked.transmission_sig));
        let status = if genuine { "SUCCESS" } else { "FAILURE" };
        let body = json!({ "verification_status": status });
        Ok(Reply { status: 200, body })
    }

    fn next_page(&self, filter: &Filter, last: usize, event: &Event) -> String {
        let optional = |name: &str, value: &Option<String>| match value {
            Some(value) => format!("&{name}={value}"),
            None => String::new(),
        };
        format!(
            "{}/v1/notifications/webhooks-events?start_time={}&end_time={}&page_size={}{}{}\
             &move_to=next&index_time={}&index_id={last}",
            self.api,
            filter.from.rfc3339(),
            filter.to.rfc3339(),
            filter.size,
            optional("event_type", &filter.kind),
            optional("transaction_id", &filter.transaction),
            event.created.rfc3339(),
        )
    }
}

impl Filter {
    fn read(call: &Call) -> Result<Self, ApiError> {
        let oldest = call.now.plus(-LISTED_FOR_S);
        let mut filter = Self {
            size: 10,
            from: oldest,
            to: call.now,
            kind: None,
            transaction: None,
            before: None,
        };
        for pair in call.query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = value.replace("%3A", ":").replace("%3a", ":");
            filter.set(name, &value).ok_or_else(|| refuse(name))?;
        }
        if filter.from < oldest || filter.to < filter.from {
            return Err(refuse("start_time"));
        }
        Ok(filter)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "page_size" => {
                let size = value.parse().ok()?;
                self.size = Some(size).filter(|size| (1..=PAGE_SIZE_MAX).contains(size))?;
            }
            "start_time" => self.from = time::parse(value)?,
            "end_time" => self.to = time::parse(value)?,
            "event_type" => self.kind = Some(value.to_owned()),
            "transaction_id" => self.transaction = Some(value.to_owned()),
            "move_to" => Some(()).filter(|()| value == "next")?,
            "index_time" => time::parse(value).map(|_| ())?,
            "index_id" => self.before = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }

    fn keeps(&self, event: &Event) -> bool {
        (self.from..=self.to).contains(&event.created)
            && self.kind.as_ref().is_none_or(|kind| *kind == event.kind)
            && self
                .transaction
                .as_ref()
                .is_none_or(|id| event.is_about(id))
    }
}

fn refuse(name: &str) -> ApiError {
    let detail = Detail::new("INVALID_PARAMETER_VALUE", "A parameter value is not valid.");
    ApiError::validation(vec![detail.in_the("query", name)])
}
