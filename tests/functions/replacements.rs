//! Replacing an order by another (A08, A09): the live payment is closed first, one batch does it, and two
//! orders are never payable.

use common::{Buyer, Io, Shop, json_of, order_body, percent_off, problem_of, text};
use sandbox::stripe::{Outcome, SessionStatus};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};
use shared::http::Method;
use shared::proof::samples::png;

use crate::replaced_money::{pay_late, replaced_with_an_open_page};

const KEY: &str = "replacement-key-0000000001";
const OTHER_KEY: &str = "replacement-key-0000000002";
const PAY_KEY: &str = "payment-key-of-replacement";

/// A year of uptime watch, 53.54 EUR with tax.
pub(crate) fn other_body() -> Json {
    let mut body = order_body();
    body["items"][0]["product"] = json!("uptime-watch");
    body
}

/// `state event` of each step of an order.
pub(crate) fn steps(shop: &Shop, buyer: &Buyer) -> Vec<String> {
    shop.texts(&format!(
        "SELECT to_state || ' ' || event AS text FROM order_history
         WHERE order_number = '{}' ORDER BY version",
        buyer.number
    ))
}

/// The replacement of an order, found by its own word.
pub(crate) fn replacement_of(shop: &Shop, old: &Buyer) -> Option<String> {
    let by = &shop.view(old)["replaced_by"];
    by.as_str().map(str::to_owned)
}

/// P5: money is followed from order to order, so many of which give way to each other and no more.
#[test]
fn p5_an_order_is_replaced_twenty_times_and_its_money_reaches_the_newest() {
    let shop = Shop::open();
    let (_, mut newest, session) = replaced_with_an_open_page(&shop, &order_body());
    let body = |nth: u32| {
        let mut body = order_body();
        body["customer"]["email"] = json!(format!("ada-{nth}@example.com"));
        body
    };
    let key = |nth: u32| format!("replacement-key-{nth:04}");
    for nth in 2..=20 {
        newest = shop.replace(&newest, &body(nth), &key(nth));
    }
    let refused = shop.try_replace(&newest, &body(21), &key(21));
    assert_eq!(problem_of(&refused), "409 too_many_replacements");
    assert_eq!(shop.status(&newest), "awaiting_payment");
    pay_late(&shop, &session);
    assert_eq!(shop.status(&newest), "confirmed");
    assert_eq!(shop.count("orders"), 21);
    shop.check();
}

/// A09, B07, P2: one new order, both point at each other, the same request again leads to the same one,
/// and only the new one can be paid.
#[test]
fn a09_b07_an_order_is_replaced_once_and_both_point_at_each_other() {
    let shop = Shop::open();
    let old = shop.order();
    let first = shop.try_replace(&old, &other_body(), KEY);
    let new = shop.replace(&old, &other_body(), KEY);
    assert_eq!(json_of(&first)["order_number"], new.number.as_str());
    assert_eq!(json_of(&first)["token"], new.token.as_str());
    assert_eq!(
        first.header("location"),
        Some(format!("/v1/orders/{}", new.number).as_str())
    );
    let (before, after) = (shop.view(&old), shop.view(&new));
    assert_eq!(before["status"], "superseded");
    assert_eq!(before["replaced_by"], new.number.as_str());
    assert_eq!(before["replaces"], json!(null));
    assert_eq!(before["due"]["amount"], 0);
    assert_eq!(before["actions"], json!([]));
    assert_eq!(after["replaces"], old.number.as_str());
    assert_eq!(after["replaced_by"], json!(null));
    assert_eq!(after["status"], "awaiting_payment");
    assert_eq!(after["due"]["amount"], 5_354);
    assert_eq!(
        steps(&shop, &old),
        ["unpaid created", "superseded superseded"]
    );
    assert_eq!(steps(&shop, &new), ["unpaid created"]);
    assert_eq!(shop.count("orders"), 2);
    assert_eq!(shop.mails().len(), 2, "one per order: {:?}", shop.mails());

    let page = shop.page(&old);
    let grouped = after["order_number_grouped"].as_str().expect("a text");
    assert!(page.contains("was replaced on"), "{page}");
    assert!(page.contains("You cannot pay it any more"), "{page}");
    let link = format!(
        "<a class=\"code\" href=\"/orders/{}\">{grouped}</a>",
        new.number
    );
    assert!(page.contains(&link), "{page}");
    let grouped = before["order_number_grouped"].as_str().expect("a text");
    let page = shop.page(&new);
    let link = format!(
        "in place of order <a class=\"code\" href=\"/orders/{}\">{grouped}</a>",
        old.number
    );
    assert!(page.contains(&link), "{page}");

    assert_eq!(
        problem_of(&shop.try_pay(&old, PAY_KEY)),
        "409 order_superseded"
    );
    assert_eq!(problem_of(&shop.cancel(&old)), "409 order_superseded");
    let session = shop.pay(&new);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&new), "confirmed");
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// A05: a key is for one request; another request finds that the order is replaced already.
#[test]
fn a05_a_key_with_another_body_and_another_replacement_are_refused() {
    let shop = Shop::open();
    let old = shop.order();
    let new = shop.replace(&old, &other_body(), KEY);
    let another = shop.try_replace(&old, &order_body(), KEY);
    assert_eq!(problem_of(&another), "409 idempotency_key_reused");
    let late = shop.try_replace(&old, &other_body(), OTHER_KEY);
    assert_eq!(problem_of(&late), "409 order_superseded");
    // The key of one order is not that of another (S125).
    let third = shop.replace(&new, &order_body(), KEY);
    assert_ne!(third.number, new.number);
    assert_eq!(shop.count("orders"), 3);
    shop.check();
}

