//! The others fail: Stripe, the mail service, production. Most of these tests take the shop for
//! themselves, because a fault strikes whoever comes next.

use std::thread;

use common::harness::{Answer, LiveOrder, alone, order_body, wait_for};
use serde_json::json;

const CREATE: &str = "/v1/checkout/sessions";

fn sessions(order: &LiveOrder<'_>) -> usize {
    order.visitor.shop.sandbox.sessions_of(&order.number).len()
}

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer}");
    assert_eq!(answer.code(), "provider_unavailable");
    assert_eq!(answer.must("retry-after"), "30");
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
        assert_unavailable(&order.try_pay(&key));
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

/// The deadline of ten seconds, on three calls that wait at the same time: the first call to the
/// provider, the question after a return, and a mail.
#[test]
fn whoever_does_not_answer_is_given_up_after_ten_seconds() {
    let shop = alone();
    let [starting, returning, told] = [(); 3].map(|()| shop.visitor().order());
    let (session, paid) = (returning.pay(), told.pay());
    session.choose("pay_lost");
    shop.sandbox.fail_about(&session.id, "not_reached", 1);
    shop.sandbox.fail("mail", "", "lost_after_effect", 1);
    paid.choose("pay");
    shop.sandbox.fail("stripe", CREATE, "lost_after_effect", 1);

    let began = shop.sandbox.now();
    let key = starting.visitor.key("payment");
    let back = thread::scope(|scope| {
        let back = scope.spawn(|| session.come_back(&returning));
        assert_unavailable(&starting.try_pay(&key));
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

    // The mail did arrive; it is asked for again under its key, and taken once.
    wait_for("the mail's second try", || {
        shop.database.age(&told.number, 600);
        shop.tick();
        let mut mails = shop.sandbox.mails_to(&told.visitor.email()).into_iter();
        mails.find(|mail| mail.requests == 2)
    });
    told.assert_confirmed_once();
}

/// S12: D1 takes no write. Nothing is acknowledged, nothing is half-written, and the same delivery
/// is good later.
#[test]
fn s12_while_the_database_is_unavailable_webhooks_and_orders_are_answered_503() {
    let shop = alone();
    let order = shop.visitor().order();
    let session = order.pay();
    assert_eq!(order.mails().len(), 1);
    let visitor = shop.visitor();
    let body = order_body(&visitor.email());
    let refused = shop.database.while_unavailable(|| {
        session.choose("pay_before_redirect");
        visitor.post("/v1/orders", &visitor.key("order"), None, &body)
    });
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "unavailable")
    );
    let events = shop.sandbox.events_about(&session.id);
    let completed = events
        .iter()
        .find(|event| event["type"] == "checkout.session.completed");
    let event = completed.expect("the completion")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = &shop.sandbox.deliveries_of(&event)[0];
    assert_eq!(
        (&first["state"], &first["status"]),
        (&json!("failed"), &json!(503))
    );
    let stored = format!("SELECT count(*) FROM inbox WHERE event_id = '{event}'");
    assert_eq!(shop.database.number(&stored), 0);
    order.assert_status("awaiting_payment");
    shop.check();

    shop.sandbox.act("resend", &event);
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
    let _ = visitor
        .post("/v1/orders", &visitor.key("order"), None, &body)
        .expect(201);
}

#[test]
fn s12_an_event_whose_checkout_cannot_be_read_back_is_kept_and_settled_later() {
    let shop = alone();
    let order = shop.visitor().order();
    let session = order.pay();
    shop.sandbox.fail_about(&session.id, "unavailable", 1);
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
fn p2_a_mail_and_a_release_that_were_refused_are_sent_later_and_once() {
    let shop = alone();
    let order = shop.visitor().order();
    assert_eq!(order.subjects().len(), 1);
    shop.sandbox.fail("mail", "", "unavailable", 2);
    shop.sandbox.fail("production", "", "too_many_requests", 2);
    order.pay().choose("pay");
    order.assert_status("confirmed");
    let refused = "SELECT count(*) FROM outbox WHERE order_number = '{}' AND note <> ''";
    wait_for("the first tries", || {
        (order.count(refused) == 2).then_some(())
    });
    for _ in 0..2 {
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
    wait_for("the mail", || {
        shop.database.age(&order.number, 600);
        shop.tick();
        (!shop.sandbox.mails_to(&visitor.email()).is_empty()).then_some(())
    });
}
