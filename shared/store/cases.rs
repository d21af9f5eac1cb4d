//! Cases.

use super::statements;

statements! {
    /// Opens a case, or opens it again with new evidence.
    OPEN_CASE = "INSERT INTO cases (kind, subject, order_number, evidence, opened_at) \
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, subject) DO UPDATE SET \
        evidence = excluded.evidence, closed_at = NULL, closed_because = NULL, \
        opened_at = iif(closed_at IS NULL, opened_at, excluded.opened_at)";
    /// Opens a case, and adds what it is about to the money that an open one is about already.
    OPEN_CASE_ADDING = "INSERT INTO cases (kind, subject, order_number, evidence, opened_at) \
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, subject) DO UPDATE SET \
        evidence = json_patch(excluded.evidence, json_object('unapplied', json_object('amount', \
            json_extract(excluded.evidence, '$.unapplied.amount') + iif(closed_at IS NULL, \
            json_extract(evidence, '$.unapplied.amount'), 0)))), \
        closed_at = NULL, closed_because = NULL, \
        opened_at = iif(closed_at IS NULL, opened_at, excluded.opened_at)";
    /// Closes a case that has settled itself, never before it was opened: a clock that went back
    /// must not keep the batch, and the money in it, from being written.
    CLOSE_CASE = "UPDATE cases SET closed_at = max(?3, opened_at), closed_because = ?4 \
        WHERE kind = ?1 AND subject = ?2 AND closed_at IS NULL";
    /// Takes ?3 off the money that cases are about, of the kinds ?1, a JSON array; one without any is
    /// closed.
    TAKE_FROM_CASE = "UPDATE cases SET evidence = json_patch(evidence, json_object('unapplied', \
        json_object('amount', \
        max(json_extract(evidence, '$.unapplied.amount') - CAST(?3 AS INTEGER), 0)))), \
        closed_at = iif(json_extract(evidence, '$.unapplied.amount') > ?3, NULL, \
        max(?4, opened_at)), \
        closed_because = iif(json_extract(evidence, '$.unapplied.amount') > ?3, NULL, ?5) \
        WHERE kind IN (SELECT value FROM json_each(?1)) AND subject = ?2 AND closed_at IS NULL";
    /// What has become of an order's money beside the order, in order of arrival: what a person must
    /// still decide about, which cases name `unapplied`; refunds, unless none of them stands by the newest
    /// row of any payment, and disputes.
    MONEY_ASIDE = "SELECT kind, opened_at AS since, \
        json_extract(evidence, '$.unapplied.amount') AS amount, \
        json_extract(evidence, '$.unapplied.currency') AS currency FROM cases \
        WHERE order_number = ?1 AND (closed_at IS NULL \
        AND json_extract(evidence, '$.unapplied.amount') > 0 OR kind = 'dispute' \
        OR kind = 'refund' AND EXISTS (SELECT 1 FROM refunds f WHERE f.order_number = ?1 \
            AND f.payment_minor > 0 AND f.version = (SELECT max(n.version) FROM refunds n \
            WHERE n.order_number = ?1 AND n.payment_id = f.payment_id))) \
        ORDER BY opened_at LIMIT 50";
    /// Closes a case by somebody's word. One that is closed meets a trigger, whatever closed it.
    RESOLVE_CASE = "UPDATE cases SET closed_at = max(?3, opened_at), closed_because = ?4, \
        owner = ?5 WHERE kind = ?1 AND subject = ?2";
    /// The oldest open cases after one of them; for staff.
    OPEN_CASES = "SELECT kind, subject, order_number, evidence, opened_at, closed_at, \
        closed_because FROM cases WHERE closed_at IS NULL AND (opened_at, kind, subject) > (?1, ?2, ?3) \
        ORDER BY opened_at, kind, subject LIMIT 50";
    /// A case; for staff.
    CASE = "SELECT kind, subject, order_number, evidence, opened_at, closed_at, closed_because \
        FROM cases WHERE kind = ?1 AND subject = ?2";
    /// What there was to look at about an order, the newest fifty; for staff.
    CASES_OF_ORDER = "SELECT kind, subject, order_number, evidence, opened_at, closed_at, \
        closed_because FROM cases WHERE order_number = ?1 ORDER BY opened_at DESC LIMIT 50";
}