#[test]
fn what_a_replacement_needs_is_checked_before_anything_is_closed() {
    let shop = Shop::open();
    let old = shop.order();
    let session = shop.pay(&old);
    let mut nobody = other_body();
    nobody["customer"]["name"] = json!("");
    let mut cheaper = other_body();
    cheaper["expected_total"] = json!(1);
    for (body, problem) in [
        (nobody, "422 invalid_fields"),
        (cheaper, "409 total_changed"),
    ] {
        assert_eq!(problem_of(&shop.try_replace(&old, &body, KEY)), problem);
    }
    let stranger = Buyer {
        token: "t".repeat(old.token.len()),
        ..old.clone()
    };
    let reply = shop.try_replace(&stranger, &other_body(), KEY);
    assert_eq!(problem_of(&reply), "404 order_not_found");
    let path = format!("/v1/orders/{}/replacement", old.number);
    let reply = shop.post(&path, "short", Some(&old.token), &other_body());
    assert_eq!(problem_of(&reply), "400 idempotency_key");
    let mut twice = other_body();
    twice["despite_review"] = json!(true);
    let reply = shop.post("/v1/orders", KEY, None, &twice);
    assert_eq!(problem_of(&reply), "400 malformed_body");
    assert_eq!(shop.session(&session).status, SessionStatus::Open);
    assert_eq!(shop.count("orders"), 1);
    shop.check();
}

/// S20, S34: the buyer still has the provider's page open: it is closed before anything is replaced, and
/// the old amount can be paid no more.
#[test]
fn s20_s34_the_session_is_closed_before_the_order_is_replaced() {
    let shop = Shop::open();
    let old = shop.order();
    let session = shop.pay(&old);
    let new = shop.replace(&old, &other_body(), KEY);
    assert_eq!(shop.session(&session).status, SessionStatus::Expired);
    let paid = shop.try_to_pay_at_stripe(&session, Outcome::Paid);
    assert!(!paid, "nobody can pay it any more");
    shop.deliver_webhooks();
    assert_eq!(
        steps(&shop, &old),
        [
            "unpaid created",
            "unpaid payment_started",
            "unpaid payment_closed",
            "superseded superseded"
        ]
    );
    assert_eq!(shop.status(&new), "awaiting_payment");
    shop.check();
}

/// S20, A10: the provider says "already complete": the order settles, and nothing is replaced.
#[test]
fn s20_a10_a_replacement_that_comes_after_the_money_settles_the_order() {
    let shop = Shop::open();
    let old = shop.order();
    let session = shop.pay(&old);
    shop.pay_at_stripe(&session);
    let reply = shop.try_replace(&old, &other_body(), KEY);
    assert_eq!(problem_of(&reply), "409 already_paid");
    assert_eq!(shop.status(&old), "confirmed");
    assert_eq!(shop.releases(), 1, "told at once");
    assert_eq!(shop.count("orders"), 1);
    assert_eq!(
        problem_of(&shop.try_replace(&old, &other_body(), KEY)),
        "409 already_paid"
    );
    shop.check();
}

/// S20, P6: the money is on its way, or nobody knows: nothing is replaced.
#[test]
fn s20_p6_nothing_is_replaced_while_a_payment_is_in_doubt() {
    let shop = Shop::open();
    let old = shop.order();
    let session = shop.pay(&old);
    shop.fail_next(Target::Stripe, Fault::NotReached, 100);
    let reply = shop.try_replace(&old, &other_body(), KEY);
    assert_eq!(problem_of(&reply), "409 payment_unresolved");
    shop.mend();
    shop.pay_later_at_stripe(&session);
    let reply = shop.try_replace(&old, &other_body(), KEY);
    assert_eq!(problem_of(&reply), "409 payment_processing");
    assert_eq!(shop.count("orders"), 1);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.delayed_fails(now, &session))
        .expect("it waits for money");
    shop.replace(&old, &other_body(), KEY);
    shop.check();
}

