//! The production floor: where releases arrive.
//!
//! `POST {base}/production/releases`, signed by the Standard Webhooks scheme (specification 1.0,
//! section "Signature scheme"): `webhook-id`, `webhook-timestamp`, `webhook-signature`; HMAC-SHA256
//! over `id.timestamp.body`. A repeat of a webhook id is accepted and counted, not stored twice, so
//! that a test can tell *sent twice* from *started twice*.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::http::{InResponse, Method, OutRequest};
use shared::time::Timestamp;

use crate::exchange::{self, Ending, Fault};
use crate::{kept, mac};

/// Both sides of the time window, in seconds (Standard Webhooks: "a tolerance", ±5 minutes usual).
const TOLERANCE_S: i64 = 300;

/// A release that production has started on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The `webhook-id`, the same for every attempt.
    pub webhook_id: String,
    /// When the first attempt arrived.
    pub received: Timestamp,
    /// The body, as JSON.
    pub body: Value,
    /// How often the same message came, the first time included.
    pub deliveries: u32,
    /// How often the same id came with other bytes; each was refused.
    pub conflicts: u32,
    #[serde(with = "kept::bytes")]
    bytes: Vec<u8>,
}

/// The floor.
#[derive(Debug, Serialize, Deserialize)]
pub struct Production {
    #[serde(skip)]
    keys: Vec<Vec<u8>>,
    releases: Vec<Release>,
    refused: u32,
}

impl Production {
    /// A floor that believes messages signed with one of the secrets. A secret that is not `whsec_`
    /// and base64 opens nothing.
    #[must_use]
    pub fn new(secrets: &[String]) -> Self {
        Self {
            keys: keys(secrets),
            releases: Vec::new(),
            refused: 0,
        }
    }

    pub(crate) fn resume(&mut self, secrets: &[String]) {
        self.keys = keys(secrets);
    }

    /// Every release, oldest first.
    #[must_use]
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// How many messages were refused for their signature, time or form.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.refused
    }

    pub(crate) fn answer(
        &mut self,
        now: Timestamp,
        request: &OutRequest,
        path: &str,
        ending: Ending,
    ) -> InResponse {
        if request.method != Method::Post || path != "/releases" {
            return answer(404, "there is only POST /production/releases");
        }
        match self.receive(now, request) {
            Ok(()) if ending == Ending::ServerError => {
                answer(500, "an error came after the effect")
            }
            Ok(()) => answer(200, "received"),
            Err((status, reason)) => {
                self.refused += 1;
                answer(status, reason)
            }
        }
    }

    fn receive(&mut self, now: Timestamp, request: &OutRequest) -> Result<(), (u16, &'static str)> {
        let header =
            |name| exchange::header(request, name).ok_or((400, "a webhook header is missing"));
        let id = header("webhook-id")?;
        let sent = header("webhook-timestamp")?;
        let signatures = header("webhook-signature")?;
        let seconds: i64 = sent
            .parse()
            .map_err(|_| (400, "the timestamp is not a number"))?;
        if now.seconds_since(Timestamp(seconds)).abs() > TOLERANCE_S {
            return Err((401, "the timestamp is too far from now"));
        }
        let signed = [id.as_bytes(), b".", sent.as_bytes(), b".", &request.body];
        let known = self.keys.iter().any(|key| {
            let expected = format!("v1,{}", mac::base64_encode(&mac::hmac_sha256(key, &signed)));
            signatures.split(' ').any(|signature| signature == expected)
        });
        if !known {
            return Err((401, "no signature matches"));
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| (400, "the body is not JSON"))?;
        if !body.is_object() {
            return Err((400, "the body is not a JSON object"));
        }
        self.store(now, id, body, &request.body)
    }

    fn store(
        &mut self,
        now: Timestamp,
        id: &str,
        body: Value,
        bytes: &[u8],
    ) -> Result<(), (u16, &'static str)> {
        let Some(known) = self
            .releases
            .iter_mut()
            .find(|release| release.webhook_id == id)
        else {
            self.releases.push(Release {
                webhook_id: id.to_owned(),
                received: now,
                body,
                deliveries: 1,
                conflicts: 0,
                bytes: bytes.to_vec(),
            });
            return Ok(());
        };
        if known.bytes != bytes {
            known.conflicts += 1;
            return Err((409, "this webhook-id came before with another body"));
        }
        known.deliveries += 1;
        Ok(())
    }
}

pub(crate) fn refuse(fault: Fault) -> InResponse {
    match fault {
        Fault::Unavailable => answer(503, "unavailable"),
        Fault::TooManyRequests => answer(429, "too many requests"),
        Fault::KeyInUse => answer(409, "the same message is being handled"),
        _ => answer(500, "an error came before the effect"),
    }
}

fn keys(secrets: &[String]) -> Vec<Vec<u8>> {
    let secrets = secrets.iter();
    secrets
        .filter_map(|secret| mac::base64_decode(secret.strip_prefix("whsec_")?))
        .filter(|key| !key.is_empty())
        .collect()
}

fn answer(status: u16, text: &str) -> InResponse {
    InResponse {
        status,
        headers: vec![(
            "content-type".to_owned(),
            "text/plain; charset=utf-8".to_owned(),
        )],
        body: format!("{text}\n").into_bytes(),
    }
}
