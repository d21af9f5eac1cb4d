//! What staff decide about transfers, and what it makes of the money (A20, A21, A32 to A34).

mod amounts;
mod ended;
mod returned;
mod two_people;

use common::{Buyer, Shop, Trouble, approval, code_of, eur, order_body, staff, stale, told};
use serde_json::json;
use shared::proof::RejectionCode;
use shared::proof::samples::{chunk, png, png_of};
use shared::review::RevocationCode;

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
    assert_eq!(
        view["actions"],
        json!(["pay", "submit_proof", "cancel", "replace"])
    );
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
