//! Beginning to pay: what is offered, what is sent, and what is known when the provider fails.

use common::{Buyer, HERE, Shop, json_of, order_body, problem_of, text};
use sandbox::stripe::{Outcome, Session, SessionStatus};
use serde_json::{Value as Json, json};

const KEY: &str = "payment-key-000000000001";

/// An order of one product for one period, from where there is no tax.
fn order_of(shop: &Shop, product: &str, period: u32, currency: &str) -> Buyer {
    let mut body = order_body();
    body["items"] = json!([{ "product": product, "period_months": period, "quantity": 1 }]);
    body["currency"] = json!(currency);
    body["billing"]["country"] = json!("US");
    body["billing"]["region"] = json!("OR");
    shop.order_of(&body, "order-key-0000000000000001")
}

pub(crate) fn open_sessions(shop: &Shop) -> Vec<Session> {
    let mut sessions = shop.sessions();
    sessions.retain(|session| session.status == SessionStatus::Open);
    sessions
}

/// A12: exactly the methods that are set up, in the answer and on the page.
#[test]
fn a12_exactly_the_enabled_methods_are_offered() {
    let shop = Shop::open();
    let buyer = shop.order();
    assert_eq!(shop.view(&buyer)["methods"], json!(["stripe", "paypal"]));
    let page = shop.page(&buyer);
    assert!(page.contains("Pay by card") && page.contains("Continue with PayPal"));
    for method in ["PayPal", "bank", "wallet", "Stripe", "card", ""] {
        let path = format!("/v1/orders/{}/payments", buyer.number);
        let reply = shop.post(&path, KEY, Some(&buyer.token), &json!({ "method": method }));
        assert_eq!(problem_of(&reply), "422 method_unavailable", "{method}");
    }
    assert_eq!(shop.count("payments"), 0);

    let by_paypal = Shop::with(&[("STRIPE_SECRET_KEY", "")]);
    let buyer = by_paypal.order();
    assert_eq!(by_paypal.view(&buyer)["methods"], json!(["paypal"]));
    assert!(!by_paypal.page(&buyer).contains("Pay by card"));

    let closed = Shop::with(&[("STRIPE_SECRET_KEY", ""), ("PAYPAL_CLIENT_ID", "")]);
    let buyer = closed.order();
    let view = closed.view(&buyer);
    assert_eq!(view["methods"], json!([]));
    assert_eq!(
        view["actions"],
        json!(["cancel", "replace", "contact_support"])
    );
    assert!(!closed.page(&buyer).contains("Pay by card"));
    assert_eq!(
        problem_of(&closed.try_pay(&buyer, KEY)),
        "422 method_unavailable"
    );
    closed.check();
}

/// A12, S32: an order that no method takes says so before anybody tries.
#[test]
fn a12_what_cannot_be_paid_here_is_not_offered() {
    // PayPal names no largest amount.
    let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
    let mut body = order_body();
    let item = json!({ "product": "site-backup", "period_months": 24, "quantity": 999 });
    body["items"] = json!(vec![item; 20]);
    let buyer = shop.order_of(&body, "order-key-0000000000000001");
    let view = shop.view(&buyer);
    assert_eq!(view["methods"], json!([]));
    assert_eq!(
        view["actions"],
        json!(["cancel", "replace", "contact_support"])
    );
    let page = shop.page(&buyer);
    assert!(page.contains("cannot be paid here") && !page.contains("Pay by card"));
    assert_eq!(
        problem_of(&shop.try_pay(&buyer, KEY)),
        "422 amount_not_payable"
    );
    shop.check();
}

/// A23, A24: what the provider is sent is what the buyer was shown, to the minor unit.
#[test]
fn a24_the_provider_is_sent_the_frozen_lines_and_total() {
    let shop = Shop::open();
    let mut body = order_body();
    body["items"] = json!([
        { "product": "site-backup", "period_months": 1, "quantity": 3 },
        { "product": "uptime-watch", "period_months": 1, "quantity": 1 },
        { "product": "uptime-watch", "period_months": 24, "quantity": 2 },
    ]);
    let buyer = shop.order_of(&body, "order-key-0000000000000001");
    let view = shop.view(&buyer);
    let session = shop.session(&shop.pay(&buyer));
    assert_eq!(
        Json::from(session.amount_total),
        view["quote"]["total"]["amount"]
    );
    let sent: Vec<i64> = session.lines.iter().map(|line| line.amount).collect();
    let quoted = view["quote"]["lines"].as_array().expect("lines");
    let quoted: Vec<i64> = quoted
        .iter()
        .filter_map(|l| l["total"]["amount"].as_i64())
        .collect();
    assert_eq!(sent, quoted, "S44");
    assert_eq!(sent.iter().sum::<i64>(), session.amount_total);
    let names: Vec<&str> = session
        .lines
        .iter()
        .map(|line| line.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Site Backup, 1 month × 3",
            "Uptime Watch, 1 month",
            "Uptime Watch, 24 months × 2",
        ]
    );
    let payment = shop.view(&buyer)["payment"].clone();
    assert_eq!(
        session.client_reference_id.as_deref(),
        Some(buyer.number.as_str())
    );
    assert_eq!(session.metadata["order_number"], buyer.number);
    assert_eq!(
        payment["payment_id"],
        session.metadata["payment_id"].as_str()
    );
    assert_eq!(payment["redirect_url"], session.url.as_str());
    assert_eq!(session.customer_email.as_deref(), Some("ada@example.com"));
    assert!(
        session
            .success_url
            .starts_with("http://127.0.0.1:8787/return/stripe?payment=P")
    );
    assert!(
        session
            .cancel_url
            .is_some_and(|url| !url.contains("session_id"))
    );
    shop.check();
}

