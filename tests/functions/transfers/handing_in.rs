//! Handing a proof in (A29 to A31, S60, S61, S67).

use common::{Buyer, Shop, Trouble, code_of, json_of, main_account, order_body, text};
use serde_json::json;
use shared::http::Method;
use shared::proof::samples::{chunk, pdf, png, png_of};

use super::{proof, state};

#[test]
fn a29_a_proof_puts_the_order_under_review_with_its_file_and_its_bank() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let id = shop.hand_in(&buyer, &png());
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "in_review");
    assert_eq!(view["methods"], json!([]));
    assert_eq!(
        view["actions"],
        json!(["submit_proof", "cancel", "replace"])
    );
    let shown = &view["transfer"]["proofs"][0];
    assert_eq!(shown["proof_id"], id);
    assert_eq!(shown["bank_account_id"], main_account().as_str());
    assert_eq!(shown["review_by"], "2026-11-21T18:30:00Z");

    let row = shop.rows("SELECT * FROM proofs")[0].clone();
    assert_eq!(
        (&row["width_px"], &row["media_type"]),
        (&json!(3), &json!("image/png"))
    );
    let blobs = shop.world.blobs();
    let blob = &blobs[row["object_key"].as_str().unwrap()];
    assert_eq!(blob.bytes, png());
    assert_eq!(blob.media_type, "image/png");
    assert_eq!(row["sha256"], blob.sha256);
    // No doom is left, and nothing can be guessed from the key.
    assert_eq!(shop.value("SELECT count(*) FROM removals"), 0);
    assert!(!row["object_key"].to_string().contains(&buyer.number));
    let page = shop.page(&buyer);
    assert!(page.contains("Your proof is being reviewed"), "{page}");
    assert!(page.contains("2026-11-21T18:30:00Z") && page.contains(&buyer.number[..4]));
    shop.check();
}

/// S60: and nothing of it is stored.
#[test]
fn s60_a_missing_file_or_bank_is_named_and_nothing_is_stored() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let before = state(&shop);
    let account = ("bank_account", None, &b"meridian-eur"[..]);
    let file = ("file", Some("proof.png"), &png()[..]);
    for (fields, wrong) in [
        (vec![account], vec!["file"]),
        (vec![file], vec!["bank_account"]),
        (vec![], vec!["file", "bank_account"]),
        (vec![account, ("file", Some(""), b"")], vec!["file"]),
        (
            vec![account, ("file", Some("empty.png"), b"")],
            vec!["file"],
        ),
        (
            vec![("bank_account", None, b" "), file],
            vec!["bank_account"],
        ),
        (
            vec![("bank_account", None, b"Harbor USD"), file],
            vec!["bank_account"],
        ),
        // An account of another currency is not one of the order's.
        (
            vec![("bank_account", None, b"harbor-usd"), file],
            vec!["bank_account"],
        ),
        (vec![account, file, ("note", None, b"x")], vec!["form"]),
        (
            vec![account, file, ("transfer_reference", None, &[b'x'; 65])],
            vec!["transfer_reference"],
        ),
    ] {
        let reply = shop.send_proof(&buyer, &fields);
        assert_eq!(reply.status, 422, "{}", text(&reply));
        let problem = json_of(&reply);
        let named: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["field"].clone())
            .collect();
        assert_eq!(json!(named), json!(wrong));
    }
    let twice = shop.send_proof(&buyer, &[account, file, file]);
    assert_eq!(code_of(&twice), "malformed_body");
    assert_eq!(state(&shop), before);
    assert!(shop.world.blobs().is_empty());
    shop.check();
}

#[test]
fn s61_a_file_that_is_not_all_right_is_refused_and_nothing_is_stored() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let before = state(&shop);
    let too_long = png_of(&[chunk(b"teXt", &vec![7; 10 * 1024 * 1024])]);
    let way_too_long = vec![0; 11 * 1024 * 1024];
    for (file, status, code) in [
        (
            b"<html><script>alert(1)</script></html>".to_vec(),
            415,
            "file_refused",
        ),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            415,
            "file_refused",
        ),
        ([&png()[..], b"<script>"].concat(), 415, "file_refused"),
        (png()[..40].to_vec(), 415, "file_refused"),
        (pdf("<</S/JavaScript>>"), 415, "file_refused"),
        (too_long, 413, "body_too_large"),
        (way_too_long, 413, "body_too_large"),
    ] {
        let reply = shop.try_to_hand_in(&buyer, &file);
        assert_eq!(
            (reply.status, code_of(&reply).as_str()),
            (status, code),
            "{}",
            text(&reply)
        );
    }
    let (content_type, body) = common::multipart(&[
        ("bank_account", None, b"meridian-eur"),
        ("file", Some("proof.png"), &png()),
    ]);
    for (content_type, length, status, code) in [
        (
            "application/json",
            body.len(),
            415,
            "unsupported_media_type",
        ),
        (
            "multipart/form-data",
            body.len(),
            415,
            "unsupported_media_type",
        ),
        (
            "multipart/form-data; boundary=other",
            body.len(),
            400,
            "malformed_body",
        ),
        (content_type.as_str(), body.len() - 9, 400, "malformed_body"),
    ] {
        let reply = shop.send_proof_body(&buyer, content_type, &body[..length]);
        assert_eq!(
            (reply.status, code_of(&reply).as_str()),
            (status, code),
            "{content_type}"
        );
    }
    let bearer = format!("Bearer {}", buyer.token);
    let path = format!("/v1/orders/{}/proofs", buyer.number);
    let short = [
        ("content-type", content_type.as_str()),
        ("authorization", &bearer),
        ("content-length", "9"),
    ];
    let reply = shop.send(Method::Post, &path, &short, &body);
    assert_eq!(code_of(&reply), "malformed_body", "declared another length");
    assert_eq!(state(&shop), before);
    assert!(shop.world.blobs().is_empty());
    shop.check();
}

