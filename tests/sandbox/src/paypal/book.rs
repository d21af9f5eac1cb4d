//! The account's own book of money.

use super::PayPal;
use super::capture::{Capture, CaptureStatus};

/// Money that arrived, and what left again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The order's id.
    pub order: String,
    /// The capture's id.
    pub capture: String,
    /// Minor units that arrived; PayPal's, so whole units for HUF, JPY and TWD.
    pub amount_minor: i64,
    /// Upper-case code.
    pub currency: String,
    /// Minor units refunded and not failed.
    pub refunded_minor: i64,
    /// Minor units that a bank or a dispute has taken back.
    pub reversed_minor: i64,
}

impl PayPal {
    /// Every payment that arrived, oldest first: what the shop's ledger must agree with. Pending and
    /// declined captures are no money.
    #[must_use]
    pub fn captured(&self) -> Vec<Captured> {
        let arrived = |capture: &&Capture| capture.status == CaptureStatus::Completed;
        let entry = |capture: &Capture| Captured {
            order: capture.order.clone(),
            capture: capture.id.clone(),
            amount_minor: capture.amount,
            currency: capture.currency.clone(),
            refunded_minor: capture.refunded,
            reversed_minor: capture.reversed,
        };
        self.captures
            .all()
            .iter()
            .filter(arrived)
            .map(entry)
            .collect()
    }
}
