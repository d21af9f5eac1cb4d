//! The ledger.

use super::statements;

statements! {
    /// One movement of money; its trigger keeps the accounts.
    INSERT_TRANSFER = "INSERT INTO transfers (transfer_id, debit, credit, currency, amount_minor, \
        cause, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
}
