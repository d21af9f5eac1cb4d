use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::provider::stripe::event::{Event, EventError};
use crate::provider::stripe::fixtures;

const NOW: Timestamp = Timestamp(1_795_290_000);
const BODY: &[u8] =
    "{\"id\": \"evt_1\", \"buyer\": \"Zoë 日本\", \"big\": 9007199254740993}".as_bytes();

fn sign(secret: &str, at: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    fixtures::hex(&mac.finalize().into_bytes())
}

fn header(secret: &str, at: i64, body: &[u8]) -> String {
    format!("t={at},v1={}", sign(secret, at, body))
}

fn one_secret() -> EndpointSecrets {
    EndpointSecrets::parse("whsec_new", None).unwrap()
}

fn two_secrets() -> EndpointSecrets {
    EndpointSecrets::parse("whsec_new", Some("whsec_old")).unwrap()
}

fn check(
    header: &str,
    body: &[u8],
    secrets: &EndpointSecrets,
) -> Result<MatchedSecret, SignatureError> {
    verify(Some(header), body, secrets, NOW).map(|delivery| delivery.secret)
}

#[derive(Deserialize)]
struct Vectors {
    count: usize,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    payload: Option<String>,
    payload_b64: Option<String>,
    header: String,
    now: i64,
    tolerance: i64,
    recommended: String,
    fails_at: Option<String>,
}

/// The stage at which a vector was refused.
#[derive(Debug, PartialEq)]
enum Verdict {
    Believed,
    RefusedSignature,
    RefusedShape,
}

impl Vector {
    fn body(&self) -> Vec<u8> {
        match (&self.payload, &self.payload_b64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(text)) => fixtures::decode_base64(text),
            other => panic!("{}: one payload expected, not {other:?}", self.name),
        }
    }

    fn verdict(&self) -> Verdict {
        let Ok(secrets) = EndpointSecrets::parse(&self.secret, None) else {
            return Verdict::RefusedSignature;
        };
        let (body, now) = (self.body(), Timestamp(self.now));
        match verify_within(Some(&self.header), &body, &secrets, now, self.tolerance) {
            Err(_) => Verdict::RefusedSignature,
            // The vectors' good bodies have an id and little else; an event needs more.
            Ok(delivery) => match Event::parse(delivery.body) {
                Ok(_) | Err(EventError::Missing("type" | "created")) => Verdict::Believed,
                Err(_) => Verdict::RefusedShape,
            },
        }
    }
}

