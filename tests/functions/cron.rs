//! Cron's ticks: bounded, oldest first, each row by itself; and the list of events that it reads.

use common::{Buyer, Shop, Trouble, order_body};
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};
use serde_json::Value as Json;
use shared::http::OutRequest;

/// Several orders, each with its session, begun so many seconds apart.
fn orders(shop: &Shop, count: usize, apart_s: i64) -> Vec<(Buyer, String)> {
    let order = |_| {
        shop.world.advance(apart_s);
        let index = count_of(shop, "orders");
        let buyer = shop.order_of(&order_body(), &format!("order-key-{index:020}"));
        let session = shop.pay(&buyer);
        (buyer, session)
    };
    (0..count).map(order).collect()
}

/// As [`orders`], each paid, and nothing heard of it.
fn paid_orders(shop: &Shop, count: usize) -> Vec<(Buyer, String)> {
    shop.lose_webhooks();
    let orders = orders(shop, count, 1);
    for (_, session) in &orders {
        shop.pay_at_stripe(session);
    }
    orders
}

fn without_backfill(shop: &Shop) {
    shop.world.database(|database| {
        database.execute("UPDATE cursors SET due_at = 9007199254740991");
    });
}

fn count_of(shop: &Shop, sql: &str) -> i64 {
    let rows = shop.value(&format!("SELECT count(*) FROM {sql}"));
    rows.as_i64().expect("a number")
}

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

/// S53: six hours without cron. It catches up in slices, oldest first; everybody gets the mail that
/// is true now and nobody the one that would have been true in between.
#[test]
fn s53_after_six_hours_without_cron_it_catches_up_oldest_first_with_true_mails_only() {
    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "3")]);
    without_backfill(&shop);
    let paid = paid_orders(&shop, 20);
    let idle = orders(&shop, 10, 1).into_iter().map(|(buyer, _)| buyer);
    let idle: Vec<_> = idle.collect();
    shop.world.advance(6 * 3_600);

    shop.tick();
    let confirmed = shop.texts("SELECT order_number AS text FROM orders WHERE state = 'confirmed'");
    let oldest: Vec<_> = paid
        .iter()
        .take(8)
        .map(|(buyer, _)| buyer.number.clone())
        .collect();
    assert!(
        oldest.iter().all(|number| confirmed.contains(number)),
        "oldest first"
    );
    assert_eq!(
        count_of(&shop, "order_history WHERE cause = 'poll'"),
        8,
        "bounded"
    );
    assert!(confirmed.len() <= 16, "polls and deadlines, eight of each");

    shop.run_cron(20 * 60);
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    for buyer in &idle {
        assert_eq!(shop.status(buyer), "expired");
    }
    assert_eq!(shop.mails_of("mail_payment_confirmed"), 20);
    assert_eq!(shop.mails_of("mail_order_expired"), 10);
    assert_eq!(shop.mails_of("mail_payment_unconfirmed"), 0);
    assert_eq!(shop.mails_of("mail_staff_alert"), 0);
    assert_eq!(shop.releases(), 20);
    shop.check_at_rest();
}

/// S53: what a tick may take is bounded even when everything is due at once.
#[test]
fn s53_no_tick_makes_more_calls_than_the_platform_allows() {
    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "1")]);
    shop.break_down(Target::Mail, Fault::Unavailable);
    let paid = orders(&shop, 40, 1);
    for (_, session) in &paid {
        shop.pay_at_stripe(session);
    }
    orders(&shop, 30, 1);
    // Every event is parked, every mail waits, every order is overdue.
    shop.break_down(Target::Stripe, Fault::Unavailable);
    shop.deliver_webhooks();
    shop.world.advance(2 * 3_600);
    let mut most = 0;
    for tick in 0..90 {
        if tick == 30 {
            shop.mend();
        }
        let before = shop.world.requests_to("http").len();
        shop.tick_after(60);
        most = most.max(shop.world.requests_to("http").len() - before);
    }
    assert!((40..=50).contains(&most), "{most}");
    shop.live_through(30 * 3_600);
    shop.check_at_rest();
}

/// S52, S55: a provider that lets every call wait until its deadline. The tick ends in time, so that
/// its rows are not leased by another while it is still at them, and what it left is met again.
#[test]
fn s52_a_tick_with_a_slow_provider_ends_within_its_lease() {
    let shop = Shop::open();
    without_backfill(&shop);
    let paid = paid_orders(&shop, 8);
    shop.world.advance(90);
    shop.world.set_latency(10);
    let began = shop.now();
    let leased_until = began.plus(180);
    shop.tick();
    let took = shop.now().seconds_since(began);
    assert!(
        (50..120).contains(&took) && shop.now() < leased_until,
        "{took} s"
    );
    let settled = count_of(&shop, "payments WHERE state = 'paid'");
    assert!((3..8).contains(&settled), "{settled}");
    shop.world.set_latency(0);
    shop.run_cron(240);
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    shop.live_through(3_600);
    shop.check_at_rest();
}

