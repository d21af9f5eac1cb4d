//! Replacing an order while everything fails, or somebody else does something to it.

use common::{Shop, Trouble, at_once, json_of, order_body, problem_of, shuffled, text};
use sandbox::stripe::SessionStatus;
use serde_json::{Value as Json, json};

use crate::replacements::{other_body, replacement_of};

const KEY: &str = "replacement-key-0000000001";
const OTHER_KEY: &str = "replacement-key-0000000002";

/// P4, S71: any trouble at any step leaves either the old order or the new one, never both and never
/// none; the same request then leads to one new order.
#[test]
fn p4_s71_a_replacement_survives_every_trouble_at_every_step() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0.. {
            let shop = Shop::open();
            let old = shop.order();
            let session = shop.pay(&old);
            shop.world.trouble_at(step, trouble);
            let first = shop.try_replace(&old, &other_body(), KEY);
            let struck = !shop.world.forget_trouble();
            shop.world.restart();
            assert!(
                matches!(first.status, 201 | 409 | 503),
                "{step} {}",
                text(&first)
            );
            let open = "SELECT count(*) FROM orders WHERE state = 'unpaid'";
            assert_eq!(shop.value(open), 1, "{step} {trouble:?}");
            shop.check();
            let new = shop.replace(&old, &other_body(), KEY);
            assert_eq!(replacement_of(&shop, &old), Some(new.number));
            assert_eq!(shop.session(&session).status, SessionStatus::Expired);
            assert_eq!(shop.count("orders"), 2, "{step} {trouble:?}");
            shop.check();
            if !struck {
                assert!(step >= 6, "load, price, close, note, load, write");
                break;
            }
        }
    }
}

/// Two different replacements at once: exactly one is made.
#[test]
fn two_replacements_at_once_make_one() {
    for seed in 0..60 {
        let shop = Shop::open();
        let old = shop.order();
        if seed % 2 == 0 {
            shop.pay(&old);
        }
        let path = format!("/v1/orders/{}/replacement", old.number);
        let begin = |key: &str, body: &Json| shop.begin_post(&path, key, Some(&old.token), body);
        let tasks = vec![
            begin(KEY, &other_body()),
            begin(OTHER_KEY, &order_body()),
            begin(KEY, &other_body()),
        ];
        let replies = at_once(tasks, shuffled(seed));
        let made: Vec<&_> = replies.iter().filter(|reply| reply.status == 201).collect();
        let refused = replies.iter().filter(|reply| reply.status != 201);
        for reply in refused {
            assert_eq!(problem_of(reply), "409 order_superseded", "{seed}");
        }
        assert!(!made.is_empty(), "{seed}");
        let new = replacement_of(&shop, &old).expect("one");
        for reply in made {
            assert_eq!(json_of(reply)["order_number"], new.as_str(), "{seed}");
        }
        assert_eq!(shop.count("orders"), 2, "{seed}");
        shop.check();
    }
}

/// S20, I6: replacing and paying at once end in one of the two, never with an open page of an order
/// that is replaced.
#[test]
fn replacing_and_paying_at_once_leave_no_open_page_of_a_replaced_order() {
    for seed in 0..60 {
        let shop = Shop::open();
        let old = shop.order();
        let path = |verb: &str| format!("/v1/orders/{}/{verb}", old.number);
        let begin =
            |verb: &str, body: &Json| shop.begin_post(&path(verb), KEY, Some(&old.token), body);
        let tasks = vec![
            begin("replacement", &other_body()),
            begin("payments", &json!({ "method": "stripe" })),
        ];
        let replies = at_once(tasks, shuffled(seed));
        for reply in &replies {
            assert!(
                matches!(reply.status, 201 | 409 | 503),
                "{seed} {}",
                text(reply)
            );
        }
        let mut sessions = shop.sessions();
        sessions.retain(|session| session.status == SessionStatus::Open);
        if shop.status(&old) == "superseded" {
            assert!(sessions.is_empty(), "{seed}");
        }
        shop.check();
    }
}

/// B08: a webhook tells of the money while the order is being replaced. Whoever is first wins, and the
/// money is in the order that stands.
#[test]
fn b08_replacing_while_the_money_is_told_loses_none_of_it() {
    for seed in 0..80 {
        let shop = Shop::open();
        let (old, _, body) = shop.paid_and_untold();
        // Nobody here knows that the page is still good.
        if seed % 2 == 0 {
            shop.world.database(|database| {
                database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
            });
        }
        let path = format!("/v1/orders/{}/replacement", old.number);
        let tasks = vec![
            shop.begin_post(&path, KEY, Some(&old.token), &other_body()),
            shop.begin_webhook(&body),
        ];
        let replies = at_once(tasks, shuffled(seed));
        assert_eq!(replies[1].status, 200, "{seed} {}", text(&replies[1]));
        shop.run_cron(120);
        let state = shop.status(&old);
        match replies[0].status {
            201 => assert_eq!(state, "superseded", "{seed}"),
            _ => assert_eq!(problem_of(&replies[0]), "409 already_paid", "{seed}"),
        }
        let confirmed = "SELECT count(*) FROM orders WHERE state = 'confirmed'";
        assert_eq!(shop.value(confirmed), 1, "{seed}: {state}");
        assert_eq!(shop.releases(), 1, "{seed}");
        shop.check();
    }
}
