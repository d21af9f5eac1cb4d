//! What must hold after every test, whatever happened in it: the global invariants of the
//! requirements (I1 to I8), checked on the rows and against the sandbox's own book.

use serde_json::Value as Json;

use crate::Shop;

/// Panics with what does not hold.
pub(crate) fn check(shop: &Shop) {
    check_rows(shop);
    check_book(shop);
    check_objects(shop);
    check_log(shop);
}

/// Every proof has its object until that is removed, and every object has its proof or its doom.
fn check_objects(shop: &Shop) {
    let keys = |sql: &str| -> Vec<String> { shop.texts(sql) };
    let stored = shop.world.blobs().into_keys().collect::<Vec<_>>();
    // One that cron has just removed is marked a step later.
    let leased = keys("SELECT object_key AS text FROM removals WHERE asks > 0");
    for key in keys("SELECT object_key AS text FROM proofs WHERE removed_at IS NULL") {
        assert!(
            stored.contains(&key) || leased.contains(&key),
            "{key} is not stored"
        );
    }
    let known = keys("SELECT object_key AS text FROM proofs UNION SELECT object_key FROM removals");
    for key in &stored {
        assert!(known.contains(key), "{key} is nobody's");
    }
}

/// What holds among our own rows, whatever a provider's book says.
pub(crate) fn check_rows(shop: &Shop) {
    for (name, sql) in QUERIES {
        let rows = shop.rows(sql);
        assert!(rows.is_empty(), "{name}: {rows:#?}");
    }
}