/// S52, F3: the Worker dies right after the lease. Nobody takes its rows while the lease lasts, and
/// everybody's are met when it ends.
#[test]
fn s52_what_a_killed_tick_had_leased_is_met_again_when_the_lease_ends() {
    let shop = Shop::open();
    without_backfill(&shop);
    let paid = paid_orders(&shop, 3);
    shop.world.advance(90);
    shop.world.trouble_at(1, Trouble::Killed);
    shop.tick();
    assert!(!shop.world.forget_trouble());
    shop.world.restart();
    assert_eq!(shop.tick_after(179).handled, 1, "only the lease itself");
    shop.tick_after(1);
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    shop.check();
}

/// A lease whose answer was lost is a lease.
#[test]
fn s52_a_lease_whose_answer_was_lost_loses_no_row() {
    let shop = Shop::open();
    without_backfill(&shop);
    let paid = paid_orders(&shop, 3);
    shop.world.advance(90);
    shop.world.trouble_at(0, Trouble::After);
    assert_eq!(
        (
            shop.tick().handled,
            count_of(&shop, "payments WHERE state = 'paid'")
        ),
        (0, 0)
    );
    shop.run_cron(180);
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
    shop.check();
}

/// Makes an order unreadable, as a bad migration might.
fn poison(shop: &Shop, buyer: &Buyer) {
    shop.world.database(|database| {
        database.execute("DROP TRIGGER IF EXISTS orders_frozen");
        database.execute(&format!(
            "UPDATE orders SET quote = json_insert(quote, '$.was', json_extract(quote, '$.tax')),
                               quote = json_remove(quote, '$.tax') WHERE order_number = '{0}'",
            buyer.number
        ));
    });
}

/// S54: one poison order. Its payment cannot be settled; every other one is, and after some hours
/// a person is told. Once it is put right, the case closes by itself.
#[test]
fn s54_one_poison_payment_stops_no_other_and_ends_as_a_case() {
    let shop = Shop::open();
    without_backfill(&shop);
    let paid = paid_orders(&shop, 12);
    let (poisoned, _) = &paid[4];
    let quote = shop.value(&format!(
        "SELECT quote FROM orders WHERE order_number = '{}'",
        poisoned.number
    ));
    poison(&shop, poisoned);
    shop.world.advance(90);
    shop.run_cron(10 * 60);
    assert_eq!(count_of(&shop, "orders WHERE state = 'confirmed'"), 11);
    assert_eq!(shop.releases(), 11);
    assert!(
        count_of(&shop, "job_runs WHERE failed > 0") >= 2,
        "it is counted"
    );
    assert_eq!(shop.open_cases(), [""; 0], "not at the first failure");

    shop.live_through(4 * 3_600);
    let case = &shop.rows("SELECT * FROM cases")[0];
    assert_eq!(case["kind"], "stuck_work");
    let subject = case["subject"].as_str().unwrap().to_owned();
    assert!(subject.starts_with("payment/"), "{subject}");
    let evidence: Json = serde_json::from_str(case["evidence"].as_str().unwrap()).unwrap();
    assert!(
        evidence["last_fault"]
            .as_str()
            .unwrap()
            .contains("could not be read"),
        "{evidence}"
    );
    assert_eq!(shop.mails_of("mail_staff_alert"), 1);
    // Tried again, but not for ever as often.
    let asks = shop
        .value("SELECT max(asks) FROM payments")
        .as_i64()
        .unwrap();
    assert!((8..12).contains(&asks), "{asks}");

    shop.world.database(|database| {
        database.execute(&format!(
            "UPDATE orders SET quote = '{}' WHERE order_number = '{}'",
            quote.as_str().unwrap(),
            poisoned.number
        ));
    });
    shop.live_through(2 * 3_600);
    assert_eq!(shop.status(poisoned), "confirmed");
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_eq!(
        shop.value("SELECT closed_because FROM cases"),
        "it could be handled again"
    );
    assert_eq!(shop.releases(), 12);
    shop.check_at_rest();
}

/// S54, for an order at its end.
#[test]
fn s54_one_poison_order_does_not_keep_the_others_from_expiring() {
    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "1")]);
    let orders: Vec<_> = (0..10)
        .map(|index| shop.order_of(&order_body(), &format!("order-key-{index:020}")))
        .collect();
    poison(&shop, &orders[0]);
    shop.world.advance(3_600);
    shop.run_cron(5 * 60);
    assert_eq!(count_of(&shop, "orders WHERE state = 'expired'"), 9);
    shop.live_through(5 * 3_600);
    assert_eq!(
        shop.open_cases(),
        [format!("stuck_work order/{}", orders[0].number)]
    );
    let case_order = shop.value("SELECT order_number FROM cases");
    assert_eq!(case_order, orders[0].number.as_str());
    assert_eq!(shop.mails_of("mail_order_expired"), 9);
    shop.check();
}

