//! What cron does when nobody else does it. Ticks go through workerd's own scheduled event; time
//! passes by moving an order's rows into the past.

use common::harness::{LiveOrder, alone, shared, wait_for};
use serde_json::Value as Json;

const HOUR_S: i64 = 3_600;

#[test]
fn s03_cron_settles_a_payment_of_a_buyer_who_never_came_back() {
    let shop = alone();
    let order = shop.visitor().order();
    order.pay().choose("pay_lost");
    shop.tick();
    order.assert_status("awaiting_payment");
    shop.database.age(&order.number, 95);
    shop.tick();
    order.assert_confirmed_once();
    let cause = format!(
        "SELECT actor || ': ' || cause FROM order_history
         WHERE order_number = '{}' AND event = 'confirmed'",
        order.number
    );
    assert_eq!(shop.database.value(&cause), "cron: poll");
}

#[test]
fn p1_a_lost_event_is_found_in_the_provider_s_list() {
    let shop = alone();
    let order = shop.visitor().order();
    order.pay().choose("pay_lost");
    // Each tick takes in a bounded number, and other tests have lost events too.
    for _ in 0..40 {
        if order.status() == "confirmed" {
            break;
        }
        shop.database.make_backfill_due();
        shop.tick();
    }
    order.assert_confirmed_once();
}

#[test]
fn s53_after_a_pause_of_six_hours_cron_catches_up_in_slices_without_wrong_mails() {
    let shop = alone();
    let orders: Vec<LiveOrder<'_>> = std::thread::scope(|scope| {
        let make = || {
            let order = shop.visitor().order();
            order.pay().choose("pay_lost");
            order
        };
        let running: Vec<_> = (0..12).map(|_| scope.spawn(make)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for (n, order) in orders.iter().enumerate() {
        // The later in the list, the longer ago.
        let minutes = i64::try_from(n).unwrap();
        shop.database.age(&order.number, 6 * HOUR_S + 60 * minutes);
    }
    shop.tick();
    let confirmed: Vec<bool> = orders
        .iter()
        .map(|order| order.status() == "confirmed")
        .collect();
    let count = confirmed.iter().filter(|confirmed| **confirmed).count();
    assert!((4..=8).contains(&count), "a slice: {count}");
    let expected: Vec<bool> = (0..12).map(|n| n >= 12 - count).collect();
    assert_eq!(confirmed, expected, "the oldest first");
    // What a full tick could not tell any more, the next ones do.
    for _ in 0..3 {
        shop.tick();
        for order in &orders {
            shop.database.age(&order.number, 60);
        }
    }
    shop.tick();
    for order in &orders {
        order.assert_confirmed_once();
    }
}

#[test]
fn a18_a22_the_promise_of_thirty_minutes_is_kept_to_the_minute() {
    let shop = alone();
    let order = shop.visitor().order();
    order.pay_into_silence();
    order.assert_status("confirming");

    shop.database.age(&order.number, 29 * 60);
    shop.tick();
    order.assert_status("confirming");
    assert_eq!(
        order.subjects().len(),
        1,
        "nobody is alarmed before the time"
    );

    shop.database.age(&order.number, 61);
    shop.tick();
    order.assert_status("unconfirmed");
    let page = order.page().text();
    assert!(
        page.contains("We could not confirm your payment yet"),
        "{page}"
    );
    let reference = order.view()["payment"]["payment_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let _ = order.wait_for_alert("payment unconfirmed", &reference);
    let subjects = order.subjects();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    shop.database.age(&order.number, HOUR_S);
    shop.tick();
    assert_eq!(order.subjects(), subjects, "told once");

    // S51: the provider is back, and the case closes by itself.
    shop.sandbox.heal();
    shop.database.age(&order.number, 6 * HOUR_S);
    shop.tick();
    order.wait_for_status("confirmed");
    wait_for("the confirmation", || {
        order
            .subjects()
            .contains(&"Your order # is confirmed".to_owned())
            .then_some(())
    });
    let case = "SELECT closed_because FROM cases WHERE kind = 'payment_unconfirmed' AND order_number = '{}'";
    let case = shop.database.value(&case.replace("{}", &order.number));
    assert_eq!(case, "the provider confirmed the payment");
}

#[test]
fn an_order_whose_time_is_over_expires_with_its_checkout_and_one_mail() {
    let shop = alone();
    let order = shop.visitor().order();
    let session = order.pay();
    shop.database.age(&order.number, 72 * HOUR_S + 1);
    // The deadline counts at once; cron writes it down.
    assert_eq!(
        order.try_pay(&order.visitor.key("late")).status,
        201,
        "the live payment is offered"
    );
    shop.tick();
    shop.tick();
    order.wait_for_status("expired");
    assert_eq!(session.status(), "expired");
    assert_eq!(
        order.subjects(),
        ["Your order # at Demo shop", "Your order # has expired"]
    );
    assert_eq!(
        order
            .try_pay(&order.visitor.key("later"))
            .expect(409)
            .code(),
        "order_expired"
    );
    shop.check();
}

#[test]
fn an_order_that_is_paid_at_the_last_moment_is_confirmed_and_never_expires() {
    let shop = alone();
    let order = shop.visitor().order();
    order.pay().choose("pay_lost");
    shop.database.age(&order.number, 72 * HOUR_S + 1);
    shop.tick();
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
}

#[test]
fn every_tick_leaves_a_row_and_the_health_page_sees_it() {
    let shop = shared();
    let runs = || shop.database.number("SELECT count(*) FROM job_runs");
    let before = runs();
    shop.tick();
    assert!(runs() > before);
    let health = shop.get("/healthz").expect(200).json();
    assert_eq!(health["cron"]["alive"], true);
    assert_eq!(health["status"], "green", "{health:#}");
    let doors = health["doors"].as_object().unwrap();
    assert!(
        doors.values().all(|open| *open == Json::Bool(true)),
        "{health:#}"
    );
}

/// The scheduled event has no address of its own in the shop.
#[test]
fn cron_has_no_public_address() {
    let shop = shared();
    for path in ["/cron", "/__scheduled", "/scheduled", "/tick"] {
        assert_eq!(shop.get(path).status, 404, "{path}");
    }
}
