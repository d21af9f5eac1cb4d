//! The 30-minute promise: what is not known is shown as not known, asked about, and told in time.

use common::{Buyer, Shop};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

/// The buyer has paid, no webhook arrives, and the provider answers nothing.
fn paid_into_silence(shop: &Shop) -> (Buyer, String) {
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    (buyer, session)
}

/// Cron has ticked every minute; now 29 minutes and 59 seconds have passed.
fn until_29_59(shop: &Shop) {
    shop.run_cron(29 * 60);
    shop.tick_after(59);
}

fn case_of(shop: &Shop) -> Json {
    let rows = shop.rows("SELECT * FROM cases WHERE kind = 'payment_unconfirmed'");
    assert_eq!(rows.len(), 1, "one case");
    rows[0].clone()
}

/// A17, A18, S50: 29:59 no, 30:00 yes.
#[test]
fn a18_at_29_59_the_page_says_wait_and_at_30_00_page_mail_and_case_say_contact_support() {
    let shop = Shop::open();
    let (buyer, session) = paid_into_silence(&shop);
    until_29_59(&shop);
    assert_eq!(shop.status(&buyer), "confirming");
    assert!(shop.page(&buyer).contains("Confirming your payment"));
    assert_eq!(shop.mail_kinds(), ["mail_order_received"]);
    assert_eq!(shop.open_cases(), [""; 0]);

    // The page needs no cron for it.
    shop.world.advance(1);
    assert_eq!(shop.status(&buyer), "unconfirmed");
    let page = shop.page(&buyer);
    assert!(
        page.contains("We could not confirm your payment yet"),
        "{page}"
    );
    assert!(page.contains("help@lumen.example"), "how to reach support");
    let asked = shop.world.requests_to("/checkout/sessions/").len();
    shop.tick();
    assert!(
        shop.world.requests_to("/checkout/sessions/").len() > asked,
        "A22: the provider is asked first"
    );
    let kinds = [
        "mail_order_received",
        "mail_staff_alert",
        "mail_payment_unconfirmed",
    ];
    assert_eq!(shop.mail_kinds(), kinds);
    let case = case_of(&shop);
    let evidence: Json = serde_json::from_str(case["evidence"].as_str().unwrap()).unwrap();
    assert_eq!(evidence["session"], session);
    assert_eq!(
        evidence["amount"],
        json!({ "amount": 11_900, "currency": "EUR" })
    );
    assert_eq!(evidence["begun"], "2026-11-21T18:00:00Z");
    assert!(
        evidence["last_answer"].as_str().unwrap().contains("503"),
        "{evidence}"
    );
    assert_eq!(case["order_number"], buyer.number.as_str());

    // Told once, however long it lasts.
    shop.run_cron(6 * 3_600);
    assert_eq!(shop.mail_kinds(), kinds);
    assert_eq!(shop.status(&buyer), "unconfirmed");
    shop.check();
}

/// A18, A19, S50: what the buyer needs when they write to support.
#[test]
fn s50_the_mail_names_the_order_the_payment_and_support() {
    let shop = Shop::open();
    let (buyer, _) = paid_into_silence(&shop);
    until_29_59(&shop);
    shop.tick_after(1);
    let grouped = shop.view(&buyer)["order_number_grouped"].clone();
    let reference = shop.view(&buyer)["payment"]["payment_id"].clone();
    shop.world.sandbox(|sandbox, _| {
        let mail = sandbox.mailbox.mails().last().expect("a mail");
        assert_eq!(mail.to, ["ada@example.com"]);
        for part in [&mail.text, &mail.html] {
            assert!(
                part.contains(grouped.as_str().unwrap()),
                "order number: {part}"
            );
            let reference = reference.as_str().unwrap();
            let found = part.replace('-', "").contains(&reference.replace('-', ""));
            assert!(found, "payment reference {reference}: {part}");
            assert!(part.contains("help@lumen.example"), "support: {part}");
        }
    });
    let page = shop.page(&buyer);
    assert!(page.contains(grouped.as_str().unwrap()), "{page}");
}

/// A22: whoever asks and is told makes no case.
#[test]
fn a22_at_30_00_the_provider_is_asked_first_and_its_answer_settles() {
    let shop = Shop::open();
    let (buyer, _) = paid_into_silence(&shop);
    until_29_59(&shop);
    shop.mend();
    shop.tick_after(1);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_payment_confirmed"]
    );
    assert_eq!(shop.value("SELECT count(*) FROM cases"), 0);
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// An hour later no mail has told of a doubt, no case is open, and the order can be paid.
#[track_caller]
fn assert_nobody_is_alarmed(shop: &Shop, buyer: &Buyer) {
    shop.run_cron(3_600);
    assert_eq!(shop.mail_kinds(), ["mail_order_received"]);
    assert_eq!(shop.value("SELECT count(*) FROM cases"), 0);
    assert_eq!(shop.status(buyer), "awaiting_payment");
    shop.check();
}

