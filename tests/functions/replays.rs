//! A fact told too early, too late, or never; and a Worker that dies while it listens.

use common::{Buyer, OtherCheckout, Shop, Trouble};
use sandbox::{Fault, Target};
use serde_json::json;

const COMPLETED: &str = "checkout.session.completed";

/// Why the order was confirmed, as its history tells.
fn cause(shop: &Shop) -> String {
    let sql = "SELECT actor || ', ' || cause AS text FROM order_history WHERE event = 'confirmed'";
    shop.texts(sql).concat()
}

/// Writes a payment that an event has named before it was there, as the batch of a slow request
/// would.
fn write_payment(shop: &Shop, buyer: &Buyer, payment_id: &str) {
    let number = &buyer.number;
    shop.world.database(|database| {
        database.execute(&format!(
            "INSERT INTO payments (payment_id, method, state, currency, amount_minor, request,
               provider_key, created_at, due_at)
             VALUES ('{payment_id}', 'stripe', 'starting', 'EUR', 11900, 'mode=payment',
               'pay-{payment_id}', 1795284000, NULL);
             INSERT INTO payment_allocations (payment_id, order_number, amount_minor)
             VALUES ('{payment_id}', '{number}', 11900);"
        ));
    });
}

/// A session that is paid and names a payment whose row is not there.
fn pay_for_the_future(shop: &Shop, buyer: &Buyer) -> String {
    let payment_id = shared::id::PaymentId::from_random([7; 8])
        .as_str()
        .to_owned();
    let session = shop.open_elsewhere(&OtherCheckout {
        payment_id: Some(&payment_id),
        order_number: Some(&buyer.number),
        reference: Some(&buyer.number),
        amount: 11_900,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&session);
    payment_id
}

#[test]
fn s01_a_paid_event_that_comes_before_its_payment_waits_for_it() {
    let shop = Shop::open();
    let buyer = shop.order();
    let payment_id = pay_for_the_future(&shop, &buyer);
    let event = shop.take_webhook(COMPLETED);
    for _ in 0..2 {
        assert_eq!(shop.receive(&event.body).status, 200);
        assert_eq!(
            shop.inbox_of(&event.event_id),
            "parked: no such payment yet"
        );
    }
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.check();
    write_payment(&shop, &buyer, &payment_id);
    shop.run_cron_without_backfill(120);
    assert_eq!(shop.inbox_of(&event.event_id), "done: settled later");
    assert_eq!(shop.payment_of(&buyer)["state"], "paid");
    shop.assert_sold_once(&buyer);
    // And once more, by Stripe and by cron.
    assert_eq!(shop.receive(&event.body).status, 200);
    shop.run_cron_without_backfill(600);
    shop.assert_sold_once(&buyer);
}

#[test]
fn s01_an_event_whose_payment_never_comes_ends_in_a_case_after_three_days() {
    let shop = Shop::open();
    let buyer = shop.order();
    pay_for_the_future(&shop, &buyer);
    let event = shop.take_webhook(COMPLETED);
    assert_eq!(shop.receive(&event.body).status, 200);
    shop.run_cron_without_backfill(600);
    for _ in 0..8 {
        shop.tick_after(6 * 3_600);
    }
    assert_eq!(
        shop.inbox_of(&event.event_id),
        "parked: no such payment yet"
    );
    let alerts = "SELECT count(*) FROM outbox WHERE kind = 'mail_staff_alert'";
    assert_eq!(shop.value(alerts), 0);
    for _ in 0..8 {
        shop.tick_after(6 * 3_600);
    }
    assert_eq!(
        shop.inbox_of(&event.event_id),
        "ignored: no such payment yet"
    );
    let case = format!("event_unmatched {}", event.event_id);
    assert_eq!(shop.open_cases(), [case]);
    assert_eq!(shop.value(alerts), 1);
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}

/// S11, S54: an event whose session cannot be read back is not asked for for ever.
#[test]
fn s54_an_event_that_cannot_be_read_back_ends_in_a_case_after_three_days() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    shop.fail_next(Target::Stripe, Fault::Unavailable, 10_000);
    assert_eq!(shop.receive(&body).status, 200);
    assert_eq!(
        shop.status(&buyer),
        "confirming",
        "never paid, never failed (P6)"
    );
    for _ in 0..16 {
        shop.tick_after(6 * 3_600);
    }
    assert_eq!(shop.value("SELECT state FROM inbox"), "ignored");
    let cases = shop.open_cases();
    assert_eq!(cases.len(), 2, "{cases:?}");
    assert!(cases[0].starts_with("event_unmatched evt_"), "{cases:?}");
    assert!(cases[1].starts_with("payment_unconfirmed "), "{cases:?}");
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}

