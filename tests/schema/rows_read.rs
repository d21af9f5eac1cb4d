//! What a statement reads does not grow with the number of orders: each takes the same number of
//! steps of SQLite's machine in a small shop and in a large one.

use common::Database;
use rusqlite::types::Value;
use rusqlite::{Connection, StatementStatus, params_from_iter};
use shared::statement::Sql;
use shared::store;

use crate::parse::texts;

const FEW: u32 = 1_000;
/// A million takes a minute to make; `EDGETILL_ORDERS=1000000` asks for them.
const MANY: u32 = 200_000;

/// A shop of so many orders, each with all that belongs to it. A fifth of everything is due, and the
/// buyer `ada@example.com` has a fifth of the orders, so that what is searched for grows as well.
fn shop_of(orders: u32) -> Connection {
    // A database without a name is a file that SQLite removes when it is closed.
    let connection = Connection::open("").expect("a file");
    let schema = include_str!("../../schema.sql");
    connection
        .execute_batch("PRAGMA journal_mode = off; PRAGMA synchronous = off;")
        .expect("settings");
    connection.execute_batch(schema).expect("the schema");
    // Without triggers the rows are made faster, and in any state; afterwards they are all there.
    let triggers = texts(
        &Database::new(),
        "SELECT name || '|' || sql FROM sqlite_schema WHERE type = 'trigger'",
    );
    for trigger in &triggers {
        let (name, _) = trigger.split_once('|').expect("a name");
        let drop = format!("DROP TRIGGER {name}");
        connection.execute_batch(&drop).expect("a trigger");
    }
    let rows = ROWS.replace(":orders", &orders.to_string());
    connection.execute_batch(&rows).expect("the rows");
    for trigger in &triggers {
        let (_, sql) = trigger.split_once('|').expect("a text");
        connection.execute_batch(sql).expect("a trigger");
    }
    connection
        .execute_batch("PRAGMA journal_mode = memory; PRAGMA foreign_keys = on;")
        .expect("settings");
    connection
}

/// The order `n` is confirmed unless `n % 5` is 0: then it is unpaid, overdue, and its payment open.
const ROWS: &str = "
BEGIN;
CREATE TEMP TABLE n AS WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n
  WHERE n < :orders) SELECT n, printf('ORDER%09d', n) AS o, printf('PAYMT%09d', n) AS p FROM n;
INSERT INTO products (product_id, name) VALUES ('backup', 'Backup');
INSERT INTO prices VALUES ('backup', 12, 'EUR', 1000);
INSERT INTO tax_rates VALUES ('DE', '', '19', 'VAT');
INSERT INTO orders SELECT o, NULL, iif(n % 5, 'confirmed', 'unpaid'), 2, 'EUR', 1000, 0, 190, 1190,
  '{}', '{}', '{}', iif(n % 5, 'user' || n, 'ada') || '@example.com', printf('%064d', n), n, n + 9,
  iif(n % 5, NULL, n + 9), 0, iif(n % 5, printf('SUBSC%09d', n), NULL), iif(n % 5, 'Visa', NULL),
  iif(n % 5, n, NULL), NULL, '[]' FROM n;
INSERT INTO order_history SELECT o, 1, 'unpaid', 'unpaid', 'created', 'buyer', 'request', '',
  printf('%026d', n), n, NULL, NULL FROM n;
INSERT INTO order_history SELECT o, 2, 'unpaid', iif(n % 5, 'confirmed', 'unpaid'), 'paid', 'stripe',
  'event', '', printf('%026d', n + 1), n, iif(n % 5, 'S', NULL), iif(n % 5, 'Visa', NULL) FROM n;
