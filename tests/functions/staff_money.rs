//! Settling by hand and taking back, from the order's page; and the bank accounts that buyers see.

use common::{ANN, Buyer, RUTH, SUE, Shop, StaffBrowser, input_value, text};
use edgetill::http::Reply;
use shared::proof::samples::png;

fn path(buyer: &Buyer) -> String {
    format!("/staff/orders/{}", buyer.number)
}

fn settle(who: &StaffBrowser<'_>, buyer: &Buyer, changed: &[(&str, &str)]) -> Reply {
    let page = who.page(&path(buyer));
    let seen = input_value(&page, "seen");
    let mut fields = vec![
        ("seen", seen.as_str()),
        ("bank_account_id", "meridian-eur"),
        ("amount", "119.00"),
        ("value_date", "2026-11-21"),
        ("reference", "NTRF 7"),
        ("reason", "the buyer lost the document"),
    ];
    fields.retain(|(name, _)| !changed.iter().any(|(given, _)| given == name));
    fields.extend(changed);
    who.submit(&format!("{}/settle", path(buyer)), &fields)
}

/// A21: staff who have verified the money settle the order, with their name and their reason.
#[test]
fn a21_a_reviewer_settles_by_hand_with_reference_date_amount_and_reason() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let ruth = shop.staff(RUTH);
    let long = "x".repeat(141);
    for (field, value, says) in [
        ("payer_name", &*long, "Please use at most 140 characters."),
        ("payer_name", "-- / --", "Please enter a name with letters"),
        ("bank_account_id", "", "Please choose the account"),
        ("bank_account_id", "Nowhere", "Please choose the account"),
        ("amount", "all", "Please enter an amount in EUR"),
        (
            "amount",
            "119,00",
            "such as 1234.56: a dot before the decimals",
        ),
        ("value_date", "", "Please enter the day"),
        ("reference", " ", "Please enter what the statement calls it"),
        ("reason", "", "Please say why"),
    ] {
        let reply = settle(&ruth, &buyer, &[(field, value)]);
        assert_eq!(reply.status, 422, "{field}");
        assert!(text(&reply).contains(says), "{field}: {}", text(&reply));
    }
    assert_eq!(shop.count("decisions"), 0);
    let reply = settle(&ruth, &buyer, &[]);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    assert_eq!(shop.status(&buyer), "confirmed");
    let step =
        &shop.rows("SELECT actor, reason FROM order_history WHERE to_state = 'confirmed'")[0];
    assert_eq!(step["actor"], format!("staff:{RUTH}"));
    assert_eq!(step["reason"], "the buyer lost the document");
    assert_eq!(shop.releases(), 1);
    let page = ruth.page(&path(&buyer));
    assert!(page.contains("settled") && page.contains("NTRF7"), "{page}");
    shop.check();
}

/// A proof that waits is decided about, not passed over; and support has no form at all.
#[test]
fn a21_there_is_no_form_for_support_nor_while_a_proof_waits() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let form = "Settle by hand";
    assert!(shop.staff(RUTH).page(&path(&buyer)).contains(form));
    assert!(!shop.staff(SUE).page(&path(&buyer)).contains(form));
    let fields = [("seen", "1"), ("bank_account_id", "meridian-eur")];
    for action in ["settle", "revoke", "approve", "reject"] {
        let reply = shop
            .staff(SUE)
            .submit(&format!("{}/{action}", path(&buyer)), &fields);
        assert_eq!(reply.status, 403, "{action}");
    }
    shop.choose_transfer(&buyer, "transfer-key-00000000001");
    shop.hand_in(&buyer, &png());
    let page = shop.staff(RUTH).page(&path(&buyer));
    assert!(!page.contains(form) && page.contains("review it"), "{page}");
    shop.check();
}

