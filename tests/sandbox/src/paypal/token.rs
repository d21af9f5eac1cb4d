//! Access tokens (PayPal documentation, "Get an access token"; RFC 6749, section 4.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::error::ApiError;
use crate::config::PayPalConfig;
use crate::id::Ids;
use crate::mac;

/// A token's life: about nine hours, as PayPal's are.
const LIFE_S: i64 = 32_400;
const SCOPE: &str = "https://uri.paypal.com/services/payments/payment \
    https://uri.paypal.com/services/applications/webhooks";

/// The tokens that were given out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    ends: BTreeMap<String, Timestamp>,
    issued: u32,
}

impl Tokens {
    /// The answer to a request for a token. PayPal counts them too: one per payment is a documented
    /// cause of 429.
    pub(crate) fn issue(
        &mut self,
        now: Timestamp,
        ids: &mut Ids,
        config: &PayPalConfig,
        authorization: Option<&str>,
        form: &[u8],
    ) -> Result<Value, ApiError> {
        let credentials = format!("{}:{}", config.client_id, config.secret);
        let expected = format!("Basic {}", mac::base64_encode(credentials.as_bytes()));
        if authorization != Some(&expected) {
            return Err(ApiError::oauth(
                401,
                "invalid_client",
                "Client Authentication failed",
            ));
        }
        match form {
            b"grant_type=client_credentials" => {}
            form if form.starts_with(b"grant_type=") => {
                let description = "unsupported grant_type";
                return Err(ApiError::oauth(400, "unsupported_grant_type", description));
            }
            _ => {
                let description =
                    "The sandbox takes grant_type=client_credentials and nothing else";
                return Err(ApiError::oauth(400, "invalid_request", description));
            }
        }
        let token = ids.next("A21AA", 86);
        self.ends.insert(token.clone(), now.plus(LIFE_S));
        self.issued += 1;
        Ok(json!({
            "scope": SCOPE,
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-80W284485P519543T",
            "expires_in": LIFE_S,
            "nonce": format!("{}{}", now.rfc3339(), ids.next_hex(16)),
        }))
    }

    /// Lets a request in whose token is known and has not ended.
    pub(crate) fn admit(
        &self,
        now: Timestamp,
        authorization: Option<&str>,
    ) -> Result<(), ApiError> {
        authorization
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| self.ends.get(token))
            .filter(|end| now < **end)
            .map(|_| ())
            .ok_or_else(ApiError::unauthenticated)
    }

    pub(crate) fn revoke_all(&mut self) {
        self.ends.clear();
    }

    pub(crate) fn issued(&self) -> u32 {
        self.issued
    }
}
