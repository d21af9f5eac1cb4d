//! Client credentials, request ids and the webhook's id: texts that must never be wrong.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::order::OrderId;

/// The client id and secret of a REST app. Unlike Stripe's keys they do not tell their mode: the
/// base address decides it. The secret is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    client_id: String,
    secret: String,
}

/// Why two texts are not credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// Nothing is configured; names which of the two.
    #[error("the PayPal {0} is empty")]
    Empty(&'static str),
    /// Whitespace or other characters that neither ever has; a colon would end the client id.
    #[error("the PayPal {0} has characters that it never has")]
    Characters(&'static str),
}

impl Credentials {
    /// Takes both exactly as PayPal's dashboard shows them.
    pub fn parse(client_id: &str, secret: &str) -> Result<Self, CredentialsError> {
        for (name, text) in [("client id", client_id), ("client secret", secret)] {
            if text.is_empty() {
                return Err(CredentialsError::Empty(name));
            }
            if !text.bytes().all(|b| b.is_ascii_graphic() && b != b':') {
                return Err(CredentialsError::Characters(name));
            }
        }
        Ok(Self {
            client_id: client_id.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// The public half: it names the app and opens nothing.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The value of the `authorization` header of a token request (RFC 6749, section 2.3.1).
    pub(super) fn basic(&self) -> String {
        let pair = format!("{}:{}", self.client_id, self.secret);
        format!("Basic {}", STANDARD.encode(pair))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, redacted)", self.client_id)
    }
}

/// The id that PayPal gave to our listener: 17 upper-case letters and digits. It is part of what is
/// signed, and always comes from the settings, never from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookId(String);

/// The text is not the id of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a PayPal webhook id has 17 upper-case letters and digits")]
pub struct NotAWebhookId;

impl WebhookId {
    /// Takes the id as PayPal's dashboard shows it. The simulator's literal `WEBHOOK_ID` is none, so
    /// it cannot be configured by mistake.
    pub fn parse(text: &str) -> Result<Self, NotAWebhookId> {
        if text.len() == 17 && is_plain_id(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAWebhookId)
        }
    }

    /// The id as PayPal writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The value of a `PayPal-Request-Id` header, PayPal's idempotency key. It is made of stored data
/// and never of the clock, so that a retry has the same one. PayPal keeps it for six hours for
/// orders, and for 45 days for refunds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

/// The text cannot be a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a PayPal request id has 1 to 108 visible ASCII characters")]
pub struct NotARequestId;

impl RequestId {
    /// Takes 1 to 108 visible ASCII characters: the limit of orders, which is the smallest.
    pub fn parse(text: &str) -> Result<Self, NotARequestId> {
        let is_visible = text.bytes().all(|b| b.is_ascii_graphic());
        if !(1..=108).contains(&text.len()) || !is_visible {
            return Err(NotARequestId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The id of a capture. `attempt` counts how often the buyer was sent back to choose another
    /// funding source: after such a refusal PayPal wants a new id, and under the old one it would
    /// only repeat the refusal.
    #[must_use]
    pub fn of_capture(order: &OrderId, attempt: u32) -> Self {
        Self(format!("capture-{}-{attempt}", order.as_str()))
    }

    /// The header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text has only what PayPal's ids of orders, captures and webhooks have.
pub(super) fn is_plain_id(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basic_header_is_that_of_rfc_7617() {
        let credentials = Credentials::parse("Aladdin", "open-sesame").unwrap();
        assert_eq!(credentials.basic(), "Basic QWxhZGRpbjpvcGVuLXNlc2FtZQ==");
    }

    #[test]
    fn s123_what_are_no_credentials_is_refused_at_the_start() {
        use CredentialsError::{Characters, Empty};
        for (id, secret, error) in [
            ("", "s", Empty("client id")),
            ("i", "", Empty("client secret")),
            ("a b", "s", Characters("client id")),
            ("a:b", "s", Characters("client id")),
            ("i", "s\n", Characters("client secret")),
            ("i", "s\r\nx: y", Characters("client secret")),
            ("i", "é", Characters("client secret")),
        ] {
            assert_eq!(
                Credentials::parse(id, secret),
                Err(error),
                "{id:?} {secret:?}"
            );
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let credentials = Credentials::parse("app-1", "hush").unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials(app-1, redacted)");
    }

    #[test]
    fn a_webhook_id_has_paypals_form() {
        let id = "4TEST0WEBHOOK0001";
        assert_eq!(WebhookId::parse(id).unwrap().as_str(), id);
        for bad in [
            "",
            "WEBHOOK_ID",
            "4TEST0WEBHOOK000",
            "4test0webhook0001",
            "4TEST0WEBHOOK|001",
        ] {
            assert_eq!(WebhookId::parse(bad), Err(NotAWebhookId), "{bad:?}");
        }
    }

    #[test]
    fn a_request_id_is_a_safe_header() {
        assert_eq!(RequestId::parse("pay-P1").unwrap().as_str(), "pay-P1");
        for bad in ["", "a b", "a\n", "é", &"a".repeat(109)] {
            assert_eq!(RequestId::parse(bad), Err(NotARequestId), "{bad:?}");
        }
        let order = OrderId::parse("5O190127TN364715T").unwrap();
        let id = RequestId::of_capture(&order, 2);
        assert_eq!(id.as_str(), "capture-5O190127TN364715T-2");
        assert_eq!(RequestId::parse(id.as_str()), Ok(id));
    }
}
