//! Money of a checkout that names a payment and is not its own: it waits beside the order, and goes back
//! by the books as any other.

use common::{ANN, Buyer, OtherCheckout, SUE, Shop, text};
use sandbox::{Delivery, Sandbox};
use serde_json::json;
use shared::id::PaymentId;

use crate::coupon_codes::{buy_codes, pay};
use crate::coupon_reversals::{deliver, states};
use crate::replaced_money::balance;

/// Refunds `minor` of what a checkout brought, or all that is left of it.
fn refund(shop: &Shop, session: &str, minor: Option<i64>) {
    shop.refund_at_stripe(&shop.intent_of(session), minor);
}

/// Whether the case about a checkout's money is open, and what it says is left.
fn case_of(shop: &Shop, session: &str) -> (bool, i64) {
    let about = format!("FROM cases WHERE subject = '{session}' AND kind LIKE 'money_%'");
    let open = shop.value(&format!("SELECT closed_at IS NULL {about}"));
    let left = format!("SELECT json_extract(evidence, '$.unapplied.amount') {about}");
    (open == 1, shop.value(&left).as_i64().expect("an amount"))
}

/// An order whose payment is open, and a checkout of somebody else that names it and was paid.
fn paid_elsewhere(shop: &Shop) -> (Buyer, String) {
    let buyer = shop.order();
    shop.pay(&buyer);
    let stray = shop.pay_elsewhere_for(&buyer);
    (buyer, stray)
}

/// Somebody else has paid a checkout that names the order's payment, and no event of it has come yet.
fn untold(shop: &Shop, buyer: &Buyer, amount: i64) -> String {
    let payment = shop.payment_of(buyer);
    let stray = shop.open_elsewhere(&OtherCheckout {
        payment_id: payment["payment_id"].as_str(),
        order_number: Some(&buyer.number),
        amount,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&stray);
    stray
}

/// P5, S24, S110: in parts, whichever event comes first, and each twice. The order owes what it owed.
#[test]
fn s24_s110_what_goes_back_of_another_checkout_is_booked_and_closes_its_case() {
    let shop = Shop::open();
    let (buyer, stray) = paid_elsewhere(&shop);
    assert_eq!(case_of(&shop, &stray), (true, 11_900));
    for (minor, left) in [(Some(900), 11_000), (Some(1_000), 10_000), (None, 0)] {
        refund(&shop, &stray, minor);
        let mut told = shop.take_webhooks();
        told.reverse();
        deliver(&shop, &told);
        deliver(&shop, &told);
        assert_eq!(case_of(&shop, &stray), (left > 0, left));
        assert_eq!(balance(&shop, "unapplied:EUR"), left);
        assert_eq!(balance(&shop, "refunds:stripe:EUR"), 11_900 - left);
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "awaiting_payment");
        assert_eq!(view["due"]["amount"], 11_900);
        assert!(view.get("refunded").is_none(), "nothing of the order's");
        let held: i64 = view["held"][0]["amount"].as_i64().unwrap_or(0);
        assert_eq!(held, left);
        shop.check();
    }
    let looked_at = shop.value("SELECT count(*) FROM cases WHERE kind = 'refund'");
    assert_eq!(looked_at, 3, "a person looks at each");
    let own = shop.payment_of(&buyer)["session_id"].clone();
    shop.pay_at_stripe(own.as_str().expect("a session"));
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// S112: a refund of it fails. No page promises that one any more, and no case counts below nothing.
#[test]
fn s112_a_refund_of_another_checkout_that_fails_leaves_its_money_set_aside() {
    let shop = Shop::open();
    let (buyer, stray) = paid_elsewhere(&shop);
    let told_of_refund = || shop.page(&buyer).contains("of a refund");
    refund(&shop, &stray, Some(3_000));
    deliver(&shop, &shop.take_webhooks());
    assert!(told_of_refund());
    shop.fail_newest_refund_at_stripe(&shop.intent_of(&stray));
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(balance(&shop, "unapplied:EUR"), 11_900);
    assert_eq!(shop.view(&buyer)["held"][0]["amount"], 11_900);
    assert!(shop.view(&buyer).get("refund_begun_at").is_none());
    assert!(!told_of_refund());
    shop.check();
    refund(&shop, &stray, None);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(balance(&shop, "unapplied:EUR"), 0);
    assert!(
        shop.view(&buyer)["held"]
            .as_array()
            .is_none_or(Vec::is_empty)
    );
    let least = "SELECT min(json_extract(evidence, '$.unapplied.amount')) FROM cases";
    assert_eq!(shop.value(least), 0);
    shop.check();
}

/// S08, P3: the refund is told before the money that it refunds.
#[test]
fn s08_a_refund_that_is_told_before_the_money_of_another_checkout_waits_for_it() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    let stray = untold(&shop, &buyer, 11_900);
    let paid = shop.take_webhooks();
    refund(&shop, &stray, None);
    let refunded: Vec<Delivery> = shop.take_webhooks();
    deliver(&shop, &refunded);
    assert_eq!(balance(&shop, "refunds:stripe:EUR"), 0);
    deliver(&shop, &paid);
    shop.run_cron_without_backfill(900);
    assert_eq!(case_of(&shop, &stray), (false, 0));
    assert_eq!(balance(&shop, "refunds:stripe:EUR"), 11_900);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.check();
}

