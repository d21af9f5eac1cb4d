//! What staff decide about transfers, and what it makes of the money (A20, A21, A32 to A34).

use std::collections::BTreeSet;

use common::{
    Buyer, Shop, Task, Trouble, approval, at_once, code_of, eur, now_or_never, order_body,
    shuffled, staff, stale, told,
};
use edgetill::review::{Approval, Part};
use edgetill::settle::{load, settle};
use edgetill::world::{CommitError, World};
use serde_json::json;
use shared::bank::ValueDate;
use shared::id::{PaymentId, ProofId};
use shared::payment::{PaymentFact, Receipt};
use shared::proof::RejectionCode;
use shared::proof::samples::{chunk, png, png_of};
use shared::review::RevocationCode;
use shared::settle::Cause;
use shared::store::bank;
use shared::store::guard::Guard;

fn proof(nth: u8) -> Vec<u8> {
    png_of(&[chunk(b"teXt", &[nth])])
}

/// An order whose proof waits.
fn in_review(shop: &Shop) -> (Buyer, String) {
    let buyer = shop.transferring();
    let id = shop.hand_in(&buyer, &png());
    (buyer, id)
}

/// One more of those.
fn another(shop: &Shop, nth: u8) -> (Buyer, String) {
    let buyer = shop.order_of(&order_body(), &format!("order-key-of-number-{nth:04}"));
    let key = format!("transfer-key-of-nr-{nth:04}");
    assert_eq!(shop.choose_transfer(&buyer, &key).status, 201);
    let id = shop.hand_in(&buyer, &proof(nth));
    (buyer, id)
}

fn held(shop: &Shop) -> i64 {
    let held =
        shop.value("SELECT credits - debits FROM ledger_accounts WHERE account = 'unapplied:EUR'");
    held.as_i64().unwrap_or_default()
}

fn cases(shop: &Shop) -> String {
    let rows = shop.rows("SELECT kind FROM cases WHERE closed_at IS NULL ORDER BY kind");
    json!(
        rows.iter()
            .map(|row| row["kind"].clone())
            .collect::<Vec<_>>()
    )
    .to_string()
}

/// A33: once each.
#[test]
fn a33_an_approved_proof_confirms_the_order_releases_it_and_tells_the_buyer_once() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    let decided = shop.approve_now(&buyer, &proof, eur(11_900), "NTRF 1");
    assert_eq!(told(&decided), "");
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "confirmed");
    assert_eq!(view["paid_by"], "bank transfer to Meridian Bank");
    assert!(view["subscription_id"].is_string());
    assert_eq!(shop.releases(), 1);
    let mail = shop.mail_about("is confirmed");
    assert!(mail.contains("bank transfer to Meridian Bank"), "{mail}");
    let decision = shop.rows("SELECT * FROM decisions")[0].clone();
    assert_eq!(decision["decided_by"], "staff:ruth@shop.test");
    assert_eq!(decision["bank_reference"], "NTRF1");
    assert_eq!(shop.value("SELECT state FROM proofs"), "approved");
    let due = shop.value("SELECT due_at FROM removals");
    assert_eq!(due, shop.now().plus(90 * 86_400).0);
    let history = shop.rows("SELECT actor, event FROM order_history ORDER BY version DESC LIMIT 1");
    assert_eq!(history[0]["actor"], "staff:ruth@shop.test");
    shop.check();
}

#[test]
fn a34_a_rejected_proof_tells_why_and_the_buyer_hands_in_another_pays_otherwise_or_cancels() {
    let shop = Shop::with_bank();
    let (buyer, first) = in_review(&shop);
    let reason = "The screenshot ends above the amount.";
    assert_eq!(
        told(&shop.reject_now(&buyer, &first, RejectionCode::Unreadable, reason)),
        ""
    );
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "rejected");
    assert_eq!(view["methods"], json!(["stripe", "paypal", "bank"]));
    assert_eq!(view["actions"], json!(["pay", "submit_proof", "cancel"]));
    let shown = &view["transfer"]["proofs"][0];
    assert_eq!(shown["reason_code"], "unreadable");
    let mail = shop.mail_about("could not accept your proof");
    let page = shop.page(&buyer);
    for text in [shown["reason"].as_str().unwrap(), &mail, &page] {
        assert!(text.contains(reason) && text.contains("We could not read the document."));
    }
    // S63: the old one is kept as it was, the new one is reviewed.
    let second = shop.hand_in(&buyer, &proof(2));
    assert_eq!(shop.status(&buyer), "in_review");
    assert_eq!(
        told(&shop.reject_now(&buyer, &second, RejectionCode::Other, "")),
        ""
    );
    assert_eq!(
        shop.value("SELECT group_concat(state) FROM proofs"),
        "rejected,rejected"
    );
    // Another way to pay closes the transfer.
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 201);
    assert_eq!(
        shop.value("SELECT state FROM payments WHERE method = 'bank'"),
        "closed"
    );
    assert_eq!(shop.cancel(&buyer).status, 200);
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(held(&shop), 0);
    shop.check();
}

