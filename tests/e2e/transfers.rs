//! Paying by bank transfer on the shipped Worker: real uploads into R2, and their removal.

use std::path::Path;
use std::{fs, thread};

use common::harness::{Answer, Body, LiveOrder, alone, shared};
use common::multipart;
use serde_json::Value as Json;
use shared::proof::samples::{chunk, pdf, png, png_of, webp};

/// Chooses to transfer; the order.
fn transferring<'a>(order: LiveOrder<'a>) -> LiveOrder<'a> {
    let begun = order.try_pay_by("bank", &order.visitor.key("transfer"));
    assert_eq!(begun.status, 201, "{begun}");
    order
}

fn hand_in(order: &LiveOrder<'_>, file: &[u8]) -> Answer {
    let (content_type, body) = multipart(&[
        ("bank_account", None, b"meridian-eur"),
        ("file", Some("proof.png"), file),
    ]);
    let bearer = format!("Bearer {}", order.token);
    let headers = [
        ("content-type", content_type.as_str()),
        ("authorization", bearer.as_str()),
    ];
    let path = format!("/v1/orders/{}/proofs", order.number);
    order
        .visitor
        .send("POST", &path, &headers, Body::Whole(&body))
}

/// Hands in a file that is taken.
fn handed_in(order: &LiveOrder<'_>, file: &[u8]) -> Json {
    hand_in(order, file).expect(201).json()
}

/// The row of an order's proof that waits.
fn proof(order: &LiveOrder<'_>) -> Json {
    let sql = format!(
        "SELECT * FROM proofs WHERE order_number = '{}' AND state = 'waiting'",
        order.number
    );
    order.visitor.shop.database.rows(&sql)[0].clone()
}

#[test]
fn a29_a_proof_is_put_into_the_store_with_its_checksum_and_the_order_under_review() {
    let shop = shared();
    let order = transferring(shop.visitor().order());
    let page = order.page().text();
    assert!(page.contains("DE02 1203 0000 0000 2020 51") && page.contains("Save changes"));
    let answer = handed_in(&order, &png());
    order.assert_status("in_review");
    let row = proof(&order);
    assert_eq!(row["proof_id"], answer["proof"]["proof_id"]);
    assert_eq!(
        (&row["width_px"], &row["height_px"]),
        (&3.into(), &2.into())
    );
    let object = shop.object(row["object_key"].as_str().unwrap());
    assert_eq!(object.as_deref(), Some(png().as_slice()));
    // The same again is the same.
    let again = handed_in(&order, &png());
    assert_eq!(again["proof"]["proof_id"], row["proof_id"]);
    assert_eq!(
        order.count("SELECT count(*) FROM proofs WHERE order_number = '{}'"),
        1
    );
    assert!(order.page().text().contains("Your proof is being reviewed"));
    shop.check();
}

/// As many bytes as may be, four at once, in an isolate of 128 MB.
#[test]
fn a31_files_of_ten_megabytes_are_taken_four_at_once_and_not_a_byte_more() {
    let shop = shared();
    let fill = 10 * 1024 * 1024 - png().len() - 12;
    let largest = png_of(&[chunk(b"teXt", &vec![7; fill])]);
    assert_eq!(largest.len(), 10 * 1024 * 1024);
    thread::scope(|scope| {
        for _ in 0..4 {
            let order = transferring(shop.visitor().order());
            let file = &largest;
            scope.spawn(move || {
                handed_in(&order, file);
                order.assert_status("in_review");
            });
        }
    });
    let order = transferring(shop.visitor().order());
    let longer = png_of(&[chunk(b"teXt", &vec![7; fill + 1])]);
    assert_eq!(
        hand_in(&order, &longer).expect(413).code(),
        "body_too_large"
    );
    let much_longer = vec![0; 12 * 1024 * 1024];
    assert_eq!(
        hand_in(&order, &much_longer).expect(413).code(),
        "body_too_large"
    );
    order.assert_status("awaiting_payment");
    shop.check();
}

#[test]
fn s61_every_collected_file_gets_its_verdict_over_http() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/uploads/valid");
    let Ok(entries) = fs::read_dir(folder) else {
        eprintln!("skipped: no files at ../shared/third-party/uploads");
        return;
    };
    let shop = shared();
    let order = transferring(shop.visitor().order());
    let mut taken = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_taken =
            ["png.png", "jpg.jpg", "webp.webp", "webpl.webp", "pdf.pdf"].contains(&name.as_str());
        let answer = hand_in(&order, &fs::read(&path).unwrap());
        let expected = if is_taken { 201 } else { 415 };
        assert_eq!(answer.status, expected, "{name}: {answer}");
        taken += usize::from(is_taken);
    }
    assert_eq!(taken, 5);
    shop.check();
}

/// The clock of an order is moved; R2 is emptied by the platform's own tick.
#[test]
fn what_nobody_claimed_and_what_is_over_goes_from_the_store() {
    let shop = alone();
    let order = transferring(shop.visitor().order());
    handed_in(&order, &webp());
    let first = proof(&order)["object_key"].as_str().unwrap().to_owned();
    handed_in(&order, &pdf("(2)"));
    let second = proof(&order)["object_key"].as_str().unwrap().to_owned();
    assert!(shop.object(&first).is_some() && shop.object(&second).is_some());
    shop.database.make_removals_due();
    shop.tick();
    assert!(shop.object(&first).is_none(), "it was replaced");
    assert!(shop.object(&second).is_some());
    let removed = format!(
        "SELECT count(*) FROM proofs WHERE order_number = '{}' AND removed_at IS NOT NULL",
        order.number
    );
    assert_eq!(shop.database.number(&removed), 1);
    shop.check();
}

/// A stranger's upload is not even read.
#[test]
fn s124_a_file_of_somebody_unknown_is_answered_at_once() {
    let shop = shared();
    let order = transferring(shop.visitor().order());
    let path = format!("/v1/orders/{}/proofs", order.number);
    let headers = [("content-type", "multipart/form-data; boundary=b")];
    let body = vec![b' '; 100_000];
    let answer = order
        .visitor
        .send("POST", &path, &headers, Body::Whole(&body));
    assert_eq!(answer.expect(404).code(), "order_not_found");
}
