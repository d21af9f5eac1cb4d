//! Money that is not what was asked for: another currency, a minor unit less or more, twice.

use common::{Buyer, OtherCheckout, Shop};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

/// An order whose payment is written but whose session Stripe never opened; then one is opened that
/// asks for something else under the payment's name, and paid. As after a mistake on either side.
fn paid_otherwise(shop: &Shop, currency: &str, amount: i64) -> (Buyer, String) {
    let buyer = shop.order();
    shop.fail_next(Target::Stripe, Fault::NotReached, 1);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 503);
    let payment = shop.payment_of(&buyer);
    let session = shop.open_elsewhere(&OtherCheckout {
        payment_id: payment["payment_id"].as_str(),
        order_number: Some(&buyer.number),
        reference: Some(&buyer.number),
        currency: Some(currency),
        amount,
    });
    shop.pay_at_stripe(&session);
    (buyer, session)
}

/// Delivers everything twice, and lets cron look.
fn deliver_twice(shop: &Shop) {
    let told = shop.take_webhooks();
    for delivery in told.iter().chain(&told) {
        assert_eq!(shop.receive(&delivery.body).status, 200);
    }
    shop.run_cron(600);
}

fn evidence(shop: &Shop, kind: &str) -> Json {
    let text = shop.value(&format!("SELECT evidence FROM cases WHERE kind = '{kind}'"));
    serde_json::from_str(text.as_str().expect("a case")).unwrap()
}

/// The subject of the last mail and its text.
fn mail(shop: &Shop, subject_part: &str) -> String {
    shop.world.sandbox(|sandbox, _| {
        let mails = sandbox.mailbox.mails();
        let found: Vec<_> = mails
            .iter()
            .filter(|mail| mail.subject.contains(subject_part))
            .collect();
        assert_eq!(found.len(), 1, "mails about {subject_part}");
        format!("{}\n{}", found[0].subject, found[0].text)
    })
}

#[test]
fn s40_the_right_amount_in_the_wrong_currency_never_pays_and_needs_attention() {
    for currency in ["usd", "jpy"] {
        let shop = Shop::open();
        let (buyer, session) = paid_otherwise(&shop, currency, 11_900);
        deliver_twice(&shop);
        let code = currency.to_uppercase();
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "awaiting_payment", "{view:#}");
        assert_eq!(view["due"], json!({ "amount": 11_900, "currency": "EUR" }));
        assert_eq!(view["paid"], json!({ "amount": 0, "currency": "EUR" }));
        assert_eq!(
            view["held"],
            json!([{ "amount": 11_900, "currency": code }])
        );
        assert_eq!(
            shop.ledger(),
            [format!(
                "capture:stripe:{session}:unapplied: provider:stripe:{code} > unapplied:{code} \
                 11900 {code}"
            )]
        );
        assert_eq!(shop.open_cases(), [format!("money_foreign {session}")]);
        let evidence = evidence(&shop, "money_foreign");
        assert_eq!(
            evidence["asked"],
            json!({ "amount": 11_900, "currency": "EUR" })
        );
        assert_eq!(
            evidence["received"],
            json!({ "amount": 11_900, "currency": code })
        );
        assert_eq!(shop.releases(), 0);
        assert_eq!(
            shop.mails().len(),
            3,
            "received, held, alert: {:?}",
            shop.mails()
        );
        let told = mail(&shop, "We received");
        assert!(told.contains("which it did not ask for"), "{told}");
        shop.check();
        // The buyer can still pay what is due.
        let reply = shop.try_pay(&buyer, "payment-key-000000000002");
        assert_eq!(reply.status, 201, "{}", common::text(&reply));
        let url = common::json_of(&reply)["payment"]["redirect_url"].clone();
        shop.pay_at_stripe(url.as_str().unwrap().rsplit('/').next().unwrap());
        deliver_twice(&shop);
        assert_eq!(shop.status(&buyer), "confirmed");
        assert_eq!(shop.releases(), 1);
        shop.check();
    }
}

