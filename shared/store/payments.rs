//! Payments and what they pay.

use super::statements;

/// The columns of [`crate::payment::Payment`].
macro_rules! columns {
    () => {
        "y.payment_id, y.method, y.state, y.currency, y.amount_minor, y.request, y.provider_key, \
         y.session_id, y.session_url, y.session_expires_at, y.received_minor, \
         y.received_currency, y.paid_at, y.paid_by, y.payer_name, y.created_at, y.captures, y.declines, y.asks, \
         y.unconfirmed_at, y.reversed_at"
    };
}

statements! {
    /// A payment that is about to be asked for.
    INSERT_PAYMENT = "INSERT INTO payments (payment_id, method, state, currency, amount_minor, \
        request, provider_key, created_at, due_at) \
        VALUES (?1, ?2, 'starting', ?3, ?4, ?5, ?6, ?7, ?8)";
    /// What it pays; a second live payment of the order meets a unique index.
    INSERT_ALLOCATION = "INSERT INTO payment_allocations (payment_id, order_number, amount_minor) \
        VALUES (?1, ?2, ?3)";
    /// A checkout ?3 that names the payment ?2 and is not its own: a payment by itself, of the same age,
    /// that nothing was sent for and that is over.
    INSERT_FOUND = "INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, \
        provider_key, session_id, created_at) \
        SELECT ?1, method, 'closed', currency, amount_minor, '', '', ?3, created_at \
        FROM payments WHERE payment_id = ?2";
    /// Which order such a payment is for.
    INSERT_FOUND_ALLOCATION = "INSERT INTO payment_allocations \
        (payment_id, order_number, amount_minor, live) VALUES (?1, ?2, ?3, 0)";
    /// A payment by its id.
    PAYMENT_BY_ID = concat!("SELECT ", columns!(), " FROM payments y WHERE y.payment_id = ?1");
    /// The newest payments of an order, what nobody here began after the payment that it names; nobody
    /// needs to see more than twenty.
    PAYMENTS_OF_ORDER = concat!("SELECT ", columns!(), " FROM payment_allocations p \
        JOIN payments y ON y.payment_id = p.payment_id WHERE p.order_number = ?1 \
        ORDER BY y.created_at DESC, y.provider_key = '', y.payment_id LIMIT 20");
    /// The provider answered: the buyer can pay, and what was in doubt is no more.
    PAYMENT_OPENED = "UPDATE payments SET state = 'open', session_id = ?2, session_url = ?3, \
        session_expires_at = ?4, unconfirmed_at = NULL \
        WHERE payment_id = ?1 AND state IN ('starting', 'open', 'unknown')";
    /// The session of a payment that had none when it was read. If it has another by now, that
    /// meets a trigger. The statements after this one leave the column alone, since naming it
    /// writes its index again.
    PAYMENT_BOUND = "UPDATE payments SET session_id = ?2 WHERE payment_id = ?1";
    /// A step that brings no money.
    PAYMENT_MOVED = "UPDATE payments SET state = ?2, failure = ?3, due_at = ?4 \
        WHERE payment_id = ?1";
    /// A capture begins, or goes on, of this session and no other: only while ?3 of them have come to
    /// nothing, while the payment lives, and while everything that it pays may still be paid.
    PAYMENT_CAPTURING = "UPDATE payments SET captures = declines + 1 \
        WHERE payment_id = ?1 AND session_id = ?2 AND declines = ?3 \
        AND state IN ('starting', 'open', 'unknown') AND NOT EXISTS ( \
            SELECT 1 FROM payment_allocations p JOIN orders o ON o.order_number = p.order_number \
            WHERE p.payment_id = ?1 AND o.state NOT IN ('unpaid', 'in_review', 'rejected')) \
        RETURNING payment_id";
    /// The capture ?2 came to nothing; the buyer may choose another means.
    PAYMENT_DECLINED = "UPDATE payments SET declines = captures \
        WHERE payment_id = ?1 AND captures = ?2";
    /// Money arrived.
    PAYMENT_PAID = "UPDATE payments SET state = 'paid', capture_ref = ?2, received_minor = ?3, \
        received_currency = ?4, paid_by = ?5, payer_email = ?6, paid_at = ?7, \
        payer_name = ?8, due_at = NULL, failure = NULL WHERE payment_id = ?1";
    /// 30 minutes without an answer were told.
    PAYMENT_UNCONFIRMED = "UPDATE payments SET unconfirmed_at = ?2 \
        WHERE payment_id = ?1 AND unconfirmed_at IS NULL";
    /// When cron asks next.
    PAYMENT_DUE = "UPDATE payments SET due_at = ?2 \
        WHERE payment_id = ?1 AND state IN ('starting', 'open', 'unknown', 'processing')";
    /// The payment that is live is to be looked at, at ?2.
    LIVE_PAYMENT_DUE = "UPDATE payments SET due_at = ?2 WHERE payment_id = \
        (SELECT payment_id FROM payment_allocations WHERE order_number = ?1 AND live = 1)";
    /// A bank transfer may be made: no provider is asked, the order's deadline is its own.
    TRANSFER_OPENED = "UPDATE payments SET state = 'open', session_id = payment_id, \
        session_expires_at = ?2, due_at = NULL WHERE payment_id = ?1";
    /// A proof of the transfer waits for staff, who are reminded at ?2.
    TRANSFER_IN_REVIEW = "UPDATE payments SET state = 'processing', due_at = ?2, \
        unconfirmed_at = NULL WHERE payment_id = ?1";
    /// The proof was turned down: another one may be handed in, until ?2 at least.
    TRANSFER_REOPENED = "UPDATE payments SET state = 'open', due_at = NULL, \
        unconfirmed_at = NULL, session_expires_at = max(session_expires_at, ?2) \
        WHERE payment_id = ?1 AND state = 'processing'";
    /// The live bank transfer of an order ends with it, or for another way to pay.
    TRANSFER_CLOSED = "UPDATE payments SET state = 'closed', due_at = NULL \
        WHERE method = 'bank' AND payment_id = (SELECT l.payment_id FROM payment_allocations l \
        WHERE l.order_number = ?1 AND l.live = 1)";
    /// What a payment had received was taken back.
    PAYMENT_REVERSED = "UPDATE payments SET reversed_at = ?2 WHERE payment_id = ?1";
    /// Takes due payments for one cron tick, oldest first.
    LEASE_PAYMENTS = "UPDATE payments SET due_at = ?2, asks = asks + 1 WHERE payment_id IN ( \
        SELECT payment_id FROM payments WHERE due_at <= ?1 ORDER BY due_at \
        LIMIT CAST(?3 AS INTEGER)) RETURNING payment_id, asks";
    /// A tick that took a payment until ?3 has not begun it: that was no try.
    PAYMENT_GIVEN_BACK = "UPDATE payments SET due_at = ?2, asks = max(asks - 1, 0) \
        WHERE payment_id = ?1 AND due_at = ?3";
    /// The payment that holds a capture, since refunds and disputes name nothing else; what an order took
    /// of it, what went back of it so far, and what the orders that gave way to others left aside.
    PAYMENT_BY_CAPTURE = concat!(super::chain_of_capture!(), "SELECT ", columns!(), ", \
        (SELECT max(c.applied_minor) FROM chain c) AS applied_minor, \
        (SELECT f.payment_minor FROM chain c CROSS JOIN refunds f ON f.order_number = c.order_number \
            AND f.payment_id = c.payment_id ORDER BY c.steps DESC, f.version DESC LIMIT 1) \
            AS refunded_minor, \
        (SELECT json_group_array(json_object('order_number', c.order_number, \
            'amount_minor', a.credits - a.debits)) FROM chain c CROSS JOIN ledger_accounts a \
            ON a.account = 'unapplied:' || c.order_number || ':' || c.currency \
            WHERE a.credits > a.debits) AS left_behind \
        FROM payments y WHERE y.method = ?1 AND y.capture_ref = ?2");
    /// The payment of a checkout: the one that the session is bound to here, or else the one that
    /// it is said to be for, ?3.
    PAYMENT_OF_CHECKOUT = concat!("SELECT ", columns!(), " FROM payments y \
        WHERE y.method = ?1 AND y.payment_id = coalesce((SELECT b.payment_id FROM payments b \
        WHERE b.method = ?1 AND b.session_id = ?2), ?3)");
}
