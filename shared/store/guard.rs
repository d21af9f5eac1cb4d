//! The schema's refusals by name.

/// What a refused batch met. D1 and SQLite put the constraint's columns, its name, or the trigger's
/// text somewhere in the message; only that part is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Somebody else changed the order first.
    OrderConflict,
    /// Another payment of the order is live.
    PaymentLive,
    /// The payment is already paid.
    PaymentPaid,
    /// A capture of the payment may have taken the money.
    PaymentCapturing,
    /// The payment is bound to another session, or the session to another payment.
    SessionBound,
    /// This movement of money was booked before.
    TransferRepeated,
    /// The event is in the inbox already.
    InboxRepeated,
    /// The delivery that brings the event came before, with another body.
    TransmissionBound,
    /// The idempotency key was used before.
    IdempotencyRepeated,
    /// Too many orders have given way to each other already.
    ReplacedTooOften,
    /// The transfer on the bank's statement has paid something else.
    BankReferenceUsed,
    /// The proof was decided about, or the decision revoked, before.
    Decided,
    /// Cron has taken the object that a proof was about to claim.
    ObjectGone,
    /// The money that is to be taken back has been moved on.
    MoneyMoved,
    /// Whoever acts may not, or not any more.
    StaffNotAllowed,
    /// Somebody has closed the case.
    CaseClosed,
    /// The bank account is there already, or retired.
    AccountFixed,
    /// No use of the coupon is left for this order, or it cannot be used any more.
    CouponTaken,
    /// The coupon is there already.
    CouponMade,
    /// The coupon is stopped for good.
    CouponFixed,
    /// The use of the coupon was given back before.
    UseFixed,
    /// Somebody has tried too often within a minute.
    TriesUsedUp,
    /// The customer's address has as many orders as it may have within an hour.
    TooManyOrders,
    /// Another code was sent, or this one tried, since it was looked at.
    EmailCode,
    /// A rule that no caller can break by being late or double: a defect of this program.
    Other,
}

impl Guard {
    /// Reads the database's message.
    #[must_use]
    pub fn from_message(message: &str) -> Self {
        const NAMES: &[(&str, Guard)] = &[
            ("order_history.order_number", Guard::OrderConflict),
            ("order_state_stale", Guard::OrderConflict),
            // Somebody else has replaced the order, or it has ended.
            ("order_replaces_nothing", Guard::OrderConflict),
            ("order_replaced_too_often", Guard::ReplacedTooOften),
            ("orders.replaces", Guard::OrderConflict),
            // Another payment filled the order, or the order ended, since it was loaded.
            ("order_takes_no_money", Guard::OrderConflict),
            // Money went from the order since it was loaded.
            ("confirmed_without_money", Guard::OrderConflict),
            ("payment_allocations.order_number", Guard::PaymentLive),
            ("one_live_payment_per_order", Guard::PaymentLive),
            ("payment_is_paid", Guard::PaymentPaid),
            ("payment_capturing", Guard::PaymentCapturing),
            ("payment_session_bound", Guard::SessionBound),
            ("payments.session_id", Guard::SessionBound),
            ("payments.payment_id", Guard::SessionBound),
            ("transfers.transfer_id", Guard::TransferRepeated),
            ("inbox.provider", Guard::InboxRepeated),
            ("transmission_bound", Guard::TransmissionBound),
            ("idempotency.scope", Guard::IdempotencyRepeated),
            ("bank_reference_used", Guard::BankReferenceUsed),
            ("bank_reference_repeated", Guard::BankReferenceUsed),
            ("bank_receipt_returned", Guard::BankReferenceUsed),
            // The transfer pays more or less than was read.
            ("bank_receipts.applied_minor", Guard::Decided),
            // The reference was read in another currency before.
            ("decision_without_receipt", Guard::BankReferenceUsed),
            ("decisions.proof_id", Guard::Decided),
            ("decisions.revokes", Guard::Decided),
            ("proof_is_decided", Guard::Decided),
            ("first_signer_gone", Guard::Decided),
            ("proofs.order_number", Guard::OrderConflict),
            ("proof_without_object", Guard::ObjectGone),
            ("ledger_overdraft", Guard::MoneyMoved),
            ("staff_not_allowed", Guard::StaffNotAllowed),
            ("staff_not_oneself", Guard::StaffNotAllowed),
            ("case_is_closed", Guard::CaseClosed),
            ("bank_accounts.bank_account_id", Guard::AccountFixed),
            ("bank_account_repeated", Guard::AccountFixed),
            ("bank_account_is_retired", Guard::AccountFixed),
            ("coupon_used_up", Guard::CouponTaken),
            ("coupon_unusable", Guard::CouponTaken),
            ("coupon_customer_used", Guard::CouponTaken),
            ("coupons.coupon_code", Guard::CouponMade),
            ("coupon_is_stopped", Guard::CouponFixed),
            ("redemption_step_illegal", Guard::UseFixed),
            ("attempts_used_up", Guard::TriesUsedUp),
            ("too_many_orders_of_address", Guard::TooManyOrders),
            ("email_codes.purpose", Guard::EmailCode),
            ("email_code_tries", Guard::EmailCode),
            ("email_code_over", Guard::EmailCode),
        ];
        NAMES
            .iter()
            .find(|(part, _)| message.contains(part))
            .map_or(Self::Other, |(_, guard)| *guard)
    }

    /// Whether loading again and deciding anew can go on from here.
    #[must_use]
    pub fn is_race(self) -> bool {
        !matches!(
            self,
            Self::TransmissionBound
                | Self::ReplacedTooOften
                | Self::StaffNotAllowed
                | Self::CaseClosed
                | Self::AccountFixed
                | Self::CouponTaken
                | Self::CouponMade
                | Self::CouponFixed
                | Self::UseFixed
                | Self::TriesUsedUp
                | Self::TooManyOrders
                | Self::Other
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_d1_and_of_sqlite_name_the_same_guard() {
        for (message, guard) in [
            (
                "D1_ERROR: UNIQUE constraint failed: order_history.order_number, order_history.version: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)",
                Guard::OrderConflict,
            ),
            (
                "UNIQUE constraint failed: transfers.transfer_id",
                Guard::TransferRepeated,
            ),
            (
                "D1_ERROR: payment_is_paid: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)",
                Guard::PaymentPaid,
            ),
            (
                "UNIQUE constraint failed: payments.method, payments.session_id",
                Guard::SessionBound,
            ),
            (
                "CHECK constraint failed: ledger_overdraft",
                Guard::MoneyMoved,
            ),
            ("CHECK constraint failed: order_total", Guard::Other),
        ] {
            assert_eq!(Guard::from_message(message), guard, "{message}");
        }
    }
}
