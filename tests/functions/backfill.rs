//! Stripe's own list of events: what no webhook told is found there, once and in order.

use common::{Buyer, Io, Shop, Trouble};
use sandbox::{Fault, Target, WebhookMode};
use serde_json::json;

/// A shop that hears nothing, and whose polls are off: only the list can tell it anything.
fn deaf() -> Shop {
    let shop = Shop::open();
    shop.lose_webhooks();
    shop
}

fn stop_polls(shop: &Shop) {
    shop.world.database(|database| {
        database.execute("UPDATE payments SET due_at = NULL");
    });
}

fn paid(shop: &Shop) -> Buyer {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    stop_polls(shop);
    buyer
}

fn cursor(shop: &Shop) -> String {
    let position = shop.value("SELECT position FROM cursors WHERE provider = 'stripe'");
    position.as_str().unwrap().to_owned()
}

#[test]
fn p1_an_event_whose_webhook_was_lost_is_found_in_the_list() {
    let shop = deaf();
    let buyer = paid(&shop);
    shop.tick_after(60);
    assert_eq!(shop.status(&buyer), "confirmed");
    let cause = shop.texts("SELECT cause AS text FROM order_history WHERE event = 'confirmed'");
    assert!(cause[0].starts_with("listed event evt_"), "{cause:?}");
    assert!(cursor(&shop).contains(":evt_"), "{}", cursor(&shop));
    let settled = shop.end_state();
    shop.run_cron(1_200);
    assert_eq!(shop.end_state(), settled, "read again, nothing new");
    assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// S04, S05: the webhook comes after the list has told it, or at the same time.
#[test]
fn s04_the_list_and_the_webhook_have_one_effect_in_every_interleaving() {
    for seed in 0..30 {
        let shop = Shop::open();
        let buyer = shop.order();
        let session = shop.pay(&buyer);
        shop.pay_at_stripe(&session);
        stop_polls(&shop);
        let body = shop.take_webhook("checkout.session.completed").body;
        let mut tick = shop.begin_tick();
        let mut pick = common::shuffled(seed);
        let deliveries = vec![shop.begin_webhook(&body), shop.begin_webhook(&body)];
        let replies = common::at_once(deliveries, |left| {
            if pick(2) == 0 {
                tick.go_on();
            }
            pick(left)
        });
        for reply in replies {
            assert_eq!(reply.status, 200);
            shop.after(&reply);
        }
        tick.finish();
        shop.run_cron(300);
        assert_eq!(shop.status(&buyer), "confirmed");
        assert_eq!(shop.ledger().len(), 1);
        assert_eq!(shop.releases(), 1);
        assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
        shop.check();
    }
}

/// Many events: a bounded number at a time, oldest first, and none is skipped.
#[test]
fn s53_a_long_list_is_taken_in_slices_and_none_is_skipped() {
    let shop = deaf();
    let buyer = paid(&shop);
    let object = json!({ "id": "re_x", "object": "refund", "payment_intent": "pi_stranger" });
    shop.tick_after(0);
    for index in 0..70 {
        shop.world.sandbox(|sandbox, now| {
            let mut object = object.clone();
            object["id"] = json!(format!("re_{index}"));
            sandbox.stripe.make_event(now, "refund.created", object);
        });
    }
    // The newest one was delivered, so it is known already: the list must not jump to it.
    let newest = shop.world.sandbox(|sandbox, now| {
        sandbox.stripe.set_webhook_mode(WebhookMode::Normal);
        let mut object = object.clone();
        object["id"] = json!("re_newest");
        sandbox.stripe.make_event(now, "refund.created", object)
    });
    assert_eq!(shop.deliver_webhooks(), [200]);
    assert!(shop.inbox_of(&newest).starts_with("parked: "));
    let stored = |shop: &Shop| {
        shop.value("SELECT count(*) FROM inbox WHERE event_type = 'refund.created'")
            .as_u64()
            .unwrap()
    };
    let mut last = stored(&shop);
    for _ in 0..12 {
        shop.world.advance(300);
        shop.tick_after(0);
        let now = stored(&shop);
        assert!(now - last <= 8, "{last} to {now}");
        last = now;
    }
    assert_eq!(last, 71);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

/// P1: hundreds of events happened before the first reading, more than any one tick could walk back
/// over, and more come while it walks. Not one is passed over.
#[test]
fn s53_a_list_that_was_never_read_is_walked_back_to_its_beginning() {
    let shop = deaf();
    let tell = |count: u32| {
        for _ in 0..count {
            shop.world.advance(1);
            shop.world.sandbox(|sandbox, now| {
                let nothing = json!({ "id": format!("re_{}", now.0), "object": "refund" });
                sandbox.stripe.make_event(now, "refund.created", nothing);
            });
        }
    };
    tell(620);
    let buyer = paid(&shop);
    for _ in 0..5 {
        shop.tick_after(60);
    }
    assert!(cursor(&shop).starts_with("back:"), "{}", cursor(&shop));
    assert_eq!(shop.count("inbox"), 0, "nothing before the oldest");
    tell(30);
    for _ in 0..100 {
        shop.world.take_io();
        shop.tick_after(60);
        let calls = shop.world.take_io();
        let calls = calls.iter().filter(|io| matches!(io, Io::Send(_)));
        assert!(calls.count() <= 12, "bounded by the allowance");
    }
    let types = "SELECT count(*) FROM inbox WHERE event_type = 'refund.created'";
    assert_eq!(shop.value(types), 650);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

/// The walk begins again where another account is read from now on.
#[test]
fn a_walk_through_another_accounts_list_begins_anew() {
    for position in ["1795283000:evt_unknown", "back:1795283000:evt_unknown"] {
        let shop = deaf();
        let buyer = paid(&shop);
        shop.world.database(|database| {
            database.execute(&format!("UPDATE cursors SET position = '{position}'"));
        });
        shop.tick_after(60);
        assert_eq!(shop.status(&buyer), "confirmed", "{position}");
        shop.check();
    }
}

#[test]
fn s55_a_list_that_cannot_be_read_moves_nothing() {
    let faults = [Fault::Unavailable, Fault::NotReached, Fault::GarbageBody];
    for fault in faults {
        let shop = deaf();
        let buyer = paid(&shop);
        shop.fail_next_on(Target::Stripe, "/events", fault, 1);
        shop.tick_after(60);
        assert_eq!(cursor(&shop), "", "{fault:?}");
        assert_eq!(shop.status(&buyer), "awaiting_payment", "{fault:?}");
        assert_eq!(
            shop.value("SELECT sum(failed) FROM job_runs"),
            1,
            "{fault:?}"
        );
        shop.run_cron(360);
        assert_eq!(shop.status(&buyer), "confirmed", "{fault:?}");
        shop.check();
    }
}

/// S11 for the list: the cursor moves only past what is stored.
#[test]
fn s11_a_backfill_that_is_cut_off_at_any_step_loses_no_event() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0.. {
            let shop = deaf();
            let buyer = paid(&shop);
            shop.world.trouble_at(step, trouble);
            shop.tick_after(60);
            if shop.world.forget_trouble() {
                assert!(step >= 6, "only {step} steps were hit");
                break;
            }
            shop.world.restart();
            shop.run_cron(1_200);
            assert_eq!(shop.status(&buyer), "confirmed", "{trouble:?} at {step}");
            assert_eq!(shop.ledger().len(), 1);
            assert_eq!(shop.releases(), 1);
            assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
            shop.check();
        }
    }
}

/// A cursor that nobody can walk from any more: Stripe lists events for 30 days.
#[test]
fn a_cursor_that_is_too_old_or_unreadable_starts_anew() {
    for position in ["1:evt_ancient", "rubbish", "x:evt_1"] {
        let shop = deaf();
        let buyer = paid(&shop);
        shop.world.database(|database| {
            database.execute(&format!("UPDATE cursors SET position = '{position}'"));
        });
        shop.tick_after(60);
        assert_eq!(shop.status(&buyer), "confirmed", "{position}");
        shop.check();
    }
}
