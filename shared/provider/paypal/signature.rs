//! Whether a delivery is PayPal's: five headers, a certificate, and a signature over a CRC-32.
//!
//! PayPal signs `<transmission id>|<time>|<webhook id>|<CRC-32 of the raw body>` with the key of a
//! certificate that one of the headers names
//! (developer.paypal.com/api/rest/webhooks/rest, "self verification method"). The way of a delivery:
//!
//! 1. [`Listener::receive`] checks everything that needs nothing from elsewhere. What it refuses
//!    costs no request.
//! 2. [`Delivery::with_key`], with the key of an earlier certificate under the same address, or
//!    [`Delivery::with_certificate`], with the answer to [`super::PayPalApi::certificate`]. The path
//!    to [`Authorities`] of ours is built by `rustls-webpki`, with names, validity, constraints and
//!    usages; no signature is checked yet.
//! 3. [`Pending::checks`] are the RSA signatures of that path and of the delivery, for the
//!    platform's own crypto, and [`Pending::conclude`] takes all their results at once. No verdict
//!    can be read before.
//! 4. Where the certificate's issuer is unknown to us, PayPal is asked instead
//!    ([`Delivery::postback`], [`Delivery::judged_by_paypal`]).
//!
//! The invariants: only steps 3 and 4 make a [`Verified`] body; nothing that could not be decided is
//! accepted, nor refused. **And a verified body is still a hint**: CRC-32 is linear, so whoever has one
//! genuine delivery can make another body to it. A test here does. Whatever a body says is read back
//! from the API, and a transmission id is bound to one body by the caller ([`Proven`]).

use thiserror::Error;

use super::key::WebhookId;
use crate::provider::Mode;
use crate::provider::verified::Verified;
use crate::time::Timestamp;

mod authorities;
mod cert_url;
mod certificate;
mod crc32;
mod key_cache;
mod pem;
mod pending;
mod postback;
mod rsa;
mod transmission;

#[cfg(test)]
mod genuine_tests;
#[cfg(test)]
mod test_rsa;
#[cfg(test)]
mod vector_tests;

pub use crate::rsa::RsaCheck;
pub use authorities::{Authorities, AuthoritiesError};
pub use cert_url::CertUrl;
pub use certificate::CertificateReading;
pub use key_cache::{KeyCache, KeyLookup};
pub use pending::{Conclusion, Pending, TrustedKey};
pub use postback::{Postback, Verification};
use transmission::Transmission;

/// Bodies above this are refused unread. The largest known event has 6 KB.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// How old a delivery may be. PayPal tries for three days, and whether a repeated one gets a new
/// time is not known.
pub const AGE_S_MAX: i64 = 4 * 86_400;
/// How far a delivery's time may lie ahead.
pub const AHEAD_S_MAX: i64 = 600;

/// Of what PayPal's simulator signs, instead of the id of a listener.
const SIMULATOR_WEBHOOK_ID: &str = "WEBHOOK_ID";

/// Which deliveries are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    mode: Mode,
    webhook_id: WebhookId,
    takes_simulated: bool,
}

/// Who caused a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A sale, or whatever else PayPal tells its listeners.
    PayPal,
    /// A person at PayPal's simulator: the ids of its events are constants, and what they speak of
    /// does not exist.
    Simulator,
}

/// A delivery whose headers are in order. Nothing is proven yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<'a> {
    body: &'a [u8],
    transmission: Transmission<'a>,
    origin: Origin,
    webhook_id: WebhookId,
}

/// A delivery whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven<'a> {
    /// The raw bytes, or others of the same CRC-32.
    pub body: Verified<&'a [u8]>,
    /// Names the delivery. The caller keeps it with the SHA-256 of the body: the same id with another
    /// body is a forgery that rides on this signature.
    pub transmission_id: String,
    /// Who caused it.
    pub origin: Origin,
}

