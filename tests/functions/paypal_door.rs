//! PayPal's door: each recorded delivery gets its verdict from the running functions, and what must
//! not leave does not.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Shop, json_of};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use shared::http::{InResponse, Method};
use shared::time::Timestamp;

pub(crate) const WEBHOOK: &str = "/webhooks/paypal";
const VECTORS: &str = include_str!("../fixtures/paypal/signature_vectors.json");

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
struct Vector {
    name: String,
    now: i64,
    environment: String,
    webhook_id: String,
    headers: BTreeMap<String, String>,
    body_b64: String,
    cert_response: Option<Served>,
    #[serde(default)]
    must_not_fetch: bool,
    expect: Expect,
}

/// What the certificate's address answers.
#[derive(Clone, Deserialize)]
struct Served {
    status: u16,
    #[serde(default)]
    body: String,
    body_repeat: Option<Repeat>,
}

#[derive(Clone, Deserialize)]
struct Repeat {
    text: String,
    times: usize,
}

#[derive(Deserialize)]
struct Expect {
    verdict: String,
}

impl Served {
    fn response(&self) -> InResponse {
        let filler = self.body_repeat.as_ref().map(|r| r.text.repeat(r.times));
        let body = [filler.unwrap_or_default(), self.body.clone()].concat();
        reply(self.status, &body)
    }
}

