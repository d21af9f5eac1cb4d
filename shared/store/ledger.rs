//! The ledger.

use super::statements;

statements! {
    /// One movement of money; its trigger keeps the accounts.
    INSERT_TRANSFER = "INSERT INTO transfers (transfer_id, debit, credit, currency, amount_minor, \
        cause, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    /// The movements that a capture made: to the order, to *unapplied*, and what was written off.
    TRANSFERS_OF_CAPTURE = "SELECT transfer_id, debit, credit, currency, amount_minor \
        FROM transfers WHERE transfer_id BETWEEN 'capture:' || ?1 || ':' AND 'capture:' || ?1 || ';' \
        OR transfer_id BETWEEN 'write_off:' || ?1 || ':' AND 'write_off:' || ?1 || ';'";
    /// The movements of the money that was paid for an order, found by their causes; for staff. What
    /// several orders share is not told apart.
    MOVEMENTS_OF_ORDER = "SELECT t.at, t.debit, t.credit, t.currency, t.amount_minor, t.cause \
        FROM payment_allocations p CROSS JOIN payments y ON y.payment_id = p.payment_id \
        CROSS JOIN json_each('[\"\", \"reverse:\", \"return:\"]') k \
        CROSS JOIN json_each('[\"capture:\", \"write_off:\"]') w \
        CROSS JOIN transfers t ON t.transfer_id \
        BETWEEN k.value || w.value || y.method || ':' || y.session_id || ':' \
        AND k.value || w.value || y.method || ':' || y.session_id || ';' \
        WHERE p.order_number = ?1 \
        UNION ALL SELECT t.at, t.debit, t.credit, t.currency, t.amount_minor, t.cause \
        FROM transfers t WHERE t.transfer_id IN ('leave:' || ?1, 'carry:' || ?1, \
        'carry:' || (SELECT o.replaces FROM orders o WHERE o.order_number = ?1)) \
        UNION ALL SELECT t.at, t.debit, t.credit, t.currency, t.amount_minor, t.cause \
        FROM payment_allocations p CROSS JOIN transfers t ON t.transfer_id \
        BETWEEN 'refund:' || p.payment_id || ':' AND 'refund:' || p.payment_id || ';' \
        WHERE p.order_number = ?1 LIMIT 100";
}
