//! What a statement reads does not grow with the number of orders: each takes the same number of
//! steps of SQLite's machine in a small shop and in a large one.

use common::Database;
use rusqlite::{Connection, StatementStatus, params_from_iter};
use shared::statement::Sql;
use shared::store;

use crate::parse::texts;
use crate::values::values;

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
INSERT INTO tax_rates VALUES ('DE', '', '19', 'VAT'), ('DE', 'by', '19', 'VAT');
INSERT INTO orders SELECT o, NULL, iif(n % 5, 'confirmed', 'unpaid'), 2, 'EUR', 1000, 0, 190, 1190,
  '{}', '{}', '{}', iif(n % 5, 'user' || n, 'ada') || '@example.com', printf('%064d', n), n, n + 9,
  iif(n % 5, NULL, n + 9), 0, iif(n % 5, printf('SUBSC%09d', n), NULL), iif(n % 5, 'Visa', NULL),
  iif(n % 5, n, NULL), NULL, '[]', NULL, 0 FROM n;
-- The order 45 takes the place of 40, and that of 35.
UPDATE orders SET replaces = printf('ORDER%09d', substr(order_number, 6) - 5)
  WHERE order_number IN ('ORDER000000040', 'ORDER000000045');
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
INSERT INTO decisions SELECT printf('%026d', n + 1), o, n, p, printf('DOCUM%09d', n), 'approved',
  'staff:ruth@shop.test',
  NULL, n, 'EUR', 1190, '2026-11-21', 'main-1', 'NTRF' || n, NULL, '', NULL FROM n WHERE n % 5;
INSERT INTO decisions SELECT 'H' || printf('%025d', n), o, n, NULL, NULL, 'proposed', 'staff:ruth@shop.test',
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
-- A payment that nobody began is about to be found.
INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key, created_at)
  VALUES ('PAYMTFOUNDOVER', 'stripe', 'closed', 'EUR', 1190, '', '', 10);
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
