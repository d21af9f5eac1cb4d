//! A small world with a row of every kind, made by the same steps as the product makes it.

use common::Database;

/// The schema with the rows of [`ROWS`].
pub(crate) fn seeded() -> Database {
    let database = Database::new();
    database.execute(ROWS);
    database
}

/// Ten orders: one whose buyer was erased, two with a coupon, of which one holds a use of it, without a payment, with one that starts, with one that is open, confirmed, cancelled
/// after its payment was closed, with a transfer whose proof waits, and confirmed by a transfer. Each
/// costs 11.90 EUR.
const ROWS: &str = "
INSERT INTO products (product_id, name) VALUES ('backup', 'Backup');
INSERT INTO prices VALUES ('backup', 12, 'EUR', 1000);
INSERT INTO tax_rates VALUES ('DE', '', '19', 'VAT');

INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor,
  tax_minor, total_minor, quote, customer, billing, customer_email, token_hash, created_at,
  expires_at, due_at)
SELECT value, 'unpaid', 1, 'EUR', 1000, 0, 190, 1190, '{}', '{}', '{}', 'ada@example.com',
  printf('%064d', 0), 100, 200, 200
FROM json_each('[\"ORDERUNPAID001\", \"ORDERSTARTING1\", \"ORDERPAYING001\", \"ORDERCONFIRMED\",
  \"ORDERCANCELLED\", \"ORDERTRANSFER1\", \"ORDERBYTRANSF1\"]');
INSERT INTO order_history
SELECT order_number, 1, 'unpaid', 'unpaid', 'created', 'buyer', 'request', '', printf('%026d', 1),
  100, NULL, NULL FROM orders;
INSERT INTO idempotency VALUES ('create_order', 'key-of-20-characters', printf('%064d', 0),
  'ORDERUNPAID001', 100);
INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, due_at)
SELECT 'mail_order_received', order_number, order_number, '{}', 100, 145 FROM orders;

INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key,
  created_at, due_at)
SELECT value, 'stripe', 'starting', 'EUR', 1190, 'a=b', 'pay-' || value, 110, 200
FROM json_each('[\"PAYMENTSTART01\", \"PAYMENTOPEN001\", \"PAYMENTPAID001\", \"PAYMENTCLOSED1\"]');
INSERT INTO payment_allocations (payment_id, order_number, amount_minor) VALUES
  ('PAYMENTSTART01', 'ORDERSTARTING1', 1190), ('PAYMENTOPEN001', 'ORDERPAYING001', 1190),
  ('PAYMENTPAID001', 'ORDERCONFIRMED', 1190), ('PAYMENTCLOSED1', 'ORDERCANCELLED', 1190);
UPDATE payments SET state = 'open', session_id = 'cs_' || payment_id, session_url = 'https://pay',
  session_expires_at = 2000 WHERE payment_id <> 'PAYMENTSTART01';

INSERT INTO transfers VALUES ('capture:stripe:cs_1:ORDERCONFIRMED', 'provider:stripe:EUR',
  'order:ORDERCONFIRMED', 'EUR', 1190, 'event evt_1', 120);
UPDATE payments SET state = 'paid', capture_ref = 'pi_1', received_minor = 1190,
  received_currency = 'EUR', paid_at = 120, paid_by = 'Visa', payer_email = 'ada@example.com',
  payer_name = 'ada lovelace', due_at = NULL WHERE payment_id = 'PAYMENTPAID001';
INSERT INTO order_history VALUES ('ORDERCONFIRMED', 2, 'unpaid', 'confirmed', 'confirmed',
  'provider:stripe', 'event evt_1', '', printf('%026d', 2), 120, 'SUBSCRIPTION01', 'Visa');
INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, due_at)
VALUES ('release', 'ORDERCONFIRMED', 'ORDERCONFIRMED', '{}', 120, 165);
UPDATE outbox SET state = 'sent', due_at = NULL WHERE kind = 'release';
INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, due_at)
VALUES ('mail_payment_confirmed', 'ORDERCONFIRMED', 'ORDERCONFIRMED', '{}', 120, 165);
UPDATE outbox SET state = 'dead', due_at = NULL WHERE kind = 'mail_payment_confirmed';

