//! The door of the providers: who gets in, and what each failure is answered with.

use common::{Shop, Trouble, json_of};
use serde_json::json;
use shared::http::Method;

/// Sends a body with a signature header of the test's own making.
fn send(shop: &Shop, signature: Option<&str>, body: &[u8]) -> u16 {
    let headers: Vec<_> = signature
        .map(|value| ("stripe-signature", value))
        .into_iter()
        .collect();
    shop.send(Method::Post, "/webhooks/stripe", &headers, body)
        .status
}

#[test]
fn d01_a_bad_signature_is_refused_and_changes_nothing() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    let good = shop.sign(&body);
    let signed_elsewhere = {
        let other = Shop::open();
        other.world.sandbox(|sandbox, _| {
            sandbox
                .stripe
                .set_webhook_secrets(vec!["whsec_of_somebody_else".to_owned()]);
        });
        other.sign(&body)
    };
    let mut spoiled = body.clone();
    let last = spoiled.len() - 2;
    spoiled[last] ^= 1;
    let before = shop.end_state();
    let attempts: [(&str, Option<&str>, &[u8]); 8] = [
        ("no header", None, &body),
        ("an empty header", Some(""), &body),
        ("another secret", Some(&signed_elsewhere), &body),
        ("another body", Some(&good), &spoiled),
        ("a body of nothing", Some(&good), b""),
        ("only v0", Some("t=1795284000,v0=00"), &body),
        ("no time", Some(good.split_once(',').unwrap().1), &body),
        ("rubbish", Some("öäü=;,,,=="), &body),
    ];
    for (what, signature, body) in attempts {
        assert_eq!(send(&shop, signature, body), 400, "{what}");
    }
    assert_eq!(shop.end_state(), before);
    assert_eq!(shop.value("SELECT count(*) FROM inbox"), 0);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    // The same body under its own signature is believed: nothing but the signature was missing.
    assert_eq!(send(&shop, Some(&good), &body), 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

#[test]
fn d01_a_signature_is_looked_for_in_the_header_and_nowhere_else() {
    let shop = Shop::open();
    let (_, _, body) = shop.paid_and_untold();
    let signature = shop.sign(&body);
    let path = format!("/webhooks/stripe?stripe-signature={signature}");
    let reply = shop.send(
        Method::Post,
        &path,
        &[("x-stripe-signature", &signature)],
        &body,
    );
    assert_eq!(reply.status, 400);
    // A browser that was lured into posting here proves nothing either.
    let cookie = [
        ("cookie", "order=anything"),
        ("origin", "https://shop.lumen.example"),
    ];
    assert_eq!(
        shop.send(Method::Post, "/webhooks/stripe", &cookie, &body)
            .status,
        400
    );
    assert_eq!(
        shop.send(Method::Get, "/webhooks/stripe", &[], b"").status,
        405
    );
    shop.check();
}

#[test]
fn d04_each_failure_has_its_answer_and_says_nothing_about_its_cause() {
    let shop = Shop::open();
    let (_, _, body) = shop.paid_and_untold();
    let reply = shop.receive(&body[..body.len() - 1]);
    assert_eq!(
        (reply.status, json_of(&reply)["code"].as_str()),
        (400, Some("bad_event"))
    );
    let reply = shop.send(Method::Post, "/webhooks/stripe", &[], &body);
    assert_eq!(
        (reply.status, json_of(&reply)["code"].as_str()),
        (400, Some("bad_signature"))
    );
    let unsigned = json_of(&reply)["detail"].clone();
    let reply = shop.send(
        Method::Post,
        "/webhooks/stripe",
        &[("stripe-signature", "t=1")],
        &body,
    );
    assert_eq!(json_of(&reply)["detail"], unsigned);
    shop.world.take_io();
    shop.world.trouble_at(0, Trouble::Before);
    let reply = shop.receive(&body);
    assert_eq!(
        (reply.status, json_of(&reply)["code"].as_str()),
        (503, Some("unavailable"))
    );
    assert_eq!(reply.header("retry-after"), Some("30"));
    let reply = shop.receive(&body);
    assert_eq!(
        (reply.status, json_of(&reply)),
        (200, json!({ "received": true }))
    );
    shop.check();
}

/// D04: whatever keeps an event from being stored, Stripe is told to send it again.
#[test]
fn d04_an_event_that_the_schema_refuses_is_asked_for_again() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    shop.world.database(|database| {
        database.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'broken'); END",
        );
    });
    assert_eq!(shop.receive(&body).status, 503);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.value("SELECT count(*) FROM transfers"), 0);
    shop.world
        .database(|database| database.execute("DROP TRIGGER broken"));
    assert_eq!(shop.receive(&body).status, 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

#[test]
fn s123_without_its_secret_the_door_is_closed() {
    for missing in ["STRIPE_WEBHOOK_SECRET", "STRIPE_SECRET_KEY"] {
        let shop = Shop::with(&[(missing, "")]);
        assert_eq!(shop.receive(b"{}").status, 503, "{missing}");
        assert_eq!(send(&shop, None, b"{}"), 503, "{missing}");
        assert!(shop.world.take_io().is_empty());
        shop.check();
    }
}

#[test]
fn s10_an_old_signature_is_refused_and_the_redelivery_with_a_fresh_one_works() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    let signature = shop.sign(&body);
    shop.world.advance(301);
    assert_eq!(send(&shop, Some(&signature), &body), 400);
    assert_eq!(shop.value("SELECT count(*) FROM inbox"), 0);
    // A stamp from the future is as bad as one from the past.
    shop.world.advance(-602);
    assert_eq!(send(&shop, Some(&signature), &body), 400);
    shop.world.advance(1);
    assert_eq!(send(&shop, Some(&signature), &body), 200, "300 s ahead");
    shop.world.advance(600);
    assert_eq!(send(&shop, Some(&signature), &body), 200, "300 s ago");
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.receive(&body).status, 200, "sent again an hour later");
    shop.check();
}

