//! An order in plain words: the one thing that every reader of it is told first.

use serde::Serialize;

use crate::order::{Order, OrderState};
use crate::payment::{Payment, PaymentState};
use crate::time::Timestamp;

/// An order in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// It holds a coupon, and nothing goes on before the address is confirmed.
    AwaitingEmail,
    /// It can be paid.
    AwaitingPayment,
    /// The buyer may have paid; we are finding out.
    Confirming,
    /// The buyer has paid by a method that takes days.
    Processing,
    /// 30 minutes passed and we still do not know: contact support.
    Unconfirmed,
    /// The last attempt to pay failed; it can be paid again.
    NotPaid,
    /// A proof is being reviewed.
    InReview,
    /// The proof was turned down.
    Rejected,
    /// Paid in full.
    Confirmed,
    /// It was paid, and the money was taken back since.
    Reversed,
    /// It was paid, and all of the money was given back since.
    Refunded,
    /// Ended by the buyer or staff.
    Cancelled,
    /// Ended by its deadline.
    Expired,
    /// Replaced by another order.
    Superseded,
}

impl OrderStatus {
    /// What an order, its payments (newest first) and the clock come to.
    #[must_use]
    pub fn of(order: &Order, payments: &[Payment], now: Timestamp) -> Self {
        match order.state_at(now) {
            OrderState::Unpaid if order.email_unconfirmed => Self::AwaitingEmail,
            OrderState::Unpaid => Self::of_unpaid(payments, now),
            OrderState::InReview => Self::InReview,
            OrderState::Rejected => Self::Rejected,
            OrderState::Confirmed if order.is_reversed() => Self::Reversed,
            OrderState::Confirmed if order.is_refunded() => Self::Refunded,
            OrderState::Confirmed => Self::Confirmed,
            OrderState::Cancelled => Self::Cancelled,
            OrderState::Expired => Self::Expired,
            OrderState::Superseded => Self::Superseded,
        }
    }

    fn of_unpaid(payments: &[Payment], now: Timestamp) -> Self {
        let live = payments.iter().find(|payment| payment.state.is_live());
        let Some(shown) = live.or_else(|| payments.first()) else {
            return Self::AwaitingPayment;
        };
        match shown.state {
            PaymentState::Unknown if shown.is_overdue(now) => Self::Unconfirmed,
            PaymentState::Unknown => Self::Confirming,
            PaymentState::Processing => Self::Processing,
            PaymentState::Failed | PaymentState::Refused => Self::NotPaid,
            // While a payment is starting nobody has the provider's address yet, so no money can
            // have moved. A part payment leaves the rest to pay.
            PaymentState::Starting
            | PaymentState::Open
            | PaymentState::Paid
            | PaymentState::Closed => Self::AwaitingPayment,
        }
    }

    /// Whether a payment may begin or go on.
    #[must_use]
    pub fn is_payable(self) -> bool {
        matches!(self, Self::AwaitingPayment | Self::NotPaid | Self::Rejected)
    }

    /// Whether the page should look again by itself.
    #[must_use]
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Confirming)
    }
}
