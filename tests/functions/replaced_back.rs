//! Money of replaced orders that goes back: from what was left aside, then from the order that holds it.

use common::{Shop, order_body, told};
use serde_json::json;
use shared::review::RevocationCode;

use crate::coupon_reversals::{deliver, intent};
use crate::replaced_money::{
    balance, dear_body, of_order, part_paid, pay_late, replaced_with_an_open_page,
};
use crate::replacements::other_body;

const KEY: &str = "replacement-key-0000000001";

/// S69: the approval of a transfer whose money has gone along is taken back: out of what was left behind,
/// then out of the order that holds the rest, whose access ends.
#[test]
fn s69_an_approval_is_taken_back_from_the_order_that_holds_the_money() {
    let shop = Shop::with_bank();
    let old = part_paid(&shop);
    let mut body = order_body();
    body["items"][0]["period_months"] = json!(1);
    let new = shop.replace(&old, &body, KEY);
    let left = format!("unapplied:{}:EUR", old.number);
    assert_eq!(
        (of_order(&shop, &new), balance(&shop, &left)),
        (1_190, 3_810)
    );
    assert_eq!(told(&shop.revoke_now(&old, RevocationCode::Returned)), "");
    assert_eq!((of_order(&shop, &new), balance(&shop, &left)), (0, 0));
    assert_eq!(balance(&shop, "provider:bank:EUR"), 0);
    assert_eq!(shop.status(&new), "reversed");
    assert_eq!(shop.status(&old), "superseded");
    assert_eq!(shop.revocations(), 1);
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.check();
}

/// S117: a refund of money that stands in the replacement is booked there; what was left behind goes first.
#[test]
fn s117_a_refund_is_booked_against_the_order_that_holds_the_money() {
    let shop = Shop::open();
    let (old, between, session) = replaced_with_an_open_page(&shop, &dear_body());
    pay_late(&shop, &session);
    let newest = shop.replace(&between, &other_body(), KEY);
    let left = format!("unapplied:{}:EUR", between.number);
    assert_eq!(shop.status(&newest), "confirmed");
    assert_eq!(
        (of_order(&shop, &newest), balance(&shop, &left)),
        (5_354, 6_546)
    );
    assert_eq!(
        shop.open_cases(),
        [format!("money_left {}", between.number)]
    );
    let intent = intent(&shop);
    for (minor, held, left_minor, status) in [
        (Some(6_000), 5_354, 546, "confirmed"),
        (Some(1_000), 4_900, 0, "confirmed"),
        (None, 0, 0, "refunded"),
    ] {
        shop.refund_at_stripe(&intent, minor);
        let events = shop.take_webhooks();
        deliver(&shop, &events);
        deliver(&shop, &events);
        assert_eq!(of_order(&shop, &newest), held);
        assert_eq!(balance(&shop, &left), left_minor);
        assert_eq!(shop.status(&newest), status);
        shop.check();
    }
    assert_eq!(of_order(&shop, &old), 0);
    let open = "SELECT count(*) FROM cases WHERE kind = 'money_left' AND closed_at IS NULL";
    assert_eq!(shop.value(open), 0, "nothing is left to send back");
    assert_eq!(balance(&shop, "refunds:stripe:EUR"), 11_900);
}

/// P1, S117: one part of a payment goes back before its order is replaced, and the rest afterwards: each is
/// booked, though the two orders have as many steps behind them.
#[test]
fn s117_p1_what_goes_back_before_and_after_a_replacement_is_booked() {
    let shop = Shop::open();
    let (_, between, session) = replaced_with_an_open_page(&shop, &dear_body());
    pay_late(&shop, &session);
    let intent = intent(&shop);
    let refund = |minor| {
        shop.refund_at_stripe(&intent, minor);
        deliver(&shop, &shop.take_webhooks());
    };
    refund(Some(5_000));
    let newest = shop.replace(&between, &other_body(), KEY);
    assert_eq!(shop.status(&newest), "confirmed");
    refund(None);
    assert_eq!(shop.status(&newest), "refunded");
    assert_eq!(balance(&shop, "refunds:stripe:EUR"), 11_900);
    shop.check();
}

/// P3: money that was refunded in part before its order is replaced, and fails to go back afterwards, is in
/// the order that holds the rest.
#[test]
fn s117_refunds_before_and_after_a_replacement_are_one_sum() {
    let shop = Shop::open();
    let (_, between, session) = replaced_with_an_open_page(&shop, &dear_body());
    pay_late(&shop, &session);
    let intent = intent(&shop);
    shop.refund_at_stripe(&intent, Some(1_900));
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(of_order(&shop, &between), 10_000);
    let mut body = dear_body();
    body["items"][0]["quantity"] = json!(3);
    let newest = shop.replace(&between, &body, KEY);
    assert_eq!(of_order(&shop, &newest), 10_000);
    shop.check();
    shop.fail_newest_refund_at_stripe(&intent);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(of_order(&shop, &newest), 11_900, "it counts again");
    shop.check();
}