#[test]
fn an_order_that_is_over_is_not_replaced() {
    let shop = Shop::open();
    let old = shop.order();
    assert_eq!(shop.cancel(&old).status, 200);
    let reply = shop.try_replace(&old, &other_body(), KEY);
    assert_eq!(problem_of(&reply), "409 order_cancelled");
    let late = shop.order_of(&order_body(), "order-key-of-another-order");
    shop.world.advance(72 * 3_600);
    let reply = shop.try_replace(&late, &other_body(), KEY);
    assert_eq!(
        problem_of(&reply),
        "409 order_expired",
        "before cron has looked"
    );
    shop.check();
}

/// One round trip loads, one prices, one writes.
#[test]
fn a_replacement_takes_three_round_trips() {
    let shop = Shop::open();
    let old = shop.order();
    let path = format!("/v1/orders/{}/replacement", old.number);
    let bearer = format!("Bearer {}", old.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", KEY),
    ];
    shop.world.take_io();
    let body = other_body().to_string();
    let reply = shop.send_only(Method::Post, &path, &headers, body.as_bytes());
    assert_eq!(reply.status, 201, "{}", text(&reply));
    let io = shop.world.take_io();
    assert!(
        matches!(io[..], [Io::Query(_), Io::Query(_), Io::Commit(_)]),
        "{io:?}"
    );
    shop.after(&reply);
    shop.check();
}

/// A10: while a proof is reviewed only with an explicit confirmation; the proof is kept.
#[test]
fn a10_an_order_under_review_is_replaced_only_despite_the_review() {
    let shop = Shop::with_bank();
    let old = shop.transferring();
    shop.hand_in(&old, &png());
    let reply = shop.try_replace(&old, &other_body(), KEY);
    assert_eq!(problem_of(&reply), "409 order_in_review");
    let mut meant = other_body();
    meant["despite_review"] = json!(true);
    let new = shop.replace(&old, &meant, OTHER_KEY);
    assert_eq!(shop.status(&old), "superseded");
    assert_eq!(shop.status(&new), "awaiting_payment");
    assert_eq!(shop.value("SELECT state FROM proofs"), "waiting");
    assert_eq!(shop.value("SELECT state FROM payments"), "closed");
    shop.check();
}

/// S80: the use of a coupon that the old order holds is free for the new one, and for nobody else.
#[test]
fn s80_the_last_use_of_a_coupon_goes_from_the_old_order_to_the_new_one() {
    let shop = Shop::open();
    let terms = percent_off("20");
    let code = shop.coupon(&terms, 1, Some(1));
    let with = |mut body: Json| {
        body["coupon"] = json!(code);
        body
    };
    let old = shop.redeem(&with(order_body()), "coupon-order-key-00000001");
    let new = shop.replace(&old, &with(other_body()), KEY);
    let held = "SELECT order_number AS text FROM redemptions WHERE state = 'held'";
    assert_eq!(shop.texts(held), std::slice::from_ref(&new.number));
    assert_eq!(shop.value("SELECT uses FROM coupons"), 1);
    assert_eq!(
        shop.status(&new),
        "awaiting_email",
        "it is shown anew (A40)"
    );
    // Without it the use is free for anybody.
    let plain = shop.replace(&new, &other_body(), KEY);
    assert_eq!(shop.status(&plain), "awaiting_payment");
    shop.redeem(&with(order_body()), "coupon-order-key-00000002");
    let reply = shop.try_replace(&plain, &with(other_body()), OTHER_KEY);
    assert_eq!(
        problem_of(&reply),
        "422 invalid_fields",
        "somebody else has it"
    );
    assert_eq!(shop.status(&plain), "awaiting_payment");
    shop.check();
}

/// S31: nothing is due for the new order: it is confirmed at once, and released once.
#[test]
fn s31_a_replacement_that_costs_nothing_is_confirmed_at_once() {
    let shop = Shop::open();
    shop.offer("trial", 1, "EUR", 0);
    let old = shop.order();
    let mut body = order_body();
    body["items"][0] = json!({ "product": "trial", "period_months": 1, "quantity": 1 });
    let new = shop.replace(&old, &body, KEY);
    assert_eq!(shop.status(&new), "confirmed");
    assert_eq!(shop.view(&new)["paid_by"], "nothing was due");
    assert_eq!(shop.releases(), 1);
    shop.check();
}
