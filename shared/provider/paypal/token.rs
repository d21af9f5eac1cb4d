//! The bearer token that every call but the first carries.
//!
//! A token serves for hours and must be shared between requests: fetching one per payment is a
//! documented cause of 429. Where it is kept is the caller's affair; here are its life and the
//! answer that brings it (developer.paypal.com/api/rest/authentication).

use std::fmt;

use serde_json::Value;

use super::fields::Fields;
use crate::answer::{Answer, ProviderRefusal};
use crate::http::InResponse;
use crate::time::Timestamp;

/// A token is renewed this long before it ends, so that none ends on its way.
const RENEW_BEFORE_S: i64 = 300;
/// PayPal's tokens have about 100 characters; the cap keeps a row small.
const TOKEN_BYTES_MAX: usize = 4_096;

/// A bearer token. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    text: String,
    expires_at: Timestamp,
}

impl AccessToken {
    /// A token that was kept, with the end that was kept beside it; `None` when the text cannot
    /// stand in a header.
    #[must_use]
    pub fn restore(text: &str, expires_at: Timestamp) -> Option<Self> {
        let is_token = !text.is_empty()
            && text.len() <= TOKEN_BYTES_MAX
            && text.bytes().all(|b| b.is_ascii_graphic());
        is_token.then(|| Self {
            text: text.to_owned(),
            expires_at,
        })
    }

    /// The text, for the place where it is kept and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// When PayPal stops taking it.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether it may still be sent; five minutes before its end it is to be renewed.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        now.plus(RENEW_BEFORE_S) < self.expires_at
    }

    /// The value of the `authorization` header.
    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.text)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(redacted, until {})", self.expires_at.0)
    }
}

/// Reads the answer to a token request that was sent at `asked_at`: a token's life counts from
/// before the question, since the answer may have been on its way for a while.
///
/// Refused means that the credentials are wrong, which only the operator can mend.
#[must_use]
pub fn read_token(response: &InResponse, asked_at: Timestamp) -> Answer<AccessToken> {
    let value: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let fields = Fields::of(&value);
    match response.status {
        200 => match fields.and_then(|fields| token_in(fields, asked_at)) {
            Some(token) => Answer::Done(token),
            None => Answer::Unknown("PayPal's token answer is not readable".into()),
        },
        // The OAuth shape (RFC 6749, section 5.2), not that of PayPal's other errors.
        status @ (400 | 401 | 403) => match fields.and_then(|fields| fields.text("error")) {
            Some(code) => Answer::Refused(ProviderRefusal {
                status,
                code,
                message: fields
                    .and_then(|fields| fields.text("error_description"))
                    .unwrap_or_default(),
            }),
            None => Answer::Unknown(format!("PayPal answered {status} to a token request")),
        },
        status => Answer::Unknown(format!("PayPal answered {status} to a token request")),
    }
}

fn token_in(fields: Fields<'_>, asked_at: Timestamp) -> Option<AccessToken> {
    let is_bearer = fields.str("token_type")?.eq_ignore_ascii_case("bearer");
    let lifetime_s = fields.int("expires_in").filter(|seconds| *seconds > 0)?;
    let token = AccessToken::restore(fields.str("access_token")?, asked_at.plus(lifetime_s))?;
    is_bearer.then_some(token)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::paypal::fixtures;

    const NOW: Timestamp = Timestamp(1_795_290_000);

    fn token(life_s: i64) -> AccessToken {
        AccessToken::restore("A21AATEST", NOW.plus(life_s)).unwrap()
    }

    #[test]
    fn a_token_is_read_with_the_life_that_paypal_gives_it() {
        let answer = read_token(&fixtures::response(200, "api_token_response.json"), NOW);
        assert_eq!(answer, Answer::Done(token(32_400)));
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        for (life_s, usable) in [
            (32_400, true),
            (301, true),
            (300, false),
            (0, false),
            (-9, false),
        ] {
            assert_eq!(token(life_s).is_usable(NOW), usable, "{life_s}");
        }
    }

    #[test]
    fn wrong_credentials_are_refused_and_everything_else_is_unknown() {
        let answer = read_token(
            &fixtures::response(401, "api_token_error_invalid_client.json"),
            NOW,
        );
        let Answer::Refused(refusal) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(
            (refusal.status, refusal.code.as_str()),
            (401, "invalid_client")
        );

        let good = json!({"access_token": "a", "token_type": "Bearer", "expires_in": 9});
        let without = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body.to_string()
        };
        for (status, body) in [
            (200, "<html>".to_owned()),
            (200, without("expires_in", json!("9"))),
            (200, without("expires_in", json!(0))),
            (200, without("token_type", json!("mac"))),
            (200, without("access_token", json!("a\r\nx: y"))),
            (200, without("access_token", json!(""))),
            (401, "<html>denied</html>".to_owned()),
            (429, good.to_string()),
            (500, String::new()),
            (503, String::new()),
        ] {
            let answer = read_token(&fixtures::reply(status, body.as_bytes()), NOW);
            assert!(
                matches!(answer, Answer::Unknown(_)),
                "{status} {body}: {answer:?}"
            );
        }
    }

    #[test]
    fn a_token_is_not_printed() {
        assert_eq!(
            format!("{:?}", token(9)),
            "AccessToken(redacted, until 1795290009)"
        );
    }
}