#[test]
fn s02_the_redirect_finds_the_order_paid_and_settles_nothing_again() {
    let shop = Shop::open();
    let (buyer, session, body) = shop.paid_and_untold();
    assert_eq!(shop.receive(&body).status, 200);
    let history = shop.rows("SELECT * FROM order_history");
    let reply = shop.come_back(&session);
    assert_eq!(reply.status, 303);
    assert_eq!(
        reply.header("location"),
        Some(format!("/orders/{}", buyer.number).as_str())
    );
    assert!(shop.page(&buyer).contains("Confirmed"));
    assert_eq!(shop.rows("SELECT * FROM order_history"), history);
    assert!(
        cause(&shop).starts_with("provider:stripe, event evt_"),
        "{}",
        cause(&shop)
    );
    shop.assert_sold_once(&buyer);
}

#[test]
fn s03_the_redirect_settles_when_no_webhook_ever_comes() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.lose_webhooks();
    shop.pay_at_stripe(&session);
    for _ in 0..2 {
        assert_eq!(shop.come_back(&session).status, 303);
    }
    assert_eq!(cause(&shop), "provider:stripe, return");
    shop.run_cron(600);
    shop.assert_sold_once(&buyer);
}

#[test]
fn s03_the_poll_settles_when_nobody_comes_back_and_no_webhook_ever_comes() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.lose_webhooks();
    shop.pay_at_stripe(&session);
    shop.run_cron_without_backfill(180);
    assert_eq!(cause(&shop), "cron, poll");
    shop.assert_sold_once(&buyer);
    assert_eq!(shop.value("SELECT count(*) FROM inbox"), 0);
}

#[test]
fn s07_a_failure_told_after_the_payment_is_ignored() {
    let shop = Shop::open();
    let (buyer, session, body) = shop.paid_and_untold();
    assert_eq!(shop.receive(&body).status, 200);
    let settled = shop.end_state();
    let mut told: serde_json::Value = serde_json::from_slice(&body).unwrap();
    for (index, kind) in ["async_payment_failed", "expired", "async_payment_succeeded"]
        .into_iter()
        .enumerate()
    {
        told["id"] = json!(format!("evt_late{index}"));
        told["type"] = json!(format!("checkout.session.{kind}"));
        told["data"]["object"]["status"] = json!("expired");
        told["data"]["object"]["payment_status"] = json!("unpaid");
        assert_eq!(shop.receive_event(&told), 200);
        assert_eq!(shop.inbox_of(&format!("evt_late{index}")), "done: settled");
    }
    let mut now = shop.end_state();
    now["events"] = settled["events"].clone();
    assert_eq!(now, settled);
    assert_eq!(shop.payment_of(&buyer)["session_id"], session.as_str());
    shop.assert_sold_once(&buyer);
}

/// A17, P6: the buyer is back and Stripe cannot be asked. Who paid is told that we are confirming;
/// who only looked and left is told that the order can still be paid.
#[test]
fn a17_a_return_while_stripe_is_away_is_shown_as_unknown_and_never_as_paid_or_failed() {
    for (leaves, shown) in [("back", "awaiting_payment"), ("paid", "confirming")] {
        let shop = Shop::open();
        let (buyer, session, body) = shop.paid_and_untold();
        shop.fail_next(Target::Stripe, Fault::Unavailable, 1);
        if leaves == "paid" {
            assert_eq!(shop.come_back(&session).status, 303);
        } else {
            let payment = shop.payment_of(&buyer)["payment_id"].clone();
            let path = format!("/return/stripe?payment={}", payment.as_str().unwrap());
            assert_eq!(shop.come_back_to(&path).status, 303);
        }
        assert_eq!(shop.status(&buyer), shown);
        assert_eq!(shop.ledger(), [""; 0]);
        assert_eq!(shop.receive(&body).status, 200);
        shop.assert_sold_once(&buyer);
    }
}

