//! Webhook signatures (PayPal documentation, "Verify webhook signatures").
//!
//! RSASSA-PKCS1-v1_5 with SHA-256 over `id|time|webhook id|CRC-32 of the body`. The body itself is
//! not signed: see [`super::forge`].

use std::sync::LazyLock;

use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use shared::time::Timestamp;

use super::certificate::Certificate;
use super::crc::crc32;
use crate::mac;

/// Everything of a delivery's head that its signature covers, and the key that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmission {
    /// `PAYPAL-TRANSMISSION-ID`, a version 1 UUID.
    pub id: String,
    /// `PAYPAL-TRANSMISSION-TIME`.
    pub time: Timestamp,
    /// Whose key signs; its URL is `PAYPAL-CERT-URL`.
    pub certificate: Certificate,
    /// The subscription's id, which is part of the signature and not of the headers.
    pub webhook_id: String,
}

impl Transmission {
    /// The headers of a delivery with this body.
    #[must_use]
    pub fn headers(&self, body: &[u8]) -> Vec<(&'static str, String)> {
        let time = self.time.rfc3339();
        let text = signed_text(&self.id, &time, &self.webhook_id, body);
        vec![
            ("accept", "*/*".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("paypal-auth-algo", "SHA256withRSA".to_owned()),
            ("paypal-auth-version", "v2".to_owned()),
            ("paypal-cert-url", self.certificate.url()),
            ("paypal-transmission-id", self.id.clone()),
            ("paypal-transmission-sig", sign(self.certificate, &text)),
            ("paypal-transmission-time", time),
            ("user-agent", "PayPal/AUHD-214.0-58843181".to_owned()),
        ]
    }
}

/// True for a signature, in base64, that the certificate's key has made of this.
pub(crate) fn is_signed(certificate: Certificate, text: &str, signature: &str) -> bool {
    let public = key(certificate).public().as_ref();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
    mac::base64_decode(signature)
        .is_some_and(|signature| public.verify(text.as_bytes(), &signature).is_ok())
}

/// The text that is signed.
pub(crate) fn signed_text(id: &str, time: &str, webhook_id: &str, body: &[u8]) -> String {
    format!("{id}|{time}|{webhook_id}|{}", crc32(body))
}

fn sign(certificate: Certificate, text: &str) -> String {
    let key = key(certificate);
    let mut signature = vec![0; key.public().modulus_len()];
    // The randomness blinds the computation; the signature does not depend on it.
    let random = SystemRandom::new();
    if key
        .sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
        .is_err()
    {
        unreachable!("a 2048-bit key signs any message")
    }
    mac::base64_encode(&signature)
}

fn key(certificate: Certificate) -> &'static KeyPair {
    static CURRENT: LazyLock<KeyPair> =
        LazyLock::new(|| mac::rsa_key(Certificate::Current.key_pem()));
    static RENEWED: LazyLock<KeyPair> =
        LazyLock::new(|| mac::rsa_key(Certificate::Renewed.key_pem()));
    match certificate {
        Certificate::Renewed => &RENEWED,
        _ => &CURRENT,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn transmission(certificate: Certificate) -> Transmission {
        Transmission {
            id: "69cd13f0-d67a-11e5-baa3-778b53f4ae55".to_owned(),
            time: Timestamp(1_795_284_000),
            certificate,
            webhook_id: "SANDBOX0WEBHOOK01".to_owned(),
        }
    }

    #[test]
    fn the_signed_text_is_that_of_paypal_s_documentation() {
        assert_eq!(
            signed_text(
                "id",
                "2026-11-21T18:00:00Z",
                "1JE4291016473214C",
                b"123456789"
            ),
            "id|2026-11-21T18:00:00Z|1JE4291016473214C|3421780262"
        );
    }

    /// The only difference between two runs would be the blinding.
    #[test]
    fn a_signature_is_the_same_each_time_and_the_key_s_own() {
        let headers = transmission(Certificate::Current).headers(b"{}");
        assert_eq!(headers, transmission(Certificate::Current).headers(b"{}"));
        let signature = |headers: &[(&str, String)]| headers[6].1.clone();
        assert_eq!(signature(&headers).len(), 344);
        let renewed = transmission(Certificate::Renewed).headers(b"{}");
        assert_ne!(signature(&headers), signature(&renewed));
        assert_eq!(
            signature(&headers),
            signature(&transmission(Certificate::Expired).headers(b"{}"))
        );
    }

    #[test]
    fn a_signature_holds_for_its_text_and_its_key_only() {
        let text = "id|time|webhook|1";
        let signature = sign(Certificate::Current, text);
        assert!(is_signed(Certificate::Current, text, &signature));
        assert!(!is_signed(Certificate::Renewed, text, &signature));
        assert!(!is_signed(
            Certificate::Current,
            "id|time|webhook|2",
            &signature
        ));
        assert!(!is_signed(Certificate::Current, text, "no base64"));
    }

    /// Deliveries of another maker, under another authority: the text and the padding are the
    /// scheme's, not only ours.
    #[test]
    fn signatures_of_the_shared_examples_hold_for_our_text() {
        let file: Value = serde_json::from_str(include_str!(
            "../../../fixtures/paypal/signature_vectors.json"
        ))
        .unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut compared = 0;
        for vector in file["vectors"].as_array().unwrap() {
            let name = text(&vector["name"]);
            let header = |name: &str| vector["headers"][name].as_str();
            let (Some(id), Some(time), Some(signature)) = (
                header("paypal-transmission-id"),
                header("paypal-transmission-time"),
                header("paypal-transmission-sig"),
            ) else {
                continue;
            };
            if vector["expect"]["verdict"] != "accept" {
                continue;
            }
            let body = mac::base64_decode(&text(&vector["body_b64"])).unwrap();
            let signed = signed_text(id, time, &text(&vector["webhook_id"]), &body);
            let key = public_key(&der(&text(&vector["cert_response"]["body"])));
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
            let signature = mac::base64_decode(signature).unwrap();
            assert!(key.verify(signed.as_bytes(), &signature).is_ok(), "{name}");
            compared += 1;
        }
        assert!(compared >= 10, "only {compared} examples were comparable");
    }

    #[test]
    fn each_certificate_that_is_served_holds_the_key_that_signs() {
        for certificate in Certificate::ALL {
            let Some(pem) = certificate.served_pem() else {
                continue;
            };
            assert_eq!(
                public_key(&der(&pem)),
                key(certificate).public().as_ref(),
                "{certificate:?}"
            );
        }
    }

    fn der(pem: &str) -> Vec<u8> {
        let lines = pem.lines().map(str::trim);
        let base64: String = lines.filter(|line| !line.starts_with('-')).collect();
        mac::base64_decode(&base64).unwrap()
    }

    /// The RSA key inside a certificate: what follows the head of a 2048-bit
    /// `SubjectPublicKeyInfo`.
    fn public_key(certificate: &[u8]) -> Vec<u8> {
        let head = b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\
                     \x00\x03\x82\x01\x0f\x00";
        let start = certificate
            .windows(head.len())
            .position(|window| window == head)
            .unwrap();
        certificate[start + head.len()..][..270].to_vec()
    }
}
