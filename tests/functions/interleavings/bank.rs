//! Two actors about one bank transfer: a decision against another, and against whoever else changes
//! the order meanwhile.

use common::Shop;
use shared::proof::samples::{chunk, png, png_of};

use super::{CANCELLED, CONFIRMED, Pair, Scene, UNPAID, check};

const IN_REVIEW: &str = "in_review";
const REJECTED: &str = "rejected";

fn transferring(shop: &Shop) -> Scene {
    Scene {
        buyer: Some(shop.transferring()),
        ..Scene::default()
    }
}

/// The session is the proof.
fn in_review(shop: &Shop) -> Scene {
    let scene = transferring(shop);
    let session = shop.hand_in(scene.buyer(), &png());
    Scene { session, ..scene }
}

/// What still waits when both are done is turned down, or it would wait for ever.
pub(super) fn finish(shop: &Shop, scene: &Scene) {
    for proof in shop.texts("SELECT proof_id AS text FROM proofs WHERE state = 'waiting'") {
        let rejected = shop.rejecter(scene.buyer(), &proof, "ruth").finish();
        assert_eq!(rejected, 200);
    }
}

/// S64: two reviewers, opposite decisions: the first counts, and the second hears of it.
#[test]
fn s64_approving_and_rejecting() {
    check(&Pair {
        name: "approve/reject",
        prepare: in_review,
        actors: |shop, scene| {
            [
                shop.approver(scene.buyer(), &scene.session, "ruth"),
                shop.rejecter(scene.buyer(), &scene.session, "omar"),
            ]
        },
        outcomes: &[([200, 409], CONFIRMED), ([409, 200], REJECTED)],
        payments_max: 1,
    });
}

#[test]
fn s64_approving_and_approving() {
    check(&Pair {
        name: "approve/approve",
        prepare: in_review,
        actors: |shop, scene| {
            ["ruth", "omar"].map(|name| shop.approver(scene.buyer(), &scene.session, name))
        },
        outcomes: &[([200, 409], CONFIRMED), ([409, 200], CONFIRMED)],
        payments_max: 1,
    });
}

/// S66: cancelled first, the approval is about something else than what was looked at.
#[test]
fn s66_approving_and_cancelling() {
    check(&Pair {
        name: "approve/cancel",
        prepare: in_review,
        actors: |shop, scene| {
            [
                shop.approver(scene.buyer(), &scene.session, "ruth"),
                shop.canceller_despite_review(scene.buyer()),
            ]
        },
        outcomes: &[([200, 409], CONFIRMED), ([409, 200], CANCELLED)],
        payments_max: 1,
    });
}

/// The buyer hands in another document while the first is approved.
#[test]
fn s64_approving_and_handing_in_another() {
    check(&Pair {
        name: "approve/hand in",
        prepare: in_review,
        actors: |shop, scene| {
            [
                shop.approver(scene.buyer(), &scene.session, "ruth"),
                shop.sender(scene.buyer(), &png_of(&[chunk(b"teXt", b"2")])),
            ]
        },
        outcomes: &[([200, 409], CONFIRMED), ([409, 201], IN_REVIEW)],
        payments_max: 1,
    });
}

/// A10: an order that has just come under review is not cancelled by accident.
#[test]
fn a10_handing_in_and_cancelling() {
    check(&Pair {
        name: "hand in/cancel",
        prepare: transferring,
        actors: |shop, scene| {
            [
                shop.sender(scene.buyer(), &png()),
                shop.canceller(scene.buyer()),
            ]
        },
        outcomes: &[([201, 409], IN_REVIEW), ([409, 200], CANCELLED)],
        payments_max: 1,
    });
}

/// Two windows, one file: one proof, and no object is left behind.
#[test]
fn p2_handing_in_and_handing_in() {
    check(&Pair {
        name: "hand in/hand in",
        prepare: transferring,
        actors: |shop, scene| [0, 1].map(|_| shop.sender(scene.buyer(), &png())),
        outcomes: &[([201, 201], IN_REVIEW)],
        payments_max: 1,
    });
}

/// One window chooses to transfer while the other goes on by card: one of them is live.
#[test]
fn i6_choosing_a_transfer_and_paying_by_card() {
    check(&Pair {
        name: "transfer/card",
        prepare: super::ordered,
        actors: |shop, scene| {
            [
                shop.transferrer(scene.buyer(), "transfer-key-00000000001"),
                shop.payer(scene.buyer(), "payment-key-000000000001"),
            ]
        },
        outcomes: &[([201, 201], UNPAID)],
        payments_max: 2,
    });
}