/// S69: an approval is taken back by a form, once, with its reason.
#[test]
fn s69_an_approval_is_taken_back_once_and_production_hears_of_it() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let ruth = shop.staff(RUTH);
    assert_eq!(settle(&ruth, &buyer, &[]).status, 303);
    let page = ruth.page(&path(&buyer));
    assert!(page.contains("Take an approval back"), "{page}");
    let decision = shop.value("SELECT decision_id FROM decisions");
    let decision = decision.as_str().unwrap();
    let seen = input_value(&page, "seen");
    let revoke = |code: &str, reason: &str| {
        let fields = [
            ("seen", seen.as_str()),
            ("decision", decision),
            ("code", code),
            ("revoke_reason", reason),
        ];
        ruth.submit(&format!("{}/revoke", path(&buyer)), &fields)
    };
    for (code, reason) in [("", "x"), ("mistake", "")] {
        assert_eq!(revoke(code, reason).status, 422, "{code:?} {reason:?}");
    }
    let reply = revoke("returned", "the bank sent it back");
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let held = shop.value("SELECT credits - debits FROM ledger_accounts WHERE kind = 'order'");
    assert_eq!(held, 0);
    let again = revoke("returned", "the bank sent it back");
    assert_eq!(again.status, 409, "{}", text(&again));
    assert_eq!(shop.count("decisions"), 2);
    let page = ruth.page(&path(&buyer));
    assert!(
        page.contains("revoked") && page.contains("the bank sent it back"),
        "{page}"
    );
    assert!(!page.contains("Take an approval back"), "{page}");
}

/// A decision of another order is none of this one, whatever a form says.
#[test]
fn a_decision_of_another_order_cannot_be_taken_back_from_here() {
    let shop = Shop::with_bank();
    let one = shop.order();
    let two = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    let ruth = shop.staff(RUTH);
    assert_eq!(settle(&ruth, &one, &[]).status, 303);
    let decision = shop.value("SELECT decision_id FROM decisions");
    let fields = [
        ("seen", "1"),
        ("decision", decision.as_str().unwrap()),
        ("code", "mistake"),
        ("revoke_reason", "x"),
    ];
    let reply = ruth.submit(&format!("{}/revoke", path(&two)), &fields);
    assert_eq!(reply.status, 409, "{}", text(&reply));
    assert_eq!(shop.count("decisions"), 1);
    assert_eq!(shop.status(&one), "confirmed");
    shop.check();
}

/// A transfer in euros comes in on an account in euros.
#[test]
fn an_account_of_another_currency_settles_nothing() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let other = "INSERT INTO bank_accounts (bank_account_id, currency, bank_name, holder, account_number, added_by, added_at)
         VALUES ('other-usd', 'USD', 'Bank', 'Shop', '12345', 'operator', 1)";
    shop.world.database(|database| database.execute(other));
    let reply = settle(
        &shop.staff(RUTH),
        &buyer,
        &[("bank_account_id", "other-usd")],
    );
    assert_eq!(reply.status, 404, "{}", text(&reply));
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.check();
}

/// S64: settled twice at the same time. The second hears of the first, and keeps what was typed.
#[test]
fn s64_whoever_settles_too_late_hears_of_the_other_and_keeps_what_was_typed() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let (ruth, ann) = (shop.staff(RUTH), shop.staff(ANN));
    let seen = input_value(&ann.page(&path(&buyer)), "seen");
    let reply = settle(&ruth, &buyer, &[]);
    let told = ruth.page(reply.header("location").unwrap());
    assert!(
        told.contains("Done: you have settled 119.00\u{a0}EUR by hand."),
        "{told}"
    );
    let late = [
        ("seen", seen.as_str()),
        ("reference", "NTRF 8"),
        ("payer_name", "LOVELACE, Ada"),
        ("reason", "it is on page 3"),
    ];
    let late = settle(&ann, &buyer, &late);
    assert_eq!(late.status, 409);
    let page = text(&late);
    for words in [
        "The order is confirmed now.",
        "staff:ruth@shop.test, the buyer lost the document",
        "value=\"NTRF 8\"",
        "value=\"LOVELACE, Ada\"",
        "it is on page 3",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(shop.count("decisions"), 1);
    shop.check();
}

