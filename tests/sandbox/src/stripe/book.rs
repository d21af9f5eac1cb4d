//! The account's own book of money.

use super::Stripe;
use super::buyer::ActionError;
use super::payment::{Charge, Intent, IntentStatus};

/// Money that arrived, and what left again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// `pi_…`
    pub payment_intent: String,
    /// `cs_test_…`
    pub session: String,
    /// Minor units that arrived.
    pub amount_minor: i64,
    /// Lower-case code.
    pub currency: String,
    /// Minor units refunded and not failed.
    pub refunded_minor: i64,
    /// Minor units that disputes hold or have taken.
    pub disputed_minor: i64,
}

impl Stripe {
    /// Every payment that arrived, oldest first: what the shop's ledger must agree with.
    #[must_use]
    pub fn captured(&self) -> Vec<Captured> {
        let arrived = |intent: &&Intent| intent.status == IntentStatus::Succeeded;
        let entry = |intent: &Intent| {
            let charge = intent
                .latest_charge
                .as_ref()
                .and_then(|id| self.charges.find(id));
            let disputed = self.disputes.all().iter();
            let disputed = disputed.filter(|case| case.intent == intent.id && case.withdrawn);
            Captured {
                payment_intent: intent.id.clone(),
                session: intent.session.clone(),
                amount_minor: intent.amount,
                currency: intent.currency.clone(),
                refunded_minor: charge.map_or(0, |charge| charge.refunded),
                disputed_minor: disputed.map(|case| case.amount).sum(),
            }
        };
        self.intents
            .all()
            .iter()
            .filter(arrived)
            .map(entry)
            .collect()
    }

    /// The latest charge of a payment.
    pub(super) fn charge_of(&self, intent: &str) -> Result<&Charge, ActionError> {
        let found = self
            .intents
            .find(intent)
            .and_then(|intent| intent.latest_charge.as_ref());
        found
            .and_then(|id| self.charges.find(id))
            .ok_or_else(|| ActionError::missing(intent))
    }
}
