//! What the buyer does on the checkout page, and what becomes of a delayed payment.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use shared::time::Timestamp;
use thiserror::Error;

use super::Stripe;
use super::emit::Happening;
use super::event::Cause;
use super::method::{Method, MethodKind};
use super::payment::{Charge, ChargeStatus, Failure, Intent, IntentStatus};
use super::session::{PaymentStatus, Session, SessionStatus};
use super::shelf::Resource;

/// How a try to pay ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The card is charged; the session is complete and paid.
    Paid,
    /// The card is declined; the session stays open.
    Declined,
    /// The money will come or fail later; the session is complete and unpaid.
    Delayed,
}

/// Why an action cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ActionError {
    /// No object has this id.
    #[error("there is no {0}")]
    Missing(String),
    /// The session is complete or expired.
    #[error("the session is {}", .0.as_str())]
    SessionNotOpen(SessionStatus),
    /// The seller's list leaves this method out.
    #[error("this session does not take that method")]
    MethodNotOffered,
    /// The session does not wait for delayed money.
    #[error("the session does not wait for money")]
    NotAwaitingFunds,
    /// The object is not in a state where this can happen.
    #[error("{0}")]
    NotNow(&'static str),
    /// More than is left.
    #[error("only {0} minor units can be refunded")]
    TooMuch(i64),
}

impl ActionError {
    pub(super) fn missing(id: &str) -> Self {
        Self::Missing(id.to_owned())
    }
}

impl Stripe {
    /// The buyer tries to pay. A session whose total is zero completes without a payment,
    /// whatever the outcome says. The webhook mode of the next payment is used up, even by a
    /// refusal.
    pub fn pay(
        &mut self,
        now: Timestamp,
        session_id: &str,
        outcome: Outcome,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let mode = self.mode_of_next_payment.take().unwrap_or(self.mode);
        let session = self.open_session(session_id)?;
        let kind = match outcome {
            Outcome::Paid | Outcome::Declined if session.takes_cards() => MethodKind::Card,
            Outcome::Paid | Outcome::Declined => return Err(ActionError::MethodNotOffered),
            Outcome::Delayed => session
                .delayed_method()
                .ok_or(ActionError::MethodNotOffered)?,
        };
        let free = session.amount_total == 0;
        if free {
            self.complete(now, session_id, PaymentStatus::NoPaymentRequired);
        } else {
            self.try_to_pay(now, session_id, kind, outcome);
        }
        Ok(self.send_out(now, mode))
    }

    /// The buyer's bank pays what a delayed method had promised.
    pub fn delayed_succeeds(
        &mut self,
        now: Timestamp,
        session_id: &str,
    ) -> Result<Vec<String>, ActionError> {
        let (intent, charge) = self.awaited(now, session_id)?;
        self.settle_charge(now, &charge, ChargeStatus::Succeeded, "charge.succeeded");
        let cause = Cause::default();
        self.set_intent(
            now,
            &intent,
            IntentStatus::Succeeded,
            "payment_intent.succeeded",
            &cause,
        );
        if let Some(session) = self.sessions.find_mut(session_id) {
            session.payment_status = PaymentStatus::Paid;
            let object = session.json();
            self.emit_plain(now, "checkout.session.async_payment_succeeded", object);
        }
        Ok(self.send_out(now, self.mode))
    }

    /// The buyer's bank refuses what a delayed method had promised. The session stays complete and
    /// unpaid for ever.
    pub fn delayed_fails(
        &mut self,
        now: Timestamp,
        session_id: &str,
    ) -> Result<Vec<String>, ActionError> {
        let (intent, charge) = self.awaited(now, session_id)?;
        let failure = Failure::DebitReturned;
        self.settle_charge(now, &charge, ChargeStatus::Failed(failure), "charge.failed");
        let status = IntentStatus::RequiresPaymentMethod(Some(failure));
        let cause = Cause::default();
        self.set_intent(
            now,
            &intent,
            status,
            "payment_intent.payment_failed",
            &cause,
        );
        if let Some(session) = self.sessions.find(session_id) {
            let object = session.json();
            self.emit_plain(now, "checkout.session.async_payment_failed", object);
        }
        Ok(self.send_out(now, self.mode))
    }