INSERT INTO payments SELECT p, 'stripe', iif(n % 5, 'paid', 'open'), 'EUR', 1190, 'a=b', p,
  'cs_' || n, 'https://pay', n, iif(n % 5, 'pi_' || n, NULL), iif(n % 5, 1190, NULL),
  iif(n % 5, 'EUR', NULL), iif(n % 5, n, NULL), iif(n % 5, 'Visa', NULL),
  iif(n % 5 = 1, 'ada', 'user' || n) || '@example.com',
  iif(n % 5 = 1, 'ada lovelace', 'user ' || n), NULL, n, 0, 0, iif(n % 5, NULL, n + 9), 0, NULL,
  NULL FROM n;
INSERT INTO payment_allocations SELECT p, o, 1190, n % 5 = 0 FROM n;
INSERT INTO transfers SELECT 'capture:stripe:cs_' || n || ':' || o, 'provider:stripe:EUR',
  'order:' || o, 'EUR', 1190, 'event', n FROM n WHERE n % 5;
INSERT INTO ledger_accounts SELECT 'order:' || o, 'order', 'EUR', 0, 1190 FROM n WHERE n % 5;
INSERT INTO inbox SELECT 'stripe', 'evt_' || n, 't', 'cs_' || n, NULL, p, printf('%064d', n), 'transmission_' || n,
  iif(n % 5, 'done', 'parked'), '', n, iif(n % 5, NULL, n), 0 FROM n;
INSERT INTO outbox SELECT 'mail', o, o, '{}', iif(n % 5, 'sent', 'pending'), n, iif(n % 5, NULL, n),
  0, '', NULL FROM n;
INSERT INTO cases SELECT 'money_late', 'cs_' || n, o,
  json_object('unapplied', json_object('amount', 1190, 'currency', 'EUR')), NULL, n, iif(n % 5, n, NULL),
  iif(n % 5, 'told', NULL) FROM n;
INSERT INTO idempotency SELECT 'create_order', printf('%020d', n), printf('%064d', n), o, n FROM n;
INSERT INTO provider_cache SELECT 'paypal_key', 'cert-' || n, 'key', 2000000000 FROM n;
INSERT INTO job_runs SELECT n, 'run', n, 0, 0, '{}' FROM n;
INSERT INTO bank_accounts SELECT 'main-' || value, 'EUR', 'Bank', 'Shop', 'DE02 1203', '', '', value,
  'ada', 1, NULL, NULL FROM json_each('[1, 2, 3]');
INSERT INTO proofs SELECT printf('DOCUM%09d', n), o, p, 'main-1', 'proofs/' || printf('%026d', n),
  printf('%064d', n % 1000 + n), 9, 'image/png', 4, 5, 'a.png', 'REF' || n, n,
  iif(n % 5, 'approved', 'waiting'), NULL FROM n WHERE n <> 20;
INSERT INTO bank_receipts SELECT 'main-1', 'NTRF' || n, 'EUR', 1190, '2026-11-21', 1190, NULL FROM n
  WHERE n % 5;
-- What the order 30 shows is shown for others as well.
UPDATE proofs SET sha256 = printf('%064d', 60) WHERE proof_id = 'DOCUM000000035';
UPDATE proofs SET transfer_reference = 'REF30' WHERE proof_id = 'DOCUM000000040';
INSERT INTO bank_receipts VALUES ('main-1', 'REF30', 'EUR', 1190, '2026-11-21', 0, NULL);
INSERT INTO decisions SELECT printf('%026d', n + 1), o, p, printf('DOCUM%09d', n), 'approved',
  'staff:ruth@shop.test',
  NULL, n, 'EUR', 1190, '2026-11-21', 'main-1', 'NTRF' || n, NULL, '', NULL FROM n WHERE n % 5;
INSERT INTO decisions SELECT 'H' || printf('%025d', n), o, NULL, NULL, 'proposed', 'staff:ruth@shop.test',
  NULL, n, 'EUR', 1190, '2026-11-21', 'main-1', 'NTRF' || n, NULL, '', NULL FROM n WHERE n % 5 = 0;
