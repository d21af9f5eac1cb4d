//! Not knowing: how it is shown, when it is told, and how it ends.

use serde_json::json;

use super::{Cause, Changes, Moment, Settlement, Step, history};
use crate::case::{Case, CaseKind};
use crate::order::Order;
use crate::outbox::{Message, MessageKind};
use crate::payment::{Payment, PaymentState};
use crate::store::{cases, outbox, payments};

/// The provider could not be asked, or its answer made no sense. Requirements A17, A18, A22.
pub(super) fn unknown(
    order: &Order,
    payment: &Payment,
    why: &str,
    cause: &Cause,
    moment: &Moment,
) -> Settlement {
    match payment.state {
        // The page of the buyer must stop saying "you can pay": perhaps they have. But one question
        // that failed is no reason to write to somebody who may only have looked at the page.
        PaymentState::Open => {
            let step = Step::to(PaymentState::Unknown).because(why);
            step.note(true, order, payment, cause, moment)
        }
        PaymentState::Starting | PaymentState::Unknown => {
            if payment.unconfirmed_at.is_some() || !payment.is_overdue(moment.now) {
                return Settlement::NoChange("still unknown");
            }
            let mut changes = Changes::default();
            let event = "payment_unconfirmed";
            changes.write(history(order, order.state, event, cause, moment));
            raise(&mut changes, order, payment, why, moment);
            Settlement::Changed(changes, order.state)
        }
        PaymentState::Processing
        | PaymentState::Paid
        | PaymentState::Failed
        | PaymentState::Closed
        | PaymentState::Refused => Settlement::NoChange("more is known already"),
    }
}

/// 30 minutes without an answer: a case with the evidence, an alert to staff, a mail to the buyer.
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
    // Nobody has the address of a page that is only starting, so that no money can have moved: the
    // buyer has nothing to wait for, and may try again.
    if payment.state != PaymentState::Starting {
        let kind = MessageKind::MailPaymentUnconfirmed;
        let told = Message::about_payment(kind, &order.order_number, &payment.payment_id);
        changes.tell(&told, moment.now);
    }
}

/// A payment that was on its way, for days perhaps, will not come: whoever was told to wait hears of it
/// while they can still pay. A means that is declined at once is told by the provider's own page.
pub(super) fn failed(changes: &mut Changes, order: &Order, payment: &Payment, moment: &Moment) {
    let payable = order.state.takes_money() && moment.now < order.payable_until();
    if payment.state == PaymentState::Processing && payable {
        let kind = MessageKind::MailPaymentFailed;
        let told = Message::about_payment(kind, &order.order_number, &payment.payment_id);
        changes.tell(&told, moment.now);
    }
}

/// The outcome is known: the case closes by itself (situation S51), and a mail about the doubt that
/// has not left yet stays here, since it would no longer be true.
pub(super) fn settled(changes: &mut Changes, payment: &Payment, because: &str, moment: &Moment) {
    if payment.unconfirmed_at.is_some() {
        reopened(changes, payment, because, moment);
        changes.write(outbox::MESSAGE_DEAD.bind([
            MessageKind::MailPaymentUnconfirmed.as_str().into(),
            payment.payment_id.as_str().into(),
            "settled before it was sent".into(),
        ]));
    }
}

/// The provider's page is open again: the case closes by itself, until the next doubt.
pub(super) fn reopened(changes: &mut Changes, payment: &Payment, because: &str, moment: &Moment) {
    if payment.unconfirmed_at.is_some() {
        changes.write(cases::CLOSE_CASE.bind([
            CaseKind::PaymentUnconfirmed.as_str().into(),
            payment.payment_id.as_str().into(),
            moment.now.into(),
            because.into(),
        ]));
    }
}
