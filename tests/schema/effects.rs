//! What each trigger does by itself.

use crate::cases::erase;

/// Something that a trigger does by itself.
#[derive(Debug)]
pub(crate) struct Effect {
    /// Which trigger.
    pub(crate) trigger: &'static str,
    /// What sets it off.
    pub(crate) act: &'static str,
    /// Where its effect shows; one text.
    pub(crate) look: &'static str,
    /// The text.
    pub(crate) seen: &'static str,
}

/// Every trigger that acts.
pub(crate) const EFFECTS: &[Effect] = &[
    Effect {
        trigger: "erasures_carried_out",
        act: erase!(""),
        look: "SELECT concat_ws(' ', o.customer_email, o.paid_by, h.paid_by, y.paid_by, y.payer_name, p.file_name,
               p.sha256 > '')
               FROM orders o JOIN order_history h USING (order_number)
               JOIN payment_allocations l USING (order_number) JOIN payments y USING (payment_id)
               JOIN proofs p USING (order_number)
               WHERE o.order_number = 'ORDERBYTRANSF1' AND h.version = 3",
        seen: "erased@erased.invalid erased erased erased  1",
    },
    Effect {
        trigger: "order_history_stepped",
        act: "INSERT INTO order_history VALUES ('ORDERUNPAID001', 2, 'unpaid', 'in_review',
              'proof', 'buyer', 'request', '', printf('%026d', 9), 150, NULL, NULL)",
        look: "SELECT concat_ws(' ', state, version, due_at, ended_at) FROM orders
               WHERE order_number = 'ORDERUNPAID001'",
        seen: "in_review 2 200",
    },
    Effect {
        trigger: "order_history_ended",
        act: "INSERT INTO order_history VALUES ('ORDERUNPAID001', 2, 'unpaid', 'expired',
              'expired', 'cron', 'deadline', '', printf('%026d', 9), 250, NULL, NULL)",
        look: "SELECT concat_ws(' ', state, version, due_at, ended_at) FROM orders
               WHERE order_number = 'ORDERUNPAID001'",
        seen: "expired 2 250",
    },
    Effect {
        trigger: "redemptions_taken",
        act: "INSERT INTO redemptions (order_number, coupon_code, customer, slot, held_at)
              VALUES ('ORDERWITHCOUP2', 'KCOUPON0000001', 'ada@example.com', 2, 120)",
        look: "SELECT concat(uses) FROM coupons WHERE coupon_code = 'KCOUPON0000001'",
        seen: "2",
    },
    Effect {
        trigger: "email_codes_bind",
        act: "UPDATE email_codes SET tries = 1; UPDATE email_codes SET confirmed_at = 120",
        look: "SELECT concat(confirmed_at) FROM redemptions",
        seen: "120",
    },
    Effect {
        trigger: "redemptions_given_back",
        act: "INSERT INTO order_history VALUES ('ORDERWITHCOUP1', 2, 'unpaid', 'cancelled', 'cancelled',
              'buyer', 'request', '', printf('%026d', 9), 150, NULL, NULL)",
        look: "SELECT concat_ws(' ', r.state, r.ended_at, c.uses) FROM redemptions r
               JOIN coupons c USING (coupon_code)",
        seen: "released 150 0",
    },
    Effect {
        trigger: "coupon_disputes_begun",
        act: "UPDATE coupons SET state = 'active';
              INSERT INTO coupon_disputes VALUES ('ORDERCONFIRMED', 'du_2', 0)",
        look: "SELECT state FROM coupons WHERE issued_by = 'ORDERCONFIRMED'",
        seen: "suspended",
    },
    Effect {
        trigger: "coupon_disputes_won",
        act: "UPDATE coupon_disputes SET won = 1",
        look: "SELECT state FROM coupons WHERE issued_by = 'ORDERCONFIRMED'",
        seen: "active",
    },
    Effect {
        trigger: "refunds_reach_codes",
        act: "DROP TRIGGER refunds_checked;
              INSERT INTO refunds VALUES ('ORDERCONFIRMED', 4, 'PAYMENTPAID001', 1190, '[190,1000]')",
        look: "SELECT concat(refunded) FROM coupons WHERE issued_by = 'ORDERCONFIRMED'",
        seen: "1",
    },
    Effect {
        trigger: "payments_ended",
        act: "UPDATE payments SET state = 'failed', due_at = NULL
              WHERE payment_id = 'PAYMENTOPEN001'",
        look: "SELECT concat(live) FROM payment_allocations WHERE payment_id = 'PAYMENTOPEN001'",
        seen: "0",
    },
    Effect {
        trigger: "transfers_posted",
        act: "INSERT INTO transfers VALUES ('capture:stripe:cs_2:ORDERPAYING001',
              'provider:stripe:EUR', 'order:ORDERPAYING001', 'EUR', 1190, 'event evt_2', 150)",
        look: "SELECT group_concat(account || ' ' || debits || ' ' || credits) FROM ledger_accounts
               WHERE account IN ('provider:stripe:EUR', 'order:ORDERPAYING001')",
        seen: "order:ORDERPAYING001 0 1190,provider:stripe:EUR 2380 0",
    },
    Effect {
        trigger: "proofs_claim_object",
        act: "UPDATE proofs SET state = 'superseded' WHERE state = 'waiting';
              INSERT INTO proofs (proof_id, order_number, payment_id, bank_account_id, object_key,
              sha256, size_bytes, media_type, file_name, transfer_reference, uploaded_at)
              VALUES ('DOCUMENT000003', 'ORDERTRANSFER1', 'PAYMENTBANK001', 'main-eur',
              'proofs/' || printf('%026d', 3), printf('%064d', 3), 9, 'application/pdf', '', '', 140)",
        look: "SELECT concat(count(*)) FROM removals",
        seen: "0",
    },
    Effect {
        trigger: "decisions_decide",
        act: DECIDE,
        look: "SELECT state FROM proofs WHERE proof_id = 'DOCUMENT000001'",
        seen: "rejected",
    },
    Effect {
        trigger: "decisions_apply",
        act: "UPDATE payments SET state = 'paid', capture_ref = 'e', received_minor = 1,
              received_currency = 'EUR', paid_at = 130, paid_by = 'x', due_at = NULL
              WHERE payment_id = 'PAYMENTBANK001';
              INSERT INTO order_history VALUES ('ORDERTRANSFER1', 3, 'in_review', 'unpaid', 'x', 'x',
              'x', '', printf('%026d', 30), 140, NULL, NULL);
              INSERT INTO bank_receipts VALUES ('main-eur', 'NEW', 'EUR', 100, '2026-11-21', 0, NULL);
              INSERT INTO decisions VALUES (printf('%026d', 30), 'ORDERTRANSFER1', 3, 'PAYMENTBANK001',
              'DOCUMENT000001', 'approved', 'staff:ruth@shop.test', NULL, 140, 'EUR', 60, '2026-11-21', 'main-eur',
              'NEW', NULL, '', NULL)",
        look: "SELECT concat(applied_minor) FROM bank_receipts WHERE bank_reference = 'NEW'",
        seen: "60",
    },
    Effect {
        trigger: "decisions_revoke",
        act: "INSERT INTO order_history VALUES ('ORDERBYTRANSF1', 4, 'confirmed', 'confirmed', 'x',
              'x', 'x', '', printf('%026d', 22), 140, NULL, NULL);
              INSERT INTO decisions SELECT printf('%026d', 22), order_number, 4, payment_id, proof_id,
              'revoked', 'staff:ruth@shop.test', NULL, 140, NULL, NULL, NULL, NULL, NULL, 'returned', 'x', decision_id
              FROM decisions",
        look: "SELECT concat_ws(' ', applied_minor, returned_at) FROM bank_receipts",
        seen: "0 140",
    },
    Effect {
        trigger: "cases_reopened",
        act: "INSERT INTO outbox (kind, dedupe_key, payload, state, created_at)
              VALUES ('mail_staff_alert', 'refund/re_1', '{\"kind\": \"refund\"}', 'sent', 140);
              UPDATE cases SET closed_at = NULL, closed_because = NULL, opened_at = 170 WHERE kind = 'refund'",
        look: "SELECT concat_ws(' ', dedupe_key, payload, state, created_at, due_at) FROM outbox
               WHERE created_at = 170",
        seen: "refund/re_1/170 {\"kind\": \"refund\"} pending 170 170",
    },
];

/// The proof that waits is turned down.
const DECIDE: &str = "INSERT INTO order_history VALUES ('ORDERTRANSFER1', 3, 'in_review', 'rejected',
     'x', 'x', 'x', '', printf('%026d', 30), 140, NULL, NULL);
     INSERT INTO decisions VALUES (printf('%026d', 30), 'ORDERTRANSFER1', 3, 'PAYMENTBANK001',
     'DOCUMENT000001', 'rejected', 'staff:ruth@shop.test', NULL, 140, NULL, NULL, NULL, NULL, NULL, 'other', '', NULL)";