/// S63: the n-th rejection.
#[test]
fn s63_after_the_third_rejection_only_other_ways_are_left() {
    let shop = Shop::with_bank();
    let (buyer, first) = in_review(&shop);
    shop.reject_now(&buyer, &first, RejectionCode::Unreadable, "")
        .unwrap();
    for nth in 2..=3 {
        let proof = shop.hand_in(&buyer, &proof(nth));
        shop.reject_now(&buyer, &proof, RejectionCode::Unreadable, "")
            .unwrap();
    }
    assert_eq!(
        code_of(&shop.try_to_hand_in(&buyer, &proof(4))),
        "too_many_proofs"
    );
    assert_eq!(shop.view(&buyer)["methods"], json!(["stripe", "paypal"]));
    let refused = shop.choose_transfer(&buyer, "transfer-key-00000000009");
    assert_eq!(code_of(&refused), "method_unavailable");
    assert!(
        shop.mail_about("could not accept")
            .contains("the last proof that we take")
    );
    assert!(shop.page(&buyer).contains("We take no more proofs"));
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 201);
    shop.check();
}

/// The wait was ours: a late rejection leaves time for another proof.
#[test]
fn a_rejection_after_the_deadline_gives_two_days_more() {
    let shop = Shop::with_bank();
    let (buyer, first) = in_review(&shop);
    shop.run_cron(80 * 3_600);
    assert_eq!(
        shop.status(&buyer),
        "in_review",
        "a review is no reason to expire"
    );
    shop.reject_now(&buyer, &first, RejectionCode::Unreadable, "")
        .unwrap();
    shop.run_cron(47 * 3_600);
    assert_eq!(shop.status(&buyer), "rejected");
    assert_eq!(shop.try_to_hand_in(&buyer, &proof(2)).status, 201);
    let second = shop.view(&buyer)["transfer"]["proofs"][0]["proof_id"].clone();
    shop.reject_now(&buyer, second.as_str().unwrap(), RejectionCode::Other, "")
        .unwrap();
    shop.run_cron(50 * 3_600);
    assert_eq!(shop.status(&buyer), "expired");
    shop.check();
}

/// S64: of two reviewers the first one decides, and the second is told the outcome.
#[test]
fn s64_a_decision_about_what_somebody_else_has_decided_is_refused_with_the_outcome() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    let seen = shop.seen(&buyer);
    shop.reject_now(&buyer, &proof, RejectionCode::NotReceived, "")
        .unwrap();
    let late = shop.approve_proof(
        &staff("omar"),
        &approval(&proof, seen, eur(11_900), "NTRF1"),
    );
    assert_eq!(stale(&late), Some("rejected"));
    // Even with the newest version: the proof is decided about.
    let again = shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1");
    assert_eq!(stale(&again), Some("rejected"));
    assert_eq!(shop.value("SELECT count(*) FROM decisions"), 1);
    assert_eq!(shop.value("SELECT count(*) FROM transfers"), 0);
    shop.check();
}

#[test]
fn s65_nobody_decides_about_their_own_order() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    let ada = edgetill::review::Decider {
        email: "Ada@Example.com".into(),
    };
    let own = approval(&proof, shop.seen(&buyer), eur(11_900), "NTRF1");
    assert_eq!(told(&shop.approve_proof(&ada, &own)), "own_order");
    let tagged = edgetill::review::Decider {
        email: "ada+staff@example.com".into(),
    };
    assert_eq!(told(&shop.approve_proof(&tagged, &own)), "own_order");
    let by_hand = shop.settle_by_hand(&ada, &buyer, eur(11_900), "NTRF1");
    assert_eq!(told(&by_hand), "own_order");
    assert_eq!(shop.value("SELECT count(*) FROM decisions"), 0);
    shop.check();
}

