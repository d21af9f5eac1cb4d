//! Decisions about an order that is over, or is paid in another way (S25, S26, S66).

use std::collections::BTreeSet;

use common::{
    Buyer, Shop, Task, approval, at_once, eur, now_or_never, shuffled, staff, stale, told,
};
use edgetill::settle::{load, settle};
use serde_json::json;
use shared::id::PaymentId;
use shared::payment::{PaymentFact, Receipt};
use shared::proof::RejectionCode;
use shared::proof::samples::png;
use shared::settle::Cause;

use super::{cases, held, in_review};

/// The buyer cancels although their proof is being looked at.
fn cancel_despite_review(shop: &Shop, buyer: &Buyer) {
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    let body = json!({ "despite_review": true });
    shop.post(&path, "k", Some(&buyer.token), &body);
}

/// S66, S25: money for an order that is over or paid in another way.
#[test]
fn s66_a_transfer_that_is_found_after_the_order_ended_is_set_aside_and_revives_nothing() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    cancel_despite_review(&shop, &buyer);
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(
        told(&shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1")),
        ""
    );
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(
        (held(&shop), cases(&shop)),
        (11_900, r#"["money_late"]"#.to_owned())
    );
    assert_eq!(shop.releases(), 0);
    assert!(shop.mail_about("We received").contains("119.00"));
    shop.check();
}

/// Money by the card session that was thought to be closed.
fn card_money(shop: &Shop) -> (PaymentId, PaymentFact, Cause) {
    let payment = shop.rows("SELECT payment_id, session_id FROM payments WHERE method = 'stripe'");
    let text = |name: &str| payment[0][name].as_str().unwrap().to_owned();
    let fact = PaymentFact::Paid(Receipt {
        session_id: text("session_id"),
        capture_ref: Some("pi_late".into()),
        amount: eur(11_900),
        paid_by: "Visa".into(),
        payer_email: None,
        payer_name: None,
        forgiven_max_minor: 0,
    });
    let cause = Cause {
        actor: "provider:stripe".into(),
        cause: "event evt_late".into(),
        reason: String::new(),
    };
    (PaymentId::parse(&text("payment_id")).unwrap(), fact, cause)
}

fn card_money_arrives(shop: &Shop) {
    let (payment_id, fact, cause) = card_money(shop);
    let loaded = now_or_never(load(&shop.world, payment_id));
    let loaded = loaded.unwrap().unwrap();
    now_or_never(settle(&shop.world, loaded, &fact, &cause, &[])).unwrap();
}

/// S26: a proof is approved at the very moment at which the card's money is told of. One of the two
/// settles, and the other is set aside, or is told that it came too late.
#[test]
fn s26_an_approval_and_a_card_at_the_same_moment_settle_once() {
    let mut outcomes = BTreeSet::new();
    for seed in 0..60 {
        let shop = Shop::with_bank();
        let buyer = shop.order();
        shop.pay(&buyer);
        let chosen = shop.choose_transfer(&buyer, "transfer-key-00000000001");
        assert_eq!(chosen.status, 201);
        let proof = shop.hand_in(&buyer, &png());
        let (payment_id, fact, cause) = card_money(&shop);
        let card = Task::new(&shop.world, async {
            let loaded = load(&shop.world, payment_id).await.unwrap().unwrap();
            settle(&shop.world, loaded, &fact, &cause, &[])
                .await
                .map_or(500, |_| 200)
        });
        let tasks = vec![shop.approver(&buyer, &proof, "ruth"), card];
        let answers = at_once(tasks, shuffled(seed));
        assert_eq!(answers[1], 200, "seed {seed}: the card's money is taken in");
        shop.run_cron(120);
        assert_eq!(shop.status(&buyer), "confirmed", "seed {seed}");
        assert_eq!(shop.releases(), 1, "seed {seed}");
        let (set_aside, waits) = match answers[0] {
            200 => (11_900, 0),
            409 => (0, 1),
            other => panic!("seed {seed}: {other}"),
        };
        assert_eq!(held(&shop), set_aside, "seed {seed}");
        let waiting = shop.value("SELECT count(*) FROM proofs WHERE state = 'waiting'");
        assert_eq!(waiting, waits, "seed {seed}");
        outcomes.insert(answers[0]);
        shop.check_rows();
    }
    assert_eq!(outcomes, BTreeSet::from([200, 409]));
}

#[test]
fn s25_a_card_that_pays_while_a_proof_waits_confirms_the_order_and_the_transfer_is_set_aside() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    shop.pay(&buyer);
    assert_eq!(
        shop.choose_transfer(&buyer, "transfer-key-00000000001")
            .status,
        201
    );
    let proof = shop.hand_in(&buyer, &png());
    let seen = shop.seen(&buyer);
    card_money_arrives(&shop);
    shop.run_cron(120);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.value("SELECT state FROM proofs"), "waiting");
    assert_eq!(
        shop.value("SELECT state FROM payments WHERE method = 'bank'"),
        "closed"
    );
    // S26: whoever decides about what they saw before is told.
    let late = shop.approve_proof(
        &staff("ruth"),
        &approval(&proof, seen, eur(11_900), "NTRF1"),
    );
    assert_eq!(stale(&late), Some("confirmed"));
    assert_eq!(
        told(&shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1")),
        ""
    );
    assert_eq!(
        (held(&shop), cases(&shop)),
        (11_900, r#"["money_twice"]"#.to_owned())
    );
    assert_eq!(shop.releases(), 1);
    shop.check_rows();
}

#[test]
fn a_moot_proof_can_be_turned_down_without_a_word_to_the_buyer() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    cancel_despite_review(&shop, &buyer);
    let mails = shop.mails().len();
    assert_eq!(
        told(&shop.reject_now(&buyer, &proof, RejectionCode::NotReceived, "")),
        ""
    );
    assert_eq!(
        (shop.status(&buyer), shop.mails().len()),
        ("cancelled".into(), mails)
    );
    shop.check();
}
