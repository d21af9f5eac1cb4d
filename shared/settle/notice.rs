//! Not knowing: how it is shown, when it is told, and how it ends.

use serde_json::json;

use super::{Cause, Changes, Moment, Settlement, Step};
use crate::case::{Case, CaseKind};
use crate::order::Order;
use crate::outbox::Message;
use crate::payment::{Payment, PaymentState};
use crate::store::{cases, payments};

/// The provider could not be asked, or its answer made no sense. Requirements A17, A18, A22.
pub(super) fn unknown(
    order: &Order,
    payment: &Payment,
    why: &str,
    cause: &Cause,
    moment: &Moment,
) -> Settlement {
    let mut changes = match payment.state {
        // The page of the buyer must stop saying "you can pay": perhaps they have.
        PaymentState::Open => {
            let step = Step::to(PaymentState::Unknown).because(why);
            match step.note(true, order, payment, cause, moment) {
                Settlement::Changed(changes, _) => changes,
                Settlement::NoChange(why) => return Settlement::NoChange(why),
            }
        }
        PaymentState::Starting | PaymentState::Unknown => Changes::default(),
        PaymentState::Processing
        | PaymentState::Paid
        | PaymentState::Failed
        | PaymentState::Closed
        | PaymentState::Refused => return Settlement::NoChange("more is known already"),
    };
    if payment.is_overdue(moment.now) && payment.unconfirmed_at.is_none() {
        raise(&mut changes, order, payment, why, moment);
    }
    if changes.statements.is_empty() {
        return Settlement::NoChange("still unknown");
    }
    Settlement::Changed(changes, order.state)
}

/// 30 minutes without an answer: a case with the evidence, a mail to the buyer, an alert to staff.
fn raise(changes: &mut Changes, order: &Order, payment: &Payment, why: &str, moment: &Moment) {
    changes
        .write(payments::PAYMENT_UNCONFIRMED.bind([payment.payment_id.into(), moment.now.into()]));
    let case = Case {
        kind: CaseKind::PaymentUnconfirmed,
        subject: payment.payment_id.as_str().to_owned(),
        order_number: Some(order.order_number),
        evidence: json!({
            "method": payment.method,
            "session": payment.session_id,
            "amount": payment.amount(),
            "begun": payment.created_at.rfc3339(),
            "asked": payment.asks,
            "last_answer": why,
        }),
    };
    changes.open_case(&case, moment.now);
    let told = Message::payment_unconfirmed(&order.order_number, &payment.payment_id);
    changes.tell(&told, moment.now);
}

/// The doubt is over: its case closes by itself (situation S51).
pub(super) fn settled(changes: &mut Changes, payment: &Payment, because: &str, moment: &Moment) {
    if payment.unconfirmed_at.is_some() {
        changes.write(cases::CLOSE_CASE.bind([
            CaseKind::PaymentUnconfirmed.as_str().into(),
            payment.payment_id.as_str().into(),
            moment.now.into(),
            because.into(),
        ]));
    }
}
