//! What breaks the guards of coupons: the codes, their redemptions and disputes, and the codes that are mailed
//! to who redeems one.

use super::{ANY, Case, copy, run};

/// Every try of a code, and one more.
const SIX_TRIES: &str = "UPDATE email_codes SET tries = tries + 1;
     UPDATE email_codes SET tries = tries + 1; UPDATE email_codes SET tries = tries + 1;
     UPDATE email_codes SET tries = tries + 1; UPDATE email_codes SET tries = tries + 1;
     UPDATE email_codes SET tries = tries + 1";
/// A coupon that nobody has used.
const UNUSED: &str = "coupon_code = 'KCOUPON0000002'";

/// Table by table in the order of the schema.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    copy("coupons", UNUSED, &[("coupon_code", "'SHORT'")], "length(coupon_code) = 14"),
    copy("coupons", UNUSED, &[("terms", "'{'")], "json_valid(terms)"),
    run("coupons", "UPDATE coupons SET state = 'lost'", "state IN ("),
    copy("coupons", UNUSED, &[("uses_max", "0")], "uses_max BETWEEN"),
    copy("coupons", UNUSED, &[("uses_per_customer", "11")], "uses_per_customer BETWEEN"),
    run("coupons", "UPDATE coupons SET uses = -1", "uses >= 0"),
    copy("coupons", UNUSED, &[("note", "printf('%0201d', 0)")], "length(note) <= 200"),
    copy("coupons", UNUSED, &[("made_by", "''")], "length(made_by) >= 1"),
    run("coupons", "UPDATE coupons SET uses = 3", "coupon_used_up"),
    copy("coupons", UNUSED, &[("ends_at", "100")], "coupon_ends_later"),
    run("coupons", "UPDATE coupons SET refunded = 2", "refunded IN (0, 1)"),
    copy("coupons", UNUSED, &[], "coupons.coupon_code"),
    copy("coupons", UNUSED, &[("uses", "1")], "coupon_begins_unused"),
    copy("coupons", UNUSED, &[("issued_by", "'ORDERUNPAID001'")], "coupon_without_payment"),
    run("coupons", "UPDATE coupons SET terms = '[]'", "coupon_frozen"),
    run("coupons", "UPDATE coupons SET state = 'stopped'; UPDATE coupons SET state = 'active'", "coupon_is_stopped"),
    run("coupons", "DELETE FROM coupons", "coupon_kept"),

    copy("coupon_disputes", ANY, &[("dispute_id", "''")], "length(dispute_id) >= 1"),
    copy("coupon_disputes", ANY, &[("dispute_id", "'du_2'"), ("won", "2")], "won IN (0, 1)"),
    copy("coupon_disputes", ANY, &[], "coupon_disputes.order_number, coupon_disputes.dispute_id"),
    run("coupon_disputes", "UPDATE coupon_disputes SET won = 1; UPDATE coupon_disputes SET won = 0", "coupon_dispute_fixed"),
    run("coupon_disputes", "DELETE FROM coupon_disputes", "coupon_dispute_kept"),
    run("redemptions", "DROP TRIGGER redemptions_stepped; UPDATE redemptions SET state = 'lost', ended_at = 1", "state IN ("),
    run("redemptions", "UPDATE redemptions SET restored_because = ''", "length(restored_because)"),
    run("redemptions", "UPDATE redemptions SET ended_at = 1", "redemption_complete"),
    copy("redemptions", ANY, &[("slot", "2")], "redemptions.order_number"),
    copy("redemptions", ANY, &[("order_number", "'ORDERWITHCOUP2'")], "redemptions.coupon_code, redemptions.customer, redemptions.slot"),
    copy("redemptions", ANY, &[("ended_at", "120")], "redemption_begins_held"),
    copy("redemptions", ANY, &[("order_number", "'ORDERUNPAID001'")], "redemption_without_order"),
    copy("redemptions", ANY, &[("order_number", "'ORDERWITHCOUP2'"), ("slot", "2"), ("held_at", "900")], "coupon_unusable"),
    copy("redemptions", ANY, &[("order_number", "'ORDERWITHCOUP2'"), ("slot", "3")], "coupon_customer_used"),
    run("redemptions", "UPDATE redemptions SET state = 'consumed', ended_at = 120", "redemption_step_illegal"),
    run("redemptions", "UPDATE redemptions SET slot = 2", "redemption_frozen"),
    run("redemptions", "UPDATE redemptions SET confirmed_at = 120", "redemption_without_code"),
    run("redemptions", "DELETE FROM redemptions", "redemption_kept"),

    copy("email_codes", ANY, &[("purpose", "'sign_in'")], "purpose IN ("),
    copy("email_codes", ANY, &[("nth", "0")], "nth BETWEEN"),
    copy("email_codes", ANY, &[("seed", "''")], "length(seed) = 26"),
    copy("email_codes", ANY, &[("expires_at", "1001")], "email_code_lifetime"),
    run("email_codes", SIX_TRIES, "email_code_tries"),
    copy("email_codes", ANY, &[], "email_codes.purpose, email_codes.subject, email_codes.nth"),
    copy("email_codes", ANY, &[("tries", "1")], "email_code_begins_untried"),
    copy("email_codes", ANY, &[("nth", "2"), ("sent_at", "159")], "email_code_too_soon"),
    copy("email_codes", ANY, &[("subject", "'ORDERWITHCOUP2'")], "email_code_without_use"),
    run("email_codes", "UPDATE email_codes SET seed = printf('%026d', 2)", "email_code_frozen"),
    run("email_codes", "UPDATE email_codes SET tries = 2", "email_code_over"),
    run("email_codes", "UPDATE email_codes SET confirmed_at = 120", "email_code_not_confirmable"),
    run("email_codes", "DELETE FROM email_codes", "email_code_kept"),
];