INSERT INTO removals SELECT 'proofs/' || printf('%026d', n), NULL, n, 0 FROM n;
-- The orders 20, 25 and 30 are paid by transfers: open, about to begin, and in review.
UPDATE payments SET method = 'bank', session_url = NULL
  WHERE payment_id IN ('PAYMT000000020', 'PAYMT000000030');
UPDATE payments SET method = 'bank', state = 'starting', session_id = NULL, session_url = NULL
  WHERE payment_id = 'PAYMT000000025';
UPDATE payments SET state = 'processing' WHERE payment_id = 'PAYMT000000030';
INSERT INTO staff VALUES ('ruth@shop.test', 'reviewer', 1, NULL);
INSERT INTO staff SELECT printf('user%09d@shop.test', n), 'support', n, n FROM n;
INSERT INTO staff_audit SELECT n, printf('%026d', n), 'ruth@shop.test', 'resolve_case', 'x', '{}'
  FROM n;
-- The order 10 is about to be paid: its payment has only begun; and 15 has none.
UPDATE payments SET state = 'starting', session_id = NULL, session_url = NULL
  WHERE payment_id = 'PAYMT000000010';
UPDATE payments SET state = 'closed', due_at = NULL WHERE payment_id = 'PAYMT000000015';
UPDATE payment_allocations SET live = 0 WHERE order_number = 'ORDER000000015';
INSERT INTO payments SELECT 'PAYMTSTARTING1', method, 'starting', currency, amount_minor, request,
  'k', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, created_at, 0, 0, due_at, 0, NULL,
  NULL FROM payments WHERE payment_id = 'PAYMT000000010';
INSERT INTO coupons SELECT printf('COUPN%09d', n), '{}', 'active', 1, NULL, 1000000, 3, n % 5, '', 'staff',
  n, iif(n % 5, o, NULL), 0 FROM n;
INSERT INTO coupon_disputes SELECT o, 'du_1', n % 5 = 2 FROM n;
INSERT INTO cases SELECT 'coupons_used', o, o, '{}', NULL, n, NULL, NULL FROM n;
INSERT INTO redemptions SELECT o, 'COUPN000000001', 'user' || n || '@example.com', 1, 'consumed', n, n,
  n, NULL FROM n WHERE n % 5;
INSERT INTO redemptions VALUES ('ORDER000000030', 'COUPN000000001', 'ada@example.com', 1, 'held', 30, NULL,
  NULL, NULL);
INSERT INTO email_codes SELECT 'order', o, 1, printf('%026d', n), n, n + 900, 1, iif(n % 5, n, NULL)
  FROM n;
INSERT INTO refunds SELECT o, 2, p, 0, '[]' FROM n WHERE n % 5;
-- A refund of the order 6 is about to be booked.
INSERT INTO order_history SELECT order_number, 3, to_state, to_state, 'refunded', actor, cause, reason,
  printf('%026d', 9), at, NULL, NULL FROM order_history WHERE order_number = 'ORDER000000006' AND version = 2;
INSERT INTO attempts SELECT 'client:' || n, n, 1, 20 FROM n;
UPDATE orders SET discount_minor = 10, total_minor = 1180,
  quote = json_object('coupon', 'COUPN000000001') WHERE order_number = 'ORDER000000015';
COMMIT;
";

