//! Cloudflare Access: who signed in, said by a signed assertion.
//!
//! The real one stands before the shop: it leads a visitor to the team's sign-in page, keeps the
//! assertion in the cookie `CF_Authorization` on the application's hostname, and puts it on every
//! request as the header `Cf-Access-Jwt-Assertion`, too. The sandbox stands beside the shop, so it
//! sets the cookie only; all ports of one host share their cookies.

use std::sync::LazyLock;

use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::http::{InResponse, Method, OutRequest};
use shared::time::Timestamp;

use crate::exchange::{Ending, Fault};
use crate::mac;

/// A session ends after a day, as Access's do unless the operator decides otherwise.
pub const SESSION_S: i64 = 86_400;
/// Where the team's keys are, below its address.
const CERTS_PATH: &str = "/cdn-cgi/access/certs";

/// The people who may sign in, with what they are here for; `demo/staff.sql` knows them.
pub const PEOPLE: [(&str, &str); 4] = [
    ("ruth@shop.test", "reviewer"),
    ("omar@shop.test", "reviewer"),
    ("sue@shop.test", "support"),
    ("ann@shop.test", "admin"),
];

/// A signing key of the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum SigningKey {
    /// The one in use.
    #[default]
    Current,
    /// The one after the next rotation.
    Next,
}

impl SigningKey {
    /// Its `kid`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Current => "1a1c3986a44ce6390be42ec772b031df8f433fdc71716db821dc0c39af3bce49",
            Self::Next => "5b1be2f2e4a3d0a4c1c8c4b4f2ab6a1e0c7f0a2c9b9d4b6c8e1f3a5d7c9b0e2f",
        }
    }

    fn pair(self) -> &'static KeyPair {
        static CURRENT: LazyLock<KeyPair> =
            LazyLock::new(|| mac::rsa_key(include_str!("../certs/access.key")));
        static NEXT: LazyLock<KeyPair> =
            LazyLock::new(|| mac::rsa_key(include_str!("../certs/access_next.key")));
        match self {
            Self::Current => &CURRENT,
            Self::Next => &NEXT,
        }
    }

    fn jwk(self) -> Value {
        let PublicKeyComponents { n, e } =
            PublicKeyComponents::<Vec<u8>>::from(self.pair().public());
        json!({
            "kid": self.id(), "kty": "RSA", "alg": "RS256", "use": "sig",
            "e": mac::base64url_encode(&e), "n": mac::base64url_encode(&n),
        })
    }
}

/// One team with one application.
#[derive(Debug, Serialize, Deserialize)]
pub struct Access {
    #[serde(skip)]
    team: String,
    #[serde(skip)]
    audience: String,
    current: SigningKey,
    published: Vec<SigningKey>,
    key_requests: u32,
}

impl Access {
    /// The team at an address, without a slash at the end.
    #[must_use]
    pub fn new(team: String, audience: String) -> Self {
        Self {
            team,
            audience,
            current: SigningKey::Current,
            published: vec![SigningKey::Current],
            key_requests: 0,
        }
    }

    pub(crate) fn resume(&mut self, team: String, audience: String) {
        self.team = team;
        self.audience = audience;
    }

    /// The team's address, which names the issuer.
    #[must_use]
    pub fn team(&self) -> &str {
        &self.team
    }

    /// What the application's assertions say of somebody who signs in now.
    #[must_use]
    pub fn claims(&self, now: Timestamp, email: &str) -> Value {
        json!({
            "aud": [self.audience],
            "email": email,
            "exp": now.plus(SESSION_S).0,
            "iat": now.0,
            "nbf": now.0,
            "iss": self.team,
            "type": "app",
            "identity_nonce": "6ei69kawdKzMIAPF",
            "sub": mac::hex(&mac::hmac_sha256(b"sub", &[email.as_bytes()])[..16]),
            "country": "DE",
        })
    }

    /// The assertion of somebody who signs in now.
    #[must_use]
    pub fn sign_in(&self, now: Timestamp, email: &str) -> String {
        self.sign(&self.claims(now, email))
    }

    /// An assertion of any claims, signed as Access signs.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": self.current.id(), "typ": "JWT" });
        Self::sign_with(self.current, &header, claims)
    }

    /// A token of any header and claims, signed with any key: what a forger might send.
    #[must_use]
    pub fn sign_with(key: SigningKey, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| mac::base64url_encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let pair = key.pair();
        let mut signature = vec![0; pair.public().modulus_len()];
        let random = SystemRandom::new();
        if pair
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            )
            .is_err()
        {
            unreachable!("a 2048-bit key signs any message")
        }
        format!("{signed}.{}", mac::base64url_encode(&signature))
    }

    /// Changes the signing key, as Access does every six weeks; the one before stays published.
    pub fn rotate(&mut self) {
        self.current = SigningKey::Next;
        self.published = vec![SigningKey::Next, SigningKey::Current];
    }

    /// How often the keys were asked for.
    #[must_use]
    pub fn key_requests(&self) -> u32 {
        self.key_requests
    }

    pub(crate) fn answer(
        &mut self,
        request: &OutRequest,
        path: &str,
        ending: Ending,
    ) -> InResponse {
        if request.method != Method::Get || path != CERTS_PATH {
            return answer(404, &json!({ "message": "not found" }));
        }
        self.key_requests += 1;
        if ending == Ending::ServerError {
            return answer(500, &json!({ "message": "internal error" }));
        }
        let keys: Vec<Value> = self.published.iter().map(|key| key.jwk()).collect();
        // The real one sends certificates of the same keys as well.
        answer(200, &json!({ "keys": keys, "public_certs": [] }))
    }
}

pub(crate) fn refuse(fault: Fault) -> InResponse {
    let status = match fault {
        Fault::TooManyRequests => 429,
        Fault::Unavailable => 503,
        _ => 500,
    };
    answer(status, &json!({ "message": fault.name() }))
}

fn answer(status: u16, body: &Value) -> InResponse {
    InResponse {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_has_three_parts_and_names_its_key_and_person() {
        let access = Access::new("http://127.0.0.1:8790/access".into(), "a".repeat(64));
        let token = access.sign_in(Timestamp(1_795_284_000), "ruth@shop.test");
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            panic!("three parts: {token}")
        };
        let text = |part: &str| {
            let standard = part.replace('-', "+").replace('_', "/");
            let padded = format!("{standard}{}", "=".repeat((4 - standard.len() % 4) % 4));
            let bytes = mac::base64_decode(&padded).unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()
        };
        assert_eq!(text(header)["kid"], SigningKey::Current.id());
        assert_eq!(text(claims)["email"], "ruth@shop.test");
        assert_eq!(text(claims)["exp"], 1_795_284_000 + SESSION_S);
        assert_eq!(signature.len(), 342);
    }
}
