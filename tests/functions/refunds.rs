//! Money that a provider gave back: booked once, by line, from where it lies, whatever order its events
//! come in and whatever fails meanwhile.

use common::{Buyer, Shop, Trouble, body_with_coupon, percent_off, shuffled};
use sandbox::paypal::Funding;
use sandbox::{Fault, Sandbox, Target};
use serde_json::{Value as Json, json};

use crate::coupon_codes::{pay, redeem};
use crate::coupon_reversals::{cases, deliver, deliver_despite, intent, issued, refund, states};
use crate::replaced_money::balance;

/// The newest refund comes back.
fn fail_newest(shop: &Shop) {
    shop.fail_newest_refund_at_stripe(&intent(shop));
}

/// A sold order of three lines with 20 % off: 100.00, 2 × 44.99 and 10.00 EUR, with 19 % tax.
fn sold_with_coupon(shop: &Shop) -> Buyer {
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let mut body = body_with_coupon(&code);
    body["items"] = json!([
        { "product": "site-backup", "period_months": 12, "quantity": 1 },
        { "product": "uptime-watch", "period_months": 12, "quantity": 2 },
        { "product": "site-backup", "period_months": 1, "quantity": 1 },
    ]);
    let buyer = shop.redeem(&body, "coupon-order-key-00000001");
    pay(shop, &buyer);
    let _ = shop.take_webhooks();
    buyer
}

fn given_back(shop: &Shop, buyer: &Buyer) -> (i64, Vec<i64>) {
    let view = shop.view(buyer)["refunded"].clone();
    let minor = |money: &Json| money["amount"].as_i64().expect("an amount");
    let lines = view["lines"].as_array().expect("lines");
    (minor(&view["amount"]), lines.iter().map(minor).collect())
}

fn line_totals(shop: &Shop, buyer: &Buyer) -> Vec<i64> {
    let lines = shop.view(buyer)["quote"]["lines"].clone();
    let lines = lines.as_array().expect("lines").iter();
    let total = |line: &Json| line["total"]["amount"].as_i64().expect("an amount");
    lines.map(total).collect()
}

/// S82: a discounted order that is refunded in part: never more than was paid, split over its lines to the
/// minor unit, and its coupon stays consumed, also once all of it went back; a person looks at each refund.
#[test]
fn s82_a_refund_of_a_discounted_order_is_split_by_line_and_its_coupon_stays_consumed() {
    let shop = Shop::open();
    let buyer = sold_with_coupon(&shop);
    let totals = line_totals(&shop, &buyer);
    assert_eq!(totals, [9_520, 8_566, 952]);
    assert!(shop.view(&buyer).get("refunded").is_none());
    let order = format!("order:{}", buyer.number);
    let intent = intent(&shop);
    let more = |sandbox: &mut Sandbox, now| sandbox.stripe.refund(now, &intent, Some(19_039));
    assert!(shop.world.sandbox(more).is_err(), "more than was paid");
    // Of 1.00 EUR: 50.0, 45.0 and 5.0 hundredths, by the largest remainder.
    for (minor, lines, status) in [
        (Some(100), [50, 45, 5], "confirmed"),
        (Some(901), [501, 450, 50], "confirmed"),
        (None, [9_520, 8_566, 952], "refunded"),
    ] {
        refund(&shop, minor);
        deliver(&shop, &shop.take_webhooks());
        let (amount, told) = given_back(&shop, &buyer);
        assert_eq!(told, lines);
        assert_eq!(amount, lines.iter().sum::<i64>());
        assert_eq!(balance(&shop, "refunds:stripe:EUR"), amount);
        assert_eq!(balance(&shop, &order), 19_038 - amount);
        assert_eq!(shop.redemptions(), ["consumed 1"]);
        let view = shop.view(&buyer);
        assert_eq!(view["status"], status);
        assert_eq!(view["due"]["amount"], 0, "it is not owed again");
        assert!(cases(&shop).is_empty(), "it has issued nothing");
        shop.check();
    }
    let view = shop.view(&buyer);
    assert_eq!(
        view["refunded"]["tax"], view["quote"]["tax"],
        "all of the tax"
    );
    let page = shop.page(&buyer);
    assert!(
        page.contains("190.38\u{a0}EUR</bdi>, with <bdi>30.40\u{a0}EUR</bdi> of tax"),
        "{page}"
    );
    assert!(
        page.contains("<bdi>85.66\u{a0}EUR</bdi> for <bdi>Uptime Watch</bdi>"),
        "{page}"
    );
    let refunds = shop.value("SELECT count(*) FROM cases WHERE kind = 'refund'");
    assert_eq!(refunds, 3, "a person looks at each");
    let history = shop.texts("SELECT reason AS text FROM order_history WHERE event = 'refunded'");
    assert_eq!(history[0], "1.00\u{a0}EUR: refund.created");
}

