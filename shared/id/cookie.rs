//! The cookie that an order token is exchanged for at first use.
//!
//! `v1.<order number>.<expiry, Unix seconds>.<MAC, 52 symbols>`. The MAC covers the hash of the
//! order's current token, so that issuing a new link ends the cookies of the old one.

use hmac::Mac;

use super::{LinkSecret, OrderNumber, TokenHash, base32};
use crate::time::Timestamp;

const COOKIE_LABEL: &str = "edgetill order cookie v1";
const VERSION: &str = "v1";

/// Why a cookie opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// Not a cookie of ours.
    #[error("the cookie is malformed")]
    Malformed,
    /// The MAC does not fit: forged, altered, of another secret or of a replaced token.
    #[error("the cookie is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the cookie has expired")]
    Expired,
}

/// A cookie as sent by us or by a browser; it opens its order once [`OrderCookie::verify`] agrees.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderCookie {
    order: OrderNumber,
    expires: Timestamp,
    mac: String,
}

impl OrderCookie {
    /// A cookie that opens the order until, not at, `expires`.
    #[must_use]
    pub fn issue(
        secret: &LinkSecret,
        order: OrderNumber,
        token_hash: &TokenHash,
        expires: Timestamp,
    ) -> Self {
        let mac = cookie_mac(secret, order, token_hash, expires);
        Self {
            order,
            expires,
            mac,
        }
    }

    /// Reads a cookie's value; believes nothing of it yet.
    pub fn parse(value: &str) -> Result<Self, CookieError> {
        let parts: Vec<&str> = value.split('.').collect();
        let [VERSION, order, expires, mac] = parts.as_slice() else {
            return Err(CookieError::Malformed);
        };
        let order = OrderNumber::parse(order).map_err(|_| CookieError::Malformed)?;
        let expires = expires
            .parse()
            .map(Timestamp)
            .map_err(|_| CookieError::Malformed)?;
        let cookie = Self {
            order,
            expires,
            mac: (*mac).to_owned(),
        };
        // People type order numbers in many ways, but a browser returns what it was given.
        if cookie.value() == value {
            Ok(cookie)
        } else {
            Err(CookieError::Malformed)
        }
    }

    /// The order the cookie speaks of: which row to load before [`OrderCookie::verify`].
    #[must_use]
    pub fn order(&self) -> OrderNumber {
        self.order
    }

    /// Whether the cookie opens its order at `now`. `token_hash` is the stored one of that order.
    pub fn verify(
        &self,
        secret: &LinkSecret,
        token_hash: &TokenHash,
        now: Timestamp,
    ) -> Result<(), CookieError> {
        // Both sides are hashed under the secret first, so that the comparison's timing tells
        // nothing about the expected MAC.
        let expected = cookie_mac(secret, self.order, token_hash, self.expires);
        let expected = secret.mac(COOKIE_LABEL, &[&expected]).finalize();
        if secret.mac(COOKIE_LABEL, &[&self.mac]).finalize() != expected {
            return Err(CookieError::Invalid);
        }
        if now >= self.expires {
            return Err(CookieError::Expired);
        }
        Ok(())
    }

    /// The value to set; its characters need no quoting in a cookie.
    #[must_use]
    pub fn value(&self) -> String {
        format!(
            "{VERSION}.{}.{}.{}",
            self.order.as_str(),
            self.expires.0,
            self.mac
        )
    }
}

impl std::fmt::Debug for OrderCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OrderCookie({}, redacted)", self.order.as_str())
    }
}

fn cookie_mac(
    secret: &LinkSecret,
    order: OrderNumber,
    token_hash: &TokenHash,
    expires: Timestamp,
) -> String {
    let parts = [order.as_str(), token_hash.as_str(), &expires.0.to_string()];
    let mac = secret.mac(COOKIE_LABEL, &parts).finalize();
    base32::encode(mac.as_bytes()).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::OrderToken;
    use super::*;

    const EXPIRES: Timestamp = Timestamp(1_800_000_000);
    const BEFORE: Timestamp = Timestamp(1_799_999_999);

    fn secret() -> LinkSecret {
        LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad015").unwrap()
    }

    fn order(seed: u8) -> OrderNumber {
        OrderNumber::from_random([seed; 8])
    }

    fn hash(seed: u8) -> TokenHash {
        OrderToken::derive(&secret(), &order(seed)).hash()
    }

    fn issued() -> OrderCookie {
        OrderCookie::issue(&secret(), order(7), &hash(7), EXPIRES)
    }

    #[test]
    fn order_cookie_format_unchanged() {
        assert_eq!(
            issued().value(),
            "v1.A0W3GE1R70W3GD.1800000000.5jdbtqcemftb335vttv8vdfdjavcban1v7q4g0td35bw2m3ehwvg"
        );
    }

    #[test]
    fn a_cookie_opens_its_order_until_its_time_is_over() {
        let cookie = OrderCookie::parse(&issued().value()).unwrap();
        assert_eq!(cookie.order(), order(7));
        assert_eq!(cookie.verify(&secret(), &hash(7), BEFORE), Ok(()));
        assert_eq!(
            cookie.verify(&secret(), &hash(7), EXPIRES),
            Err(CookieError::Expired)
        );
    }

    #[test]
    fn a_new_token_or_another_secret_ends_a_cookie() {
        let other = LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad016").unwrap();
        assert_eq!(
            issued().verify(&secret(), &hash(8), BEFORE),
            Err(CookieError::Invalid)
        );
        assert_eq!(
            issued().verify(&other, &hash(7), BEFORE),
            Err(CookieError::Invalid)
        );
    }

    #[test]
    fn a_cookie_with_any_changed_character_opens_nothing() {
        let value = issued().value();
        for place in 0..value.len() {
            for replacement in ["0", "1", "a", "."] {
                let mut changed = value.clone();
                changed.replace_range(place..=place, replacement);
                if changed == value {
                    continue;
                }
                let opened = OrderCookie::parse(&changed)
                    .and_then(|cookie| cookie.verify(&secret(), &hash(7), BEFORE));
                assert!(opened.is_err(), "{changed}");
            }
        }
    }

    #[test]
    fn a_cookie_for_another_order_or_a_longer_time_cannot_be_made_of_one() {
        let value = issued().value();
        let other_order = value.replace(order(7).as_str(), order(8).as_str());
        let longer = value.replace("1800000000", "1900000000");
        for forged in [other_order, longer] {
            let cookie = OrderCookie::parse(&forged).unwrap();
            assert_eq!(
                cookie.verify(&secret(), &hash(7), BEFORE),
                Err(CookieError::Invalid)
            );
        }
    }

    #[test]
    fn malformed_cookies_are_refused() {
        for value in [
            "",
            ".",
            "v1",
            "v2.A.1.x",
            "v1.A.1.x",
            "v1...",
            "v1.A0W3GE1R70W3GD.+1.x",
            "v1.A0W3-GE1R-70W3-GD.1.x",
            "v1.A.1.x.y",
        ] {
            assert_eq!(
                OrderCookie::parse(value),
                Err(CookieError::Malformed),
                "{value:?}"
            );
        }
    }

    #[test]
    fn a_cookie_is_never_printed() {
        let printed = format!("{:?}", issued());
        assert!(!printed.contains(&issued().mac) && printed.contains("redacted"));
    }
}
