//! The ledger.

use super::statements;

statements! {
    /// One movement of money; its trigger keeps the accounts.
    INSERT_TRANSFER = "INSERT INTO transfers (transfer_id, debit, credit, currency, amount_minor, \
        cause, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    /// The movements that a capture made: to the order, to *unapplied*, and what was written off.
    TRANSFERS_OF_CAPTURE = "SELECT transfer_id, debit, credit, currency, amount_minor \
        FROM transfers WHERE transfer_id IN ('capture:' || ?1 || ':' || ?2, \
        'capture:' || ?1 || ':unapplied', 'write_off:' || ?1 || ':' || ?2)";
}
