//! Coupons, their uses, and how often somebody tries.

use super::statements;

statements! {
    /// A coupon by its code.
    COUPON = "SELECT coupon_code, terms, state, starts_at, ends_at, uses_max, uses FROM coupons \
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
    /// Counts a try of ?1 at ?2; more than ?3 within a minute are refused by a CHECK.
    COUNT_TRY = "INSERT INTO attempts (subject, began_at, tries, tries_max) VALUES (?1, ?2, 1, ?3) \
        ON CONFLICT (subject) DO UPDATE SET tries_max = excluded.tries_max, \
        tries = iif(began_at + 60 <= excluded.began_at, 1, tries + 1), \
        began_at = iif(began_at + 60 <= excluded.began_at, excluded.began_at, began_at)";
    /// Forgets tries of before ?1, some at a time.
    PRUNE_TRIES = "DELETE FROM attempts WHERE subject IN ( \
        SELECT subject FROM attempts WHERE began_at < ?1 ORDER BY began_at LIMIT 50)";
}
