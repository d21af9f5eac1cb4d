//! Codes whose money goes back: stopped once all of it is gone, suspended while it is disputed, and left
//! to staff when a part of it went back; whatever order events come in.

use common::{Buyer, RUTH, Shop, Trouble, input_value, shuffled, text};
use sandbox::Sandbox;
use sandbox::paypal::{DisputeOutcome as AtPayPal, Funding};
use sandbox::stripe::DisputeOutcome;
use sandbox::{Delivery, Fault, Target};
use serde_json::Value as Json;

use crate::coupon_codes::{buy_codes, codes, pay, redeem, text_of};

/// A shop in which two codes were issued, of two uses each; the first was used if it says so.
pub(crate) fn issued(used: bool) -> (Shop, Buyer, Vec<String>) {
    let shop = Shop::open();
    shop.sell_codes(2);
    let buyer = buy_codes(&shop, 2);
    pay(&shop, &buyer);
    let all = codes(&shop, &buyer);
    let all: Vec<String> = all.iter().map(|code| text_of(&code["code"])).collect();
    if used {
        assert_eq!(redeem(&shop, &all[0], "ben@example.com").status, 201);
    }
    (shop, buyer, all)
}

pub(crate) fn states(shop: &Shop) -> Vec<String> {
    shop.texts("SELECT DISTINCT iif(refunded, 'stopped', state) AS text FROM coupons ORDER BY 1")
}

/// `kind closed_because` of each case about codes; what is open has no reason.
pub(crate) fn cases(shop: &Shop) -> Vec<String> {
    shop.texts(
        "SELECT concat_ws(' ', kind, closed_because) AS text FROM cases \
         WHERE kind LIKE 'coupons%' ORDER BY 1",
    )
}

fn alerts(shop: &Shop) -> Json {
    shop.value("SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'coupons_%/%' AND state = 'sent'")
}

pub(crate) fn intent(shop: &Shop) -> String {
    text_of(&shop.value(
        "SELECT capture_ref FROM payments WHERE method = 'stripe' AND capture_ref IS NOT NULL",
    ))
}

/// Refunds `minor` of the only card payment, or all that is left of it.
pub(crate) fn refund(shop: &Shop, minor: Option<i64>) {
    shop.refund_at_stripe(&intent(shop), minor);
}

pub(crate) fn deliver(shop: &Shop, told: &[Delivery]) {
    for delivery in told {
        let status = shop.arrives(delivery).status;
        assert_eq!(status, 200, "{}", delivery.event_type);
    }
}

/// Delivers each twice; the first time a step fails, the second time none. Then cron does what is left.
pub(crate) fn deliver_despite(shop: &Shop, told: &[Delivery], step: usize, trouble: Trouble) {
    for delivery in told {
        shop.world.trouble_at(step, trouble);
        let _ = shop.arrives(delivery);
        shop.world.forget_trouble();
        deliver(shop, std::slice::from_ref(delivery));
    }
    shop.run_cron_without_backfill(900);
}

/// A44, S83: all of the money is gone: nobody can use a code any more, for good. A dispute suspends them.
/// Orders that used one stay as they are, and one case tells of those.
#[test]
fn a44_s83_codes_end_with_a_full_refund_and_wait_in_a_dispute() {
    for (refunded, state) in [(true, "stopped"), (false, "suspended")] {
        for used in [false, true] {
            let (shop, buyer, all) = issued(used);
            if refunded {
                refund(&shop, None);
            } else {
                let intent = intent(&shop);
                let open = |sandbox: &mut Sandbox, now| sandbox.stripe.dispute_open(now, &intent);
                shop.world.sandbox(open).expect("a dispute");
            }
            for _ in 0..3 {
                shop.deliver_webhooks();
            }
            shop.run_cron(120);
            assert_eq!(states(&shop), [state]);
            assert_eq!(redeem(&shop, &all[1], "cleo@example.com").status, 422);
            let about = if used { vec!["coupons_used"] } else { vec![] };
            assert_eq!(cases(&shop), about, "{state}");
            assert_eq!(alerts(&shop), i64::from(used), "{state}");
            let confirmed = shop.value("SELECT count(*) FROM orders WHERE state = 'confirmed'");
            assert_eq!(confirmed, 1 + i64::from(used), "{state}");
            let word = if refunded { ", stopped" } else { ", paused" };
            assert!(shop.page(&buyer).contains(word));
            shop.check();
        }
    }
}

