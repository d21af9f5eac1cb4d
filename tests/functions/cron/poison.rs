//! S54: a row that cannot be handled stops no other, and ends as a case.

use common::{Buyer, Shop, order_body};
use sandbox::{Fault, Target};
use serde_json::Value as Json;

use super::{count_of, orders, paid_orders, without_backfill};

/// Makes an order unreadable, as a bad migration might.
pub(super) fn poison(shop: &Shop, buyer: &Buyer) {
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