const ACCOUNT: [(&str, &str); 7] = [
    ("bank_account_id", "north-eur"),
    ("currency", "EUR"),
    ("bank_name", "Bank of the <North>"),
    ("holder", "Lumen Tools GmbH"),
    ("account_number", "DE89 3704 0044 0532 0130 00"),
    ("routing", "COBADEFF"),
    ("note", ""),
];

#[test]
fn an_admin_adds_an_account_that_buyers_see_and_retires_it_for_good() {
    let shop = Shop::with_bank();
    let ann = shop.staff(ANN);
    let wrong = ann.submit(
        "/staff/banks",
        &[("bank_account_id", "North"), ("currency", "€")],
    );
    assert_eq!(wrong.status, 422);
    assert_eq!(
        text(&wrong).matches("class=\"error\"").count(),
        5,
        "{}",
        text(&wrong)
    );
    let reply = ann.submit("/staff/banks", &ACCOUNT);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let twice = ann.submit("/staff/banks", &ACCOUNT);
    assert_eq!(twice.status, 409, "{}", text(&twice));
    let mut same_number = ACCOUNT;
    same_number[0].1 = "north-again";
    same_number[4].1 = "de89370400440532013000";
    let reply = ann.submit("/staff/banks", &same_number);
    assert_eq!(
        reply.status, 409,
        "one line of its statement would pay twice"
    );
    let page = ann.page("/staff/banks");
    assert!(page.contains("Bank of the &#60;North&#62;"), "{page}");
    let buyer = shop.transferring();
    assert!(shop.page(&buyer).contains("Bank of the &#60;North&#62;"));

    let page = ann.page("/staff/banks");
    assert!(!page.contains("action=\"/staff/banks/retire\""), "{page}");
    assert!(
        page.contains("href=\"/staff/banks?retire=north-eur\""),
        "{page}"
    );
    let question = ann.page("/staff/banks?retire=north-eur");
    for words in [
        "Retire it for good?",
        "DE89 3704 0044 0532 0130 00",
        "action=\"/staff/banks/retire\"",
        "Keep it in use",
    ] {
        assert!(question.contains(words), "{words}: {question}");
    }
    assert!(
        shop.page(&buyer).contains("Bank of the"),
        "asking changes nothing"
    );
    for odd in ["nowhere", "%00", "North"] {
        let path = format!("/staff/banks?retire={odd}");
        assert_eq!(ann.open(&path).status, 404, "{odd}");
    }
    assert_eq!(
        shop.staff(RUTH)
            .open("/staff/banks?retire=north-eur")
            .status,
        403
    );
    assert_eq!(
        shop.staff(RUTH).open("/staff/banks?retire=North").status,
        403
    );
    let retire = |id: &str| {
        ann.submit("/staff/banks/retire", &[("bank_account_id", id)])
            .status
    };
    assert_eq!(retire("north-eur"), 303);
    assert_eq!(retire("north-eur"), 409);
    assert!(!shop.page(&buyer).contains("Bank of the"));
    let audit = shop.rows("SELECT action, email FROM staff_audit ORDER BY action");
    assert_eq!(audit.len(), 2, "{audit:?}");
    assert!(audit.iter().all(|entry| entry["email"] == ANN));
    assert_eq!(
        shop.value("SELECT retired_by FROM bank_accounts WHERE bank_account_id = 'north-eur'"),
        format!("staff:{ANN}")
    );
    for who in [RUTH, SUE] {
        assert_eq!(shop.staff(who).open("/staff/banks").status, 403, "{who}");
        assert_eq!(
            shop.staff(who).submit("/staff/banks", &ACCOUNT).status,
            403,
            "{who}"
        );
    }
    shop.check();
}