UPDATE payments SET state = 'closed', due_at = NULL WHERE payment_id = 'PAYMENTCLOSED1';
INSERT INTO order_history VALUES ('ORDERCANCELLED', 2, 'unpaid', 'cancelled', 'cancelled', 'buyer',
  'request', '', printf('%026d', 3), 130, NULL, NULL);

INSERT INTO inbox VALUES ('stripe', 'evt_1', 'checkout.session.completed', 'cs_1', NULL,
  'PAYMENTPAID001', printf('%064d', 0), NULL, 'done', 'settled', 120, NULL, 0);
INSERT INTO inbox VALUES ('paypal', 'WH-1', 'CHECKOUT.ORDER.APPROVED', '5O1', NULL, NULL,
  printf('%064d', 0), 'transmission', 'ignored', 'not a checkout of ours', 120, NULL, 0);
INSERT INTO inbox VALUES ('stripe', 'evt_2', 'refund.created', 're_9', 'pi_9', NULL, printf('%064d', 0), NULL,
  'parked', 'no payment yet', 120, 150, 0);
INSERT INTO bank_accounts (bank_account_id, currency, bank_name, holder, account_number, added_by,
  added_at, retired_by, retired_at) VALUES
  ('main-eur', 'EUR', 'Bank', 'Shop', 'DE02 1203', 'operator', 100, NULL, NULL),
  ('old-eur', 'EUR', 'Bank', 'Shop', 'DE02 1204', 'operator', 90, 'operator', 95),
  ('main-usd', 'USD', 'Bank', 'Shop', 'US02 1203', 'operator', 100, NULL, NULL);
INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key,
  created_at)
SELECT value, 'bank', 'starting', 'EUR', 1190, '', '', 110
FROM json_each('[\"PAYMENTBANK001\", \"PAYMENTBANK002\"]');
INSERT INTO payment_allocations (payment_id, order_number, amount_minor) VALUES
  ('PAYMENTBANK001', 'ORDERTRANSFER1', 1190), ('PAYMENTBANK002', 'ORDERBYTRANSF1', 1190);
UPDATE payments SET state = 'open', session_id = payment_id, session_expires_at = 2000
WHERE method = 'bank';
INSERT INTO removals (object_key, due_at) SELECT 'proofs/' || printf('%026d', value), 300
FROM json_each('[1, 2, 3]');
INSERT INTO proofs (proof_id, order_number, payment_id, bank_account_id, object_key, sha256,
  size_bytes, media_type, width_px, height_px, file_name, transfer_reference, uploaded_at) VALUES
  ('DOCUMENT000001', 'ORDERTRANSFER1', 'PAYMENTBANK001', 'main-eur', 'proofs/' || printf('%026d', 1),
   printf('%064d', 1), 9, 'image/png', 4, 5, 'a.png', 'REF1', 120),
  ('DOCUMENT000002', 'ORDERBYTRANSF1', 'PAYMENTBANK002', 'main-eur', 'proofs/' || printf('%026d', 2),
   printf('%064d', 2), 9, 'application/pdf', NULL, NULL, 'a.pdf', '', 120);
INSERT INTO order_history
SELECT order_number, 2, 'unpaid', 'in_review', 'proof_submitted', 'buyer', 'request', '',
  printf('%026d', 20), 120, NULL, NULL FROM proofs;
UPDATE payments SET state = 'processing', due_at = 1920 WHERE method = 'bank';
INSERT INTO transfers VALUES ('capture:bank:PAYMENTBANK002:ORDERBYTRANSF1', 'provider:bank:EUR',
  'order:ORDERBYTRANSF1', 'EUR', 1190, 'proof', 130);
UPDATE payments SET state = 'paid', capture_ref = 'd', received_minor = 1190, received_currency = 'EUR',
  paid_at = 130, paid_by = 'bank transfer', payer_name = 'ada lovelace', due_at = NULL
WHERE payment_id = 'PAYMENTBANK002';
INSERT INTO order_history VALUES ('ORDERBYTRANSF1', 3, 'in_review', 'confirmed', 'confirmed',
  'staff:ruth@shop.test', 'proof', '', printf('%026d', 21), 130, 'SUBSCRIPTION02', 'bank transfer');