/// Why a delivery is not believed. All of them are answered alike (400); the difference is for the
/// log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DeliveryError {
    /// A header is missing or empty.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// A body of no bytes is never an event.
    #[error("the body is empty")]
    EmptyBody,
    /// Longer than [`BODY_BYTES_MAX`].
    #[error("the body is too long")]
    BodyTooLong,
    /// Not exactly `SHA256withRSA`. The header never chooses an algorithm.
    #[error("the algorithm is not SHA256withRSA")]
    Algorithm,
    /// Not an address of PayPal's certificates in this mode.
    #[error("the certificate's address is not one of PayPal's")]
    CertUrl,
    /// Not a lower-case UUID.
    #[error("the transmission id is not a UUID")]
    TransmissionId,
    /// Not `YYYY-MM-DDTHH:MM:SSZ`.
    #[error("the transmission time is not a time in UTC")]
    TransmissionTime,
    /// Not base64 of 256 to 512 bytes, an RSA signature of 2048 to 4096 bits.
    #[error("the signature has no signature's form")]
    SignatureForm,
    /// More than [`AGE_S_MAX`] old or [`AHEAD_S_MAX`] ahead; positive when it lies in the past.
    #[error("the delivery is {age_s} s old")]
    OutsideWindow {
        /// Seconds from its time to now.
        age_s: i64,
    },
    /// The certificate is not valid yet.
    #[error("the certificate is not valid yet")]
    CertificateNotYetValid,
    /// The certificate is not valid any more.
    #[error("the certificate has expired")]
    CertificateExpired,
    /// The certificate is for another name: that of the other environment, or of somebody else.
    #[error("the certificate is not for PayPal's webhooks in this mode")]
    CertificateName,
    /// The certificate is not for servers, or is an authority's own.
    #[error("the certificate may not be used for this")]
    CertificateUsage,
    /// The certificate's key is not RSA.
    #[error("the certificate's key is not RSA")]
    CertificateKey,
    /// The certificate, or one between it and an authority, was not signed by whom it names.
    #[error("the certificate was not signed by its issuer")]
    CertificateSignature,
    /// The delivery was not signed with the certificate's key over these bytes for this listener.
    #[error("the signature does not match")]
    NoMatch,
    /// PayPal says so.
    #[error("PayPal does not know this delivery")]
    Disowned,
}

impl Listener {
    /// A listener of a mode, which takes no simulated events.
    #[must_use]
    pub fn new(mode: Mode, webhook_id: WebhookId) -> Self {
        Self {
            mode,
            webhook_id,
            takes_simulated: false,
        }
    }

    /// Also takes events of PayPal's simulator, for whoever tries out a new installation. They are
    /// signed for everybody, so a live listener never takes them, whatever is set.
    #[must_use]
    pub fn with_simulated(mut self) -> Self {
        self.takes_simulated = self.mode == Mode::Test;
        self
    }

    /// Checks a delivery as far as it goes without a certificate. `header` finds a header by its
    /// lower-case name.
    pub fn receive<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a str>,
        body: &'a [u8],
        now: Timestamp,
    ) -> Result<Delivery<'a>, DeliveryError> {
        let transmission = Transmission::read(header, |url| self.cert_url(url))?;
        if body.is_empty() {
            return Err(DeliveryError::EmptyBody);
        }
        if body.len() > BODY_BYTES_MAX {
            return Err(DeliveryError::BodyTooLong);
        }
        let age_s = now.seconds_since(transmission.sent_at);
        if !(-AHEAD_S_MAX..=AGE_S_MAX).contains(&age_s) {
            return Err(DeliveryError::OutsideWindow { age_s });
        }
        Ok(Delivery {
            body,
            // The simulator uses the live certificate wherever it is used.
            origin: if transmission.cert_url.mode() == self.mode {
                Origin::PayPal
            } else {
                Origin::Simulator
            },
            transmission,
            webhook_id: self.webhook_id.clone(),
        })
    }

    fn cert_url(&self, text: &str) -> Option<CertUrl> {
        let simulators = || {
            let url = CertUrl::parse(text, Mode::Live)?;
            self.takes_simulated.then_some(url)
        };
        CertUrl::parse(text, self.mode).or_else(simulators)
    }
}

impl<'a> Delivery<'a> {
    /// The certificate's address: the key under which its public key is kept.
    #[must_use]
    pub fn cert_url(&self) -> &CertUrl {
        &self.transmission.cert_url
    }

    /// What PayPal signed, if it signed this.
    fn signed_text(&self) -> String {
        let webhook_id = match self.origin {
            Origin::PayPal => self.webhook_id.as_str(),
            Origin::Simulator => SIMULATOR_WEBHOOK_ID,
        };
        let Transmission { id, time, .. } = &self.transmission;
        format!("{id}|{time}|{webhook_id}|{}", crc32::of(self.body))
    }

    /// To be called when a check of the signature has just succeeded.
    fn proven(&self) -> Proven<'a> {
        Proven {
            body: Verified::new(self.body),
            transmission_id: self.transmission.id.to_owned(),
            origin: self.origin,
        }
    }
}

#[cfg(test)]
mod tests;
