//! Every statement is run by the product: nothing in `store` is left over.

use std::collections::BTreeSet;

use common::{
    ANN, Buyer, Database, Io, Shop, Trouble, body_with_coupon, eur, order_body, percent_off, staff,
    text,
};
use sandbox::paypal::{CaptureIssue, Funding};
use sandbox::stripe::DisputeOutcome;
use sandbox::{Fault, Sandbox, Target};
use serde_json::json;
use shared::http::Method;
use shared::proof::RejectionCode;
use shared::proof::samples::pdf;
use shared::review::RevocationCode;
use shared::store;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

#[test]
fn every_statement_is_run_by_some_request_webhook_or_tick() {
    let shop = Shop::open();
    look_around(&shop);
    let session = buy(&shop);
    refund_before_anybody_knows_its_payment(&shop);
    refund(&shop, &session);
    cancel_with_a_lost_answer(&shop);
    pay_for_what_was_replaced(&shop);
    be_in_doubt_for_half_an_hour(&shop);
    lose_webhooks(&shop);
    lose_the_answer_that_opened_a_checkout(&shop);
    pay_at_another_checkout(&shop);
    buy_by_paypal_at_the_second_try(&shop);
    let_the_deadline_pass_while_money_is_on_its_way(&shop);
    buy_with_a_coupon(&shop);
    dispute_and_refund_codes(&shop);
    let_an_order_expire_while_mail_is_down(&shop);
    work_as_staff(&shop);
    let with_bank = Shop::with_bank();
    pay_by_transfer(&with_bank);
    manage_accounts(&with_bank);
    let slow = Shop::open();
    run_out_of_time(&slow);
    let without_mail = Shop::with(&[("MAIL_API_KEY", "")]);
    an_order(&without_mail, 1);

    let mut run: BTreeSet<&str> = BTreeSet::new();
    let steps = [&shop, &without_mail, &with_bank, &slow].map(|shop| shop.world.take_io());
    for io in steps.into_iter().flatten() {
        match io {
            Io::Query(names) | Io::Commit(names) => run.extend(names),
            Io::Send(_) | Io::Mail | Io::Blob(..) => {}
        }
    }
    for sql in store::all() {
        let name = sql.name;
        assert!(run.contains(name), "{name} in {run:?}");
    }
    shop.check();
}

fn buy_with_a_coupon(shop: &Shop) {
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let mut body = body_with_coupon(&code);
    let buyer = shop.order_of(&body, "order-key-with-a-coupon-1");
    assert_eq!(shop.type_code(&buyer, "0000 0000").status, 422);
    shop.confirm_email(&buyer);
    let all = percent_off("100");
    body["coupon"] = json!(shop.coupon(&all, 1, None));
    shop.redeem(&body, "order-key-with-a-coupon-2");
    shop.sell_codes(1);
    shop.offer("ten-pack", 0, "EUR", 0);
    body["items"] = json!([{ "product": "ten-pack", "quantity": 1 }]);
    body["coupon"] = json!(null);
    shop.order_of(&body, "order-key-of-a-free-code1");
}

/// Codes whose money is disputed and won, and codes whose money is refunded.
fn dispute_and_refund_codes(shop: &Shop) {
    shop.offer("ten-pack", 1, "EUR", 5_000);
    let mut body = order_body();
    body["items"] = json!([{ "product": "ten-pack", "period_months": 1, "quantity": 1 }]);
    for is_won in [true, false] {
        let buyer = shop.order_of(&body, &format!("order-key-of-codes-{is_won}-000"));
        let session = shop.pay(&buyer);
        shop.pay_at_stripe(&session);
        shop.deliver_webhooks();
        let intent = shop.intent_of(&session);
        if is_won {
            shop.dispute_at_stripe(&intent, DisputeOutcome::Won);
        } else {
            shop.refund_at_stripe(&intent, None);
        }
        shop.deliver_webhooks();
        if !is_won {
            shop.fail_newest_refund_at_stripe(&intent);
            shop.deliver_webhooks();
        }
    }
}