/// S65: above the setting two people sign, and the second must be another one with the same figures.
#[test]
fn s65_a_large_amount_needs_a_second_person_who_agrees_to_the_same_figures() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 11900")]);
    let (buyer, proof) = in_review(&shop);
    let sign = |name: &str, amount, reference: &str| {
        let signed = approval(&proof, shop.seen(&buyer), eur(amount), reference);
        told(&shop.approve_proof(&staff(name), &signed))
    };
    assert_eq!(sign("ruth", 11_900, "NTRF1"), "proposed");
    assert_eq!(shop.status(&buyer), "in_review");
    assert_eq!(sign("ruth", 11_900, "NTRF1"), "second_person_needed");
    assert_eq!(
        sign("omar", 11_901, "NTRF1"),
        "proposed",
        "other figures begin anew"
    );
    assert_eq!(sign("omar", 11_900, "NTRF1"), "");
    assert_eq!(shop.status(&buyer), "confirmed");
    let row = shop.rows("SELECT decided_by, proposed_by FROM decisions WHERE verdict = 'approved'");
    assert_eq!(
        row[0],
        json!({ "decided_by": "staff:omar@shop.test", "proposed_by": "staff:ruth@shop.test" })
    );
    shop.check();
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 11901")]);
    let (buyer, proof) = in_review(&shop);
    assert_eq!(
        told(&shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1")),
        ""
    );
    shop.check();
}

/// S65: the same figures are the same day, too; the second signer's would stand in the books.
#[test]
fn s65_another_value_date_is_another_figure() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 11900")]);
    let (buyer, proof) = in_review(&shop);
    let sign = |name: &str, day: &str| {
        let mut signed = approval(&proof, shop.seen(&buyer), eur(11_900), "NTRF1");
        signed.value_date = ValueDate::parse(day).expect("a day");
        told(&shop.approve_proof(&staff(name), &signed))
    };
    assert_eq!(sign("ruth", "2026-11-21"), "proposed");
    assert_eq!(sign("omar", "2026-11-20"), "proposed");
    assert_eq!(sign("ruth", "2026-11-20"), "");
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

/// S65: parts below the amount are no way around it: the order's total counts as well.
#[test]
fn s65_no_part_of_a_large_order_is_approved_by_one_alone() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 11900")]);
    let (buyer, proof) = in_review(&shop);
    let part = shop.approve_now(&buyer, &proof, eur(5_000), "NTRF1");
    assert_eq!(told(&part), "proposed");
    let other = shop.order_of(&order_body(), "order-key-of-number-0009");
    let by_hand = shop.settle_by_hand(&staff("ruth"), &other, eur(5_000), "NTRF2");
    assert_eq!(told(&by_hand), "proposed");
    assert_eq!(shop.ledger().len(), 0);
    shop.check();
}

/// S65, S120: a signature ends with the right to give it.
#[test]
fn s65_the_signature_of_somebody_who_may_not_sign_any_more_does_not_count() {
    for change in ["disabled_at = 1", "role = 'support'"] {
        let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 11900")]);
        let (buyer, proof) = in_review(&shop);
        let sign = |name: &str| {
            let signed = approval(&proof, shop.seen(&buyer), eur(11_900), "NTRF1");
            told(&shop.approve_proof(&staff(name), &signed))
        };
        assert_eq!(sign("ruth"), "proposed");
        shop.world.database(|database| {
            database.execute(&format!(
                "UPDATE staff SET {change} WHERE email = 'ruth@shop.test'"
            ));
        });
        assert_eq!(sign("omar"), "proposed", "{change}");
        assert_eq!(shop.status(&buyer), "in_review", "{change}");
        assert_eq!(sign("ann"), "", "{change}");
        assert_eq!(shop.status(&buyer), "confirmed", "{change}");
        shop.check();
    }
}

