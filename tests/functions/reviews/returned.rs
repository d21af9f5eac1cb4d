//! Money that goes back after it was decided about (S69).

use common::{Shop, approval, eur, now_or_never, staff, stale, told};
use edgetill::review::{Approval, Part, Revocation};
use edgetill::world::{CommitError, World};
use serde_json::json;
use shared::id::ProofId;
use shared::review::RevocationCode;
use shared::store::bank;
use shared::store::guard::Guard;

use super::{another, cases, held, in_review, proof};

/// S69: the money goes back, access ends, and the reference pays nothing any more.
#[test]
fn s69_a_returned_transfer_is_reversed_and_production_hears_that_access_ends() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    shop.approve_now(&buyer, &proof, eur(12_000), "NTRF1")
        .unwrap();
    assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Returned)), "");
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "reversed");
    assert_eq!((&view["paid"], view.get("held")), (&json!(eur(0)), None));
    assert_eq!(held(&shop), 0);
    let at_bank = shop
        .value("SELECT debits - credits FROM ledger_accounts WHERE account = 'provider:bank:EUR'");
    assert_eq!(at_bank, 0);
    let net =
        shop.value("SELECT debits - credits FROM ledger_accounts WHERE account = 'disputes:EUR'");
    assert_eq!(net, 0);
    assert_eq!((shop.releases(), shop.revocations()), (1, 1));
    assert!(shop.mail_about("taken back").contains("access"));
    let page = shop.page(&buyer);
    assert!(page.contains("The payment was taken back"), "{page}");
    assert!(page.contains("Subscription ID"), "{page}");
    assert_eq!(
        stale(&shop.revoke_now(&buyer, RevocationCode::Returned)),
        Some("confirmed")
    );
    let (two, second) = another(&shop, 2);
    let refused = shop.approve_now(&two, &second, eur(11_900), "NTRF1");
    assert_eq!(told(&refused), "bank_reference_used");
    shop.check();
}

#[test]
fn s69_an_approval_by_mistake_is_taken_back_and_the_transfer_pays_what_it_was_meant_for() {
    let shop = Shop::with_bank();
    let (one, first) = another(&shop, 1);
    let (two, second) = another(&shop, 2);
    shop.approve_now(&one, &first, eur(5_000), "NTRF1").unwrap();
    assert_eq!(told(&shop.revoke_now(&one, RevocationCode::Mistake)), "");
    assert_eq!(shop.view(&one)["due"], json!(eur(11_900)));
    assert_eq!(
        shop.value("SELECT count(*) FROM outbox WHERE kind = 'revocation'"),
        0
    );
    assert_eq!(
        told(&shop.approve_now(&two, &second, eur(11_900), "NTRF1")),
        ""
    );
    assert_eq!(shop.status(&two), "confirmed");
    shop.check();
}

#[test]
fn s69_money_of_an_order_that_ended_is_taken_back_from_where_it_was_set_aside() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    shop.approve_now(&buyer, &proof, eur(5_000), "NTRF1")
        .unwrap();
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(held(&shop), 5_000);
    assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Returned)), "");
    assert_eq!(held(&shop), 0);
    shop.check();
}

/// S69, S29: one returned transfer had paid two orders. Each is taken back by itself, the transfer pays
/// nothing more from the first on, and nobody has to remember the other.
#[test]
fn s69_a_returned_transfer_of_two_orders_is_taken_back_from_both() {
    for second_code in RevocationCode::ALL {
        let shop = Shop::with_bank();
        let (one, first) = another(&shop, 1);
        let (two, second) = another(&shop, 2);
        let parts = [(&one, &first), (&two, &second)].map(|(buyer, proof)| Part {
            proof_id: ProofId::parse(proof).unwrap(),
            seen: shop.seen(buyer),
            amount: eur(11_900),
        });
        let split = Approval {
            whole: eur(23_800),
            parts: parts.to_vec(),
            ..approval(&first, 0, eur(1), "NTRF1")
        };
        assert_eq!(told(&shop.approve_proof(&staff("ruth"), &split)), "");
        assert_eq!(told(&shop.revoke_now(&one, RevocationCode::Returned)), "");
        assert_eq!(shop.status(&one), "reversed");
        assert_eq!(shop.status(&two), "confirmed", "a person decides about it");
        let case = &shop.rows("SELECT order_number, kind FROM cases WHERE closed_at IS NULL")[0];
        assert_eq!(
            *case,
            json!({ "order_number": two.number, "kind": "transfer_returned" })
        );
        let alerted = shop.value("SELECT order_number FROM outbox WHERE kind = 'mail_staff_alert'");
        assert_eq!(alerted, two.number);
        // What was returned pays nothing, though half of it is free.
        let (three, third) = another(&shop, 3);
        let refused = shop.approve_now(&three, &third, eur(11_900), "NTRF1");
        assert_eq!(told(&refused), "bank_reference_used");
        shop.check();
        assert_eq!(told(&shop.revoke_now(&two, second_code)), "");
        assert_eq!(shop.status(&two), "reversed");
        assert_eq!(cases(&shop), "[]");
        assert_eq!((shop.releases(), shop.revocations()), (2, 2));
        let refused = shop.approve_now(&three, &third, eur(11_900), "NTRF1");
        assert_eq!(told(&refused), "bank_reference_used");
        shop.check();
    }
}