/// Every page and action of staff; one answer of each kind of writing is lost.
fn work_as_staff(shop: &Shop) {
    let ann = shop.staff(ANN);
    let value = |sql: &str| shop.value(sql).as_str().expect("a text").to_owned();
    let number = value("SELECT order_number FROM orders WHERE state = 'confirmed'");
    for query in [
        &number,
        &value("SELECT subscription_id FROM orders WHERE state = 'confirmed'"),
        &value("SELECT payment_id FROM payments"),
        "ada@example.com",
        &value("SELECT coupon_code FROM redemptions"),
        "Jenny Rosen",
    ] {
        assert_eq!(ann.submit("/staff/search", &[("query", query)]).status, 200);
    }
    let order = format!("/staff/orders/{number}");
    for path in [
        "/staff",
        "/staff/banks",
        "/staff/cases",
        "/staff/people",
        &order,
    ] {
        assert_eq!(ann.open(path).status, 200, "{path}");
    }
    let subject = value("SELECT subject FROM cases WHERE kind = 'refund'");
    let fields = [
        ("kind", "refund"),
        ("subject", subject.as_str()),
        ("note", "meant"),
    ];
    assert_eq!(ann.submit("/staff/cases", &fields).status, 303);
    let coupon = [("gives", "20 %"), ("uses", "5")];
    assert_eq!(ann.submit("/staff/coupons", &coupon).status, 303);
    assert_eq!(ann.open("/staff/coupons").status, 200);
    let code =
        value("SELECT coupon_code FROM coupons WHERE made_by = 'staff:ann@shop.test' LIMIT 1");
    let coupon = format!("/staff/coupons/{code}");
    assert_eq!(ann.submit(&format!("{coupon}/pause"), &[]).status, 303);
    let issuer =
        value("SELECT issued_by FROM coupons WHERE issued_by IS NOT NULL AND state = 'active'");
    let codes = [("state", "paused"), ("codes_why", "they asked")];
    let path = format!("/staff/orders/{issuer}/coupons");
    assert_eq!(ann.submit(&path, &codes).status, 303);
    let used = "FROM redemptions WHERE state = 'consumed'";
    let number = value(&format!("SELECT order_number {used}"));
    let coupon = format!(
        "/staff/coupons/{}",
        value(&format!("SELECT coupon_code {used}"))
    );
    let restored = [
        ("order_number", number.as_str()),
        ("why", "meant for another order"),
    ];
    assert_eq!(
        ann.submit(&format!("{coupon}/restore"), &restored).status,
        303
    );
    let admitted = ann.submit(
        "/staff/people",
        &[("email", "tom@shop.test"), ("role", "support")],
    );
    assert_eq!(admitted.status, 303);
    let token = ann.form_token();
    // The first step reads, the second writes.
    shop.world.trouble_at(1, Trouble::After);
    let fields = [("email", "tom@shop.test")];
    assert_eq!(
        ann.submit_with("/staff/people/disable", &token, &fields)
            .status,
        303
    );
}

fn manage_accounts(shop: &Shop) {
    let ann = shop.staff(ANN);
    let account = [
        ("bank_account_id", "other-eur"),
        ("currency", "EUR"),
        ("bank_name", "Other Bank"),
        ("holder", "The Shop"),
        ("account_number", "DE89370400440532013000"),
    ];
    for path in ["/staff/banks", "/staff/banks/retire"] {
        assert_eq!(ann.submit(path, &account).status, 303, "{path}");
    }
}

fn look_around(shop: &Shop) {
    assert_eq!(shop.get("/v1/products").status, 200);
    let quote = json!({ "items": order_body()["items"], "currency": "EUR", "country": "DE" });
    let headers = [("content-type", "application/json")];
    let body = quote.to_string();
    let reply = shop.send(Method::Post, "/v1/quotes", &headers, body.as_bytes());
    assert_eq!(reply.status, 200, "{}", text(&reply));
    assert_eq!(shop.get("/healthz").status, 503, "cron has not run yet");
}

