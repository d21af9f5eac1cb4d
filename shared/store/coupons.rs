//! Coupons, their uses, and how often somebody tries.

use super::statements;

statements! {
    /// A coupon by its code.
    COUPON = "SELECT coupon_code, terms, iif(refunded, 'stopped', state) AS state, \
         starts_at, ends_at, uses_max, uses FROM coupons \
        WHERE coupon_code = ?1";
    /// Holds a use of a coupon for a new order, in the lowest of the customer's slots that is free.
    /// Where there is none, or no such coupon, a trigger refuses; where no use is left, the CHECK of
    /// `coupons` does.
    HOLD_USE = "INSERT INTO redemptions (order_number, coupon_code, customer, slot, held_at) \
        VALUES (?1, ?2, ?3, (SELECT iif(c.uses_per_customer IS NULL, 0, ( \
            SELECT s.value FROM json_each('[1,2,3,4,5,6,7,8,9,10]') s \
            WHERE s.value <= c.uses_per_customer AND NOT EXISTS ( \
                SELECT 1 FROM redemptions r WHERE r.coupon_code = ?2 AND r.customer = ?3 \
                AND r.slot = s.value AND r.slot > 0 AND r.state IN ('held', 'consumed')) \
            LIMIT 1)) FROM coupons c WHERE c.coupon_code = ?2), ?4)";
    /// The codes ?1, a JSON array, of an order that is confirmed in the same batch.
    ISSUE_CODES = "INSERT INTO coupons (coupon_code, terms, starts_at, ends_at, uses_max, \
        uses_per_customer, note, made_by, made_at, issued_by) \
        SELECT value, ?2, ?3, ?4, ?5, ?7, '', 'order', ?3, ?6 FROM json_each(?1)";
    /// The coupons that an order has issued.
    CODES_OF_ORDER = "SELECT coupon_code, terms, iif(refunded, 'stopped', state) AS state, \
         starts_at, ends_at, uses_max, uses \
        FROM coupons WHERE issued_by = ?1 ORDER BY coupon_code LIMIT 100";
    /// Ends what an order has issued, for good.
    STOP_CODES = "UPDATE coupons SET state = 'stopped' WHERE issued_by = ?1 AND state <> 'stopped'";
    /// Pauses what an order has issued, or lets all of it be used again.
    TURN_CODES = "UPDATE coupons SET state = ?2 \
        WHERE issued_by = ?1 AND state NOT IN (?2, 'stopped')";
    /// A dispute about an order that has issued codes, ?3 when it is won. What was won stays so.
    DISPUTE_CODES = "INSERT INTO coupon_disputes (order_number, dispute_id, won) \
        VALUES (?1, ?2, ?3) ON CONFLICT (order_number, dispute_id) \
        DO UPDATE SET won = 1 WHERE excluded.won > won";
    /// Opens a case of the kind ?3 about an order's codes: about those that were used once the money is
    /// gone or disputed, or about those that can be used though a part of it is gone.
    CASE_OF_CODES = "INSERT INTO cases (kind, subject, order_number, evidence, opened_at) \
        SELECT ?3, ?1, ?1, json_object('codes', c.codes, 'uses', c.uses), ?2 \
        FROM (SELECT count(*) AS codes, sum(uses) AS uses, max(state = 'stopped' OR refunded) AS over \
              FROM coupons WHERE issued_by = ?1) c \
        WHERE iif(?3 = 'coupons_used', c.uses > 0 AND (c.over OR EXISTS ( \
              SELECT 1 FROM coupon_disputes d WHERE d.order_number = ?1 AND d.won = 0)), \
              c.codes > 0 AND NOT c.over) \
        ON CONFLICT (kind, subject) DO UPDATE SET evidence = excluded.evidence, closed_at = NULL, \
        closed_because = NULL";
    /// Tells staff about that case, if it is open; cron sends it.
    ALERT_OF_CODES = "INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, \
        due_at) SELECT ?2, ?3, ?1, ?4, ?5, ?5 WHERE EXISTS ( \
        SELECT 1 FROM cases WHERE kind = ?6 AND subject = ?1 AND closed_at IS NULL) \
        ON CONFLICT (kind, dedupe_key) DO NOTHING";
    /// Closes the case about used codes once no dispute is open and nothing was refunded.
    CLOSE_USED_CASE = "UPDATE cases SET closed_at = max(?2, opened_at), \
        closed_because = ?3 \
        WHERE kind = 'coupons_used' AND subject = ?1 AND closed_at IS NULL AND NOT EXISTS ( \
        SELECT 1 FROM coupon_disputes d WHERE d.order_number = ?1 AND d.won = 0) AND NOT EXISTS ( \
        SELECT 1 FROM coupons c WHERE c.issued_by = ?1 AND (c.state = 'stopped' OR c.refunded))";
    /// A coupon that staff make.
    INSERT_COUPON = "INSERT INTO coupons (coupon_code, terms, starts_at, ends_at, uses_max, \
        uses_per_customer, note, made_by, made_at) VALUES (?1, ?2, ?9, ?4, ?5, ?6, ?7, ?8, ?3)";
    /// Coupons that staff have made, the newest fifty of before ?1; for staff.
    COUPONS_OF_STAFF = "SELECT coupon_code, terms, iif(refunded, 'stopped', state) AS state, \
         starts_at, ends_at, uses_max, uses, note, \
        made_at, uses_per_customer, issued_by FROM coupons WHERE issued_by IS NULL \
        AND (made_at, coupon_code) < (?1, ?2) ORDER BY made_at DESC, coupon_code DESC LIMIT 50";
    /// A coupon with what staff are told of it.
    COUPON_FOR_STAFF = "SELECT coupon_code, terms, iif(refunded, 'stopped', state) AS state, \
         starts_at, ends_at, uses_max, uses, note, \
        made_at, uses_per_customer, issued_by FROM coupons WHERE coupon_code = ?1";
    /// Pauses a coupon or lets it be used again.
    TURN_COUPON = "UPDATE coupons SET state = ?2 WHERE coupon_code = ?1 AND state <> ?2";
    /// The newest fifty uses of a coupon; for staff.
    USES_OF_COUPON = "SELECT order_number, state, held_at, restored_because FROM redemptions \
        WHERE coupon_code = ?1 ORDER BY held_at DESC LIMIT 50";
    /// The use of a coupon by an order.
    USE_BY_ORDER = "SELECT order_number, state, held_at, restored_because FROM redemptions \
        WHERE order_number = ?2 AND coupon_code = ?1";
    /// Gives back a use; a trigger refuses if it was not consumed, or given back before. ?4 says why.
    RESTORE_USE = "UPDATE redemptions SET state = 'released', ended_at = ?3, restored_because = ?4 \
        WHERE order_number = ?2 AND coupon_code = ?1";
    /// Counts a try of ?1 at ?2; more than ?3 within a minute are refused by a CHECK.
    COUNT_TRY = "INSERT INTO attempts (subject, began_at, tries, tries_max) VALUES (?1, ?2, 1, ?3) \
        ON CONFLICT (subject) DO UPDATE SET tries_max = excluded.tries_max, \
        tries = iif(began_at + 60 <= excluded.began_at, 1, tries + 1), \
        began_at = iif(began_at + 60 <= excluded.began_at, excluded.began_at, began_at)";
    /// Forgets tries of before ?1, some at a time.
    PRUNE_TRIES = "DELETE FROM attempts WHERE subject IN ( \
        SELECT subject FROM attempts WHERE began_at < ?1 ORDER BY began_at LIMIT 50)";
}
