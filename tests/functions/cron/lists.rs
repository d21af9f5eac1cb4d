//! What no webhook told is found in Stripe's list of events.

use common::{OtherCheckout, Shop, Trouble};
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};
use shared::http::{InResponse, OutRequest};

use super::poison::poison;
use super::{count_of, orders, paid_orders, without_backfill};

fn listings(shop: &Shop) -> Vec<OutRequest> {
    shop.world.requests_to("/v1/events")
}

fn position(shop: &Shop) -> String {
    let position = shop.value("SELECT position FROM cursors WHERE provider = 'stripe'");
    position.as_str().expect("a text").to_owned()
}

/// Declined cards: each leaves one event that changes nothing.
fn declines(shop: &Shop, session: &str, times: usize) {
    for _ in 0..times {
        assert!(shop.try_to_pay_at_stripe(session, Outcome::Declined));
    }
}

/// Stripe's list finds what no webhook told, within minutes and without waiting for a poll.
#[test]
fn p1_an_event_whose_delivery_was_lost_is_found_in_the_list() {
    let shop = Shop::open();
    let paid = paid_orders(&shop, 1);
    shop.tick();
    assert_eq!(shop.status(&paid[0].0), "confirmed");
    let history = shop.rows("SELECT actor, cause FROM order_history WHERE event = 'confirmed'");
    assert_eq!(history[0]["actor"], "provider:stripe");
    let cause = history[0]["cause"].as_str().unwrap();
    assert!(cause.starts_with("listed event evt_"), "{cause}");
    let stored = shop.texts("SELECT event_id AS text FROM inbox");
    assert_eq!(stored.len(), 1);
    assert!(position(&shop).ends_with(&stored[0]));
    // What was delivered as well has its effect once.
    shop.live_through(3_600);
    assert_eq!(count_of(&shop, "inbox"), 1);
    shop.check_at_rest();
}

/// More than a tick may take: the rest with the next ones, and each once.
#[test]
fn p1_twenty_lost_events_are_taken_in_over_several_ticks() {
    let shop = Shop::open();
    let paid = paid_orders(&shop, 20);
    let mut taken = Vec::new();
    while taken.last() != Some(&20) && taken.len() < 10 {
        shop.tick_after(1);
        taken.push(count_of(&shop, "inbox"));
        let newest = shop.value(
            "SELECT event_id FROM inbox WHERE event_id = (
               SELECT substr(position, instr(position, ':') + 1) FROM cursors
               WHERE provider = 'stripe')",
        );
        assert!(newest.is_string(), "the cursor stands on a stored event");
    }
    assert_eq!(taken, [8, 16, 20]);
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    shop.run_cron(3_600);
    assert_eq!(
        listings(&shop).len(),
        3 + 12,
        "and then every five minutes again"
    );
    shop.check_at_rest();
}

/// Lists come newest first: a first reading begins with the oldest page, not with the newest.
#[test]
fn p1_a_first_reading_begins_at_the_beginning_of_a_long_list() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let orders = orders(&shop, 2, 1);
    shop.pay_at_stripe(&orders[0].1);
    shop.world.advance(1);
    declines(&shop, &orders[1].1, 120);
    for page in 1..=3 {
        assert_eq!(shop.status(&orders[0].0), "awaiting_payment");
        shop.tick();
        assert_eq!(listings(&shop).len(), page, "a page of the way back");
    }
    assert_eq!(
        shop.status(&orders[0].0),
        "confirmed",
        "its event is the oldest"
    );
    shop.run_cron(20 * 60);
    assert_eq!(
        count_of(
            &shop,
            "inbox WHERE event_type = 'payment_intent.payment_failed'"
        ),
        120
    );
    shop.check();
}

/// A cursor that the provider does not know, as after a change of the account, or one older than
/// the 30 days for which it keeps events.
#[test]
fn p1_a_cursor_that_is_gone_at_the_provider_begins_anew() {
    for position in [
        "1795283000:evt_of_another_account",
        "1780000000:evt_long_ago",
        "nonsense",
    ] {
        let shop = Shop::open();
        shop.world.database(|database| {
            database.execute(&format!("UPDATE cursors SET position = '{position}'"));
        });
        let paid = paid_orders(&shop, 1);
        shop.tick();
        assert_eq!(shop.status(&paid[0].0), "confirmed", "{position}");
        let failed = count_of(&shop, "job_runs WHERE failed > 0");
        assert_eq!(failed, 0, "{position}");
        shop.live_through(3_600);
        shop.check_at_rest();
    }
}