fn an_order(shop: &Shop, nth: u32) -> Buyer {
    shop.order_of(&order_body(), &format!("order-key-of-number-{nth:04}"))
}

/// A sale; going on twice leads to the same page of the provider.
fn buy(shop: &Shop) -> String {
    let buyer = an_order(shop, 1);
    let session = shop.pay(&buyer);
    let again = shop.try_pay(&buyer, "payment-key-of-a-second-tab");
    assert_eq!(again.status, 201, "{}", text(&again));
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    session
}

fn refund(shop: &Shop, session: &str) {
    let intent = shop.intent_of(session);
    shop.refund_at_stripe(&intent, Some(100));
    shop.deliver_webhooks();
}

/// The refund is told first: it waits, is put off, and finds the payment that was told late (S08).
fn refund_before_anybody_knows_its_payment(shop: &Shop) {
    let buyer = an_order(shop, 2);
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let paid = shop.world.sandbox(Sandbox::due_deliveries);
    refund(shop, &session);
    shop.tick_after(60);
    for delivery in paid {
        shop.arrives(&delivery);
    }
    shop.tick_after(10 * 60);
    assert_eq!(shop.status(&buyer), "confirmed");
}

fn cancel_with_a_lost_answer(shop: &Shop) {
    let buyer = an_order(shop, 3);
    // The first step reads, the second writes.
    shop.world.trouble_at(1, Trouble::After);
    let reply = shop.cancel(&buyer);
    assert_eq!(reply.status, 200, "{}", text(&reply));
    assert_eq!(shop.status(&buyer), "cancelled");
}

/// The money comes by a page that was believed to be closed.
fn pay_for_what_was_replaced(shop: &Shop) {
    let buyer = an_order(shop, 10);
    let session = shop.pay(&buyer);
    let believe = |database: &Database| {
        database
            .execute("UPDATE payments SET state = 'closed', due_at = NULL WHERE state = 'open'");
    };
    shop.world.database(believe);
    let new = shop.replace(&buyer, &order_body(), "replacement-key-0000000001");
    shop.pay(&new);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&new), "confirmed");
}

fn be_in_doubt_for_half_an_hour(shop: &Shop) {
    let buyer = an_order(shop, 4);
    let session = shop.pay(&buyer);
    shop.fail_next(Target::Stripe, Fault::Unavailable, 99);
    shop.pay_at_stripe(&session);
    for _ in 0..10 {
        shop.tick_after(4 * 60);
    }
    assert_eq!(shop.status(&buyer), "unconfirmed");
    shop.mend();
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
}

/// Everything is due, and the first call lasts longer than the tick.
fn run_out_of_time(shop: &Shop) {
    shop.break_down(Target::Mail, Fault::Unavailable);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    for nth in 1..=2 {
        let buyer = an_order(shop, nth);
        shop.mend();
        let session = shop.pay(&buyer);
        shop.pay_at_stripe(&session);
        shop.break_down(Target::Stripe, Fault::Unavailable);
        shop.deliver_webhooks();
    }
    shop.world.database(|database| {
        database.execute("INSERT INTO removals (object_key, due_at) VALUES (hex(zeroblob(13)), 0)");
    });
    shop.world.set_latency(60);
    shop.tick_after(7 * DAY_S);
    let untried = "SELECT count(*) FROM removals WHERE asks = 0";
    assert_eq!(shop.value(untried), 1);
}

/// Nothing is delivered: the list of events has it.
fn lose_webhooks(shop: &Shop) {
    let buyer = an_order(shop, 5);
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    for _ in 0..4 {
        shop.tick_after(10 * 60);
    }
    assert_eq!(shop.status(&buyer), "confirmed");
}

