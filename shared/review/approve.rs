//! The transfer was found on the bank's statement: its money is settled like a provider's.

use super::{Row, Subject, Terms, Verdict, review_ended};
use crate::bank::BankReceipt;
use crate::money::Money;
use crate::payment::{Payment, PaymentFact, Receipt};
use crate::review::ReviewRefusal;
use crate::settle::{Cause, Changes, Moment, Settlement, history, settle};
use crate::store::bank;

/// Books `amount` of a bank's receipt for one order, with the decision that says so. `proposed_by`
/// is who signed first, where two have to.
///
/// An order that is over or paid takes nothing: its money is held as *unapplied* (S25, S66). A
/// payment that is paid already changes nothing and is told as `None`.
pub fn approve(
    subject: Subject<'_>,
    receipt: &BankReceipt,
    amount: Money,
    proposed_by: Option<&str>,
    terms: &Terms,
    cause: &Cause,
    moment: &Moment,
) -> Result<Option<Changes>, ReviewRefusal> {
    subject.may_decide(&cause.actor)?;
    if proposed_by == Some(cause.actor.as_str()) {
        return Err(ReviewRefusal::SamePerson);
    }
    let payable = subject.newest.unwrap_or(subject.order);
    let fact = PaymentFact::Paid(Receipt {
        session_id: session_of(subject.payment),
        // What refunds quote. Not the reference: one transfer may pay several orders.
        capture_ref: Some(moment.write_token.as_str().to_owned()),
        amount,
        paid_by: receipt.paid_by(),
        payer_email: None,
        payer_name: receipt.payer_name.clone(),
        forgiven_max_minor: terms.forgiven_max_minor(payable.total_minor),
    });
    let settled = settle(
        subject.order,
        subject.newest,
        subject.payment,
        &fact,
        cause,
        moment,
    );
    let Settlement::Changed(mut changes, _) = settled else {
        return Ok(None);
    };
    changes.write(bank::INSERT_RECEIPT.bind([
        (&receipt.account.bank_account_id).into(),
        (&receipt.reference).into(),
        receipt.whole.currency.code().into(),
        receipt.whole.amount_minor.into(),
        (&receipt.value_date).into(),
    ]));
    let row = Row {
        verdict: match subject.proof {
            Some(_) => Verdict::Approved,
            None => Verdict::Settled,
        },
        order: subject.order.order_number,
        payment: Some(subject.payment.payment_id),
        proof: subject.proof.map(|proof| proof.proof_id),
        proposed_by,
        money: Some((receipt, amount)),
        reason_code: None,
        revokes: None,
    };
    changes.write(row.insert(cause, moment));
    review_ended(&mut changes, subject, terms, moment);
    Ok(Some(changes))
}

/// The first of two signatures: nothing moves yet.
pub fn propose(
    subject: Subject<'_>,
    receipt: &BankReceipt,
    amount: Money,
    cause: &Cause,
    moment: &Moment,
) -> Result<Changes, ReviewRefusal> {
    subject.may_decide(&cause.actor)?;
    let order = subject.order;
    let row = Row {
        verdict: Verdict::Proposed,
        order: order.order_number,
        // A payment that is made by hand is only made with the second signature.
        payment: subject.proof.map(|_| subject.payment.payment_id),
        proof: subject.proof.map(|proof| proof.proof_id),
        proposed_by: None,
        money: Some((receipt, amount)),
        reason_code: None,
        revokes: None,
    };
    let mut changes = Changes::default();
    let event = "approval_proposed";
    changes.write(history(order, order.state, event, cause, moment));
    changes.write(row.insert(cause, moment));
    Ok(changes)
}

/// What names the movement of the money: a transfer has no checkout but its payment.
fn session_of(payment: &Payment) -> String {
    payment
        .session_id
        .clone()
        .unwrap_or_else(|| payment.payment_id.as_str().to_owned())
}