/// A22: "still unknown" takes two questions. Nobody is told of a doubt about a payment page that
/// they may only have looked at because one call failed.
#[test]
fn a22_one_question_that_failed_at_30_00_tells_nobody() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    until_29_59(&shop);
    shop.fail_next(Target::Stripe, Fault::Unavailable, 1);
    shop.tick_after(1);
    assert_eq!(shop.value("SELECT state FROM payments"), "open");
    assert_nobody_is_alarmed(&shop, &buyer);
}

/// S50, A18: the provider fails at the very moment; two questions in one tick, and it is told.
#[test]
fn s50_a_provider_that_is_down_at_30_00_is_told_at_30_00() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    until_29_59(&shop);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.break_down(Target::Stripe, Fault::Unavailable);
    shop.tick_after(1);
    assert_eq!(shop.status(&buyer), "unconfirmed");
    assert_eq!(shop.open_cases().len(), 1);
    shop.mend();
    shop.check();
}

/// S51: the webhook comes at 31:00.
#[test]
fn s51_a_payment_confirmed_at_31_00_sends_the_normal_mail_and_closes_its_case() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let webhook = shop.take_webhook("checkout.session.completed");
    shop.break_down(Target::Stripe, Fault::Unavailable);
    until_29_59(&shop);
    shop.tick_after(1);
    assert_eq!(shop.open_cases().len(), 1);
    shop.mend();
    shop.world.advance(60);
    for _ in 0..2 {
        assert_eq!(shop.receive(&webhook.body).status, 200);
    }
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.open_cases(), [""; 0]);
    let case = case_of(&shop);
    assert_eq!(case["closed_because"], "the provider confirmed the payment");
    assert_eq!(shop.mails_of("mail_payment_confirmed"), 1);
    assert_eq!(shop.releases(), 1);
    shop.run_cron(3_600);
    assert_eq!(shop.mail_kinds().len(), 4, "{:?}", shop.mail_kinds());
    shop.check_at_rest();
}

/// S51, by cron: the poll after the 30 minutes finds it as well.
#[test]
fn s51_without_any_webhook_the_poll_closes_the_case() {
    let shop = Shop::open();
    let (buyer, _) = paid_into_silence(&shop);
    until_29_59(&shop);
    shop.tick_after(1);
    shop.mend();
    shop.run_cron(3 * 60);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.check_at_rest();
}

/// S51: a mail that would come after the confirmation, and say the opposite, stays here.
#[test]
fn s51_a_mail_about_a_doubt_that_is_over_is_not_sent_any_more() {
    let shop = Shop::open();
    let (buyer, _) = paid_into_silence(&shop);
    shop.break_down(Target::Mail, Fault::Unavailable);
    until_29_59(&shop);
    shop.tick_after(1);
    let pending = "SELECT state FROM outbox WHERE kind = 'mail_payment_unconfirmed'";
    assert_eq!(shop.value(pending), "pending");
    shop.mend();
    shop.fail_next(Target::Mail, Fault::Unavailable, 2);
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.mails_of("mail_payment_confirmed"), 1);
    let unconfirmed = shop.mails_of("mail_payment_unconfirmed");
    let state = shop.value(pending);
    assert!(
        (unconfirmed, state.as_str()) == (0, Some("dead")),
        "{unconfirmed} {state}"
    );
    shop.check();
}

/// S51: the same after the provider's page had turned out to be open, and was paid then.
#[test]
fn s51_a_mail_about_a_doubt_stays_here_once_the_order_is_confirmed() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    shop.break_down(Target::Mail, Fault::Unavailable);
    until_29_59(&shop);
    shop.tick_after(1);
    shop.mend();
    shop.break_down(Target::Mail, Fault::Unavailable);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000002").status, 201);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.mend();
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.mails_of("mail_payment_confirmed"), 1);
    assert_eq!(shop.mails_of("mail_payment_unconfirmed"), 0);
    shop.check_at_rest();
}

/// A22: the provider's page turned out to be open, and then it is silent again.
#[test]
fn a22_a_second_doubt_opens_the_case_again_and_writes_no_second_mail() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    until_29_59(&shop);
    shop.tick_after(1);
    assert_eq!(shop.open_cases().len(), 1);
    shop.mend();
    // The buyer goes on to the page that is still open, pays there, and the silence is back.
    let again = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(again.status, 201);
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.pay_at_stripe(&session);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.open_cases().len(), 1);
    assert_eq!(shop.mails_of("mail_payment_unconfirmed"), 1);
    shop.mend();
    shop.run_cron(8 * 3_600);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.check_at_rest();
}