/// S10, as Stripe itself does it: the delivery that was refused comes again with a fresh stamp.
#[test]
fn s10_stripe_redelivers_what_was_refused() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let due = shop.take_webhooks();
    shop.world.advance(400);
    for delivery in &due {
        let status = shop.arrives(delivery).status;
        assert_eq!(status, 400, "{}", delivery.event_type);
        shop.world
            .sandbox(|sandbox, now| sandbox.delivered(now, delivery.id, Some(status)));
    }
    shop.world.advance(60);
    let answers = shop.deliver_webhooks();
    assert_eq!(answers, vec![200; due.len()]);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

#[test]
fn s12_a_database_that_is_down_at_any_step_leaves_nothing_and_the_redelivery_works() {
    for trouble in [Trouble::Before, Trouble::Killed] {
        let mut steps_hit = 0;
        loop {
            let shop = Shop::open();
            let (buyer, _, body) = shop.paid_and_untold();
            let before = shop.end_state();
            shop.world.trouble_at(steps_hit, trouble);
            let reply = shop.receive_only(&body);
            if shop.world.forget_trouble() {
                break;
            }
            shop.world.restart();
            if reply.status == 200 {
                // Stripe's API was out of reach, or one commit of three tries was.
                let stored = [(1, "parked"), (2, "done")];
                let state = shop.texts("SELECT state AS text FROM inbox").remove(0);
                assert!(
                    stored.contains(&(steps_hit, state.as_str())),
                    "{steps_hit} {state}"
                );
                assert_eq!(trouble, Trouble::Before);
            } else {
                assert_eq!(reply.status, 503, "{trouble:?} at step {steps_hit}");
                assert_eq!(shop.end_state(), before, "{trouble:?} at step {steps_hit}");
            }
            assert_eq!(shop.receive(&body).status, 200);
            shop.run_cron_without_backfill(300);
            assert_eq!(
                shop.status(&buyer),
                "confirmed",
                "{trouble:?} at step {steps_hit}"
            );
            assert_eq!(shop.releases(), 1);
            assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
            shop.check();
            steps_hit += 1;
        }
        assert_eq!(
            steps_hit, 3,
            "a webhook is a load, a read-back and a commit"
        );
    }
}

