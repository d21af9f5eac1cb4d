//! Every case of `signature_vectors.json`, with its own certificate authority.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::test_rsa::conclude;
use super::*;
use crate::http::InResponse;
use crate::provider::paypal::event::Event;
use crate::provider::paypal::fixtures;

#[derive(Deserialize)]
struct Vectors {
    trust: Trust,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Trust {
    roots: Vec<String>,
    intermediates: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) now: i64,
    environment: String,
    webhook_id: String,
    headers: BTreeMap<String, String>,
    body_b64: String,
    cert_response: Option<CertResponse>,
    #[serde(default)]
    must_not_fetch: bool,
    expect: Expect,
    #[serde(default)]
    also: Vec<String>,
}

#[derive(Deserialize)]
struct CertResponse {
    status: u16,
    #[serde(default)]
    body: String,
    body_repeat: Option<Repeat>,
}

#[derive(Deserialize)]
struct Repeat {
    text: String,
    times: usize,
}

#[derive(Deserialize)]
struct Expect {
    verdict: String,
    reason: String,
}

fn vectors() -> Vectors {
    serde_json::from_value(fixtures::value("signature_vectors.json")).unwrap()
}

pub(super) fn vector(name: &str) -> Vector {
    let found = vectors().vectors.into_iter().find(|v| v.name == name);
    found.unwrap_or_else(|| panic!("no vector {name}"))
}

pub(super) fn authorities() -> Authorities {
    let trust = vectors().trust;
    let pem = [trust.roots, trust.intermediates].concat().concat();
    Authorities::built_in().extended(&pem).unwrap()
}

/// The test authorities without the built-in ones.
pub(super) fn only_test_authorities() -> Authorities {
    let trust = vectors().trust;
    Authorities::read(&[trust.roots, trust.intermediates].concat().concat()).unwrap()
}

/// What a caller comes to.
#[derive(Debug, PartialEq)]
enum Verdict {
    Accept,
    Reject(&'static str),
    Retry,
}

impl Vector {
    pub(super) fn body(&self) -> Vec<u8> {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .decode(&self.body_b64)
            .unwrap()
    }

    pub(super) fn listener(&self) -> Listener {
        let mode = match self.environment.as_str() {
            "live" => Mode::Live,
            "sandbox" => Mode::Test,
            other => panic!("{other}"),
        };
        Listener::new(mode, WebhookId::parse(&self.webhook_id).unwrap())
    }

    /// Header names arrive in any case and are lower case for the functions.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.to_ascii_lowercase() == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn receive<'a>(&'a self, body: &'a [u8]) -> Result<Delivery<'a>, DeliveryError> {
        self.listener()
            .receive(|name| self.header(name), body, Timestamp(self.now))
    }

    pub(super) fn response(&self) -> InResponse {
        let served = self
            .cert_response
            .as_ref()
            .expect("a certificate is served");
        let filler = served.body_repeat.as_ref().map(|r| r.text.repeat(r.times));
        let body = [filler.unwrap_or_default(), served.body.clone()].concat();
        fixtures::reply(served.status, body.as_bytes())
    }

    /// The verdict, and whether a certificate was asked for.
    fn verdict(&self) -> (Verdict, bool) {
        let body = self.body();
        let delivery = match self.receive(&body) {
            Ok(delivery) => delivery,
            Err(error) => return (Verdict::Reject(reason(error)), false),
        };
        let now = Timestamp(self.now);
        let response = self.response();
        let verdict = match delivery.with_certificate(&response, &authorities(), now) {
            CertificateReading::Pending(pending) => match conclude(*pending).delivery {
                Ok(_) => Verdict::Accept,
                Err(error) => Verdict::Reject(reason(error)),
            },
            // PayPal does not know these deliveries.
            CertificateReading::UnknownIssuer => {
                let failure = Verification::parse("FAILURE").unwrap();
                Verdict::Reject(reason(delivery.judged_by_paypal(failure).unwrap_err()))
            }
            CertificateReading::Refused(error) => Verdict::Reject(reason(error)),
            CertificateReading::Undecidable(_) => Verdict::Retry,
        };
        (verdict, true)
    }
}

