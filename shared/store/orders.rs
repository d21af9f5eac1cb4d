//! Orders and their history.

use super::statements;

/// The columns of [`crate::order::Order`].
macro_rules! columns {
    () => {
        "o.issues, o.replaces, (SELECT n.order_number FROM orders n \
             WHERE n.replaces = o.order_number) AS replaced_by, o.order_number, o.state, o.version, \
         o.currency, o.total_minor, \
         coalesce(a.credits - a.debits, 0) AS received_minor, o.quote, o.customer, o.billing, \
         o.token_hash, o.created_at, o.expires_at, o.asks, o.subscription_id, o.paid_by, \
         o.confirmed_at, o.ended_at, EXISTS (SELECT 1 FROM payment_allocations l \
             WHERE l.order_number = o.order_number AND l.live = 1) AS payment_live, \
         (SELECT y.session_expires_at FROM payment_allocations l \
             JOIN payments y ON y.payment_id = l.payment_id WHERE l.order_number = o.order_number \
             AND l.live = 1 AND y.method = 'bank') AS bank_until, \
         EXISTS (SELECT 1 FROM redemptions r WHERE r.order_number = o.order_number \
             AND r.state = 'held' AND r.confirmed_at IS NULL) AS email_unconfirmed, \
         coalesce((SELECT f.lines FROM refunds f WHERE f.order_number = o.order_number \
             ORDER BY f.version DESC LIMIT 1), '[]') AS refunded_lines"
    };
}

/// The columns of [`crate::staff::FoundOrder`].
macro_rules! found {
    () => {
        "o.order_number, o.state, o.created_at, o.currency, o.total_minor, o.customer_email"
    };
}

/// What the ledger holds for an order.
macro_rules! account {
    () => {
        "LEFT JOIN ledger_accounts a ON a.account = 'order:' || o.order_number"
    };
}