#[test]
fn s13_an_unknown_type_is_stored_as_ignored_without_noise() {
    let shop = Shop::open();
    let body = include_bytes!("../fixtures/stripe/event.odd.unknown_type.json");
    for _ in 0..2 {
        assert_eq!(shop.receive(body).status, 200);
    }
    assert_eq!(
        shop.texts("SELECT state || ' ' || event_type AS text FROM inbox"),
        ["ignored charge.teleported"]
    );
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_eq!(shop.value("SELECT count(*) FROM outbox"), 0);
    let noisy = |line: &serde_json::Value| line.get("level").is_some();
    assert!(
        !shop.world.log_lines().iter().any(noisy),
        "{:?}",
        shop.world.log_lines()
    );
    shop.check();
}

#[test]
fn s14_a_body_that_was_encoded_anew_is_refused() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    let signature = shop.sign(&body);
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let text = String::from_utf8(body.clone()).unwrap();
    let compact = value.to_string();
    let with_line_feed = format!("{text}\n");
    let with_crlf = text.replace('\n', "\r\n");
    let escaped = text.replace('/', "\\/");
    for again in [compact, with_line_feed, with_crlf, escaped] {
        assert_ne!(again, text);
        assert_eq!(send(&shop, Some(&signature), again.as_bytes()), 400);
    }
    assert_eq!(shop.value("SELECT count(*) FROM inbox"), 0);
    assert_eq!(send(&shop, Some(&signature), &body), 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

#[test]
fn s14_utf_8_and_numbers_beyond_a_double_verify_on_the_raw_bytes() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    let text = String::from_utf8(body).unwrap();
    // Raw UTF-8, an escaped surrogate pair, and numbers that no f64 holds.
    let odd = text.replacen(
        '{',
        "{\n  \"x\": \"Żółć 日本 🦀 \\ud83e\\udd80 \\u0000\", \"n\": 123456789012345678901234567890.5e-3,",
        1,
    );
    assert_ne!(odd, text);
    assert_eq!(shop.receive(odd.as_bytes()).status, 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    let digest = edgetill::digest::sha256_hex(odd.as_bytes());
    assert_eq!(shop.value("SELECT body_sha256 FROM inbox"), digest.as_str());
    shop.check();
}

#[test]
fn s124_a_flood_of_bad_signatures_costs_no_step_to_the_outside() {
    let shop = Shop::open();
    let (_, _, body) = shop.paid_and_untold();
    let good = shop.sign(&body);
    let time = good.split(',').next().unwrap().to_owned();
    let many = format!("{time}{}", format!(",v1={}", "ab".repeat(32)).repeat(50));
    let long = format!("{time}{}", format!(",v1={}", "ab".repeat(32)).repeat(70));
    assert!(many.len() < 4096 && long.len() > 4096);
    let huge = vec![b' '; 300 * 1024];
    shop.world.take_io();
    for _ in 0..100 {
        assert_eq!(send(&shop, None, &body), 400);
        assert_eq!(send(&shop, Some(&many), &body), 400);
        assert_eq!(send(&shop, Some(&long), &body), 400);
        assert_eq!(send(&shop, Some("t=1,v1=00"), &body), 400);
    }
    // Bodies and headers over the cap are refused before they are looked at.
    assert_eq!(send(&shop, Some(&shop.sign(&huge)), &huge), 413);
    let padding = "x".repeat(17 * 1024);
    let headers = [("stripe-signature", good.as_str()), ("x-padding", &padding)];
    let reply = shop.send(Method::Post, "/webhooks/stripe", &headers, &body);
    assert_eq!(reply.status, 431);
    assert_eq!(shop.world.take_io(), []);
    assert_eq!(shop.value("SELECT count(*) FROM inbox"), 0);
    // And the flood keeps no genuine event out: providers are not limited.
    shop.world.admit_only(0);
    assert_eq!(shop.receive(&body).status, 200);
    shop.check();
}

#[test]
fn a_body_just_within_the_cap_is_read() {
    let shop = Shop::open();
    let event = include_str!("../fixtures/stripe/event.odd.unknown_type.json");
    let padded = format!("{}{event}", " ".repeat(256 * 1024 - event.len()));
    assert_eq!(padded.len(), 256 * 1024);
    assert_eq!(shop.receive(padded.as_bytes()).status, 200);
    let too_long = format!(" {padded}");
    assert_eq!(shop.receive(too_long.as_bytes()).status, 413);
    shop.check();
}
