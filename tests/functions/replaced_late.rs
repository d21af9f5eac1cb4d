//! Money that comes late for an order that another has replaced: it follows to the newest order while that
//! takes money (S23), and is held with a case otherwise (S22).

use common::{
    Buyer, OMAR, Shop, approval, at_once, eur, order_body, paypal_order_in, shuffled, staff, told,
};
use sandbox::paypal::Funding;
use serde_json::json;
use shared::proof::samples::png;
use shared::review::RevocationCode;

use crate::coupon_reversals::deliver;
use crate::paypal_events::deliver_all;
use crate::replaced_money::{
    balance, believe_closed, dear_body, of_order, pay_late, replaced_with_an_open_page,
};
use crate::replacements::{other_body, steps};

const KEY: &str = "replacement-key-0000000001";
const PAY_KEY: &str = "payment-key-of-replacement";

/// S23: money for the old order comes late, by webhook or by the provider's list of events: it pays the new one, the rest is
/// shown, and both histories tell of it.
#[test]
fn s23_late_money_is_applied_to_the_replacement_and_the_rest_is_shown() {
    let by: [fn(&Shop); 2] = [
        |shop| {
            assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
        },
        |shop| {
            drop(shop.take_webhooks());
            shop.run_cron(900);
        },
    ];
    for tell in by {
        let shop = Shop::open();
        let (old, new, session) = replaced_with_an_open_page(&shop, &dear_body());
        shop.pay_at_stripe(&session);
        tell(&shop);
        let view = shop.view(&new);
        assert_eq!(view["status"], "awaiting_payment");
        assert_eq!(view["paid"]["amount"], 11_900);
        assert_eq!(view["due"]["amount"], 11_900);
        let page = shop.page(&new);
        assert!(
            page.contains("119.00\u{a0}EUR</bdi> is still to be paid"),
            "{page}"
        );
        assert_eq!(
            steps(&shop, &old).last().unwrap(),
            "superseded money_passed_on"
        );
        assert_eq!(steps(&shop, &new), ["unpaid created", "unpaid part_paid"]);
        assert_eq!(shop.view(&old)["held"], json!(null));
        // Told again in every way: no second effect.
        shop.deliver_webhooks();
        shop.come_back(&session);
        shop.run_cron(600);
        assert_eq!(of_order(&shop, &new), 11_900);
        let rest = shop.pay(&new);
        assert_eq!(shop.session(&rest).amount_total, 11_900);
        pay_late(&shop, &rest);
        assert_eq!(shop.status(&new), "confirmed");
        assert_eq!(shop.releases(), 1);
        assert_eq!(shop.open_cases(), [""; 0]);
        shop.check();
    }
}

/// S23: it covers the new order, which is confirmed once; what is too much is set aside with a case.
#[test]
fn s23_late_money_that_covers_the_replacement_confirms_it_once() {
    let shop = Shop::open();
    let (old, new, session) = replaced_with_an_open_page(&shop, &other_body());
    pay_late(&shop, &session);
    let view = shop.view(&new);
    assert_eq!(view["status"], "confirmed");
    assert!(
        view["paid_by"].as_str().expect("a payer").contains("4242"),
        "{view:#}"
    );
    assert!(view["subscription_id"].is_string());
    assert_eq!(
        view["held"],
        json!([{ "amount": 6_546, "currency": "EUR" }])
    );
    assert_eq!(shop.open_cases(), [format!("money_over {session}")]);
    shop.deliver_webhooks();
    shop.run_cron(900);
    assert_eq!(shop.releases(), 1);
    let confirmed = "SELECT order_number AS text FROM outbox WHERE kind = 'mail_payment_confirmed'";
    assert_eq!(shop.texts(confirmed), std::slice::from_ref(&new.number));
    assert_eq!(shop.status(&old), "superseded");
    shop.check();
}