/// The cursor moves only past events that are stored.
#[test]
fn p1_the_cursor_never_moves_past_an_event_that_could_not_be_stored() {
    let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
    let paid = paid_orders(&shop, 4);
    // The lease; the list; what is known; and for each event a read, the read-back and the batch.
    // The third event's batch fails, and so does the one that would park it.
    shop.world.trouble_at(3 + 3 + 3 + 2, Trouble::Killed);
    shop.tick();
    assert!(!shop.world.forget_trouble());
    shop.world.restart();
    assert_eq!(
        (count_of(&shop, "inbox"), position(&shop).as_str()),
        (2, "")
    );
    shop.tick_after(300);
    assert_eq!(count_of(&shop, "inbox"), 4);
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    shop.live_through(3_600);
    shop.check_at_rest();
}

/// S54: an event about an order that cannot be read is parked, so that those behind it are reached.
#[test]
fn s54_a_listed_event_that_cannot_be_handled_is_parked() {
    let shop = Shop::open();
    let paid = paid_orders(&shop, 3);
    poison(&shop, &paid[1].0);
    shop.tick();
    let states = shop.texts("SELECT state AS text FROM inbox ORDER BY received_at, state");
    assert_eq!(states, ["done", "done", "parked"]);
    assert_eq!(shop.status(&paid[0].0), "confirmed");
    assert_eq!(shop.status(&paid[2].0), "confirmed");
    shop.check();
}

/// S55: a provider that does not answer costs the reading nothing but time.
#[test]
fn s55_a_list_that_cannot_be_read_is_read_later() {
    for fault in [Fault::Unavailable, Fault::NotReached, Fault::GarbageBody] {
        let shop = Shop::open();
        let paid = paid_orders(&shop, 1);
        shop.fail_next_on(Target::Stripe, "/events", fault, 1);
        let tally = shop.tick();
        assert_eq!(tally.failed, 1, "{fault:?}");
        assert_eq!(position(&shop), "", "{fault:?}");
        shop.tick_after(60);
        assert_eq!(listings(&shop).len(), 1, "not at once again: {fault:?}");
        shop.tick_after(240);
        assert_eq!(listings(&shop).len(), 2, "{fault:?}");
        assert_ne!(position(&shop), "", "{fault:?}");
        assert_eq!(shop.status(&paid[0].0), "confirmed");
        shop.check();
    }
}

/// An event that the schema refuses to store stops the reading there, and what came before stays.
#[test]
fn p1_the_cursor_stands_before_an_event_that_the_schema_refuses() {
    let shop = Shop::open();
    let paid = paid_orders(&shop, 4);
    shop.world.database(|database| {
        database.execute(&format!(
            "CREATE TRIGGER refused BEFORE INSERT ON inbox WHEN NEW.object_id = '{}'
             BEGIN SELECT RAISE(ABORT, 'not this one'); END",
            paid[2].1
        ));
    });
    assert_eq!(shop.tick().failed, 1);
    let stored = shop.texts("SELECT event_id AS text FROM inbox WHERE object_id <> ''");
    assert_eq!(stored.len(), 2);
    let newest = shop.texts(&format!(
        "SELECT event_id AS text FROM inbox WHERE object_id = '{}'",
        paid[1].1
    ));
    assert!(position(&shop).ends_with(&newest[0]), "{}", position(&shop));
    shop.world
        .database(|database| database.execute("DROP TRIGGER refused"));
    shop.tick_after(300);
    assert_eq!(count_of(&shop, "inbox"), 4);
    shop.live_through(3_600);
    shop.check_at_rest();
}