/// Each query finds what breaks the invariant of its name.
pub(crate) const QUERIES: &[(&str, &str)] = &[
    (
        "I2 every account equals the replay of its transfers",
        "SELECT a.account, a.debits, a.credits FROM ledger_accounts a WHERE
           a.debits <> (SELECT coalesce(sum(amount_minor), 0) FROM transfers WHERE debit = a.account)
           OR a.credits <> (SELECT coalesce(sum(amount_minor), 0) FROM transfers WHERE credit = a.account)",
    ),
    (
        "I2 debits equal credits in every currency",
        "SELECT currency, sum(debits), sum(credits) FROM ledger_accounts
         GROUP BY currency HAVING sum(debits) <> sum(credits)",
    ),
    (
        "I3 no order, wallet or unapplied account is overdrawn",
        "SELECT * FROM ledger_accounts
         WHERE kind IN ('order', 'wallet', 'unapplied') AND debits > credits",
    ),
    (
        "I5 a confirmed order holds exactly its total, but for what was taken back and given back",
        "SELECT o.order_number, o.total_minor, a.credits - a.debits AS held FROM orders o
         LEFT JOIN ledger_accounts a ON a.account = 'order:' || o.order_number
         WHERE o.state = 'confirmed' AND coalesce(a.credits - a.debits, 0) + (
           SELECT coalesce(sum(t.amount_minor), 0) FROM transfers t
           WHERE t.transfer_id LIKE 'reverse:%' AND t.debit = 'order:' || o.order_number
             AND t.credit LIKE 'disputes:%')
           + (SELECT coalesce(sum(l.value), 0) FROM json_each((SELECT f.lines FROM refunds f
              WHERE f.order_number = o.order_number ORDER BY f.version DESC LIMIT 1)) l)
           <> o.total_minor",
    ),
    (
        "I2 what went back of a payment is what its newest row says",
        "SELECT f.payment_id, f.payment_minor FROM refunds f
         WHERE f.version = (SELECT max(n.version) FROM refunds n
           WHERE n.order_number = f.order_number AND n.payment_id = f.payment_id)
         AND NOT EXISTS (
           SELECT 1 FROM orders o JOIN refunds n ON n.order_number = o.order_number
           WHERE o.replaces = f.order_number AND n.payment_id = f.payment_id)
         AND f.payment_minor <> (
           SELECT sum(iif(t.credit LIKE 'refunds:%', t.amount_minor, -t.amount_minor))
           FROM transfers t WHERE t.transfer_id LIKE 'refund:' || f.payment_id || ':%')",
    ),
    (
        "I5 a release exists for confirmed orders and for no other",
        "SELECT o.order_number, o.state FROM orders o
         LEFT JOIN outbox m ON m.kind = 'release' AND m.dedupe_key = o.order_number
         WHERE (o.state = 'confirmed') <> (m.kind IS NOT NULL)",
    ),
    (
        "an order that ended without being paid holds no money",
        "SELECT o.order_number, o.state FROM orders o
         JOIN ledger_accounts a ON a.account = 'order:' || o.order_number
         WHERE o.state IN ('cancelled', 'expired', 'superseded') AND a.credits > a.debits",
    ),
    (
        "B07, B08 an order is superseded exactly when another replaces it, and one can be paid at most",
        "SELECT o.order_number, o.state, n.order_number AS by FROM orders o
         LEFT JOIN orders n ON n.replaces = o.order_number
         WHERE (o.state = 'superseded') <> (n.order_number IS NOT NULL)",
    ),
    (
        "P5 what was in a replaced order is in the one that replaces it, or left with a case",
        "SELECT o.order_number FROM orders o WHERE o.state = 'superseded' AND
         (SELECT coalesce(sum(t.amount_minor), 0) FROM transfers t
          WHERE t.credit = 'order:' || o.order_number)
         <> (SELECT coalesce(sum(t.amount_minor), 0) FROM transfers t
             WHERE t.debit = 'order:' || o.order_number
               AND (t.transfer_id IN ('carry:' || o.order_number, 'leave:' || o.order_number)
                 OR t.transfer_id LIKE 'refund:%' OR t.transfer_id LIKE 'reverse:%'))",
    ),
    (
        "I6 at most one live payment per order",
        "SELECT p.order_number, count(*) FROM payment_allocations p
         JOIN payments y ON y.payment_id = p.payment_id
         WHERE y.state IN ('starting', 'open', 'unknown', 'processing')
         GROUP BY p.order_number HAVING count(*) > 1",
    ),
    (
        "I6 an allocation is live exactly while its payment is",
        "SELECT p.* FROM payment_allocations p JOIN payments y ON y.payment_id = p.payment_id
         WHERE p.live <> (y.state IN ('starting', 'open', 'unknown', 'processing'))",
    ),
    (
        "I8 history is 1..n without gaps and ends where the order stands",
        "SELECT o.order_number, o.version, o.state FROM orders o WHERE
           o.version <> (SELECT count(*) FROM order_history h WHERE h.order_number = o.order_number)
           OR o.state <> (SELECT h.to_state FROM order_history h
              WHERE h.order_number = o.order_number AND h.version = o.version)",
    ),
    (
        "I8 every step of the history begins where the one before ended",
        "SELECT b.* FROM order_history a JOIN order_history b
           ON b.order_number = a.order_number AND b.version = a.version + 1
         WHERE b.from_state <> a.to_state",
    ),
    (
        "every unapplied unit has an open case or a mail about it",
        "SELECT t.* FROM transfers t WHERE t.credit LIKE 'unapplied:%' AND NOT EXISTS (
           SELECT 1 FROM cases c WHERE (c.kind LIKE 'money_%' OR c.kind = 'refund_failed')
             AND instr(t.transfer_id, c.subject) > 0)",
    ),
    (
        "I1 what a checkout has brought is a payment's, by which it goes back",
        "SELECT t.transfer_id FROM transfers t WHERE t.transfer_id LIKE 'capture:%' AND NOT EXISTS (
           SELECT 1 FROM payments y WHERE y.state = 'paid'
             AND instr(t.transfer_id, 'capture:' || y.method || ':' || y.session_id || ':') = 1)",
    ),
    (
        "I1 what came in by bank is what staff read on the statements",
        "SELECT currency, sum(minor) FROM (
           SELECT currency, debits - credits AS minor FROM ledger_accounts
           WHERE account LIKE 'provider:bank:%'
           UNION ALL SELECT currency, -applied_minor FROM bank_receipts)
         GROUP BY currency HAVING sum(minor) <> 0",
    ),
    (
        "what of a transfer is applied is what the decisions that stand say",
        "SELECT * FROM bank_receipts r WHERE applied_minor <> (
           SELECT coalesce(sum(d.amount_minor), 0) FROM decisions d
           WHERE d.bank_account_id = r.bank_account_id AND d.bank_reference = r.bank_reference
             AND d.verdict IN ('approved', 'settled')
             AND NOT EXISTS (SELECT 1 FROM decisions v WHERE v.revokes = d.decision_id))",
    ),
    (
        "an order that is over has no live bank transfer",
        "SELECT o.order_number, o.state FROM orders o JOIN payment_allocations l USING (order_number)
         JOIN payments y USING (payment_id) WHERE l.live = 1 AND y.method = 'bank'
           AND o.state NOT IN ('unpaid', 'in_review', 'rejected')",
    ),
    (
        "an order is under review exactly while one of its proofs waits, unless it is over",
        "SELECT o.order_number, o.state FROM orders o
         WHERE o.state IN ('unpaid', 'in_review', 'rejected') AND (o.state = 'in_review') <> EXISTS (
           SELECT 1 FROM proofs p WHERE p.order_number = o.order_number AND p.state = 'waiting')",
    ),
    (
        "I6 a coupon counts the uses that are held and consumed, and never more than it has",
        "SELECT c.coupon_code, c.uses, c.uses_max FROM coupons c WHERE c.uses > c.uses_max
           OR c.uses <> (SELECT count(*) FROM redemptions r WHERE r.coupon_code = c.coupon_code
                         AND r.state IN ('held', 'consumed'))",
    ),
    (
        "A38 an order issues its coupons exactly when it is confirmed",
        "SELECT o.order_number, o.state FROM orders o WHERE
           (SELECT count(*) FROM coupons c WHERE c.issued_by = o.order_number) <>
           iif(o.state = 'confirmed', (SELECT coalesce(sum(json_extract(i.value, '$.codes')), 0)
                                       FROM json_each(o.issues) i), 0)",
    ),
    (
        "I6 an order with a coupon holds a use while it can be paid and has one once it is paid",
        "SELECT o.order_number, o.state, r.state AS redemption FROM orders o
         LEFT JOIN redemptions r USING (order_number)
         WHERE json_extract(o.quote, '$.coupon') IS NOT r.coupon_code
           OR (r.state IS NOT NULL AND r.restored_because IS NULL AND r.state <> CASE
             WHEN o.state IN ('unpaid', 'in_review', 'rejected') THEN 'held'
             WHEN o.state = 'confirmed' THEN 'consumed' ELSE 'released' END)",
    ),
    (
        "A40 a use is consumed without its customer only where staff found the money",
        "SELECT r.order_number, o.paid_by FROM redemptions r JOIN orders o USING (order_number)
         WHERE r.state = 'consumed' AND r.confirmed_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM decisions d WHERE d.order_number = r.order_number AND d.verdict = 'settled')",
    ),
    (
        "A40 an address that is not confirmed has no payment but one that staff made",
        "SELECT l.order_number, y.method, y.state FROM payment_allocations l
         JOIN payments y USING (payment_id) JOIN redemptions r USING (order_number)
         WHERE r.confirmed_at IS NULL AND NOT EXISTS (
           SELECT 1 FROM decisions d WHERE d.payment_id = l.payment_id AND d.verdict = 'settled')",
    ),
    (
        "a confirmed order has a subscription id and says who paid",
        "SELECT order_number FROM orders WHERE state = 'confirmed'
           AND (subscription_id IS NULL OR paid_by IS NULL OR confirmed_at IS NULL)",
    ),
];

