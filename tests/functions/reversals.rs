//! Refunds, disputes and warnings: each opens one case of its own for staff, in whatever order and however
//! often it is told; disputes and warnings leave the ledger and the order alone. What refunds move stands
//! in `refunds.rs`.

use common::{Buyer, Shop};
use sandbox::stripe::DisputeOutcome;
use serde_json::{Value as Json, json};

/// A confirmed order and its payment intent; everything told so far is delivered.
fn sold(shop: &Shop) -> (Buyer, String) {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.status(&buyer), "confirmed");
    assert!(!shop.page(&buyer).contains("class=\"notice\""));
    let intent = shop.intent_of(&session);
    (buyer, intent)
}

/// Delivers what is due twice over, and asserts that nothing but inbox, cases and alerts changed.
fn deliver_without_effect(shop: &Shop, reversed: bool) {
    let untouched = ["orders", "payments", "ledger", "accounts", "releases"];
    deliver_twice(shop, reversed, &untouched);
}

fn deliver_refunds(shop: &Shop, reversed: bool) {
    deliver_twice(shop, reversed, &["payments", "releases"]);
}

fn deliver_twice(shop: &Shop, reversed: bool, untouched: &[&str]) {
    let before = shop.end_state();
    let mut told = shop.take_webhooks();
    assert!(!told.is_empty());
    if reversed {
        told.reverse();
    }
    for delivery in told.iter().chain(&told) {
        assert_eq!(
            shop.receive(&delivery.body).status,
            200,
            "{}",
            delivery.event_type
        );
        assert!(
            shop.inbox_of(&delivery.event_id).starts_with("done: ")
                || shop.inbox_of(&delivery.event_id).starts_with("ignored: "),
            "{}",
            delivery.event_type
        );
    }
    shop.run_cron(600);
    let after = shop.end_state();
    for part in untouched {
        assert_eq!(after[*part], before[*part], "{part}");
    }
    shop.check();
}

/// The ids of the objects that an event type was about, each once.
fn told_of(shop: &Shop, event_type: &str) -> Vec<String> {
    let mut ids = shop.world.sandbox(|sandbox, _| {
        let told = sandbox.stripe.events().iter();
        let told = told.filter(|event| event.kind == event_type);
        let ids = told.map(|event| event.object["id"].as_str().expect("an id").to_owned());
        ids.collect::<Vec<_>>()
    });
    ids.sort();
    ids.dedup();
    ids
}

/// The case about the only object that an event type was about.
fn case_of(shop: &Shop, kind: &str, event_type: &str) -> String {
    let ids = told_of(shop, event_type);
    assert_eq!(ids.len(), 1, "{ids:?}");
    format!("{kind} {}", ids[0])
}

/// The page of a confirmed order says when its money went back or was disputed, and so does the
/// interface; also when staff have closed the case.
#[track_caller]
fn the_buyer_is_told(shop: &Shop, buyer: &Buyer, field: &str, words: &str) {
    let told = shop.view(buyer)[field].clone();
    let opened = shop.value("SELECT opened_at FROM cases");
    let opened = shared::time::Timestamp(opened.as_i64().expect("a time"));
    assert_eq!(told, opened.rfc3339());
    let sentence = |page: &str| {
        let notices = page.split("<p class=\"notice\">");
        notices.filter(|notice| notice.contains(words)).count()
    };
    let page = shop.page(buyer);
    assert_eq!(sentence(&page), 1, "{page}");
    assert!(page.contains(&opened.readable()), "{page}");
    assert!(page.contains("Subscription ID"), "{page}");
    let sql = "UPDATE cases SET closed_at = opened_at, closed_because = 'looked at'";
    shop.world.database(|database| database.execute(sql));
    assert_eq!(sentence(&shop.page(buyer)), 1);
    let sql = "UPDATE cases SET closed_at = NULL, closed_because = NULL";
    shop.world.database(|database| database.execute(sql));
    let others = ["refund_begun_at", "disputed_at"];
    let view = shop.view(buyer);
    for other in others.into_iter().filter(|other| *other != field) {
        assert_eq!(view.get(other), None);
    }
}

fn alerts(shop: &Shop) -> Json {
    shop.value("SELECT count(*) FROM outbox WHERE kind = 'mail_staff_alert' AND state = 'sent'")
}

#[test]
fn a_refund_opens_one_case_however_many_events_tell_it() {
    for reversed in [false, true] {
        let shop = Shop::open();
        let (buyer, intent) = sold(&shop);
        shop.refund_at_stripe(&intent, None);
        deliver_refunds(&shop, reversed);
        assert_eq!(
            shop.open_cases(),
            [case_of(&shop, "refund", "refund.created")]
        );
        assert_eq!(alerts(&shop), 1);
        assert_eq!(shop.status(&buyer), "refunded");
        the_buyer_is_told(&shop, &buyer, "refund_begun_at", "We heard of it first on");
        let evidence = shop.value("SELECT evidence FROM cases");
        let evidence: Json = serde_json::from_str(evidence.as_str().unwrap()).unwrap();
        for figure in ["received", "went_back_in_all"] {
            let all = json!({ "amount": 11_900, "currency": "EUR" });
            assert_eq!(evidence[figure], all, "{figure}");
        }
        assert_eq!(
            evidence["payment_id"],
            shop.payment_of(&buyer)["payment_id"]
        );
    }
}

