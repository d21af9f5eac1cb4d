use std::collections::BTreeMap;

use super::test_rsa::{conclude, is_right};
use super::vector_tests::{Vector, authorities, vector};
use super::*;
use crate::http::InResponse;
use crate::provider::paypal::fixtures;

fn genuine() -> Vector {
    vector("valid_capture_completed")
}

fn receive_with(
    changes: &[(&str, Option<&str>)],
    body: &[u8],
    now: i64,
) -> Result<(), DeliveryError> {
    let vector = genuine();
    let changes: BTreeMap<_, _> = changes.iter().copied().collect();
    let header = |name: &str| match changes.get(name) {
        Some(value) => *value,
        None => vector.header(name),
    };
    let listener = vector.listener();
    listener.receive(header, body, Timestamp(now)).map(|_| ())
}

#[test]
fn every_header_is_needed() {
    let vector = genuine();
    let body = vector.body();
    assert_eq!(receive_with(&[], &body, vector.now), Ok(()));
    for name in [
        "paypal-auth-algo",
        "paypal-cert-url",
        "paypal-transmission-id",
        "paypal-transmission-time",
        "paypal-transmission-sig",
    ] {
        for value in [None, Some("")] {
            let error = Err(DeliveryError::MissingHeader(name));
            assert_eq!(
                receive_with(&[(name, value)], &body, vector.now),
                error,
                "{value:?}"
            );
        }
    }
    for unused in ["paypal-auth-version", "content-type"] {
        assert_eq!(receive_with(&[(unused, None)], &body, vector.now), Ok(()));
    }
}

#[test]
fn headers_of_the_wrong_form_are_refused_by_name() {
    let vector = genuine();
    let signature = |bytes: usize| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(vec![7; bytes])
    };
    for (name, value, error) in [
        (
            "paypal-auth-algo",
            " SHA256withRSA",
            DeliveryError::Algorithm,
        ),
        (
            "paypal-auth-algo",
            "SHA512withRSA",
            DeliveryError::Algorithm,
        ),
        (
            "paypal-cert-url",
            "https://api.paypal.com/",
            DeliveryError::CertUrl,
        ),
        (
            "paypal-transmission-id",
            "f0e1d2c3",
            DeliveryError::TransmissionId,
        ),
        (
            "paypal-transmission-time",
            "1781524799",
            DeliveryError::TransmissionTime,
        ),
        (
            "paypal-transmission-sig",
            "not base64!",
            DeliveryError::SignatureForm,
        ),
        (
            "paypal-transmission-sig",
            &signature(255),
            DeliveryError::SignatureForm,
        ),
        (
            "paypal-transmission-sig",
            &signature(513),
            DeliveryError::SignatureForm,
        ),
    ] {
        let result = receive_with(&[(name, Some(value))], &vector.body(), vector.now);
        assert_eq!(result, Err(error), "{name}: {value}");
    }
}

#[test]
fn s10_the_window_is_wide_and_closes_on_both_sides() {
    let vector = genuine();
    let sent_at = vector.now - 1;
    for (age_s, expected) in [
        (-601, Err(DeliveryError::OutsideWindow { age_s: -601 })),
        (-600, Ok(())),
        (0, Ok(())),
        (3 * 86_400, Ok(())),
        (345_600, Ok(())),
        (
            345_601,
            Err(DeliveryError::OutsideWindow { age_s: 345_601 }),
        ),
    ] {
        let result = receive_with(&[], &vector.body(), sent_at + age_s);
        assert_eq!(result, expected, "{age_s}");
    }
}

#[test]
fn a_body_is_neither_empty_nor_huge() {
    let now = genuine().now;
    for (length, expected) in [
        (0, Err(DeliveryError::EmptyBody)),
        (1, Ok(())),
        (BODY_BYTES_MAX, Ok(())),
        (BODY_BYTES_MAX + 1, Err(DeliveryError::BodyTooLong)),
    ] {
        assert_eq!(
            receive_with(&[], &vec![b' '; length], now),
            expected,
            "{length}"
        );
    }
}

