//! Orders that are replaced by others.

use common::{Shop, eur, order_body};
use serde_json::json;
use shared::proof::samples::png;

use super::scenes::{ordered, paid_unheard, started};
use super::{ALERT, CONFIRMED, Flow, HELD, RECEIVED, Scene, hear, tick};

const KEY: &str = "replacement-key-0000000001";

pub(super) const FLOWS: [Flow; 6] = [
    Flow {
        name: "replace before paying",
        prepare: ordered,
        act: replace,
        again: true,
        then: pay_new,
        end: "superseded",
        mails: &[RECEIVED, RECEIVED, CONFIRMED],
    },
    Flow {
        name: "replace with a live session",
        prepare: started,
        act: replace,
        again: true,
        then: pay_new,
        end: "superseded",
        mails: &[RECEIVED, RECEIVED, CONFIRMED],
    },
    Flow {
        name: "replace what is paid already",
        prepare: paid_unheard,
        act: replace,
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "replace what is paid in part by a cheaper one",
        prepare: paid_in_part,
        act: |shop, scene| replace_by(shop, scene, 1),
        again: true,
        then: |_, _| {},
        end: "superseded",
        mails: &[
            RECEIVED,
            CONFIRMED,
            "mail_payment_short",
            ALERT,
            "mail_transfer_details",
        ],
    },
    Flow {
        name: "hear of money for what was replaced",
        prepare: |shop| paid_late(shop, 12),
        act: hear,
        again: false,
        then: |_, _| {},
        end: "superseded",
        mails: &[RECEIVED, RECEIVED, CONFIRMED],
    },
    Flow {
        name: "find money for what was replaced in the list",
        prepare: |shop| {
            shop.lose_webhooks();
            paid_late(shop, 1)
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "superseded",
        mails: &[RECEIVED, RECEIVED, CONFIRMED, HELD, ALERT],
    },
];

fn replace(shop: &Shop, scene: &mut Scene) {
    replace_by(shop, scene, 12);
}

/// By backups for so many months.
fn replace_by(shop: &Shop, scene: &mut Scene, months: u32) {
    let mut body = order_body();
    body["items"][0]["period_months"] = json!(months);
    let reply = shop.try_replace(scene.buyer(), &body, KEY);
    if reply.status == 201 {
        scene.new = Some(shop.holder(&reply));
    }
}

fn pay_new(shop: &Shop, scene: &mut Scene) {
    let session = shop.pay(scene.new.as_ref().expect("it was replaced"));
    shop.pay_at_stripe(&session);
}

fn paid_in_part(shop: &Shop) -> Scene {
    let buyer = shop.transferring();
    let proof = shop.hand_in(&buyer, &png());
    shop.approve_now(&buyer, &proof, eur(5_000), "NTRF 1")
        .expect("approved");
    Scene {
        buyer: Some(buyer),
        ..Scene::default()
    }
}

/// A page that was believed to be closed is paid after the order was replaced.
fn paid_late(shop: &Shop, months: u32) -> Scene {
    let mut scene = started(shop);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    replace_by(shop, &mut scene, months);
    shop.pay_at_stripe(&scene.session);
    scene
}