/// A44: a part of the money stops nothing by itself: staff decide. Parts that come to all of it do, and
/// then nobody has to decide any more; in whatever order the events come, and however often.
#[test]
fn a44_p3_a_part_is_for_staff_and_all_parts_together_are_all() {
    for seed in 0..12 {
        let (shop, _, all) = issued(true);
        refund(&shop, Some(100));
        let part = shop.take_webhooks();
        deliver(&shop, &part);
        deliver(&shop, &part);
        shop.run_cron(120);
        assert_eq!(states(&shop), ["active"]);
        assert_eq!(cases(&shop), ["coupons_refunded_in_part"]);
        let evidence =
            shop.value("SELECT json(evidence) FROM cases WHERE kind = 'coupons_refunded_in_part'");
        assert_eq!(evidence, r#"{"codes":2,"uses":1}"#);
        assert_eq!(alerts(&shop), 1);
        assert_eq!(redeem(&shop, &all[1], "cleo@example.com").status, 201);

        refund(&shop, Some(200));
        refund(&shop, None);
        let mut told = shop.take_webhooks();
        let mut pick = shuffled(seed);
        while !told.is_empty() {
            let delivery = told.remove(pick(told.len()));
            deliver(&shop, &[delivery.clone(), delivery]);
        }
        deliver(&shop, &part);
        assert_eq!(states(&shop), ["stopped"]);
        assert_eq!(
            cases(&shop),
            [
                "coupons_refunded_in_part all of the money went back",
                "coupons_used",
            ]
        );
        shop.check();
    }
}

/// Tells of a dispute at Stripe that was won, from its beginning.
pub(crate) fn won_at_stripe(shop: &Shop) -> Vec<Delivery> {
    let intent = intent(shop);
    shop.world.sandbox(|sandbox, now| {
        let stripe = &mut sandbox.stripe;
        stripe.dispute_open(now, &intent).unwrap();
        stripe.dispute_withdraw_funds(now, &intent).unwrap();
        stripe
            .dispute_close(now, &intent, DisputeOutcome::Won)
            .unwrap();
    });
    shop.take_webhooks()
}

/// P3: an event that was read before another one, and is written after it, takes nothing of it back.
#[test]
fn a44_p3_what_was_read_too_early_changes_nothing_that_is_known_since() {
    let (shop, ..) = issued(true);
    refund(&shop, Some(100));
    let part = shop.take_webhook("refund.created");
    let late = shop.begin_webhook(&part.body).after_steps(2);
    refund(&shop, None);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(late.finish().status, 200);
    assert_eq!(states(&shop), ["stopped"]);
    assert_eq!(cases(&shop), ["coupons_used"], "nothing is left to decide");
    shop.check();

    let (shop, ..) = issued(true);
    let mut told = won_at_stripe(&shop);
    let begun = told.remove(0);
    assert_eq!(begun.event_type, "charge.dispute.created");
    let late = shop.begin_webhook(&begun.body).after_steps(1);
    deliver(&shop, &told);
    assert_eq!(late.finish().status, 200);
    assert_eq!(states(&shop), ["active"]);
    shop.check();
}

/// Who may not administer sees the codes of an order, and no form.
#[test]
fn a39_reviewers_see_the_codes_of_an_order_and_cannot_turn_them() {
    let (shop, buyer, _) = issued(false);
    let path = format!("/staff/orders/{}", buyer.number);
    let page = shop.staff(common::RUTH).page(&path);
    assert!(page.contains("Coupon codes that it issued"), "{page}");
    assert!(!page.contains("Pause all codes"), "{page}");
    let token = shop.staff(common::RUTH).form_token();
    let fields = [("state", "paused"), ("codes_why", "x")];
    let reply = shop
        .staff(common::RUTH)
        .submit_with(&format!("{path}/coupons"), &token, &fields);
    assert_eq!(reply.status, 403);
    assert_eq!(states(&shop), ["active"]);
}

/// An event is a hint: without an answer of the provider nothing is decided, and cron asks again; a
/// dispute that begins suspends at once, whether or not the provider can be asked.
#[test]
fn a44_s14_codes_wait_for_what_the_provider_says() {
    let (shop, ..) = issued(false);
    refund(&shop, None);
    shop.fail_next(Target::Stripe, Fault::NotReached, 1);
    shop.deliver_webhooks();
    assert_eq!(states(&shop), ["active"]);
    assert_eq!(
        shop.value("SELECT count(*) FROM inbox WHERE state = 'parked'"),
        1
    );
    shop.run_cron_without_backfill(900);
    assert_eq!(states(&shop), ["stopped"]);
    assert_eq!(
        shop.value("SELECT count(*) FROM inbox WHERE state = 'parked'"),
        0
    );
    shop.check();

    let (shop, ..) = issued(false);
    let mut told = won_at_stripe(&shop);
    let rest = told.split_off(1);
    shop.fail_next(Target::Stripe, Fault::NotReached, 99);
    deliver(&shop, &told);
    deliver(&shop, &rest);
    assert_eq!(states(&shop), ["suspended"]);
    shop.mend();
    shop.run_cron_without_backfill(900);
    assert_eq!(states(&shop), ["active"]);
    shop.check();
}

/// P4: whatever step fails while the end of a dispute or a refund is heard, sending it again leads there.
#[test]
fn p4_a_reversal_of_codes_is_heard_whatever_step_fails() {
    for trouble in [Trouble::Before, Trouble::After] {
        for step in 0..4 {
            let (shop, ..) = issued(true);
            let told = won_at_stripe(&shop);
            deliver_despite(&shop, &told, step, trouble);
            assert_eq!(states(&shop), ["active"], "{trouble:?} {step}");
            shop.check();
        }
    }
}

/// The same at PayPal, whose events are believed even less: in part, all, disputed, won.
#[test]
fn a44_paypal_is_asked_what_became_of_the_money_for_codes() {
    let sold = || {
        let shop = Shop::open();
        shop.sell_codes(1);
        let buyer = buy_codes(&shop, 2);
        let order = shop.pay_by_paypal(&buyer);
        shop.approve(&order, Funding::Good);
        let _ = shop.come_back_from_paypal(&order);
        assert_eq!(states(&shop), ["active"]);
        let _ = shop.take_webhooks();
        let capture = shop.capture_of(&order);
        (shop, capture)
    };
    let (shop, capture) = sold();
    for (minor, state) in [(Some(100), "active"), (None, "stopped")] {
        let refund = |sandbox: &mut Sandbox, now| sandbox.paypal.refund(now, &capture, minor);
        shop.world.sandbox(refund).expect("a refund");
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(states(&shop), [state]);
    }
    shop.check();
    for outcome in [
        AtPayPal::SellerFavour,
        AtPayPal::CancelledByBuyer,
        AtPayPal::BuyerFavour,
    ] {
        for (backwards, taken) in [(false, false), (false, true), (true, false), (true, true)] {
            let (shop, capture) = sold();
            shop.world.sandbox(|sandbox, now| {
                let paypal = &mut sandbox.paypal;
                paypal.dispute_open(now, &capture).expect("a dispute");
                if taken {
                    // A card's bank takes the money while it looks into the matter.
                    paypal.reverse(now, &capture).expect("a reversal");
                }
                paypal.dispute_answer(now, &capture).expect("an answer");
                paypal
                    .dispute_resolve(now, &capture, outcome)
                    .expect("an end");
            });
            let mut told = shop.take_webhooks();
            if backwards {
                told.reverse();
            }
            deliver(&shop, &told);
            deliver(&shop, &told);
            let state = match outcome {
                AtPayPal::BuyerFavour => "suspended",
                AtPayPal::SellerFavour | AtPayPal::CancelledByBuyer => "active",
            };
            assert_eq!(states(&shop), [state], "{outcome:?} {backwards} {taken}");
            shop.check();
        }
    }
}

/// A44, S22: money that an order could not take has paid for no codes: they stay whatever becomes of it.
#[test]
fn a44_s22_money_that_came_twice_goes_back_without_the_codes() {
    for disputed in [false, true] {
        let shop = Shop::open();
        shop.sell_codes(1);
        let buyer = buy_codes(&shop, 1);
        let at_paypal = shop.pay_by_paypal(&buyer);
        shop.approve(&at_paypal, Funding::Good);
        shop.world.database(|database| {
            database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
        });
        pay(&shop, &buyer);
        let _ = shop.come_back_from_paypal(&at_paypal);
        let elsewhere =
            |sandbox: &mut Sandbox, now| sandbox.paypal.capture_elsewhere(now, &at_paypal);
        shop.world.sandbox(elsewhere).expect("a capture");
        deliver(&shop, &shop.take_webhooks());
        assert!(
            !shop.view(&buyer)["held"]
                .as_array()
                .expect("money")
                .is_empty()
        );
        let capture = shop.capture_of(&at_paypal);
        shop.world.sandbox(|sandbox, now| {
            if disputed {
                sandbox.paypal.dispute_open(now, &capture).map(|_| ())
            } else {
                sandbox.paypal.refund(now, &capture, None).map(|_| ())
            }
            .expect("it goes back");
        });
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(states(&shop), ["active"]);
        assert!(cases(&shop).is_empty());
        shop.check();
    }
}

/// A44: where two payments have paid an order, the refund of one is the refund of a part.
#[test]
fn a44_the_refund_of_one_of_two_payments_is_for_staff() {
    let shop = Shop::with_bank();
    shop.sell_codes(1);
    let buyer = buy_codes(&shop, 1);
    let ruth = shop.staff(RUTH);
    let path = format!("/staff/orders/{}", buyer.number);
    let seen = input_value(&ruth.page(&path), "seen");
    let fields = [
        ("seen", seen.as_str()),
        ("bank_account_id", "meridian-eur"),
        ("amount", "500.00"),
        ("value_date", "2026-11-21"),
        ("reference", "NTRF 7"),
        ("reason", "found on the statement"),
    ];
    let reply = ruth.submit(&format!("{path}/settle"), &fields);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    pay(&shop, &buyer);
    assert_eq!(states(&shop), ["active"]);
    refund(&shop, None);
    shop.deliver_webhooks();
    assert_eq!(states(&shop), ["active"]);
    assert_eq!(cases(&shop), ["coupons_refunded_in_part"]);
    shop.check();
}
