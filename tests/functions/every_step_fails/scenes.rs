//! What has happened before a flow begins.

use common::Shop;
use sandbox::paypal::Funding;
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};

use super::{Scene, tick};

pub(super) fn ordered(shop: &Shop) -> Scene {
    Scene {
        buyer: Some(shop.order()),
        ..Scene::default()
    }
}

pub(super) fn started(shop: &Shop) -> Scene {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    Scene {
        buyer: Some(buyer),
        new: None,
        session,
    }
}

pub(super) fn paid(shop: &Shop) -> Scene {
    let scene = started(shop);
    shop.pay_at_stripe(&scene.session);
    scene
}

pub(super) fn paid_unheard(shop: &Shop) -> Scene {
    shop.lose_webhooks();
    paid(shop)
}

/// The buyer has approved at PayPal and closed the tab.
pub(super) fn approved(shop: &Shop) -> Scene {
    let (buyer, session) = shop.approved_with(Funding::Good);
    Scene {
        buyer: Some(buyer),
        new: None,
        session,
    }
}

/// A session that is open while the order's time is over.
pub(super) fn started_late(shop: &Shop) -> Scene {
    let buyer = shop.order();
    shop.world.advance(12 * 3_600 - 60);
    let session = shop.pay(&buyer);
    tick(shop, &mut Scene::default());
    shop.world.advance(60);
    Scene {
        buyer: Some(buyer),
        new: None,
        session,
    }
}

/// The 30 minutes are over at this moment. The buyer has paid, and the provider answers nothing.
pub(super) fn doubted(shop: &Shop) -> Scene {
    let scene = paid_unheard(shop);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    shop.live_through(29 * 60);
    shop.world.advance(60);
    scene
}

/// A bank debit is on its way.
pub(super) fn debited(shop: &Shop) -> Scene {
    let scene = started(shop);
    assert!(shop.try_to_pay_at_stripe(&scene.session, Outcome::Delayed));
    shop.deliver_webhooks();
    scene
}
