//! Messages: once each, with the same bytes however often, and in the end a person.

use common::{Buyer, OtherCheckout, Shop, Trouble, eur, staff, told};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};
use shared::http::OutRequest;
use shared::review::RevocationCode;

/// A paid order whose messages have not been delivered yet.
fn paid_with(shop: &Shop, target: Target, fault: Fault) {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.break_down(target, fault);
    shop.deliver_webhooks();
}

/// The requests that carried one message, by its id.
fn requests_of(shop: &Shop, header: &str, id_part: &str) -> Vec<OutRequest> {
    let carries = |request: &OutRequest| {
        let mut headers = request.headers.iter();
        headers.any(|(name, value)| *name == header && value.contains(id_part))
    };
    let mut requests = shop.world.requests_to("http");
    requests.retain(carries);
    requests
}

#[test]
fn i7_messages_are_tried_right_after_the_reply() {
    let shop = Shop::open();
    paid_with(&shop, Target::Mail, Fault::Unavailable);
    shop.mend();
    assert_eq!(shop.releases(), 1, "without cron");
    assert_eq!(shop.mail_kinds(), ["mail_order_received"]);
    assert_eq!(
        shop.value("SELECT state FROM outbox WHERE kind = 'release'"),
        "sent"
    );
    shop.check();
}

/// The Worker dies right after the reply: cron finds what it left, and not before the one who is
/// still at it may have finished.
#[test]
fn p4_messages_that_nobody_tried_are_delivered_by_cron() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let webhook = shop.take_webhook("checkout.session.completed");
    assert_eq!(shop.receive_only(&webhook.body).status, 200);
    shop.tick_after(44);
    assert_eq!(
        (shop.releases(), shop.mails_of("mail_payment_confirmed")),
        (0, 0)
    );
    shop.tick_after(1);
    assert_eq!(
        (shop.releases(), shop.mails_of("mail_payment_confirmed")),
        (1, 1)
    );
    shop.live_through(3_600);
    shop.check_at_rest();
}

/// I9: ten tries, rarer and rarer, then a case, an alert, and no further try.
#[test]
fn i7_a_message_that_is_never_accepted_is_tried_ten_times_and_then_put_before_a_person() {
    let shop = Shop::open();
    paid_with(&shop, Target::Production, Fault::Unavailable);
    let began = shop.now();
    let mut tried = Vec::new();
    for _ in 0..5 * 24 * 60 {
        let before = shop.world.requests_to("/releases").len();
        shop.tick_after(60);
        if shop.world.requests_to("/releases").len() > before {
            tried.push(shop.now().seconds_since(began) / 60);
        }
    }
    assert_eq!(tried, [1, 2, 7, 22, 82, 202, 562, 1_282, 2_722, 4_162]);
    let message = &shop.rows("SELECT state, asks, note FROM outbox WHERE kind = 'release'")[0];
    assert_eq!(message["state"], "dead");
    assert_eq!(message["asks"], 10);
    assert_eq!(message["note"], "production answered 503");
    let case = &shop.rows("SELECT subject, order_number, evidence FROM cases")[0];
    let evidence: Json = serde_json::from_str(case["evidence"].as_str().unwrap()).unwrap();
    assert_eq!(
        evidence,
        json!({ "message": "release", "last_answer": "production answered 503", "tries": 10 })
    );
    assert_eq!(shop.mails_of("mail_staff_alert"), 1);
    shop.check();
}

/// An alert about an alert would never end.
#[test]
fn an_alert_that_cannot_be_delivered_opens_a_case_and_raises_no_alert() {
    let shop = Shop::open();
    shop.break_down(Target::Mail, Fault::Unavailable);
    shop.break_down(Target::Production, Fault::Unavailable);
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    shop.live_through(9 * 86_400);
    let dead =
        shop.texts("SELECT kind AS text FROM outbox WHERE state = 'dead' ORDER BY 1, dedupe_key");
    let alerts = dead
        .iter()
        .filter(|kind| *kind == "mail_staff_alert")
        .count();
    assert_eq!(
        (dead.len(), alerts),
        (6, 3),
        "three messages and the alerts about them"
    );
    assert_eq!(shop.value("SELECT count(*) FROM outbox"), 6);
    assert_eq!(shop.open_cases().len(), 6);
    shop.check();
}

/// I7: the same bytes under the same key, so that a provider that honours keys sends one mail.
#[test]
fn i7_a_mail_whose_answer_was_lost_is_repeated_byte_by_byte() {
    for fault in [
        Fault::LostAfterEffect,
        Fault::GarbageBody,
        Fault::OversizeBody,
    ] {
        let shop = Shop::open();
        shop.fail_next(Target::Mail, fault, 1);
        let buyer = shop.order();
        shop.run_cron(600);
        let requests = requests_of(&shop, "idempotency-key", &buyer.number);
        assert!(
            !requests.is_empty() && requests.len() <= 2,
            "{fault:?}: {}",
            requests.len()
        );
        assert!(
            requests.iter().all(|request| *request == requests[0]),
            "{fault:?}"
        );
        assert_eq!(shop.mail_kinds(), ["mail_order_received"], "{fault:?}");
        assert_eq!(shop.value("SELECT state FROM outbox"), "sent", "{fault:?}");
        shop.check();
    }
}

