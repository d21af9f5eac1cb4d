//! Many at once: every race is decided by the database, whoever comes first.

use common::harness::{self, Answer, Body, LiveOrder, Session, Visitor, alone, order_body, shared};
use serde_json::{Value as Json, json};
use shared::id::CouponCode;

/// Runs the same thing many times at once and collects what came of it.
pub(crate) fn at_once<T: Send>(times: usize, what: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let what = &what;
        let running: Vec<_> = (0..times).map(|n| scope.spawn(move || what(n))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn live_payments(order: &LiveOrder<'_>) -> i64 {
    order.count("SELECT count(*) FROM payment_allocations WHERE order_number = '{}' AND live = 1")
}

fn open_sessions(order: &LiveOrder<'_>) -> usize {
    let sessions = order.visitor.shop.sandbox.sessions_of(&order.number);
    sessions
        .iter()
        .filter(|session| session["status"] == "open")
        .count()
}

/// A second checkout of the same payment, as no bug and no lost answer of ours should ever make.
/// Made at the provider with the shop's own frozen request.
fn stray_session<'a>(order: &LiveOrder<'a>) -> Session<'a> {
    let shop = order.visitor.shop;
    let request = format!(
        "SELECT y.request FROM payments y JOIN payment_allocations p USING (payment_id)
         WHERE p.order_number = '{}'",
        order.number
    );
    let request = shop.database.value(&request);
    let headers = [
        ("authorization", "Bearer sk_test_sandbox"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let url = format!("{}/stripe/v1/checkout/sessions", shop.sandbox.url);
    let body = Body::Whole(request.as_str().unwrap().as_bytes());
    let made = harness::send("POST", &url, &headers, body)
        .expect(200)
        .json();
    Session::named(shop, made["id"].as_str().unwrap())
}

#[test]
fn twenty_payments_begun_at_once_are_one_session() {
    let shop = shared();
    let order = shop.visitor().order();
    let answers = at_once(20, |n| {
        order.try_pay(&format!("twenty-parallel-payments-{n}"))
    });
    let reached: Vec<Session<'_>> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| order.session_of(answer))
        .collect();
    for answer in &answers {
        // Whoever met too much contention is told to try again, and nothing else.
        assert!(matches!(answer.status, 201 | 503), "{answer}");
    }
    assert!(reached.len() >= 10, "{}", reached.len());
    assert!(reached.iter().all(|session| session.id == reached[0].id));
    assert_eq!(shop.sandbox.sessions_of(&order.number).len(), 1);
    assert_eq!(live_payments(&order), 1);
    reached[0].choose("pay");
    order.assert_confirmed_once();
}

#[test]
fn s20_twenty_who_cancel_and_pay_at_once_leave_one_truth() {
    let shop = shared();
    let order = shop.visitor().order();
    let answers = at_once(20, |n| {
        if n % 2 == 0 {
            order.cancel()
        } else {
            order.try_pay(&format!("cancel-and-pay-at-once-{n}"))
        }
    });
    for answer in &answers {
        assert!(matches!(answer.status, 200 | 201 | 409 | 503), "{answer}");
    }
    match order.status().as_str() {
        "cancelled" => {
            assert_eq!((live_payments(&order), open_sessions(&order)), (0, 0));
        }
        "awaiting_payment" => {
            assert!(live_payments(&order) <= 1 && open_sessions(&order) <= 1);
            let _ = order.cancel().expect(200);
            assert_eq!((live_payments(&order), open_sessions(&order)), (0, 0));
        }
        other => panic!("{other}"),
    }
    assert_eq!(
        order
            .try_pay(&order.visitor.key("after"))
            .expect(409)
            .code(),
        "order_cancelled"
    );
    shop.check();
}

#[test]
fn s20_cancelling_closes_the_open_checkout_first() {
    let shop = shared();
    let order = shop.visitor().order();
    let session = order.pay();
    let cancelled = order.cancel().expect(200).json();
    assert_eq!(cancelled["order"]["status"], "cancelled");
    assert_eq!(session.status(), "expired");
    let _ = order.cancel().expect(200);
    assert!(order.page().text().contains("Cancelled"));
    // The buyer's other tab is still on the checkout and comes back from it.
    session.come_back(&order);
    order.assert_status("cancelled");
    assert_eq!(
        order
            .history()
            .iter()
            .filter(|event| *event == "cancelled")
            .count(),
        1
    );
}

#[test]
fn s20_cancelling_what_is_paid_already_confirms_it_instead() {
    let shop = alone();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_lost");
    assert_eq!(order.cancel().expect(409).code(), "already_paid");
    shop.database.age(&order.number, 60);
    shop.tick();
    order.assert_confirmed_once();
}

#[test]
fn s20_paying_and_cancelling_at_the_same_moment_ends_in_one_of_the_two() {
    let shop = alone();
    for _ in 0..6 {
        let order = shop.visitor().order();
        let session = order.pay();
        let cancelled = std::thread::scope(|scope| {
            let cancelling = scope.spawn(|| order.cancel());
            scope.spawn(|| session.try_choose("pay"));
            cancelling.join().unwrap()
        });
        match (cancelled.status, shop.sandbox.captured(&session.id)) {
            (200, None) => order.assert_status("cancelled"),
            (409, Some(_)) => {
                order.wait_for_status("confirmed");
                shop.database.age(&order.number, 60);
                shop.tick();
                order.assert_confirmed_once();
            }
            other => panic!("{other:?}"),
        }
        shop.check();
    }
}

/// What is held, by whom it was told, and that nothing was released for it.
#[track_caller]
fn assert_held(order: &LiveOrder<'_>, session: &Session<'_>, case: &str) {
    let held = "SELECT coalesce(sum(amount_minor), 0) FROM transfers
                WHERE credit = 'unapplied:EUR' AND transfer_id LIKE 'capture:stripe:%'";
    let held = format!("{held} AND transfer_id LIKE '%{}%'", session.id);
    assert_eq!(order.visitor.shop.database.number(&held), 11_900);
    let _ = order.wait_for_alert(case, &session.id);
    let mails = order.mails();
    let told = mails
        .iter()
        .find(|told| told.subject.starts_with("We received 119.00 EUR"));
    let told = told.unwrap_or_else(|| panic!("{mails:#?}"));
    assert!(told.text.contains("set it aside"), "{}", told.text);
    order.visitor.shop.check();
}

#[test]
fn s21_money_that_lands_after_the_cancellation_is_set_aside_and_told() {
    let shop = shared();
    let order = shop.visitor().order();
    let _ = order.pay();
    let stray = stray_session(&order);
    let _ = order.cancel().expect(200);
    stray.choose("pay");
    order.assert_status("cancelled");
    assert_held(&order, &stray, "money late");
    assert_eq!(order.releases(), 0);
}

#[test]
fn s24_the_second_of_two_paid_checkouts_is_set_aside_with_one_release() {
    let shop = shared();
    let order = shop.visitor().order();
    let session = order.pay();
    let stray = stray_session(&order);
    session.choose("pay");
    order.assert_status("confirmed");
    stray.choose("pay_five_times");
    assert_held(&order, &stray, "money twice");
    assert_eq!(order.releases(), 1);
    order.assert_status("confirmed");
    let confirmed = |event: &&String| event.as_str() == "confirmed";
    assert_eq!(order.history().iter().filter(confirmed).count(), 1);
}

#[test]
fn s24_a_checkout_that_is_not_the_payment_s_own_never_confirms_the_order() {
    let shop = shared();
    let order = shop.visitor().order();
    let session = order.pay();
    let stray = stray_session(&order);
    stray.choose("pay");
    assert_held(&order, &stray, "money stray");
    order.assert_status("awaiting_payment");
    assert_eq!(session.status(), "open");
    assert_eq!(order.releases(), 0);
}

#[test]
fn s52_overlapping_ticks_do_everything_once() {
    let shop = alone();
    let orders: Vec<LiveOrder<'_>> = at_once(6, |_| {
        let order = shop.visitor().order();
        order.pay().choose("pay_lost");
        order
    });
    for order in &orders {
        shop.database.age(&order.number, 120);
    }
    at_once(3, |_| shop.tick());
    for order in &orders {
        order.wait_for_status("confirmed");
        order.assert_confirmed_once();
    }
}

