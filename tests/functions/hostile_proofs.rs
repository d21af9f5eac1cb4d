//! Hostile text in everything that a buyer or a reviewer writes about a transfer.

use common::{Buyer, RUTH, Shop, input_value, main_account, text};
use shared::proof::samples::png;

use crate::checkout::hostile::{hostile, is_markup};

/// Hands a proof in under a file name and a reference; the file name as browsers send it.
fn hand_in(shop: &Shop, buyer: &Buyer, hostile: &str) -> u16 {
    let name = hostile.replace('"', "%22").replace(['\r', '\n'], "%0A");
    let reference: String = hostile.chars().take(60).collect();
    let reply = shop.send_proof(
        buyer,
        &[
            ("bank_account", None, main_account().as_str().as_bytes()),
            ("transfer_reference", None, reference.as_bytes()),
            ("file", Some(&name), &png()),
        ],
    );
    assert!([201, 400, 422].contains(&reply.status), "{}", text(&reply));
    reply.status
}

#[track_caller]
fn assert_text(page: &str, hostile: &str) {
    let short: String = hostile.chars().take(60).collect();
    for raw in [hostile, &short] {
        // Whatever a page of ours contains by itself is no evidence.
        assert!(!is_markup(raw) || !page.contains(raw), "{raw}: {page}");
    }
}

/// T22, A32, A34, A36: a file's name, a reference and a reason are text on every page that shows them,
/// and none keeps the order's number from being seen.
#[test]
fn a32_hostile_names_references_and_reasons_are_only_text_to_buyers_and_staff() {
    let mut shown = 0;
    for hostile in hostile().iter().filter(|text| is_markup(text)) {
        let shop = Shop::with_bank();
        let buyer = shop.transferring();
        if hand_in(&shop, &buyer, hostile) != 201 {
            continue;
        }
        shown += 1;
        let ruth = shop.staff(RUTH);
        let review = format!("/staff/orders/{}/review", buyer.number);
        let page = ruth.page(&review);
        assert_text(&page, hostile);
        let (proof, seen) = (input_value(&page, "proof"), input_value(&page, "seen"));
        let reason: String = hostile.chars().take(500).collect();
        let fields = [
            ("proof", proof.as_str()),
            ("seen", &seen),
            ("code", "other"),
            ("reason", &reason),
        ];
        let reply = ruth.submit(&format!("/staff/orders/{}/reject", buyer.number), &fields);
        assert!([303, 422].contains(&reply.status), "{}", text(&reply));
        let buyers = shop.page(&buyer);
        assert!(buyers.contains(&buyer.number));
        let staffs = ruth.page(&format!("/staff/orders/{}", buyer.number));
        for page in [text(&reply), buyers, staffs] {
            assert_text(&page, hostile);
        }
    }
    assert!(shown >= 5, "{shown} were taken");
}
