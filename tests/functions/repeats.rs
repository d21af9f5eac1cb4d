//! The same fact told twice, five times at once, under two ids, or by every source together.

use common::{Io, Shop, at_once, shuffled};
use sandbox::WebhookMode;

const COMPLETED: &str = "checkout.session.completed";

#[test]
fn s04_the_same_event_five_times_at_once_has_one_effect_in_every_interleaving() {
    for seed in 0..60 {
        let shop = Shop::open();
        let (buyer, _, body) = shop.paid_and_untold();
        let deliveries = (0..5).map(|_| shop.begin_webhook(&body)).collect();
        let replies = at_once(deliveries, shuffled(seed));
        for reply in &replies {
            assert_eq!(reply.status, 200, "seed {seed}");
        }
        for reply in &replies {
            shop.after(reply);
        }
        assert_eq!(shop.value("SELECT count(*) FROM inbox"), 1);
        shop.assert_sold_once(&buyer);
    }
}

/// Design section 8: a webhook is one read, one read-back and one batch; a repeat is one read.
#[test]
fn s04_a_repeat_costs_one_read() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    shop.world.take_io();
    let reply = shop.receive_only(&body);
    let io = shop.world.take_io();
    assert!(
        matches!(io.as_slice(), [Io::Query(_), Io::Send(_), Io::Commit(_)]),
        "{io:?}"
    );
    shop.after(&reply);
    shop.world.take_io();
    assert_eq!(shop.receive_only(&body).status, 200);
    let io = shop.world.take_io();
    assert!(matches!(io.as_slice(), [Io::Query(_)]), "{io:?}");
    shop.assert_sold_once(&buyer);
}

/// S04 with the strictest interleaving: all five read the same before the first one writes.
#[test]
fn s04_five_that_all_saw_the_order_unpaid_have_one_effect() {
    let shop = Shop::open();
    let (buyer, _, body) = shop.paid_and_untold();
    let waiting: Vec<_> = (0..5)
        .map(|_| shop.begin_webhook(&body).after_steps(2))
        .collect();
    for delivery in waiting {
        let reply = delivery.finish();
        assert_eq!(reply.status, 200);
        shop.after(&reply);
    }
    shop.assert_sold_once(&buyer);
}

#[test]
fn s04_five_copies_from_stripe_have_one_effect() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.world
        .sandbox(|sandbox, _| sandbox.stripe.set_webhook_mode(WebhookMode::FiveTimes));
    shop.pay_at_stripe(&session);
    let answers = shop.deliver_webhooks();
    assert!(
        answers.len() >= 5 && answers.iter().all(|status| *status == 200),
        "{answers:?}"
    );
    shop.assert_sold_once(&buyer);
}

#[test]
fn s05_one_fact_under_two_event_ids_has_one_effect() {
    for seed in 0..20 {
        let shop = Shop::open();
        let buyer = shop.order();
        let session = shop.pay(&buyer);
        shop.world
            .sandbox(|sandbox, _| sandbox.stripe.set_webhook_mode(WebhookMode::TwoEventIds));
        shop.pay_at_stripe(&session);
        let twins = shop.take_webhooks_of(COMPLETED);
        assert_eq!(twins.len(), 2);
        let deliveries = twins
            .iter()
            .map(|twin| shop.begin_webhook(&twin.body))
            .collect();
        for reply in at_once(deliveries, shuffled(seed)) {
            assert_eq!(reply.status, 200);
            shop.after(&reply);
        }
        assert_eq!(
            shop.texts("SELECT state AS text FROM inbox"),
            ["done", "done"],
            "both are stored"
        );
        shop.assert_sold_once(&buyer);
    }
}

#[test]
fn s05_webhook_redirect_and_poll_at_once_have_one_effect() {
    for seed in 0..40 {
        let shop = Shop::open();
        let (buyer, session, body) = shop.paid_and_untold();
        shop.world.advance(100);
        let tasks = vec![
            shop.begin_webhook(&body),
            shop.begin_return(&session),
            shop.begin_webhook(&body),
            shop.begin_return(&session),
        ];
        let mut tick = shop.begin_tick();
        let mut pick = shuffled(seed);
        let replies = at_once(tasks, |left| {
            if pick(3) == 0 {
                tick.go_on();
            }
            pick(left)
        });
        for reply in replies {
            assert!(
                matches!(reply.status, 200 | 303),
                "seed {seed}: {}",
                reply.status
            );
            shop.after(&reply);
        }
        tick.finish();
        shop.run_cron(300);
        shop.assert_sold_once(&buyer);
    }
}