    /// The seller ends an open session from the dashboard.
    pub fn expire(&mut self, now: Timestamp, session_id: &str) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        self.open_session(session_id)?;
        self.expire_session(now, session_id, &Cause::default());
        Ok(self.send_out(now, self.mode))
    }

    /// True while a completed session waits for the money of a delayed method.
    #[must_use]
    pub fn awaits_funds(&self, session_id: &str) -> bool {
        let session = self.sessions.find(session_id);
        let intent = session.and_then(|session| session.payment_intent.as_ref());
        intent
            .and_then(|id| self.intents.find(id))
            .is_some_and(|intent| intent.status == IntentStatus::Processing)
    }

    fn open_session(&self, id: &str) -> Result<&Session, ActionError> {
        let session = self
            .sessions
            .find(id)
            .ok_or_else(|| ActionError::missing(id))?;
        match session.status {
            SessionStatus::Open => Ok(session),
            other => Err(ActionError::SessionNotOpen(other)),
        }
    }

    /// The intent and the charge of a session that waits for delayed money.
    fn awaited(&mut self, now: Timestamp, id: &str) -> Result<(String, String), ActionError> {
        self.tick(now);
        let session = self
            .sessions
            .find(id)
            .ok_or_else(|| ActionError::missing(id))?;
        let intent = session
            .payment_intent
            .as_ref()
            .and_then(|id| self.intents.find(id));
        intent
            .filter(|intent| intent.status == IntentStatus::Processing)
            .and_then(|intent| Some((intent.id.clone(), intent.latest_charge.clone()?)))
            .ok_or(ActionError::NotAwaitingFunds)
    }

    fn try_to_pay(&mut self, now: Timestamp, id: &str, kind: MethodKind, outcome: Outcome) {
        let cause = Cause {
            request_id: Some(self.ids.next("req_", 9)),
            idempotency_key: Some(self.ids.next_uuid()),
        };
        let Some(intent) = self.intent_of(now, id, kind, &cause) else {
            return;
        };
        let declined = Failure::InsufficientFunds;
        let (charge_status, charge_event) = match outcome {
            Outcome::Paid => (ChargeStatus::Succeeded, "charge.succeeded"),
            Outcome::Declined => (ChargeStatus::Failed(declined), "charge.failed"),
            Outcome::Delayed => (ChargeStatus::Pending, "charge.pending"),
        };
        let Some(charge) = self.add_charge(now, id, &intent, kind) else {
            return;
        };
        self.settle_charge(now, &charge, charge_status, charge_event);
        let (status, event) = match outcome {
            Outcome::Paid => (IntentStatus::Succeeded, "payment_intent.succeeded"),
            Outcome::Declined => (
                IntentStatus::RequiresPaymentMethod(Some(declined)),
                "payment_intent.payment_failed",
            ),
            Outcome::Delayed => (IntentStatus::Processing, "payment_intent.processing"),
        };
        self.set_intent(now, &intent, status, event, &cause);
        match outcome {
            Outcome::Paid => self.complete(now, id, PaymentStatus::Paid),
            Outcome::Delayed => self.complete(now, id, PaymentStatus::Unpaid),
            Outcome::Declined => {}
        }
    }

    /// The session's payment intent, made at the first try.
    fn intent_of(
        &mut self,
        now: Timestamp,
        session_id: &str,
        kind: MethodKind,
        cause: &Cause,
    ) -> Option<String> {
        let session = self.sessions.find_mut(session_id)?;
        if let Some(id) = &session.payment_intent {
            self.intents.find_mut(id)?.method_kind = kind;
            return Some(id.clone());
        }
        let id = self.ids.next("pi_3S", 17);
        session.payment_intent = Some(id.clone());
        let intent = Intent {
            id: id.clone(),
            created: now,
            session: session.id.clone(),
            amount: session.amount_total,
            currency: session.currency.clone(),
            status: IntentStatus::RequiresPaymentMethod(None),
            latest_charge: None,
            method: None,
            method_kind: kind,
            data: session.intent.clone(),
        };
        let object = intent.json();
        self.intents.add(intent);
        self.emit(
            now,
            Happening {
                kind: "payment_intent.created",
                object,
                previous: None,
                cause,
            },
        );
        Some(id)
    }

    fn add_charge(
        &mut self,
        now: Timestamp,
        session_id: &str,
        intent_id: &str,
        kind: MethodKind,
    ) -> Option<String> {
        let session = self.sessions.find(session_id)?;
        let intent = self.intents.find_mut(intent_id)?;
        let method = Method {
            id: self.ids.next("pm_1S", 17),
            created: now,
            kind,
            email: session.buyer_email().to_owned(),
        };
        let charge = Charge {
            id: self.ids.next("ch_3S", 17),
            created: now,
            intent: intent.id.clone(),
            amount: intent.amount,
            currency: intent.currency.clone(),
            status: ChargeStatus::Pending,
            refunded: 0,
            disputed: false,
            method: method.id.clone(),
            method_kind: kind,
            email: method.email.clone(),
            description: intent.data.description.clone(),
            metadata: intent.data.metadata.clone(),
            receipt_email: intent.data.receipt_email.clone(),
            statement_descriptor_suffix: intent.data.statement_descriptor_suffix.clone(),
            shop_name: self.config.shop_name.clone(),
        };
        intent.method = Some(method.id.clone());
        intent.latest_charge = Some(charge.id.clone());
        let id = charge.id.clone();
        self.methods.add(method);
        self.charges.add(charge);
        Some(id)
    }

    fn settle_charge(
        &mut self,
        now: Timestamp,
        charge: &str,
        status: ChargeStatus,
        event: &'static str,
    ) {
        let Some(charge) = self.charges.find_mut(charge) else {
            return;
        };
        charge.status = status;
        let object = charge.json();
        self.emit_plain(now, event, object);
    }

    fn set_intent(
        &mut self,
        now: Timestamp,
        intent: &str,
        status: IntentStatus,
        event: &'static str,
        cause: &Cause,
    ) {
        let Some(intent) = self.intents.find_mut(intent) else {
            return;
        };
        if matches!(status, IntentStatus::RequiresPaymentMethod(_)) {
            intent.method = None;
        }
        intent.status = status;
        let object = intent.json();
        self.emit(
            now,
            Happening {
                kind: event,
                object,
                previous: None,
                cause,
            },
        );
    }

    fn complete(&mut self, now: Timestamp, session_id: &str, payment_status: PaymentStatus) {
        let Some(session) = self.sessions.find_mut(session_id) else {
            return;
        };
        self.deadlines
            .remove(&(session.expires_at, session.id.clone()));
        session.status = SessionStatus::Complete;
        session.payment_status = payment_status;
        let object = session.json();
        self.emit_plain(now, "checkout.session.completed", object);
    }
}
