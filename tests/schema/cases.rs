//! What breaks each guard: one line per guard, checked for completeness by `guards`.

/// Something that must be refused.
#[derive(Debug)]
pub(crate) struct Case {
    /// The table whose guard it is.
    pub(crate) table: &'static str,
    /// A part of the refusal.
    pub(crate) says: &'static str,
    /// What is done.
    pub(crate) how: How,
}

/// How a guard is broken.
#[derive(Debug)]
pub(crate) enum How {
    /// By a copy of a row in which some columns are other expressions.
    Copy {
        /// Which row.
        of: &'static str,
        /// The columns that differ.
        with: &'static [(&'static str, &'static str)],
    },
    /// By a statement.
    Run(&'static str),
}

const fn copy(
    table: &'static str,
    of: &'static str,
    with: &'static [(&'static str, &'static str)],
    says: &'static str,
) -> Case {
    let how = How::Copy { of, with };
    Case { table, says, how }
}

const fn run(table: &'static str, sql: &'static str, says: &'static str) -> Case {
    let how = How::Run(sql);
    Case { table, says, how }
}

/// A statement after the buyer of an order was erased.
macro_rules! erase {
    ($then:literal) => {
        concat!(
            "UPDATE outbox SET state = 'sent', due_at = NULL WHERE due_at IS NOT NULL;
             INSERT INTO erasures VALUES ('ORDERBYTRANSF1', 130 + 2592000, 'asked for');",
            $then
        )
    };
}
pub(crate) use erase;

const UNPAID: &str = "order_number = 'ORDERUNPAID001'";
const REPLACE_TWICE: &str = "
    INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor, tax_minor,
      total_minor, quote, customer, billing, customer_email, token_hash, created_at, expires_at, replaces)
    SELECT value, 'unpaid', 1, 'EUR', 1000, 0, 190, 1190, '{}', '{}', '{}', 'eve@example.com',
      printf('%064d', 0), 100, 200, 'ORDERUNPAID001'
    FROM json_each('[\"ORDERREPLACE01\", \"ORDERREPLACE02\"]')";
const ELEVEN_AT_ONCE: &str = "
    INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor, tax_minor,
      total_minor, quote, customer, billing, customer_email, token_hash, created_at, expires_at)
    SELECT printf('ORDERCROWD%04d', value), 'unpaid', 1, 'EUR', 1000, 0, 190, 1190, '{}', '{}', '{}',
      iif(value % 2, 'eve@example.com', 'EVE@example.com'), printf('%064d', 0), 3700 + value, 9000
    FROM json_each('[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]')";
const REPLACE_NOBODY: &str = "
    DROP TRIGGER orders_replace_open;
    INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor, tax_minor,
      total_minor, quote, customer, billing, customer_email, token_hash, created_at, expires_at, replaces)
    VALUES ('ORDERREPLACE01', 'unpaid', 1, 'EUR', 1000, 0, 190, 1190, '{}', '{}', '{}', 'eve@example.com',
      printf('%064d', 0), 100, 200, 'ORDERNOWHERE01')";
const STARTING: &str = "payment_id = 'PAYMENTSTART01'";
const CLOSED: &str = "payment_id = (SELECT min(payment_id) FROM payments WHERE state = 'closed')";
const OPEN: &str = "payment_id = 'PAYMENTOPEN001'";
const CAPTURE: &str = "transfer_id LIKE 'capture:%'";
const HELD: &str = "account = 'order:ORDERCONFIRMED'";
const PARKED: &str = "event_id = 'evt_2'";
const MAIL: &str = "dedupe_key = 'ORDERUNPAID001'";
const CONFIRMING: &str = "order_number = 'ORDERCONFIRMED' AND version = 2";
const RUTH: &str = "email = 'ruth@shop.test'";
const ANY: &str = "true";
const MAIN: &str = "bank_account_id = 'main-eur'";
const WAITING: &str = "state = 'waiting'";
/// An object that no proof has claimed.
const OBJECT: &str = "'proofs/' || printf('%026d', 3)";
/// The token of the newest step of the order that was approved.
const NEXT: &str = "printf('%026d', 21)";
/// A second decision about a proof, in a step of its own.
const DECIDE_AGAIN: &str = "INSERT INTO order_history VALUES ('ORDERBYTRANSF1', 4, 'confirmed',
     'confirmed', 'x', 'x', 'x', '', printf('%026d', 22), 140, NULL, NULL);
     INSERT INTO decisions SELECT printf('%026d', 22), order_number, 4, payment_id, proof_id, 'rejected',
     'staff:ruth@shop.test', NULL, 140, NULL, NULL, NULL, NULL, NULL, 'other', '', NULL FROM decisions";
/// A decision that is taken back twice.
const REVOKE_TWICE: &str = "INSERT INTO order_history VALUES ('ORDERBYTRANSF1', 4, 'confirmed',
     'confirmed', 'x', 'x', 'x', '', printf('%026d', 22), 140, NULL, NULL);
     INSERT INTO decisions SELECT printf('%026d', 22), order_number, 4, payment_id, proof_id, 'revoked',
     'staff:ruth@shop.test', NULL, 140, NULL, NULL, NULL, NULL, NULL, 'mistake', 'x', decision_id FROM decisions;
     INSERT INTO order_history VALUES ('ORDERBYTRANSF1', 5, 'confirmed', 'confirmed', 'x', 'x', 'x',
     '', printf('%026d', 23), 140, NULL, NULL);
     INSERT INTO decisions SELECT printf('%026d', 23), order_number, 5, payment_id, proof_id, 'revoked',
     'staff:ruth@shop.test', NULL, 140, NULL, NULL, NULL, NULL, NULL, 'mistake', 'x', revokes FROM decisions
     WHERE verdict = 'revoked'";
