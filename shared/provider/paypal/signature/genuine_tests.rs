//! Deliveries that PayPal itself signed, read in place where they exist.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::test_rsa::conclude;
use super::*;
use crate::http::InResponse;
use crate::provider::paypal::event::Event;
use crate::provider::paypal::fixtures;

/// The built-in anchors, and the intermediate that the recordings come with.
fn authorities() -> Authorities {
    let files = fixtures::third_party("genuine_signed_webhooks");
    let Some((_, value)) = files.into_iter().next() else {
        return Authorities::built_in();
    };
    let pem: String = value["trust"]["intermediates"]
        .as_object()
        .unwrap()
        .values()
        .map(|pem| pem.as_str().unwrap())
        .collect();
    Authorities::built_in().extended(&pem).unwrap()
}

#[derive(Deserialize)]
struct Recordings {
    certificates: BTreeMap<String, Certificate>,
    vectors: Vec<Recording>,
}

#[derive(Deserialize)]
struct Certificate {
    pem: String,
}

#[derive(Deserialize)]
struct Recording {
    name: String,
    now: i64,
    environment: String,
    webhook_id: String,
    headers: BTreeMap<String, String>,
    certificate: String,
    signed_text: String,
    body_b64: String,
}

/// One recording at a time, with its certificate's text.
fn recordings() -> Vec<(Recording, String)> {
    let files = fixtures::third_party("genuine_signed_webhooks");
    let Some((_, value)) = files.into_iter().next() else {
        return Vec::new();
    };
    let all: Recordings = serde_json::from_value(value).unwrap();
    let with_pem = |recording: Recording| {
        let pem = all.certificates[&recording.certificate].pem.clone();
        (recording, pem)
    };
    all.vectors.into_iter().map(with_pem).collect()
}

impl Recording {
    fn body(&self) -> Vec<u8> {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .decode(&self.body_b64)
            .unwrap()
    }

    fn is_simulated(&self) -> bool {
        self.webhook_id == SIMULATOR_WEBHOOK_ID
    }

    /// The listener it was sent to. All recordings of live hosts are the simulator's.
    fn listener(&self) -> Listener {
        assert_eq!(
            self.is_simulated(),
            self.environment == "live",
            "{}",
            self.name
        );
        let own = WebhookId::parse(&self.webhook_id);
        let id = own.unwrap_or_else(|_| WebhookId::parse("4TEST0WEBHOOK0001").unwrap());
        let listener = Listener::new(Mode::Test, id);
        if self.is_simulated() {
            listener.with_simulated()
        } else {
            listener
        }
    }

    /// One recording has an address that the editors of a library made up; the address is not
    /// signed.
    fn header<'a>(&'a self, name: &str) -> Option<&'a str> {
        let made_up = "https://api.sandbox.paypal.com/v1/notifications/test";
        let real =
            "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";
        let value = self.headers.get(name)?.as_str();
        Some(if value == made_up { real } else { value })
    }

    fn receive<'a>(
        &'a self,
        listener: &Listener,
        body: &'a [u8],
    ) -> Result<Delivery<'a>, DeliveryError> {
        listener.receive(|name| self.header(name), body, Timestamp(self.now))
    }

    fn read<'a>(&self, delivery: &Delivery<'a>, pem: &str) -> CertificateReading<'a> {
        delivery.with_certificate(&served(pem), &authorities(), Timestamp(self.now))
    }
}

fn served(pem: &str) -> InResponse {
    fixtures::reply(200, pem.as_bytes())
}