/// S110, S113, P3: refunds in parts, some of which fail, in any order and twice: what is booked is what the
/// provider says in the end.
#[test]
fn s110_s113_p3_refunds_in_any_order_come_to_what_the_provider_says() {
    let mut ends = Vec::new();
    for seed in 0..12 {
        let shop = Shop::open();
        let buyer = sold_with_coupon(&shop);
        refund(&shop, Some(1_000));
        refund(&shop, Some(333));
        let mut told = shop.take_webhooks();
        if seed % 2 == 0 {
            // What came before the failure is told before it, or only after it.
            deliver(&shop, &told[..1]);
        }
        fail_newest(&shop);
        refund(&shop, Some(77));
        told.extend(shop.take_webhooks());
        let mut pick = shuffled(seed);
        while !told.is_empty() {
            let delivery = told.remove(pick(told.len()));
            deliver(&shop, &[delivery.clone(), delivery]);
        }
        shop.run_cron(120);
        assert_eq!(balance(&shop, "refunds:stripe:EUR"), 1_077);
        let failed = shop.value("SELECT count(*) FROM cases WHERE kind = 'refund_failed'");
        assert!(failed.as_i64() <= Some(1));
        ends.push(given_back(&shop, &buyer));
        shop.check();
    }
    ends.dedup();
    assert_eq!(ends, [(1_077, vec![538, 485, 54])]);
}

/// S111: two events of refunds are handled at once. Whichever asked first, the later answer stands.
#[test]
fn s111_of_two_answers_about_refunds_the_later_one_is_booked() {
    for steps in [1, 2] {
        let shop = Shop::open();
        let buyer = sold_with_coupon(&shop);
        refund(&shop, Some(1_000));
        let first = shop.take_webhook("refund.created");
        let late = shop.begin_webhook(&first.body).after_steps(steps);
        refund(&shop, Some(500));
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(late.finish().status, 200);
        assert_eq!(given_back(&shop, &buyer).0, 1_500, "{steps}");
        shop.check();
    }
}

/// P3, S111: what a provider said before is not written over what it says now, even if that is no news.
#[test]
fn s111_p3_an_earlier_answer_never_stands_over_one_that_was_no_news() {
    for steps in [1, 2] {
        let shop = Shop::open();
        let buyer = sold_with_coupon(&shop);
        refund(&shop, Some(1_000));
        let first = shop.take_webhook("refund.created");
        let late = shop.begin_webhook(&first.body).after_steps(steps);
        fail_newest(&shop);
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(late.finish().status, 200);
        assert!(shop.view(&buyer).get("refunded").is_none(), "{steps}");
        shop.check();
    }
}

/// S112: a refund that failed after days: the money is here again, a person is told, and codes that it had
/// stopped can be used again.
#[test]
fn s112_a_refund_that_fails_brings_the_money_back_and_with_it_the_codes() {
    let (shop, buyer, all) = issued(true);
    let total = shop.view(&buyer)["quote"]["total"]["amount"].clone();
    refund(&shop, None);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(shop.status(&buyer), "refunded");
    assert_eq!(states(&shop), ["stopped"]);
    assert_eq!(redeem(&shop, &all[1], "cleo@example.com").status, 422);
    assert_eq!(cases(&shop), ["coupons_used"]);
    shop.world.advance(3 * 86_400);
    fail_newest(&shop);
    deliver(&shop, &shop.take_webhooks());
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "confirmed");
    assert_eq!(view["paid"]["amount"], total);
    assert!(view.get("refunded").is_none());
    assert!(view.get("refund_begun_at").is_none(), "none is under way");
    assert!(!shop.page(&buyer).contains("of a refund"));
    assert_eq!(states(&shop), ["active"]);
    assert_eq!(cases(&shop), ["coupons_used a refund failed"]);
    let failed = shop.value(
        "SELECT json_extract(evidence, '$.came_back.amount') FROM cases WHERE kind = 'refund_failed'",
    );
    assert_eq!(failed, total);
    assert_eq!(redeem(&shop, &all[1], "cleo@example.com").status, 201);
    shop.check();

    // The next one goes through, and nobody has to look at the failed one any more.
    refund(&shop, None);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(states(&shop), ["stopped"]);
    let open = shop.open_cases();
    assert!(
        !open.iter().any(|case| case.starts_with("refund_failed")),
        "{open:?}"
    );
    shop.check();
}

