//! What one tick may use: the platform's limit of steps, and its time, in shares that no kind of work
//! can take from another.

use common::{Buyer, Shop, order_body};
use sandbox::paypal::Funding;
use sandbox::{Fault, Target};

use super::{count_of, orders, paid_orders, without_backfill};

/// One tick: how many steps it took, each a round trip to the database or a call to others.
fn steps_of_tick(shop: &Shop) -> usize {
    let (before, runs) = (shop.world.steps(), count_of(shop, "job_runs"));
    shop.tick_after(60);
    assert_eq!(count_of(shop, "job_runs"), runs + 1, "it is written down");
    shop.world.steps() - before
}

/// S53: what a tick may use is bounded even when everything is due at once.
#[test]
fn s53_no_tick_takes_more_steps_than_the_platform_allows() {
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
        most = most.max(steps_of_tick(&shop));
    }
    assert!((40..=50).contains(&most), "{most}");
    shop.live_through(30 * 3_600);
    shop.check_at_rest();
}

/// As above, for PayPal, where a row takes more steps: a token, the order, the capture that is begun
/// and made, and the order once more when its answer is lost.
#[test]
fn s53_no_tick_takes_more_steps_than_the_platform_allows_at_paypal() {
    for fault in [None, Some(Fault::LostAfterEffect), Some(Fault::Unavailable)] {
        let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "1")]);
        let mut most = 0;
        for _ in 0..3 {
            approved_orders(&shop, 12);
            if let Some(fault) = fault {
                shop.break_down(Target::PayPal, fault);
            }
            // They are due when their half hour is over, and the list has told none of them.
            shop.world.advance(1_800);
            for tick in 0..20 {
                if tick == 10 {
                    shop.mend();
                }
                // A new isolate each time: its token is in the database, or nowhere.
                shop.world.restart();
                shop.world
                    .database(|database| database.execute("DELETE FROM provider_cache"));
                most = most.max(steps_of_tick(&shop));
            }
            // Some are paid, some expire, and some events wait.
            shop.world.advance(3_600);
        }
        assert!((40..=50).contains(&most), "{most} {fault:?}");
        shop.live_through(30 * 3_600);
        shop.check();
    }
}

/// Orders that their buyers have approved at PayPal; no webhook tells.
fn approved_orders(shop: &Shop, count: usize) {
    shop.lose_webhooks();
    for _ in 0..count {
        let buyer = shop.order_of_customer(count_of(shop, "orders"));
        let order = shop.pay_by_paypal(&buyer);
        shop.approve(&order, Funding::Good);
    }
}

/// How often cron has tried something, by its table.
fn tries(shop: &Shop, table: &str) -> i64 {
    let asks = shop.value(&format!("SELECT max(asks) FROM {table}"));
    asks.as_i64().expect("a number")
}

/// Many checkouts at a Stripe that lets every call wait for its deadline; at another provider an order
/// was paid whose release production has not got yet.
fn outage(shop: &Shop) -> Buyer {
    without_backfill(shop);
    shop.break_down(Target::Production, Fault::Unavailable);
    let buyer = shop.order_of(&order_body(), "order-key-of-the-paypal-1");
    let order = shop.pay_by_paypal(&buyer);
    shop.approve(&order, Funding::Good);
    shop.come_back_from_paypal(&order);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.lose_webhooks();
    shop.mend();
    orders(shop, 20, 1);
    shop.world.slow_down("/stripe", 10);
    shop.break_down(Target::Stripe, Fault::NotReached);
    buyer
}

/// S52, S55: a provider that hangs takes its share of each tick, and no more: a release leaves within
/// minutes, at its first try.
#[test]
fn s52_a_hanging_provider_does_not_keep_a_release_from_leaving() {
    let shop = Shop::open();
    outage(&shop);
    assert_eq!(shop.releases(), 0);
    shop.world.advance(90);
    for _ in 0..3 {
        let began = shop.now();
        shop.tick();
        let took = shop.now().seconds_since(began);
        assert!(took < 120, "{took} s");
    }
    assert_eq!(shop.releases(), 1);
    assert_eq!(tries(&shop, "outbox WHERE kind = 'release'"), 1);
    // The lists are read meanwhile, too.
    shop.world
        .database(|database| database.execute("UPDATE cursors SET due_at = 0"));
    let listed = |part: &str| shop.world.requests_to(part).len();
    let before = (listed("/v1/events"), listed("/webhooks-events"));
    shop.tick_after(60);
    shop.tick_after(60);
    let after = (listed("/v1/events"), listed("/webhooks-events"));
    assert!(
        after.0 > before.0 && after.1 > before.1,
        "{before:?} {after:?}"
    );
}