INSERT INTO bank_receipts (bank_account_id, bank_reference, currency, amount_minor, value_date)
VALUES ('main-eur', 'NTRF1', 'EUR', 1190, '2026-11-21');
INSERT INTO staff VALUES ('ruth@shop.test', 'reviewer', 100, NULL), ('ann@shop.test', 'admin', 100, NULL),
  ('tom@shop.test', 'admin', 100, 110);
INSERT INTO decisions VALUES (printf('%026d', 21), 'ORDERBYTRANSF1', 3, 'PAYMENTBANK002',
  'DOCUMENT000002', 'approved', 'staff:ruth@shop.test', NULL, 130, 'EUR', 1190, '2026-11-21', 'main-eur',
  'NTRF1', NULL, '', NULL);

INSERT INTO coupons (coupon_code, terms, starts_at, ends_at, uses_max, uses_per_customer, note, made_by,
  made_at)
SELECT value, '{}', 100, 900, 2, 2, '', 'staff:ann@shop.test', 90
FROM json_each('[\"KCOUPON0000001\", \"KCOUPON0000002\"]');
INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor,
  tax_minor, total_minor, quote, customer, billing, customer_email, token_hash, created_at,
  expires_at, due_at)
SELECT value, 'unpaid', 1, 'EUR', 1000, 100, 171, 1071, '{\"coupon\": \"KCOUPON0000001\"}', '{}', '{}',
  'Ada@example.com', printf('%064d', 0), 100, 200, 200
FROM json_each('[\"ORDERWITHCOUP1\", \"ORDERWITHCOUP2\"]');
INSERT INTO order_history
SELECT order_number, 1, 'unpaid', 'unpaid', 'created', 'buyer', 'request', '', printf('%026d', 1),
  100, NULL, NULL FROM orders WHERE discount_minor > 0;
INSERT INTO redemptions (order_number, coupon_code, customer, slot, held_at)
VALUES ('ORDERWITHCOUP1', 'KCOUPON0000001', 'ada@example.com', 1, 100);
INSERT INTO email_codes VALUES ('order', 'ORDERWITHCOUP1', 1, printf('%026d', 1), 100, 1000, 0, NULL);
INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at, issued_by)
VALUES ('KISSUED0000001', '{}', 120, 1, '', 'order', 120, 'ORDERCONFIRMED');
INSERT INTO coupon_disputes VALUES ('ORDERCONFIRMED', 'du_1', 0);
INSERT INTO attempts VALUES ('client:1', 100, 1, 20);
INSERT INTO order_history VALUES ('ORDERCONFIRMED', 3, 'confirmed', 'confirmed', 'refunded',
  'provider:stripe', 'event evt_3', '', printf('%026d', 6), 140, NULL, NULL);
INSERT INTO refunds VALUES ('ORDERCONFIRMED', 3, 'PAYMENTPAID001', 100, '[]');

INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor,
  tax_minor, total_minor, quote, customer, billing, customer_email, token_hash, created_at,
  expires_at, due_at)
VALUES ('ORDERERASED001', 'unpaid', 1, 'EUR', 1000, 0, 190, 1190, '{}', '{}', '{}', 'eve@example.com',
  printf('%064d', 0), 100, 200, 200);
INSERT INTO order_history VALUES
  ('ORDERERASED001', 1, 'unpaid', 'unpaid', 'created', 'buyer', 'request', '', printf('%026d', 1), 100,
   NULL, NULL),
  ('ORDERERASED001', 2, 'unpaid', 'cancelled', 'cancelled', 'buyer', 'request', '',
   printf('%026d', 5), 130, NULL, NULL);
INSERT INTO erasures VALUES ('ORDERERASED001', 2592130, 'asked for');

INSERT INTO cases (kind, subject, order_number, evidence, owner, opened_at)
VALUES ('money_late', 'cs_1', 'ORDERCANCELLED', '{}', 'ada', 140);
INSERT INTO cases (kind, subject, evidence, opened_at, closed_at, closed_because)
VALUES ('refund', 're_1', '{}', 140, 150, 'meant');
INSERT INTO staff_audit VALUES (150, printf('%026d', 4), 'ruth@shop.test', 'resolve_case', 'refund/re_1', '{}');
INSERT INTO provider_cache VALUES ('paypal_token', 'app', 'token', 900);
INSERT INTO job_runs VALUES (160, 'run', 161, 1, 0, '{}');
";