/// Values for a statement's parameters that make it find something, as D1 binds them.
fn values(sql: Sql) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let none = || Value::Null;
    let int = |int: i32| Value::Real(int.into());
    let hash = || text(&"0".repeat(64));
    let token = || text(&"0".repeat(26));
    let (paid, open, starting) = ("PAYMT000000001", "PAYMT000000005", "PAYMT000000010");
    let order = "ORDER000000005";
    match sql.name {
        "OPEN_CASE" => vec![text("new"), text("s"), text(order), text("{}"), int(9)],
        "CLOSE_CASE" => vec![text("money_late"), text("cs_5"), int(99), text("told")],
        "TAKE_FROM_CASE" => vec![
            text("[\"money_late\"]"),
            text("cs_5"),
            int(1),
            int(99),
            text("told"),
        ],
        "MONEY_ASIDE" => vec![text(order)],
        "RESOLVE_CASE" => {
            let note = text("told");
            vec![
                text("money_late"),
                text("cs_5"),
                int(99),
                note,
                text("staff:ruth"),
            ]
        }
        "OPEN_CASES" => vec![int(5), text("money_late"), text("cs_5")],
        "CASE" => vec![text("money_late"), text("cs_5")],
        "MEMBER" => vec![text("ruth@shop.test")],
        "MEMBERS" => vec![text("a")],
        "ADMIT_MEMBER" => vec![text("tim@shop.test"), text("support"), int(9)],
        "DISABLE_MEMBER" => vec![text("ruth@shop.test"), int(9)],
        "INSERT_AUDIT" => {
            let (who, what) = (text("ruth@shop.test"), text("resolve_case"));
            vec![int(9), token(), who, what, text("refund/re_1"), text("{}")]
        }
        "AUDIT_BY_TOKEN" => vec![int(7), text(&format!("{:026}", 7))],
        "AUDIT" => vec![],
        "PRODUCTS" | "LAST_RUN" => vec![],
        "COUPON" => vec![text("COUPN000000001")],
        "HOLD_USE" => {
            let (order, code) = (text("ORDER000000015"), text("COUPN000000001"));
            vec![order, code, text("ada@example.com"), int(9)]
        }
        "ISSUE_CODES" => {
            let (codes, terms) = (text(r#"["KNEW0000000001"]"#), text("{}"));
            vec![
                codes,
                terms,
                int(9),
                int(99),
                int(1),
                text("ORDER000000001"),
                int(1),
            ]
        }
        "CODES_OF_ORDER" => vec![text("ORDER000000001")],
        "STOP_CODES" => vec![text("ORDER000000001")],
        "TURN_CODES" => vec![text("ORDER000000001"), text("paused")],
        "DISPUTE_CODES" => vec![text("ORDER000000001"), text("du_1"), int(1)],
        "CLOSE_USED_CASE" => vec![text("ORDER000000002"), int(9), text("told")],
        "CASE_OF_CODES" => vec![text("ORDER000000001"), int(9), text("coupons_used")],
        "ALERT_OF_CODES" => {
            let (kind, key) = (text("mail_staff_alert"), text("coupons_used/x"));
            let of = text("coupons_used");
            vec![text("ORDER000000001"), kind, key, text("{}"), int(9), of]
        }
        "INSERT_COUPON" => vec![
            text("KNEW0000000001"),
            text("{}"),
            int(9),
            none(),
            int(1),
            int(1),
            text(""),
            text("staff:ann@shop.test"),
            int(9),
        ],
        "COUPONS_OF_STAFF" => vec![int(500), text("COUPN000000001")],
        "COUPON_FOR_STAFF" => vec![text("COUPN000000001")],
        "TURN_COUPON" => vec![text("COUPN000000001"), text("paused")],
        "USES_OF_COUPON" => vec![text("COUPN000000001")],
        "ORDERS_BY_COUPON" => vec![text("COUPN000000006")],
        "USE_BY_ORDER" => vec![text("COUPN000000001"), text("ORDER000000001")],
        "RESTORE_USE" => {
            let (code, order) = (text("COUPN000000001"), text("ORDER000000001"));
            vec![code, order, int(9), text("told")]
        }
        "CODE_OF_ORDER" => vec![text("ORDER000000030")],
        "INSERT_CODE" => vec![text("ORDER000000030"), int(2), token(), int(90), int(99)],
        "COUNT_CODE_TRY" => vec![text("ORDER000000030"), int(1)],
        "CODE_CONFIRMED" => vec![text("ORDER000000030"), int(1), int(99)],
        "COUNT_TRY" => vec![text("client:7"), int(9), int(20)],
        "PRUNE_TRIES" => vec![int(500)],
        "PRICES" => vec![text(r#"["backup"]"#), text("EUR")],
        "PLANS" => vec![text(r#"["backup"]"#)],
        "TAX_RATE" => vec![text("DE"), text("NY")],
        "INSERT_KEY" | "KEEP_KEY" => vec![
            text("start_payment"),
            text("key-of-20-characters"),
            hash(),
            text(order),
            int(9),
        ],
        "KEY" => vec![text("create_order"), text("00000000000000000007")],
        "INSERT_EVENT" => vec![
            text("stripe"),
            text("evt_new"),
            text("t"),
            text("o"),
            none(),
            none(),
            hash(),
            text("transmission_new"),
            text("parked"),
            text(""),
            int(9),
            int(9),
        ],
        "KNOWN_EVENT" => vec![text("stripe"), text("evt_7"), text("transmission_7")],
        "KNOWN_EVENTS" => vec![text("stripe"), text(r#"["evt_7", "evt_new"]"#)],
        "LEASE_EVENTS" | "LEASE_ORDERS" | "LEASE_MESSAGES" | "LEASE_PAYMENTS" => {
            vec![int(500), int(2_000_000_000), int(8)]
        }
        "EVENT_ENDED" => vec![text("stripe"), text("evt_5"), text("done"), text("")],
        "EVENT_DUE" => vec![text("stripe"), text("evt_5"), int(99), text("")],
        "FIND_CACHED" => vec![text("paypal_key"), text("cert-7"), int(9)],
        "PUT_CACHED" => vec![text("paypal_key"), text("cert-7"), text("new"), int(99)],
        "FORGET_CACHED" => vec![text("paypal_key"), text("cert-7"), text("key")],
        "INSERT_RUN" => {
            let run = text("new");
            vec![int(3), run, int(3), int(0), int(0), text("{}")]
        }
        "PRUNE_RUNS" => vec![int(500)],
        "LEASE_CURSORS" => vec![int(1), int(2)],
        "MOVE_CURSOR" => vec![text("stripe"), text("1:evt_1"), none()],
        "INSERT_TRANSFER" => vec![
            text("capture:new"),
            text("provider:stripe:EUR"),
            text("order:ORDER000000005"),
            text("EUR"),
            int(1190),
            text("event"),
            int(9),
        ],
        "INSERT_REFUND" => vec![
            text("ORDER000000006"),
            int(3),
            text("PAYMT000000006"),
            int(1),
            text("[]"),
        ],
        "INSERT_ORDER" => vec![
            text("ORDERNEWNUMBER"),
            text("EUR"),
            int(1000),
            int(0),
            int(190),
            int(1190),
            text("{}"),
            text("{}"),
            text("{}"),
            text("ada@example.com"),
            hash(),
            int(9),
            int(99),
            text("[]"),
            int(99),
        ],
        "INSERT_HISTORY" => vec![
            text(order),
            int(3),
            text("unpaid"),
            text("expired"),
            text("expired"),
            text("cron"),
            text("deadline"),
            text(""),
            token(),
            int(9),
            none(),
            none(),
        ],
        "ORDER_BY_NUMBER" | "ORDERS_BY_NUMBER" | "HISTORY" | "PAYMENTS_OF_ORDER"
        | "CASES_OF_ORDER" => vec![text(order)],
        "MOVEMENTS_OF_ORDER" => vec![text("ORDER000000001")],
        "ORDERS_BY_PROVIDER_REFERENCE" => vec![text("pi_1")],
        "ORDER_DUE" => vec![text(order), int(99)],
        "ORDER_OF_CHECKOUT" | "PAYMENT_OF_CHECKOUT" => {
            vec![text("stripe"), text("cs_1"), text(open)]
        }
        "ORDER_OF_PAYMENT" | "ORDERS_BY_PAYMENT_ID" | "PAYMENT_BY_ID" => vec![text(paid)],
        "ORDER_OF_MESSAGE" | "PENDING_MESSAGE" | "MESSAGE_SENT" => vec![text("mail"), text(order)],
        "HISTORY_BY_TOKEN" => vec![text(order), text(&format!("{:026}", 6))],
        "ORDERS_BY_CUSTOMER_EMAIL" | "ORDERS_BY_PAYER_EMAIL" => vec![text("ada@example.com")],
        "ORDERS_BY_PAYER_NAME" => vec![text("ada lovelace")],
        "ORDERS_BY_SUBSCRIPTION_ID" => vec![text("SUBSC000000001")],
        "INSERT_MESSAGE" => {
            let (kind, key) = (text("new"), text(order));
            vec![kind, key, text(order), text("{}"), int(9), int(9)]
        }
        "MESSAGE_RETRY" | "MESSAGE_WAITS" => vec![text("mail"), text(order), int(99), text("503")],
        "MESSAGE_DEAD" => vec![text("mail"), text(order), text("503")],
        "INSERT_PAYMENT" => vec![
            text("PAYMTNEWNUMBER"),
            text("stripe"),
            text("EUR"),
            int(1190),
            text("a=b"),
            text("k"),
            int(9),
            int(99),
        ],
        "INSERT_ALLOCATION" => {
            vec![text("PAYMTSTARTING1"), text("ORDER000000015"), int(1190)]
        }
        "PAYMENT_OPENED" => vec![text(starting), text("cs_new"), text("https://pay"), int(99)],
        "PAYMENT_BOUND" => vec![text(starting), text("cs_new")],
        "PAYMENT_CAPTURING" => vec![text(open), text("cs_5"), int(0)],
        "PAYMENT_DECLINED" => vec![text(open), int(0)],
        "PAYMENT_MOVED" => vec![text(open), text("failed"), text("declined"), none()],
        "PAYMENT_PAID" => vec![
            text(open),
            text("pi_5"),
            int(1190),
            text("EUR"),
            text("Visa"),
            text("ada@example.com"),
            int(9),
            text("ada lovelace"),
        ],
        "PAYMENT_UNCONFIRMED" | "PAYMENT_DUE" => vec![text(open), int(99)],
        "PAYMENT_BY_CAPTURE" | "ORDER_BY_CAPTURE" => vec![text("stripe"), text("pi_1")],
        "ACCOUNTS_FOR_ORDER" | "PROOFS_OF_ORDER" | "DECISIONS_OF_ORDER" => {
            vec![text("ORDER000000001")]
        }
        "QUEUE" => vec![int(5), text("A")],
        "SIGNED_BY_HAND" => Vec::new(),
        "PROOFS_OF_SAME_FILE" | "PROOFS_OF_SAME_TRANSFER" | "RECEIPT_OF_PROOF" => {
            vec![text("ORDER000000030")]
        }
        "ACCOUNTS" => vec![text("a")],
        "INSERT_ACCOUNT" => vec![
            text("new-eur"),
            text("EUR"),
            text("Bank"),
            text("Shop"),
            text("DE02 9999"),
            text(""),
            text(""),
            text("staff:ann@shop.test"),
            int(9),
        ],
        "RETIRE_ACCOUNT" => vec![text("main-3"), text("staff:ann@shop.test"), int(9)],
        "ACCOUNT_BY_ID" => vec![text("main-1")],
        "PROOF_BY_ID" | "PROOF_SUPERSEDED" => vec![text("DOCUM000000005")],
        "PROOF_REMOVED" => vec![text("DOCUM000000001"), int(9)],
        "INSERT_PROOF" => vec![
            text("DOCUMNEWNUMBER"),
            text("ORDER000000020"),
            text("PAYMT000000020"),
            text("main-1"),
            text(&format!("proofs/{:026}", 20)),
            hash(),
            int(9),
            text("application/pdf"),
            none(),
            none(),
            text("a.pdf"),
            text("REF"),
            int(9),
        ],
        "INSERT_RECEIPT" => vec![
            text("main-1"),
            text("NEW"),
            text("EUR"),
            int(1190),
            text("2026-11-21"),
        ],
        "INSERT_DECISION" => vec![
            text(&format!("{:026}", 31)),
            text("ORDER000000030"),
            text("PAYMT000000030"),
            text("DOCUM000000030"),
            text("rejected"),
            text("staff:ruth@shop.test"),
            none(),
            int(9),
            none(),
            none(),
            none(),
            none(),
            none(),
            text("other"),
            text(""),
            none(),
        ],
        "ORDER_OF_DECISION" => vec![text(&format!("{:026}", 2))],
        "INSERT_REMOVAL" => vec![text(&format!("proofs/{}", "N".repeat(26))), none(), int(9)],
        "LEASE_REMOVALS" => vec![int(500), int(2_000_000_000), int(8)],
        "DECISIONS_OF_RECEIPT" => vec![text("NTRF1"), text("main-1")],
        "RECEIPT_AS_READ" => vec![text("NTRF1"), text("main-1"), int(1190)],
        "ORDERS_BY_BANK_REFERENCE" => vec![text("NTRF1")],
        "REMOVAL_DUE" => vec![text(&format!("proofs/{:026}", 5)), int(9)],
        "REMOVAL_DONE" => vec![text(&format!("proofs/{:026}", 5))],
        "TRANSFER_OPENED" => vec![text("PAYMT000000025"), int(99)],
        "TRANSFER_IN_REVIEW" => vec![text("PAYMT000000020"), int(99)],
        "TRANSFER_REOPENED" => vec![text("PAYMT000000030"), int(99)],
        "TRANSFER_CLOSED" => vec![text("ORDER000000020")],
        "PAYMENT_REVERSED" => vec![text(paid), int(9)],
        "TRANSFERS_OF_CAPTURE" => vec![text("stripe:cs_1"), text("ORDER000000001")],
        other => panic!("give values for {other}"),
    }
}

/// Runs a statement and undoes it: the steps it took, and the rows it found or changed.
fn run(connection: &Connection, sql: Sql) -> (i32, u64) {
    let transaction = connection.unchecked_transaction().expect("a transaction");
    let before = transaction.total_changes();
    let (steps, mut found) = {
        let mut statement = transaction.prepare(sql.text).expect(sql.name);
        let mut rows = statement
            .query(params_from_iter(values(sql)))
            .expect(sql.name);
        let mut found = 0;
        while rows
            .next()
            .unwrap_or_else(|error| panic!("{}: {error}", sql.name))
            .is_some()
        {
            found += 1;
        }
        drop(rows);
        (statement.get_status(StatementStatus::VmStep), found)
    };
    found += transaction.total_changes() - before;
    transaction.rollback().expect("a rollback");
    (steps, found)
}

#[test]
fn every_statement_takes_as_many_steps_in_a_large_shop_as_in_a_small_one() {
    let many = std::env::var("EDGETILL_ORDERS").map_or(MANY, |text| text.parse().expect("a count"));
    let (small, large) = (shop_of(FEW), shop_of(many));
    println!("steps at {FEW} and at {many} orders:");
    for sql in store::all() {
        let (steps_few, found_few) = run(&small, sql);
        let (steps_many, found_many) = run(&large, sql);
        println!("{steps_few:>7} {steps_many:>7}  {}", sql.name);
        assert!(found_few > 0, "{} found nothing", sql.name);
        assert_eq!(found_few, found_many, "{}", sql.name);
        assert_eq!(steps_few, steps_many, "{}", sql.name);
    }
}

#[test]
fn the_steps_would_tell_a_scan() {
    let (small, large) = (shop_of(10), shop_of(20));
    let scan = Sql {
        name: "PRODUCTS",
        text: "SELECT * FROM orders WHERE paid_by = 'Visa'",
    };
    assert!(run(&small, scan).0 < run(&large, scan).0);
}