/// An order of which nothing is left to pay.
const CONFIRM_FOR_NOTHING: &str = "DROP TRIGGER orders_frozen;
     UPDATE orders SET subtotal_minor = 100, tax_minor = 0, total_minor = 0
     WHERE order_number = 'ORDERWITHCOUP1';
     INSERT INTO order_history VALUES ('ORDERWITHCOUP1', 2, 'unpaid', 'confirmed', 'confirmed', 'buyer',
     'request', '', printf('%026d', 9), 150, 'SUBSCRIPTION09', 'nothing was due')";
/// A payment of an order whose address is not confirmed, by a method; then what follows.
macro_rules! pay_unconfirmed {
    ($method:literal, $then:literal) => {
        concat!(
            "INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key,
             created_at) VALUES ('PAYMENTCOUPON1', '",
            $method,
            "', 'starting', 'EUR', 1071, '', 'pay', 120);
             INSERT INTO payment_allocations (payment_id, order_number, amount_minor)
             VALUES ('PAYMENTCOUPON1', 'ORDERWITHCOUP1', 1071);",
            $then
        )
    };
}
/// Every try of a code, and one more.
const SIX_TRIES: &str = "UPDATE email_codes SET tries = tries + 1;
     UPDATE email_codes SET tries = tries + 1; UPDATE email_codes SET tries = tries + 1;
     UPDATE email_codes SET tries = tries + 1; UPDATE email_codes SET tries = tries + 1;
     UPDATE email_codes SET tries = tries + 1";
/// A coupon that nobody has used.
const UNUSED: &str = "coupon_code = 'KCOUPON0000002'";
/// One more than the largest amount.
const TOO_MUCH: &str = "9007199254740992";