/// S23 with PayPal: the order there was believed to be given up, and its money was taken.
#[test]
fn s23_late_money_by_paypal_is_applied_to_the_replacement() {
    let shop = Shop::open();
    let (old, order) = shop.approved_with(Funding::Good);
    let _ = shop.take_webhooks();
    believe_closed(&shop);
    let new = shop.replace(&old, &dear_body(), KEY);
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.capture_elsewhere(now, &order))
        .expect("it is captured");
    deliver_all(&shop);
    assert_eq!(shop.view(&new)["paid"]["amount"], 11_900);
    assert_eq!(
        steps(&shop, &old).last().unwrap(),
        "superseded money_passed_on"
    );
    let rest = shop.try_pay_by(&new, "paypal", PAY_KEY);
    let rest = paypal_order_in(&rest);
    shop.approve(&rest, Funding::Good);
    deliver_all(&shop);
    assert_eq!(shop.status(&new), "confirmed");
    assert_eq!(shop.releases(), 1);
    // What went back of it is booked where the money is.
    let capture = shop.capture_of(&order);
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.refund(now, &capture, Some(1_900)))
        .expect("a refund");
    deliver_all(&shop);
    assert_eq!(of_order(&shop, &new), 21_900);
    shop.check();
}

/// S23: staff find the transfer of the old order: it pays the new one, whatever state that is in.
#[test]
fn s23_an_approved_transfer_of_the_old_order_pays_the_replacement() {
    for with_proof in [false, true] {
        let shop = Shop::with_bank();
        let old = shop.transferring();
        let proof = shop.hand_in(&old, &png());
        let mut body = dear_body();
        body["despite_review"] = json!(true);
        let new = shop.replace(&old, &body, KEY);
        if with_proof {
            shop.choose_transfer(&new, PAY_KEY);
            shop.hand_in(&new, &png());
        }
        let decided = shop.approve_now(&old, &proof, eur(11_900), "NTRF 1");
        assert_eq!(told(&decided), "");
        let view = shop.view(&new);
        assert_eq!(view["paid"]["amount"], 11_900);
        let state = if with_proof {
            "in_review"
        } else {
            "awaiting_payment"
        };
        assert_eq!(view["status"], state);
        shop.check();
        let decided = shop.revoke_now(&old, RevocationCode::Mistake);
        assert_eq!(told(&decided), "");
        assert_eq!(of_order(&shop, &new), 0);
        assert_eq!(shop.view(&new)["due"]["amount"], 23_800);
        assert_eq!(shop.view(&new)["status"], state);
        assert_eq!(
            steps(&shop, &new).last().unwrap().split(' ').next_back(),
            Some("approval_revoked")
        );
        shop.check();
    }
}

/// S65: who may decide, and how many have to, is asked of the order that takes the money as well. Staff see
/// which that is.
#[test]
fn s65_the_rules_for_decisions_hold_for_the_replacement_too() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 20000")]);
    let old = shop.transferring();
    let proof = shop.hand_in(&old, &png());
    let mut body = dear_body();
    body["despite_review"] = json!(true);
    body["customer"]["email"] = json!("ruth+shop@shop.test");
    let new = shop.replace(&old, &body, KEY);
    let page = shop
        .staff(OMAR)
        .page(&format!("/staff/orders/{}/review", old.number));
    assert!(
        page.contains(&format!("href=\"/staff/orders/{}\"", new.number)),
        "{page}"
    );
    let sign = |name: &str| {
        let signed = approval(&proof, shop.seen(&old), eur(11_900), "NTRF 1");
        told(&shop.approve_proof(&staff(name), &signed))
    };
    assert_eq!(sign("ruth"), "own_order");
    assert_eq!(sign("omar"), "proposed");
    assert_eq!(sign("omar"), "second_person_needed");
    assert_eq!(sign("ann"), "");
    assert_eq!(of_order(&shop, &new), 11_900);
    let page = shop
        .staff(OMAR)
        .page(&format!("/staff/orders/{}", new.number));
    assert!(
        page.contains("Replaces") && page.contains(&old.number),
        "{page}"
    );
    shop.check();
}