/// S27: within the tolerance the rest is written off; beyond it the buyer hears what is left.
#[test]
fn s27_a_transfer_that_lost_a_fee_is_paid_within_the_tolerance_and_partly_beyond_it() {
    let shop = Shop::with_bank_and(&[("TRANSFER_SHORTFALL_PERCENT", "1")]);
    let (buyer, proof) = in_review(&shop);
    assert_eq!(
        told(&shop.approve_now(&buyer, &proof, eur(11_781), "NTRF1")),
        ""
    );
    assert_eq!(shop.status(&buyer), "confirmed");
    let written_off = shop.value("SELECT debits FROM ledger_accounts WHERE account = 'fees:EUR'");
    assert_eq!(written_off, 119);
    shop.check();

    let shop = Shop::with_bank_and(&[("TRANSFER_SHORTFALL_PERCENT", "1")]);
    let (buyer, proof) = in_review(&shop);
    assert_eq!(
        told(&shop.approve_now(&buyer, &proof, eur(11_780), "NTRF1")),
        ""
    );
    let view = shop.view(&buyer);
    assert_eq!(view["status"], "awaiting_payment");
    assert_eq!(
        (&view["paid"], &view["due"]),
        (&json!(eur(11_780)), &json!(eur(120)))
    );
    assert_eq!(view["methods"], json!(["stripe", "paypal", "bank"]));
    let mail = shop.mail_about("A part of your order is paid");
    assert!(mail.contains("1.20") && mail.contains("token="), "{mail}");
    assert_eq!(shop.releases(), 0);
    assert_eq!(cases(&shop), "[]");
    shop.check();
}

/// S30: release only at the second.
#[test]
fn s30_two_transfers_pay_one_order() {
    let shop = Shop::with_bank();
    let (buyer, first) = in_review(&shop);
    shop.approve_now(&buyer, &first, eur(5_000), "NTRF1")
        .unwrap();
    assert_eq!(shop.releases(), 0);
    let reply = shop.choose_transfer(&buyer, "transfer-key-00000000002");
    assert_eq!(
        common::json_of(&reply)["payment"]["amount"],
        json!(eur(6_900))
    );
    let second = shop.hand_in(&buyer, &proof(2));
    shop.approve_now(&buyer, &second, eur(6_900), "NTRF2")
        .unwrap();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.releases(), 1);
    assert_eq!(held(&shop), 0);
    shop.check();
}

/// S28: the rest waits for staff.
#[test]
fn s28_a_transfer_that_is_too_high_pays_the_order_and_the_rest_is_set_aside() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    shop.approve_now(&buyer, &proof, eur(12_000), "NTRF1")
        .unwrap();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(
        (held(&shop), cases(&shop)),
        (100, r#"["money_over"]"#.to_owned())
    );
    assert_eq!(shop.view(&buyer)["held"], json!([eur(100)]));
    shop.check();
}

/// S29: one statement line, two orders; both or neither.
#[test]
fn s29_one_transfer_for_two_orders_settles_both_or_neither() {
    let shop = Shop::with_bank();
    let (one, first) = another(&shop, 1);
    let (two, second) = another(&shop, 2);
    let split = |amounts: [i64; 2], whole: i64| Approval {
        whole: eur(whole),
        parts: [(&one, &first, amounts[0]), (&two, &second, amounts[1])]
            .map(|(buyer, proof, amount)| Part {
                proof_id: ProofId::parse(proof).unwrap(),
                seen: shop.seen(buyer),
                amount: eur(amount),
            })
            .to_vec(),
        ..approval(&first, 0, eur(1), "NTRF1")
    };
    for (amounts, whole) in [
        ([11_900, 11_900], 23_799),
        ([23_800, 0], 23_800),
        ([11_900, 11_901], 23_800),
    ] {
        let refused = shop.approve_proof(&staff("ruth"), &split(amounts, whole));
        assert_eq!(told(&refused), "invalid_fields", "{amounts:?} of {whole}");
    }
    // Another decision about the second order comes in between: neither is settled.
    let stale_split = split([11_900, 11_900], 23_800);
    shop.reject_now(&two, &second, RejectionCode::Unreadable, "")
        .unwrap();
    assert_eq!(
        told(&shop.approve_proof(&staff("ruth"), &stale_split)),
        "review_stale"
    );
    assert_eq!(shop.status(&one), "in_review");
    let second = shop.hand_in(&two, &proof(9));
    let split = Approval {
        parts: vec![
            Part {
                proof_id: ProofId::parse(&first).unwrap(),
                seen: shop.seen(&one),
                amount: eur(11_900),
            },
            Part {
                proof_id: ProofId::parse(&second).unwrap(),
                seen: shop.seen(&two),
                amount: eur(11_900),
            },
        ],
        ..stale_split
    };
    assert_eq!(told(&shop.approve_proof(&staff("ruth"), &split)), "");
    assert_eq!(
        (shop.status(&one), shop.status(&two)),
        ("confirmed".into(), "confirmed".into())
    );
    assert_eq!(
        shop.value("SELECT applied_minor FROM bank_receipts"),
        23_800
    );
    assert_eq!(shop.releases(), 2);
    shop.check();
}

