//! Codes that are typed and asked for by many at once, and answers that are lost.

use common::{Buyer, Shop, Task, Trouble, at_once, json_of, shuffled, text};
use edgetill::http::Reply;
use serde_json::json;

use super::{ANOTHER, KEY, events, for_nothing, ordered, twenty_percent, wrong};

fn typing<'a>(shop: &'a Shop, buyer: &Buyer, code: &str) -> Task<'a, Reply> {
    let path = format!("/v1/orders/{}/email-confirmation", buyer.number);
    shop.begin_post(&path, "", Some(&buyer.token), &json!({ "code": code }))
}

fn asking<'a>(shop: &'a Shop, buyer: &Buyer, key: &str) -> Task<'a, Reply> {
    let path = format!("/v1/orders/{}/email-code", buyer.number);
    shop.begin_post(&path, key, Some(&buyer.token), &json!({}))
}

/// Fifty guesses at once are five tries: five are told that they are wrong, all others nothing, and the
/// right one among the late ones is not told either.
#[test]
fn s85_fifty_guesses_at_once_are_five_tries() {
    for seed in 1..=6 {
        let shop = Shop::open();
        let buyer = ordered(&shop);
        let wrong = wrong(&shop, &buyer);
        let tasks = (0..50).map(|_| typing(&shop, &buyer, &wrong)).collect();
        let replies = at_once(tasks, shuffled(seed));
        let told = |status: u16| replies.iter().filter(|r| r.status == status).count();
        assert_eq!((told(422), told(429)), (5, 45), "seed {seed}");
        let mut left: Vec<String> = replies
            .iter()
            .filter(|reply| reply.status == 422)
            .map(|reply| json_of(reply)["errors"][0]["message"].to_string())
            .collect();
        left.sort();
        left.dedup();
        assert_eq!(left.len(), 5, "each is told its own number: {left:?}");
        assert_eq!(shop.value("SELECT tries FROM email_codes"), 5);
        let right = shop.mailed_code(&buyer);
        assert_eq!(shop.type_code(&buyer, &right).status, 429);
        assert_eq!(shop.status(&buyer), "awaiting_email");
        shop.check();
    }
}

/// The right code among many wrong ones confirms if it is within the five, and never after.
#[test]
fn s85_the_right_code_among_guesses_confirms_within_the_tries_only() {
    let mut outcomes = [0, 0];
    for seed in 1..=40 {
        let shop = Shop::open();
        let buyer = ordered(&shop);
        let (right, wrong) = (shop.mailed_code(&buyer), wrong(&shop, &buyer));
        let mut tasks: Vec<_> = (0..9).map(|_| typing(&shop, &buyer, &wrong)).collect();
        tasks.insert(4, typing(&shop, &buyer, &right));
        let replies = at_once(tasks, shuffled(seed));
        let is_confirmed = shop.status(&buyer) == "awaiting_payment";
        assert_eq!(replies[4].status == 200, is_confirmed, "seed {seed}");
        let tries = shop.value("SELECT tries FROM email_codes");
        assert!(is_confirmed || tries == 5, "seed {seed}: {tries}");
        outcomes[usize::from(is_confirmed)] += 1;
        shop.check();
    }
    assert!(outcomes[0] > 0 && outcomes[1] > 0, "{outcomes:?}");
}

/// Two confirmations at once are one.
#[test]
fn p2_two_confirmations_at_once_are_one() {
    for seed in 1..=12 {
        let shop = Shop::open();
        let buyer = shop.order_of(&for_nothing(&shop), KEY);
        let code = shop.mailed_code(&buyer);
        let tasks = vec![typing(&shop, &buyer, &code), typing(&shop, &buyer, &code)];
        let replies = at_once(tasks, shuffled(seed));
        for reply in &replies {
            assert_eq!(reply.status, 200, "{}", text(reply));
            assert_eq!(json_of(reply)["order"]["status"], "confirmed");
        }
        assert_eq!(
            events(&shop),
            ["created buyer", "email_confirmed buyer", "confirmed buyer"]
        );
        shop.run_cron(120);
        assert_eq!(shop.releases(), 1);
        shop.check_at_rest();
    }
}

