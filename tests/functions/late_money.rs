//! S21: money that comes when the order has ended. It is recorded and held, a person is asked to
//! refund it, and the buyer is told which order it was for and what becomes of it.

use common::{Buyer, Shop, text};
use serde_json::json;

/// An order whose session was thought to be closed, and is paid after the order has ended.
fn paid_after(shop: &Shop, end: impl Fn(&Shop, &Buyer)) -> (Buyer, String) {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    end(shop, &buyer);
    shop.pay_at_stripe(&session);
    (buyer, session)
}

fn cancel(shop: &Shop, buyer: &Buyer) {
    let reply = shop.cancel(buyer);
    assert_eq!(reply.status, 200, "{}", text(&reply));
}

/// The session at Stripe lives on while the order's time runs out here.
fn expire(shop: &Shop, buyer: &Buyer) {
    shop.world.database(|database| {
        database.execute("DROP TRIGGER orders_frozen");
        database
            .execute("UPDATE orders SET expires_at = created_at + 60, due_at = created_at + 60");
    });
    shop.run_cron_without_backfill(120);
    assert_eq!(shop.status(buyer), "expired");
}

fn mail_about_held(shop: &Shop) -> (String, String) {
    shop.world.sandbox(|sandbox, _| {
        let mails = sandbox.mailbox.mails();
        let held: Vec<_> = mails
            .iter()
            .filter(|mail| mail.text.contains("119.00\u{a0}EUR") && mail.text.contains("after"))
            .collect();
        assert_eq!(
            held.len(),
            1,
            "{:?}",
            mails.iter().map(|m| &m.subject).collect::<Vec<_>>()
        );
        assert_eq!(held[0].to, ["ada@example.com"]);
        (held[0].subject.clone(), held[0].text.clone())
    })
}

