//! Disputes, as the buyer opens them and PayPal decides them.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use shared::time::Timestamp;

use super::PayPal;
use super::buyer::ActionError;
use super::capture::CaptureStatus;
use super::dispute::{Dispute, DisputeOutcome, DisputeStatus};
use super::emit::Happening;

impl PayPal {
    /// The buyer disputes a whole payment. No money moves yet.
    pub fn dispute_open(
        &mut self,
        now: Timestamp,
        capture: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let found = self
            .captures
            .find(capture)
            .ok_or_else(|| ActionError::missing(capture))?;
        if found.status != CaptureStatus::Completed || self.dispute_status(capture).is_some() {
            return Err(ActionError::NotNow(
                "the money is not there or is disputed already",
            ));
        }
        let dispute = Dispute {
            created: now,
            updated: now,
            capture: found.id.clone(),
            amount: found.amount,
            currency: found.currency.clone(),
            status: DisputeStatus::WaitingForSeller,
            id: self.ids.next("PP-D-", 0),
        };
        let id = dispute.id.clone();
        self.disputes.insert(id.clone(), dispute);
        self.emit_dispute(
            now,
            &id,
            "CUSTOMER.DISPUTE.CREATED",
            "A new dispute opened with Case #",
        );
        Ok(self.send_out(now, self.mode))
    }

    /// The seller hands in evidence.
    pub fn dispute_answer(
        &mut self,
        now: Timestamp,
        capture: &str,
    ) -> Result<Vec<String>, ActionError> {
        let id = self.change_dispute(now, capture, DisputeStatus::UnderReview)?;
        self.emit_dispute(
            now,
            &id,
            "CUSTOMER.DISPUTE.UPDATED",
            "A dispute was updated with case #",
        );
        Ok(self.send_out(now, self.mode))
    }

    /// PayPal decides. In the buyer's favour, what is left of the payment goes back.
    pub fn dispute_resolve(
        &mut self,
        now: Timestamp,
        capture: &str,
        outcome: DisputeOutcome,
    ) -> Result<Vec<String>, ActionError> {
        let id = self.change_dispute(now, capture, DisputeStatus::Resolved(outcome))?;
        let left = self.captures.find(capture).map_or(0, super::Capture::left);
        if outcome == DisputeOutcome::BuyerFavour && left > 0 {
            self.add_reversal(now, capture);
        }
        self.emit_dispute(
            now,
            &id,
            "CUSTOMER.DISPUTE.RESOLVED",
            "A dispute was resolved with case #",
        );
        Ok(self.send_out(now, self.mode))
    }

    /// How the dispute of a capture stands; `None` without one.
    #[must_use]
    pub fn dispute_status(&self, capture: &str) -> Option<DisputeStatus> {
        let disputes = self.disputes.all();
        disputes
            .iter()
            .find(|case| case.capture == capture)
            .map(|case| case.status)
    }

    pub(super) fn is_disputed(&self, capture: &str) -> bool {
        self.dispute_status(capture)
            .is_some_and(DisputeStatus::is_open)
    }

    fn change_dispute(
        &mut self,
        now: Timestamp,
        capture: &str,
        to: DisputeStatus,
    ) -> Result<String, ActionError> {
        self.tick(now);
        let is_open = |case: &&Dispute| case.capture == capture && case.status.is_open();
        let id = self
            .disputes
            .all()
            .iter()
            .find(is_open)
            .map(|case| case.id.clone());
        let id = id.ok_or(ActionError::NotNow("there is no open dispute"))?;
        if let Some(dispute) = self.disputes.find_mut(&id) {
            dispute.status = to;
            dispute.updated = now;
        }
        Ok(id)
    }

    fn emit_dispute(&mut self, now: Timestamp, id: &str, kind: &'static str, summary: &str) {
        let Some(dispute) = self.disputes.find(id) else {
            return;
        };
        let resource = dispute.json(&self.api);
        self.emit(
            now,
            Happening {
                kind,
                resource_type: Some("dispute"),
                summary: format!("{summary} {id}"),
                resource,
            },
        );
    }
}