/// The checkout exists and is paid before we know its id: the event binds it.
fn lose_the_answer_that_opened_a_checkout(shop: &Shop) {
    let buyer = an_order(shop, 8);
    shop.fail_next(Target::Stripe, Fault::LostAfterEffect, 1);
    assert_eq!(shop.try_pay(&buyer, "payment-key-of-no-answer").status, 503);
    let session = shop.world.sandbox(|sandbox, _| {
        let newest = sandbox.stripe.sessions().last();
        newest.expect("a session").id.clone()
    });
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
}

/// Somebody pays a checkout that names the order's payment and is another one.
fn pay_at_another_checkout(shop: &Shop) {
    let buyer = an_order(shop, 13);
    shop.pay(&buyer);
    shop.pay_elsewhere_for(&buyer);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
}

/// The first means is declined, and PayPal ends our token meanwhile.
fn buy_by_paypal_at_the_second_try(shop: &Shop) {
    let buyer = an_order(shop, 9);
    let order = shop.pay_by_paypal(&buyer);
    shop.approve(&order, Funding::Refused(CaptureIssue::InstrumentDeclined));
    assert_eq!(shop.come_back_from_paypal(&order).status, 303);
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.revoke_tokens());
    shop.approve(&order, Funding::Good);
    assert_eq!(shop.come_back_from_paypal(&order).status, 303);
    assert_eq!(shop.status(&buyer), "confirmed");
}

fn let_the_deadline_pass_while_money_is_on_its_way(shop: &Shop) {
    let buyer = an_order(shop, 7);
    let session = shop.pay(&buyer);
    shop.pay_later_at_stripe(&session);
    shop.deliver_webhooks();
    for _ in 0..30 {
        shop.tick_after(HOUR_S);
    }
    assert_eq!(shop.status(&buyer), "processing");
}

fn let_an_order_expire_while_mail_is_down(shop: &Shop) {
    shop.break_down(Target::Mail, Fault::Unavailable);
    let buyer = an_order(shop, 6);
    for _ in 0..5 * 24 {
        shop.tick_after(HOUR_S);
    }
    assert_eq!(shop.status(&buyer), "expired");
}

/// Every step of a transfer: replaced, turned down, approved, taken back, removed.
fn pay_by_transfer(shop: &Shop) {
    let buyer = shop.transferring();
    shop.hand_in(&buyer, &pdf("(1)"));
    let second = shop.hand_in(&buyer, &pdf("(2)"));
    assert!(shop.proofs_alike(&buyer).is_empty());
    shop.reject_now(&buyer, &second, RejectionCode::Unreadable, "")
        .expect("rejected");
    let third = shop.hand_in(&buyer, &pdf("(3)"));
    shop.approve_now(&buyer, &third, eur(11_900), "NTRF1")
        .expect("approved");
    shop.revoke_now(&buyer, RevocationCode::Mistake)
        .expect("revoked");
    let other = an_order(shop, 1);
    let reply = shop.choose_transfer(&other, "transfer-key-00000000002");
    assert_eq!(reply.status, 201, "{}", text(&reply));
    shop.settle_by_hand(&staff("ruth"), &other, eur(5_000), "NTRF2")
        .expect("settled");
    assert_eq!(shop.cancel(&other).status, 200);
    shop.revoke_now(&other, RevocationCode::Returned)
        .expect("revoked");
    shop.sell_codes(1);
    let mut body = order_body();
    body["items"] = json!([{ "product": "ten-pack", "quantity": 1 }]);
    let codes = shop.order_of(&body, "order-key-of-a-reseller-1");
    shop.settle_by_hand(&staff("ruth"), &codes, eur(59_500), "NTRF3")
        .expect("settled");
    shop.revoke_now(&codes, RevocationCode::Returned)
        .expect("revoked");
    // The store does not answer at first.
    shop.world.advance(90 * DAY_S);
    shop.world
        .database(|database| database.execute("UPDATE cursors SET due_at = 9007199254740991"));
    shop.world.trouble_at(1, Trouble::Before);
    shop.run_cron(600);
    assert!(shop.world.blobs().is_empty());
    shop.check();
}
