//! The keys that assertions are checked with: when they are fetched, what a flood of unknown ones costs, and what
//! the door says while they cannot be had.

use common::{ANN, Shop, text};
use sandbox::access::{Access, SigningKey};
use sandbox::{Fault, Target};
use serde_json::json;

fn key_requests(shop: &Shop) -> u32 {
    shop.world
        .sandbox(|sandbox, _| sandbox.access.key_requests())
}

/// T14: keys by their id, fetched once an hour; after a rotation the new one is found, and the old one
/// still counts.
#[test]
fn keys_are_fetched_once_and_again_after_a_rotation() {
    let shop = Shop::open();
    let before = shop.staff(ANN);
    for _ in 0..5 {
        assert_eq!(before.open("/staff").status, 200);
    }
    assert_eq!(key_requests(&shop), 1);
    shop.world.advance(61);
    shop.world.sandbox(|sandbox, _| sandbox.access.rotate());
    let after = shop.staff(ANN);
    assert_eq!(after.open("/staff").status, 200);
    assert_eq!(before.open("/staff").status, 200);
    assert_eq!(key_requests(&shop), 2);
    shop.world.advance(3_600);
    assert_eq!(after.open("/staff").status, 200);
    assert_eq!(key_requests(&shop), 3);
    shop.check();
}

/// S124: forged key ids cost the team a few requests a minute and nobody their session.
#[test]
fn s124_a_flood_of_unknown_keys_costs_a_few_fetches_and_stops_nobody() {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    assert_eq!(ann.open("/staff").status, 200);
    let forged = |nth: u32| {
        shop.world.sandbox(|sandbox, now| {
            let header = json!({ "alg": "RS256", "kid": format!("forged-{nth}") });
            Access::sign_with(SigningKey::Next, &header, &sandbox.access.claims(now, ANN))
        })
    };
    for nth in 0..40 {
        shop.world.advance(3);
        let reply = shop.staff_with(forged(nth)).open("/staff");
        assert_eq!(reply.status, 401, "{nth}");
        assert_eq!(ann.open("/staff").status, 200, "{nth}");
    }
    assert!(key_requests(&shop) <= 4, "{}", key_requests(&shop));
}

/// P6: what cannot be decided is neither believed nor refused.
#[test]
fn while_the_keys_cannot_be_had_the_door_says_so_and_heals() {
    for fault in [
        Fault::Unavailable,
        Fault::NotReached,
        Fault::GarbageBody,
        Fault::OversizeBody,
        Fault::ServerErrorAfterEffect,
    ] {
        let shop = Shop::open();
        let ann = shop.staff(ANN);
        shop.fail_next(Target::Access, fault, 3);
        let reply = ann.open("/staff");
        assert_eq!(reply.status, 503, "{fault:?} {}", text(&reply));
        assert_eq!(reply.header("retry-after"), Some("30"));
        shop.mend();
        shop.world.advance(61);
        assert_eq!(ann.open("/staff").status, 200, "{fault:?}");
    }
}
