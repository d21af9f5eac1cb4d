use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::*;
use crate::http::InResponse;
use crate::rsa::RsaCheck;
use crate::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const NOW: Timestamp = Timestamp(1_795_290_000);
const TEAM: &str = "https://lumen.cloudflareaccess.com";
const AUDIENCE: &str = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

fn access() -> Access {
    Access::new(TEAM, AUDIENCE).unwrap()
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "current", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "aud": [AUDIENCE],
        "email": "Ruth@Shop.Example",
        "exp": NOW.0 + 3_600,
        "iat": NOW.0 - 60,
        "nbf": NOW.0 - 60,
        "iss": TEAM,
        "type": "app",
        "identity_nonce": "6ei69kawdKzMIAPF",
        "sub": "7335d417-61da-459d-899c-0a01c76a2f94",
        "country": "DE",
    })
}

/// A copy with one claim changed; null takes it away.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    let fields = object.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(name);
    } else {
        fields.insert(name.to_owned(), value);
    }
    object
}

fn key_pair(pem: &str) -> KeyPair {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&STANDARD.decode(base64).unwrap()).unwrap()
}

fn current() -> KeyPair {
    key_pair(include_str!("../../tests/sandbox/certs/access.key"))
}

fn other() -> KeyPair {
    key_pair(include_str!("../../tests/sandbox/certs/access_next.key"))
}

fn signed_by(key: &KeyPair, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signed(header: &Value, claims: &Value) -> String {
    signed_by(&current(), header, claims)
}

fn jwk(key: &KeyPair, id: &str) -> Value {
    let PublicKeyComponents { n, .. } = PublicKeyComponents::<Vec<u8>>::from(key.public());
    json!({
        "kid": id, "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB",
        "n": URL_SAFE_NO_PAD.encode(n),
    })
}

fn answer(body: &Value) -> InResponse {
    InResponse {
        status: 200,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}

fn ring_of(body: &Value) -> KeyRing {
    let mut ring = KeyRing::new();
    ring.keep(&answer(body), NOW);
    ring
}

fn ring() -> KeyRing {
    ring_of(&json!({ "keys": [jwk(&current(), "current"), jwk(&other(), "next")] }))
}

/// The platform's crypto, as the tests have it.
fn is_right(check: &RsaCheck) -> bool {
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &check.spki[24..])
        .verify(&check.message, &check.signature)
        .is_ok()
}

/// The whole way, as a request goes it.
fn judge(text: &str) -> Result<SignedIn, AccessError> {
    let assertion = access().read(text, NOW)?;
    let KeyLookup::Known(key) = ring().look_up(assertion.key_id(), NOW) else {
        return Err(AccessError::UnknownKey);
    };
    let pending = assertion.pending(&key);
    let is_right = is_right(pending.check());
    pending.conclude(is_right)
}

#[test]
fn a_genuine_assertion_names_its_person_in_lower_case() {
    let person = judge(&signed(&header(), &claims())).unwrap();
    assert_eq!(person.email().as_str(), "ruth@shop.example");
    assert_eq!(person.session(), NOW.plus(-60));
    let single = with(claims(), "aud", json!(AUDIENCE));
    assert!(judge(&signed(&header(), &single)).is_ok());
    let several = with(claims(), "aud", json!(["another", AUDIENCE]));
    assert!(judge(&signed(&header(), &several)).is_ok());
    for optional in ["nbf", "type", "sub", "country"] {
        let without = with(claims(), optional, Value::Null);
        assert!(judge(&signed(&header(), &without)).is_ok(), "{optional}");
    }
}

/// T14: the token never chooses its algorithm.
#[test]
fn s120_an_assertion_of_another_algorithm_is_refused_whatever_signs_it() {
    for alg in [
        "none", "None", "HS256", "RS384", "RS512", "PS256", "ES256", "rs256", "RS256 ", "",
    ] {
        let token = signed(&with(header(), "alg", json!(alg)), &claims());
        assert_eq!(judge(&token), Err(AccessError::Algorithm), "{alg}");
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        assert_eq!(judge(&format!("{unsigned}.")), Err(AccessError::Algorithm));
    }
    let critical = with(header(), "crit", json!(["exp"]));
    assert_eq!(
        judge(&signed(&critical, &claims())),
        Err(AccessError::Algorithm)
    );
}

/// HS256 with the public key as its secret, under a header that says RS256.
#[test]
fn a_mac_made_with_the_public_key_is_no_signature() {
    use hmac::{Hmac, KeyInit, Mac};
    let token = signed(&header(), &claims());
    let (message, _) = token.rsplit_once('.').unwrap();
    let set = jwk(&current(), "current");
    let KeyLookup::Known(key) = ring().look_up("current", NOW) else {
        unreachable!("the key is there")
    };
    for secret in [set["n"].as_str().unwrap().as_bytes(), key.spki()] {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
        mac.update(message.as_bytes());
        let mac = mac.finalize().into_bytes();
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac));
        assert_eq!(judge(&forged), Err(AccessError::Malformed), "too short");
        let padded: Vec<u8> = mac.iter().copied().chain([0; 224]).collect();
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(padded));
        assert_eq!(judge(&forged), Err(AccessError::NoMatch));
    }
}

