//! PayPal's own list of events: what no webhook told is found there, once.

use common::{Buyer, Shop, Trouble, paypal_event};
use sandbox::paypal::Funding;
use sandbox::{Fault, Target};
use serde_json::json;

/// A shop that hears nothing, and whose polls are off: only the list can tell it anything.
fn deaf() -> Shop {
    let shop = Shop::open();
    shop.lose_webhooks();
    shop
}

fn approved(shop: &Shop) -> Buyer {
    let (buyer, _) = shop.approved_with(Funding::Good);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET due_at = NULL");
    });
    buyer
}

fn cursor(shop: &Shop) -> i64 {
    let position = shop.value("SELECT position FROM cursors WHERE provider = 'paypal'");
    position.as_str().unwrap().parse().unwrap_or_default()
}

/// Events that nobody acts on fill the list.
fn others(shop: &Shop, count: u32, kind: &str) {
    for number in 0..count {
        shop.world.sandbox(|sandbox, now| {
            sandbox
                .paypal
                .make_event(now, kind, json!({ "id": number.to_string() }))
        });
    }
}

#[test]
fn p1_an_event_whose_webhook_was_lost_is_found_in_the_list() {
    let shop = deaf();
    let buyer = approved(&shop);
    shop.tick_after(60);
    assert_eq!(shop.status(&buyer), "confirmed");
    let cause = shop.texts("SELECT cause AS text FROM order_history WHERE event = 'confirmed'");
    assert!(cause[0].starts_with("listed event WH-"), "{cause:?}");
    shop.run_cron(1_200);
    shop.assert_sold_once(&buyer);
    assert!(
        cursor(&shop) <= shop.now().0 - 600,
        "events may be listed late"
    );
    assert!(cursor(&shop) >= shop.now().0 - 1_200);
}

/// The webhook of an event that the list has told comes after all, with bytes that are not the list's.
#[test]
fn s04_a_webhook_after_the_list_has_told_it_changes_nothing() {
    let shop = deaf();
    let buyer = approved(&shop);
    shop.tick_after(60);
    let settled = shop.end_state();
    let events: Vec<String> = shop.texts("SELECT event_id AS text FROM inbox");
    assert!(!events.is_empty());
    for event in &events {
        shop.world
            .sandbox(|sandbox, now| sandbox.paypal.resend(now, event))
            .unwrap();
    }
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.end_state(), settled);
    shop.assert_sold_once(&buyer);
}

/// P1: more events than a page holds: the window is cut until they fit, and nothing is passed over.
#[test]
fn p1_a_list_of_many_pages_is_read_to_its_end() {
    let shop = deaf();
    let mut buyers = Vec::new();
    for round in 0..4 {
        others(&shop, 40, "BILLING.PLAN.CREATED");
        shop.world.advance(120);
        let buyer = shop.order_of(
            &common::order_body(),
            &format!("order-key-00000000000000{round}0"),
        );
        let order = shop.pay_by_paypal(&buyer);
        shop.approve(&order, Funding::Good);
        buyers.push(buyer);
        shop.world.advance(120);
    }
    shop.world.database(|database| {
        database.execute("UPDATE payments SET due_at = NULL");
    });
    shop.run_cron(2_700);
    for buyer in &buyers {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    // What other programs of the app are told is none of ours.
    assert_eq!(
        shop.value("SELECT count(*) FROM inbox WHERE event_type LIKE 'BILLING%'"),
        0
    );
    shop.check();
}

/// P4: a reading that is cut off at any step is made good.
#[test]
fn s11_a_backfill_that_is_cut_off_at_any_step_loses_no_event() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0..16 {
            let shop = deaf();
            let buyer = approved(&shop);
            shop.world.trouble_at(step, trouble);
            shop.tick_after(60);
            let was_over = shop.world.forget_trouble();
            assert!(!was_over || step > 11, "{step} steps of a tick");
            shop.world.restart();
            shop.run_cron(1_800);
            assert_eq!(shop.status(&buyer), "confirmed", "{trouble:?} {step}");
            shop.assert_sold_once(&buyer);
        }
    }
}

#[test]
fn a_list_that_cannot_be_read_keeps_its_place() {
    for fault in [
        Fault::NotReached,
        Fault::ServerErrorBeforeEffect,
        Fault::GarbageBody,
    ] {
        let shop = deaf();
        let buyer = approved(&shop);
        shop.fail_next_on(Target::PayPal, "/webhooks-events", fault, 1);
        shop.tick_after(60);
        assert_eq!(
            (cursor(&shop), shop.status(&buyer).as_str()),
            (0, "awaiting_payment"),
            "{fault:?}"
        );
        shop.run_cron(600);
        assert_eq!(shop.status(&buyer), "confirmed", "{fault:?}");
    }
}

/// S54: an event of the list that cannot be handled does not stop those behind it.
#[test]
fn s54_an_event_that_cannot_be_handled_is_parked_and_the_reading_goes_on() {
    let shop = deaf();
    let buyer = approved(&shop);
    shop.fail_next_on(Target::PayPal, "/v2/checkout/orders/", Fault::NotReached, 1);
    shop.tick_after(60);
    assert_eq!(
        shop.value("SELECT count(*) FROM inbox WHERE state = 'parked'"),
        1
    );
    assert!(cursor(&shop) > 0);
    shop.run_cron(900);
    shop.assert_sold_once(&buyer);
}

/// Without PayPal's settings the list is not read, and nothing fails.
#[test]
fn a_shop_without_paypal_reads_no_list_of_it() {
    let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
    let tally = shop.tick_after(60);
    assert_eq!(tally.failed, 0);
    assert_eq!(shop.world.requests_to("/paypal").len(), 0);
    let event = paypal_event("WH-1", "BILLING.PLAN.CREATED", &json!({}));
    assert_eq!(shop.receive_from_paypal(&event), 503);
}
