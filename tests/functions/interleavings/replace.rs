//! B08, P3: an order is replaced while somebody else works on it.

use common::Shop;

use super::{CANCELLED, CONFIRMED, EXPIRED, Pair, Scene, check, ordered, overdue, paid, started};

const KEY: &str = "replacement-key-0000000001";
const OTHER_KEY: &str = "replacement-key-0000000002";
const REPLACED: &str = "superseded unpaid";
const PAID_BY_NEW: &str = "superseded confirmed";

/// A page that was believed to be closed is paid.
fn paid_late(shop: &Shop) -> Scene {
    let scene = paid(shop);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    scene
}

/// S20: the session is closed first; if it was paid before that, the order settles.
#[test]
fn s20_paying_and_replacing() {
    check(&Pair {
        name: "pay/replace",
        prepare: started,
        actors: |shop, scene| {
            [
                shop.buyer_at_stripe(&scene.session),
                shop.replacer(scene.buyer(), KEY),
            ]
        },
        outcomes: &[([402, 201], REPLACED), ([200, 409], CONFIRMED)],
        payments_max: 1,
    });
}

/// S23: the money is told while the order is replaced: it is in the order, or in the one that replaces it.
#[test]
fn s23_late_money_and_replacing() {
    check(&Pair {
        name: "webhook/replace",
        prepare: paid_late,
        actors: |shop, scene| {
            [
                shop.provider(&scene.webhook),
                shop.replacer(scene.buyer(), KEY),
            ]
        },
        outcomes: &[([200, 201], PAID_BY_NEW), ([200, 409], CONFIRMED)],
        payments_max: 1,
    });
}

#[test]
fn i6_starting_and_replacing() {
    check(&Pair {
        name: "start/replace",
        prepare: ordered,
        actors: |shop, scene| {
            [
                shop.payer(scene.buyer(), "payment-key-000000000001"),
                shop.replacer(scene.buyer(), KEY),
            ]
        },
        outcomes: &[([201, 201], REPLACED), ([409, 201], REPLACED)],
        payments_max: 1,
    });
}

#[test]
fn a05_replacing_and_replacing_with_one_key() {
    check(&Pair {
        name: "replace/replace, one key",
        prepare: started,
        actors: |shop, scene| {
            [
                shop.replacer(scene.buyer(), KEY),
                shop.replacer(scene.buyer(), KEY),
            ]
        },
        outcomes: &[([201, 201], REPLACED)],
        payments_max: 1,
    });
}

#[test]
fn a09_replacing_and_replacing() {
    check(&Pair {
        name: "replace/replace",
        prepare: ordered,
        actors: |shop, scene| {
            [
                shop.replacer(scene.buyer(), KEY),
                shop.replacer(scene.buyer(), OTHER_KEY),
            ]
        },
        outcomes: &[([201, 409], REPLACED), ([409, 201], REPLACED)],
        payments_max: 0,
    });
}

#[test]
fn a09_replacing_and_cancelling() {
    check(&Pair {
        name: "replace/cancel",
        prepare: started,
        actors: |shop, scene| {
            [
                shop.replacer(scene.buyer(), KEY),
                shop.canceller(scene.buyer()),
            ]
        },
        outcomes: &[([201, 409], REPLACED), ([409, 200], CANCELLED)],
        payments_max: 1,
    });
}

#[test]
fn p3_replacing_and_expiring() {
    check(&Pair {
        name: "replace/expire",
        prepare: overdue,
        actors: |shop, scene| [shop.replacer(scene.buyer(), KEY), shop.cron()],
        outcomes: &[([409, 200], EXPIRED)],
        payments_max: 1,
    });
}