/// I7: the sender answers a 500 after it took the mail, and keeps that answer under the key for a
/// day. Whoever went on after that day would send a second mail.
#[test]
fn i7_a_mail_is_not_sent_again_when_its_key_is_forgotten() {
    let shop = Shop::open();
    let fault = Fault::ServerErrorAfterEffect;
    shop.fail_next(Target::Mail, fault, 1);
    let buyer = shop.order();
    shop.run_cron(4 * 86_400);
    let id = format!("mail_order_received/{}", buyer.number);
    let mut tries = requests_of(&shop, "idempotency-key", &id);
    tries.retain(|request| request.headers.iter().any(|(_, value)| *value == id));
    assert_eq!(tries.len(), 9, "at once, and eight times by cron");
    assert_eq!(shop.mails_of("mail_order_received"), 1);
    let subject = format!("message_dead mail_order_received/{}", buyer.number);
    assert_eq!(shop.open_cases(), [subject]);
    assert_eq!(shop.mails_of("mail_staff_alert"), 1);
    shop.check();
}

/// I7: what may have left before the setting was lost is not sent again after a day; what has
/// waited from its first moment is.
#[test]
fn i7_after_a_day_only_what_was_never_tried_is_sent() {
    let mut shop = Shop::open();
    // The order's read and its batch, the message's read, the sending, and the note.
    shop.world.trouble_at(4, Trouble::Killed);
    let sent = shop.order();
    assert!(!shop.world.forget_trouble());
    shop.world.restart();
    shop.redeploy(&[("MAIL_SENDER", "none")]);
    let waiting = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    shop.run_cron(36 * 3_600);
    assert_eq!(shop.mail_kinds(), ["mail_order_received"]);
    shop.redeploy(&[]);
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.mails_of("mail_order_received"), 2, "one each");
    let state = |buyer: &Buyer| {
        shop.value(&format!(
            "SELECT state FROM outbox WHERE dedupe_key = '{}'",
            buyer.number
        ))
    };
    assert_eq!(
        (state(&sent), state(&waiting)),
        ("dead".into(), "sent".into())
    );
    assert_eq!(shop.mails_of("mail_staff_alert"), 1);
    shop.check();
}

/// Sent, and then the note about it is lost: sent again under its own key, which is one mail.
#[test]
fn p4_a_mail_whose_note_was_lost_is_one_mail() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        let shop = Shop::open();
        // The order's read and its batch, the message's read, the sending, and the note.
        shop.world.trouble_at(4, trouble);
        shop.order();
        assert!(!shop.world.forget_trouble());
        shop.world.restart();
        shop.run_cron(600);
        assert_eq!(shop.mail_kinds(), ["mail_order_received"], "{trouble:?}");
        assert_eq!(
            shop.value("SELECT state FROM outbox"),
            "sent",
            "{trouble:?}"
        );
        shop.check();
    }
}

/// I7: the reason in the mail is the one of its moment, even when the order goes on before the mail
/// has left.
#[test]
fn i7_a_mail_about_held_money_keeps_its_words_when_the_order_goes_on() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let payment = shop.value("SELECT payment_id FROM payments");
    let stray = shop.open_elsewhere(&OtherCheckout {
        payment_id: payment.as_str(),
        amount: 11_900,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&stray);
    shop.fail_next(Target::Mail, Fault::LostAfterEffect, 2);
    shop.deliver_webhooks();
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.run_cron(600);
    let requests = requests_of(&shop, "idempotency-key", "mail_payment_held");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0], requests[1]);
    assert_eq!(shop.mails_of("mail_payment_held"), 1);
    shop.check_at_rest();
}

/// I5: signed (production refuses what is not), once per order, with one id and one body.
#[test]
fn i5_a_release_is_signed_and_repeated_under_one_id() {
    let shop = Shop::open();
    paid_with(&shop, Target::Production, Fault::LostAfterEffect);
    shop.tick_after(60);
    shop.mend();
    shop.run_cron(600);
    let requests = shop.world.requests_to("/production/releases");
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
    let body: Json = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(body["type"], "order.confirmed");
    assert_eq!(body["timestamp"], "2026-11-21T18:00:00Z");
    assert_eq!(
        body["data"]["total"],
        json!({ "amount": 11_900, "currency": "EUR" })
    );
    assert_eq!(body["data"]["customer"]["email"], "ada@example.com");
    shop.world.sandbox(|sandbox, _| {
        assert_eq!(sandbox.production.refused(), 0, "every signature was good");
        let releases = sandbox.production.releases();
        assert_eq!(releases.len(), 1);
        assert_eq!((releases[0].deliveries, releases[0].conflicts), (3, 0));
    });
    shop.check_at_rest();
}