/// The word of the vectors.
fn reason(error: DeliveryError) -> &'static str {
    match error {
        DeliveryError::MissingHeader(_)
        | DeliveryError::TransmissionId
        | DeliveryError::TransmissionTime => "bad_header",
        DeliveryError::EmptyBody | DeliveryError::BodyTooLong => "bad_body",
        DeliveryError::Algorithm => "unsupported_algorithm",
        DeliveryError::CertUrl => "bad_cert_url",
        DeliveryError::OutsideWindow { .. } => "stale",
        DeliveryError::CertificateNotYetValid => "cert_not_yet_valid",
        DeliveryError::CertificateExpired => "cert_expired",
        DeliveryError::CertificateName => "cert_wrong_name",
        DeliveryError::CertificateUsage
        | DeliveryError::CertificateSignature
        | DeliveryError::Disowned => "cert_untrusted",
        DeliveryError::SignatureForm | DeliveryError::CertificateKey | DeliveryError::NoMatch => {
            "bad_signature"
        }
    }
}

#[test]
fn s14_s122_every_vector_has_its_verdict() {
    let vectors = vectors().vectors;
    assert_eq!(vectors.len(), 80);
    for vector in vectors {
        let (verdict, fetched) = vector.verdict();
        let expected = match vector.expect.verdict.as_str() {
            "accept" | "accept_signature_only" => vec![Verdict::Accept],
            "retry" => vec![Verdict::Retry],
            "reject" => std::iter::once(&vector.expect.reason)
                .chain(&vector.also)
                .map(|reason| Verdict::Reject(reason.clone().leak()))
                .collect(),
            other => panic!("{other}"),
        };
        assert!(expected.contains(&verdict), "{}: {verdict:?}", vector.name);
        assert!(
            !(vector.must_not_fetch && fetched),
            "{}: fetched",
            vector.name
        );
    }
}

#[test]
fn a_forged_body_of_the_same_crc_is_proven_and_says_the_same_ids() {
    let genuine = vector("valid_capture_completed");
    let forged = vector("crc32_collision");
    let (genuine_body, forged_body) = (genuine.body(), forged.body());
    assert_ne!(genuine_body, forged_body);
    let prove = |vector: &Vector, body: &[u8]| -> (String, Event) {
        let delivery = vector.receive(body).unwrap();
        let reading =
            delivery.with_certificate(&vector.response(), &authorities(), Timestamp(vector.now));
        let CertificateReading::Pending(pending) = reading else {
            panic!("{reading:?}");
        };
        let proven = conclude(*pending).delivery.unwrap();
        (proven.transmission_id, Event::parse(proven.body).unwrap())
    };
    let (genuine_id, genuine_event) = prove(&genuine, &genuine_body);
    let (forged_id, forged_event) = prove(&forged, &forged_body);
    // This is what the caller tells them apart by: one id, two bodies.
    assert_eq!(genuine_id, forged_id);
    // And nothing but what to read back is taken from either.
    assert_eq!(genuine_event.hint.order_id, forged_event.hint.order_id);
}

#[test]
fn the_forms_of_body_that_are_accepted_are_proven_byte_for_byte() {
    for name in [
        "valid_trailing_newline",
        "valid_crlf_inside",
        "valid_duplicate_keys",
    ] {
        let vector = vector(name);
        let body = vector.body();
        let delivery = vector.receive(&body).unwrap();
        let reading =
            delivery.with_certificate(&vector.response(), &authorities(), Timestamp(vector.now));
        let CertificateReading::Pending(pending) = reading else {
            panic!("{reading:?}");
        };
        let proven = conclude(*pending).delivery.unwrap();
        assert_eq!(proven.body.into_inner(), body, "{name}");
        assert_eq!(proven.origin, Origin::PayPal, "{name}");
    }
}

#[test]
fn the_vectors_name_the_same_limits() {
    let value: Value = fixtures::value("signature_vectors.json");
    assert_eq!(value["time_policy"]["max_age_s"], AGE_S_MAX);
    assert_eq!(value["time_policy"]["max_future_s"], AHEAD_S_MAX);
}
