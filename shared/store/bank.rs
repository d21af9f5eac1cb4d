//! Bank accounts, proofs, what staff decided, and objects to remove.

use super::statements;

/// The columns of [`crate::proof::Proof`].
macro_rules! proof_columns {
    () => {
        "p.proof_id, p.order_number, p.payment_id, p.bank_account_id, p.object_key, p.sha256, \
         p.size_bytes, p.media_type, p.width_px, p.height_px, p.file_name, p.transfer_reference, \
         p.uploaded_at, p.state, p.removed_at"
    };
}

/// The columns of [`crate::bank::BankAccount`].
macro_rules! account_columns {
    () => {
        "b.bank_account_id, b.currency, b.bank_name, b.holder, b.account_number, b.routing, b.note"
    };
}

statements! {
    /// The accounts that the buyer of an order may transfer to, in staff's order, and those that they
    /// may have transferred to before they were retired.
    ACCOUNTS_FOR_ORDER = concat!("SELECT ", account_columns!(), ", \
        b.retired_at IS NOT NULL AS is_retired FROM orders o \
        CROSS JOIN bank_accounts b ON b.currency = o.currency \
        WHERE o.order_number = ?1 AND coalesce(b.retired_at, o.created_at) >= o.created_at \
        ORDER BY b.position, b.bank_account_id LIMIT 50");
    /// An account, whether or not it is still in use.
    ACCOUNT_BY_ID = concat!("SELECT ", account_columns!(), " FROM bank_accounts b \
        WHERE b.bank_account_id = ?1");
    /// The newest proofs of an order, newest first, with why they were turned down.
    PROOFS_OF_ORDER = concat!("SELECT ", proof_columns!(), ", d.reason_code, d.reason \
        FROM proofs p LEFT JOIN decisions d ON d.proof_id = p.proof_id \
        AND d.verdict IN ('approved', 'rejected') WHERE p.order_number = ?1 \
        ORDER BY p.uploaded_at DESC LIMIT 20");
    /// A proof by its id.
    PROOF_BY_ID = concat!("SELECT ", proof_columns!(), " FROM proofs p WHERE p.proof_id = ?1");
    /// A proof that was just handed in; its object is claimed by a trigger.
    INSERT_PROOF = "INSERT INTO proofs (proof_id, order_number, payment_id, bank_account_id, \
        object_key, sha256, size_bytes, media_type, width_px, height_px, file_name, \
        transfer_reference, uploaded_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    /// A newer proof takes the place of the one that waits.
    PROOF_SUPERSEDED = "UPDATE proofs SET state = 'superseded' \
        WHERE proof_id = ?1 AND state = 'waiting'";
    /// The object of a proof is gone.
    PROOF_REMOVED = "UPDATE proofs SET removed_at = ?2 \
        WHERE proof_id = ?1 AND removed_at IS NULL";
    /// A transfer as read on the bank's statement. One that pays nothing any more, because its
    /// decision was revoked, takes the new figures.
    INSERT_RECEIPT = "INSERT INTO bank_receipts (bank_account_id, bank_reference, currency, \
        amount_minor, value_date) VALUES (?1, ?2, ?3, ?4, ?5) \
        ON CONFLICT (bank_account_id, bank_reference) DO UPDATE SET currency = excluded.currency, \
        amount_minor = excluded.amount_minor, value_date = excluded.value_date \
        WHERE applied_minor = 0";
    /// What was decided; its triggers carry it out on proofs and receipts.
    INSERT_DECISION = "INSERT INTO decisions (decision_id, order_number, order_version, payment_id, \
        proof_id, verdict, decided_by, proposed_by, decided_at, currency, amount_minor, value_date, \
        bank_account_id, bank_reference, reason_code, reason, revokes) \
        VALUES (?1, ?2, (SELECT version FROM orders WHERE order_number = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    /// What was decided about an order, oldest first.
    DECISIONS_OF_ORDER = "SELECT decision_id, order_number, payment_id, proof_id, verdict, \
        decided_by, EXISTS (SELECT 1 FROM staff s CROSS JOIN staff_rights r ON r.role = s.role \
        AND r.action = 'decide' WHERE s.email = substr(d.decided_by, 7) \
        AND s.disabled_at IS NULL) AS may_decide, proposed_by, decided_at, currency, \
        amount_minor, value_date, bank_account_id, bank_reference, reason_code, reason, revokes \
        FROM decisions d WHERE order_number = ?1 ORDER BY order_version LIMIT 100";
    /// The decisions by which a transfer pays orders, as they stand.
    DECISIONS_OF_RECEIPT = "SELECT d.decision_id, d.order_number, d.currency, d.amount_minor \
        FROM decisions d WHERE d.bank_reference = ?1 AND d.bank_account_id = ?2 \
        AND d.verdict IN ('approved', 'settled') \
        AND NOT EXISTS (SELECT 1 FROM decisions v WHERE v.revokes = d.decision_id) LIMIT 100";
    /// A transfer still pays as much as was read; when it does not, that meets NOT NULL.
    RECEIPT_AS_READ = "UPDATE bank_receipts SET applied_minor = \
        iif(applied_minor = ?3, applied_minor, NULL) \
        WHERE bank_reference = ?1 AND bank_account_id = ?2";
    /// The order that a decision is about.
    ORDER_OF_DECISION = "SELECT order_number FROM decisions WHERE decision_id = ?1";
    /// An object that has to go: one that is about to be put, or one whose proof is over.
    INSERT_REMOVAL = "INSERT INTO removals (object_key, proof_id, due_at) VALUES (?1, ?2, ?3)";
    /// Takes objects that have to go for one cron tick, oldest first. From then on no proof can
    /// claim them.
    LEASE_REMOVALS = "UPDATE removals SET due_at = ?2, asks = asks + 1 WHERE object_key IN ( \
        SELECT object_key FROM removals WHERE due_at <= ?1 ORDER BY due_at \
        LIMIT CAST(?3 AS INTEGER)) RETURNING object_key, proof_id, asks";
    /// A tick that took a removal until ?3 has not begun it: that was no try.
    REMOVAL_GIVEN_BACK = "UPDATE removals SET due_at = ?2, asks = max(asks - 1, 0) \
        WHERE object_key = ?1 AND due_at = ?3";
    /// When cron tries again to remove an object.
    REMOVAL_DUE = "UPDATE removals SET due_at = ?2 WHERE object_key = ?1";
    /// An object is gone.
    REMOVAL_DONE = "DELETE FROM removals WHERE object_key = ?1";
    /// Proofs that wait, the oldest first, after one of them; for staff.
    QUEUE = "SELECT p.proof_id, p.order_number, p.uploaded_at, b.bank_name, y.currency, \
        y.amount_minor, (SELECT iif(min(d.decided_by) = max(d.decided_by), min(d.decided_by), \
        min(d.decided_by) || ' and ' || max(d.decided_by)) FROM decisions d \
        WHERE d.order_number = p.order_number AND d.proof_id = p.proof_id \
        AND d.verdict = 'proposed') AS signed_by FROM proofs p \
        CROSS JOIN payments y ON y.payment_id = p.payment_id \
        CROSS JOIN bank_accounts b ON b.bank_account_id = p.bank_account_id \
        WHERE p.state = 'waiting' AND (p.uploaded_at, p.proof_id) > (?1, ?2) \
        ORDER BY p.uploaded_at, p.proof_id LIMIT 50";
    /// What one person has settled by hand and another has to sign: of the newest fifty such
    /// signatures those after which nothing else was decided, the newest first; for staff.
    SIGNED_BY_HAND = "SELECT d.order_number, d.decided_by, d.decided_at, d.currency, \
        d.amount_minor, b.bank_name FROM (SELECT * FROM decisions \
        WHERE verdict = 'proposed' AND proof_id IS NULL ORDER BY decided_at DESC LIMIT 50) d \
        CROSS JOIN bank_accounts b ON b.bank_account_id = d.bank_account_id \
        WHERE NOT EXISTS (SELECT 1 FROM decisions later WHERE later.order_number = d.order_number \
        AND later.order_version > d.order_version AND later.verdict <> 'proposed')";
    /// What other orders showed that is like the proof of an order that waits: the same file; for
    /// staff.
    PROOFS_OF_SAME_FILE = "SELECT p.proof_id, p.order_number, p.state, o.version, o.currency, \
        1 AS same_file, p.transfer_reference = q.transfer_reference AND p.transfer_reference <> '' \
        AS same_reference FROM proofs q CROSS JOIN proofs p ON p.sha256 = q.sha256 \
        CROSS JOIN orders o ON o.order_number = p.order_number \
        WHERE q.order_number = ?1 AND q.state = 'waiting' AND p.order_number <> ?1 LIMIT 10";
    /// As [`PROOFS_OF_SAME_FILE`]: another file, and the same transfer by its reference.
    PROOFS_OF_SAME_TRANSFER = "SELECT p.proof_id, p.order_number, p.state, o.version, o.currency, \
        0 AS same_file, 1 AS same_reference FROM proofs q \
        CROSS JOIN proofs p ON p.transfer_reference = q.transfer_reference \
        AND p.transfer_reference <> '' CROSS JOIN orders o ON o.order_number = p.order_number \
        WHERE q.order_number = ?1 AND q.state = 'waiting' AND p.order_number <> ?1 \
        AND p.sha256 <> q.sha256 LIMIT 10";
    /// The transfer that a waiting proof names, if it was read on the statement before; for staff.
    RECEIPT_OF_PROOF = "SELECT r.currency, r.amount_minor, r.applied_minor, r.returned_at \
        FROM proofs q CROSS JOIN bank_accounts n ON n.bank_account_id = q.bank_account_id \
        CROSS JOIN bank_accounts b ON b.currency = n.currency \
        AND upper(replace(replace(b.account_number, ' ', ''), '-', '')) \
        = upper(replace(replace(n.account_number, ' ', ''), '-', '')) \
        CROSS JOIN bank_receipts r ON r.bank_account_id = b.bank_account_id \
        AND r.bank_reference = q.transfer_reference \
        WHERE q.order_number = ?1 AND q.state = 'waiting'";
    /// All accounts after one of them, by their short names, retired or not; for staff.
    ACCOUNTS = concat!("SELECT ", account_columns!(), ", b.retired_at FROM bank_accounts b \
        WHERE b.bank_account_id > ?1 ORDER BY b.bank_account_id LIMIT 50");
    /// An account that an admin adds.
    INSERT_ACCOUNT = "INSERT INTO bank_accounts (bank_account_id, currency, bank_name, holder, \
        account_number, routing, note, added_by, added_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    /// Buyers are not shown an account any more. One that is retired meets a trigger.
    RETIRE_ACCOUNT = "UPDATE bank_accounts SET retired_by = ?2, retired_at = ?3 \
        WHERE bank_account_id = ?1";
}