/// What was bought with the order's own money stays bought: codes that it has issued are good, whatever
/// becomes of money that it could not take.
#[test]
fn a44_neither_refund_nor_dispute_of_another_checkout_takes_back_what_the_order_gave() {
    let shop = Shop::open();
    shop.sell_codes(2);
    let buyer = buy_codes(&shop, 1);
    pay(&shop, &buyer);
    let refunded = shop.pay_elsewhere_for(&buyer);
    let disputed = shop.pay_elsewhere_for(&buyer);
    refund(&shop, &refunded, None);
    let intent = shop.intent_of(&disputed);
    let open = |sandbox: &mut Sandbox, now| sandbox.stripe.dispute_open(now, &intent);
    shop.world.sandbox(open).expect("a dispute");
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(states(&shop), ["active"]);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert!(!case_of(&shop, &refunded).0);
    assert!(case_of(&shop, &disputed).0);
    let about = shop.texts(
        "SELECT kind || ' ' || order_number AS text FROM cases
         WHERE kind IN ('refund', 'dispute') ORDER BY 1",
    );
    let number = &buyer.number;
    assert_eq!(
        about,
        [format!("dispute {number}"), format!("refund {number}")]
    );
    shop.check();
}

/// Two events of one checkout at once, every step of one against all of the other: one payment, one
/// movement. One that brought nothing has no movement to meet.
#[test]
fn s05_two_events_of_another_checkout_at_once_make_one_payment() {
    for amount in [11_900, 0] {
        for steps in 0..3 {
            let shop = Shop::open();
            let buyer = shop.order();
            shop.pay(&buyer);
            untold(&shop, &buyer, amount);
            let first = shop.take_webhook("checkout.session.completed").body;
            let mut second: serde_json::Value = serde_json::from_slice(&first).expect("JSON");
            second["id"] = json!("evt_again");
            let slow = shop.begin_webhook(&first).after_steps(steps);
            assert_eq!(shop.receive_event(&second), 200);
            let reply = slow.finish();
            assert_eq!(reply.status, 200, "{amount} {steps}: {}", text(&reply));
            shop.after(&reply);
            let payments = shop.texts("SELECT state AS text FROM payments ORDER BY 1");
            assert_eq!(payments, ["open", "paid"], "{amount} {steps}");
            assert_eq!(shop.ledger().len(), usize::from(amount > 0));
            assert_eq!(shop.count("inbox"), 2);
            shop.check();
        }
    }
}

/// A20: staff see such money among the order's payments, and find the order by it.
#[test]
fn a20_staff_find_an_order_by_the_money_of_another_checkout() {
    let shop = Shop::open();
    let (buyer, stray) = paid_elsewhere(&shop);
    let link = format!("href=\"/staff/orders/{}\"", buyer.number);
    let sue = shop.staff(SUE);
    for reference in [stray.clone(), shop.intent_of(&stray)] {
        let reply = sue.submit("/staff/search", &[("query", &reference)]);
        assert_eq!(text(&reply).matches(&link).count(), 1, "{reference}");
    }
    let page = text(
        &shop
            .staff(ANN)
            .open(&format!("/staff/orders/{}", buyer.number)),
    );
    let found = PaymentId::of_checkout("stripe", &stray);
    assert!(page.contains(&found.to_string()), "{page}");
    shop.check();
}
