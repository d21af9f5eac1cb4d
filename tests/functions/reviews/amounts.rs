//! What a transfer of another amount, or for another order, comes to (S27 to S30, S62).

use common::{Buyer, Shop, approval, eur, order_body, staff, told};
use edgetill::review::{Approval, ByHand, Part};
use serde_json::json;
use shared::bank::{BankAccountId, TransferReference, ValueDate};
use shared::id::{OrderNumber, ProofId};
use shared::proof::RejectionCode;

use super::{another, cases, held, in_review, proof};

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

/// S62: an account that was retired and entered again, however it is printed then, has the same statement.
#[test]
fn s62_a_transfer_pays_once_also_after_its_account_was_entered_again() {
    let shop = Shop::with_bank();
    let (one, first) = another(&shop, 1);
    shop.approve_now(&one, &first, eur(11_900), "NTRF1")
        .unwrap();
    shop.world.database(|database| {
        database.execute("UPDATE bank_accounts SET retired_by = 'ann', retired_at = 1");
        database.execute(
            "INSERT INTO bank_accounts (bank_account_id, currency, bank_name, holder, account_number,
             added_by, added_at) SELECT 'again', currency, bank_name, holder,
             lower(replace(account_number, ' ', '-')), 'ann', 1
             FROM bank_accounts WHERE bank_account_id = 'meridian-eur'",
        );
    });
    let again = |buyer: &Buyer, reference: &str| {
        let by_hand = ByHand {
            order_number: OrderNumber::parse(&buyer.number).unwrap(),
            seen: shop.seen(buyer),
            bank_account_id: BankAccountId::parse("again").unwrap(),
            reference: TransferReference::parse(reference).unwrap(),
            value_date: ValueDate::parse("2026-11-21").unwrap(),
            payer_name: None,
            amount: eur(11_900),
            reason: "seen on the statement".into(),
        };
        told(&shop.settle(&staff("ruth"), &by_hand))
    };
    let two = shop.order_of(&order_body(), "order-key-of-the-second-account");
    assert_eq!(again(&two, "NTRF1"), "bank_reference_used");
    assert_eq!(shop.status(&two), "awaiting_payment");
    assert_eq!(again(&two, "NTRF2"), "");
    assert_eq!(shop.status(&two), "confirmed");
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
