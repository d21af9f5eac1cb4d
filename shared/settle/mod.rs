//! Settle: the one path by which a provider's word changes a payment, the ledger and an order.
//!
//! In scope: from an order, a payment and a [`PaymentFact`], the rows and messages that follow.
//! Out of scope: where the fact came from (webhook, return, poll, staff) and running the batch
//! (`functions/settle.rs`). The invariants: money is booked once per checkout, whatever is booked
//! lands on the order or on *unapplied*, and an order is confirmed only when its account holds its
//! total.

mod money;
mod notice;
pub mod refund;
mod replace;
#[cfg(test)]
mod tests;

pub use self::money::{confirm_without_payment, end};
pub use self::replace::replace;
use crate::id::{SubscriptionId, WriteToken};
use crate::order::{Decision, Order, OrderEvent, OrderState, decide};
use crate::outbox::{Message, MessageKey};
use crate::payment::{Checkout, Payment, PaymentFact, PaymentState, next_ask};
use crate::statement::Statement;
use crate::store::{orders, payments};
use crate::time::Timestamp;

/// Who makes a change, and why: stands in every history row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// `provider:stripe`, `buyer`, `cron`, or a member of staff.
    pub actor: String,
    /// What made it happen: `event evt_…`, `return`, `poll`, `request`.
    pub cause: String,
    /// In words, when there is something to add.
    pub reason: String,
}

/// What the clock and randomness contribute.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// Marks this attempt's history row.
    pub write_token: WriteToken,
    /// Used if the order is confirmed.
    pub subscription_id: SubscriptionId,
    /// What the codes are made of that the order issues then; told to nobody.
    pub code_seed: [u8; 16],
}

/// Rows to write in one batch, and the messages among them that are to be sent after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The rows, in an order that the schema's triggers accept.
    pub statements: Vec<Statement>,
    /// The messages, for a first try right after the reply.
    pub messages: Vec<MessageKey>,
}

impl Changes {
    /// Adds a row.
    pub fn write(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Adds a message.
    pub fn tell(&mut self, message: &Message, now: Timestamp) {
        self.statements.push(message.insert(now));
        self.messages.push(message.key.clone());
    }

    /// Adds a case and the alert about it.
    pub fn open_case(&mut self, case: &crate::case::Case, now: Timestamp) {
        let (row, alert) = case.open(now);
        self.write(row);
        self.tell(&alert, now);
    }
}

/// What settling comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// These rows; afterwards the order is in this state.
    Changed(Changes, OrderState),
    /// The fact is not news; the text says why.
    NoChange(&'static str),
}

/// Decides what a fact changes.
///
/// A fact that tells less than is already known changes nothing, so facts may come twice and in any
/// order. `newest` is the order that has taken the place of this one, if one has, or of that one, and so
/// on: money that comes now is for it.
#[must_use]
pub fn settle(
    order: &Order,
    newest: Option<&Order>,
    payment: &Payment,
    fact: &PaymentFact,
    cause: &Cause,
    moment: &Moment,
) -> Settlement {
    match fact {
        PaymentFact::Paid(receipt) => {
            money::receive(order, newest, payment, receipt, cause, moment)
        }
        PaymentFact::Open(checkout) => opened(order, payment, checkout, cause, moment),
        PaymentFact::Unknown(why) => notice::unknown(order, payment, why, cause, moment),
        PaymentFact::Processing(checkout) => {
            let step = Step::to(PaymentState::Processing).of_session(&checkout.session_id);
            let news = matches!(
                payment.state,
                PaymentState::Starting | PaymentState::Open | PaymentState::Unknown
            );
            step.note(news, order, payment, cause, moment)
        }
        PaymentFact::Failed { session_id, reason } => {
            let step = Step::to(PaymentState::Failed)
                .of_session(session_id)
                .because(reason);
            step.note(payment.state.is_live(), order, payment, cause, moment)
        }
        // Whoever gives a payment up has looked before the capture began.
        PaymentFact::Closed { .. } if payment.is_capturing() => {
            Settlement::NoChange("a capture is under way")
        }
        PaymentFact::Closed { session_id } => {
            let step = Step::to(PaymentState::Closed).of_session(session_id);
            let news = payment.state.is_live() && payment.state != PaymentState::Processing;
            step.note(news, order, payment, cause, moment)
        }
        PaymentFact::Refused { code } => {
            let step = Step::to(PaymentState::Refused).because(code);
            let news = payment.state == PaymentState::Starting;
            step.note(news, order, payment, cause, moment)
        }
    }
}

/// The provider's page is open for the buyer.
fn opened(
    order: &Order,
    payment: &Payment,
    checkout: &Checkout,
    cause: &Cause,
    moment: &Moment,
) -> Settlement {
    if is_stray(payment, &checkout.session_id) {
        return Settlement::NoChange("another checkout of this payment is bound already");
    }
    let Some(url) = checkout.url.as_deref() else {
        return Settlement::NoChange("an open checkout without an address");
    };
    match payment.state {
        PaymentState::Starting | PaymentState::Unknown => {
            let mut changes = Changes::default();
            changes.write(payments::PAYMENT_OPENED.bind([
                payment.payment_id.into(),
                checkout.session_id.as_str().into(),
                url.into(),
                checkout.expires_at.into(),
            ]));
            // The provider's page opening is no news for the order unless it had been in doubt.
            if payment.state == PaymentState::Unknown {
                changes.write(history(order, order.state, "payment_open", cause, moment));
            }
            let because = "the provider says it is still open";
            notice::reopened(&mut changes, payment, because, moment);
            Settlement::Changed(changes, order.state)
        }
        PaymentState::Open => Settlement::NoChange("already open"),
        PaymentState::Processing
        | PaymentState::Paid
        | PaymentState::Failed
        | PaymentState::Closed
        | PaymentState::Refused => Settlement::NoChange("more is known already"),
    }
}

/// A step of a payment that brings no money.
struct Step<'a> {
    state: PaymentState,
    session_id: Option<&'a str>,
    failure: Option<&'a str>,
}

