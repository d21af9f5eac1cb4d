//! The document itself (S68).

use common::{RUTH, SUE, Shop};
use shared::proof::samples::{pdf, png};

use super::{another, in_review, review};

/// S68, T20: the document goes to reviewers, as a picture in a sandbox or a file to save, and is kept
/// nowhere.
#[test]
fn s68_a_document_is_served_to_reviewers_only_and_runs_nothing() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let image = shop.value("SELECT proof_id FROM proofs");
    let path = format!("/staff/proofs/{}", image.as_str().unwrap());
    let other = another(&shop, 2, &pdf("(1)"));
    let document = shop.value(&format!(
        "SELECT proof_id FROM proofs WHERE order_number = '{}'",
        other.number
    ));
    let save = format!("/staff/proofs/{}", document.as_str().unwrap());
    let ruth = shop.staff(RUTH);
    for (path, kind, place, bytes) in [
        (&path, "image/png", "inline", png()),
        (&save, "application/pdf", "attachment", pdf("(1)")),
    ] {
        let reply = ruth.open(path);
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.body == bytes, "{path}");
        let extension = kind.rsplit('/').next().unwrap();
        let id = path.rsplit('/').next().unwrap();
        let disposition = format!("{place}; filename=\"{id}.{extension}\"");
        for (name, value) in [
            ("content-type", kind),
            ("content-disposition", disposition.as_str()),
            (
                "content-security-policy",
                "default-src 'none'; sandbox; frame-ancestors 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path} {name}");
            let times = reply
                .headers
                .iter()
                .filter(|(known, _)| *known == name)
                .count();
            assert_eq!(times, 1, "{path} {name}");
        }
    }
    assert!(ruth.page(&review(&other)).contains("save the document"));
    assert_eq!(shop.staff(SUE).open(&path).status, 403);
    assert_eq!(shop.get(&path).status, 401);
    let key = shop.value("SELECT object_key FROM proofs");
    let key = key.as_str().unwrap();
    let bare = key.rsplit('/').next().unwrap();
    for unknown in [
        "DZZZZZZZZZZZZZ",
        "nonsense",
        bare,
        &buyer.number,
        "..%2Fproofs",
    ] {
        let reply = ruth.open(&format!("/staff/proofs/{unknown}"));
        assert_eq!(reply.status, 404, "{unknown}");
    }
    assert!(
        !ruth.page(&review(&buyer)).contains(bare),
        "the key is told to nobody"
    );
    let buyers = shop.page(&buyer);
    assert!(!buyers.contains("/staff/") && !buyers.contains(bare));
    shop.check();
}