/// S29, S65: where two have to sign, one person's signature must stand under all of it. A buyer who
/// hands in another proof meanwhile takes it away for both.
#[test]
fn s29_one_order_is_not_settled_while_the_other_has_no_first_signature() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 20000")]);
    let (one, first) = another(&shop, 1);
    let (two, second) = another(&shop, 2);
    let sign = |name: &str, second: &str| {
        let parts = [(&one, first.as_str()), (&two, second)].map(|(buyer, proof)| Part {
            proof_id: ProofId::parse(proof).unwrap(),
            seen: shop.seen(buyer),
            amount: eur(11_900),
        });
        let approval = Approval {
            whole: eur(23_800),
            parts: parts.to_vec(),
            ..approval(&first, 0, eur(1), "NTRF1")
        };
        shop.world.advance(1);
        told(&shop.approve_proof(&staff(name), &approval))
    };
    assert_eq!(sign("ruth", &second), "proposed");
    let third = shop.hand_in(&two, &proof(9));
    assert_eq!(sign("omar", &third), "proposed", "only one is signed");
    assert_eq!([&one, &two].map(|b| shop.status(b)), ["in_review"; 2]);
    assert_eq!(shop.count("bank_receipts"), 0);
    let fourth = shop.hand_in(&two, &proof(8));
    assert_eq!(sign("omar", &fourth), "proposed");
    assert_eq!(sign("omar", &fourth), "second_person_needed");
    assert_eq!(sign("ruth", &fourth), "");
    assert_eq!([&one, &two].map(|b| shop.status(b)), ["confirmed"; 2]);
    shop.check();
}

/// S62: one transfer pays once.
#[test]
fn s62_a_transfer_that_has_paid_one_order_pays_no_other() {
    let shop = Shop::with_bank();
    let (one, first) = another(&shop, 1);
    let (two, second) = another(&shop, 2);
    shop.approve_now(&one, &first, eur(11_900), "NTRF 1")
        .unwrap();
    // However it was copied.
    let refused = shop.approve_now(&two, &second, eur(11_900), " ntrf1");
    assert_eq!(told(&refused), "bank_reference_used");
    assert_eq!(shop.status(&two), "in_review");
    assert_eq!(
        told(&shop.approve_now(&two, &second, eur(11_900), "NTRF2")),
        ""
    );
    shop.check();
}

/// S62: the same file at another order is taken, and staff see it.
#[test]
fn s62_the_same_file_or_reference_at_another_order_is_found() {
    let shop = Shop::with_bank();
    let (one, _) = another(&shop, 1);
    let (two, _) = in_review(&shop);
    assert_eq!(shop.try_to_hand_in(&two, &proof(1)).status, 201);
    let alike = shop.proofs_alike(&two);
    assert_eq!(alike, std::slice::from_ref(&one.number));
    let reference = ("transfer_reference", None, &b"ab 12"[..]);
    for (nth, buyer) in [(3, &one), (4, &two)] {
        let file = proof(nth);
        let fields = [
            ("bank_account", None, &b"harbor-eur"[..]),
            ("file", Some("a.png"), &file[..]),
            reference,
        ];
        assert_eq!(shop.send_proof(buyer, &fields).status, 201);
    }
    assert_eq!(shop.proofs_alike(&two), [one.number]);
    shop.check();
}

