//! How long a code is good, how often it may be tried, how many are sent: exactly, to the second.

use common::{Shop, code_of, json_of, problem_of, text};
use serde_json::Value as Json;
use shared::http::Method;

use super::{ANOTHER, error_of, ordered, wrong};

/// Five tries, then the code is dead, though the right one comes.
#[test]
fn a40_a_code_is_dead_after_five_wrong_tries() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    let (right, wrong) = (shop.mailed_code(&buyer), wrong(&shop, &buyer));
    for left in [4, 3, 2, 1] {
        let plural = if left == 1 { "try is" } else { "tries are" };
        assert_eq!(
            error_of(&shop.type_code(&buyer, &wrong)),
            format!("code_wrong: This code is not right; {left} {plural} left.")
        );
        assert_eq!(shop.view(&buyer)["email_confirmation"]["tries_left"], left);
    }
    assert!(error_of(&shop.type_code(&buyer, &wrong)).ends_with("Send another one."));
    shop.world.advance(13);
    for code in [&right, &wrong] {
        let reply = shop.type_code(&buyer, code);
        assert_eq!(problem_of(&reply), "429 email_code_used_up");
        assert_eq!(reply.header("retry-after"), Some("47"));
        assert_eq!(
            json_of(&reply)["detail"],
            "Another code can be sent in 47 seconds."
        );
    }
    let shown = shop.view(&buyer)["email_confirmation"].clone();
    assert_eq!(
        (&shown["tries_left"], &shown["expires_at"]),
        (&0.into(), &Json::Null)
    );
    shop.world.advance(47);
    let reply = shop.type_code(&buyer, &right);
    assert_eq!(reply.header("retry-after"), Some("0"));
    assert_eq!(shop.ask_for_code(&buyer, ANOTHER).status, 200);
    shop.confirm_email(&buyer);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.check();
}

/// Four wrong tries leave the right one good.
#[test]
fn a40_the_last_try_may_be_the_right_one() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    let wrong = wrong(&shop, &buyer);
    for _ in 0..4 {
        shop.type_code(&buyer, &wrong);
    }
    shop.confirm_email(&buyer);
    assert_eq!(shop.value("SELECT tries FROM email_codes"), 5);
    shop.check();
}

/// A quarter of an hour, to the second.
#[test]
fn a40_a_code_is_good_for_a_quarter_of_an_hour() {
    for (age, status) in [(0, 200), (899, 200), (900, 422), (901, 422)] {
        let shop = Shop::open();
        let buyer = ordered(&shop);
        let code = shop.mailed_code(&buyer);
        shop.world.advance(age);
        let reply = shop.type_code(&buyer, &code);
        assert_eq!(reply.status, status, "{age}");
        if status == 422 {
            assert!(error_of(&reply).starts_with("code_expired"), "{age}");
            assert_eq!(
                shop.value("SELECT tries FROM email_codes"),
                0,
                "it costs no try"
            );
            assert_eq!(shop.ask_for_code(&buyer, ANOTHER).status, 200);
            shop.confirm_email(&buyer);
        }
        shop.check();
    }
}

/// No code outlives its order.
#[test]
fn a40_a_code_that_is_sent_late_ends_with_its_order() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    shop.world.advance(3_300);
    assert_eq!(shop.ask_for_code(&buyer, ANOTHER).status, 200);
    let shown = shop.view(&buyer)["email_confirmation"].clone();
    assert_eq!(shown["expires_at"], "2026-11-21T19:00:00Z");
    shop.world.advance(299);
    shop.confirm_email(&buyer);
    shop.check();
}

/// Five codes for an order, a minute apart, each of which takes the place of the one before.
#[test]
fn a40_five_codes_are_sent_a_minute_apart_and_the_newest_is_good() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    let key = |nth: u32| format!("email-code-asking-key-{nth:03}");
    for nth in 2..=5 {
        shop.world.advance(59);
        let soon = shop.ask_for_code(&buyer, &key(nth));
        assert_eq!(problem_of(&soon), "429 email_code_too_soon", "{nth}");
        assert_eq!(soon.header("retry-after"), Some("1"));
        shop.world.advance(1);
        for _ in 0..2 {
            let sent = shop.ask_for_code(&buyer, &key(nth));
            assert_eq!(sent.status, 200, "the same request is told the same");
        }
        let sent = shop.mailed_codes(&buyer).len();
        assert_eq!(sent, usize::try_from(nth).expect("few"));
    }
    let codes = shop.mailed_codes(&buyer);
    for code in &codes[..4] {
        assert!(error_of(&shop.type_code(&buyer, code)).starts_with("code_wrong"));
    }
    shop.world.advance(60);
    let no_more = shop.ask_for_code(&buyer, &key(6));
    assert_eq!(problem_of(&no_more), "409 too_many_email_codes");
    assert_eq!(
        shop.view(&buyer)["email_confirmation"]["send_again_at"],
        Json::Null
    );
    assert!(
        shop.page(&buyer)
            .contains("No more codes are sent for this order.")
    );
    assert_eq!(shop.type_code(&buyer, &codes[4]).status, 200);
    shop.check();
}

/// Where nothing is left to try and nothing to send, that is said.
#[test]
fn a40_an_order_that_has_used_its_codes_up_says_so() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    for nth in 2..=5 {
        shop.world.advance(60);
        shop.ask_for_code(&buyer, &format!("email-code-asking-key-{nth:03}"));
    }
    let right = shop.mailed_code(&buyer);
    let wrong = wrong(&shop, &buyer);
    for _ in 0..5 {
        shop.type_code(&buyer, &wrong);
    }
    assert_eq!(
        problem_of(&shop.type_code(&buyer, &right)),
        "409 too_many_email_codes"
    );
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(shop.redemptions(), ["released 0"]);
    assert_eq!(
        problem_of(&shop.type_code(&buyer, &right)),
        "409 order_cancelled"
    );
    shop.check();
}

/// Asking for a code needs a key, as whatever makes something does.
#[test]
fn asking_for_a_code_needs_a_key() {
    let shop = Shop::open();
    let buyer = ordered(&shop);
    shop.world.advance(60);
    let bearer = format!("Bearer {}", buyer.token);
    let path = format!("/v1/orders/{}/email-code", buyer.number);
    let reply = shop.send(Method::Post, &path, &[("authorization", &bearer)], b"");
    assert_eq!(code_of(&reply), "idempotency_key", "{}", text(&reply));
    assert_eq!(shop.mailed_codes(&buyer).len(), 1);
}
