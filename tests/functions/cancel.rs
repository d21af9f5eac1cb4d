//! Cancelling: the live payment is closed at the provider first, and its answer is believed.

use common::{
    Io, OtherCheckout, Shop, Trouble, at_once, json_of, order_body, problem_of, shuffled, text,
};
use edgetill::http::Reply;
use sandbox::stripe::{Outcome, SessionStatus};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};
use shared::http::Method;

const KEY: &str = "payment-key-000000000001";
const AGAIN: &str = "payment-key-000000000002";

fn history(shop: &Shop) -> Vec<String> {
    let rows = shop.rows("SELECT event FROM order_history ORDER BY version");
    rows.iter()
        .filter_map(|row| row["event"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn an_order_that_nobody_pays_is_cancelled_at_once_and_once() {
    let shop = Shop::open();
    let buyer = shop.order();
    let first = shop.cancel(&buyer);
    assert_eq!(first.status, 200, "{}", text(&first));
    assert_eq!(json_of(&first)["order"]["status"], "cancelled");
    assert_eq!(json_of(&first)["order"]["actions"], json!([]));
    let again = shop.cancel(&buyer);
    assert_eq!((again.status, text(&again)), (200, text(&first)));
    assert_eq!(history(&shop), ["created", "cancelled"]);
    assert_eq!(shop.mails().len(), 1, "{:?}", shop.mails());
    assert_eq!(
        problem_of(&shop.try_pay(&buyer, KEY)),
        "409 order_cancelled"
    );
    shop.run_cron(4 * 86_400);
    assert_eq!(
        shop.status(&buyer),
        "cancelled",
        "it does not expire as well"
    );
    shop.check();
}

/// One round trip loads, and one writes and reads what has become of the order.
#[test]
fn a_cancellation_takes_two_round_trips() {
    let shop = Shop::open();
    let buyer = shop.order();
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    let bearer = format!("Bearer {}", buyer.token);
    shop.world.take_io();
    let reply = shop.send_only(Method::Post, &path, &[("authorization", &bearer)], b"");
    assert_eq!(json_of(&reply)["order"]["status"], "cancelled");
    let io = shop.world.take_io();
    assert!(matches!(io[..], [Io::Query(_), Io::Commit(_)]), "{io:?}");
    shop.after(&reply);
    shop.check();
}

/// P4: the answer to the batch was lost: the reply tells what is there all the same.
#[test]
fn a_cancellation_whose_answer_was_lost_is_told_as_any_other() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.world.trouble_at(1, Trouble::After);
    let reply = shop.cancel(&buyer);
    assert!(!shop.world.forget_trouble(), "it has struck");
    assert_eq!(reply.status, 200, "{}", text(&reply));
    assert_eq!(json_of(&reply)["order"]["status"], "cancelled");
    assert_eq!(history(&shop), ["created", "cancelled"]);
    shop.check();
}

/// S20: the buyer still has the provider's page open: it is closed before the order is.
#[test]
fn s20_the_session_is_closed_before_the_order_is_cancelled() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(shop.session(&session).status, SessionStatus::Expired);
    let paid = shop.try_to_pay_at_stripe(&session, Outcome::Paid);
    assert!(!paid, "nobody can pay it any more");
    // The provider tells of the closing as well, which is no news.
    let answers = shop.deliver_webhooks();
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    assert_eq!(
        history(&shop),
        ["created", "payment_started", "payment_closed", "cancelled"]
    );
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(shop.value("SELECT state FROM payments"), "closed");
    shop.check();
}

/// S20: the provider says "already complete": the cancellation is refused and the order settles.
#[test]
fn s20_a_cancellation_that_comes_after_the_money_settles_the_order() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let reply = shop.cancel(&buyer);
    assert_eq!(problem_of(&reply), "409 already_paid");
    assert_eq!(shop.status(&buyer), "confirmed");
    // The refusal brings news along: production and the buyer hear of it at once, not from cron.
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
    shop.deliver_webhooks();
    shop.run_cron(120);
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.mails().len(), 2, "{:?}", shop.mails());
    assert_eq!(history(&shop), ["created", "payment_started", "confirmed"]);
    shop.check();
}

