//! What may happen to an order: one pure function over its state, its money and the clock.
//!
//! The schema's `order_transitions` allows exactly the steps that [`decide`] can answer; a test
//! compares the two.

use thiserror::Error;

use super::{Order, OrderState};
use crate::time::Timestamp;

/// Something that wants to happen to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderEvent {
    /// A payment begins.
    PaymentStarted,
    /// A payment moved without bringing money: processing, unknown, failed or closed.
    PaymentNoted,
    /// Money arrived; `covers` tells whether the ledger then holds the total.
    MoneyArrived {
        /// The ledger holds the total afterwards.
        covers: bool,
    },
    /// The buyer or staff want it cancelled.
    CancelRequested {
        /// They know that a proof is being reviewed and want it all the same (requirement A10).
        despite_review: bool,
    },
    /// Its end may have come.
    DeadlinePassed,
    /// A proof of a transfer was handed in.
    ProofSubmitted,
    /// Staff found the transfer on the bank's statement.
    TransferApproved {
        /// The ledger holds the total afterwards.
        covers: bool,
    },
    /// Staff turned the proof down.
    ProofRejected,
    /// Another order takes its place.
    Superseded {
        /// The buyer knows that a proof is being reviewed and wants it all the same (A10).
        despite_review: bool,
    },
    /// Its customer shows that the address is theirs.
    EmailConfirmed,
}

/// The answer to an [`OrderEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It happens and leaves this state, possibly the same one; a history row is due.
    Changed(OrderState),
    /// Nothing to do; the text says why.
    NoChange(&'static str),
    /// It must not happen.
    Refused(OrderRefusal),
}

/// Why an order does not allow something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OrderRefusal {
    /// It is paid in full.
    #[error("this order is already paid")]
    AlreadyPaid,
    /// It was cancelled.
    #[error("this order was cancelled")]
    Cancelled,
    /// Its end has passed.
    #[error("this order has expired")]
    Expired,
    /// Another order took its place.
    #[error("this order was replaced by another one")]
    Superseded,
    /// A payment is under way, so nothing else may begin.
    #[error("a payment for this order is under way")]
    PaymentLive,
    /// A proof waits for review.
    #[error("a proof of payment for this order is being reviewed")]
    InReview,
    /// No bank transfer was begun that a proof could show.
    #[error("no bank transfer was begun for this order")]
    NoTransfer,
    /// It holds a coupon, and nobody has shown that its address is theirs.
    #[error("the e-mail address of this order is not confirmed yet")]
    EmailUnconfirmed,
    /// There is no proof to decide about.
    #[error("this order has no proof to review")]
    NoProof,
}

/// Decides. Depends on nothing but its arguments, and compares time itself, so that a late cron
/// never changes an outcome.
#[must_use]
pub fn decide(order: &Order, event: OrderEvent, now: Timestamp) -> Decision {
    use OrderState as S;
    let state = order.state;
    let ended = ended(state);
    let overdue = now >= order.payable_until();
    match event {
        OrderEvent::PaymentNoted => Decision::Changed(state),
        OrderEvent::MoneyArrived { covers } => {
            Decision::Changed(if covers && state.takes_money() {
                S::Confirmed
            } else {
                state
            })
        }
        OrderEvent::PaymentStarted => match (ended, state) {
            (Some(refusal), _) => Decision::Refused(refusal),
            (None, S::InReview) => Decision::Refused(OrderRefusal::InReview),
            _ if order.payment_live => Decision::Refused(OrderRefusal::PaymentLive),
            _ if overdue => Decision::Refused(OrderRefusal::Expired),
            _ if order.email_unconfirmed => Decision::Refused(OrderRefusal::EmailUnconfirmed),
            _ => Decision::Changed(state),
        },
        OrderEvent::CancelRequested { despite_review } => match (ended, state) {
            (Some(OrderRefusal::Cancelled), _) => Decision::NoChange("already cancelled"),
            (Some(refusal), _) => Decision::Refused(refusal),
            (None, S::InReview) if !despite_review => Decision::Refused(OrderRefusal::InReview),
            _ if order.provider_live() => Decision::Refused(OrderRefusal::PaymentLive),
            _ => Decision::Changed(S::Cancelled),
        },
        OrderEvent::DeadlinePassed => match (ended, state) {
            (Some(_), _) => Decision::NoChange("already ended"),
            (None, S::InReview) => Decision::NoChange("a review is under way"),
            _ if !overdue => Decision::NoChange("the deadline lies ahead"),
            _ if order.provider_live() => Decision::Refused(OrderRefusal::PaymentLive),
            _ => Decision::Changed(S::Expired),
        },
        OrderEvent::ProofSubmitted => match ended {
            Some(refusal) => Decision::Refused(refusal),
            None if order.provider_live() => Decision::Refused(OrderRefusal::PaymentLive),
            None if order.bank_until.is_none() => Decision::Refused(OrderRefusal::NoTransfer),
            None if overdue && state != S::InReview => Decision::Refused(OrderRefusal::Expired),
            None => Decision::Changed(S::InReview),
        },
        OrderEvent::TransferApproved { covers } => Decision::Changed(match state {
            S::Unpaid | S::InReview | S::Rejected if covers => S::Confirmed,
            // The rest can be paid in any way (S27, S30).
            S::InReview => S::Unpaid,
            S::Unpaid | S::Rejected | S::Confirmed | S::Cancelled | S::Expired | S::Superseded => {
                state
            }
        }),
        // A proof whose order has ended is decided about all the same, so that none stays open.
        OrderEvent::ProofRejected => match (ended, state) {
            (Some(_), _) => Decision::Changed(state),
            (None, S::InReview) => Decision::Changed(S::Rejected),
            _ => Decision::Refused(OrderRefusal::NoProof),
        },
        OrderEvent::Superseded { despite_review } => match (ended, state) {
            (Some(refusal), _) => Decision::Refused(refusal),
            (None, S::InReview) if !despite_review => Decision::Refused(OrderRefusal::InReview),
            _ if order.provider_live() => Decision::Refused(OrderRefusal::PaymentLive),
            // One whose end has come goes by it, whether or not cron has looked.
            _ if overdue && state != S::InReview => Decision::Refused(OrderRefusal::Expired),
            _ => Decision::Changed(S::Superseded),
        },
        OrderEvent::EmailConfirmed => match ended {
            Some(OrderRefusal::AlreadyPaid) => Decision::NoChange("the order is confirmed"),
            Some(refusal) => Decision::Refused(refusal),
            None if !order.email_unconfirmed => Decision::NoChange("nothing is to be confirmed"),
            None if overdue => Decision::Refused(OrderRefusal::Expired),
            None => Decision::Changed(state),
        },
    }
}

/// The refusal that an ended order gives to everything that wants it alive.
fn ended(state: OrderState) -> Option<OrderRefusal> {
    match state {
        OrderState::Confirmed => Some(OrderRefusal::AlreadyPaid),
        OrderState::Cancelled => Some(OrderRefusal::Cancelled),
        OrderState::Expired => Some(OrderRefusal::Expired),
        OrderState::Superseded => Some(OrderRefusal::Superseded),
        OrderState::Unpaid | OrderState::InReview | OrderState::Rejected => None,
    }
}