#[test]
fn s41_one_minor_unit_short_is_a_part_payment() {
    let shop = Shop::open();
    let (buyer, session) = paid_otherwise(&shop, "eur", 11_899);
    deliver_twice(&shop);
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "awaiting_payment", "{view:#}");
    assert_eq!(view["paid"]["amount"], 11_899);
    assert_eq!(view["due"]["amount"], 1);
    assert_eq!(
        shop.ledger(),
        [format!(
            "capture:stripe:{session}:{0}: provider:stripe:EUR > order:{0} 11899 EUR",
            buyer.number
        )]
    );
    assert_eq!(shop.open_cases(), [format!("money_short {session}")]);
    assert_eq!(shop.releases(), 0);
    let page = shop.page(&buyer);
    assert!(
        page.contains("118.99\u{a0}EUR") && page.contains("0.01\u{a0}EUR"),
        "{page}"
    );
    shop.check();
    // The rest is below what Stripe takes, and that is said instead of opening a dead session.
    let reply = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(reply.status, 422, "{}", common::text(&reply));
    assert_eq!(common::json_of(&reply)["code"], "amount_too_small");
    shop.check();
}

#[test]
fn s41_the_rest_of_a_part_payment_is_asked_for_and_confirms() {
    let shop = Shop::open();
    let (buyer, _) = paid_otherwise(&shop, "eur", 11_800);
    deliver_twice(&shop);
    let reply = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(reply.status, 201, "{}", common::text(&reply));
    let payment = &common::json_of(&reply)["payment"];
    assert_eq!(
        payment["amount"],
        json!({ "amount": 100, "currency": "EUR" })
    );
    shop.pay_at_stripe(
        payment["redirect_url"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap(),
    );
    deliver_twice(&shop);
    let view = shop.view(&buyer);
    assert_eq!(
        (&view["status"], &view["paid"]["amount"]),
        (&json!("confirmed"), &json!(11_900))
    );
    assert_eq!(shop.ledger().len(), 2);
    assert_eq!(shop.releases(), 1);
    shop.check();
}

#[test]
fn s41_one_minor_unit_over_confirms_and_sets_the_rest_aside() {
    let shop = Shop::open();
    let (buyer, session) = paid_otherwise(&shop, "eur", 11_901);
    deliver_twice(&shop);
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "confirmed", "{view:#}");
    assert_eq!(view["paid"]["amount"], 11_900);
    assert_eq!(view["held"], json!([{ "amount": 1, "currency": "EUR" }]));
    assert_eq!(
        shop.ledger(),
        [
            format!(
                "capture:stripe:{session}:{0}: provider:stripe:EUR > order:{0} 11900 EUR",
                buyer.number
            ),
            format!(
                "capture:stripe:{session}:unapplied: provider:stripe:EUR > unapplied:EUR 1 EUR"
            ),
        ]
    );
    assert_eq!(shop.open_cases(), [format!("money_over {session}")]);
    assert_eq!(shop.releases(), 1);
    let page = shop.page(&buyer);
    assert!(page.contains("0.01\u{a0}EUR"), "{page}");
    assert_eq!(
        shop.mails().len(),
        4,
        "received, confirmed, held, alert: {:?}",
        shop.mails()
    );
    shop.check();
}

/// S24: the first session was thought to be over, so a second one was opened, and both are paid.
fn two_sessions(shop: &Shop) -> (Buyer, String, String) {
    let buyer = shop.order();
    let first = shop.pay(&buyer);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    let reply = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(reply.status, 201, "{}", common::text(&reply));
    let url = common::json_of(&reply)["payment"]["redirect_url"].clone();
    let second = url.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_ne!(first, second);
    shop.pay_at_stripe(&first);
    shop.pay_at_stripe(&second);
    (buyer, first, second)
}

#[test]
fn s24_of_two_paid_sessions_the_second_is_held_with_a_case_and_a_mail() {
    for reversed in [false, true] {
        let shop = Shop::open();
        let (buyer, first, second) = two_sessions(&shop);
        let mut told = shop.take_webhooks_of("checkout.session.completed");
        if reversed {
            told.reverse();
        }
        for delivery in told.iter().chain(&told) {
            assert_eq!(shop.receive(&delivery.body).status, 200);
        }
        shop.run_cron(600);
        let (applied, held) = if reversed {
            (&second, &first)
        } else {
            (&first, &second)
        };
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "confirmed", "{view:#}");
        assert_eq!(view["paid"]["amount"], 11_900);
        assert_eq!(
            view["held"],
            json!([{ "amount": 11_900, "currency": "EUR" }])
        );
        let mut expected = [
            format!(
                "capture:stripe:{applied}:{0}: provider:stripe:EUR > order:{0} 11900 EUR",
                buyer.number
            ),
            format!(
                "capture:stripe:{held}:unapplied: provider:stripe:EUR > unapplied:EUR 11900 EUR"
            ),
        ];
        expected.sort();
        assert_eq!(shop.ledger(), expected);
        assert_eq!(shop.open_cases(), [format!("money_twice {held}")]);
        assert_eq!(shop.releases(), 1);
        assert_eq!(shop.mails().len(), 4, "received, confirmed, held, alert");
        let told = mail(&shop, "We received");
        assert!(told.contains("beyond what was due"), "{told}");
        assert!(told.contains("119.00\u{a0}EUR"), "{told}");
        shop.check();
    }
}