/// S50: while nobody has the page's address, no money can have moved: staff are told, the buyer may
/// try again and is not asked to wait for a payment that they cannot have made.
#[test]
fn s50_a_payment_that_never_got_its_page_alerts_staff_only() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.break_down(Target::Stripe, Fault::Unavailable);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 503);
    shop.run_cron(3_600);
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_staff_alert"]
    );
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.mend();
    // The lost attempt is looked up, found never made, and another begins.
    let again = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(again.status, 201);
    assert_eq!(shop.open_cases(), [""; 0]);
    let states = shop.texts("SELECT state AS text FROM payments ORDER BY created_at");
    assert_eq!(states, ["refused", "open"]);
    shop.check();
}

/// A17, S03: the redirect came, the webhook never does.
#[test]
fn s03_a_payment_whose_webhook_never_comes_is_found_by_asking() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.world.database(|database| {
        database.execute("UPDATE cursors SET due_at = 9007199254740991");
    });
    shop.pay_at_stripe(&session);
    shop.fail_next(Target::Stripe, Fault::NotReached, 1);
    assert_eq!(shop.come_back(&session).status, 303);
    assert_eq!(shop.status(&buyer), "confirming");
    assert_eq!(
        shop.tick_after(89).handled,
        1,
        "only the lease: nothing is due"
    );
    assert_eq!(shop.status(&buyer), "confirming");
    shop.tick_after(1);
    assert_eq!(shop.status(&buyer), "confirmed");
    let cause = shop.value("SELECT actor || '/' || cause FROM order_history ORDER BY version DESC");
    assert_eq!(cause, "cron/poll");
    assert_eq!(
        shop.mail_kinds(),
        ["mail_order_received", "mail_payment_confirmed"]
    );
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// S55: the provider is down for a day. Nothing is cancelled or marked failed, and it is asked
/// rarer and rarer.
#[test]
fn s55_a_provider_that_is_down_costs_no_payment_and_is_not_hammered() {
    let shop = Shop::open();
    let (buyer, _) = paid_into_silence(&shop);
    shop.world.database(|database| {
        database.execute("UPDATE cursors SET due_at = 9007199254740991");
    });
    let before = shop.world.requests_to("/checkout/sessions/").len();
    let mut asked = Vec::new();
    for minute in 1..=24 * 60 {
        let so_far = shop.world.requests_to("/checkout/sessions/").len();
        shop.tick_after(60);
        if shop.world.requests_to("/checkout/sessions/").len() > so_far {
            asked.push(minute);
        }
    }
    assert_eq!(asked, [2, 6, 16, 26, 30, 33, 43, 103, 163, 223, 583]);
    assert_eq!(
        shop.world.requests_to("/checkout/sessions/").len() - before,
        asked.len()
    );
    assert_eq!(shop.value("SELECT state FROM payments"), "unknown");
    assert_eq!(shop.value("SELECT state FROM orders"), "unpaid");
    shop.mend();
    shop.live_through(30 * 3_600);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check_at_rest();
}

/// S56: every deadline is a UTC integer. A clock that jumps back an hour, as a machine's may when
/// summer time ends, delays and breaks nothing; one that jumps ahead makes nothing happen twice.
#[test]
fn s56_a_clock_that_goes_back_delays_and_breaks_nothing() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let webhook = shop.take_webhook("checkout.session.completed");
    shop.break_down(Target::Stripe, Fault::Unavailable);
    until_29_59(&shop);
    shop.tick_after(1);
    assert_eq!(shop.open_cases().len(), 1);
    // In the middle of a tick: its row is written all the same.
    let mut tick = shop.cron();
    assert!(!tick.go_on() && !tick.go_on());
    shop.world.advance(-3_600);
    tick.finish();
    assert_eq!(
        shop.value("SELECT count(*) FROM job_runs WHERE finished_at = started_at"),
        32
    );
    shop.run_cron(600);
    assert_eq!(
        shop.status(&buyer),
        "confirming",
        "by this clock it has only begun"
    );
    assert_eq!(shop.mails_of("mail_payment_unconfirmed"), 1);
    shop.mend();
    assert_eq!(shop.receive(&webhook.body).status, 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.world.advance(2 * 3_600);
    shop.run_cron(3_600);
    assert_eq!(shop.mails_of("mail_payment_confirmed"), 1);
    assert_eq!(shop.releases(), 1);
    shop.check_at_rest();
}

/// A22: a buyer who clicks on "pay" again after half an hour, at a moment at which the provider
/// does not answer, is answered on the page and not by mail.
#[test]
fn a22_a_click_that_met_a_silent_provider_is_no_alarm() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    shop.world.advance(31 * 60);
    shop.fail_next(Target::Stripe, Fault::Unavailable, 1);
    let reply = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(reply.status, 409, "{}", common::text(&reply));
    assert_nobody_is_alarmed(&shop, &buyer);
}
