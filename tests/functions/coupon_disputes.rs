//! Codes whose money is disputed: what was won can be used again, and what staff decide outlasts it.

use common::{Shop, shuffled};
use sandbox::Delivery;
use sandbox::stripe::DisputeOutcome;

use crate::coupon_codes::redeem;
use crate::coupon_reversals::{cases, deliver, intent, issued, states, won_at_stripe};

/// A44, P3: the end of a dispute that was won lets the codes be used again, in every order of its events,
/// each of them twice.
#[test]
fn a44_p3_a_dispute_that_is_won_ends_alike_in_every_order() {
    let count = {
        let (shop, ..) = issued(true);
        won_at_stripe(&shop).len()
    };
    assert_eq!(count, 4);
    for seed in 0..40 {
        let (shop, _, all) = issued(true);
        let mut told = won_at_stripe(&shop);
        let mut pick = shuffled(seed);
        let mut order: Vec<Delivery> = Vec::new();
        while !told.is_empty() {
            order.push(told.remove(pick(told.len())));
        }
        deliver(&shop, &order);
        deliver(&shop, &order);
        shop.run_cron(120);
        let names: Vec<&String> = order.iter().map(|told| &told.event_type).collect();
        assert_eq!(states(&shop), ["active"], "{names:?}");
        let about = cases(&shop);
        let closed = "coupons_used the dispute was won";
        assert!(about.is_empty() || about == [closed], "{about:?} {names:?}");
        assert_eq!(redeem(&shop, &all[1], "cleo@example.com").status, 201);
        shop.check();
    }
}

/// A dispute that is lost, or goes on, keeps the codes suspended; so does another one beside one that was
/// won.
#[test]
fn a44_only_the_end_of_the_last_dispute_lets_codes_be_used_again() {
    let (shop, buyer, _) = issued(false);
    let intent = intent(&shop);
    shop.dispute_at_stripe(&intent, DisputeOutcome::Lost);
    shop.deliver_webhooks();
    assert_eq!(states(&shop), ["suspended"]);
    let disputes = |sql: &str| shop.world.database(|database| database.execute(sql));
    let order = &buyer.number;
    disputes(&format!(
        "INSERT INTO coupon_disputes VALUES ('{order}', 'du_2', 0)"
    ));
    disputes("UPDATE coupon_disputes SET won = 1 WHERE dispute_id = 'du_2'");
    assert_eq!(states(&shop), ["suspended"]);
    disputes("UPDATE coupon_disputes SET won = 1 WHERE won = 0");
    assert_eq!(states(&shop), ["active"]);
    shop.check();
}

/// What staff have decided outlasts a dispute: what they paused stays so when it is won, and what they let
/// be used again is not suspended by more news of the same dispute.
#[test]
fn a44_what_staff_decide_about_codes_outlasts_a_dispute() {
    let (shop, buyer, all) = issued(false);
    let ann = shop.staff(common::ANN);
    let turn = |state: &str, why: &str| {
        let path = format!("/staff/orders/{}/coupons", buyer.number);
        ann.submit(&path, &[("state", state), ("codes_why", why)])
            .status
    };
    let one = format!("/staff/coupons/{}/pause", all[0]);
    assert_eq!(ann.submit(&one, &[("state", "paused")]).status, 303);
    let mut told = won_at_stripe(&shop);
    let rest = told.split_off(1);
    deliver(&shop, &told);
    assert_eq!(states(&shop), ["paused", "suspended"]);
    let page = ann.page(&format!("/staff/orders/{}", buyer.number));
    assert!(page.contains("Let all codes be used again"), "{page}");
    assert_eq!(turn("active", ""), 422, "not without a reason");
    for _ in 0..2 {
        assert_eq!(turn("active", "they are a good customer"), 303);
        assert_eq!(states(&shop), ["active"]);
    }
    deliver(&shop, &rest[..1]);
    assert_eq!(states(&shop), ["active"], "news of the same dispute");
    for _ in 0..2 {
        assert_eq!(turn("paused", "now they are not"), 303);
        assert_eq!(states(&shop), ["paused"]);
    }
    deliver(&shop, &rest);
    assert_eq!(states(&shop), ["paused"], "the dispute was won");
    let audit = shop.texts(
        "SELECT json_extract(detail, '$.why') AS text FROM staff_audit \
         WHERE subject NOT LIKE 'K%' AND action = 'pause_coupon' ORDER BY at, audit_token",
    );
    assert_eq!(audit.len(), 2, "{audit:?}");
    refund_and_turn(&shop, turn);
}

/// What is stopped for good is not used again, by whomever.
fn refund_and_turn(shop: &Shop, turn: impl Fn(&str, &str) -> u16) {
    shop.world.database(|database| {
        database.execute("UPDATE coupons SET state = 'stopped'");
    });
    assert_eq!(turn("active", "a mistake"), 303);
    assert_eq!(states(shop), ["stopped"]);
    shop.check();
}
