//! Who may decide, and what takes two people (S65).

use common::{Shop, approval, eur, order_body, staff, told};
use serde_json::json;
use shared::bank::ValueDate;

use super::in_review;

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
