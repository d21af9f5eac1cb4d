//! The production floor.

use crate::support::World;
use hmac::{Hmac, KeyInit, Mac};
use sandbox::config::LOCAL_RELEASE_SECRET;
use sandbox::production::Production;
use sandbox::{Fault, Sandbox, SandboxConfig, Target};
use serde_json::Value;
use sha2::Sha256;
use shared::http::{Method, OutRequest};
use shared::time::Timestamp;

const BODY: &[u8] = br#"{"type":"order.released","data":{"order_number":"A1"}}"#;
/// What `LOCAL_RELEASE_SECRET` encodes.
const KEY: &[u8] = b"sandbox-release-secret-local";

fn release(id: &str, sent: Timestamp, body: &[u8]) -> OutRequest {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{id}.{}.", sent.0).as_bytes());
    mac.update(body);
    let signature = format!("v1,{}", base64(&mac.finalize().into_bytes()));
    OutRequest {
        method: Method::Post,
        url: "http://127.0.0.1:8790/production/releases".to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", sent.0.to_string()),
            ("webhook-signature", signature),
        ],
        body: body.to_vec(),
        deadline_ms: 10_000,
        answer_bytes_max: 65_536,
    }
}

fn base64(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = bytes
        .iter()
        .map(|byte| format!("{byte:08b}"))
        .collect::<Vec<_>>()
        .concat();
    let padded = format!("{bits}{}", "0".repeat((6 - bits.len() % 6) % 6));
    let mut text: String = (0..padded.len() / 6)
        .map(|i| usize::from_str_radix(&padded[6 * i..6 * i + 6], 2).unwrap())
        .map(|digit| char::from(digits[digit]))
        .collect();
    text.push_str(&"=".repeat((4 - text.len() % 4) % 4));
    text
}

/// P2: a repeat starts nothing, but it is counted.
#[test]
fn a_release_starts_once_however_often_it_is_sent() {
    let mut world = World::new();
    let now = world.now;
    assert_eq!(world.ask(&release("msg_1", now, BODY)).status, 200);
    world.wait(90);
    assert_eq!(world.ask(&release("msg_1", now.plus(90), BODY)).status, 200);
    let releases = world.sandbox.production.releases();
    assert_eq!(
        (
            releases.len(),
            releases[0].deliveries,
            releases[0].conflicts
        ),
        (1, 2, 0)
    );
    assert_eq!(releases[0].body["data"]["order_number"], "A1");
}

#[test]
fn the_same_id_with_another_body_is_a_conflict() {
    let mut world = World::new();
    let now = world.now;
    world.ask(&release("msg_1", now, BODY));
    assert_eq!(world.ask(&release("msg_1", now, b"{}")).status, 409);
    assert_eq!(world.sandbox.production.releases()[0].conflicts, 1);
}

#[test]
fn what_is_not_signed_as_it_stands_is_refused() {
    let mut world = World::new();
    let now = world.now;
    let good = release("msg_1", now, BODY);
    let alter = |index: usize, value: &str| {
        let mut request = good.clone();
        request.headers[index].1 = value.to_owned();
        request
    };
    let mut other_body = good.clone();
    other_body.body.push(b' ');
    let mut no_signature = good.clone();
    no_signature.headers.truncate(3);
    for (request, status) in [
        (alter(1, "msg_2"), 401),
        (alter(2, &now.plus(1).0.to_string()), 401),
        (alter(2, "soon"), 400),
        (alter(3, "v1,AAAA"), 401),
        (alter(3, ""), 401),
        (other_body, 401),
        (no_signature, 400),
        (release("msg_1", now.plus(-301), BODY), 401),
        (release("msg_1", now.plus(301), BODY), 401),
        (release("msg_1", now, b"not json"), 400),
        (release("msg_1", now, b"[]"), 400),
    ] {
        assert_eq!(world.ask(&request).status, status, "{:?}", request.headers);
    }
    assert!(world.sandbox.production.releases().is_empty());
    assert_eq!(world.sandbox.production.refused(), 11);
    assert_eq!(
        world.ask(&release("msg_1", now.plus(-300), BODY)).status,
        200
    );
}

#[test]
fn any_of_several_signatures_and_secrets_will_do() {
    let mut config = SandboxConfig::local();
    config
        .release_secrets
        .insert(0, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    let mut world = World::new();
    world.sandbox = Sandbox::new(config);
    let mut request = release("msg_1", world.now, BODY);
    request.headers[3].1 = format!("v1,AAAA v1a,BBBB {}", request.headers[3].1);
    assert_eq!(world.ask(&request).status, 200);
}

#[test]
fn a_secret_that_is_none_opens_nothing() {
    for secret in [
        "",
        "whsec_",
        "plain",
        LOCAL_RELEASE_SECRET.trim_start_matches("whsec_"),
    ] {
        let mut world = World::new();
        world.sandbox.production = Production::new(&[secret.to_owned()]);
        assert_eq!(
            world.ask(&release("msg_1", world.now, BODY)).status,
            401,
            "{secret}"
        );
    }
}

/// The vectors of the Standard Webhooks specification, where they are at hand.
#[test]
fn the_floor_agrees_with_the_standard_s_own_vectors() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/third-party/standard-webhooks/vectors.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    for vector in file["verify"].as_array().unwrap() {
        let of = |name: &str| vector[name].as_str().unwrap();
        let secret = format!("whsec_{}", of("secret").trim_start_matches("whsec_"));
        let mut world = World::new();
        world.now = Timestamp(vector["now"].as_i64().unwrap());
        world.sandbox.production = Production::new(&[secret]);
        let mut request = release("msg_1", world.now, of("payload").as_bytes());
        request
            .headers
            .retain(|(name, _)| !name.starts_with("webhook-"));
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            if let Some(value) = vector["headers"][name].as_str() {
                request.headers.push((name, value.to_owned()));
            }
        }
        let answer = world.ask(&request);
        // An empty body can be signed, but it is no release.
        let accepted = answer.status == 200 || answer.body == b"the body is not JSON\n";
        assert_eq!(accepted, of("expect") == "accept", "{}", of("name"));
    }
}

#[test]
fn a_server_error_after_the_effect_has_started_production() {
    let mut world = World::new();
    world
        .sandbox
        .fail_next(Target::Production, Fault::ServerErrorAfterEffect, 1);
    assert_eq!(world.ask(&release("msg_1", world.now, BODY)).status, 500);
    assert_eq!(world.sandbox.production.releases().len(), 1);
}