/// S112, A44, P3: of two refunds that come to all of the money the second fails: a part is gone, which is
/// for staff to decide about, whether or not the shop has ever heard that all of it was gone.
#[test]
fn a44_s112_p3_codes_follow_what_is_left_whenever_it_is_heard() {
    for heard in [true, false] {
        let (shop, buyer, all) = issued(false);
        let ann = shop.staff(common::ANN);
        let one = format!("/staff/coupons/{}/pause", all[0]);
        assert_eq!(ann.submit(&one, &[("state", "paused")]).status, 303);
        refund(&shop, Some(1_000));
        refund(&shop, None);
        let mut told = shop.take_webhooks();
        if heard {
            deliver(&shop, &told);
            told.clear();
            assert_eq!(states(&shop), ["stopped"]);
            let page = ann.page(&format!("/staff/orders/{}", buyer.number));
            assert!(!page.contains("all codes"), "{page}");
        }
        fail_newest(&shop);
        told.extend(shop.take_webhooks());
        deliver(&shop, &told);
        assert_eq!(
            states(&shop),
            ["active", "paused"],
            "what staff paused stays so"
        );
        assert_eq!(cases(&shop), ["coupons_refunded_in_part"], "{heard}");
        assert_eq!(given_back(&shop, &buyer).0, 1_000);
        assert_eq!(redeem(&shop, &all[1], "cleo@example.com").status, 201);
        shop.check();
    }
}

/// S24: what came twice goes back from where it lies: the order keeps its money, and nobody is told any
/// more that something is set aside.
#[test]
fn s24_the_refund_of_a_second_payment_leaves_the_order_its_money() {
    for minor in [Some(900), None] {
        let shop = Shop::open();
        let (buyer, at_paypal) = shop.approved_with(Funding::Good);
        shop.world.database(|database| {
            database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
        });
        pay(&shop, &buyer);
        let elsewhere =
            |sandbox: &mut Sandbox, now| sandbox.paypal.capture_elsewhere(now, &at_paypal);
        shop.world.sandbox(elsewhere).expect("a capture");
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(shop.view(&buyer)["held"][0]["amount"], 11_900);
        let capture = shop.capture_of(&at_paypal);
        let back = |sandbox: &mut Sandbox, now| sandbox.paypal.refund(now, &capture, minor);
        shop.world.sandbox(back).expect("a refund");
        deliver(&shop, &shop.take_webhooks());
        let gone = minor.unwrap_or(11_900);
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "confirmed");
        assert_eq!(view["paid"]["amount"], 11_900);
        assert!(view.get("refunded").is_none());
        assert_eq!(balance(&shop, "unapplied:EUR"), 11_900 - gone);
        assert_eq!(balance(&shop, "refunds:paypal:EUR"), gone);
        match minor {
            Some(_) => assert_eq!(view["held"][0]["amount"], 11_900 - gone),
            None => assert!(view.get("held").is_none(), "{view:#}"),
        }
        let closed = shop.texts(
            "SELECT coalesce(closed_because, 'open') AS text FROM cases WHERE kind = 'money_twice'",
        );
        let expected = if minor.is_some() {
            "open"
        } else {
            "the money went back"
        };
        assert_eq!(closed, [expected]);
        shop.check();
    }
}

/// A cancelled order whose money came all the same, and went back in these parts.
fn refunded_after_the_end(parts: &[i64]) -> (Shop, Buyer) {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    assert_eq!(shop.cancel(&buyer).status, 200);
    shop.pay_at_stripe(&session);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(balance(&shop, "unapplied:EUR"), 11_900);
    for part in parts {
        refund(&shop, Some(*part));
        deliver(&shop, &shop.take_webhooks());
    }
    assert_eq!(balance(&shop, "unapplied:EUR"), 0);
    (shop, buyer)
}

