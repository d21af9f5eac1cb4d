//! Paying by bank transfer, from the choice to the proof (A26 to A31, A35, A37).

mod again;
mod handing_in;

use common::{ANN, Buyer, RUTH, Shop, code_of, eur, json_of, main_account, order_body, text, told};
use serde_json::json;
use shared::proof::samples::{chunk, png, png_of};

/// A file of its own.
fn proof(nth: u8) -> Vec<u8> {
    png_of(&[chunk(b"teXt", &[nth])])
}

fn state(shop: &Shop) -> String {
    let rows = shop.rows(
        "SELECT o.state, o.version, y.state AS payment, y.due_at,
         (SELECT count(*) FROM proofs) AS proofs, (SELECT count(*) FROM removals) AS removals
         FROM orders o LEFT JOIN payment_allocations l USING (order_number)
         LEFT JOIN payments y USING (payment_id) ORDER BY y.created_at DESC LIMIT 1",
    );
    rows[0].to_string()
}

/// A26 to A28: order, accounts, what is due and until when, on the page and in the mail.
#[test]
fn a27_choosing_a_transfer_shows_the_accounts_of_the_orders_currency_and_the_reference() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    assert_eq!(
        shop.view(&buyer)["methods"],
        json!(["stripe", "paypal", "bank"])
    );
    let reply = shop.choose_transfer(&buyer, "transfer-key-00000000001");
    assert_eq!(reply.status, 201, "{}", text(&reply));
    let payment = json_of(&reply)["payment"].clone();
    assert_eq!(
        (&payment["method"], &payment["state"]),
        (&json!("bank"), &json!("open"))
    );
    assert_eq!(payment.get("redirect_url"), None);

    let view = shop.view(&buyer);
    assert_eq!(view["status"], "awaiting_payment");
    assert_eq!(
        view["actions"],
        json!(["pay", "submit_proof", "cancel", "replace"])
    );
    let transfer = &view["transfer"];
    assert_eq!(transfer["until"], view["expires_at"]);
    assert_eq!(transfer["reference"], view["order_number_grouped"]);
    let accounts: Vec<_> = transfer["accounts"].as_array().unwrap().iter().collect();
    let ids: Vec<_> = accounts
        .iter()
        .map(|a| a["bank_account_id"].clone())
        .collect();
    assert_eq!(ids, ["meridian-eur", "harbor-eur"]);

    let page = shop.page(&buyer);
    for shown in [
        "Meridian Bank",
        "Harbor Savings",
        "DE02 1203 0000 0000 2020 51",
        "119.00\u{a0}EUR",
        "Save changes",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(page.contains(&buyer.number) && !page.contains("021000021"));
    let mail = shop.mail_about("How to pay by bank transfer");
    for told in [
        "119.00",
        "DE02 1203 0000 0000 2020 51",
        "BYLADEM1001",
        &format!("token={}", buyer.token),
    ] {
        assert!(mail.contains(told), "{told} in {mail}");
    }
    shop.check();
}

#[test]
fn a12_a_transfer_is_offered_only_where_there_is_an_account_in_the_currency() {
    let shop = Shop::open();
    let buyer = shop.order();
    assert_eq!(shop.view(&buyer)["methods"], json!(["stripe", "paypal"]));
    let refused = shop.choose_transfer(&buyer, "transfer-key-00000000001");
    assert_eq!(code_of(&refused), "method_unavailable");
    let shop = Shop::with_bank_and(&[("STRIPE_SECRET_KEY", "")]);
    let buyer = shop.order();
    assert_eq!(shop.view(&buyer)["methods"], json!(["paypal", "bank"]));
    shop.check();
}

#[test]
fn choosing_a_transfer_twice_is_one_payment_and_another_method_closes_it() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    for key in ["transfer-key-00000000001", "transfer-key-00000000002"] {
        assert_eq!(shop.choose_transfer(&buyer, key).status, 201);
    }
    assert_eq!(shop.value("SELECT count(*) FROM payments"), 1);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 201);
    let states = shop.rows("SELECT method, state FROM payments ORDER BY method");
    assert_eq!(
        json!(states),
        json!([
            { "method": "bank", "state": "closed" },
            { "method": "stripe", "state": "open" },
        ])
    );
    assert_eq!(shop.view(&buyer).get("transfer"), None);
    // And back: the card's page is closed at Stripe first.
    assert_eq!(
        shop.choose_transfer(&buyer, "transfer-key-00000000003")
            .status,
        201
    );
    assert_eq!(
        shop.value("SELECT count(*) FROM payment_allocations WHERE live = 1"),
        1
    );
    let open = shop.world.sandbox(|sandbox, _| {
        let sessions = sandbox.stripe.sessions().iter();
        sessions
            .filter(|s| s.status == sandbox::stripe::SessionStatus::Open)
            .count()
    });
    assert_eq!(open, 0);
    shop.check();
}