fn assert_held(shop: &Shop, buyer: &Buyer, session: &str, state: &str) {
    let view = shop.view(buyer);
    assert_eq!(view["status"], state, "{view:#}");
    assert_eq!(view["paid"]["amount"], 0);
    assert_eq!(
        view["held"],
        json!([{ "amount": 11_900, "currency": "EUR" }])
    );
    assert_eq!(view["actions"], json!([]), "nothing to pay any more");
    assert_eq!(
        shop.ledger(),
        [format!(
            "capture:stripe:{session}:unapplied: provider:stripe:EUR > unapplied:EUR 11900 EUR"
        )]
    );
    assert_eq!(shop.open_cases(), [format!("money_late {session}")]);
    let evidence = shop.value("SELECT evidence FROM cases");
    let evidence: serde_json::Value = serde_json::from_str(evidence.as_str().unwrap()).unwrap();
    assert_eq!(evidence["order_state"], state);
    assert_eq!(
        evidence["unapplied"],
        json!({ "amount": 11_900, "currency": "EUR" })
    );
    assert_eq!(shop.releases(), 0);
    let alert = "SELECT json_extract(payload, '$.advice') FROM outbox
                 WHERE kind = 'mail_staff_alert'";
    let advice = shop.value(alert);
    assert!(
        advice
            .as_str()
            .unwrap()
            .contains("Send it back the way it came"),
        "{advice}"
    );
    let (subject, body) = mail_about_held(shop);
    let grouped = view["order_number_grouped"].as_str().unwrap();
    assert!(
        subject.contains(grouped) || body.contains(grouped),
        "{subject}\n{body}"
    );
    assert!(body.contains(state), "{body}");
    let page = shop.page(buyer);
    for shown in [
        "119.00\u{a0}EUR",
        "could not take",
        "Our staff will look at it",
        "mailto:help@lumen.example",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    shop.check();
}

/// Once a person has dealt with it, the page does not promise it any more.
#[test]
fn s21_held_money_is_shown_until_its_case_is_closed() {
    let shop = Shop::open();
    let (buyer, session) = paid_after(&shop, cancel);
    shop.deliver_webhooks();
    assert_held(&shop, &buyer, &session, "cancelled");
    shop.world.database(|database| {
        database.execute(
            "UPDATE cases SET closed_at = opened_at, closed_because = 'refunded'
             WHERE kind = 'money_late'",
        )
    });
    assert_eq!(shop.view(&buyer)["held"], json!(null));
    assert!(!shop.page(&buyer).contains("could not take"));
}

#[test]
fn s21_money_after_a_cancel_is_held_and_everybody_is_told() {
    let shop = Shop::open();
    let (buyer, session) = paid_after(&shop, cancel);
    let told = shop.take_webhook("checkout.session.completed");
    for _ in 0..2 {
        assert_eq!(shop.receive(&told.body).status, 200);
    }
    shop.come_back(&session);
    shop.run_cron(600);
    assert_held(&shop, &buyer, &session, "cancelled");
    assert_eq!(
        shop.mails().len(),
        3,
        "received, held, alert: {:?}",
        shop.mails()
    );
    // Cancelling again changes nothing about it.
    cancel(&shop, &buyer);
    assert_held(&shop, &buyer, &session, "cancelled");
}

#[test]
fn s21_money_after_the_end_of_an_order_is_held_and_everybody_is_told() {
    let shop = Shop::open();
    let (buyer, session) = paid_after(&shop, expire);
    let told = shop.take_webhook("checkout.session.completed");
    for _ in 0..2 {
        assert_eq!(shop.receive(&told.body).status, 200);
    }
    shop.run_cron(600);
    assert_held(&shop, &buyer, &session, "expired");
    assert_eq!(
        shop.mails().len(),
        4,
        "received, expired, held, alert: {:?}",
        shop.mails()
    );
}

/// S21 without a webhook: the list of events tells it.
#[test]
fn s21_late_money_is_found_although_no_webhook_comes() {
    let shop = Shop::open();
    let (buyer, session) = paid_after(&shop, cancel);
    drop(shop.take_webhooks());
    shop.run_cron(900);
    assert_held(&shop, &buyer, &session, "cancelled");
}

/// S21: the webhook has decided to confirm, and the order is cancelled before it writes.
#[test]
fn s21_a_cancel_between_read_and_write_makes_the_money_late() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let told = shop.take_webhook("checkout.session.completed");
    let webhook = shop.begin_webhook(&told.body).after_steps(2);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    cancel(&shop, &buyer);
    let reply = webhook.finish();
    assert_eq!(reply.status, 200);
    shop.after(&reply);
    shop.run_cron(600);
    assert_held(&shop, &buyer, &session, "cancelled");
}

/// A part of the money was there when the order ended, and the rest comes later: all of it is held.
#[test]
fn a_part_payment_of_an_order_that_is_cancelled_is_not_lost() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.fail_next(sandbox::Target::Stripe, sandbox::Fault::NotReached, 1);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 503);
    let payment = shop.payment_of(&buyer);
    let session = shop.open_elsewhere(&common::OtherCheckout {
        payment_id: payment["payment_id"].as_str(),
        amount: 5_000,
        ..common::OtherCheckout::default()
    });
    shop.pay_at_stripe(&session);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.view(&buyer)["paid"]["amount"], 5_000);
    cancel(&shop, &buyer);
    assert_eq!(shop.view(&buyer)["paid"]["amount"], 0);
    assert_eq!(
        shop.ledger(),
        [
            format!(
                "capture:stripe:{session}:{0}: provider:stripe:EUR > order:{0} 5000 EUR",
                buyer.number
            ),
            format!(
                "leave:{0}: order:{0} > unapplied:EUR 5000 EUR",
                buyer.number
            ),
        ]
    );
    assert!(
        shop.open_cases()
            .contains(&format!("money_left {}", buyer.number)),
        "{:?}",
        shop.open_cases()
    );
    shop.check();
}
