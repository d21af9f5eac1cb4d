//! Orders whose time to pay is over. The provider's page is closed first, and its answer believed.

use common::{Buyer, Io, Shop, now_or_never};
use sandbox::stripe::{Outcome, SessionStatus};
use sandbox::{Fault, Target};

/// Orders that live for an hour.
fn shop() -> Shop {
    Shop::with(&[("ORDER_LIFETIME_HOURS", "1")])
}

/// A session that was opened a minute before the order's time is over; now it is.
fn overdue(shop: &Shop) -> (Buyer, String) {
    let buyer = shop.order();
    shop.world.advance(3_600 - 60);
    let session = shop.pay(&buyer);
    shop.tick();
    shop.world.advance(60);
    (buyer, session)
}

fn session_status(shop: &Shop, session: &str) -> SessionStatus {
    shop.world
        .sandbox(|sandbox, _| sandbox.stripe.session(session).expect("a session").status)
}

/// The requests to the provider and the batches of writes so far, in order.
fn steps(shop: &Shop) -> Vec<String> {
    let step = |io: Io| match io {
        Io::Send(what) if what.contains("/expire") => Some("expire at the provider".to_owned()),
        Io::Commit(names) if names.contains(&"INSERT_HISTORY") => Some("history".to_owned()),
        Io::Send(_) | Io::Commit(_) | Io::Query(_) | Io::Mail | Io::Blob(..) => None,
    };
    shop.world.take_io().into_iter().filter_map(step).collect()
}

#[test]
fn p6_the_page_at_the_provider_is_closed_before_the_order_ends() {
    let shop = shop();
    let (buyer, session) = overdue(&shop);
    shop.world.take_io();
    shop.tick();
    assert_eq!(
        steps(&shop),
        ["expire at the provider", "history", "history"]
    );
    assert_eq!(session_status(&shop, &session), SessionStatus::Expired);
    assert_eq!(shop.status(&buyer), "expired");
    assert_eq!(shop.value("SELECT state FROM payments"), "closed");
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_order_expired"]
    );
    let history = shop.texts("SELECT event AS text FROM order_history ORDER BY version");
    assert_eq!(
        history,
        ["created", "payment_started", "payment_closed", "expired"]
    );
    // Stripe tells that the session expired, cron ticks on: nothing is told twice.
    shop.live_through(86_400);
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_order_expired"]
    );
    shop.check_at_rest();
}

/// S56: the second before, nothing; at the second itself, the page says so before cron does.
#[test]
fn s56_an_order_expires_at_its_second_whether_or_not_cron_ticks() {
    let shop = shop();
    let buyer = shop.order();
    shop.tick_after(3_599);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 201);
    assert_eq!(shop.cancel(&buyer).status, 200);

    let other = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    shop.world.advance(3_600);
    assert_eq!(shop.status(&other), "expired");
    assert!(shop.page(&other).contains("Expired"));
    assert_eq!(shop.try_pay(&other, "payment-key-000000000002").status, 409);
    assert_eq!(shop.mails_of("mail_order_expired"), 0);
    shop.tick();
    assert_eq!(shop.mails_of("mail_order_expired"), 1);
    shop.check();
}

/// S20 with the clock in the canceller's place: paid at the same moment.
#[test]
fn s20_an_order_that_was_paid_at_its_last_moment_is_confirmed() {
    let shop = shop();
    let (buyer, session) = overdue(&shop);
    shop.lose_webhooks();
    shop.pay_at_stripe(&session);
    shop.tick();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_payment_confirmed"]
    );
    assert_eq!(shop.releases(), 1);
    shop.live_through(3_600);
    shop.check_at_rest();
}

/// S58: the money is on its way, so the order is neither ended nor is anything asked for it.
#[test]
fn s58_an_order_whose_debit_is_on_its_way_is_not_expired() {
    let shop = shop();
    let (buyer, session) = overdue(&shop);
    assert!(shop.try_to_pay_at_stripe(&session, Outcome::Delayed));
    shop.deliver_webhooks();
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.status(&buyer), "processing");
    assert_eq!(shop.world.requests_to("/expire").len(), 0);
    assert_eq!(shop.mails_of("mail_order_expired"), 0);
    // Cron looks at the order again, rarer and rarer.
    let asks = shop.value("SELECT asks FROM orders").as_i64().unwrap();
    assert!((5..10).contains(&asks), "{asks}");
    shop.check();
}

/// S55: as long as nobody knows whether the page was paid, the order does not end.
#[test]
fn s55_an_order_does_not_expire_while_the_provider_is_silent() {
    let shop = shop();
    let (buyer, session) = overdue(&shop);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    shop.world.database(|database| {
        database.execute("UPDATE cursors SET due_at = 9007199254740991");
    });
    let mut closings = Vec::new();
    for minute in 0..6 * 60 {
        let before = shop.world.requests_to("/expire").len();
        shop.tick();
        if shop.world.requests_to("/expire").len() > before {
            closings.push(minute);
        }
        shop.world.advance(60);
    }
    assert_eq!(
        closings,
        [0, 1, 3, 8, 18, 48, 108, 168, 228, 288, 348],
        "back-off"
    );
    assert_eq!(shop.value("SELECT state FROM orders"), "unpaid");
    assert_eq!(shop.mails_of("mail_order_expired"), 0);
    shop.mend();
    shop.live_through(2 * 3_600);
    assert_eq!(shop.status(&buyer), "expired");
    assert_eq!(session_status(&shop, &session), SessionStatus::Expired);
    assert_eq!(shop.mails_of("mail_order_expired"), 1);
    shop.live_through(86_400);
    shop.check();
}

#[test]
fn an_order_that_nobody_began_to_pay_expires_without_asking_the_provider() {
    let shop = shop();
    shop.lose_webhooks();
    let buyer = shop.order();
    shop.world.advance(3_600);
    shop.world.take_io();
    shop.tick();
    assert_eq!(steps(&shop), ["history"]);
    assert_eq!(shop.status(&buyer), "expired");
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_order_expired"]
    );
    shop.check_at_rest();
}

/// S56: the row was leased by a clock that ran ahead.
#[test]
fn s56_an_order_whose_deadline_lies_ahead_again_waits_for_it() {
    let shop = shop();
    let buyer = shop.order();
    shop.world.advance(3_600);
    // The lease, and then the clock is put right before the order is looked at.
    let mut tick = shop.cron();
    while shop.due("orders") == Some(shop.now().0) {
        assert!(!tick.go_on());
    }
    shop.world.advance(-1_800);
    tick.finish();
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.value("SELECT due_at - expires_at FROM orders"), 0);
    shop.world.advance(1_800);
    shop.tick();
    assert_eq!(shop.status(&buyer), "expired");
    assert_eq!(shop.mails_of("mail_order_expired"), 1);
    shop.check();
}

/// A shop that lost its card settings still ends its orders, but not those that may have been paid.
#[test]
fn p6_without_the_provider_only_orders_without_a_payment_expire() {
    let mut shop = shop();
    let (paying, _) = overdue(&shop);
    let idle = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    shop.redeploy(&[("STRIPE_SECRET_KEY", ""), ("ORDER_LIFETIME_HOURS", "1")]);
    shop.world.advance(3_600);
    now_or_never(edgetill::cron::tick::tick(&shop.world, &shop.settings));
    assert_eq!(shop.status(&idle), "expired");
    let state = format!(
        "SELECT state FROM orders WHERE order_number = '{}'",
        paying.number
    );
    assert_eq!(shop.value(&state), "unpaid");
    shop.check();
}