/// What waits for a setting is delivered once it is made, and waiting was no try.
#[test]
fn messages_wait_for_a_setting_and_leave_when_it_is_made() {
    let missing = [
        ("MAIL_SENDER", "none"),
        ("RELEASE_URL", ""),
        ("STAFF_EMAIL", ""),
    ];
    let mut shop = Shop::with(&missing);
    paid_with(&shop, Target::Mail, Fault::Unavailable);
    shop.mend();
    shop.live_through(4 * 86_400);
    let waiting = shop.rows("SELECT state, asks, note FROM outbox ORDER BY kind");
    let notes: Vec<_> = waiting
        .iter()
        .map(|row| row["note"].as_str().unwrap())
        .collect();
    assert_eq!(
        notes,
        [
            "no mail sender is set up",
            "no mail sender is set up",
            "RELEASE_URL or RELEASE_SECRET is not set, or is refused",
        ]
    );
    assert!(
        waiting
            .iter()
            .all(|row| row["state"] == "pending" && row["asks"] == 0),
        "{waiting:?}"
    );
    assert_eq!(shop.value("SELECT count(*) FROM cases"), 0);

    shop.redeploy(&[]);
    // The first try after four days fails: that is the first of ten.
    shop.fail_next(Target::Mail, Fault::Unavailable, 2);
    shop.fail_next(Target::Production, Fault::Unavailable, 1);
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.mail_kinds().len(), 2);
    assert_eq!(shop.releases(), 1);
    shop.check_at_rest();
}

#[test]
fn an_alert_waits_until_somebody_is_there_to_be_alerted() {
    let mut shop = Shop::with(&[("STAFF_EMAIL", "")]);
    paid_with(&shop, Target::Mail, Fault::Unavailable);
    shop.mend();
    let intent = shop.value("SELECT capture_ref FROM payments");
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.dispute_open(now, intent.as_str().unwrap()))
        .expect("a dispute");
    shop.deliver_webhooks();
    shop.run_cron(3 * 3_600);
    assert_eq!(shop.mails_of("mail_staff_alert"), 0);
    let note = shop.value("SELECT note FROM outbox WHERE kind = 'mail_staff_alert'");
    assert_eq!(note, "STAFF_EMAIL is not set");
    shop.redeploy(&[]);
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.mails_of("mail_staff_alert"), 1);
    shop.check_at_rest();
}

/// The last gate before goods leave: a row alone releases nothing.
#[test]
fn i5_a_release_of_an_order_that_is_not_confirmed_never_leaves() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.world.database(|database| {
        database.execute("DROP TRIGGER IF EXISTS outbox_release_confirmed");
        let now = shop.now().0;
        database.execute(&format!(
            "INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, due_at)
             VALUES ('release', '{0}', '{0}', '{{}}', {now}, {now})",
            buyer.number
        ));
    });
    shop.run_cron(3_600);
    assert_eq!(shop.world.requests_to("/releases").len(), 0);
    let note = shop.value("SELECT note FROM outbox WHERE kind = 'release'");
    assert_eq!(note, "the order is not confirmed");
}

/// P2, I5: production could not be told while the money was here; what leaves last is that it is gone, or
/// nothing at all.
#[test]
fn i5_a_release_never_leaves_after_the_money_went_back() {
    let shop = Shop::with_bank();
    shop.break_down(Target::Production, Fault::Unavailable);
    let buyer = shop.order();
    let settled = shop.settle_by_hand(&staff("ruth"), &buyer, eur(11_900), "NTRF-1");
    assert_eq!(told(&settled), "");
    shop.mend();
    assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Returned)), "");
    shop.run_cron(600);
    let heard = shop.world.requests_to("/production/releases");
    let types: Vec<Json> = heard
        .iter()
        .map(|request| serde_json::from_slice::<Json>(&request.body).unwrap()["type"].clone())
        .collect();
    assert_eq!(
        types,
        ["order.confirmed", "order.revoked"],
        "the first met a 503"
    );
    shop.check_at_rest();

    let shop = Shop::open();
    paid_with(&shop, Target::Production, Fault::Unavailable);
    let intent = shop.value("SELECT capture_ref FROM payments");
    shop.refund_at_stripe(intent.as_str().unwrap(), None);
    shop.deliver_webhooks();
    shop.mend();
    shop.run_cron(600);
    assert_eq!(shop.releases(), 0);
    let note = shop.value("SELECT note FROM outbox WHERE kind = 'release'");
    assert_eq!(note, "reversed before it was sent");
    shop.check_at_rest();
}

/// The platform's own sender has no keys; its refusals are retried like any other.
#[test]
fn mails_by_the_platforms_own_sender_are_retried() {
    let shop = Shop::with(&[("MAIL_SENDER", "cloudflare")]);
    // The order's read and its batch, the message's read, and the sending.
    shop.world.trouble_at(3, Trouble::Before);
    shop.order();
    assert!(!shop.world.forget_trouble());
    assert_eq!(shop.world.bound_mails().len(), 0);
    shop.run_cron(120);
    assert_eq!(shop.world.bound_mails().len(), 1);
    assert_eq!(shop.value("SELECT state FROM outbox"), "sent");
    shop.check();
}
