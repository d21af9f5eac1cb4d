//! Asking PayPal whether a delivery is its own.
//!
//! Only where the offline check cannot decide, since every delivery then depends on PayPal's API.
//! Whether it shares the weakness of the CRC-32 is not known, so a verdict of it proves no more.

use super::transmission::ALGORITHM;
use super::{Delivery, DeliveryError, Origin, Proven};
use crate::provider::paypal::object::object;
use crate::record::json_text;

/// The body of `POST /v1/notifications/verify-webhook-signature`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postback(Vec<u8>);

/// PayPal's verdict on a delivery. Only an answer of PayPal's API makes one
/// ([`crate::provider::paypal::answer::read_verification`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    is_genuine: bool,
}

impl Postback {
    /// The bytes to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Verification {
    /// Reads `verification_status`.
    pub(in crate::provider::paypal) fn parse(status: &str) -> Option<Self> {
        match status {
            "SUCCESS" => Some(Self { is_genuine: true }),
            "FAILURE" => Some(Self { is_genuine: false }),
            _ => None,
        }
    }

    /// Whether the delivery is PayPal's.
    #[must_use]
    pub fn is_genuine(self) -> bool {
        self.is_genuine
    }
}

impl<'a> Delivery<'a> {
    /// What to ask PayPal. The event goes in as the received bytes: PayPal computes the CRC-32 anew,
    /// and would not know an event that was read and printed again. `None` for a body that is no JSON,
    /// which could otherwise add fields of its own to the question, and for a simulated event, which
    /// PayPal does not judge.
    #[must_use]
    pub fn postback(&self) -> Option<Postback> {
        if self.origin == Origin::Simulator {
            return None;
        }
        serde_json::from_slice::<serde::de::IgnoredAny>(self.body).ok()?;
        let question = json_text(&object(vec![
            ("auth_algo", ALGORITHM.into()),
            ("cert_url", self.cert_url().as_str().into()),
            ("transmission_id", self.transmission.id.into()),
            (
                "transmission_sig",
                self.transmission.signature_base64.into(),
            ),
            ("transmission_time", self.transmission.time.into()),
            ("webhook_id", self.webhook_id.as_str().into()),
        ]));
        let open = question.strip_suffix('}')?;
        let parts = [open.as_bytes(), br#","webhook_event":"#, self.body, b"}"];
        Some(Postback(parts.concat()))
    }

    /// Takes PayPal's verdict on the question that [`Delivery::postback`] asks.
    pub fn judged_by_paypal(&self, verdict: Verification) -> Result<Proven<'a>, DeliveryError> {
        if verdict.is_genuine && self.origin == Origin::PayPal {
            Ok(self.proven())
        } else {
            Err(DeliveryError::Disowned)
        }
    }
}