pub(crate) fn reply(status: u16, body: &str) -> InResponse {
    InResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

/// A PayPal that serves one certificate, knows no order, and disowns what it is asked about.
pub(crate) fn disowning(url: &str, certificate: Option<&InResponse>) -> Option<InResponse> {
    if url.contains("/v1/notifications/certs/") {
        return certificate.cloned();
    }
    let answer = if url.ends_with("/v1/oauth2/token") {
        json!({ "access_token": "A21AA", "token_type": "Bearer", "expires_in": 32_400 })
    } else if url.ends_with("/v1/notifications/verify-webhook-signature") {
        json!({ "verification_status": "FAILURE" })
    } else {
        return None;
    };
    Some(reply(200, &answer.to_string()))
}

fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

fn shop_of(vector: &Vector, pem: &str) -> Shop {
    let mode = match vector.environment.as_str() {
        "live" => "live",
        _ => "test",
    };
    let shop = Shop::with(&[
        ("MODE", mode),
        ("PAYPAL_BASE", "https://paypal.invalid"),
        ("PAYPAL_CHECKOUT_ORIGIN", "https://paypal.invalid"),
        ("PAYPAL_WEBHOOK_ID", &vector.webhook_id),
        ("PAYPAL_CA_PEM", pem),
    ]);
    assert!(
        shop.settings.paypal.is_some(),
        "{:?}",
        shop.settings.problems()
    );
    shop.world.set_now(Timestamp(vector.now));
    let certificate = vector.cert_response.as_ref().map(Served::response);
    shop.world
        .answer_with(move |request| disowning(&request.url, certificate.as_ref()));
    shop
}

fn send(shop: &Shop, headers: &BTreeMap<String, String>, body: &[u8]) -> edgetill::http::Reply {
    // Header names arrive in any case and are lower case for the functions.
    let headers: Vec<(String, &str)> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
        .collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    shop.send(Method::Post, WEBHOOK, &headers, body)
}

/// S14, S122: the answer of the door, and whether anything left or was written.
#[test]
fn s14_s122_every_recorded_delivery_has_its_answer() {
    let Vectors { trust, vectors } = vectors();
    let pem = [trust.roots, trust.intermediates].concat().concat();
    assert_eq!(vectors.len(), 80);
    let mut no_events = Vec::new();
    for vector in &vectors {
        let name = &vector.name;
        let shop = shop_of(vector, &pem);
        let body = STANDARD.decode(&vector.body_b64).unwrap();
        let reply = send(&shop, &vector.headers, &body);
        let answer = (reply.status, json_of(&reply)["code"].clone());
        if answer == (400, json!("bad_event")) {
            no_events.push(name.as_str());
        }
        let expected = match vector.expect.verdict.as_str() {
            "accept" | "accept_signature_only" if no_events.contains(&name.as_str()) => {
                (400, json!("bad_event"))
            }
            "accept" | "accept_signature_only" => (200, Json::Null),
            "retry" => (503, json!("unavailable")),
            "reject" => (400, json!("bad_signature")),
            other => panic!("{other}"),
        };
        assert_eq!(answer, expected, "{name}");
        let sent = shop.world.requests_to("");
        assert!(
            !vector.must_not_fetch || sent.is_empty(),
            "{name}: {sent:?}"
        );
        let certificates = shop.world.requests_to("/certs/").len();
        assert!(certificates <= 1, "{name}");
        // None of the bodies is about an order of this shop.
        assert_eq!(shop.open_cases(), [""; 0], "{name}");
        assert_eq!(shop.count("inbox"), i64::from(answer.0 == 200), "{name}");
        if answer.0 == 200 {
            assert_eq!(send(&shop, &vector.headers, &body).status, 200, "{name}");
            assert_eq!(shop.count("inbox"), 1, "{name}: again");
            assert_eq!(shop.world.requests_to("/certs/").len(), certificates);
        }
    }
    assert_eq!(no_events, ["valid_minimal"]);
}

/// S122: two bodies under one genuine signature, in both orders: the first is a hint, the second is
/// refused and put before a person, however often it comes.
#[test]
fn s122_a_second_body_under_one_signature_is_refused_and_told() {
    let Vectors { trust, vectors } = vectors();
    let pem = [trust.roots, trust.intermediates].concat().concat();
    let named = |name: &str| vectors.iter().find(|v| v.name == name).unwrap();
    let (genuine, forged) = (named("valid_capture_completed"), named("crc32_collision"));
    for (first, second) in [(genuine, forged), (forged, genuine)] {
        let shop = shop_of(genuine, &pem);
        let bytes = |vector: &Vector| STANDARD.decode(&vector.body_b64).unwrap();
        assert_eq!(send(&shop, &first.headers, &bytes(first)).status, 200);
        let stored = shop.rows("SELECT * FROM inbox");
        for _ in 0..3 {
            let reply = send(&shop, &second.headers, &bytes(second));
            assert_eq!(reply.status, 400);
            assert_eq!(json_of(&reply)["code"], "bad_signature");
        }
        assert_eq!(shop.rows("SELECT * FROM inbox"), stored);
        let id = &genuine.headers["paypal-transmission-id"];
        assert_eq!(shop.open_cases(), [format!("event_forged {id}")]);
        // The first one goes on being acknowledged.
        assert_eq!(send(&shop, &first.headers, &bytes(first)).status, 200);
    }
}

fn third_party() -> Option<Json> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/third-party/paypal/genuine_signed_webhooks.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the recordings of genuine deliveries are not here");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// A test listener of the recordings, with the intermediate that they come with.
fn shop_of_recording(file: &Json, recording: &Json, is_simulated: bool) -> Shop {
    let texts = |value: &Json| -> String {
        let all = value.as_object().unwrap().values();
        all.map(|pem| pem.as_str().unwrap()).collect()
    };
    let own_id = recording["webhook_id"].as_str().unwrap();
    let webhook_id = if is_simulated {
        "4TEST0WEBHOOK0001"
    } else {
        own_id
    };
    let shop = Shop::with(&[
        ("PAYPAL_BASE", "https://paypal.invalid"),
        ("PAYPAL_WEBHOOK_ID", webhook_id),
        ("PAYPAL_CA_PEM", &texts(&file["trust"]["intermediates"])),
        ("PAYPAL_SIMULATOR", "on"),
    ]);
    assert!(
        shop.settings.paypal.is_some(),
        "{:?}",
        shop.settings.problems()
    );
    shop.world
        .set_now(Timestamp(recording["now"].as_i64().unwrap()));
    let certificate = recording["certificate"].as_str().unwrap();
    let pem = file["certificates"][certificate]["pem"].as_str().unwrap();
    let certificate = reply(200, pem);
    shop.world
        .answer_with(move |request| disowning(&request.url, Some(&certificate)));
    shop
}

fn headers_of(recording: &Json) -> BTreeMap<String, String> {
    // One recording has an address that the editors of a library made up; it is not signed.
    let made_up = "https://api.sandbox.paypal.com/v1/notifications/test";
    let real =
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";
    let mut headers: BTreeMap<String, String> =
        serde_json::from_value(recording["headers"].clone()).unwrap();
    for value in headers.values_mut().filter(|value| *value == made_up) {
        real.clone_into(value);
    }
    headers
}

/// Every delivery that PayPal itself signed, at its time, and with a byte changed.
#[test]
fn s122_every_genuine_delivery_is_taken_at_its_time_and_no_other() {
    let Some(file) = third_party() else {
        return;
    };
    for recording in file["vectors"].as_array().unwrap() {
        let name = recording["name"].as_str().unwrap();
        let is_simulated = recording["webhook_id"] == "WEBHOOK_ID";
        let shop = shop_of_recording(&file, recording, is_simulated);
        let headers = headers_of(recording);
        let body = STANDARD
            .decode(recording["body_b64"].as_str().unwrap())
            .unwrap();
        let mut spoiled = body.clone();
        *spoiled.last_mut().unwrap() ^= 1;
        assert_eq!(
            send(&shop, &headers, &spoiled).status,
            400,
            "{name}: spoiled"
        );
        assert_eq!(shop.count("inbox"), 0, "{name}");
        assert_eq!(send(&shop, &headers, &body).status, 200, "{name}");
        assert_eq!(shop.count("inbox"), 1, "{name}");
        // The spoiled one has already brought the certificate: it is in order all the same.
        assert_eq!(shop.world.requests_to("/certs/").len(), 1, "{name}");
        assert_eq!(
            shop.value("SELECT count(*) FROM provider_cache WHERE kind = 'paypal_key'"),
            1
        );
        shop.world.advance(5 * 86_400);
        assert_eq!(send(&shop, &headers, &body).status, 400, "{name}: too late");
    }
}

/// Simulator events only behind their setting, and never in live mode.
#[test]
fn s122_the_simulator_is_believed_only_where_it_was_asked_for() {
    let Some(file) = third_party() else {
        return;
    };
    let recordings = file["vectors"].as_array().unwrap();
    let recording = &recordings[0];
    let body = STANDARD
        .decode(recording["body_b64"].as_str().unwrap())
        .unwrap();
    let mut shop = shop_of_recording(&file, recording, true);
    for (mode, simulator, base, expected) in [
        ("test", "off", "https://paypal.invalid", 400),
        ("live", "on", "https://paypal.invalid", 400),
        ("test", "on", "https://paypal.invalid", 200),
    ] {
        shop.settings = common::settings(&[
            ("MODE", mode),
            ("PAYPAL_SIMULATOR", simulator),
            ("PAYPAL_BASE", base),
            ("PAYPAL_CHECKOUT_ORIGIN", base),
            ("PAYPAL_WEBHOOK_ID", "4TEST0WEBHOOK0001"),
            (
                "PAYPAL_CA_PEM",
                file["trust"]["intermediates"]
                    .as_object()
                    .unwrap()
                    .values()
                    .next()
                    .unwrap()
                    .as_str()
                    .unwrap(),
            ),
        ]);
        assert!(shop.settings.paypal.is_some());
        assert_eq!(
            send(&shop, &headers_of(recording), &body).status,
            expected,
            "{mode} {simulator}"
        );
    }
}