/// S20, S58: the money is on its way: neither cancelled nor settled.
#[test]
fn s20_an_order_whose_money_is_on_its_way_cannot_be_cancelled() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_later_at_stripe(&session);
    assert_eq!(problem_of(&shop.cancel(&buyer)), "409 payment_processing");
    assert_eq!(shop.status(&buyer), "processing");
    assert_eq!(
        problem_of(&shop.try_pay(&buyer, AGAIN)),
        "409 payment_processing"
    );
    assert_eq!(shop.view(&buyer)["actions"], json!([]));
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.delayed_fails(now, &session))
        .expect("it waits for money");
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(shop.status(&buyer), "cancelled");
    shop.check();
}

/// S20, P6: the provider does not answer: nothing is cancelled, nothing is claimed, and trying again
/// later works.
#[test]
fn s20_a_cancellation_waits_while_the_provider_is_silent() {
    for fault in [
        Fault::NotReached,
        Fault::Unavailable,
        Fault::ServerErrorBeforeEffect,
        Fault::TooManyRequests,
        Fault::GarbageBody,
    ] {
        let shop = Shop::open();
        let buyer = shop.order();
        let session = shop.pay(&buyer);
        shop.fail_next(Target::Stripe, fault, 100);
        assert_eq!(
            problem_of(&shop.cancel(&buyer)),
            "409 payment_unresolved",
            "{fault:?}"
        );
        assert_eq!(shop.status(&buyer), "confirming", "{fault:?}");
        assert_eq!(
            problem_of(&shop.try_pay(&buyer, AGAIN)),
            "409 payment_unresolved"
        );
        shop.mend();
        assert_eq!(shop.cancel(&buyer).status, 200, "{fault:?}");
        assert_eq!(shop.session(&session).status, SessionStatus::Expired);
        shop.check();
    }
}

/// S20: the answer to the closing is lost; the session is read back instead.
#[test]
fn s20_a_lost_answer_to_the_closing_is_found_out_by_reading() {
    for fault in Fault::ALL {
        let shop = Shop::open();
        let buyer = shop.order();
        shop.pay(&buyer);
        shop.fail_next_on(Target::Stripe, "/expire", fault, 1);
        let first = shop.cancel(&buyer);
        if first.status != 200 {
            assert_eq!(problem_of(&first), "409 payment_unresolved", "{fault:?}");
            assert_ne!(shop.status(&buyer), "cancelled", "{fault:?}");
            assert_eq!(shop.cancel(&buyer).status, 200, "{fault:?}");
        }
        assert_eq!(shop.status(&buyer), "cancelled", "{fault:?}");
        assert_eq!(
            shop.sessions()[0].status,
            SessionStatus::Expired,
            "{fault:?}"
        );
        shop.check();
    }
}

/// S20: the create's answer was lost, so that nobody knew which session there was to close.
#[test]
fn s20_a_session_that_was_never_heard_of_is_closed_too() {
    for fault in Fault::ALL {
        let shop = Shop::open();
        let buyer = shop.order();
        shop.fail_next(Target::Stripe, fault, 1);
        assert_eq!(shop.try_pay(&buyer, KEY).status, 503, "{fault:?}");
        assert_eq!(shop.cancel(&buyer).status, 200, "{fault:?}");
        let sessions = shop.sessions();
        assert!(
            sessions
                .iter()
                .all(|session| session.status == SessionStatus::Expired),
            "{fault:?}"
        );
        assert_eq!(shop.status(&buyer), "cancelled", "{fault:?}");
        shop.check();
    }
}

/// P4: any trouble at any step of a cancellation heals by asking again.
#[test]
fn a_cancellation_survives_every_trouble_at_every_step() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0.. {
            let shop = Shop::open();
            let buyer = shop.order();
            let session = shop.pay(&buyer);
            shop.world.trouble_at(step, trouble);
            let first = shop.cancel(&buyer);
            let struck = !shop.world.forget_trouble();
            shop.world.restart();
            assert!(
                matches!(first.status, 200 | 409 | 503),
                "{step} {}",
                text(&first)
            );
            assert_eq!(shop.cancel(&buyer).status, 200, "{step} {trouble:?}");
            assert_eq!(shop.session(&session).status, SessionStatus::Expired);
            assert_eq!(shop.status(&buyer), "cancelled", "{step} {trouble:?}");
            let ends = history(&shop)
                .iter()
                .filter(|event| *event == "cancelled")
                .count();
            assert_eq!(ends, 1, "{step} {trouble:?}");
            shop.check();
            if !struck {
                assert!(step >= 4, "load, close, note, write");
                break;
            }
        }
    }
}