/// S69: a transfer that pays another order since it was read is read again, so that none is forgotten.
#[test]
fn s69_a_transfer_is_taken_back_as_it_was_read() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1")
        .unwrap();
    let as_read = |minor: i64| {
        let values = ["NTRF1".into(), "meridian-eur".into(), minor.into()];
        now_or_never(shop.world.commit(&[bank::RECEIPT_AS_READ.bind(values)]))
    };
    assert!(as_read(11_900).is_ok());
    let Err(CommitError::Guard(message)) = as_read(5_000) else {
        panic!("it pays more");
    };
    assert_eq!(Guard::from_message(&message), Guard::Decided);
    shop.check();
}

/// S69: what was left in an order that ended is nobody's any more once it went back.
#[test]
fn s69_money_that_was_left_waits_for_nobody_once_its_transfer_was_taken_back() {
    let shop = Shop::with_bank();
    let (buyer, first) = in_review(&shop);
    shop.approve_now(&buyer, &first, eur(5_000), "NTRF1")
        .unwrap();
    let key = "transfer-key-00000000002";
    assert_eq!(shop.choose_transfer(&buyer, key).status, 201);
    let second = shop.hand_in(&buyer, &proof(2));
    shop.world.advance(1);
    shop.approve_now(&buyer, &second, eur(3_000), "NTRF2")
        .unwrap();
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(shop.view(&buyer)["held"], json!([eur(8_000)]));
    // The newest first.
    assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Returned)), "");
    assert_eq!(shop.view(&buyer)["held"], json!([eur(5_000)]));
    assert_eq!(cases(&shop), r#"["money_left"]"#);
    let first = "SELECT decision_id FROM decisions WHERE bank_reference = 'NTRF1'";
    let revocation = edgetill::review::Revocation {
        decision_id: shop.value(first).as_str().unwrap().to_owned(),
        seen: shop.seen(&buyer),
        code: RevocationCode::Returned,
        reason: "the bank took it back".into(),
    };
    assert_eq!(told(&shop.revoke(&staff("ruth"), &revocation)), "");
    assert_eq!(shop.view(&buyer).get("held"), None);
    assert_eq!((held(&shop), cases(&shop)), (0, "[]".to_owned()));
    shop.check();
}

/// S69, P5: a part of the money of a confirmed order goes back: what stays is put before a person and told
/// to the buyer, until it goes back as well.
#[test]
fn s69_p5_what_stays_of_a_reversed_order_waits_for_a_person() {
    for by_card in [false, true] {
        let shop = Shop::with_bank();
        let buyer = shop.order();
        shop.settle_by_hand(&staff("ruth"), &buyer, eur(5_000), "NTRF1")
            .expect("settled");
        if by_card {
            let session = shop.pay(&buyer);
            shop.pay_at_stripe(&session);
            shop.deliver_webhooks();
        } else {
            shop.world.advance(60);
            shop.settle_by_hand(&staff("ruth"), &buyer, eur(6_900), "NTRF2")
                .expect("settled");
        }
        assert_eq!(shop.status(&buyer), "confirmed");
        assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Returned)), "");
        let stays = if by_card { 6_900 } else { 5_000 };
        let view = shop.view(&buyer);
        assert_eq!(view["status"], "reversed");
        assert_eq!(view["held"], json!([eur(stays)]));
        assert_eq!(cases(&shop), r#"["money_left"]"#);
        assert!(shop.page(&buyer).contains("The money is set aside"));
        shop.check();
        if by_card {
            let intent = shop.value("SELECT capture_ref FROM payments WHERE method = 'stripe'");
            shop.refund_at_stripe(intent.as_str().expect("a capture"), None);
            shop.deliver_webhooks();
        } else {
            let first = "SELECT decision_id FROM decisions WHERE bank_reference = 'NTRF1'";
            let revocation = Revocation {
                decision_id: shop.value(first).as_str().expect("an id").to_owned(),
                seen: shop.seen(&buyer),
                code: RevocationCode::Returned,
                reason: "the bank took it back".into(),
            };
            assert_eq!(told(&shop.revoke(&staff("ruth"), &revocation)), "");
        }
        assert_eq!(shop.view(&buyer).get("held"), None, "by card: {by_card}");
        let left = shop.texts(
            "SELECT coalesce(closed_because, 'open') AS text FROM cases WHERE kind = 'money_left'",
        );
        assert_ne!(left, ["open"]);
        shop.check();
    }
}

/// S69, P3: a card pays the rest while the part that came by bank is taken back. The provider is answered,
/// the card's money is in the order, and the order is not confirmed.
#[test]
fn s69_a_card_that_pays_the_rest_meets_a_part_that_is_taken_back() {
    for steps in [1, 2] {
        let shop = Shop::with_bank();
        let (buyer, proof) = in_review(&shop);
        shop.approve_now(&buyer, &proof, eur(5_000), "NTRF1")
            .unwrap();
        let session = shop.pay(&buyer);
        shop.pay_at_stripe(&session);
        let told_paid = shop.take_webhook("checkout.session.completed");
        let late = shop.begin_webhook(&told_paid.body).after_steps(steps);
        assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Mistake)), "");
        assert_eq!(late.finish().status, 200, "{steps}");
        let view = shop.view(&buyer);
        assert_eq!(view["paid"], json!(eur(6_900)), "{steps}");
        assert_eq!(view["due"], json!(eur(5_000)), "{steps}");
        assert_eq!(shop.releases(), 0);
        shop.check();
    }
}
