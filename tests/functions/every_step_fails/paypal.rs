//! The flows by PayPal. No webhook is delivered in them: what is not heard is found out.

use common::Shop;
use sandbox::paypal::{CaptureIssue, Funding};

use super::{CONFIRMED, Flow, RECEIVED, Scene, ordered, start, tick};

pub(super) const FLOWS: [Flow; 6] = [
    Flow {
        name: "start a payment by PayPal",
        prepare: ordered_unheard,
        act: |shop, scene| start_by_paypal(shop, scene, "paypal-key-0000000000001"),
        again: true,
        then: |shop, scene| shop.approve(&scene.session, Funding::Good),
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "come back from PayPal",
        prepare: approved,
        act: |shop, scene| drop(shop.come_back_from_paypal(&scene.session)),
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "come back from PayPal and be declined",
        prepare: |shop| {
            let mut scene = ordered_unheard(shop);
            start_by_paypal(shop, &mut scene, "paypal-key-0000000000001");
            let declined = Funding::Refused(CaptureIssue::InstrumentDeclined);
            shop.approve(&scene.session, declined);
            scene
        },
        act: |shop, scene| drop(shop.come_back_from_paypal(&scene.session)),
        again: false,
        then: |shop, scene| {
            // The buyer takes their time, so that what was interrupted is over.
            shop.live_through(15 * 60);
            shop.approve(&scene.session, Funding::Good);
            // Where the decline's answer was lost, PayPal repeats it once under the same request.
            drop(shop.come_back_from_paypal(&scene.session));
            drop(shop.come_back_from_paypal(&scene.session));
        },
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "capture what was approved and not told",
        prepare: |shop| {
            let scene = approved(shop);
            tick(shop, &mut Scene::default());
            shop.world.advance(90);
            scene
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "cancel what is approved at PayPal",
        prepare: approved,
        act: |shop, scene| drop(shop.cancel(scene.buyer())),
        again: true,
        then: |_, _| {},
        end: "cancelled",
        mails: &[RECEIVED],
    },
    Flow {
        name: "change from PayPal to a card",
        prepare: approved,
        act: |shop, scene| start(shop, scene, "payment-key-000000000001"),
        again: true,
        then: |shop, scene| shop.pay_at_stripe(&scene.session),
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
];

fn start_by_paypal(shop: &Shop, scene: &mut Scene, key: &str) {
    let reply = shop.try_pay_by(scene.buyer(), "paypal", key);
    if reply.status == 201 {
        scene.session = common::paypal_order_in(&reply);
    }
}

fn ordered_unheard(shop: &Shop) -> Scene {
    shop.lose_webhooks();
    ordered(shop)
}

fn approved(shop: &Shop) -> Scene {
    let (buyer, session) = shop.approved();
    Scene {
        buyer: Some(buyer),
        new: None,
        session,
    }
}