/// S24 in a race: both sessions are told at once.
#[test]
fn s24_two_paid_sessions_told_at_once_release_once() {
    for seed in 0..30 {
        let shop = Shop::open();
        let (buyer, _, _) = two_sessions(&shop);
        let told = shop.take_webhooks_of("checkout.session.completed");
        let tasks = told
            .iter()
            .chain(&told)
            .map(|delivery| shop.begin_webhook(&delivery.body))
            .collect();
        for reply in common::at_once(tasks, common::shuffled(seed)) {
            assert_eq!(reply.status, 200, "seed {seed}");
            shop.after(&reply);
        }
        assert_eq!(shop.status(&buyer), "confirmed");
        assert_eq!(shop.ledger().len(), 2, "{:?}", shop.ledger());
        assert_eq!(shop.open_cases().len(), 1, "{:?}", shop.open_cases());
        assert_eq!(shop.releases(), 1);
        shop.check();
    }
}

/// S24: a second session under the name of the same payment.
#[test]
fn s24_a_checkout_that_was_not_opened_here_is_held_before_and_after_the_order_is_paid() {
    let shop = Shop::open();
    let buyer = shop.order();
    let own = shop.pay(&buyer);
    let early = shop.pay_elsewhere_for(&buyer);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.open_cases(), [format!("money_stray {early}")]);
    let held = |minor: i64| json!([{ "amount": minor, "currency": "EUR" }]);
    assert_eq!(shop.view(&buyer)["held"], held(11_900));
    assert!(shop.page(&buyer).contains("could not take"));
    shop.check();
    shop.pay_at_stripe(&own);
    deliver_twice(&shop);
    assert_eq!(shop.status(&buyer), "confirmed");
    let late = shop.pay_elsewhere_for(&buyer);
    deliver_twice(&shop);
    assert_eq!(
        shop.open_cases(),
        [
            format!("money_stray {early}"),
            format!("money_twice {late}")
        ]
    );
    // Both are told once more, under other event ids.
    let events = shop.world.sandbox(|sandbox, now| {
        let mut sessions = Vec::new();
        for session in [&early, &late] {
            let told = sandbox.stripe.events().iter();
            let told = told.filter(|event| event.kind == "checkout.session.completed");
            let mut told = told.filter(|event| event.object["id"] == session.as_str());
            sessions.push(told.next().expect("told before").object.clone());
        }
        let again = |object| {
            sandbox
                .stripe
                .make_event(now, "checkout.session.completed", object)
        };
        sessions.into_iter().map(again).collect::<Vec<_>>()
    });
    deliver_twice(&shop);
    for event_id in events {
        assert_eq!(shop.inbox_of(&event_id), "done: settled");
    }
    assert_eq!(shop.payment_of(&buyer)["session_id"], own.as_str());
    assert_eq!(shop.view(&buyer)["held"], held(23_800));
    assert_eq!(shop.ledger().len(), 3, "{:?}", shop.ledger());
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// S24 in a race: while an event of another checkout is being settled, the payment's own session is
/// opened. The payment stays with its own, and what the other one brought is held.
#[test]
fn s24_a_session_that_is_bound_in_the_meantime_makes_the_other_one_stray() {
    let shop = Shop::open();
    let (buyer, other) = paid_otherwise(&shop, "eur", 11_900);
    let told = shop.take_webhook("checkout.session.completed");
    let webhook = shop.begin_webhook(&told.body).after_steps(2);
    shop.run_cron_without_backfill(180);
    let own = shop.payment_of(&buyer)["session_id"].clone();
    assert!(own.is_string() && own != other.as_str(), "{own}");
    let reply = webhook.finish();
    assert_eq!(reply.status, 200);
    shop.after(&reply);
    assert_eq!(shop.receive(&told.body).status, 200);
    assert_eq!(shop.payment_of(&buyer)["session_id"], own);
    assert_eq!(shop.open_cases(), [format!("money_stray {other}")]);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.check();
    shop.pay_at_stripe(own.as_str().unwrap());
    deliver_twice(&shop);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.ledger().len(), 2, "{:?}", shop.ledger());
    shop.check();
}
