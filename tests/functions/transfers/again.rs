//! The form that hands a proof in, refused: it comes back with what was typed and chosen.

use common::{Buyer, HERE, Shop, multipart, text};
use edgetill::http::Reply;
use shared::http::Method;
use shared::proof::samples::png;

/// Sends the form as the order's page does: the file comes last.
fn send(shop: &Shop, buyer: &Buyer, account: &str, reference: &str, file: &[u8]) -> Reply {
    let (content_type, body) = multipart(&[
        ("bank_account", None, account.as_bytes()),
        ("transfer_reference", None, reference.as_bytes()),
        ("file", Some("proof.png"), file),
    ]);
    let cookie = shop.cookie(buyer);
    let headers = [
        ("content-type", content_type.as_str()),
        ("origin", HERE),
        ("cookie", &cookie),
    ];
    // The adapter reads one byte more than is taken.
    let length = body.len().min(shared::proof::UPLOAD_BYTES_MAX + 1);
    let path = format!("/orders/{}/proof", buyer.number);
    shop.send(Method::Post, &path, &headers, &body[..length])
}

const CHOSEN: &str = "<option value=\"meridian-eur\" selected>";

#[test]
fn a29_a_refused_proof_keeps_the_account_and_the_reference_that_were_entered() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let too_large = vec![7; 10 * 1024 * 1024 + 1];
    let much_too_large = vec![7; 12 * 1024 * 1024];
    for (what, account, reference, file, status, says) in [
        (
            "another kind of file",
            "meridian-eur",
            "NTRF \"1\"",
            &b"<svg/>"[..],
            415,
            "This one cannot be taken because",
        ),
        (
            "no file",
            "meridian-eur",
            "NTRF \"1\"",
            b"",
            422,
            "Choose the file that shows your transfer.",
        ),
        (
            "no bank",
            "",
            "NTRF \"1\"",
            &png(),
            422,
            "Choose the account that you transferred to.",
        ),
        (
            "too large a file",
            "meridian-eur",
            "NTRF \"1\"",
            &too_large,
            413,
            "This file is too large. Send one of at most 10 MB",
        ),
        (
            "too large a request, cut off at the cap",
            "meridian-eur",
            "NTRF \"1\"",
            &much_too_large,
            413,
            "This file is too large. Send one of at most 10 MB",
        ),
    ] {
        let reply = send(&shop, &buyer, account, reference, file);
        let page = text(&reply);
        assert_eq!(reply.status, status, "{what}: {page}");
        assert!(page.contains(says), "{what}: {page}");
        assert!(page.contains("Where to transfer"), "{what}: the same page");
        assert!(
            page.contains("value=\"NTRF &#34;1&#34;\""),
            "{what}: {page}"
        );
        assert_eq!(page.contains(CHOSEN), !account.is_empty(), "{what}: {page}");
        if status == 413 {
            assert!(page.contains("aria-describedby=\"file-error\""), "{page}");
        }
    }
    assert_eq!(shop.count("proofs"), 0);
    assert!(shop.world.blobs().is_empty());
    // A card number is not written back, and no page of anybody else shows what was typed here.
    let reply = send(&shop, &buyer, "meridian-eur", "4242 4242 4242 4242", b"");
    assert!(!text(&reply).contains("4242 4242"), "{}", text(&reply));
    assert!(!shop.page(&buyer).contains(CHOSEN));
    let reply = send(&shop, &buyer, "meridian-eur", "NTRF 1", &png());
    assert_eq!(reply.status, 303, "{}", text(&reply));
    shop.check();
}
