//! Disputes and warnings, as the buyer's bank makes them.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use serde_json::json;
use shared::time::Timestamp;

use super::Stripe;
use super::buyer::ActionError;
use super::dispute::{Dispute, DisputeOutcome, DisputeStatus, FraudWarning};
use super::payment::ChargeStatus;
use super::shelf::Resource;

impl Stripe {
    /// The buyer disputes the whole payment. No money moves yet.
    pub fn dispute_open(
        &mut self,
        now: Timestamp,
        payment_intent: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let charge = self.charge_of(payment_intent)?;
        if charge.status != ChargeStatus::Succeeded || charge.disputed {
            return Err(ActionError::NotNow(
                "the charge is not there or is disputed already",
            ));
        }
        let dispute = Dispute {
            created: now,
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            amount: charge.amount,
            currency: charge.currency.clone(),
            status: DisputeStatus::NeedsResponse,
            email: charge.email.clone(),
            withdrawn: false,
            id: self.ids.next("du_1S", 17),
        };
        if let Some(charge) = self.charges.find_mut(&dispute.charge) {
            charge.disputed = true;
        }
        let object = dispute.json();
        self.disputes.add(dispute);
        self.emit_plain(now, "charge.dispute.created", object);
        Ok(self.send_out(now, self.mode))
    }

    /// The bank takes the disputed money out of the account.
    pub fn dispute_withdraw_funds(
        &mut self,
        now: Timestamp,
        payment_intent: &str,
    ) -> Result<Vec<String>, ActionError> {
        let dispute = self.open_dispute(now, payment_intent)?;
        if dispute.withdrawn {
            return Err(ActionError::NotNow("the money is withdrawn already"));
        }
        dispute.withdrawn = true;
        let object = dispute.json();
        self.emit_plain(now, "charge.dispute.funds_withdrawn", object);
        Ok(self.send_out(now, self.mode))
    }

    /// The seller hands in evidence.
    pub fn dispute_answer(
        &mut self,
        now: Timestamp,
        payment_intent: &str,
    ) -> Result<Vec<String>, ActionError> {
        let dispute = self.open_dispute(now, payment_intent)?;
        let previous = json!({
            "evidence_details": dispute.evidence_details(false),
            "status": dispute.status.as_str(),
        });
        dispute.status = DisputeStatus::UnderReview;
        let object = dispute.json();
        self.emit_update(now, "charge.dispute.updated", object, previous);
        Ok(self.send_out(now, self.mode))
    }

    /// The bank decides. Withdrawn money comes back when the seller wins.
    pub fn dispute_close(
        &mut self,
        now: Timestamp,
        payment_intent: &str,
        outcome: DisputeOutcome,
    ) -> Result<Vec<String>, ActionError> {
        let dispute = self.open_dispute(now, payment_intent)?;
        let previous = json!({ "status": dispute.status.as_str() });
        dispute.status = match outcome {
            DisputeOutcome::Won => DisputeStatus::Won,
            DisputeOutcome::Lost => DisputeStatus::Lost,
        };
        let reinstated = outcome == DisputeOutcome::Won && dispute.withdrawn;
        dispute.withdrawn &= !reinstated;
        let object = dispute.json();
        self.emit_update(now, "charge.dispute.closed", object.clone(), previous);
        if reinstated {
            self.emit_plain(now, "charge.dispute.funds_reinstated", object);
        }
        Ok(self.send_out(now, self.mode))
    }

    /// How the latest dispute of a payment stands; `None` without one.
    #[must_use]
    pub fn dispute_status(&self, payment_intent: &str) -> Option<DisputeStatus> {
        let mut newest_first = self.disputes.all().iter().rev();
        newest_first
            .find(|case| case.intent == payment_intent)
            .map(|case| case.status)
    }

    /// The card network warns of fraud. No money moves.
    pub fn early_fraud_warning(
        &mut self,
        now: Timestamp,
        payment_intent: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let charge = self.charge_of(payment_intent)?;
        let warning = FraudWarning {
            created: now,
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            id: self.ids.next("issfr_1S", 17),
        };
        let object = warning.json();
        self.warnings.add(warning);
        self.emit_plain(now, "radar.early_fraud_warning.created", object);
        Ok(self.send_out(now, self.mode))
    }

    fn open_dispute(&mut self, now: Timestamp, intent: &str) -> Result<&mut Dispute, ActionError> {
        self.tick(now);
        let mut newest_first = self.disputes.all().iter().rev();
        let id = newest_first
            .find(|case| case.intent == intent && case.status.is_open())
            .map(|case| case.id.clone())
            .ok_or(ActionError::NotNow("there is no open dispute"))?;
        self.disputes.find_mut(&id).ok_or(ActionError::Missing(id))
    }
}