/// A return proves nothing: not for a payment that nobody knows, and not with a foreign session.
#[test]
fn d04_a_return_only_makes_us_ask() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let payment = shop.payment_of(&buyer)["payment_id"].clone();
    let payment = payment.as_str().unwrap();
    for session_id in [session.as_str(), "cs_test_of_somebody", "%00", ""] {
        let path = format!("/return/stripe?payment={payment}&session_id={session_id}");
        assert_eq!(shop.come_back_to(&path).status, 303);
        assert_eq!(shop.status(&buyer), "awaiting_payment");
    }
    let nobody = shared::id::PaymentId::from_random([3; 8]);
    for payment in [nobody.as_str(), "", "1", "' OR 1=1"] {
        let path = format!("/return/stripe?payment={payment}&session_id={session}");
        assert_eq!(shop.get(&path).status, 404, "{payment}");
    }
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}

/// The latch: once paid, not even an answer of Stripe's that makes no sense takes it back.
#[test]
fn paid_never_steps_back_whatever_is_told_and_answered_afterwards() {
    let faults = [
        Fault::GarbageBody,
        Fault::Unavailable,
        Fault::NotReached,
        Fault::OversizeBody,
    ];
    for fault in faults {
        let shop = Shop::open();
        let (buyer, session, body) = shop.paid_and_untold();
        assert_eq!(shop.receive(&body).status, 200);
        let mut told: serde_json::Value = serde_json::from_slice(&body).unwrap();
        told["id"] = json!("evt_again");
        told["type"] = json!("checkout.session.async_payment_failed");
        shop.fail_next(Target::Stripe, fault, 3);
        assert_eq!(shop.receive_event(&told), 200);
        assert!(
            shop.inbox_of("evt_again").starts_with("parked: "),
            "{fault:?}"
        );
        assert_eq!(shop.payment_of(&buyer)["state"], "paid");
        shop.come_back(&session);
        shop.run_cron(3_600);
        assert_eq!(
            shop.inbox_of("evt_again"),
            "done: settled later",
            "{fault:?}"
        );
        assert_eq!(shop.payment_of(&buyer)["state"], "paid");
        shop.assert_sold_once(&buyer);
    }
}

/// P6: what the body says is only a hint. Here it says paid, and Stripe says open.
#[test]
fn a_body_that_says_paid_is_not_believed_when_stripe_says_open() {
    let shop = Shop::open();
    let (_, _, body) = Shop::open().paid_and_untold();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    // The twin shop has the same ids, so its event is about this shop's session.
    assert!(String::from_utf8_lossy(&body).contains(&session));
    assert_eq!(shop.receive(&body).status, 200);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}

#[test]
fn s11_a_worker_that_dies_at_any_step_of_a_sale_is_healed_by_redelivery_and_cron() {
    let mut steps = 0;
    for step in 0.. {
        let shop = Shop::open();
        let (buyer, _, body) = shop.paid_and_untold();
        let settled = {
            shop.world.trouble_at(step, Trouble::Killed);
            // The reply, and then the mails and the release that follow it.
            shop.receive(&body).status == 200
        };
        if shop.world.forget_trouble() {
            break;
        }
        steps = step + 1;
        shop.world.restart();
        assert_eq!(settled, shop.status(&buyer) == "confirmed", "step {step}");
        if !settled {
            assert_eq!(shop.receive(&body).status, 200);
        }
        shop.run_cron_without_backfill(1_200);
        shop.assert_sold_once(&buyer);
        let drained = shop.end_state();
        shop.run_cron_without_backfill(600);
        assert_eq!(
            shop.end_state(),
            drained,
            "a drain after the effects does nothing"
        );
    }
    assert!(steps >= 6, "only {steps} steps were hit");
}

#[test]
fn s11_nothing_after_the_reply_is_needed_for_the_effects() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    assert_eq!(shop.receive_only(&body).status, 200);
    assert_eq!(shop.releases(), 0);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(
        shop.receive_only(&body).status,
        200,
        "and a repeat finds it done"
    );
    shop.run_cron_without_backfill(120);
    shop.assert_sold_once(&buyer);
}