/// A token that brings its own key along is judged by the team's keys alone.
#[test]
fn a_key_in_the_token_or_behind_its_links_is_never_used() {
    let mut injected = with(header(), "jwk", jwk(&other(), "current"));
    injected["jku"] = json!("https://evil.example/keys");
    injected["x5u"] = json!("https://evil.example/cert");
    injected["x5c"] = json!(["MIIB"]);
    let forged = signed_by(&other(), &injected, &claims());
    assert_eq!(judge(&forged), Err(AccessError::NoMatch));
    for id in [
        "unknown",
        "CURRENT",
        "current ",
        "../../../dev/null",
        "' OR 1=1 --",
        "\u{0}",
    ] {
        let forged = signed_by(&other(), &with(header(), "kid", json!(id)), &claims());
        assert_eq!(judge(&forged), Err(AccessError::UnknownKey), "{id:?}");
    }
    for id in [
        json!(null),
        json!(""),
        json!(7),
        json!(["current"]),
        json!("k".repeat(129)),
    ] {
        let forged = signed(&with(header(), "kid", id.clone()), &claims());
        assert_eq!(judge(&forged), Err(AccessError::Malformed), "{id}");
    }
    let by_the_next_key = signed_by(&other(), &with(header(), "kid", json!("next")), &claims());
    assert!(judge(&by_the_next_key).is_ok());
}

#[test]
fn s120_an_assertion_for_another_team_or_application_is_refused() {
    for (name, value, error) in [
        (
            "iss",
            json!("https://evil.cloudflareaccess.com"),
            AccessError::Issuer,
        ),
        ("iss", json!(format!("{TEAM}/")), AccessError::Issuer),
        ("iss", json!(TEAM.to_uppercase()), AccessError::Issuer),
        ("iss", json!([TEAM]), AccessError::Malformed),
        ("iss", Value::Null, AccessError::Malformed),
        ("aud", json!("0".repeat(64)), AccessError::Audience),
        ("aud", json!([]), AccessError::Audience),
        ("aud", json!([[AUDIENCE]]), AccessError::Audience),
        ("aud", json!({ AUDIENCE: true }), AccessError::Audience),
        ("aud", json!(AUDIENCE[..63]), AccessError::Audience),
        ("aud", json!(AUDIENCE.to_uppercase()), AccessError::Audience),
        ("aud", Value::Null, AccessError::Malformed),
        ("type", json!("org"), AccessError::Audience),
        ("email", Value::Null, AccessError::NotAPerson),
        ("email", json!(""), AccessError::NotAPerson),
        ("email", json!("ruth"), AccessError::NotAPerson),
        (
            "email",
            json!(["ruth@shop.example"]),
            AccessError::Malformed,
        ),
    ] {
        let token = signed(&header(), &with(claims(), name, value.clone()));
        assert_eq!(judge(&token), Err(error), "{name} {value}");
    }
}

