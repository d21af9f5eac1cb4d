//! What breaks each guard: one line per guard, checked for completeness by `guards`. Here are the catalogue,
//! orders, payments, the ledger, what comes and goes, staff and the rest; `bank` and `coupons` have their own.

mod bank;
mod coupons;

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
/// One more than the largest amount.
const TOO_MUCH: &str = "9007199254740992";

/// Every guard.
pub(crate) fn every_case() -> impl Iterator<Item = &'static Case> {
    [CASES, bank::CASES, coupons::CASES].into_iter().flatten()
}

/// Table by table in the order of the schema.
#[rustfmt::skip]
const CASES: &[Case] = &[
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

    copy("refunds", ANY, &[("payment_minor", "-1")], "payment_minor BETWEEN"),
    run("refunds", "DROP TRIGGER refunds_checked; INSERT INTO refunds VALUES ('o', 9, 'p', 0, 'x')", "json_valid(lines)"),
    copy("refunds", ANY, &[], "refunds.order_number, refunds.version"),
    copy("refunds", ANY, &[("version", "2")], "refund_without_history"),
    copy("refunds", ANY, &[("payment_minor", "1191")], "refund_over_payment"),
    copy("refunds", ANY, &[("lines", "'[1]'")], "refund_over_line"),
    run("refunds", "UPDATE refunds SET payment_minor = 0", "refunds_are_append_only"),
    run("refunds", "DELETE FROM refunds", "refunds_are_append_only"),

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
