//! The one-time code that shows that somebody reads the mails of an address.
//!
//! It is derived from the link secret and a random seed, so that a mail can be written again without
//! keeping the code. It belongs to one purpose, subject and address; how long it is good and how often
//! it may be tried is the business of [`crate::email_code`].

use hmac::Mac;

use super::{LinkSecret, base32};

const CODE_LABEL: &str = "edgetill e-mail code v1";
/// Eight digits: the 25 tries that a subject has in all find one of 100 million codes with a chance of
/// 1 in 4 million. With six it were 1 in 40,000, and whoever types somebody else's address can order
/// again and again.
const DIGITS: usize = 8;
const CODES: u64 = 100_000_000;

/// Why a text is no code. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code has {DIGITS} digits")]
pub struct EmailCodeError;

/// A one-time code.
#[derive(Clone)]
pub struct EmailCode(String);

/// What a code is for.
#[derive(Debug, Clone, Copy)]
pub struct CodeFor<'a> {
    /// The use of the code, such as `order`; a constant.
    pub purpose: &'a str,
    /// What is confirmed by it. Contains no `|`.
    pub subject: &'a str,
    /// Random, and drawn for this code alone.
    pub seed: &'a str,
    /// Where it is sent.
    pub address: &'a str,
}

impl EmailCode {
    /// The code for something: always the same under the same secret.
    #[must_use]
    pub fn derive(secret: &LinkSecret, for_what: &CodeFor<'_>) -> Self {
        let CodeFor {
            purpose,
            subject,
            seed,
            address,
        } = *for_what;
        // The address may contain the separator, so it stands last.
        let mac = secret
            .mac(CODE_LABEL, &[purpose, subject, seed, address])
            .finalize()
            .into_bytes();
        // 64 bits: the first codes are likelier by less than 1 in 10^11.
        let drawn = mac.iter().take(8).fold(0, |drawn: u64, byte| {
            drawn.wrapping_shl(8) | u64::from(*byte)
        });
        let code = drawn.checked_rem(CODES).unwrap_or_default();
        Self(format!("{code:0DIGITS$}"))
    }

    /// Reads a code as people type it: spaces and hyphens do not count.
    pub fn parse(text: &str) -> Result<Self, EmailCodeError> {
        let is_typed = |symbol: &char| !base32::is_separator(*symbol);
        let typed = text.chars().filter(is_typed);
        let code: String = typed.take(DIGITS.saturating_add(1)).collect();
        let is_code = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then_some(Self(code)).ok_or(EmailCodeError)
    }

    /// Whether this is the code for something under a secret. Both sides are hashed under the secret
    /// first, so that the comparison's timing tells nothing.
    #[must_use]
    pub fn is(&self, secret: &LinkSecret, for_what: &CodeFor<'_>) -> bool {
        let hashed = |code: &Self| secret.mac(CODE_LABEL, &[&code.0]).finalize();
        hashed(self) == hashed(&Self::derive(secret, for_what))
    }

    /// The code in two groups, for a mail to its address and nothing else.
    #[must_use]
    pub fn reveal(&self) -> String {
        let (first, second) = self.0.split_at_checked(4).unwrap_or_default();
        format!("{first} {second}")
    }
}

impl std::fmt::Debug for EmailCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailCode(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FOR: CodeFor<'_> = CodeFor {
        purpose: "order",
        subject: "A2ED5SR3Q06W2T",
        seed: "0123456789ABCDEFGHJKMNPQRS",
        address: "ada@example.com",
    };

    fn secret() -> LinkSecret {
        LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad015").unwrap()
    }

    #[test]
    fn email_code_format_unchanged() {
        assert_eq!(EmailCode::derive(&secret(), &FOR).reveal(), "7499 2482");
    }

    #[test]
    fn a_code_is_good_for_its_purpose_subject_seed_address_and_secret_only() {
        let code = EmailCode::derive(&secret(), &FOR);
        assert!(code.is(&secret(), &FOR));
        let other = LinkSecret::parse("9f86d081884c7d659a2feaa0c55ad016").unwrap();
        assert!(!code.is(&other, &FOR));
        for changed in [
            CodeFor {
                purpose: "sign_in",
                ..FOR
            },
            CodeFor {
                subject: "A2ED5SR3Q06W2U",
                ..FOR
            },
            CodeFor {
                seed: "1123456789ABCDEFGHJKMNPQRS",
                ..FOR
            },
            CodeFor {
                address: "eve@example.com",
                ..FOR
            },
        ] {
            assert!(!code.is(&secret(), &changed), "{changed:?}");
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it_and_nothing_else_is() {
        for typed in [
            "12345678",
            "1234 5678",
            " 1234-5678\n",
            "1 2 3 4 5 6 7 8",
            "1234\u{a0}5678",
        ] {
            assert_eq!(
                EmailCode::parse(typed).unwrap().reveal(),
                "1234 5678",
                "{typed:?}"
            );
        }
        let long = "1".repeat(100_000);
        for typed in [
            "",
            " ",
            "1234567",
            "123456789",
            "1234567a",
            "+1234567",
            "0x123456",
            "1234.567",
            "１２３４５６７８",
            "١٢٣٤٥٦٧٨",
            "1234567٨",
            "12345678\0",
            long.as_str(),
        ] {
            assert_eq!(
                EmailCode::parse(typed).unwrap_err(),
                EmailCodeError,
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_code_is_never_printed() {
        let code = EmailCode::derive(&secret(), &FOR);
        assert_eq!(format!("{code:?}"), "EmailCode(redacted)");
    }

    proptest! {
        #[test]
        fn every_code_is_read_back_from_its_mail(seed in "[0-9A-Z]{26}") {
            let for_what = CodeFor { seed: &seed, ..FOR };
            let code = EmailCode::derive(&secret(), &for_what);
            prop_assert!(EmailCode::parse(&code.reveal()).unwrap().is(&secret(), &for_what));
        }

        #[test]
        fn no_text_makes_parsing_panic(text in ".{0,40}") {
            let _ = EmailCode::parse(&text);
        }
    }
}