fn pending<'a>(vector: &Vector, delivery: &Delivery<'a>) -> Pending<'a> {
    let now = Timestamp(vector.now);
    match delivery.with_certificate(&vector.response(), &authorities(), now) {
        CertificateReading::Pending(pending) => *pending,
        other @ (CertificateReading::UnknownIssuer
        | CertificateReading::Refused(_)
        | CertificateReading::Undecidable(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_conclusion_needs_every_result() {
    let vector = genuine();
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let (unknown, wrong) = (DeliveryError::CertificateSignature, DeliveryError::NoMatch);
    for (results, key, error) in [
        (&[true, true, true][..], true, None),
        (&[true, true, false], true, Some(wrong)),
        (&[true, false, true], false, Some(unknown)),
        (&[false, true, true], false, Some(unknown)),
        (&[false, false, false], false, Some(unknown)),
        (&[true, true], false, Some(unknown)),
        (&[true], false, Some(unknown)),
        (&[], false, Some(unknown)),
        (&[true, true, true, true], false, Some(unknown)),
    ] {
        let pending = pending(&vector, &delivery);
        assert_eq!(pending.checks().len(), 3);
        let conclusion = pending.conclude(results);
        assert_eq!(conclusion.key.is_some(), key, "{results:?}");
        assert_eq!(conclusion.delivery.err(), error, "{results:?}");
    }
}

/// The attacker's authorities have the names of the trusted ones: a path is found, and only the
/// signature of the certificate gives it away.
#[test]
fn s122_a_chain_with_a_bad_ca_signature_fails_though_the_delivery_is_signed_with_its_key() {
    let vector = vector("cert_untrusted_same_names");
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let pending = pending(&vector, &delivery);
    let results: Vec<bool> = pending.checks().iter().map(is_right).collect();
    assert_eq!(results, [true, false, true]);
    let conclusion = pending.conclude(&results);
    assert_eq!(conclusion.key, None);
    assert_eq!(
        conclusion.delivery,
        Err(DeliveryError::CertificateSignature)
    );
}

#[test]
fn a_kept_key_serves_its_own_address_until_it_ends() {
    let vector = genuine();
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let key = conclude(pending(&vector, &delivery)).key.unwrap();
    assert_eq!(key.cert_url(), delivery.cert_url());

    // Valid until 2027-02-01T00:00:00Z, inclusive.
    let end = Timestamp(1_801_440_000);
    assert!(delivery.with_key(&key, end).is_some());
    assert!(delivery.with_key(&key, end.plus(1)).is_none());

    let other = super::vector_tests::vector("valid_api_m_host");
    let other_body = other.body();
    let other_delivery = other.receive(&other_body).unwrap();
    assert_ne!(other_delivery.cert_url(), delivery.cert_url());
    assert!(
        other_delivery
            .with_key(&key, Timestamp(other.now))
            .is_none()
    );

    let changed = [body.as_slice(), b" "].concat();
    let forged = vector.receive(&changed).unwrap();
    let conclusion = conclude(forged.with_key(&key, Timestamp(vector.now)).unwrap());
    assert_eq!(conclusion.delivery, Err(DeliveryError::NoMatch));
    let pending = delivery.with_key(&key, Timestamp(vector.now)).unwrap();
    assert!(
        pending.conclude(&[]).delivery.is_err(),
        "no result is no yes"
    );
}

#[test]
fn an_issuer_that_has_ended_is_one_that_is_not_known() {
    let value = fixtures::value("authority_ended.json");
    let text = |name: &str| value[name].as_str().unwrap().to_owned();
    let trusted = Authorities::built_in()
        .extended(&text("authorities"))
        .unwrap();
    let vector = genuine();
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let served = fixtures::reply(200, text("certificate").as_bytes());
    let reading = |now| delivery.with_certificate(&served, &trusted, Timestamp(now));
    assert_eq!(reading(vector.now), CertificateReading::UnknownIssuer);
    let while_it_lasted = value["issuer_ends"].as_i64().unwrap();
    assert!(matches!(
        reading(while_it_lasted),
        CertificateReading::Pending(_)
    ));
    assert_eq!(
        reading(while_it_lasted + 1),
        CertificateReading::UnknownIssuer
    );
}

#[test]
fn a_certificate_that_cannot_be_had_is_undecided() {
    let vector = genuine();
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let good = vector.response();
    let with = |status: u16, body: &[u8]| InResponse {
        status,
        body: body.to_vec(),
        ..good.clone()
    };
    let cut = &good.body[..good.body.len() / 2];
    for response in [
        with(204, &good.body),
        with(301, &good.body),
        with(404, b""),
        with(500, b""),
        with(200, b""),
        with(200, b"<html>sorry</html>"),
        with(200, &[0xff; 100]),
        with(200, cut),
        with(200, &[good.body.as_slice(), &vec![b'\n'; 65_536]].concat()),
    ] {
        let reading = delivery.with_certificate(&response, &authorities(), Timestamp(vector.now));
        assert!(
            matches!(reading, CertificateReading::Undecidable(_)),
            "{reading:?}"
        );
    }
}

#[test]
fn paypal_is_asked_with_the_received_bytes() {
    let vector = vector("valid_pretty_printed");
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let postback = delivery.postback().unwrap();
    let text = std::str::from_utf8(postback.as_bytes()).unwrap();
    assert!(text.ends_with(&format!(
        ",\"webhook_event\":{}}}",
        std::str::from_utf8(&body).unwrap()
    )));
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    for (field, header) in [
        ("auth_algo", "paypal-auth-algo"),
        ("cert_url", "paypal-cert-url"),
        ("transmission_id", "paypal-transmission-id"),
        ("transmission_sig", "paypal-transmission-sig"),
        ("transmission_time", "paypal-transmission-time"),
    ] {
        assert_eq!(value[field].as_str(), vector.header(header), "{field}");
    }
    assert_eq!(value["webhook_id"], "4TEST0WEBHOOK0001");
    assert_eq!(
        value["webhook_event"]["id"],
        "WH-TEST0005-AAAAAAAAAAAAAAAAA"
    );
    assert_eq!(value.as_object().unwrap().len(), 7);
}

#[test]
fn a_body_cannot_add_to_the_question() {
    let vector = genuine();
    for body in [
        &br#"{},"webhook_id":"EVIL""#[..],
        b"{}}",
        b"{",
        b"\xef\xbb\xbf{}",
        b"\xff",
    ] {
        assert_eq!(vector.receive(body).unwrap().postback(), None, "{body:?}");
    }
}

#[test]
fn paypals_verdict_decides_where_we_cannot() {
    let vector = genuine();
    let body = vector.body();
    let delivery = vector.receive(&body).unwrap();
    let verdict = |status: &str| Verification::parse(status).unwrap();
    let proven = delivery.judged_by_paypal(verdict("SUCCESS")).unwrap();
    assert_eq!(proven.body.into_inner(), body);
    let error = delivery.judged_by_paypal(verdict("FAILURE")).unwrap_err();
    assert_eq!(error, DeliveryError::Disowned);
}
