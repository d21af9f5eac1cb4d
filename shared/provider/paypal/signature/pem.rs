//! Certificates in PEM (RFC 7468): the text that PayPal's endpoint serves, and that of a setting.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The DER of every certificate in a text, in order; whatever stands around them is passed over.
/// `None` for one that is cut off or is not base64.
pub(super) fn certificates(text: &str) -> impl Iterator<Item = Option<Vec<u8>>> + '_ {
    text.split(BEGIN).skip(1).map(|tail| {
        let (base64, _) = tail.split_once(END)?;
        let base64: String = base64
            .chars()
            .filter(|c| !c.is_ascii_whitespace())
            .collect();
        STANDARD.decode(base64).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Option<Vec<u8>>> {
        certificates(text).collect()
    }

    #[test]
    fn certificates_are_found_among_other_text() {
        let one = format!("{BEGIN}\r\nAQID\r\n{END}\r\n");
        assert_eq!(read(&one), [Some(vec![1, 2, 3])]);
        let two = format!("A root\n{one}\nAnother\n{BEGIN}BA=={END}");
        assert_eq!(read(&two), [Some(vec![1, 2, 3]), Some(vec![4])]);
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for text in [
            "",
            "<html>",
            "-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----",
        ] {
            assert!(read(text).is_empty(), "{text}");
        }
        for text in [
            format!("{BEGIN}\nAQID"),
            format!("{BEGIN}\nAQI*\n{END}"),
            format!("{BEGIN}\nAQI\n{END}"),
        ] {
            assert_eq!(read(&text), [None], "{text}");
        }
    }
}