/// A transfer past its deadline ends with its order in one step, and nothing is asked of a provider.
#[test]
fn a_transfer_that_nobody_made_ends_with_its_order() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    shop.run_cron(72 * 3_600 + 120);
    assert_eq!(shop.status(&buyer), "expired");
    assert_eq!(shop.value("SELECT state FROM payments"), "closed");
    assert!(
        shop.mails()
            .iter()
            .any(|subject| subject.contains("expired")),
        "{:?}",
        shop.mails()
    );
    assert!(
        shop.world
            .requests_to("/stripe/")
            .iter()
            .all(|r| r.url.contains("events"))
    );
    shop.check();
}

/// A35, A37: once each, at 30:00 and not before.
#[test]
fn a37_a_proof_that_nobody_looks_at_alerts_staff_and_tells_the_buyer_once() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    shop.hand_in(&buyer, &png());
    let mails = shop.mails().len();
    shop.world.advance(29 * 60 + 59);
    shop.tick_after(0);
    assert_eq!(shop.mails().len(), mails, "{:?}", shop.mails());
    assert!(shop.page(&buyer).contains("We look at it by"));
    shop.tick_after(1);
    let told = shop.mails().split_off(mails);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter()
            .any(|s| s.contains("Your proof of payment takes longer"))
    );
    assert!(told.iter().any(|s| s.contains("Proof unreviewed: order")));
    let alert = shop.mail_about("Proof unreviewed");
    for words in [
        &*format!("http://127.0.0.1:8787/staff/orders/{}/review", buyer.number),
        "Came in: 21 November 2026",
    ] {
        assert!(alert.contains(words), "{words}: {alert}");
    }
    assert!(!alert.contains("Age:"), "{alert}");
    let page = shop.page(&buyer);
    assert!(page.contains("longer than the 30 minutes") && page.contains("help@lumen.example"));
    shop.run_cron(2 * 3_600);
    assert_eq!(shop.mails().len(), mails + 2);
    assert_eq!(
        shop.value("SELECT count(*) FROM cases WHERE closed_at IS NULL"),
        1
    );
    // Another proof begins another half hour.
    shop.hand_in(&buyer, &proof(1));
    assert_eq!(
        shop.value("SELECT count(*) FROM cases WHERE closed_at IS NULL"),
        0
    );
    shop.run_cron(31 * 60);
    assert_eq!(shop.mails().len(), mails + 4);
    shop.check();
}

#[test]
fn a10_an_order_under_review_is_cancelled_only_when_that_is_meant_and_its_proof_is_kept() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    shop.hand_in(&buyer, &png());
    assert_eq!(code_of(&shop.cancel(&buyer)), "order_in_review");
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    let meant = json!({ "despite_review": true });
    let reply = shop.post(
        &path,
        "cancel-key-0000000000001",
        Some(&buyer.token),
        &meant,
    );
    assert_eq!(reply.status, 200, "{}", text(&reply));
    assert_eq!(json_of(&reply)["order"]["status"], "cancelled");
    assert_eq!(shop.value("SELECT state FROM proofs"), "waiting");
    assert_eq!(shop.value("SELECT state FROM payments"), "closed");
    shop.check();
}

/// An account is retired while a transfer to it is on its way: nobody is led there any more, and the
/// proof is taken all the same.
#[test]
fn money_on_its_way_to_a_retired_account_can_be_shown_and_approved() {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let account = main_account();
    let retire = [("bank_account_id", account.as_str())];
    shop.world.advance(60);
    let retired = shop.staff(ANN).submit("/staff/banks/retire", &retire);
    assert_eq!(retired.status, 303);
    let shown = shop.view(&buyer)["transfer"].to_string();
    assert!(!shown.contains(account.as_str()), "{shown}");
    let seen_by_staff = |buyer: &Buyer| {
        let path = format!("/staff/orders/{}", buyer.number);
        shop.staff(RUTH).page(&path)
    };
    assert!(seen_by_staff(&buyer).contains(account.as_str()));
    // Whoever orders later was never led there.
    shop.world.advance(60);
    let later = shop.order_of(&order_body(), "order-key-of-somebody-else");
    assert!(!seen_by_staff(&later).contains(account.as_str()));
    let proof = shop.hand_in(&buyer, &png());
    let approved = shop.approve_now(&buyer, &proof, eur(11_900), "NTRF1");
    assert_eq!(told(&approved), "");
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}