fn pending(reading: CertificateReading<'_>) -> Pending<'_> {
    match reading {
        CertificateReading::Pending(pending) => *pending,
        other @ (CertificateReading::UnknownIssuer
        | CertificateReading::Refused(_)
        | CertificateReading::Undecidable(_)) => panic!("{other:?}"),
    }
}

#[test]
fn every_genuine_delivery_is_proven_at_its_time() {
    for (recording, pem) in recordings() {
        let body = recording.body();
        let delivery = recording.receive(&recording.listener(), &body).unwrap();
        assert_eq!(
            delivery.signed_text(),
            recording.signed_text,
            "{}",
            recording.name
        );

        let pending = pending(recording.read(&delivery, &pem));
        assert_eq!(pending.checks().len(), 3, "leaf, intermediate, delivery");
        let conclusion = conclude(pending);
        let proven = conclusion.delivery.unwrap();
        let simulated = proven.origin == Origin::Simulator;
        assert_eq!(simulated, recording.is_simulated(), "{}", recording.name);
        Event::parse(proven.body).unwrap_or_else(|e| panic!("{}: {e}", recording.name));

        // The same again with the kept key: one signature.
        let key = conclusion.key.unwrap();
        let pending = delivery.with_key(&key, Timestamp(recording.now)).unwrap();
        assert_eq!(pending.checks().len(), 1);
        assert!(conclude(pending).delivery.is_ok(), "{}", recording.name);
    }
}

#[test]
fn every_genuine_delivery_fails_with_one_byte_changed() {
    for (recording, pem) in recordings() {
        let mut body = recording.body();
        *body.last_mut().unwrap() ^= 1;
        let delivery = recording.receive(&recording.listener(), &body).unwrap();
        let conclusion = conclude(pending(recording.read(&delivery, &pem)));
        assert_eq!(
            conclusion.delivery,
            Err(DeliveryError::NoMatch),
            "{}",
            recording.name
        );
        assert!(
            conclusion.key.is_some(),
            "the certificate is in order all the same"
        );
    }
}

#[test]
fn s122_a_certificate_with_a_bad_signature_fails() {
    for (recording, text) in recordings() {
        let mut der = pem::certificates(&text).next().unwrap().unwrap();
        *der.last_mut().unwrap() ^= 1;
        let body = recording.body();
        let delivery = recording.receive(&recording.listener(), &body).unwrap();
        let conclusion = conclude(pending(recording.read(&delivery, &as_pem(&der))));
        let error = Err(DeliveryError::CertificateSignature);
        assert_eq!(conclusion.delivery, error, "{}", recording.name);
        assert_eq!(conclusion.key, None, "{}", recording.name);
    }
}

fn as_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}

#[test]
fn a_certificate_of_an_issuer_that_is_not_listed_is_left_to_paypal() {
    for (recording, pem) in recordings() {
        let body = recording.body();
        let delivery = recording.receive(&recording.listener(), &body).unwrap();
        let reading = delivery.with_certificate(
            &served(&pem),
            &super::vector_tests::only_test_authorities(),
            Timestamp(recording.now),
        );
        assert_eq!(
            reading,
            CertificateReading::UnknownIssuer,
            "{}",
            recording.name
        );
        assert_eq!(
            delivery.postback().is_none(),
            recording.is_simulated(),
            "{}",
            recording.name
        );
    }
}

#[test]
fn a_genuine_certificate_ends() {
    for (recording, pem) in recordings() {
        let body = recording.body();
        let delivery = recording.receive(&recording.listener(), &body).unwrap();
        let later = Timestamp(recording.now).plus(3 * 366 * 86_400);
        let reading = delivery.with_certificate(&served(&pem), &authorities(), later);
        let expired = CertificateReading::Refused(DeliveryError::CertificateExpired);
        assert_eq!(reading, expired, "{}", recording.name);
    }
}

#[test]
fn simulated_deliveries_are_taken_only_by_a_test_listener_that_was_told_to() {
    let id = WebhookId::parse("4TEST0WEBHOOK0001").unwrap();
    let live = Listener::new(Mode::Live, id.clone()).with_simulated();
    let test = Listener::new(Mode::Test, id);
    for (recording, pem) in recordings().into_iter().filter(|(r, _)| r.is_simulated()) {
        let body = recording.body();
        let refusal = recording.receive(&test, &body).unwrap_err();
        assert_eq!(refusal, DeliveryError::CertUrl, "{}", recording.name);

        // A live listener knows the certificate, but its own id is not what was signed.
        let delivery = recording.receive(&live, &body).unwrap();
        let conclusion = conclude(pending(recording.read(&delivery, &pem)));
        assert_eq!(
            conclusion.delivery,
            Err(DeliveryError::NoMatch),
            "{}",
            recording.name
        );
    }
}

#[test]
fn the_forgery_on_a_genuine_signature_is_proven_and_only_a_hint() {
    let recordings = recordings();
    let find = |name: &str| recordings.iter().find(|(r, _)| r.name == name);
    let (Some((forged, pem)), Some((genuine, _))) = (
        find("crc32_forgery_on_genuine_signature"),
        find("hook_payment_capture_completed_v2"),
    ) else {
        assert!(recordings.is_empty());
        return;
    };
    let body = forged.body();
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(text.contains("9999.00"));
    let delivery = forged.receive(&forged.listener(), &body).unwrap();
    let proven = conclude(pending(forged.read(&delivery, pem)))
        .delivery
        .unwrap();
    assert_eq!(
        genuine.header("paypal-transmission-id"),
        Some(proven.transmission_id.as_str())
    );
    let event = Event::parse(proven.body).unwrap();
    let genuine_event = Event::from_json(&genuine.body()).unwrap();
    // The amount is nowhere in what is read of an event.
    assert_eq!(event, genuine_event);
}
