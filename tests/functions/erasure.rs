//! A buyer is forgotten: what names them goes, what the books need stays, and only when it is over.

use common::{Buyer, RUTH, Shop, approval, eur, staff, text};
use edgetill::review::Approval;
use serde_json::Value as Json;
use shared::payment::PayerName;
use shared::proof::RejectionCode;
use shared::proof::samples::png;

const DAY_S: i64 = 86_400;

/// An order that was paid by transfer at the second try, in the name of Ada.
fn paid_by_transfer() -> (Shop, Buyer) {
    let shop = Shop::with_bank();
    let buyer = shop.transferring();
    let first = shop.hand_in(&buyer, &png());
    shop.reject_now(&buyer, &first, RejectionCode::Unreadable, "")
        .expect("it waits");
    let second = shop.hand_in(&buyer, &png());
    let approval = Approval {
        payer_name: PayerName::parse("Zoë Ångström"),
        ..approval(&second, shop.seen(&buyer), eur(11_900), "NTRF1")
    };
    shop.approve_proof(&staff("ruth"), &approval)
        .expect("it waits");
    shop.run_cron(120);
    (shop, buyer)
}

/// Erases an order now, as `scripts/buyer.mjs` does; or why not.
fn erase(shop: &Shop, buyer: &Buyer) -> Result<(), String> {
    let sql = format!(
        "INSERT INTO erasures (order_number, erased_at, reason) VALUES ('{}', {}, 'asked for')",
        buyer.number,
        shop.now().0
    );
    let done = shop
        .world
        .database(|database| database.connection().execute_batch(&sql));
    done.map_err(|error| error.to_string())
}

/// Every text of the database, in one.
fn everything(shop: &Shop) -> String {
    let tables = shop.texts(
        "SELECT name AS text FROM sqlite_schema WHERE type = 'table'
         AND name NOT IN ('staff', 'staff_audit', 'provider_cache')",
    );
    let dump =
        |table: &String| Json::from(shop.rows(&format!("SELECT * FROM {table}"))).to_string();
    tables.iter().map(dump).collect()
}

/// The retention: a command erases a buyer's data; amounts, decisions and hashes stay.
#[test]
fn a_buyer_is_erased_and_the_books_stay() {
    let (shop, buyer) = paid_by_transfer();
    let books = [
        "SELECT * FROM transfers",
        "SELECT * FROM ledger_accounts",
        "SELECT * FROM decisions",
        "SELECT * FROM bank_receipts",
        "SELECT order_number, state, version, total_minor, tax_minor, quote, created_at FROM orders",
        "SELECT proof_id, sha256, size_bytes, uploaded_at, state FROM proofs",
        "SELECT order_number, version, event, actor, cause, at FROM order_history",
    ];
    let kept = || books.map(|sql| shop.rows(sql));
    let before = kept();
    assert!(everything(&shop).contains("Ada Lovelace"));
    let query = [("query", "Zoë Ångström")];
    let search = || text(&shop.staff(RUTH).submit("/staff/search", &query));
    assert!(search().contains(&buyer.number));
    shop.live_through(31 * DAY_S);
    assert_eq!(shop.world.blobs().len(), 2);
    erase(&shop, &buyer).expect("it is over");
    assert_eq!(kept(), before);
    let page = search();
    assert!(page.contains("No order was found."), "A20: {page}");
    let all = everything(&shop);
    for gone in [
        "Ada Lovelace",
        "ada@example.com",
        "Lovelace",
        "ångström",
        "proof.png",
        &buyer.token,
    ] {
        assert!(!all.contains(gone), "{gone}: {all}");
    }
    // The files go with cron, long before their own time.
    shop.run_cron(120);
    assert_eq!(shop.world.blobs().len(), 0);
    assert_eq!(
        shop.value("SELECT count(*) FROM proofs WHERE removed_at IS NULL"),
        0
    );
    // The link in old mails opens nothing; staff find what the books need.
    let link = format!("/orders/{}?token={}", buyer.number, buyer.token);
    assert_eq!(shop.get(&link).status, 404);
    let page = shop
        .staff(RUTH)
        .page(&format!("/staff/orders/{}", buyer.number));
    assert!(
        page.contains("119.00\u{a0}EUR") && page.contains("NTRF1"),
        "{page}"
    );
    assert!(erase(&shop, &buyer).is_err(), "once");
    shop.check_rows();
}

/// What is not over for 30 days, and what somebody works at, stays.
#[test]
fn nobody_is_erased_while_something_is_open() {
    let (shop, buyer) = paid_by_transfer();
    let too_early = Err("erasure_too_early".to_owned());
    assert_eq!(erase(&shop, &buyer), too_early);
    shop.live_through(29 * DAY_S);
    assert_eq!(erase(&shop, &buyer), too_early);
    let open = shop.order();
    assert_eq!(erase(&shop, &open), too_early, "an order that is not over");
    shop.live_through(2 * DAY_S);
    shop.world.database(|database| {
        database.execute(&format!(
            "INSERT INTO cases (kind, subject, order_number, evidence, opened_at)
             VALUES ('refund', 're_1', '{}', '{{}}', 1)",
            buyer.number
        ));
    });
    let open_work = Err("erasure_of_open_work".to_owned());
    assert_eq!(erase(&shop, &buyer), open_work);
    shop.world.database(|database| {
        database.execute("UPDATE cases SET closed_at = 2, closed_because = 'meant'");
    });
    assert_eq!(erase(&shop, &buyer), Ok(()));
}

/// An erasure opens no other door: without its row nothing can be rewritten, and with it only to
/// nothing.
#[test]
fn what_an_erasure_allows_is_to_forget_and_nothing_else() {
    let (shop, buyer) = paid_by_transfer();
    let attempts = [
        "UPDATE orders SET customer_email = 'erased@erased.invalid'",
        "UPDATE orders SET customer_email = 'eve@example.com'",
        "UPDATE orders SET paid_by = 'erased', state = 'cancelled'",
        "UPDATE orders SET customer_email = 'erased@erased.invalid', total_minor = 1",
        "UPDATE order_history SET paid_by = 'somebody'",
        "UPDATE order_history SET paid_by = 'erased', actor = 'somebody'",
        "UPDATE payments SET request = '', amount_minor = 1",
        "UPDATE payments SET paid_by = 'somebody'",
        "UPDATE payments SET paid_by = 'erased', payer_email = NULL, received_minor = 1",
        "UPDATE payments SET payer_name = 'somebody'",
        "UPDATE payments SET paid_by = 'erased', payer_email = NULL, payer_name = 'somebody'",
        "UPDATE proofs SET file_name = 'x'",
        "UPDATE proofs SET file_name = '', transfer_reference = '', sha256 = printf('%064d', 1)",
    ];
    let refused = |sql: &str| {
        let run = |database: &common::Database| database.connection().execute_batch(sql);
        shop.world.database(run).is_err()
    };
    for sql in attempts {
        assert!(refused(sql), "before: {sql}");
    }
    shop.live_through(31 * DAY_S);
    erase(&shop, &buyer).expect("it is over");
    for sql in &attempts[1..] {
        assert!(refused(sql), "after: {sql}");
    }
}