/// S54: a message of a kind that this version does not know, as after a roll-back, or one about an
/// order that cannot be read.
#[test]
fn s54_one_poison_message_stops_no_other_and_ends_as_a_case() {
    let shop = Shop::open();
    shop.break_down(Target::Mail, Fault::Unavailable);
    let buyer = shop.order();
    let other = shop.order_of(&order_body(), "order-key-0000000000000002");
    shop.mend();
    poison(&shop, &other);
    let now = shop.now().0;
    shop.world.database(|database| {
        database.execute(&format!(
            "INSERT INTO outbox (kind, dedupe_key, payload, created_at, due_at)
             VALUES ('mail_of_tomorrow', 'x', '{{}}', {now}, {now})"
        ));
    });
    shop.run_cron(120);
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received"],
        "{}'s mail has left",
        buyer.number
    );
    without_backfill(&shop);
    shop.live_through(4 * 86_400);
    let mut dead = vec![
        "message_dead mail_of_tomorrow/x".to_owned(),
        format!("message_dead mail_order_received/{}", other.number),
    ];
    // The unreadable order is at its end by then, and stuck there.
    dead.push(format!("stuck_work order/{}", other.number));
    assert_eq!(shop.open_cases(), dead);
    assert_eq!(count_of(&shop, "outbox WHERE state = 'dead'"), 2);
    assert_eq!(shop.mails_of("mail_staff_alert"), 3);
}

/// S54: a parked event about an order that cannot be read.
#[test]
fn s54_one_poison_event_stops_no_other_and_ends_as_a_case() {
    let shop = Shop::open();
    let orders = orders(&shop, 10, 1);
    for (_, session) in &orders {
        shop.pay_at_stripe(session);
    }
    shop.break_down(Target::Stripe, Fault::Unavailable);
    let answers = shop.deliver_webhooks();
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    shop.mend();
    let parked = count_of(&shop, "inbox WHERE state = 'parked'");
    assert_eq!(parked, 10);
    // Their payments are not asked about, so that only the events can settle.
    shop.world.database(|database| {
        database.execute("UPDATE payments SET due_at = 9007199254740991");
    });
    without_backfill(&shop);
    poison(&shop, &orders[3].0);
    shop.world.advance(30);
    shop.run_cron(5 * 60);
    assert_eq!(count_of(&shop, "orders WHERE state = 'confirmed'"), 9);
    shop.live_through(5 * 3_600);
    assert_eq!(count_of(&shop, "inbox WHERE state = 'parked'"), 1);
    let cases = shop.open_cases();
    assert!(
        cases.len() == 1 && cases[0].starts_with("stuck_work event/evt_"),
        "{cases:?}"
    );
    shop.check();
}

/// A row per tick, with what it took and what failed; a week of them is kept.
#[test]
fn job_runs_has_a_row_per_tick_and_keeps_a_week_of_them() {
    let shop = Shop::open();
    shop.tick();
    let run = shop.rows("SELECT * FROM job_runs")[0].clone();
    assert_eq!(
        (&run["handled"], &run["failed"]),
        (&Json::from(3), &Json::from(0)),
        "the lease, and the list of each provider"
    );
    assert_eq!(run["started_at"], shop.now().0);
    let report: Json = serde_json::from_str(run["report"].as_str().unwrap()).unwrap();
    let expected =
        r#"{"payments":0,"events":0,"orders":0,"messages":0,"removals":0,"backfill":true}"#;
    assert_eq!(report, serde_json::from_str::<Json>(expected).unwrap());
    for _ in 0..9 * 24 {
        shop.tick_after(3_600);
    }
    let oldest = shop
        .value("SELECT min(started_at) FROM job_runs")
        .as_i64()
        .unwrap();
    let kept = (shop.now().0 - oldest) / 3_600;
    assert_eq!(kept, 7 * 24);
    assert_eq!(count_of(&shop, "job_runs"), kept + 1);
    // Two ticks in one second are two rows.
    shop.tick();
    assert_eq!(count_of(&shop, "job_runs"), kept + 2);
    // A tick that cannot even lease has nothing to write, and the next one goes on.
    shop.world.trouble_at(0, Trouble::Before);
    assert_eq!(shop.tick().failed, 1);
    assert_eq!(shop.tick().failed, 0);
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
        shop.world
            .sandbox(|sandbox, _| sandbox.fail_next_on(Target::Stripe, "/events", fault, 1));
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
