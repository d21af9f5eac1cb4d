//! Codes that are bought by bank transfer: there are none until staff have found the money, and they end
//! when the approval is taken back.

use common::{Shop, eur, told};
use shared::proof::RejectionCode;
use shared::proof::samples::{chunk, png, png_of};
use shared::review::RevocationCode;

use crate::coupon_codes::{buy_codes, codes, redeem, text_of};

/// A38: no code exists for anybody while a proof waits, nor after it was rejected. S69, A44, S83: taking
/// the approval back stops the codes for good, whatever the reason, and one that was used opens a case.
#[test]
fn a38_s69_codes_live_from_the_approval_until_it_is_taken_back() {
    for (code, used) in [
        (RevocationCode::Returned, false),
        (RevocationCode::Returned, true),
        (RevocationCode::Mistake, true),
    ] {
        let shop = Shop::with_bank();
        shop.sell_codes(1);
        let buyer = buy_codes(&shop, 2);
        let hidden = || {
            assert_eq!(shop.count("coupons"), 0);
            assert!(codes(&shop, &buyer).is_empty());
            assert!(!shop.page(&buyer).contains("Your coupon codes"));
        };
        hidden();
        let chosen = shop.choose_transfer(&buyer, "transfer-key-00000000001");
        assert_eq!(chosen.status, 201);
        let proof = shop.hand_in(&buyer, &png());
        assert_eq!(shop.status(&buyer), "in_review");
        hidden();
        let rejected = shop.reject_now(&buyer, &proof, RejectionCode::Unreadable, "too dark");
        assert_eq!(told(&rejected), "");
        assert_eq!(shop.status(&buyer), "rejected");
        hidden();
        let proof = shop.hand_in(&buyer, &png_of(&[chunk(b"teXt", &[2])]));
        let approved = shop.approve_now(&buyer, &proof, eur(119_000), "NTRF1");
        assert_eq!(told(&approved), "");
        let issued = codes(&shop, &buyer);
        assert_eq!(issued.len(), 2);
        let (one, two) = (text_of(&issued[0]["code"]), text_of(&issued[1]["code"]));
        if used {
            assert_eq!(redeem(&shop, &one, "ben@example.com").status, 201);
        }
        assert_eq!(told(&shop.revoke_now(&buyer, code)), "");
        let states = shop.texts("SELECT DISTINCT state AS text FROM coupons");
        assert_eq!(states, ["stopped"]);
        assert_eq!(redeem(&shop, &two, "cleo@example.com").status, 422);
        let cases = shop.texts("SELECT kind AS text FROM cases WHERE kind LIKE 'coupons%'");
        assert_eq!(cases.len(), usize::from(used), "{cases:?}");
        let redeemed = "SELECT count(*) FROM redemptions WHERE state = 'consumed'";
        assert_eq!(shop.value(redeemed), i64::from(used), "untouched");
        shop.check();
    }
}
