//! Cron: leases, slices and dead workers, and the row that a tick leaves. What it must not be kept from
//! by one bad row, and how it reads the providers' lists, have files of their own.

mod limits;
mod lists;
mod poison;

use common::{Buyer, Shop, Trouble};
use serde_json::Value as Json;

/// Several orders, each with its session, begun so many seconds apart.
fn orders(shop: &Shop, count: usize, apart_s: i64) -> Vec<(Buyer, String)> {
    let order = |_| {
        shop.world.advance(apart_s);
        let index = count_of(shop, "orders");
        let buyer = shop.order_of_customer(index);
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
    let polled = count_of(&shop, "order_history WHERE cause = 'poll'");
    assert!((4..=8).contains(&polled), "bounded: {polled}");
    let oldest = paid.iter().take(usize::try_from(polled).unwrap());
    for (buyer, _) in oldest {
        assert!(confirmed.contains(&buyer.number), "oldest first");
    }
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