/// A25: continuing again leads to the open session, and leaving it leaves a payable order.
#[test]
fn a25_a_second_continue_reuses_the_open_session() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    for key in [KEY, "payment-key-000000000002", "payment-key-000000000003"] {
        let reply = shop.try_pay(&buyer, key);
        assert_eq!(reply.status, 201, "{}", text(&reply));
        let url = json_of(&reply)["payment"]["redirect_url"].clone();
        assert_eq!(url, shop.session(&session).url.as_str(), "{key}");
    }
    let back = shop.session(&session).cancel_url.expect("a way back");
    let path = back.strip_prefix(HERE).expect("our own address");
    let reply = shop.come_back_to(path);
    assert_eq!(
        reply.header("location"),
        Some(format!("/orders/{}", buyer.number).as_str())
    );
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert!(shop.page(&buyer).contains("Pay by card"));
    assert_eq!((shop.sessions().len(), shop.count("payments")), (1, 1));
    shop.check();
}

/// A25: after a session has closed another one opens, and the key of the first still tells of it.
#[test]
fn a25_a_closed_session_makes_room_for_another() {
    let shop = Shop::open();
    let buyer = shop.order();
    let first = shop.pay(&buyer);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.expire(now, &first))
        .expect("it is open");
    let reply = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(reply.status, 201, "{}", text(&reply));
    assert_eq!(open_sessions(&shop).len(), 1);
    assert_ne!(open_sessions(&shop)[0].id, first);
    let again = json_of(&shop.try_pay(&buyer, KEY))["payment"].clone();
    assert_eq!(again["state"], "closed");
    assert_eq!(again["redirect_url"], Json::Null);
    assert_eq!(shop.sessions().len(), 2);
    shop.check();
}

/// A25, A05: the key that led to a checkout is sent again after that has lapsed unheard: its payment is told
/// as closed, and the next press begins another.
#[test]
fn a25_a_key_whose_checkout_has_lapsed_unheard_tells_that_it_is_over() {
    let shop = Shop::open();
    let buyer = shop.order();
    let first = shop.pay(&buyer);
    shop.lose_webhooks();
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.expire(now, &first))
        .expect("it is open");
    let again = shop.try_pay(&buyer, KEY);
    assert_eq!(again.status, 201, "{}", text(&again));
    assert_eq!(json_of(&again)["payment"]["state"], "closed");
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.sessions().len(), 1);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000002").status, 201);
    assert_eq!(open_sessions(&shop).len(), 1);
    shop.check();
}

/// A declined card leaves the same session to try again on.
#[test]
fn a25_a_declined_card_leaves_the_order_payable() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    assert!(shop.try_to_pay_at_stripe(&session, Outcome::Declined));
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.sessions().len(), 1);
    shop.check();
}

/// S32: below the provider's minimum nothing is begun, and the buyer is told what the minimum is.
#[test]
fn s32_an_amount_below_the_minimum_is_refused_up_front() {
    let shop = Shop::open();
    for (currency, least, amount) in [
        ("EUR", 50, "0.50\u{a0}EUR"),
        ("USD", 50, "0.50\u{a0}USD"),
        ("JPY", 50, "50\u{a0}JPY"),
    ] {
        shop.offer("trial", 1, currency, least - 1);
        shop.offer("trial", 2, currency, least);
        let mut body = order_body();
        body["currency"] = json!(currency);
        body["billing"]["country"] = json!("US");
        body["billing"]["region"] = json!("OR");
        body["items"] = json!([{ "product": "trial", "period_months": 1, "quantity": 1 }]);
        let buyer = shop.order_of(&body, &format!("order-key-below-{currency:-<20}"));
        let reply = shop.try_pay(&buyer, KEY);
        assert_eq!(problem_of(&reply), "422 amount_too_small", "{currency}");
        let detail = json_of(&reply)["detail"].to_string();
        assert!(detail.contains(amount), "{detail}");
        assert_eq!(shop.status(&buyer), "awaiting_payment");
        body["items"][0]["period_months"] = json!(2);
        let buyer = shop.order_of(&body, &format!("order-key-exact-{currency:-<20}"));
        assert_eq!(shop.try_pay(&buyer, KEY).status, 201, "{currency}");
    }
    assert_eq!(shop.count("payments"), 3);
    assert_eq!(shop.sessions().len(), 3, "no dead session");
    shop.check();
}

