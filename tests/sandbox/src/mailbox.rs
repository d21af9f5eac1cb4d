//! A mail service in the shape of Resend's `POST /emails`, and the mailbox it fills.
//!
//! Rules from Resend's pages "Send Email", "Idempotency Keys" and "Errors": bearer key, an
//! `Idempotency-Key` of 1 to 256 characters kept for 24 hours, the same answer to a repeat, 409 to
//! another body under the same key. Unknown fields are refused here, because a field that the real
//! service ignores is a mail that lacks something.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::http::{InResponse, Method, OutRequest};
use shared::time::Timestamp;

use crate::exchange::{Ending, Fault, header};
use crate::id::Ids;
use crate::kept;

const KEY_LIFE_S: i64 = 24 * 3600;
const KEY_CHARS_MAX: usize = 256;
const RECIPIENTS_MAX: usize = 50;
const FIELDS: [&str; 11] = [
    "from",
    "to",
    "subject",
    "bcc",
    "cc",
    "reply_to",
    "html",
    "text",
    "headers",
    "tags",
    "attachments",
];

/// A mail that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The service's id.
    pub id: String,
    /// When it was accepted.
    pub received: Timestamp,
    /// The sender as given.
    pub from: String,
    /// The recipients as given.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text part, empty when there was none.
    pub text: String,
    /// The HTML part, empty when there was none.
    pub html: String,
    /// Additional headers.
    pub headers: BTreeMap<String, String>,
    /// The idempotency key it came with.
    pub idempotency_key: Option<String>,
    /// How often the same request came, the first time included.
    pub requests: u32,
}

/// The mailbox.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mailbox {
    #[serde(skip)]
    api_key: String,
    ids: Ids,
    mails: Vec<Mail>,
    keys: BTreeMap<String, Stored>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    at: Timestamp,
    body: Value,
    mail: usize,
    #[serde(with = "kept::Response")]
    answer: InResponse,
}

struct MailError(u16, &'static str, String);

impl Mailbox {
    /// An empty mailbox.
    #[must_use]
    pub fn new(api_key: String, seed: u64) -> Self {
        Self {
            api_key,
            ids: Ids::new(seed),
            mails: Vec::new(),
            keys: BTreeMap::new(),
        }
    }

    pub(crate) fn resume(&mut self, api_key: String) {
        self.api_key = api_key;
    }

    /// Every mail, oldest first.
    #[must_use]
    pub fn mails(&self) -> &[Mail] {
        &self.mails
    }

    /// A mail by its id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Mail> {
        self.mails.iter().find(|mail| mail.id == id)
    }

    pub(crate) fn answer(
        &mut self,
        now: Timestamp,
        request: &OutRequest,
        path: &str,
        ending: Ending,
    ) -> InResponse {
        if request.method != Method::Post || path != "/emails" {
            return error(404, "not_found", "The requested endpoint does not exist.");
        }
        self.receive(now, request, ending)
            .unwrap_or_else(|MailError(status, name, message)| error(status, name, &message))
    }

    fn receive(
        &mut self,
        now: Timestamp,
        request: &OutRequest,
        ending: Ending,
    ) -> Result<InResponse, MailError> {
        self.authorise(header(request, "authorization"))?;
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|_| invalid("The body must be a JSON object."))?;
        let key = header(request, "idempotency-key");
        if let Some(key) = key {
            if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
                let message = "The key must be between 1-256 chars.".to_owned();
                return Err(MailError(400, "invalid_idempotency_key", message));
            }
            let stored = self.keys.get(key);
            if let Some(stored) = stored.filter(|s| now.seconds_since(s.at) < KEY_LIFE_S) {
                return self.replay(key, stored.body == body);
            }
        }
        let mail = self.read(now, &body, key)?;
        let answer = match ending {
            Ending::Normal => reply(200, &json!({ "id": mail.id })),
            Ending::ServerError => server_error(),
        };
        if let Some(key) = key {
            let stored = Stored {
                at: now,
                body,
                mail: self.mails.len(),
                answer: answer.clone(),
            };
            self.keys.insert(key.to_owned(), stored);
        }
        self.mails.push(mail);
        Ok(answer)
    }

    fn replay(&mut self, key: &str, same_body: bool) -> Result<InResponse, MailError> {
        if !same_body {
            let message =
                "This idempotency key was used before with a different request payload.".to_owned();
            return Err(MailError(409, "invalid_idempotent_request", message));
        }
        let stored = &self.keys[key];
        self.mails[stored.mail].requests += 1;
        Ok(stored.answer.clone())
    }

    fn authorise(&self, header: Option<&str>) -> Result<(), MailError> {
        match header.and_then(|value| value.strip_prefix("Bearer ")) {
            None => {
                let message = "Missing API key in the authorization header.".to_owned();
                Err(MailError(401, "missing_api_key", message))
            }
            Some(key) if key != self.api_key => Err(MailError(
                403,
                "invalid_api_key",
                "API key is invalid.".to_owned(),
            )),
            Some(_) => Ok(()),
        }
    }

    fn read(&mut self, now: Timestamp, body: &Value, key: Option<&str>) -> Result<Mail, MailError> {
        let fields = body
            .as_object()
            .ok_or_else(|| invalid("The body must be a JSON object."))?;
        if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(invalid(&format!("Unknown field `{unknown}`.")));
        }
        let (text, html) = (optional(fields, "text")?, optional(fields, "html")?);
        if text.is_none() && html.is_none() {
            return Err(missing("html` or `text"));
        }
        let from = required(fields, "from")?;
        if !is_address(&from) {
            return Err(invalid("Invalid `from` field."));
        }
        Ok(Mail {
            to: recipients(fields)?,
            subject: required(fields, "subject")?,
            id: self.ids.next_uuid(),
            received: now,
            from,
            text: text.unwrap_or_default(),
            html: html.unwrap_or_default(),
            headers: extra_headers(fields)?,
            idempotency_key: key.map(str::to_owned),
            requests: 1,
        })
    }
}