/// S21: money that came too late goes back from *unapplied*; a refund of it that fails is set aside again.
#[test]
fn s21_s112_late_money_goes_back_and_may_come_again() {
    let (shop, buyer) = refunded_after_the_end(&[11_900]);
    assert!(shop.view(&buyer).get("held").is_none());
    shop.check();
    fail_newest(&shop);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(balance(&shop, "unapplied:EUR"), 11_900);
    assert_eq!(shop.view(&buyer)["held"][0]["amount"], 11_900);
    assert_eq!(shop.status(&buyer), "cancelled");
    shop.check();
}

/// P6: nothing is booked before the provider has said how much; cron asks again.
#[test]
fn p6_a_refund_is_booked_when_its_provider_says_how_much() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved_with(Funding::Good);
    let _ = shop.come_back_from_paypal(&order);
    let _ = shop.take_webhooks();
    let capture = shop.capture_of(&order);
    for (minor, sum) in [(Some(4_000), 4_000), (None, 11_900)] {
        let back = |sandbox: &mut Sandbox, now| sandbox.paypal.refund(now, &capture, minor);
        shop.world.sandbox(back).expect("a refund");
        shop.fail_next_on(Target::PayPal, "/v2/checkout/orders/", Fault::NotReached, 1);
        let before = balance(&shop, "refunds:paypal:EUR");
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(balance(&shop, "refunds:paypal:EUR"), before);
        shop.run_cron_without_backfill(900);
        assert_eq!(given_back(&shop, &buyer), (sum, vec![sum]));
        assert_eq!(balance(&shop, "refunds:paypal:EUR"), sum);
        shop.check();
    }
}

/// P2, S04: the same event twice at once, the second at each step of the first: one movement, one case.
#[test]
fn p2_s04_the_same_refund_told_twice_at_once_is_booked_once() {
    for steps in [1, 2] {
        let shop = Shop::open();
        let buyer = sold_with_coupon(&shop);
        refund(&shop, Some(1_000));
        let told = shop.take_webhook("refund.created");
        let first = shop.begin_webhook(&told.body).after_steps(steps);
        assert_eq!(shop.receive(&told.body).status, 200);
        assert_eq!(first.finish().status, 200);
        assert_eq!(given_back(&shop, &buyer).0, 1_000);
        assert_eq!(shop.value("SELECT count(*) FROM refunds"), 1);
        assert_eq!(
            shop.value("SELECT count(*) FROM cases WHERE kind = 'refund'"),
            1
        );
        shop.check();
    }
}

/// P4: whatever step fails while a refund is heard, sending it again leads there.
#[test]
fn p4_a_refund_is_booked_once_whatever_step_fails() {
    for trouble in [Trouble::Before, Trouble::After] {
        for step in 0..4 {
            let shop = Shop::open();
            let buyer = sold_with_coupon(&shop);
            refund(&shop, Some(1_000));
            deliver_despite(&shop, &shop.take_webhooks(), step, trouble);
            assert_eq!(given_back(&shop, &buyer).0, 1_000, "{trouble:?} {step}");
            shop.check();
        }
    }
}

/// P5, S112: of money that came too late two refunds fail, one after the other: all that lies here again is
/// shown, and goes when it goes.
#[test]
fn s112_p5_what_several_failed_refunds_bring_back_is_shown_whole() {
    let (shop, buyer) = refunded_after_the_end(&[6_000, 5_900]);
    let held = || {
        let held = shop.view(&buyer)["held"].clone();
        let amounts = held.as_array().into_iter().flatten();
        amounts
            .filter_map(|money| money["amount"].as_i64())
            .sum::<i64>()
    };
    assert_eq!(held(), 0);
    let refunds = shop
        .world
        .sandbox(|sandbox, _| sandbox.stripe.refunds_of(&intent(&shop)));
    for (refund, lies_here) in refunds.iter().rev().zip([5_900, 11_900]) {
        let fails = |sandbox: &mut Sandbox, now| sandbox.stripe.refund_fails(now, &refund.id);
        shop.world.sandbox(fails).expect("it fails");
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(held(), lies_here);
        assert_eq!(balance(&shop, "unapplied:EUR"), lies_here);
    }
    refund(&shop, Some(2_000));
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(held(), 9_900);
    refund(&shop, None);
    deliver(&shop, &shop.take_webhooks());
    assert_eq!(held(), 0);
    assert!(
        shop.open_cases()
            .iter()
            .all(|case| case.starts_with("refund "))
    );
    shop.check();
}
