//! E-mail addresses.

use serde::{Deserialize, Serialize};

use super::ContactError;
use crate::email::Address;

const ADDRESS_CHARS_MAX: usize = 254;
const LOCAL_CHARS_MAX: usize = 64;
const LABEL_CHARS_MAX: usize = 63;

/// An address that mail can be sent to, as far as its text can tell: ASCII, one `@`, a domain with
/// a dot, at most 254 characters (RFC 5321, section 4.5.3.1). Quoted local parts
/// and international addresses are refused, for mail services refuse them too.
///
/// The domain is kept in lower case, the local part as typed. Debug output is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address; outer spaces are ignored.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactError::Required);
        }
        if text.len() > ADDRESS_CHARS_MAX {
            return Err(ContactError::TooLong {
                chars_max: ADDRESS_CHARS_MAX,
            });
        }
        let (local, domain) = text.split_once('@').ok_or(ContactError::Email)?;
        let domain = domain.to_ascii_lowercase();
        let address = format!("{local}@{domain}");
        // What no mail can be sent to is no address, whatever else it may be.
        let can_be_mailed = Address::parse(&address).is_ok();
        if !is_local(local) || !is_domain(&domain) || !can_be_mailed {
            return Err(ContactError::Email);
        }
        Ok(Self(address))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough for its owner to know it again: `j•••@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}•••@{domain}")
    }
}

fn is_local(local: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#"()<>[]\,;:""#.contains(&byte);
    // RFC 5321, section 4.1.2: dots stand between atoms. An encoded word would be read as text by
    // some mail programs (RFC 2047).
    let has_odd_dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    (1..=LOCAL_CHARS_MAX).contains(&local.len())
        && local.bytes().all(is_plain)
        && !has_odd_dots
        && !local.starts_with("=?")
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_CHARS_MAX).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl From<&EmailAddress> for crate::statement::Value {
    fn from(address: &EmailAddress) -> Self {
        address.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_are_taken_and_their_domain_lowered() {
        for (text, kept) in [
            ("jane@example.com", "jane@example.com"),
            (" Jane.Doe+shop@Example.COM ", "Jane.Doe+shop@example.com"),
            ("o'neil_1@mail.example.co.uk", "o'neil_1@mail.example.co.uk"),
            ("dev@localhost", "dev@localhost"),
            ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_is_not_one_address_is_refused() {
        for text in [
            "jane",
            "jane@",
            "@example.com",
            "jane@example",
            "jane@@example.com",
            "jane@example.com@example.org",
            "jane doe@example.com",
            "jane@example.com\r\nBcc: all@example.com",
            "jane@example.com, joe@example.com",
            "Jane <jane@example.com>",
            "jane@.example.com",
            "jane@example..com",
            "jane@example.com.",
            "jane@-example.com",
            "jane@exa_mple.com",
            "\"jane\"@example.com",
            "jäne@example.com",
            "jane\u{0}@example.com",
        ] {
            assert_eq!(
                EmailAddress::parse(text),
                Err(ContactError::Email),
                "{text:?}"
            );
        }
        assert_eq!(EmailAddress::parse("  "), Err(ContactError::Required));
    }

    #[test]
    fn lengths_are_capped() {
        let with_local = |length: usize| format!("{}@example.com", "a".repeat(length));
        assert!(EmailAddress::parse(&with_local(64)).is_ok());
        assert_eq!(
            EmailAddress::parse(&with_local(65)),
            Err(ContactError::Email)
        );
        let long = format!("a@{}.com", ["b".repeat(62).as_str(); 4].join("."));
        assert_eq!(
            EmailAddress::parse(&long),
            Err(ContactError::TooLong { chars_max: 254 })
        );
    }

    #[test]
    fn a_masked_address_keeps_its_first_letter_and_domain() {
        let address = EmailAddress::parse("jane.doe@example.com").unwrap();
        assert_eq!(address.masked(), "j•••@example.com");
        assert_eq!(format!("{address:?}"), "EmailAddress(j•••@example.com)");
    }
}
