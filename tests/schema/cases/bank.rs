//! What breaks the guards of bank transfers: the shop's accounts, proofs and their objects, receipts, and what
//! staff decide.

use super::{ANY, Case, copy, run};

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

/// Table by table in the order of the schema.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
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
];