#[test]
fn s120_nobody_hands_in_a_proof_for_an_order_they_cannot_open() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let other = shop.order_of(&order_body(), "order-key-0000000000000002");
    let stranger = Buyer {
        token: other.token,
        ..buyer.clone()
    };
    let reply = shop.try_to_hand_in(&stranger, &png());
    assert_eq!(
        (reply.status, code_of(&reply).as_str()),
        (404, "order_not_found")
    );
    let unknown = Buyer {
        number: "A0000000000000".into(),
        ..buyer
    };
    assert_eq!(shop.try_to_hand_in(&unknown, &png()).status, 404);
    assert!(shop.world.blobs().is_empty());
    shop.check();
}

#[test]
fn the_same_file_for_the_same_account_is_one_proof_and_another_takes_its_place() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let first = shop.hand_in(&buyer, &proof(1));
    assert_eq!(shop.hand_in(&buyer, &proof(1)), first);
    assert_eq!(
        (
            shop.value("SELECT count(*) FROM proofs"),
            shop.world.blobs().len()
        ),
        (1.into(), 1)
    );
    let second = shop.hand_in(&buyer, &proof(2));
    assert_ne!(second, first);
    let states = shop.rows("SELECT state FROM proofs ORDER BY state");
    assert_eq!(
        json!(states),
        json!([{ "state": "superseded" }, { "state": "waiting" }])
    );
    // The one before is kept for a while, and then goes.
    let due = shop.value("SELECT due_at FROM removals");
    assert_eq!(due, shop.now().plus(90 * 86_400).0);
    shop.check();
}

#[test]
fn a_proof_is_only_taken_while_a_transfer_is_under_way() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let code = |buyer: &Buyer| code_of(&shop.try_to_hand_in(buyer, &png()));
    assert_eq!(code(&buyer), "no_transfer");
    shop.pay(&buyer);
    assert_eq!(code(&buyer), "no_transfer");
    let buyer = shop.order_of(&order_body(), "order-key-0000000000000002");
    shop.choose_transfer(&buyer, "transfer-key-00000000001");
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(code(&buyer), "order_cancelled");
    let buyer = shop.order_of(&order_body(), "order-key-0000000000000003");
    shop.choose_transfer(&buyer, "transfer-key-00000000002");
    shop.world.advance(72 * 3_600);
    // Cron has not come by yet; the clock decides.
    assert_eq!(code(&buyer), "order_expired");
    assert_eq!(shop.status(&buyer), "expired");
    shop.check();
}

#[test]
fn nobody_hands_in_proofs_without_end() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    for nth in 0..10 {
        shop.hand_in(&buyer, &proof(nth));
    }
    assert_eq!(
        code_of(&shop.try_to_hand_in(&buyer, &proof(10))),
        "too_many_proofs"
    );
    assert_eq!(shop.world.blobs().len(), 10);
    shop.check();
}

/// A30, S67: whatever step fails, a proof has its object, and an object has its proof or goes.
#[test]
fn s67_a_failure_at_any_step_leaves_a_proof_with_its_object_or_neither() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0..8 {
            let shop = Shop::with_bank();
            let buyer = shop.transferring();
            shop.world.trouble_at(step, trouble);
            let reply = shop.try_to_hand_in(&buyer, &png());
            let was_met = !shop.world.forget_trouble();
            shop.world.restart();
            shop.check();
            let again = shop.try_to_hand_in(&buyer, &png());
            assert_eq!(again.status, 201, "{trouble:?} at {step}: {}", text(&again));
            assert_eq!(shop.status(&buyer), "in_review");
            shop.run_cron(2 * 3_600);
            let keys = shop.rows("SELECT object_key FROM proofs");
            assert_eq!(keys.len(), 1, "{trouble:?} at {step}: {}", text(&reply));
            let blobs = shop.world.blobs();
            assert_eq!(blobs.len(), 1, "{trouble:?} at {step}");
            assert!(blobs.contains_key(keys[0]["object_key"].as_str().unwrap()));
            assert_eq!(shop.value("SELECT count(*) FROM removals"), 0);
            shop.check();
            assert!(was_met || step >= 5, "step {step} is part of it");
        }
    }
}

/// An upload that took so long that cron has taken its object does not become a proof without one.
#[test]
fn a_proof_never_claims_an_object_that_cron_has_taken() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    // The step after the object was put never comes.
    shop.world.trouble_at(3, Trouble::Killed);
    shop.try_to_hand_in(&buyer, &png());
    shop.world.restart();
    assert_eq!(shop.world.blobs().len(), 1);
    let key = shop.value("SELECT object_key FROM removals");
    shop.run_cron(3_600 + 60);
    assert!(shop.world.blobs().is_empty());
    assert_eq!(shop.value("SELECT count(*) FROM removals"), 0);
    assert!(key.as_str().unwrap().starts_with("proofs/"));
    shop.check();
}
