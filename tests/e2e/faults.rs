//! The others fail: Stripe, the mail service, production. Most of these tests take the shop for
//! themselves, because a fault strikes whoever comes next.

use std::thread;

use common::harness::{LiveOrder, alone, order_body, shared, wait_for, wait_longer_for};
use std::time::Duration;

const CREATE: &str = "/v1/checkout/sessions";

fn sessions(order: &LiveOrder<'_>) -> usize {
    order.visitor.shop.sandbox.sessions_of(&order.number).len()
}

#[test]
fn a_provider_that_is_down_is_a_503_and_the_same_request_heals_it() {
    let shop = alone();
    for fault in [
        "unavailable",
        "server_error_before_effect",
        "too_many_requests",
        "key_in_use",
    ] {
        let order = shop.visitor().order();
        shop.sandbox.fail("stripe", CREATE, fault, 1);
        let key = order.visitor.key("payment");
        let answer = order.try_pay(&key);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "provider_unavailable"),
            "{fault}"
        );
        assert!(answer.header("retry-after").is_some());
        order.assert_status("awaiting_payment");
        let answer = order.try_pay(&key).expect(201);
        assert_eq!(sessions(&order), 1, "{fault}");
        order.session_of(&answer).choose("pay");
        order.assert_confirmed_once();
    }
}

#[test]
fn p4_an_answer_that_makes_no_sense_is_asked_for_again_with_the_same_key() {
    let shop = alone();
    for fault in ["garbage_body", "oversize_body", "server_error_after_effect"] {
        let order = shop.visitor().order();
        shop.sandbox.fail("stripe", CREATE, fault, 1);
        let key = order.visitor.key("payment");
        assert_eq!(order.try_pay(&key).status, 503, "{fault}");
        assert_eq!(sessions(&order), 1, "it had its effect: {fault}");
        if fault == "server_error_after_effect" {
            // Stripe repeats its stored 500 under this key for a day; cron looks the session up.
            let _ = order.try_pay(&key);
        }
        shop.database.age(&order.number, 24 * 3_600);
        shop.tick();
        let answer = order.try_pay(&key);
        assert_eq!(answer.status, 201, "{fault}: {answer}");
        assert_eq!(sessions(&order), 1, "{fault}");
    }
}

/// The deadline of ten seconds, on the return and on the first call; both wait at the same time.
#[test]
fn a_provider_that_does_not_answer_is_given_up_after_ten_seconds() {
    let shop = alone();
    let returning = shop.visitor().order();
    let session = returning.pay();
    session.choose("pay_lost");
    let ask = format!("{CREATE}/{}", session.id);
    shop.sandbox.fail("stripe", &ask, "not_reached", 1);
    let starting = shop.visitor().order();
    shop.sandbox.fail("stripe", CREATE, "lost_after_effect", 1);

    let began = shop.sandbox.now();
    let key = starting.visitor.key("payment");
    let back = thread::scope(|scope| {
        let back = scope.spawn(|| session.come_back(&returning));
        let answer = starting.try_pay(&key);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "provider_unavailable")
        );
        back.join().unwrap()
    });
    let took = shop.sandbox.now() - began;
    assert!((9..14).contains(&took), "{took} s");

    // P6: neither paid nor failed; the page says so, looks again by itself, and offers no second
    // payment.
    assert_eq!(
        back.must("location"),
        format!("/orders/{}", returning.number)
    );
    returning.assert_status("confirming");
    let page = returning.page();
    let shown = page.text();
    let refreshes = page.header("refresh").is_some() || shown.contains("http-equiv=\"refresh\"");
    assert!(
        refreshes && shown.contains("Please do not pay again"),
        "{page}"
    );
    assert!(!shown.contains("Pay by card"), "{shown}");
    session.come_back(&returning);
    returning.assert_confirmed_once();

    // The first call did make a session; the repeat finds it.
    let answer = starting.try_pay(&key).expect(201);
    assert_eq!(sessions(&starting), 1);
    starting.session_of(&answer).choose("pay");
    starting.assert_confirmed_once();
}

#[test]
fn s12_an_event_whose_checkout_cannot_be_read_back_is_kept_and_settled_later() {
    let shop = shared();
    let order = shop.visitor().order();
    let session = order.pay();
    let ask = format!("{CREATE}/{}", session.id);
    shop.sandbox.fail("stripe", &ask, "unavailable", 1);
    session.choose("pay_before_redirect");
    assert_ne!(order.status(), "confirmed");
    let parked = format!(
        "SELECT event_id FROM inbox WHERE object_id = '{}' AND state = 'parked'",
        session.id
    );
    let event = shop.database.value(&parked);
    shop.database
        .make_parked_event_due(event.as_str().expect("a parked event"));
    shop.tick();
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
}

#[test]
fn s55_a_provider_that_is_down_during_the_sweep_fails_no_payment_and_cancels_no_order() {
    let shop = alone();
    let (paid, open) = (shop.visitor().order(), shop.visitor().order());
    paid.pay().choose("pay_lost");
    let waiting = open.pay();
    for order in [&paid, &open] {
        shop.database.age(&order.number, 120);
    }
    shop.sandbox
        .fail("stripe", "/v1/", "server_error_before_effect", 1_000);
    shop.tick();
    for order in [&paid, &open] {
        order.assert_status("confirming");
        let next = "SELECT y.due_at - unixepoch() FROM payments y JOIN payment_allocations p
                    USING (payment_id) WHERE p.order_number = '{}'";
        assert!(order.count(next) > 60, "it backs off");
    }
    shop.sandbox.heal();
    for order in [&paid, &open] {
        shop.database.age(&order.number, 600);
    }
    shop.tick();
    paid.wait_for_status("confirmed");
    paid.assert_confirmed_once();
    open.assert_status("awaiting_payment");
    waiting.choose("pay");
    open.assert_confirmed_once();
}

#[test]
fn p2_mail_and_release_that_failed_are_sent_later_and_once() {
    let shop = alone();
    let order = shop.visitor().order();
    assert_eq!(order.subjects().len(), 1);
    // One after the other: refused, and taken with the answer lost on its way.
    shop.sandbox.fail("mail", "", "unavailable", 1);
    shop.sandbox
        .fail("mail", "", "server_error_after_effect", 1);
    shop.sandbox.fail("production", "", "unavailable", 1);
    order.pay().choose("pay");
    order.assert_status("confirmed");
    for _ in 0..3 {
        let tried = "SELECT count(*) FROM outbox WHERE order_number = '{}' AND note <> ''";
        wait_for("the try", || (order.count(tried) > 0).then_some(()));
        shop.database.age(&order.number, 3_600);
        shop.tick();
    }
    order.assert_confirmed_once();
}

#[test]
fn a_mail_service_that_is_down_does_not_keep_anybody_from_ordering() {
    let shop = alone();
    let visitor = shop.visitor();
    shop.sandbox.fail("mail", "", "unavailable", 1);
    let order = visitor.order_of(&order_body(&visitor.email()));
    order.pay().choose("pay_lost");
    order.assert_status("awaiting_payment");
    wait_longer_for("the mail", Duration::from_secs(15), || {
        shop.database.age(&order.number, 600);
        shop.tick();
        (!shop.sandbox.mails_to(&visitor.email()).is_empty()).then_some(())
    });
}
