//! The proof is turned down: the buyer hears why, and may hand in another one, pay in another way,
//! or cancel (A34, S63).

use super::{Row, Subject, Terms, Verdict, may_decide, review_ended};
use crate::order::{Decision, OrderEvent, OrderState, decide};
use crate::outbox::Message;
use crate::proof::{REJECTIONS_MAX, RejectionCode};
use crate::review::ReviewRefusal;
use crate::settle::{Cause, Changes, Moment, history};
use crate::store::payments;

/// After a rejection the buyer has this long at least to hand in another proof, whatever the order's
/// deadline says: the wait was ours.
pub(super) const GRACE_S: i64 = 48 * 3_600;

/// Turns a proof down. `rejected_before` counts the order's proofs that were turned down already.
pub fn reject(
    subject: Subject<'_>,
    code: RejectionCode,
    rejected_before: usize,
    terms: &Terms,
    cause: &Cause,
    moment: &Moment,
) -> Result<Changes, ReviewRefusal> {
    let order = subject.order;
    may_decide(order, &cause.actor)?;
    let to = match decide(order, OrderEvent::ProofRejected, moment.now) {
        Decision::Changed(to) => to,
        // Never for a proof that waits.
        Decision::NoChange(_) => order.state,
        Decision::Refused(refusal) => return Err(ReviewRefusal::Order(refusal)),
    };
    let mut changes = Changes::default();
    changes.write(history(order, to, "proof_rejected", cause, moment));
    let row = Row {
        verdict: Verdict::Rejected,
        order: order.order_number,
        payment: Some(subject.payment.payment_id),
        proof: subject.proof.map(|proof| proof.proof_id),
        proposed_by: None,
        money: None,
        reason_code: Some(code.as_str()),
        revokes: None,
    };
    changes.write(row.insert(cause, moment));
    review_ended(&mut changes, subject, terms, moment);
    if to != OrderState::Rejected {
        return Ok(changes);
    }
    let is_last = rejected_before.saturating_add(1) >= REJECTIONS_MAX;
    changes.write(if is_last {
        payments::TRANSFER_CLOSED.bind([order.order_number.into()])
    } else {
        payments::TRANSFER_REOPENED.bind([
            subject.payment.payment_id.into(),
            moment.now.plus(GRACE_S).into(),
        ])
    });
    if let Some(proof) = subject.proof {
        let told = Message::proof_rejected(proof, code, &cause.reason, is_last);
        changes.tell(&told, moment.now);
    }
    Ok(changes)
}