/// S46, P1: money from outside that names an order of ours. The database fails right when the event is
/// looked at; it is parked, and a person is told all the same.
#[test]
fn p1_a_claim_from_outside_that_is_parked_opens_its_case() {
    // The lease; the list; what is known; then the event: a read, the order that it names, the batch.
    for step in [3, 4, 5] {
        let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
        shop.lose_webhooks();
        let buyer = shop.order();
        let session = shop.open_elsewhere(&OtherCheckout {
            reference: Some(&buyer.number),
            amount: 11_900,
            ..OtherCheckout::default()
        });
        shop.pay_at_stripe(&session);
        shop.world.trouble_at(step, Trouble::Before);
        shop.tick();
        assert!(!shop.world.forget_trouble());
        assert_eq!(count_of(&shop, "inbox WHERE state = 'parked'"), 1, "{step}");
        shop.live_through(3_600);
        assert_eq!(
            shop.open_cases(),
            [format!("event_foreign {session}")],
            "{step}"
        );
        let evidence = shop.value("SELECT evidence FROM cases");
        assert!(
            evidence.as_str().unwrap().contains(&buyer.number),
            "{evidence}"
        );
        assert_eq!(count_of(&shop, "inbox WHERE state = 'parked'"), 0, "{step}");
        shop.check();
    }
}

/// A parked event that names no payment may be about a checkout that is bound to one.
#[test]
fn p1_a_parked_event_is_known_by_its_checkout() {
    let shop = Shop::open();
    without_backfill(&shop);
    let (buyer, _, body) = shop.paid_and_untold();
    shop.break_down(Target::Stripe, Fault::Unavailable);
    assert_eq!(shop.receive(&body).status, 200);
    shop.mend();
    shop.world.database(|database| {
        database.execute("UPDATE payments SET due_at = NULL");
        database.execute("UPDATE inbox SET payment_id = NULL WHERE state = 'parked'");
    });
    shop.tick_after(60);
    assert_eq!(shop.status(&buyer), "confirmed");
}

fn answer(body: &Json) -> Option<InResponse> {
    Some(InResponse {
        status: 200,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    })
}

/// P1, S54: items of a list that are no events stop nothing, and a person is told of them once.
#[test]
fn p1_a_page_of_unreadable_events_is_passed_and_put_before_a_person() {
    for newest in [json!({ "id": "evt_2" }), json!({ "id": 2 })] {
        let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
        let now = shop.now().0;
        shop.world.database(|database| {
            database.execute(&format!("UPDATE cursors SET position = '{now}:evt_0'"));
        });
        let readable = json!({
            "id": "evt_3", "object": "event", "type": "payment_intent.payment_failed",
            "created": now, "livemode": false,
            "data": { "object": { "id": "pi_1", "object": "payment_intent" } },
        });
        shop.world.answer_with(move |request| {
            let after = |id: &str| request.url.contains(&format!("ending_before={id}"));
            let page = |data: Json, has_more| {
                answer(&json!({ "object": "list", "data": data, "has_more": has_more }))
            };
            let is_list = request.url.contains("/v1/events");
            match is_list {
                true if after("evt_0") => page(json!([newest, { "id": "evt_1" }]), true),
                true if after("evt_1") || after("evt_2") => page(json!([readable]), false),
                true => page(json!([]), false),
                false => None,
            }
        });
        for _ in 0..3 {
            shop.tick_after(300);
        }
        assert_eq!(shop.texts("SELECT event_id AS text FROM inbox"), ["evt_3"]);
        assert!(position(&shop).ends_with(":evt_3"), "{}", position(&shop));
        assert_eq!(shop.open_cases(), ["event_unmatched evt_1"]);
        assert_eq!(shop.mails_of("mail_staff_alert"), 1);
        let lines = shop.world.log_lines();
        let told = lines
            .iter()
            .filter(|line| line["message"] == "the list has what cannot be read as an event");
        assert_eq!(told.count(), 1);
    }
}

/// The same in a page of events that can be read, and in PayPal's list, whose last minutes are read
/// again and again.
#[test]
fn p1_an_unreadable_event_of_paypal_is_told_once() {
    let shop = Shop::with(&[("STRIPE_SECRET_KEY", "")]);
    shop.world.answer_with(|request| {
        let is_list = request.url.contains("/webhooks-events");
        is_list.then(|| answer(&json!({ "events": [{ "id": "WH-BAD" }, 7] })))?
    });
    for _ in 0..5 {
        shop.tick_after(300);
    }
    assert_eq!(shop.open_cases(), ["event_unmatched WH-BAD"]);
    assert_eq!(shop.mails_of("mail_staff_alert"), 1);
    assert_eq!(count_of(&shop, "job_runs WHERE failed > 0"), 0);
}