/// What a tick took and could not begin is no try: it is due again at once, and as young as before.
#[test]
fn s52_what_a_tick_took_and_did_not_begin_is_given_back_untried() {
    let shop = Shop::open();
    outage(&shop);
    shop.world.set_latency(10);
    shop.world.advance(90);
    let before = shop.world.requests_to("/stripe").len();
    shop.tick();
    let asked = shop.world.requests_to("/stripe").len() - before;
    let tried = count_of(&shop, "payments WHERE method = 'stripe' AND asks > 0");
    assert_eq!(
        usize::try_from(tried).unwrap(),
        asked,
        "a call for each that was begun"
    );
    assert!((1..8).contains(&tried), "{tried}");
    let now = shop.now().0;
    let due = count_of(
        &shop,
        &format!("payments WHERE method = 'stripe' AND due_at <= {now}"),
    );
    assert_eq!(due, 20 - tried, "the others are due");
}

/// The clock of a payment goes by questions that were asked: after half an hour of an outage none has
/// jumped to daily asking, and no row is called stuck.
#[test]
fn s54_an_outage_uses_up_no_tries_that_were_not_made() {
    let shop = Shop::open();
    outage(&shop);
    // What waits behind the outage: orders' mails and parked events among them.
    for _ in 0..30 {
        let before = shop.now();
        shop.tick();
        let took = shop.now().seconds_since(before);
        shop.world.advance((60 - took).max(0));
    }
    let calls = shop
        .world
        .requests_to("/stripe/v1/checkout/sessions/cs_")
        .len();
    let asks = shop.value("SELECT sum(asks) FROM payments WHERE method = 'stripe'");
    // Creating was a call for each, without a session in its address.
    assert!(
        asks.as_i64().unwrap() <= i64::try_from(calls).unwrap(),
        "{asks} tries, {calls} calls"
    );
    assert_eq!(count_of(&shop, "cases WHERE kind = 'stuck_work'"), 0);
}

/// Two ticks at once never handle a row twice, whatever one of them gives back meanwhile.
#[test]
fn s52_ticks_that_overlap_begin_no_row_twice() {
    let shop = Shop::open();
    without_backfill(&shop);
    let paid = paid_orders(&shop, 20);
    shop.world.advance(90);
    for seed in 0..20 {
        common::at_once(
            vec![shop.begin_tick(), shop.begin_tick()],
            common::shuffled(seed),
        );
    }
    let calls = shop.world.requests_to("/stripe/v1/checkout/sessions/cs_");
    let mut urls: Vec<_> = calls.iter().map(|call| call.url.clone()).collect();
    let all = urls.len();
    urls.sort();
    urls.dedup();
    assert_eq!((all, urls.len()), (20, 20), "each is asked about once");
    for (buyer, _) in &paid {
        assert_eq!(shop.status(buyer), "confirmed");
    }
}

/// What somebody else has dealt with meanwhile is not given back.
#[test]
fn s52_what_changed_while_a_tick_ran_out_of_time_stays_as_it_is() {
    let shop = Shop::open();
    without_backfill(&shop);
    let paid = paid_orders(&shop, 8);
    shop.world.advance(90);
    let tick = shop.begin_tick().after_steps(1);
    let (buyer, session) = &paid[7];
    shop.come_back(session);
    assert_eq!(shop.status(buyer), "confirmed");
    shop.world.set_latency(20);
    tick.finish();
    assert_eq!(count_of(&shop, "job_runs"), 1);
    let is_over = "payments WHERE state = 'paid' AND due_at IS NULL AND asks = 1";
    let settled = count_of(&shop, "payments WHERE state = 'paid'");
    assert!((2..8).contains(&settled), "{settled}");
    assert_eq!(count_of(&shop, is_over), settled);
    shop.world.set_latency(0);
    shop.live_through(3_600);
    shop.check_at_rest();
}
