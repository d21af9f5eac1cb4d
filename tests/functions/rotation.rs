//! S121: the webhook secret is rolled without losing an event.

use common::{Buyer, Shop};

const OLD: &str = "whsec_canaryOfTheOldSecret0123456789ab";
const NEW: &str = "whsec_canaryOfTheNewSecret0123456789ab";

/// A shop with these settings whose Stripe signs with these secrets, and an order that is paid and
/// not told yet.
fn shop(current: &str, old: Option<&str>, signed_with: &[&str]) -> (Shop, Buyer, Vec<u8>) {
    let shop = Shop::with(&[
        ("STRIPE_WEBHOOK_SECRET", current),
        ("STRIPE_WEBHOOK_SECRET_OLD", old.unwrap_or_default()),
    ]);
    let secrets = signed_with
        .iter()
        .map(|secret| (*secret).to_owned())
        .collect();
    shop.world
        .sandbox(|sandbox, _| sandbox.stripe.set_webhook_secrets(secrets));
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let body = shop.take_webhook("checkout.session.completed").body;
    (shop, buyer, body)
}

#[test]
fn s121_old_and_new_secret_are_good_while_both_are_set_and_the_old_one_is_refused_after() {
    let table: [(&str, Option<&str>, &[&str], u16); 9] = [
        (OLD, None, &[OLD], 200),
        // Overlap: our settings know both.
        (NEW, Some(OLD), &[OLD], 200),
        (NEW, Some(OLD), &[NEW], 200),
        // Stripe signs with both while it rolls: two v1, in both positions.
        (NEW, Some(OLD), &[NEW, OLD], 200),
        (NEW, Some(OLD), &[OLD, NEW], 200),
        (NEW, None, &[OLD, NEW], 200),
        (OLD, None, &[NEW, OLD], 200),
        // Afterwards.
        (NEW, None, &[OLD], 400),
        (OLD, None, &[NEW], 400),
    ];
    for (current, old, signed_with, expected) in table {
        let (shop, buyer, body) = shop(current, old, signed_with);
        let what = format!("{current} and {old:?} for {signed_with:?}");
        for _ in 0..2 {
            assert_eq!(shop.receive(&body).status, expected, "{what}");
        }
        let stored = shop.value("SELECT count(*) FROM inbox");
        assert_eq!(stored, u16::from(expected == 200), "{what}");
        let status = if expected == 200 {
            "confirmed"
        } else {
            "awaiting_payment"
        };
        assert_eq!(shop.status(&buyer), status, "{what}");
        shop.check();
    }
}

#[test]
fn s121_a_delivery_under_the_old_secret_is_worth_a_line_in_the_log() {
    let warns = |shop: &Shop| {
        let lines = shop.world.log_lines();
        lines.iter().filter(|line| line["level"] == "warn").count()
    };
    let (old, _, body) = shop(NEW, Some(OLD), &[OLD]);
    assert_eq!(old.receive(&body).status, 200);
    assert_eq!(warns(&old), 1, "{:?}", old.world.log_lines());
    let (both, _, body) = shop(NEW, Some(OLD), &[OLD, NEW]);
    assert_eq!(both.receive(&body).status, 200);
    assert_eq!(warns(&both), 0, "{:?}", both.world.log_lines());
    old.check();
    both.check();
}

#[test]
fn s121_one_good_signature_among_many_bad_ones_is_found() {
    let (shop, buyer, body) = shop(NEW, None, &[NEW]);
    let good = shop.sign(&body);
    let (time, good_v1) = good.split_once(",v1=").unwrap();
    let good_v1 = good_v1.split(',').next().unwrap();
    let bad = "ab".repeat(32);
    let headers = [
        format!("{time},v1={bad},v1={bad},v1={good_v1}"),
        format!("{time},v1={good_v1},v1={bad}"),
        format!("v1={good_v1},{time}"),
        format!("{time},v1=zz,v1={good_v1},v0={bad},v2={bad},x"),
    ];
    for header in headers {
        let reply = shop.webhook(&[("stripe-signature", header.clone())], &body);
        assert_eq!(reply.status, 200, "{header}");
    }
    assert_eq!(shop.status(&buyer), "confirmed");
    let two_times = format!("{time},{time},v1={good_v1}");
    let reply = shop.webhook(&[("stripe-signature", two_times)], &body);
    assert_eq!(reply.status, 400);
    shop.check();
}
