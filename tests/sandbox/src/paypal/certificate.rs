//! The certificates that webhooks are signed under, and where they are fetched.
//!
//! A URL names one certificate for good. Which one signs is chosen with
//! [`super::PayPal::set_certificate`]; each stays where it is, whichever signs. What can go wrong
//! with the fetch itself is a [`crate::Fault`] on the path `/certs/`: an answer that is no PEM, a
//! 500, none in time. How they were made is told in `certs/README.md`.

use serde::{Deserialize, Serialize};

/// The anchor that a shop under test trusts.
pub const ROOT_PEM: &str = include_str!("../../certs/root.pem");
/// The intermediate that a shop under test must have, since it is never served.
pub const INTERMEDIATE_PEM: &str = include_str!("../../certs/intermediate.pem");
/// The anchor of [`Certificate::UnknownIssuer`], for a shop that learns to trust it.
pub const OTHER_ROOT_PEM: &str = include_str!("../../certs/other_root.pem");
/// The intermediate of [`Certificate::UnknownIssuer`].
pub const OTHER_INTERMEDIATE_PEM: &str = include_str!("../../certs/other_intermediate.pem");

/// A signing certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Certificate {
    /// A good one.
    #[default]
    Current,
    /// The next year's, good as well, with another key.
    Renewed,
    /// Ended on 2025-01-01.
    Expired,
    /// For another host.
    OtherName,
    /// Good, from an authority that the shop does not know.
    UnknownIssuer,
    /// Names the known intermediate as its issuer, which has not signed it.
    ForgedIssuer,
    /// Nothing is at its URL any more: 404.
    Withdrawn,
}

impl Certificate {
    /// Every certificate, for tests that go through a table.
    pub const ALL: [Self; 7] = [
        Self::Current,
        Self::Renewed,
        Self::Expired,
        Self::OtherName,
        Self::UnknownIssuer,
        Self::ForgedIssuer,
        Self::Withdrawn,
    ];

    /// The `snake_case` name used on the control interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Renewed => "renewed",
            Self::Expired => "expired",
            Self::OtherName => "other_name",
            Self::UnknownIssuer => "unknown_issuer",
            Self::ForgedIssuer => "forged_issuer",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// `PAYPAL-CERT-URL`: the address at PayPal. The sandbox serves the same path below `/paypal`.
    #[must_use]
    pub fn url(self) -> String {
        format!(
            "https://api.sandbox.paypal.com/v1/notifications/certs/{}",
            self.id()
        )
    }

    /// The certificate, as the endpoint serves it; none for a withdrawn one.
    #[must_use]
    pub fn served_pem(self) -> Option<String> {
        let pem = match self {
            Self::Current => include_str!("../../certs/leaf.pem"),
            Self::Renewed => include_str!("../../certs/renewed.pem"),
            Self::Expired => include_str!("../../certs/expired.pem"),
            Self::OtherName => include_str!("../../certs/other_name.pem"),
            Self::UnknownIssuer => include_str!("../../certs/unknown_issuer.pem"),
            Self::ForgedIssuer => include_str!("../../certs/forged_issuer.pem"),
            Self::Withdrawn => return None,
        };
        Some(pem.replace('\n', "\r\n"))
    }

    /// The certificate behind the last segment of a URL.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|certificate| certificate.id() == id)
    }

    /// The certificate of a `PAYPAL-CERT-URL`.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|certificate| certificate.url() == url)
    }

    /// True for those that PayPal would own and still stand by; the rest are an attacker's, or old.
    pub(crate) fn is_paypals(self) -> bool {
        match self {
            Self::Current | Self::Renewed | Self::UnknownIssuer | Self::Withdrawn => true,
            Self::Expired | Self::OtherName | Self::ForgedIssuer => false,
        }
    }

    /// The private key, PKCS#8 in PEM.
    pub(crate) fn key_pem(self) -> &'static str {
        match self {
            Self::Renewed => include_str!("../../certs/renewed.key"),
            _ => include_str!("../../certs/leaf.key"),
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Current => "CERT-5a4db001-0ed9e711-00000001",
            Self::Renewed => "CERT-5a4db001-0ed9e711-00000002",
            Self::Expired => "CERT-5a4db001-0ed9e711-00000003",
            Self::OtherName => "CERT-5a4db001-0ed9e711-00000004",
            Self::UnknownIssuer => "CERT-5a4db001-0ed9e711-00000005",
            Self::ForgedIssuer => "CERT-5a4db001-0ed9e711-00000006",
            Self::Withdrawn => "CERT-5a4db001-0ed9e711-00000007",
        }
    }
}
