//! Identifiers, keys and tokens.
//!
//! In scope: their alphabets, check symbols, derivation and parsing. Out of scope: randomness
//! (bytes come in as arguments) and where they are kept. Every format here is stored or sent, and
//! is pinned by a test.
//!
//! Public codes ([`OrderNumber`], [`SubscriptionId`], [`PaymentId`], [`ProofId`], [`CaseId`]) name things but
//! open nothing; a [`CouponCode`] takes something off a price. An [`OrderToken`] opens one order; only its [`TokenHash`] is kept.
//! An [`EmailCode`] is typed by whoever reads a mail, and is kept nowhere.

mod base32;
mod code;
mod cookie;
mod email_code;
mod form_token;
mod key;
mod secret;
mod token;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use self::code::Code;
pub use self::code::IdError;
pub use self::cookie::{CookieError, OrderCookie};
pub use self::email_code::{CodeFor, EmailCode, EmailCodeError};
pub use self::form_token::FormToken;
pub use self::key::{IdempotencyKey, IdempotencyKeyError, WriteToken};
pub use self::secret::{LinkSecret, SecretError};
pub use self::token::{OrderToken, TokenError, TokenHash};

/// Defines a public code: 14 symbols, of which the first tells its kind.
macro_rules! public_code {
    ($(#[$doc:meta])* $name:ident, new: $prefix:literal, read: $is_kind:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Code);

        impl $name {
            /// A new one from 64 random bits, of which 60 are used.
            #[must_use]
            pub fn from_random(random: [u8; 8]) -> Self {
                Self(Code::from_random($prefix, random))
            }

            /// Reads one as people write it: any case, with or without spaces and hyphens.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                Code::parse(text, $is_kind).map(Self)
            }

            /// The canonical form, as stored and sent: 14 symbols without separators.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        /// Grouped for people, as in `A7QK-4T9X-W2F3-CM`.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0.grouped())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl From<$name> for crate::statement::Value {
            fn from(id: $name) -> Self {
                id.as_str().into()
            }
        }

        impl From<&$name> for crate::statement::Value {
            fn from(id: &$name) -> Self {
                id.as_str().into()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

public_code! {
    /// The public number of an order, which is also the reference of a bank transfer.
    ///
    /// The first symbol names the database that holds the order: `A`, the only one today. Those of
    /// later ones are read too, so that such a number is unknown here rather than malformed.
    OrderNumber, new: 'A', read: |first| !matches!(first, 'C' | 'D' | 'K' | 'P' | 'S')
}

public_code! {
    /// Issued when an order is confirmed; what the buyer quotes to support. Begins with `S`.
    SubscriptionId, new: 'S', read: |first| first == 'S'
}

public_code! {
    /// One attempt to pay. Begins with `P`.
    PaymentId, new: 'P', read: |first| first == 'P'
}

impl PaymentId {
    /// Of a payment that nobody here began: made of its checkout, so that whoever finds it gives it the
    /// same.
    #[must_use]
    pub fn of_checkout(method: &str, session_id: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(format!("checkout:{method}:{session_id}")).into();
        Self::from_random(hash.first_chunk().copied().unwrap_or_default())
    }
}

public_code! {
    /// A document that shows a bank transfer. Begins with `D`.
    ProofId, new: 'D', read: |first| first == 'D'
}

public_code! {
    /// What a buyer types into *Purchase with coupon*. Begins with `K`. Unlike the others it is worth
    /// something to whoever knows it: it is shown to its owner and to staff, and stands in no log.
    CouponCode, new: 'K', read: |first| first == 'K'
}

public_code! {
    /// Something that a person must look at. Begins with `C`.
    CaseId, new: 'C', read: |first| first == 'C'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RANDOM: [u8; 8] = [0x13, 0x9a, 0x5c, 0xe0, 0x77, 0x01, 0xb8, 0x2f];

    #[test]
    fn public_codes_format_unchanged() {
        let order = OrderNumber::from_random(RANDOM);
        assert_eq!(order.as_str(), "A2ED5SR3Q06W2T");
        assert_eq!(order.to_string(), "A2ED-5SR3-Q06W-2T");
        assert_eq!(
            SubscriptionId::from_random(RANDOM).as_str(),
            "S2ED5SR3Q06W2S"
        );
        assert_eq!(PaymentId::from_random(RANDOM).as_str(), "P2ED5SR3Q06W27");
        let found = PaymentId::of_checkout("stripe", "cs_test_1");
        assert_eq!(found.as_str(), "P4AEJCRGANDM9X");
        assert_eq!(ProofId::from_random(RANDOM).as_str(), "D2ED5SR3Q06W2M");
        assert_eq!(CaseId::from_random(RANDOM).as_str(), "C2ED5SR3Q06W2P");
        assert_eq!(CouponCode::from_random(RANDOM).as_str(), "K2ED5SR3Q06W2D");
    }

    #[test]
    fn one_kind_of_code_is_not_read_as_another() {
        let payment = PaymentId::from_random(RANDOM);
        assert_eq!(
            SubscriptionId::parse(payment.as_str()),
            Err(IdError::Kind('P'))
        );
        assert_eq!(CaseId::parse(payment.as_str()), Err(IdError::Kind('P')));
        assert_eq!(
            OrderNumber::parse(payment.as_str()),
            Err(IdError::Kind('P'))
        );
    }

    #[test]
    fn an_order_number_of_a_later_shard_can_be_read() {
        assert!(OrderNumber::parse(Code::from_random('B', RANDOM).as_str()).is_ok());
    }

    #[test]
    fn codes_are_texts_in_json_and_in_statements() {
        let order = OrderNumber::from_random(RANDOM);
        let json = serde_json::to_string(&order).unwrap();
        assert_eq!(json, format!("\"{}\"", order.as_str()));
        assert_eq!(crate::statement::Value::from(order), order.as_str().into());
        assert!(serde_json::from_str::<OrderNumber>("\"A2ED-5SR3\"").is_err());
        assert!(serde_json::from_str::<OrderNumber>("14").is_err());
    }

    proptest! {
        #[test]
        fn codes_survive_printing_and_json(random in any::<[u8; 8]>()) {
            let order = OrderNumber::from_random(random);
            prop_assert_eq!(OrderNumber::parse(&order.to_string()), Ok(order));
            prop_assert_eq!(OrderNumber::parse(order.as_str()), Ok(order));
            let json = serde_json::to_string(&order).unwrap();
            prop_assert_eq!(serde_json::from_str::<OrderNumber>(&json).unwrap(), order);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in ".{0,40}") {
            let _ = OrderNumber::parse(&text);
        }
    }
}