#[test]
fn an_assertion_holds_between_its_times_and_a_minute_around_them() {
    let at = |s: i64| json!(NOW.0 + s);
    for (name, value, expected) in [
        ("exp", at(-59), None),
        ("exp", at(-60), Some(AccessError::Expired)),
        ("exp", json!(0), Some(AccessError::Expired)),
        ("exp", json!(i64::MIN), Some(AccessError::Expired)),
        ("nbf", at(60), None),
        ("nbf", at(61), Some(AccessError::NotYetValid)),
        ("iat", at(60), None),
        ("iat", at(61), Some(AccessError::NotYetValid)),
        ("iat", json!(i64::MAX), Some(AccessError::NotYetValid)),
        ("exp", Value::Null, Some(AccessError::Malformed)),
        ("iat", Value::Null, Some(AccessError::Malformed)),
        ("exp", json!("1795293600"), Some(AccessError::Malformed)),
        ("exp", json!(1.8e18), Some(AccessError::Malformed)),
    ] {
        let token = signed(&header(), &with(claims(), name, value.clone()));
        assert_eq!(judge(&token).err(), expected, "{name} {value}");
    }
}

#[test]
fn what_was_altered_after_signing_is_refused() {
    let token = signed(&header(), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let another = signed(
        &header(),
        &with(claims(), "email", json!("ann@shop.example")),
    );
    let others: Vec<&str> = another.split('.').collect();
    let swapped = format!("{}.{}.{}", parts[0], others[1], parts[2]);
    assert_eq!(judge(&swapped), Err(AccessError::NoMatch));
    let forged = signed_by(&other(), &header(), &claims());
    assert_eq!(judge(&forged), Err(AccessError::NoMatch));
}

#[test]
fn what_is_no_compact_token_is_refused_before_anything_costs() {
    let token = signed(&header(), &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let array = URL_SAFE_NO_PAD.encode(r#"["RS256","current",null]"#);
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"current","alg":"RS256"}"#);
    for odd in [
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        format!("{token}.{}", parts[2]),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}, {token}"),
        token.replace('.', ". "),
        format!("{}.{}", parts[0], parts[1]),
        format!("{array}.{}.{}", parts[1], parts[2]),
        format!("{twice}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..340]),
    ] {
        assert_eq!(judge(&odd), Err(AccessError::Malformed), "{odd}");
    }
    let long = with(claims(), "groups", json!("g".repeat(6_000)));
    assert_eq!(judge(&signed(&header(), &long)), Err(AccessError::TooLong));
}

#[test]
fn keys_of_other_kinds_are_left_out_of_the_ring() {
    let good = jwk(&current(), "good");
    let odd_key =
        |name: &str, value: Value| with(with(good.clone(), "kid", json!("odd")), name, value);
    for odd in [
        odd_key("kty", json!("EC")),
        odd_key("alg", json!("HS256")),
        odd_key("e", json!("AQ")),
        odd_key("n", json!("AQAB")),
        odd_key("n", json!("not base64!")),
        odd_key("n", Value::Null),
        json!("a text"),
    ] {
        let mut ring = ring_of(&json!({ "keys": [odd, good], "public_certs": [] }));
        assert_eq!(ring.look_up("odd", NOW), KeyLookup::Unknown, "{odd}");
        assert!(
            matches!(ring.look_up("good", NOW), KeyLookup::Known(_)),
            "{odd}"
        );
    }
    let unnamed = with(good, "alg", Value::Null);
    let found = ring_of(&json!({ "keys": [unnamed] })).look_up("good", NOW);
    assert!(matches!(found, KeyLookup::Known(_)));
}

#[test]
fn an_answer_without_a_key_for_us_changes_nothing() {
    let good = json!({ "keys": [jwk(&current(), "good")] });
    for body in [
        json!({}),
        json!({ "keys": [] }),
        json!({ "keys": [{}] }),
        json!("no"),
    ] {
        assert_eq!(ring_of(&body), KeyRing::new(), "{body}");
    }
    for status in [301, 404, 500] {
        let mut ring = ring();
        let refused = InResponse {
            status,
            ..answer(&good)
        };
        ring.keep(&refused, NOW.plus(5));
        assert_eq!(ring, self::ring(), "{status}");
    }
    let many: Vec<Value> = (0..50).map(|n| jwk(&current(), &n.to_string())).collect();
    let mut ring = ring_of(&json!({ "keys": many }));
    assert!(matches!(ring.look_up("7", NOW), KeyLookup::Known(_)));
    assert_eq!(ring.look_up("8", NOW), KeyLookup::Unknown);
}

#[test]
fn keys_are_fetched_when_they_are_old_and_once_a_minute_for_an_unknown_one() {
    for (age_s, known) in [(0, true), (3_599, true), (3_600, false), (-1, false)] {
        let found = ring().look_up("current", NOW.plus(age_s));
        assert_eq!(matches!(found, KeyLookup::Known(_)), known, "{age_s}");
    }
    for (age_s, expected) in [
        (0, KeyLookup::Unknown),
        (59, KeyLookup::Unknown),
        (60, KeyLookup::Fetch),
        (-1, KeyLookup::Fetch),
    ] {
        assert_eq!(ring().look_up("new", NOW.plus(age_s)), expected, "{age_s}");
    }
}

#[test]
fn forged_assertions_cost_a_few_fetches_a_minute_and_nobody_the_known_keys() {
    let mut ring = ring();
    let fetches = |ring: &mut KeyRing, now| {
        let ids = (0..50).map(|n| format!("forged-{n}"));
        ids.filter(|id| ring.look_up(id, now) == KeyLookup::Fetch)
            .count()
    };
    assert_eq!(fetches(&mut ring, NOW.plus(60)), 4);
    assert_eq!(fetches(&mut ring, NOW.plus(119)), 0);
    assert_eq!(ring.look_up("new", NOW.plus(119)), KeyLookup::Undecided);
    assert!(matches!(
        ring.look_up("current", NOW.plus(119)),
        KeyLookup::Known(_)
    ));
    assert_eq!(fetches(&mut ring, NOW.plus(120)), 4);
    assert_eq!(fetches(&mut KeyRing::new(), NOW), 4);
}

#[test]
fn s123_an_audience_that_is_no_tag_is_refused() {
    for odd in [
        "",
        "example",
        &AUDIENCE[1..],
        &AUDIENCE.to_uppercase(),
        &"g".repeat(64),
    ] {
        assert_eq!(Access::new(TEAM, odd), Err(AudienceError), "{odd}");
    }
    let access = access();
    let request = access.keys_request();
    assert_eq!(request.url, format!("{TEAM}/cdn-cgi/access/certs"));
    assert!(request.deadline_ms <= 5_000 && request.answer_bytes_max <= 64 * 1024);
    assert_eq!(
        access.sign_out_url(),
        format!("{TEAM}/cdn-cgi/access/logout")
    );
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in "[A-Za-z0-9_.-]{0,80}|.{0,40}") {
        prop_assert!(access().read(&text, NOW).is_err());
    }

    #[test]
    fn no_answer_makes_a_ring_panic(body in any::<Vec<u8>>()) {
        let reply = InResponse { status: 200, headers: Vec::new(), body };
        let mut ring = KeyRing::new();
        ring.keep(&reply, NOW);
        prop_assert_eq!(ring, KeyRing::new());
    }
}
