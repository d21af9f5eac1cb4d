//! The flows by bank transfer: the buyer's steps, and staff's.

use common::{Buyer, Shop, eur, staff, text};
use edgetill::review::{Rejection, Revocation};
use shared::id::ProofId;
use shared::proof::RejectionCode;
use shared::proof::samples::png;
use shared::review::RevocationCode;

use super::{ALERT, CONFIRMED, EXPIRED, Flow, RECEIVED, Scene, ordered, paid_unheard, tick};

const DETAILS: &str = "mail_transfer_details";
const REJECTED: &str = "mail_proof_rejected";
const LATE: &str = "mail_review_late";
const REVERSED: &str = "mail_payment_reversed";

pub(super) const FLOWS: [Flow; 8] = [
    Flow {
        name: "choose to transfer",
        prepare: ordered,
        act: choose,
        again: true,
        then: |_, _| {},
        end: "expired",
        mails: &[EXPIRED, RECEIVED, DETAILS],
    },
    // S67: a proof has its object, or neither is there.
    Flow {
        name: "hand in a proof",
        prepare: transferring,
        act: hand_in,
        again: true,
        then: approve,
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, DETAILS],
    },
    Flow {
        name: "approve a proof",
        prepare: in_review,
        act: approve,
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, DETAILS],
    },
    Flow {
        name: "reject a proof",
        prepare: in_review,
        act: reject,
        again: true,
        then: |_, _| {},
        end: "expired",
        mails: &[EXPIRED, RECEIVED, REJECTED, DETAILS],
    },
    Flow {
        name: "settle a transfer by hand",
        prepare: transferring,
        act: |shop, scene| {
            let (ruth, buyer) = (staff("ruth"), scene.buyer());
            let _ = shop.settle_by_hand(&ruth, buyer, eur(11_900), "NTRF1");
        },
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, DETAILS],
    },
    Flow {
        name: "have the provider asked",
        prepare: paid_unheard,
        act: |shop, scene| {
            let payment = shop.value("SELECT payment_id FROM payments");
            let payment = payment.as_str().expect("a payment");
            let _ = shop.ask_provider(&staff("ruth"), &scene.buyer().number, payment);
        },
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "take an approval back",
        prepare: |shop| {
            let mut scene = in_review(shop);
            approve(shop, &mut scene);
            scene
        },
        act: revoke,
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, REVERSED, DETAILS],
    },
    Flow {
        name: "remind the reviewers",
        prepare: |shop| {
            let scene = in_review(shop);
            shop.live_through(29 * 60);
            shop.world.advance(60);
            scene
        },
        act: tick,
        again: false,
        then: |shop, scene| {
            shop.live_through(10 * 60);
            approve(shop, scene);
        },
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, LATE, ALERT, DETAILS],
    },
];

fn choose(shop: &Shop, scene: &mut Scene) {
    drop(shop.choose_transfer(scene.buyer(), "transfer-key-00000000001"));
}

fn transferring(shop: &Shop) -> Scene {
    Scene {
        buyer: Some(shop.transferring()),
        ..Scene::default()
    }
}

fn hand_in(shop: &Shop, scene: &mut Scene) {
    let reply = shop.try_to_hand_in(scene.buyer(), &png());
    assert_ne!(reply.status, 500, "{}", text(&reply));
}

fn in_review(shop: &Shop) -> Scene {
    let mut scene = transferring(shop);
    hand_in(shop, &mut scene);
    scene
}

/// The proof that waits, if one does: what went wrong may have hit after the decision.
fn waiting(shop: &Shop, buyer: &Buyer) -> Option<ProofId> {
    let proofs = shop.texts(&format!(
        "SELECT proof_id AS text FROM proofs WHERE state = 'waiting' AND order_number = '{}'",
        buyer.number
    ));
    proofs.first().and_then(|id| ProofId::parse(id).ok())
}

fn approve(shop: &Shop, scene: &mut Scene) {
    let buyer = scene.buyer();
    if let Some(proof) = waiting(shop, buyer) {
        let _ = shop.approve_now(buyer, proof.as_str(), eur(11_900), "NTRF1");
    }
}

fn reject(shop: &Shop, scene: &mut Scene) {
    let buyer = scene.buyer();
    if let Some(proof_id) = waiting(shop, buyer) {
        let rejection = Rejection {
            proof_id,
            seen: shop.seen(buyer),
            code: RejectionCode::NotReceived,
            reason: String::new(),
        };
        let _ = shop.reject_proof(&staff("ruth"), &rejection);
    }
}

fn revoke(shop: &Shop, scene: &mut Scene) {
    let approved = "SELECT decision_id AS text FROM decisions WHERE verdict = 'approved'";
    let revocation = Revocation {
        decision_id: shop.texts(approved).remove(0),
        seen: shop.seen(scene.buyer()),
        code: RevocationCode::Returned,
        reason: "the bank took it back".to_owned(),
    };
    let _ = shop.revoke(&staff("ruth"), &revocation);
}
