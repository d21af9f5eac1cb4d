//! The two kinds of error that leave a function.

use shared::api::refusal::Refusal;
use shared::order::OrderRefusal;
use thiserror::Error;

use crate::world::Fault;

/// Why a function has no answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// The caller's doing.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Ours.
    #[error(transparent)]
    Fault(#[from] Fault),
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