#[test]
fn an_amount_that_the_provider_cannot_express_is_refused_up_front() {
    let shop = Shop::open();
    shop.offer("studio", 1, "KWD", 10_505);
    shop.offer("studio", 2, "USD", 100_000_000);
    for (period, currency) in [(1, "KWD"), (2, "USD")] {
        let mut body = order_body();
        body["currency"] = json!(currency);
        body["billing"]["country"] = json!("US");
        body["billing"]["region"] = json!("OR");
        body["items"] = json!([{ "product": "studio", "period_months": period, "quantity": 1 }]);
        let buyer = shop.order_of(&body, &format!("order-key-{currency:-<20}"));
        let reply = shop.try_pay(&buyer, KEY);
        assert_eq!(problem_of(&reply), "422 amount_not_payable", "{currency}");
    }
    assert_eq!(shop.count("payments"), 0);
    assert!(shop.sessions().is_empty());
    shop.check();
}

/// S42: no, two and three minor digits, and Stripe's own idea of some: charged, booked and shown.
#[test]
fn s42_every_kind_of_currency_is_charged_booked_and_shown_right() {
    for (currency, ours, at_stripe, shown) in [
        ("JPY", 16_000, 16_000, "16,000\u{a0}JPY"),
        ("KRW", 15_000, 15_000, "15,000\u{a0}KRW"),
        ("USD", 11_000, 11_000, "110.00\u{a0}USD"),
        ("EUR", 10_000, 10_000, "100.00\u{a0}EUR"),
        ("KWD", 10_500, 10_500, "10.500\u{a0}KWD"),
        ("ISK", 1_500, 150_000, "1,500\u{a0}ISK"),
    ] {
        let shop = Shop::open();
        shop.offer("site-backup", 12, currency, ours);
        let buyer = order_of(&shop, "site-backup", 12, currency);
        let page = shop.page(&buyer);
        assert!(page.contains(shown), "{currency} {page}");
        let session = shop.pay(&buyer);
        assert_eq!(shop.session(&session).amount_total, at_stripe, "{currency}");
        assert_eq!(shop.session(&session).currency, currency.to_lowercase());
        shop.pay_at_stripe(&session);
        shop.deliver_webhooks();
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "confirmed", "{currency}");
        assert_eq!(
            view["paid"],
            json!({ "amount": ours, "currency": currency })
        );
        assert_eq!(
            shop.rows("SELECT amount_minor, currency FROM transfers"),
            [json!({ "amount_minor": ours, "currency": currency })]
        );
        let mails = shop
            .world
            .sandbox(|sandbox, _| sandbox.mailbox.mails().to_vec());
        assert!(
            mails.iter().all(|mail| mail.text.contains(shown)),
            "{currency}"
        );
        if currency != "ISK" {
            // The invariants compare with the provider's own units.
            shop.check();
        }
    }
}

#[test]
fn nobody_begins_more_than_twelve_payments_of_one_order() {
    let shop = Shop::open();
    let buyer = shop.order();
    for number in 0..12 {
        let reply = shop.try_pay(&buyer, &format!("payment-key-{number:020}"));
        assert_eq!(reply.status, 201, "{number} {}", text(&reply));
        shop.world.sandbox(|sandbox, now| {
            let open = sandbox
                .stripe
                .sessions()
                .last()
                .expect("a session")
                .id
                .clone();
            sandbox.stripe.expire(now, &open).expect("it is open");
        });
        shop.world.advance(1);
    }
    let reply = shop.try_pay(&buyer, "payment-key-99999999999999999999");
    assert_eq!(problem_of(&reply), "409 too_many_payments");
    assert_eq!(shop.count("payments"), 12);
    shop.check();
}

#[test]
fn an_order_that_is_over_cannot_be_paid() {
    let shop = Shop::open();
    let cancelled = shop.order();
    assert_eq!(shop.cancel(&cancelled).status, 200);
    assert_eq!(
        problem_of(&shop.try_pay(&cancelled, KEY)),
        "409 order_cancelled"
    );
    let late = shop.order_of(&order_body(), "order-key-0000000000000002");
    shop.world.advance(72 * 3_600 - 1);
    assert_eq!(shop.status(&late), "awaiting_payment");
    shop.world.advance(1);
    // Cron has not come by yet; the clock decides all the same.
    assert_eq!(shop.status(&late), "expired");
    assert_eq!(problem_of(&shop.try_pay(&late, KEY)), "409 order_expired");
    assert_eq!(shop.count("payments"), 0);
    assert!(shop.sessions().is_empty());
    shop.check();
}