#[test]
fn s110_refunds_in_parts_and_one_that_fails_are_a_case_each() {
    let shop = Shop::open();
    let (_, intent) = sold(&shop);
    shop.world.sandbox(|sandbox, now| {
        sandbox.stripe.refund(now, &intent, Some(1_000)).unwrap();
        sandbox.stripe.refund(now, &intent, Some(2_000)).unwrap();
        let refund = sandbox.stripe.refunds_of(&intent).remove(0);
        sandbox.stripe.refund_fails(now, &refund.id).unwrap();
    });
    deliver_refunds(&shop, false);
    let refunds = told_of(&shop, "refund.created");
    assert_eq!(refunds.len(), 2);
    let cases: Vec<String> = refunds.iter().map(|id| format!("refund {id}")).collect();
    assert_eq!(shop.open_cases(), cases, "each refund is a case");
    assert_eq!(alerts(&shop), 2);
}

#[test]
fn s114_a_dispute_from_beginning_to_end_is_one_case_and_moves_no_money_here() {
    for outcome in [DisputeOutcome::Won, DisputeOutcome::Lost] {
        for reversed in [false, true] {
            let shop = Shop::open();
            let (buyer, intent) = sold(&shop);
            shop.world.sandbox(|sandbox, now| {
                let stripe = &mut sandbox.stripe;
                stripe.dispute_open(now, &intent).unwrap();
                stripe.dispute_withdraw_funds(now, &intent).unwrap();
                stripe.dispute_answer(now, &intent).unwrap();
                stripe.dispute_close(now, &intent, outcome).unwrap();
            });
            deliver_without_effect(&shop, reversed);
            let case = case_of(&shop, "dispute", "charge.dispute.created");
            assert_eq!(shop.open_cases(), [case]);
            the_buyer_is_told(&shop, &buyer, "disputed_at", "was disputed on");
            let evidence = shop.value("SELECT evidence FROM cases");
            assert!(!evidence.as_str().unwrap().contains("went_back"));
            assert_eq!(alerts(&shop), 1);
            assert_eq!(shop.status(&buyer), "confirmed");
        }
    }
}

#[test]
fn s116_a_fraud_warning_is_a_case_and_no_movement() {
    let shop = Shop::open();
    let (_, intent) = sold(&shop);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.early_fraud_warning(now, &intent))
        .unwrap();
    deliver_without_effect(&shop, false);
    let warning = "radar.early_fraud_warning.created";
    assert_eq!(
        shop.open_cases(),
        [case_of(&shop, "fraud_warning", warning)]
    );
}

/// Weeks after the first refund, and its case looked at and closed, comes another: staff hear of it.
#[test]
fn a_second_refund_of_a_payment_raises_an_alert_of_its_own() {
    let shop = Shop::open();
    let (_, intent) = sold(&shop);
    let refund = |minor: i64| {
        shop.refund_at_stripe(&intent, Some(minor));
        deliver_refunds(&shop, false);
    };
    refund(1_000);
    assert_eq!(alerts(&shop), 1);
    shop.world.database(|database| {
        database.execute("UPDATE cases SET closed_at = opened_at, closed_because = 'meant'");
    });
    shop.world.advance(20 * 86_400);
    refund(2_000);
    assert_eq!(alerts(&shop), 2);
    assert_eq!(shop.open_cases().len(), 1, "{:?}", shop.open_cases());
}

/// A refund, a dispute and a warning of one payment are three things to look at.
#[test]
fn each_kind_of_reversal_has_a_case_of_its_own() {
    let shop = Shop::open();
    let (_, intent) = sold(&shop);
    shop.world.sandbox(|sandbox, now| {
        sandbox.stripe.refund(now, &intent, Some(100)).unwrap();
        sandbox.stripe.early_fraud_warning(now, &intent).unwrap();
        sandbox.stripe.dispute_open(now, &intent).unwrap();
    });
    deliver_refunds(&shop, false);
    assert_eq!(
        shop.open_cases(),
        [
            case_of(&shop, "dispute", "charge.dispute.created"),
            case_of(&shop, "fraud_warning", "radar.early_fraud_warning.created"),
            case_of(&shop, "refund", "refund.created"),
        ]
    );
    assert_eq!(alerts(&shop), 3);
}

/// A case that staff have closed opens again when more is told.
#[test]
fn news_about_a_closed_case_opens_it_again() {
    let shop = Shop::open();
    let (_, intent) = sold(&shop);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.dispute_open(now, &intent))
        .unwrap();
    deliver_without_effect(&shop, false);
    shop.world.database(|database| {
        database.execute("UPDATE cases SET closed_at = opened_at, closed_because = 'looked at'");
    });
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.dispute_withdraw_funds(now, &intent))
        .unwrap();
    deliver_without_effect(&shop, false);
    let case = case_of(&shop, "dispute", "charge.dispute.created");
    assert_eq!(shop.open_cases(), [case]);
}

/// Another program's refunds in the same Stripe account are nobody's case here.
#[test]
fn s16_a_strangers_refund_is_forgotten_after_three_days_without_a_case() {
    let shop = Shop::open();
    let body = include_bytes!("../fixtures/stripe/event.refund.created.json");
    assert_eq!(shop.receive(body).status, 200);
    assert_eq!(shop.value("SELECT state FROM inbox"), "parked");
    for _ in 0..16 {
        shop.tick_after(6 * 3_600);
    }
    assert_eq!(shop.value("SELECT state FROM inbox"), "ignored");
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.check();
}