impl<'a> Step<'a> {
    fn to(state: PaymentState) -> Self {
        Self {
            state,
            session_id: None,
            failure: None,
        }
    }

    fn of_session(self, session_id: &'a str) -> Self {
        Self {
            session_id: Some(session_id),
            ..self
        }
    }

    fn because(self, failure: &'a str) -> Self {
        Self {
            failure: Some(failure),
            ..self
        }
    }

    fn note(
        self,
        news: bool,
        order: &Order,
        payment: &Payment,
        cause: &Cause,
        moment: &Moment,
    ) -> Settlement {
        if !news {
            return Settlement::NoChange("more is known already");
        }
        if self
            .session_id
            .is_some_and(|session| is_stray(payment, session))
        {
            return Settlement::NoChange("another checkout of this payment is bound already");
        }
        let Decision::Changed(to) = decide(order, OrderEvent::PaymentNoted, moment.now) else {
            return Settlement::NoChange("the order takes no notice");
        };
        let event = match self.state {
            PaymentState::Processing => "payment_processing",
            PaymentState::Failed => "payment_failed",
            PaymentState::Closed => "payment_closed",
            PaymentState::Refused => "payment_refused",
            PaymentState::Starting | PaymentState::Open => "payment_open",
            PaymentState::Unknown => "payment_unknown",
            PaymentState::Paid => "paid",
        };
        let mut changes = Changes::default();
        changes.write(history(order, to, event, cause, moment));
        bind(&mut changes, payment, self.session_id);
        changes.write(payments::PAYMENT_MOVED.bind([
            payment.payment_id.into(),
            self.state.as_str().into(),
            self.failure.into(),
            next_ask(self.state, payment.created_at, payment.asks, moment.now).into(),
        ]));
        if self.state != PaymentState::Unknown {
            notice::settled(&mut changes, payment, event, moment);
        }
        if self.state == PaymentState::Failed {
            notice::failed(&mut changes, order, payment, moment);
        }
        Settlement::Changed(changes, to)
    }
}

/// Binds a payment to its checkout, unless it is bound already: that never changes.
fn bind(changes: &mut Changes, payment: &Payment, session_id: Option<&str>) {
    if let (None, Some(session_id)) = (&payment.session_id, session_id) {
        changes.write(payments::PAYMENT_BOUND.bind([payment.payment_id.into(), session_id.into()]));
    }
}

/// Whether a checkout is not the one that the payment was bound to.
fn is_stray(payment: &Payment, session_id: &str) -> bool {
    payment
        .session_id
        .as_deref()
        .is_some_and(|bound| bound != session_id)
}

/// The next history row of an order: the guard of whatever shares its batch.
#[must_use]
pub fn history(
    order: &Order,
    to: OrderState,
    event: &str,
    cause: &Cause,
    moment: &Moment,
) -> Statement {
    history_row(order, to, event, cause, moment, None)
}

/// As [`history`], with who paid when the step confirms the order.
fn history_row(
    order: &Order,
    to: OrderState,
    event: &str,
    cause: &Cause,
    moment: &Moment,
    paid_by: Option<&str>,
) -> Statement {
    orders::INSERT_HISTORY.bind([
        order.order_number.into(),
        order.version.saturating_add(1).into(),
        order.state.as_str().into(),
        to.as_str().into(),
        event.into(),
        cause.actor.as_str().into(),
        cause.cause.as_str().into(),
        cause.reason.as_str().into(),
        (&moment.write_token).into(),
        moment.now.into(),
        paid_by.map(|_| moment.subscription_id.as_str()).into(),
        paid_by.into(),
    ])
}