/// Every guard, table by table in the order of the schema.
#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    copy("products", ANY, &[("product_id", "'-backup'")], "length(product_id) BETWEEN 1 AND 64"),
    copy("products", ANY, &[("name", "'  '")], "length(trim(name)) BETWEEN"),
    copy("products", ANY, &[("description", "printf('%0501d', 0)")], "length(description) <= 500"),
    copy("products", ANY, &[("active", "2")], "active IN (0, 1)"),
    copy("products", ANY, &[("issues", "'{'")], "json_valid(issues)"),
    copy("products", ANY, &[], "products.product_id"),
    copy("prices", ANY, &[("period_months", "121")], "period_months BETWEEN"),
    copy("prices", ANY, &[("currency", "'eur'")], "currency GLOB"),
    copy("prices", ANY, &[("unit_amount_minor", "-1")], "unit_amount_minor BETWEEN"),
    copy("prices", ANY, &[], "prices.product_id, prices.period_months, prices.currency"),
    copy("prices", ANY, &[("product_id", "'nothing'")], "FOREIGN KEY"),
    copy("tax_rates", ANY, &[("country", "'de'")], "country GLOB"),
    copy("tax_rates", ANY, &[("region", "'NY'")], "region = lower"),
    copy("tax_rates", ANY, &[("region", "'n.y.'")], "region = lower"),
    copy("tax_rates", ANY, &[("percent", "'19 %'")], "percent GLOB"),
    copy("tax_rates", ANY, &[("tax_name", "' '")], "length(trim(tax_name))"),
    copy("tax_rates", ANY, &[], "tax_rates.country, tax_rates.region"),

    run("orders", ELEVEN_AT_ONCE, "too_many_orders_of_address"),
    copy("orders", UNPAID, &[("order_number", "'SHORT'")], "length(order_number) = 14"),
    run("orders", "DROP TRIGGER orders_change_has_history; UPDATE orders SET state = 'lost'", "state IN ("),
    run("orders", "DROP TRIGGER orders_change_has_history; UPDATE orders SET version = 0", "version >= 1"),
    copy("orders", UNPAID, &[("currency", "'EU'")], "length(currency) = 3"),
    copy("orders", UNPAID, &[("subtotal_minor", TOO_MUCH)], "subtotal_minor BETWEEN"),
    copy("orders", UNPAID, &[("discount_minor", "1001")], "discount_minor BETWEEN"),
    copy("orders", UNPAID, &[("tax_minor", "1191")], "tax_minor BETWEEN"),
    copy("orders", UNPAID, &[("total_minor", TOO_MUCH)], "total_minor BETWEEN"),
    copy("orders", UNPAID, &[("quote", "'{'")], "json_valid(quote)"),
    copy("orders", UNPAID, &[("issues", "'{'")], "json_valid(issues)"),
    copy("orders", UNPAID, &[("customer", "'{'")], "json_valid(customer)"),
    copy("orders", UNPAID, &[("billing", "'{'")], "json_valid(billing)"),
    copy("orders", UNPAID, &[("customer_email", "'@'")], "length(customer_email)"),
    copy("orders", UNPAID, &[("token_hash", "'00'")], "length(token_hash) = 64"),
    copy("orders", UNPAID, &[("expires_at", "99")], "expires_at >= created_at"),
    copy("orders", UNPAID, &[("asks", "-1")], "asks >= 0"),
    copy("orders", UNPAID, &[("replaced_before", "21")], "order_replaced_too_often"),
    copy("orders", UNPAID, &[("total_minor", "1191")], "order_total"),
    copy("orders", UNPAID, &[], "orders.order_number"),
    run("orders", "DROP TRIGGER orders_change_has_history;
         UPDATE orders SET subscription_id = 'SUBSCRIPTION01'", "orders.subscription_id"),
    run("orders", REPLACE_TWICE, "orders.replaces"),
    run("orders", REPLACE_NOBODY, "FOREIGN KEY"),
    copy("orders", UNPAID, &[("order_number", "'ORDERREPLACE01'"), ("replaces", "'ORDERCANCELLED'")], "order_replaces_nothing"),
    copy("orders", UNPAID, &[("state", "'confirmed'")], "order_begins_unpaid"),
    run("orders", "UPDATE orders SET total_minor = 1", "order_frozen"),
    run("orders", "DELETE FROM orders", "order_kept"),
    run("orders", "UPDATE orders SET state = 'confirmed', version = 2", "order_change_without_history"),
    run("order_transitions", "INSERT INTO order_transitions VALUES ('unpaid', 'unpaid')", "order_transitions.from_state"),

    copy("order_history", CONFIRMING, &[("version", "0")], "version >= 1"),
    copy("order_history", UNPAID, &[("actor", "''")], "length(actor)"),
    copy("order_history", UNPAID, &[("cause", "''")], "length(cause)"),
    copy("order_history", UNPAID, &[("write_token", "''")], "length(write_token)"),
    copy("order_history", CONFIRMING, &[("subscription_id", "''")], "length(subscription_id)"),
    copy("order_history", CONFIRMING, &[("subscription_id", "NULL"), ("paid_by", "NULL")], "confirmation_complete"),
    copy("order_history", UNPAID, &[], "order_history.order_number, order_history.version"),
    copy("order_history", UNPAID, &[("order_number", "'ORDERNOWHERE01'")], "FOREIGN KEY"),
    copy("order_history", UNPAID, &[("to_state", "'cancelled'")], "order_begins_unpaid"),
    copy("order_history", UNPAID, &[("version", "3")], "order_version_skipped"),
    copy("order_history", UNPAID, &[("version", "2"), ("to_state", "'rejected'")], "order_transition_illegal"),
    copy("order_history", UNPAID, &[("version", "2"), ("from_state", "'in_review'"), ("to_state", "'rejected'")], "order_state_stale"),
    copy("order_history", UNPAID, &[("version", "2"), ("to_state", "'confirmed'"), ("subscription_id", "'S'"), ("paid_by", "'x'")], "confirmed_without_money"),
    copy("order_history", UNPAID, &[("version", "2"), ("to_state", "'superseded'")], "superseded_by_nothing"),
    run("order_history", CONFIRM_FOR_NOTHING, "email_not_confirmed"),
    run("order_history", "UPDATE order_history SET reason = 'another'", "history_is_append_only"),
    run("order_history", "DELETE FROM order_history", "history_is_append_only"),

    copy("payments", STARTING, &[("payment_id", "'SHORT'")], "length(payment_id) = 14"),
    copy("payments", STARTING, &[("method", "'cash'")], "method IN"),
    copy("payments", STARTING, &[("state", "'lost'"), ("due_at", "NULL")], "state IN ("),
    copy("payments", STARTING, &[("currency", "'EU'")], "length(currency) = 3"),
    copy("payments", STARTING, &[("amount_minor", "0")], "amount_minor BETWEEN"),
    copy("payments", STARTING, &[("received_minor", "-1")], "received_minor BETWEEN"),
    copy("payments", STARTING, &[("received_currency", "'EU'")], "length(received_currency) = 3"),
    copy("payments", STARTING, &[("payer_name", "''")], "length(payer_name)"),
    copy("payments", STARTING, &[("asks", "-1")], "asks >= 0"),
    copy("payments", STARTING, &[("captures", "2")], "captures BETWEEN"),
    copy("payments", STARTING, &[("captures", "100"), ("declines", "100")], "declines BETWEEN"),
    run("payments", "UPDATE payments SET state = 'paid', due_at = NULL, received_minor = 5, received_currency = 'EUR', paid_at = 1, paid_by = 'x'
         WHERE state = 'open'", "payment_paid_complete"),
    run("payments", "UPDATE payments SET state = 'open' WHERE state = 'starting'", "payment_open_complete"),
    run("payments", "UPDATE payments SET due_at = 1 WHERE state = 'closed'", "payment_due_is_live"),
    run("payments", "UPDATE payments SET reversed_at = 1 WHERE state = 'open'", "payment_reversed_was_paid"),
    run("payments", "UPDATE payments SET reversed_at = 1 WHERE state = 'paid'; UPDATE payments SET reversed_at = 2 WHERE state = 'paid'", "payment_is_reversed"),
    copy("payments", STARTING, &[], "payments.payment_id"),
    run("payments", "UPDATE payments SET state = 'paid', due_at = NULL, received_minor = 5, received_currency = 'EUR', paid_at = 1, paid_by = 'x',
         capture_ref = 'pi_1' WHERE state = 'open'", "payments.method, payments.capture_ref"),
    run("payments", "UPDATE payments SET session_id = 'cs_PAYMENTOPEN001' WHERE state = 'starting'", "payments.method, payments.session_id"),
    run("payments", "UPDATE payments SET amount_minor = 1", "payment_frozen"),
    run("payments", "DELETE FROM payments", "payment_kept"),
    run("payments", "UPDATE payments SET received_minor = 1 WHERE state = 'paid'", "payment_is_paid"),
    run("payments", "UPDATE payments SET state = 'processing' WHERE state = 'closed'", "payment_is_over"),
    run("payments", "INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key, created_at)
         VALUES ('PAYMENTSTART02', 'stripe', 'starting', 'EUR', 1191, '', '', 1);
         INSERT INTO payment_allocations (payment_id, order_number, amount_minor) VALUES ('PAYMENTSTART02', 'ORDERUNPAID001', 1190);
         UPDATE payments SET state = 'refused' WHERE payment_id = 'PAYMENTSTART02'", "payment_not_allocated"),
    run("payments", "UPDATE payments SET captures = 1 WHERE state = 'open';
         UPDATE payments SET state = 'closed', due_at = NULL WHERE state = 'open'", "payment_capturing"),
    run("payments", pay_unconfirmed!("bank", "UPDATE payments SET state = 'open', session_id = 'b' WHERE payment_id = 'PAYMENTCOUPON1'"), "email_not_confirmed"),
    run("payments", "UPDATE payments SET session_id = 'cs_other' WHERE state = 'open'", "payment_session_bound"),

    copy("payment_allocations", STARTING, &[("amount_minor", "0")], "amount_minor BETWEEN"),
    copy("payment_allocations", STARTING, &[("live", "2")], "live IN (0, 1)"),
    run("payment_allocations", "DROP TRIGGER allocations_checked; INSERT INTO payment_allocations
         SELECT payment_id, order_number, amount_minor, 0 FROM payment_allocations", "payment_allocations.order_number, payment_allocations.payment_id"),
    copy("payment_allocations", STARTING, &[("order_number", "'ORDERPAYING001'")], "payment_allocations.order_number"),
    copy("payment_allocations", STARTING, &[("order_number", "'ORDERNOWHERE01'")], "FOREIGN KEY"),
    copy("payment_allocations", STARTING, &[("payment_id", "'PAYMENTNOWHERE'"), ("order_number", "'ORDERUNPAID001'")], "FOREIGN KEY"),
    run("payment_allocations", "INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key, created_at)
         VALUES ('PAYMENTSTART02', 'stripe', 'starting', 'USD', 1190, '', '', 1);
         INSERT INTO payment_allocations (payment_id, order_number, amount_minor) VALUES ('PAYMENTSTART02', 'ORDERUNPAID001', 1190)", "allocation_currency"),
    copy("payment_allocations", OPEN, &[("order_number", "'ORDERUNPAID001'")], "allocation_late"),
    copy("payment_allocations", OPEN, &[("order_number", "'ORDERUNPAID001'"), ("live", "0")], "allocation_late"),
    copy("payment_allocations", CLOSED, &[("order_number", "'ORDERUNPAID001'"), ("live", "0")], "allocation_late"),
    run("payment_allocations", pay_unconfirmed!("stripe", ""), "email_not_confirmed"),
    run("payment_allocations", "UPDATE payment_allocations SET amount_minor = 1", "allocation_frozen"),
    run("payment_allocations", "UPDATE payment_allocations SET live = 0", "allocation_lives_with_payment"),
    run("payment_allocations", "DELETE FROM payment_allocations", "allocation_kept"),

    copy("ledger_accounts", HELD, &[("kind", "'pocket'")], "kind IN ("),
    copy("ledger_accounts", HELD, &[("currency", "'EU'")], "length(currency) = 3"),
    copy("ledger_accounts", HELD, &[("debits", "-1")], "debits BETWEEN"),
    copy("ledger_accounts", HELD, &[("credits", TOO_MUCH)], "credits BETWEEN"),
    copy("ledger_accounts", HELD, &[("kind", "'wallet'")], "ledger_account_name"),
    copy("ledger_accounts", HELD, &[("debits", "1191")], "ledger_overdraft"),
    copy("ledger_accounts", HELD, &[], "ledger_accounts.account"),
    run("ledger_accounts", "UPDATE ledger_accounts SET credits = 0", "ledger_account_only_grows"),
    run("ledger_accounts", "DELETE FROM ledger_accounts", "ledger_account_kept"),

    copy("transfers", CAPTURE, &[("currency", "'EU'")], "length(currency) = 3"),
    copy("transfers", CAPTURE, &[("amount_minor", "0")], "amount_minor BETWEEN"),
    copy("transfers", CAPTURE, &[("cause", "''")], "length(cause)"),
    copy("transfers", CAPTURE, &[("debit", "credit")], "transfer_to_itself"),
    copy("transfers", CAPTURE, &[], "transfers.transfer_id"),
    copy("transfers", CAPTURE, &[("transfer_id", "'new'"), ("credit", "'order:ORDERUNPAID001'"), ("currency", "'USD'"), ("debit", "'provider:stripe:USD'")], "transfer_currency"),
    copy("transfers", CAPTURE, &[("transfer_id", "'new'")], "order_takes_no_money"),
    copy("transfers", CAPTURE, &[("transfer_id", "'new'"), ("debit", "credit"), ("credit", "'unapplied:EUR'")], "confirmed_order_keeps_money"),
    run("transfers", "UPDATE transfers SET amount_minor = 1", "transfers_are_append_only"),
    run("transfers", "DELETE FROM transfers", "transfers_are_append_only"),

    copy("bank_accounts", MAIN, &[("account_number", "'DE02 9999'"), ("bank_account_id", "'-main'")], "length(bank_account_id) BETWEEN 1 AND 64"),
    copy("bank_accounts", MAIN, &[("currency", "'eur'")], "currency GLOB"),
    copy("bank_accounts", MAIN, &[("bank_name", "' '")], "length(trim(bank_name))"),
    copy("bank_accounts", MAIN, &[("holder", "' '")], "length(trim(holder))"),
    copy("bank_accounts", MAIN, &[("account_number", "'123'")], "length(trim(account_number))"),
    copy("bank_accounts", MAIN, &[("routing", "printf('%065d', 0)")], "length(routing) <= 64"),
    copy("bank_accounts", MAIN, &[("note", "printf('%0201d', 0)")], "length(note) <= 200"),
    copy("bank_accounts", MAIN, &[("added_by", "''")], "length(added_by)"),
    copy("bank_accounts", MAIN, &[("retired_at", "120")], "bank_account_retired_by"),
    copy("bank_accounts", MAIN, &[], "bank_accounts.bank_account_id"),
    copy("bank_accounts", MAIN, &[("bank_account_id", "'other'"), ("account_number", "'de021203'")], "bank_account_repeated"),
    run("bank_accounts", "UPDATE bank_accounts SET account_number = 'DE99 9999'", "bank_account_frozen"),
    run("bank_accounts", "UPDATE bank_accounts SET retired_by = NULL, retired_at = NULL", "bank_account_is_retired"),
    run("bank_accounts", "DELETE FROM bank_accounts", "bank_account_kept"),

    copy("removals", ANY, &[("object_key", "'short'")], "length(object_key) >= 26"),
    copy("removals", ANY, &[("object_key", "object_key || 'x'"), ("asks", "-1")], "asks >= 0"),
    copy("removals", ANY, &[], "removals.object_key"),

    copy("proofs", WAITING, &[("proof_id", "'SHORT'"), ("object_key", OBJECT)], "length(proof_id) = 14"),
    copy("proofs", WAITING, &[("sha256", "''"), ("object_key", OBJECT)], "length(sha256) = 64"),
    copy("proofs", WAITING, &[("size_bytes", "10485761"), ("object_key", OBJECT)], "size_bytes BETWEEN"),
    copy("proofs", WAITING, &[("media_type", "'image/svg+xml'"), ("object_key", OBJECT)], "media_type IN"),
    copy("proofs", WAITING, &[("file_name", "printf('%0121d', 0)"), ("object_key", OBJECT)], "length(file_name) <= 120"),
    copy("proofs", WAITING, &[("transfer_reference", "printf('%065d', 0)"), ("object_key", OBJECT)], "length(transfer_reference) <= 64"),
    run("proofs", "DROP TRIGGER proofs_decided_once; UPDATE proofs SET state = 'lost'", "state IN ("),
    copy("proofs", WAITING, &[("width_px", "NULL"), ("object_key", OBJECT)], "proof_dimensions"),
    run("proofs", "UPDATE proofs SET removed_at = 1 WHERE state = 'waiting'", "proof_removed_later"),
    run("proofs", "UPDATE proofs SET state = 'superseded' WHERE state = 'waiting'; INSERT INTO proofs SELECT proof_id, order_number, payment_id,
         bank_account_id, 'proofs/' || printf('%026d', 3), sha256, 9, media_type, width_px, height_px, '', '', 1, 'waiting', NULL
         FROM proofs WHERE state = 'superseded'", "proofs.proof_id"),
    copy("proofs", WAITING, &[("proof_id", "'DOCUMENT000003'"), ("object_key", OBJECT)], "proofs.order_number"),
    copy("proofs", WAITING, &[], "proof_without_object"),
    copy("proofs", WAITING, &[("order_number", "'ORDERUNPAID001'"), ("object_key", OBJECT)], "proof_without_payment"),
    copy("proofs", WAITING, &[("bank_account_id", "'main-usd'"), ("object_key", OBJECT)], "proof_without_account"),
    run("proofs", "UPDATE proofs SET sha256 = printf('%064d', 9)", "proof_frozen"),
    run("proofs", "UPDATE proofs SET state = 'superseded' WHERE state = 'approved'", "proof_is_decided"),
    run("proofs", "UPDATE proofs SET state = 'approved' WHERE state = 'waiting'", "proof_without_decision"),
    run("proofs", "DELETE FROM proofs", "proof_kept"),

    copy("bank_receipts", ANY, &[("bank_reference", "''")], "length(bank_reference) BETWEEN"),
    copy("bank_receipts", ANY, &[("bank_reference", "'NEW'"), ("currency", "'EU'")], "length(currency) = 3"),
    copy("bank_receipts", ANY, &[("bank_reference", "'NEW'"), ("amount_minor", "0")], "amount_minor BETWEEN"),
    copy("bank_receipts", ANY, &[("bank_reference", "'NEW'"), ("value_date", "'21.11.2026'")], "value_date GLOB"),
    copy("bank_receipts", ANY, &[("bank_reference", "'NEW'"), ("applied_minor", "-1")], "applied_minor BETWEEN"),
    copy("bank_receipts", ANY, &[], "bank_receipts.bank_account_id, bank_receipts.bank_reference"),
    copy("bank_receipts", ANY, &[("bank_reference", "'NEW'"), ("applied_minor", "1191")], "bank_reference_used"),
    run("bank_receipts", "UPDATE bank_accounts SET retired_by = 'ann', retired_at = 1 WHERE retired_at IS NULL;
         INSERT INTO bank_accounts SELECT 'again', currency, bank_name, holder, lower(account_number) || '-', routing, note, position, 'ann', 1, NULL, NULL
         FROM bank_accounts WHERE bank_account_id = (SELECT bank_account_id FROM bank_receipts);
         INSERT INTO bank_receipts SELECT 'again', bank_reference, currency, amount_minor, value_date, 0, NULL FROM bank_receipts", "bank_reference_repeated"),
    run("bank_receipts", "UPDATE bank_receipts SET returned_at = 1; UPDATE bank_receipts SET applied_minor = 1191", "bank_receipt_returned"),
    run("bank_receipts", "UPDATE bank_receipts SET amount_minor = 2000", "bank_receipt_frozen"),
    run("bank_receipts", "DELETE FROM bank_receipts", "bank_receipt_kept"),

    run("decisions", "DROP TRIGGER decisions_checked; INSERT INTO decisions SELECT 'short', order_number, 3, payment_id, NULL, 'rejected', 'staff:ruth@shop.test', NULL, 1,
         NULL, NULL, NULL, NULL, NULL, 'other', '', NULL FROM decisions", "length(decision_id) = 26"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("verdict", "'perhaps'")], "verdict IN ("),
    copy("decisions", ANY, &[("decision_id", NEXT), ("decided_by", "'ruth@shop.test'")], "staff_not_allowed"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("proposed_by", "'staff:gone@shop.test'")], "first_signer_gone"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("currency", "'EU'"), ("verdict", "'proposed'")], "length(currency) = 3"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("amount_minor", "0")], "amount_minor BETWEEN"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("value_date", "'today'")], "value_date GLOB"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("bank_reference", "''"), ("verdict", "'proposed'")], "length(bank_reference)"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("reason", "printf('%0501d', 0)")], "length(reason) <= 500"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("reason_code", "'other'")], "decision_complete"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("verdict", "'proposed'"), ("bank_account_id", "NULL")], "decision_complete"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("proposed_by", "decided_by")], "decision_needs_two_people"),
    copy("decisions", ANY, &[("verdict", "'settled'"), ("proof_id", "NULL"), ("reason", "'x'")], "decisions.decision_id"),
    run("decisions", DECIDE_AGAIN, "decisions.proof_id"),
    run("decisions", REVOKE_TWICE, "decisions.revokes"),
    copy("decisions", ANY, &[("decision_id", "printf('%026d', 9)")], "decision_without_history"),
    run("decisions", "INSERT INTO order_history VALUES ('ORDERBYTRANSF1', 4, 'confirmed', 'confirmed', 'x', 'x', 'x', '', printf('%026d', 22), 140, NULL, NULL);
         INSERT INTO decisions SELECT printf('%026d', 22), order_number, 3, payment_id, proof_id, 'revoked', 'staff:ruth@shop.test', NULL, 140,
         NULL, NULL, NULL, NULL, NULL, 'mistake', 'x', decision_id FROM decisions", "decision_without_history"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("proof_id", "'DOCUMENT000001'")], "decision_of_another_order"),
    copy("decisions", ANY, &[("decision_id", "printf('%026d', 6)"), ("order_number", "'ORDERCONFIRMED'"), ("payment_id", "'PAYMENTPAID001'"),
         ("verdict", "'settled'"), ("proof_id", "NULL"), ("reason", "'x'")], "decision_about_provider"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("bank_reference", "'NEW'")], "decision_without_receipt"),
    copy("decisions", ANY, &[("decision_id", NEXT), ("verdict", "'revoked'"), ("revokes", "'nothing'")], "revocation_of_nothing"),
    run("decisions", "UPDATE decisions SET reason = 'another'", "decisions_are_append_only"),
    run("decisions", "DELETE FROM decisions", "decisions_are_append_only"),

    copy("inbox", PARKED, &[("provider", "'bank'")], "provider IN"),
    copy("inbox", PARKED, &[("body_sha256", "''")], "length(body_sha256) = 64"),
    copy("inbox", PARKED, &[("state", "'lost'"), ("due_at", "NULL")], "state IN ("),
    copy("inbox", PARKED, &[("asks", "-1")], "asks >= 0"),
    copy("inbox", PARKED, &[("due_at", "NULL")], "inbox_parked_is_due"),
    copy("inbox", PARKED, &[], "inbox.provider, inbox.event_id"),
    copy("inbox", "event_id = 'WH-1'", &[("event_id", "'WH-2'")], "inbox.provider, inbox.transmission_id"),
    copy("inbox", "event_id = 'WH-1'", &[("event_id", "'WH-2'"), ("body_sha256", "printf('%064d', 1)")], "transmission_bound"),
    run("inbox", "UPDATE inbox SET object_id = 'cs_other'", "inbox_is_append_only"),
    run("inbox", "UPDATE inbox SET state = 'parked', due_at = 1 WHERE state = 'done'", "inbox_is_final"),
    run("inbox", "DELETE FROM inbox", "inbox_is_append_only"),

    copy("outbox", MAIL, &[("payload", "'{'")], "json_valid(payload)"),
    copy("outbox", MAIL, &[("state", "'lost'"), ("due_at", "NULL")], "state IN ("),
    copy("outbox", MAIL, &[("asks", "-1")], "asks >= 0"),
    copy("outbox", MAIL, &[("due_at", "NULL")], "outbox_pending_is_due"),
    copy("outbox", MAIL, &[], "outbox.kind, outbox.dedupe_key"),
    copy("outbox", MAIL, &[("order_number", "'ORDERNOWHERE01'")], "outbox_order_unknown"),
    copy("outbox", MAIL, &[("kind", "'release'")], "release_without_confirmation"),
    run("outbox", "UPDATE outbox SET payload = '[]'", "outbox_frozen"),
    run("outbox", "UPDATE outbox SET state = 'pending', due_at = 1 WHERE state = 'sent'", "outbox_is_final"),
    run("outbox", "UPDATE outbox SET state = 'pending', due_at = 1 WHERE state = 'dead'", "outbox_is_final"),
    run("outbox", "DELETE FROM outbox", "outbox_kept"),

    copy("cases", ANY, &[("kind", "''")], "length(kind)"),
    copy("cases", ANY, &[("subject", "''")], "length(subject)"),
    copy("cases", ANY, &[("evidence", "'{'")], "json_valid(evidence)"),
    copy("cases", "kind = 'money_late'", &[("closed_at", "150")], "case_closed_with_reason"),
    copy("cases", ANY, &[], "cases.kind, cases.subject"),
    copy("cases", ANY, &[("order_number", "'ORDERNOWHERE01'")], "case_order_unknown"),
    run("cases", "UPDATE cases SET closed_at = 160, closed_because = 'again' WHERE kind = 'refund'", "case_is_closed"),
    run("cases", "UPDATE cases SET subject = 'another'", "case_frozen"),
    run("cases", "DELETE FROM cases", "case_kept"),

    copy("staff", RUTH, &[("email", "'Ruth@shop.test'")], "lower(trim(email))"),
    copy("staff", RUTH, &[("email", "'tim@shop.test'"), ("role", "'owner'")], "role IN ("),
    copy("staff", RUTH, &[], "staff.email"),
    run("staff", "UPDATE staff SET email = 'tim@shop.test'", "staff_frozen"),
    run("staff", "DELETE FROM staff", "staff_kept"),
    run("staff_rights", "INSERT INTO staff_rights VALUES ('admin', 'decide')", "staff_rights.role, staff_rights.action"),
    copy("staff_audit", ANY, &[("audit_token", "''")], "length(audit_token) = 26"),
    copy("staff_audit", ANY, &[("at", "151"), ("subject", "''")], "length(subject) >= 1"),
    copy("staff_audit", ANY, &[("at", "151"), ("detail", "'{'")], "json_valid(detail)"),
    copy("staff_audit", ANY, &[], "staff_audit.at, staff_audit.audit_token"),
    copy("staff_audit", ANY, &[("at", "151"), ("action", "'add_bank'")], "staff_not_allowed"),
    copy("staff_audit", ANY, &[("at", "151"), ("email", "'ann@shop.test'"), ("action", "'admit_member'"), ("subject", "'ann@shop.test'")], "staff_not_oneself"),
    run("staff_audit", "UPDATE staff_audit SET subject = 'another'", "staff_audit_is_append_only"),
    run("staff_audit", "DELETE FROM staff_audit", "staff_audit_is_append_only"),

    copy("coupons", UNUSED, &[("coupon_code", "'SHORT'")], "length(coupon_code) = 14"),
    copy("coupons", UNUSED, &[("terms", "'{'")], "json_valid(terms)"),
    run("coupons", "UPDATE coupons SET state = 'lost'", "state IN ("),
    copy("coupons", UNUSED, &[("uses_max", "0")], "uses_max BETWEEN"),
    copy("coupons", UNUSED, &[("uses_per_customer", "11")], "uses_per_customer BETWEEN"),
    run("coupons", "UPDATE coupons SET uses = -1", "uses >= 0"),
    copy("coupons", UNUSED, &[("note", "printf('%0201d', 0)")], "length(note) <= 200"),
    copy("coupons", UNUSED, &[("made_by", "''")], "length(made_by) >= 1"),
    run("coupons", "UPDATE coupons SET uses = 3", "coupon_used_up"),
    copy("coupons", UNUSED, &[("ends_at", "100")], "coupon_ends_later"),
    run("coupons", "UPDATE coupons SET refunded = 2", "refunded IN (0, 1)"),
    copy("coupons", UNUSED, &[], "coupons.coupon_code"),
    copy("coupons", UNUSED, &[("uses", "1")], "coupon_begins_unused"),
    copy("coupons", UNUSED, &[("issued_by", "'ORDERUNPAID001'")], "coupon_without_payment"),
    run("coupons", "UPDATE coupons SET terms = '[]'", "coupon_frozen"),
    run("coupons", "UPDATE coupons SET state = 'stopped'; UPDATE coupons SET state = 'active'", "coupon_is_stopped"),
    run("coupons", "DELETE FROM coupons", "coupon_kept"),

    copy("refunds", ANY, &[("payment_minor", "-1")], "payment_minor BETWEEN"),
    run("refunds", "DROP TRIGGER refunds_checked; INSERT INTO refunds VALUES ('o', 9, 'p', 0, 'x')", "json_valid(lines)"),
    copy("refunds", ANY, &[], "refunds.order_number, refunds.version"),
    copy("refunds", ANY, &[("version", "2")], "refund_without_history"),
    copy("refunds", ANY, &[("payment_minor", "1191")], "refund_over_payment"),
    copy("refunds", ANY, &[("lines", "'[1]'")], "refund_over_line"),
    run("refunds", "UPDATE refunds SET payment_minor = 0", "refunds_are_append_only"),
    run("refunds", "DELETE FROM refunds", "refunds_are_append_only"),

    copy("coupon_disputes", ANY, &[("dispute_id", "''")], "length(dispute_id) >= 1"),
    copy("coupon_disputes", ANY, &[("dispute_id", "'du_2'"), ("won", "2")], "won IN (0, 1)"),
    copy("coupon_disputes", ANY, &[], "coupon_disputes.order_number, coupon_disputes.dispute_id"),
    run("coupon_disputes", "UPDATE coupon_disputes SET won = 1; UPDATE coupon_disputes SET won = 0", "coupon_dispute_fixed"),
    run("coupon_disputes", "DELETE FROM coupon_disputes", "coupon_dispute_kept"),
    run("redemptions", "DROP TRIGGER redemptions_stepped; UPDATE redemptions SET state = 'lost', ended_at = 1", "state IN ("),
    run("redemptions", "UPDATE redemptions SET restored_because = ''", "length(restored_because)"),
    run("redemptions", "UPDATE redemptions SET ended_at = 1", "redemption_complete"),
    copy("redemptions", ANY, &[("slot", "2")], "redemptions.order_number"),
    copy("redemptions", ANY, &[("order_number", "'ORDERWITHCOUP2'")], "redemptions.coupon_code, redemptions.customer, redemptions.slot"),
    copy("redemptions", ANY, &[("ended_at", "120")], "redemption_begins_held"),
    copy("redemptions", ANY, &[("order_number", "'ORDERUNPAID001'")], "redemption_without_order"),
    copy("redemptions", ANY, &[("order_number", "'ORDERWITHCOUP2'"), ("slot", "2"), ("held_at", "900")], "coupon_unusable"),
    copy("redemptions", ANY, &[("order_number", "'ORDERWITHCOUP2'"), ("slot", "3")], "coupon_customer_used"),
    run("redemptions", "UPDATE redemptions SET state = 'consumed', ended_at = 120", "redemption_step_illegal"),
    run("redemptions", "UPDATE redemptions SET slot = 2", "redemption_frozen"),
    run("redemptions", "UPDATE redemptions SET confirmed_at = 120", "redemption_without_code"),
    run("redemptions", "DELETE FROM redemptions", "redemption_kept"),

    copy("email_codes", ANY, &[("purpose", "'sign_in'")], "purpose IN ("),
    copy("email_codes", ANY, &[("nth", "0")], "nth BETWEEN"),
    copy("email_codes", ANY, &[("seed", "''")], "length(seed) = 26"),
    copy("email_codes", ANY, &[("expires_at", "1001")], "email_code_lifetime"),
    run("email_codes", SIX_TRIES, "email_code_tries"),
    copy("email_codes", ANY, &[], "email_codes.purpose, email_codes.subject, email_codes.nth"),
    copy("email_codes", ANY, &[("tries", "1")], "email_code_begins_untried"),
    copy("email_codes", ANY, &[("nth", "2"), ("sent_at", "159")], "email_code_too_soon"),
    copy("email_codes", ANY, &[("subject", "'ORDERWITHCOUP2'")], "email_code_without_use"),
    run("email_codes", "UPDATE email_codes SET seed = printf('%026d', 2)", "email_code_frozen"),
    run("email_codes", "UPDATE email_codes SET tries = 2", "email_code_over"),
    run("email_codes", "UPDATE email_codes SET confirmed_at = 120", "email_code_not_confirmable"),
    run("email_codes", "DELETE FROM email_codes", "email_code_kept"),

    copy("attempts", ANY, &[("subject", "''")], "length(subject) BETWEEN"),
    copy("attempts", ANY, &[("tries", "0")], "tries >= 1"),
    copy("attempts", ANY, &[("tries", "21")], "attempts_used_up"),
    copy("attempts", ANY, &[], "attempts.subject"),

    copy("idempotency", ANY, &[("key", "'short'")], "length(key)"),
    copy("idempotency", ANY, &[("request_sha256", "''")], "length(request_sha256)"),
    copy("idempotency", ANY, &[], "idempotency.scope, idempotency.key"),
    run("idempotency", "UPDATE idempotency SET subject = 'another'", "idempotency_is_append_only"),

    copy("provider_cache", ANY, &[("kind", "'pocket'")], "kind IN ("),
    copy("provider_cache", ANY, &[("key", "''")], "length(key) BETWEEN 1"),
    copy("provider_cache", ANY, &[("value", "''")], "length(value)"),
    copy("provider_cache", ANY, &[], "provider_cache.kind, provider_cache.key"),

    copy("job_runs", ANY, &[("finished_at", "159")], "finished_at >= started_at"),
    copy("job_runs", ANY, &[("handled", "-1")], "handled >= 0"),
    copy("job_runs", ANY, &[("failed", "-1")], "failed >= 0"),
    copy("job_runs", ANY, &[("report", "'{'")], "json_valid(report)"),
    copy("job_runs", ANY, &[], "job_runs.started_at, job_runs.run_token"),
    copy("cursors", "provider = 'stripe'", &[("provider", "'bank'")], "provider IN"),
    copy("cursors", "provider = 'stripe'", &[], "cursors.provider"),
    run("erasures", "INSERT INTO erasures VALUES ('ORDERCANCELLED', 130 + 2591999, 'asked for')", "erasure_too_early"),
    run("erasures", "INSERT INTO erasures VALUES ('ORDERCANCELLED', 130 + 2592000, 'asked for')", "erasure_of_open_work"),
    run("erasures", erase!("UPDATE erasures SET reason = 'another'"), "erasures_are_append_only"),
    run("erasures", erase!("DELETE FROM erasures"), "erasures_are_append_only"),
    run("erasures", erase!("INSERT INTO erasures VALUES ('ORDERBYTRANSF1', 9000000, 'again')"), "erasures.order_number"),
    run("erasures", "DROP TRIGGER erasures_checked; INSERT INTO erasures VALUES ('ORDERBYTRANSF1', 1, '')", "length(reason)"),
];