#[test]
fn a_key_is_one_order_for_one_customer_and_tells_another_nothing() {
    let shop = shared();
    let (one, other) = (shop.visitor(), shop.visitor());
    let key = "the-same-key-for-two-customers";
    let order = |visitor: &Visitor<'_>| -> Json {
        let body = harness::order_body(&visitor.email());
        let answer: Answer = visitor.post("/v1/orders", key, None, &body);
        answer.expect(201).json()
    };
    let (first, second) = (order(&one), order(&other));
    assert_ne!(first["order_number"], second["order_number"]);
    assert_eq!(order(&one), first, "S125: {}", json!(second));
}

/// A43, S80: two hundred buyers at once take exactly as many uses as a coupon has.
#[test]
fn a43_s80_two_hundred_at_once_take_exactly_the_uses_of_a_coupon() {
    let shop = alone();
    for cap in [1_u8, 10, 100] {
        let code = CouponCode::from_random([cap; 8]);
        let code = code.as_str();
        shop.database.write(&format!(
            "INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, uses_per_customer, note,
             made_by, made_at) VALUES ('{code}', '{{\"benefit\":\"percent\",\"percent\":\"20\"}}', 0,
             {cap}, 1, '', 'staff:ann@shop.test', 0)"
        ));
        let statuses = at_once(200, |buyer| {
            let visitor = shop.visitor();
            let mut body = order_body(&format!("buyer{buyer}@example.com"));
            body["coupon"] = json!(code);
            let key = format!("many-at-once-{cap:04}-{buyer:04}");
            // Whoever met too much contention is told to try again, and does.
            let mut tries = (0..30).map(|_| visitor.post("/v1/orders", &key, None, &body).status);
            tries.find(|status| *status != 503)
        });
        let count = |wanted: u16| statuses.iter().filter(|s| **s == Some(wanted)).count();
        let made = usize::from(cap);
        assert_eq!((count(201), count(422)), (made, 200 - made), "{statuses:?}");
        let held = format!("SELECT count(*) FROM redemptions WHERE coupon_code = '{code}'");
        assert_eq!(shop.database.number(&held), i64::from(cap));
        let uses = format!("SELECT uses FROM coupons WHERE coupon_code = '{code}'");
        assert_eq!(shop.database.number(&uses), i64::from(cap));
    }
    shop.check();
}