statements! {
    /// A new order at version 1.
    INSERT_ORDER = "INSERT INTO orders (order_number, account, state, version, currency, \
        subtotal_minor, discount_minor, tax_minor, total_minor, quote, customer, billing, \
        customer_email, token_hash, created_at, expires_at, due_at, issues, replaces, \
        replaced_before) \
        VALUES (?1, NULL, 'unpaid', 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?15, ?14, \
        ?16, coalesce((SELECT o.replaced_before + 1 FROM orders o WHERE o.order_number = ?16), 0))";
    /// The next version of an order: the guard of every change.
    INSERT_HISTORY = "INSERT INTO order_history (order_number, version, from_state, to_state, \
        event, actor, cause, reason, write_token, at, subscription_id, paid_by) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    /// An order by its number, with what the ledger holds and whether a payment is live.
    ORDER_BY_NUMBER = concat!("SELECT ", columns!(), " FROM orders o ", account!(),
        " WHERE o.order_number = ?1");
    /// The order that a payment pays.
    ORDER_OF_PAYMENT = concat!("SELECT ", columns!(), " FROM payment_allocations p \
        JOIN orders o ON o.order_number = p.order_number ", account!(), " WHERE p.payment_id = ?1");
    /// The order of a checkout's payment; see `PAYMENT_OF_CHECKOUT`.
    ORDER_OF_CHECKOUT = concat!("SELECT ", columns!(), " FROM payment_allocations p \
        JOIN orders o ON o.order_number = p.order_number ", account!(), " WHERE p.payment_id = \
        coalesce((SELECT b.payment_id FROM payments b \
        WHERE b.method = ?1 AND b.session_id = ?2), ?3)");
    /// The order that a message is about.
    ORDER_OF_MESSAGE = concat!("SELECT ", columns!(), " FROM outbox m \
        JOIN orders o ON o.order_number = m.order_number ", account!(),
        " WHERE m.kind = ?1 AND m.dedupe_key = ?2");
    /// The order that holds the money of a capture; see `PAYMENT_BY_CAPTURE`.
    ORDER_BY_CAPTURE = concat!(super::chain_of_capture!(), "SELECT ", columns!(), " FROM ( \
        SELECT c.order_number FROM chain c ORDER BY c.steps DESC LIMIT 1) h \
        JOIN orders o ON o.order_number = h.order_number ", account!());
    /// The newest of the orders that have taken the place of one, each that of another.
    NEWEST_REPLACEMENT = concat!("WITH RECURSIVE chain (order_number, steps) AS ( \
        SELECT n.order_number, 1 FROM orders n WHERE n.replaces = ?1 \
        UNION ALL SELECT n.order_number, c.steps + 1 FROM chain c \
        CROSS JOIN orders n ON n.replaces = c.order_number WHERE c.steps < 20) \
        SELECT ", columns!(), " FROM ( \
        SELECT c.order_number FROM chain c ORDER BY c.steps DESC LIMIT 1) h \
        JOIN orders o ON o.order_number = h.order_number ", account!());
    /// Whether a write of ours is in an order's history.
    HISTORY_BY_TOKEN = "SELECT version FROM order_history \
        WHERE order_number = ?1 AND write_token = ?2";
    /// The newest hundred rows of an order's history, oldest first.
    HISTORY = "SELECT version, from_state, to_state, event, actor, cause, reason, at FROM ( \
        SELECT * FROM order_history WHERE order_number = ?1 ORDER BY version DESC LIMIT 100) \
        ORDER BY version";
    /// Takes overdue orders for one cron tick, oldest first.
    LEASE_ORDERS = "UPDATE orders SET due_at = ?2, asks = asks + 1 WHERE order_number IN ( \
        SELECT order_number FROM orders WHERE due_at <= ?1 ORDER BY due_at \
        LIMIT CAST(?3 AS INTEGER)) RETURNING order_number, asks";
    /// A tick that took an order until ?3 has not begun it: that was no try.
    ORDER_GIVEN_BACK = "UPDATE orders SET due_at = ?2, asks = max(asks - 1, 0) \
        WHERE order_number = ?1 AND due_at = ?3";
    /// When cron looks at an order again, if it has to at all.
    ORDER_DUE = "UPDATE orders SET due_at = ?2 \
        WHERE order_number = ?1 AND due_at IS NOT NULL";
    /// An order by its number; for staff.
    ORDERS_BY_NUMBER = concat!("SELECT ", found!(), " FROM orders o WHERE o.order_number = ?1");
    /// Orders by the customer's address, newest first; for staff.
    ORDERS_BY_CUSTOMER_EMAIL = concat!("SELECT ", found!(), " FROM orders o \
        WHERE o.customer_email = ?1 COLLATE NOCASE ORDER BY o.created_at DESC LIMIT 50");
    /// The tenth newest order of an address, if it was made after ?2.
    TENTH_OF_CUSTOMER = "SELECT created_at FROM orders \
        WHERE customer_email = ?1 COLLATE NOCASE AND created_at > ?2 \
        ORDER BY created_at DESC LIMIT 1 OFFSET 9";
    /// The order with a subscription id; for staff.
    ORDERS_BY_SUBSCRIPTION_ID = concat!("SELECT ", found!(), " FROM orders o \
        WHERE o.subscription_id = ?1");
    /// The order of a payment reference; for staff.
    ORDERS_BY_PAYMENT_ID = concat!("SELECT ", found!(), " FROM payment_allocations p \
        JOIN orders o ON o.order_number = p.order_number WHERE p.payment_id = ?1");
    /// Orders paid from an address at the provider, the newest payment first; for staff.
    ORDERS_BY_PAYER_EMAIL = concat!("SELECT ", found!(), " \
        FROM payments y JOIN payment_allocations p ON p.payment_id = y.payment_id \
        JOIN orders o ON o.order_number = p.order_number \
        WHERE y.payer_email = ?1 ORDER BY y.paid_at DESC LIMIT 50");
    /// Orders by the key of their payer's name, the newest payment first; for staff.
    ORDERS_BY_PAYER_NAME = concat!("SELECT ", found!(), " \
        FROM payments y JOIN payment_allocations p ON p.payment_id = y.payment_id \
        JOIN orders o ON o.order_number = p.order_number \
        WHERE y.payer_name = ?1 ORDER BY y.paid_at DESC LIMIT 50");
    /// The order that has issued a coupon, and the newest that have used it; for staff.
    ORDERS_BY_COUPON = concat!("SELECT ", found!(), " FROM coupons c \
        JOIN orders o ON o.order_number = c.issued_by WHERE c.coupon_code = ?1 \
        UNION ALL SELECT * FROM (SELECT ", found!(), " FROM redemptions r \
        CROSS JOIN orders o ON o.order_number = r.order_number \
        WHERE r.coupon_code = ?1 ORDER BY r.held_at DESC LIMIT 50)");
    /// Orders by what a bank calls a transfer that staff decided about; for staff.
    ORDERS_BY_BANK_REFERENCE = concat!("SELECT ", found!(), " FROM decisions d \
        CROSS JOIN orders o ON o.order_number = d.order_number \
        WHERE d.bank_reference = ?1 LIMIT 50");
    /// Orders by what a provider calls the payment or its checkout; for staff.
    ORDERS_BY_PROVIDER_REFERENCE = concat!("SELECT ", found!(), " FROM payment_allocations p \
        JOIN orders o ON o.order_number = p.order_number WHERE p.payment_id IN ( \
        SELECT payment_id FROM payments \
        WHERE method IN ('stripe', 'paypal', 'bank') AND capture_ref = ?1 \
        UNION ALL SELECT payment_id FROM payments \
        WHERE method IN ('stripe', 'paypal', 'bank') AND session_id = ?1) LIMIT 50");
}