#[test]
fn every_vector_of_the_official_sdks_gets_its_recommended_verdict() {
    let file: Vectors = fixtures::parse("signature_vectors.json");
    assert_eq!(file.vectors.len(), file.count);
    let mut wrong = Vec::new();
    for vector in &file.vectors {
        let verdict = vector.verdict();
        let is_right = match (vector.recommended.as_str(), vector.fails_at.as_deref()) {
            ("any", _) => true,
            ("ok", _) => verdict == Verdict::Believed,
            ("error", Some("signature")) => verdict == Verdict::RefusedSignature,
            ("error", Some("parse")) => verdict != Verdict::Believed,
            other => panic!("{}: unknown verdict {other:?}", vector.name),
        };
        if !is_right {
            wrong.push((&vector.name, verdict));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn s10_the_window_is_300_seconds_on_both_sides_and_inclusive() {
    for (offset, is_good) in [
        (0, true),
        (-300, true),
        (300, true),
        (-301, false),
        (301, false),
        (-86_400, false),
    ] {
        let at = NOW.0 + offset;
        let expected = if is_good {
            Ok(MatchedSecret::Current)
        } else {
            Err(SignatureError::OutsideWindow { age_s: -offset })
        };
        assert_eq!(
            check(&header("whsec_new", at, BODY), BODY, &one_secret()),
            expected,
            "{offset}"
        );
    }
}

#[test]
fn s10_a_redelivery_with_a_fresh_stamp_is_believed() {
    let two_days_later = NOW.plus(2 * 86_400);
    let first = header("whsec_new", NOW.0, BODY);
    let again = header("whsec_new", two_days_later.0, BODY);
    assert!(verify(Some(&first), BODY, &one_secret(), two_days_later).is_err());
    assert!(verify(Some(&again), BODY, &one_secret(), two_days_later).is_ok());
}

#[test]
fn s14_a_reencoded_body_fails_and_raw_utf8_with_big_numbers_passes() {
    let header = header("whsec_new", NOW.0, BODY);
    assert_eq!(
        check(&header, BODY, &one_secret()),
        Ok(MatchedSecret::Current)
    );

    let compact = serde_json::from_slice::<serde_json::Value>(BODY)
        .unwrap()
        .to_string();
    let escaped = String::from_utf8(BODY.to_vec())
        .unwrap()
        .replace('ë', "\\u00eb");
    let bom = [b"\xef\xbb\xbf", BODY].concat();
    let newline = [BODY, b"\n"].concat();
    for changed in [compact.as_bytes(), escaped.as_bytes(), &bom, &newline] {
        assert_eq!(
            check(&header, changed, &one_secret()),
            Err(SignatureError::NoMatch)
        );
    }
}

#[test]
fn s121_old_and_new_secret_are_believed_in_the_overlap_and_the_old_one_refused_after() {
    let (new, old) = (
        sign("whsec_new", NOW.0, BODY),
        sign("whsec_old", NOW.0, BODY),
    );
    let t = NOW.0;
    for (header, with_two, with_one) in [
        (
            format!("t={t},v1={new}"),
            Ok(MatchedSecret::Current),
            Ok(MatchedSecret::Current),
        ),
        (
            format!("t={t},v1={old}"),
            Ok(MatchedSecret::Previous),
            Err(SignatureError::NoMatch),
        ),
        (
            format!("t={t},v1={new},v1={old}"),
            Ok(MatchedSecret::Current),
            Ok(MatchedSecret::Current),
        ),
        (
            format!("t={t},v1={old},v1={new}"),
            Ok(MatchedSecret::Current),
            Ok(MatchedSecret::Current),
        ),
        (
            format!("v1={old},t={t}"),
            Ok(MatchedSecret::Previous),
            Err(SignatureError::NoMatch),
        ),
    ] {
        assert_eq!(check(&header, BODY, &two_secrets()), with_two, "{header}");
        assert_eq!(check(&header, BODY, &one_secret()), with_one, "{header}");
    }
}

#[test]
fn s124_a_bad_delivery_is_refused_by_the_cheapest_check_that_sees_it() {
    let good = sign("whsec_new", NOW.0, BODY);
    let t = NOW.0;
    let long = format!("t={t},v1={good},x={}", "a".repeat(HEADER_BYTES_MAX));
    for (header, body, expected) in [
        (None, BODY, SignatureError::MissingHeader),
        (Some(String::new()), BODY, SignatureError::MissingHeader),
        (Some(long), BODY, SignatureError::HeaderTooLong),
        (Some(format!("v1={good}")), BODY, SignatureError::Timestamp),
        (
            Some(format!("t={t},t={t},v1={good}")),
            BODY,
            SignatureError::Timestamp,
        ),
        (
            Some(format!("t=+{t},v1={good}")),
            BODY,
            SignatureError::Timestamp,
        ),
        (
            Some(format!("t={t}000,v1={good}")),
            BODY,
            SignatureError::Timestamp,
        ),
        (Some(format!("t={t}")), BODY, SignatureError::NoSignature),
        (
            Some(format!("t={t},v0={good}")),
            BODY,
            SignatureError::NoSignature,
        ),
        (
            Some(format!("t={t},v1=,v1,v1=potato")),
            BODY,
            SignatureError::NoSignature,
        ),
        (
            Some(format!("t={t},v1={good}")),
            b"",
            SignatureError::EmptyBody,
        ),
        (
            Some(format!("t=1,v1={good}")),
            BODY,
            SignatureError::OutsideWindow { age_s: t - 1 },
        ),
        (
            Some(format!("t={t},v1={good}")),
            b"{}",
            SignatureError::NoMatch,
        ),
    ] {
        let verdict = verify(header.as_deref(), body, &one_secret(), NOW);
        assert_eq!(verdict.map(|d| d.secret), Err(expected), "{header:?}");
    }
}

#[test]
fn junk_beside_a_good_signature_does_no_harm() {
    let (t, good) = (NOW.0, sign("whsec_new", NOW.0, BODY));
    for header in [
        format!("t={t},v1={good},v1=potato"),
        format!("t={t},v1=,v1={good}"),
        format!("v0={good},v1={good},t={t},"),
        format!("t={t},v2={good},v1={good}, v1=x"),
    ] {
        assert_eq!(
            check(&header, BODY, &one_secret()),
            Ok(MatchedSecret::Current),
            "{header}"
        );
    }
}

/// Header grammar only: the secrets of these recorded deliveries are unknown.
#[test]
fn recorded_headers_are_read_up_to_the_comparison() {
    for (file, text) in fixtures::third_party("delivery_headers.") {
        let recorded: serde_json::Value = serde_json::from_str(&text).unwrap();
        let header = recorded["headers"]["stripe-signature"].as_str().unwrap();
        let parsed = Header::parse(Some(header)).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(parsed.signatures.len(), 1, "{file}: v0 is not a signature");
        let verdict = verify(Some(header), b"{}", &one_secret(), parsed.signed_at);
        assert_eq!(verdict, Err(SignatureError::NoMatch), "{file}");
    }
}

#[test]
fn s123_an_empty_or_blank_secret_is_refused_in_either_place() {
    for (text, error) in [
        ("", SecretError::Empty),
        (" \t\n", SecretError::Whitespace),
        ("whsec_new\n", SecretError::Whitespace),
        (" whsec_new", SecretError::Whitespace),
        ("whsec_\u{a0}new", SecretError::Whitespace),
        ("whsec_\0new", SecretError::Whitespace),
    ] {
        assert_eq!(EndpointSecrets::parse(text, None), Err(error), "{text:?}");
        assert_eq!(
            EndpointSecrets::parse("whsec_new", Some(text)),
            Err(error),
            "{text:?}"
        );
    }
}

#[test]
fn secrets_are_not_printed() {
    let printed = format!("{:?}", two_secrets());
    assert!(!printed.contains("whsec"), "{printed}");
}

proptest! {
    #[test]
    fn no_header_and_no_body_panics(header in ".{0,300}", body: Vec<u8>, now: i64) {
        let _ = verify(Some(&header), &body, &two_secrets(), Timestamp(now));
    }

    #[test]
    fn headers_of_the_right_grammar_never_panic_and_never_pass_unsigned(
        items in prop::collection::vec(
            ("(t|v0|v1|| t|v1=)", "([0-9]{0,14}|[0-9a-f]{62,66}|-5|.{0,5})"), 0..8),
        body: Vec<u8>,
    ) {
        let header = items.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",");
        prop_assert!(verify(Some(&header), &body, &two_secrets(), NOW).is_err());
    }

    #[test]
    fn one_changed_byte_of_the_body_is_noticed(
        body in prop::collection::vec(any::<u8>(), 1..200), at: prop::sample::Index, flip in 1_u8..,
    ) {
        let header = header("whsec_old", NOW.0, &body);
        prop_assert_eq!(check(&header, &body, &two_secrets()), Ok(MatchedSecret::Previous));
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= flip;
        prop_assert_eq!(check(&header, &changed, &two_secrets()), Err(SignatureError::NoMatch));
    }
}