/// No secret, token, name or address of a person is in any log line.
fn check_log(shop: &Shop) {
    let mut canaries = shop.secrets.borrow().clone();
    canaries.extend(shop.texts(
        "SELECT customer_email AS text FROM orders
         UNION SELECT json_extract(customer, '$.name') FROM orders
         UNION SELECT json_extract(billing, '$.line1') FROM orders
         UNION SELECT email FROM staff
         UNION SELECT payer_email FROM payments WHERE payer_email IS NOT NULL
         UNION SELECT payer_name FROM payments WHERE payer_name IS NOT NULL
         UNION SELECT paid_by FROM payments WHERE paid_by IS NOT NULL
         UNION SELECT value FROM provider_cache",
    ));
    for line in shop.world.log_lines() {
        let line = line.to_string();
        for canary in &canaries {
            assert!(!line.contains(canary), "{canary} is in the log: {line}");
        }
    }
}

/// I1: what our ledger received of each checkout is nothing or exactly what its provider captured, and
/// no mail or release was taken twice.
fn check_book(shop: &Shop) {
    let mut captured = captured(shop);
    captured.extend(found_by_staff(shop));
    for transfer in shop.rows("SELECT transfer_id FROM transfers WHERE debit LIKE 'provider:%'") {
        let id = transfer["transfer_id"].as_str().expect("an id").to_owned();
        let parts: Vec<&str> = id.split(':').collect();
        let checkout = parts[1..3].join(":");
        let theirs = captured.iter().find(|(captured, _)| *captured == checkout);
        let (_, theirs) = theirs.unwrap_or_else(|| panic!("I1: nothing was captured for {id}"));
        let ours = shop.value(&format!(
            "SELECT sum(amount_minor) FROM transfers WHERE transfer_id LIKE 'capture:{checkout}:%'"
        ));
        assert_eq!(ours, Json::from(*theirs), "I1: {checkout}");
    }
    shop.world.sandbox(|sandbox, _| {
        for release in sandbox.production.releases() {
            assert_eq!(
                release.conflicts, 0,
                "a release was repeated with another body"
            );
        }
    });
}

/// What staff have found on the banks' statements: `bank:<payment>` and our minor units.
fn found_by_staff(shop: &Shop) -> Vec<(String, i64)> {
    let decided = "SELECT y.method || ':' || y.session_id AS checkout, d.amount_minor AS minor
         FROM decisions d JOIN payments y USING (payment_id)
         WHERE d.verdict IN ('approved', 'settled')";
    let found = |row: &Json| {
        let checkout = row["checkout"].as_str().expect("a text").to_owned();
        (checkout, row["minor"].as_i64().expect("an amount"))
    };
    shop.rows(decided).iter().map(found).collect()
}

/// What the providers have taken for us: `<method>:<checkout>` and our minor units.
pub(crate) fn captured(shop: &Shop) -> Vec<(String, i64)> {
    shop.world.sandbox(|sandbox, _| {
        let stripe = sandbox.stripe.captured().into_iter();
        let stripe = stripe.map(|c| (format!("stripe:{}", c.session), c.amount_minor));
        let paypal = sandbox.paypal.captured().into_iter();
        let paypal = paypal.map(|c| {
            // PayPal counts whole units where our minor units are hundredths.
            let in_hundredths = matches!(c.currency.as_str(), "HUF" | "TWD");
            let factor = if in_hundredths { 100 } else { 1 };
            (format!("paypal:{}", c.order), c.amount_minor * factor)
        });
        stripe.chain(paypal).collect()
    })
}
