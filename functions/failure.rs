//! The two kinds of error that leave a function.

use shared::api::refusal::Refusal;
use shared::order::OrderRefusal;
use shared::outbox::MessageKey;
use thiserror::Error;

use crate::world::Fault;

/// Why a function has no answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// The caller's doing.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The caller's doing, after something else had happened that is to be told: the messages to
    /// deliver.
    #[error("refused: {0:?}")]
    RefusedAfter(Refusal, Vec<MessageKey>),
    /// Ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Failure {
    /// The same, after something had happened that these messages tell. With a fault they are left
    /// to cron, as everything is that a fault interrupts.
    #[must_use]
    pub fn after(self, mut told: Vec<MessageKey>) -> Self {
        match self {
            Self::Refused(refusal) => Self::RefusedAfter(refusal, told),
            Self::RefusedAfter(refusal, later) => {
                told.extend(later);
                Self::RefusedAfter(refusal, told)
            }
            Self::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<OrderRefusal> for Failure {
    fn from(refusal: OrderRefusal) -> Self {
        Self::Refused(Refusal::Order(refusal))
    }
}