pub(crate) fn refuse(fault: Fault) -> InResponse {
    match fault {
        Fault::Unavailable => error(503, "application_error", "Service unavailable."),
        Fault::TooManyRequests => error(429, "rate_limit_exceeded", "Too many requests."),
        Fault::KeyInUse => error(
            409,
            "concurrent_idempotent_requests",
            "Same idempotency key used while original request is still in progress.",
        ),
        _ => server_error(),
    }
}

fn optional(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, MailError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invalid(&format!("The `{name}` field must be a string."))),
    }
}

fn required(fields: &Map<String, Value>, name: &str) -> Result<String, MailError> {
    optional(fields, name)?
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing(name))
}

fn recipients(fields: &Map<String, Value>) -> Result<Vec<String>, MailError> {
    let listed = match fields.get("to") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many
            .iter()
            .map(|one| one.as_str().unwrap_or_default().to_owned())
            .collect(),
        _ => return Err(missing("to")),
    };
    if listed.is_empty() || listed.len() > RECIPIENTS_MAX || !listed.iter().all(|to| is_address(to))
    {
        return Err(invalid("Invalid `to` field."));
    }
    Ok(listed)
}

fn extra_headers(fields: &Map<String, Value>) -> Result<BTreeMap<String, String>, MailError> {
    let Some(headers) = fields.get("headers").filter(|headers| !headers.is_null()) else {
        return Ok(BTreeMap::new());
    };
    let wrong = || invalid("The `headers` field must be an object of strings.");
    let headers = headers.as_object().ok_or_else(wrong)?;
    headers
        .iter()
        .map(|(name, value)| Ok((name.clone(), value.as_str().ok_or_else(wrong)?.to_owned())))
        .collect()
}

/// `ann@example.com` or `Ann <ann@example.com>`.
fn is_address(text: &str) -> bool {
    let address = match text.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let clean = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
    };
    clean(local) && clean(domain) && !text.contains(['\r', '\n'])
}

fn invalid(message: &str) -> MailError {
    MailError(422, "validation_error", message.to_owned())
}

fn missing(name: &str) -> MailError {
    MailError(
        422,
        "missing_required_field",
        format!("Missing `{name}` field."),
    )
}

fn server_error() -> InResponse {
    error(500, "application_error", "An unexpected error occurred.")
}

fn error(status: u16, name: &str, message: &str) -> InResponse {
    reply(
        status,
        &json!({ "statusCode": status, "name": name, "message": message }),
    )
}

fn reply(status: u16, body: &Value) -> InResponse {
    InResponse {
        status,
        headers: vec![(
            "content-type".to_owned(),
            "application/json; charset=utf-8".to_owned(),
        )],
        body: body.to_string().into_bytes(),
    }
}
