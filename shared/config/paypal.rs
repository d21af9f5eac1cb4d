//! What PayPal needs. Without a client id the shop does not use PayPal, which is no problem; with
//! one, whatever else is missing or wrong closes the whole door, since money that PayPal takes and
//! whose events are refused would be confirmed late.

use super::Reader;
use crate::provider::Mode;
use crate::provider::paypal::api::ApiError;
use crate::provider::paypal::key::{CredentialsError, WebhookId};
use crate::provider::paypal::signature::Authorities;
use crate::provider::paypal::{Credentials, Listener, PayPalApi};

/// What payments by PayPal need.
#[derive(Debug, Clone)]
pub struct PayPalSettings {
    /// Addresses and credentials. `PAYPAL_BASE`, `PAYPAL_CHECKOUT_ORIGIN`, `PAYPAL_CLIENT_ID`,
    /// `PAYPAL_SECRET`.
    pub api: PayPalApi,
    /// Which webhooks are ours. `PAYPAL_WEBHOOK_ID`; `PAYPAL_SIMULATOR` adds the simulator's, in test
    /// mode only.
    pub listener: Listener,
    /// Who may have issued PayPal's certificates: those built in, and those of `PAYPAL_CA_PEM`.
    pub authorities: Authorities,
    /// The origin of PayPal's pages for buyers.
    pub checkout_origin: String,
}

const CLIENT_ID: &str = "PAYPAL_CLIENT_ID";
const SECRET: &str = "PAYPAL_SECRET";
const WEBHOOK_ID: &str = "PAYPAL_WEBHOOK_ID";

impl Reader<'_> {
    pub(super) fn paypal(&mut self, mode: Mode) -> Option<PayPalSettings> {
        self.optional(CLIENT_ID)?;
        let checkout_origin = self.address(
            "PAYPAL_CHECKOUT_ORIGIN",
            PayPalApi::default_checkout_origin(mode),
        );
        // All are looked at before any of them ends this, so that all complaints come at once.
        let api = self.paypal_api(mode, &checkout_origin);
        let listener = self.paypal_listener(mode);
        let authorities = self.paypal_authorities();
        Some(PayPalSettings {
            api: api?,
            listener: listener?,
            authorities: authorities?,
            checkout_origin,
        })
    }

    fn paypal_api(&mut self, mode: Mode, checkout_origin: &str) -> Option<PayPalApi> {
        let base = self.address("PAYPAL_BASE", PayPalApi::default_base(mode));
        let client_id = self.optional_secret(CLIENT_ID);
        let secret = self.secret(SECRET);
        let credentials = Credentials::parse(&client_id?, &secret?)
            .map_err(|error| self.complain(named(error), error.to_string()))
            .ok()?;
        PayPalApi::new(&base, checkout_origin, credentials, mode)
            .map_err(|error| {
                let setting = match error {
                    ApiError::NotAnOrigin | ApiError::LiveInTheClear | ApiError::OtherMode => {
                        "PAYPAL_BASE"
                    }
                };
                self.complain(setting, error.to_string());
            })
            .ok()
    }

    fn paypal_listener(&mut self, mode: Mode) -> Option<Listener> {
        let text = self.secret(WEBHOOK_ID)?;
        let id = WebhookId::parse(&text)
            .map_err(|error| self.complain(WEBHOOK_ID, error.to_string()))
            .ok()?;
        let listener = Listener::new(mode, id);
        match (self.text("PAYPAL_SIMULATOR", "off").as_str(), mode) {
            ("off", _) => Some(listener),
            ("on", Mode::Test) => Some(listener.with_simulated()),
            ("on", Mode::Live) => {
                self.complain("PAYPAL_SIMULATOR", "is for test mode only; it stays off");
                Some(listener)
            }
            _ => {
                self.complain("PAYPAL_SIMULATOR", "must be on or off; it stays off");
                Some(listener)
            }
        }
    }

    fn paypal_authorities(&mut self) -> Option<Authorities> {
        const SETTING: &str = "PAYPAL_CA_PEM";
        let authorities = Authorities::built_in();
        let Some(pem) = self.optional(SETTING) else {
            return Some(authorities);
        };
        authorities
            .extended(&pem)
            .map_err(|error| self.complain(SETTING, error.to_string()))
            .ok()
    }
}

fn named(error: CredentialsError) -> &'static str {
    match error {
        CredentialsError::Empty(name) | CredentialsError::Characters(name) => {
            if name == "client id" {
                CLIENT_ID
            } else {
                SECRET
            }
        }
    }
}