/// S22, B08: the replacement is paid already, or over: the late money is held with a case, and a refund
/// proposed; nothing is applied silently.
#[test]
fn s22_late_money_is_held_when_the_replacement_is_paid_or_over() {
    let end = |shop: &Shop, new: &Buyer, state: &str| match state {
        "confirmed" => {
            let session = shop.pay(new);
            pay_late(shop, &session);
        }
        "cancelled" => assert_eq!(shop.cancel(new).status, 200),
        _ => {
            shop.world.advance(72 * 3_600);
            shop.run_cron_without_backfill(120);
        }
    };
    for state in ["confirmed", "cancelled", "expired"] {
        let shop = Shop::open();
        let (old, new, session) = replaced_with_an_open_page(&shop, &other_body());
        // Nothing at Stripe ends it meanwhile.
        if state != "expired" {
            end(&shop, &new, state);
            shop.pay_at_stripe(&session);
        } else {
            shop.pay_at_stripe(&session);
            end(&shop, &new, state);
        }
        let releases = shop.releases();
        assert_eq!(shop.status(&new), state);
        shop.deliver_webhooks();
        shop.come_back(&session);
        assert_eq!(
            shop.open_cases(),
            [format!("money_late {session}")],
            "{state}"
        );
        assert_eq!(balance(&shop, "unapplied:EUR"), 11_900);
        assert_eq!(
            shop.view(&old)["held"],
            json!([{ "amount": 11_900, "currency": "EUR" }])
        );
        assert_eq!(shop.view(&new)["held"], json!(null));
        assert_eq!(shop.releases(), releases);
        let page = shop.page(&old);
        assert!(page.contains("set aside"), "{page}");
        // It is refunded from where it lies.
        let intent = shop.intent_of(&session);
        shop.refund_at_stripe(&intent, None);
        deliver(&shop, &shop.take_webhooks());
        assert_eq!(balance(&shop, "unapplied:EUR"), 0);
        assert_eq!(shop.status(&new), state);
        shop.check();
    }
}

/// Late money in another currency than the replacement's is held.
#[test]
fn s22_late_money_of_another_currency_is_held() {
    let shop = Shop::open();
    let mut body = order_body();
    body["currency"] = json!("USD");
    let (_, new, session) = replaced_with_an_open_page(&shop, &body);
    pay_late(&shop, &session);
    assert_eq!(shop.view(&new)["paid"]["amount"], 0);
    assert_eq!(shop.open_cases(), [format!("money_late {session}")]);
    shop.check();
}

/// A → B → C: late money of A is for C, and so is what B got.
#[test]
fn s23_late_money_follows_a_chain_of_replacements_to_its_end() {
    let shop = Shop::open();
    let (old, between, session) = replaced_with_an_open_page(&shop, &dear_body());
    let newest = shop.replace(&between, &order_body(), KEY);
    pay_late(&shop, &session);
    assert_eq!(shop.status(&newest), "confirmed");
    assert_eq!(
        steps(&shop, &between),
        ["unpaid created", "superseded superseded"]
    );
    assert_eq!(
        steps(&shop, &old).last().unwrap(),
        "superseded money_passed_on"
    );
    shop.check();

    let shop = Shop::open();
    let (_, between, session) = replaced_with_an_open_page(&shop, &dear_body());
    pay_late(&shop, &session);
    let newest = shop.replace(&between, &order_body(), KEY);
    assert_eq!(shop.status(&newest), "confirmed");
    assert_eq!(of_order(&shop, &newest), 11_900);
    shop.check();
}

/// P3, S24: the late money and the replacement's own payment, in any order and at once, twice each: one
/// confirmation, and what is too much is set aside with a case.
#[test]
fn p3_s24_late_money_and_the_replacements_own_payment_come_to_the_same() {
    let mut ends = Vec::new();
    for seed in 0..60 {
        let shop = Shop::open();
        let (_, new, late) = replaced_with_an_open_page(&shop, &order_body());
        let own = shop.pay(&new);
        shop.pay_at_stripe(&late);
        shop.pay_at_stripe(&own);
        let told = shop.take_webhooks_of("checkout.session.completed");
        assert_eq!(told.len(), 2);
        let tasks = told.iter().chain(&told);
        let tasks = tasks.map(|told| shop.begin_webhook(&told.body)).collect();
        for reply in at_once(tasks, shuffled(seed)) {
            assert_eq!(reply.status, 200, "{seed}");
            shop.after(&reply);
        }
        shop.run_cron(300);
        assert_eq!(shop.status(&new), "confirmed", "{seed}");
        assert_eq!(shop.releases(), 1, "{seed}");
        assert_eq!(of_order(&shop, &new), 11_900, "{seed}");
        assert_eq!(balance(&shop, "unapplied:EUR"), 11_900, "{seed}");
        let cases = shop.open_cases();
        assert_eq!(cases.len(), 1, "{seed}: {cases:?}");
        ends.push(cases[0].split(' ').next().unwrap().to_owned());
        shop.check();
    }
    ends.sort();
    ends.dedup();
    assert_eq!(
        ends,
        ["money_late", "money_twice"],
        "both orders of events were seen"
    );
}