/// S66, S25: money for an order that is over or paid in another way.
#[test]
fn s66_a_transfer_that_is_found_after_the_order_ended_is_set_aside_and_revives_nothing() {
    let shop = Shop::with_bank();
    let (buyer, proof) = in_review(&shop);
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    shop.post(
        &path,
        "k",
        Some(&buyer.token),
        &json!({ "despite_review": true }),
    );
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

/// Stripe says after all that the page it had closed was paid.
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
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    shop.post(
        &path,
        "k",
        Some(&buyer.token),
        &json!({ "despite_review": true }),
    );
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
    assert!(shop.page(&buyer).contains("The payment was taken back"));
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

/// A21: by the same path as a webhook, with who and why.
#[test]
fn a21_what_staff_have_verified_settles_an_order_by_hand() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    // The buyer left the card's page and transferred without a word.
    let decided = shop.settle_by_hand(&staff("ruth"), &buyer, eur(11_900), "NTRF1");
    assert_eq!(told(&decided), "");
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.releases(), 1);
    let open = shop.world.sandbox(|sandbox, _| {
        sandbox.stripe.session(&session).unwrap().status == sandbox::stripe::SessionStatus::Open
    });
    assert!(!open, "the card's page is closed first");
    let row = shop.rows("SELECT verdict, decided_by, reason FROM decisions");
    assert_eq!(
        row[0],
        json!({ "verdict": "settled", "decided_by": "staff:ruth@shop.test", "reason": "seen on the statement" })
    );
    assert_eq!(told(&shop.revoke_now(&buyer, RevocationCode::Mistake)), "");
    assert_eq!(shop.status(&buyer), "reversed");
    shop.check();
}

#[test]
fn a21_a_transfer_without_a_proof_settles_the_payment_that_is_under_way() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 1")]);
    let buyer = shop.transferring();
    let sign = |name: &str| told(&shop.settle_by_hand(&staff(name), &buyer, eur(11_900), "NTRF1"));
    assert_eq!(sign("ruth"), "proposed");
    assert_eq!(sign("ruth"), "second_person_needed");
    assert_eq!(sign("omar"), "");
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.value("SELECT count(*) FROM payments"), 1);
    // Paid already: what comes again is set aside.
    let again = shop.settle_by_hand(&staff("ruth"), &buyer, eur(100), "NTRF2");
    assert_eq!(told(&again), "proposed");
    shop.check();
}

#[test]
fn a21_a_proof_that_waits_is_decided_about_and_not_passed_over() {
    let shop = Shop::with_bank();
    let (buyer, _) = in_review(&shop);
    let decided = shop.settle_by_hand(&staff("ruth"), &buyer, eur(11_900), "NTRF1");
    assert_eq!(told(&decided), "order_in_review");
    shop.check();
}

/// Every step of a decision fails once, in every way; deciding again comes to one end.
#[test]
fn a_decision_whose_answer_was_lost_is_carried_out_once() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        for step in 0..6 {
            let shop = Shop::with_bank();
            let (buyer, proof) = in_review(&shop);
            let seen = shop.seen(&buyer);
            let approval = approval(&proof, seen, eur(11_900), "NTRF1");
            shop.world.trouble_at(step, trouble);
            let first = told(&shop.approve_proof(&staff("ruth"), &approval));
            shop.world.forget_trouble();
            shop.world.restart();
            let second = told(&shop.approve_proof(&staff("ruth"), &approval));
            assert_eq!(
                shop.status(&buyer),
                "confirmed",
                "{trouble:?} {step}: {first}, {second}"
            );
            shop.run_cron(600);
            assert_eq!(shop.releases(), 1);
            assert_eq!(shop.value("SELECT count(*) FROM decisions"), 1);
            shop.check();
        }
    }
}

/// S67's other half: what was decided goes after its time, and what is known of it stays.
#[test]
fn a_decided_proof_is_removed_after_its_time_and_its_row_stays() {
    let shop = Shop::with_bank_and(&[("PROOF_RETENTION_DAYS", "30")]);
    let (buyer, proof) = in_review(&shop);
    shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1")
        .unwrap();
    shop.tick_after(30 * 86_400 - 60);
    assert_eq!(shop.world.blobs().len(), 1);
    // The store is down at first.
    shop.world.advance(60);
    shop.world.trouble_at(1, Trouble::Before);
    shop.tick_after(0);
    assert_eq!(shop.world.blobs().len(), 1);
    shop.run_cron(600);
    assert!(shop.world.blobs().is_empty());
    let row = shop.rows("SELECT sha256, state, removed_at FROM proofs")[0].clone();
    assert!(row["sha256"].is_string() && row["removed_at"].is_i64());
    assert_eq!(row["state"], "approved");
    assert_eq!(shop.value("SELECT count(*) FROM removals"), 0);
    shop.check();
}
