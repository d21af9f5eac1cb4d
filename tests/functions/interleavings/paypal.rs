//! Two actors at PayPal: the capture against whoever ends the order, and against another capture.

use common::Shop;
use sandbox::paypal::Funding;

use super::{CANCELLED, CONFIRMED, EXPIRED, Pair, Scene, UNPAID, check};

fn approved(shop: &Shop) -> Scene {
    let (buyer, session) = shop.approved();
    Scene {
        buyer: Some(buyer),
        session,
        ..Scene::default()
    }
}

/// S20 at PayPal: the capture has begun, and the order is confirmed; or it is cancelled, and nothing
/// is ever taken.
#[test]
fn s20_capturing_and_cancelling() {
    check(&Pair {
        name: "capture/cancel",
        prepare: approved,
        actors: |shop, scene| {
            [
                shop.paypal_returner(&scene.session),
                shop.canceller(scene.buyer()),
            ]
        },
        outcomes: &[([303, 200], CANCELLED), ([303, 409], CONFIRMED)],
        payments_max: 1,
    });
}

/// S57: the sweep and the return meet; PayPal takes the money once.
#[test]
fn s57_capturing_and_capturing() {
    check(&Pair {
        name: "capture/capture",
        prepare: |shop| {
            let scene = approved(shop);
            shop.world.advance(90);
            scene
        },
        actors: |shop, scene| [shop.paypal_returner(&scene.session), shop.cron()],
        outcomes: &[([303, 200], CONFIRMED)],
        payments_max: 1,
    });
}

/// Approved at the moment at which the order's time is over.
#[test]
fn s57_capturing_and_expiring() {
    check(&Pair {
        name: "capture/expire",
        prepare: |shop| {
            shop.lose_webhooks();
            let buyer = shop.order();
            shop.world.advance(3_600 - 60);
            let session = shop.pay_by_paypal(&buyer);
            shop.tick();
            shop.world.advance(60);
            shop.approve(&session, Funding::Good);
            Scene {
                buyer: Some(buyer),
                session,
                ..Scene::default()
            }
        },
        actors: |shop, scene| [shop.paypal_returner(&scene.session), shop.cron()],
        outcomes: &[([303, 200], EXPIRED), ([303, 200], CONFIRMED)],
        payments_max: 1,
    });
}

/// One window comes back from PayPal while the other goes on by card.
#[test]
fn s24_capturing_and_changing_the_method() {
    check(&Pair {
        name: "capture/change",
        prepare: approved,
        actors: |shop, scene| {
            [
                shop.paypal_returner(&scene.session),
                shop.payer(scene.buyer(), "payment-key-000000000001"),
            ]
        },
        outcomes: &[([303, 201], UNPAID), ([303, 409], CONFIRMED)],
        payments_max: 2,
    });
}