/// A code that is confirmed while another one is asked for: one of the two happens.
#[test]
fn p2_a_code_and_its_successor_at_once_leave_one_of_them() {
    for seed in 1..=12 {
        let shop = Shop::open();
        let buyer = ordered(&shop);
        let code = shop.mailed_code(&buyer);
        shop.world.advance(60);
        let tasks = vec![typing(&shop, &buyer, &code), asking(&shop, &buyer, ANOTHER)];
        let replies = at_once(tasks, shuffled(seed));
        assert_eq!(replies[1].status, 200, "{}", text(&replies[1]));
        let sent = shop.count("email_codes");
        let expected = if replies[0].status == 200 { 1 } else { 2 };
        assert_eq!(sent, expected, "seed {seed}: {}", text(&replies[0]));
        shop.check();
    }
}

/// Many who ask for a code at once get one.
#[test]
fn p2_codes_that_are_asked_for_at_once_are_one() {
    for (seed, same) in [(1, true), (2, true), (3, false), (4, false)] {
        let shop = Shop::open();
        let buyer = ordered(&shop);
        shop.world.advance(60);
        let key = |nth: u32| format!("asking-at-once-key-{:06}", if same { 0 } else { nth });
        let tasks = (0..10)
            .map(|nth| asking(&shop, &buyer, &key(nth)))
            .collect();
        let replies = at_once(tasks, shuffled(seed));
        let done = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(done, if same { 10 } else { 1 }, "seed {seed}");
        assert_eq!(shop.count("email_codes"), 2);
        shop.run_cron(120);
        assert_eq!(shop.mailed_codes(&buyer).len(), 2);
        shop.confirm_email(&buyer);
        shop.check();
    }
}

/// P4: whatever step fails, typing the code again confirms once.
#[test]
fn p4_a_confirmation_whose_answer_was_lost_is_there_once() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0..6 {
            for is_free in [false, true] {
                let shop = Shop::open();
                let body = if is_free {
                    for_nothing(&shop)
                } else {
                    twenty_percent(&shop)
                };
                let buyer = shop.order_of(&body, KEY);
                let code = shop.mailed_code(&buyer);
                shop.world.trouble_at(step, trouble);
                let first = shop.type_code(&buyer, &code);
                shop.world.forget_trouble();
                shop.world.restart();
                if trouble == Trouble::After && step == 1 {
                    assert_eq!(first.status, 200, "one's own write is recognised");
                }
                assert_eq!(
                    shop.type_code(&buyer, &code).status,
                    200,
                    "{trouble:?} {step}"
                );
                shop.run_cron(300);
                let confirmed = events(&shop)
                    .iter()
                    .filter(|e| *e == "email_confirmed buyer")
                    .count();
                assert_eq!(confirmed, 1, "{trouble:?} {step}");
                assert_eq!(shop.releases(), usize::from(is_free), "{trouble:?} {step}");
                shop.check();
            }
        }
    }
}

/// P4: an answer that was lost costs no second code.
#[test]
fn p4_a_code_whose_answer_was_lost_is_sent_once() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0..6 {
            let shop = Shop::open();
            let buyer = ordered(&shop);
            shop.world.advance(60);
            shop.world.trouble_at(step, trouble);
            shop.ask_for_code(&buyer, ANOTHER);
            shop.world.forget_trouble();
            shop.world.restart();
            assert_eq!(
                shop.ask_for_code(&buyer, ANOTHER).status,
                200,
                "{trouble:?} {step}"
            );
            shop.run_cron(300);
            assert_eq!(shop.mailed_codes(&buyer).len(), 2, "{trouble:?} {step}");
            shop.confirm_email(&buyer);
            shop.check();
        }
    }
}

/// A wrong try whose answer was lost has taught nobody anything, and counts once at most.
#[test]
fn p4_a_wrong_try_whose_answer_was_lost_tells_nothing() {
    for (trouble, tries) in [(Trouble::Before, 0), (Trouble::After, 1)] {
        let shop = Shop::open();
        let buyer = ordered(&shop);
        let wrong = wrong(&shop, &buyer);
        shop.world.trouble_at(1, trouble);
        assert_eq!(shop.type_code(&buyer, &wrong).status, 503);
        assert_eq!(shop.value("SELECT tries FROM email_codes"), tries);
        shop.confirm_email(&buyer);
        shop.check();
    }
}