/// P2, I6: cancelling and paying at the same time end in one of the two, never in a cancelled order
/// with an open page.
#[test]
fn cancelling_and_paying_at_once_leave_no_open_page_of_a_cancelled_order() {
    for seed in 0..60 {
        let shop = Shop::open();
        let buyer = shop.order();
        let path = |verb: &str| format!("/v1/orders/{}/{verb}", buyer.number);
        let begin =
            |verb: &str, body: &Json| shop.begin_post(&path(verb), KEY, Some(&buyer.token), body);
        let method = json!({ "method": "stripe" });
        let tasks = vec![begin("cancel", &json!({})), begin("payments", &method)];
        let replies: Vec<Reply> = at_once(tasks, shuffled(seed));
        let open = shop
            .sessions()
            .iter()
            .any(|session| session.status == SessionStatus::Open);
        match shop.status(&buyer).as_str() {
            "cancelled" => assert!(!open, "{seed}"),
            "awaiting_payment" | "confirming" => {}
            other => panic!("{seed} {other}"),
        }
        for reply in &replies {
            assert!(
                matches!(reply.status, 200 | 201 | 409 | 503),
                "{seed} {}",
                text(reply)
            );
        }
        shop.check();
    }
}

#[test]
fn two_cancellations_at_once_end_the_order_once() {
    for seed in 0..40 {
        let shop = Shop::open();
        let buyer = shop.order();
        shop.pay(&buyer);
        let path = format!("/v1/orders/{}/cancel", buyer.number);
        let tasks = (0..3).map(|_| shop.begin_post(&path, KEY, Some(&buyer.token), &json!({})));
        for reply in at_once(tasks.collect(), shuffled(seed)) {
            assert_eq!(reply.status, 200, "{seed} {}", text(&reply));
        }
        assert_eq!(
            history(&shop),
            ["created", "payment_started", "payment_closed", "cancelled"],
            "{seed}"
        );
        shop.check();
    }
}

/// S21: money that comes after the cancellation is held, told to the buyer and put before staff.
#[test]
fn s21_money_after_a_cancellation_is_held_and_told() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    assert_eq!(shop.cancel(&buyer).status, 200);
    let payment_id = shop.value("SELECT payment_id FROM payments");
    let stray = shop.open_elsewhere(&OtherCheckout {
        payment_id: payment_id.as_str(),
        order_number: Some(&buyer.number),
        reference: Some(&buyer.number),
        currency: Some("eur"),
        amount: 11_900,
    });
    shop.pay_at_stripe(&stray);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "cancelled");
    let view = shop.view(&buyer);
    assert_eq!(view["paid"]["amount"], 0);
    assert_eq!(shop.releases(), 0);
    assert_eq!(
        shop.rows("SELECT credit, amount_minor FROM transfers"),
        [json!({ "credit": "unapplied:EUR", "amount_minor": 11_900 })]
    );
    let told = shop.rows("SELECT kind FROM outbox WHERE kind = 'mail_payment_held'");
    assert_eq!(told.len(), 1);
    shop.deliver_webhooks();
    shop.run_cron(600);
    assert_eq!(shop.count("transfers"), 1);
    shop.check();
}

#[test]
fn an_expired_or_confirmed_order_cannot_be_cancelled() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.world.advance(72 * 3_600);
    shop.run_cron(60);
    assert_eq!(problem_of(&shop.cancel(&buyer)), "409 order_expired");
    let buyer = shop.order_of(&order_body(), "order-key-0000000000000002");
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(problem_of(&shop.cancel(&buyer)), "409 already_paid");
    shop.check();
}

/// P7: money that is found because somebody wants to cancel is the provider's word, not theirs.
#[test]
fn p7_money_that_a_cancellation_finds_is_the_providers_word() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let _ = shop.take_webhooks();
    assert_eq!(shop.cancel(&buyer).status, 409);
    assert_eq!(shop.status(&buyer), "confirmed");
    let told = shop.texts(
        "SELECT actor || ' ' || cause || ' ' || reason AS text FROM order_history WHERE event = 'confirmed'",
    );
    assert_eq!(
        told,
        ["provider:stripe asked asked for buyer: cancelled by the buyer"]
    );
    let booked = shop.texts("SELECT cause AS text FROM transfers");
    assert_eq!(booked, ["asked"]);
    shop.check();
}
