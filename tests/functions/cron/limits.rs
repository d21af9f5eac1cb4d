//! What one tick may use: the platform's limit of steps.

use common::Shop;
use sandbox::paypal::Funding;
use sandbox::{Fault, Target};

use super::{count_of, orders};

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
