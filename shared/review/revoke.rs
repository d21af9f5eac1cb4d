//! An approval is taken back, because the bank returned the transfer or it was a mistake (S69).
//!
//! The money goes back the way it came. A confirmed order stays confirmed, as after a refund or a
//! dispute: what it is worth is told by the ledger. Production hears that access has ended.

use super::{Decision, Row, Verdict, may_decide};
use crate::case::CaseKind;
use crate::coupon::CouponState;
use crate::coupon::taken_back::take_back;
use crate::ledger::Transfer;
use crate::money::{Currency, Money};
use crate::order::{Order, OrderState};
use crate::outbox::{Message, MessageKind};
use crate::payment::Payment;
use crate::record::Record;
use crate::review::ReviewRefusal;
use crate::settle::{Cause, Changes, Moment, history};
use crate::store::{cases, payments};

/// Why an approval is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevocationCode {
    /// The bank took the transfer back: its reference pays nothing any more.
    Returned,
    /// It was approved by mistake: the transfer may pay what it was meant for.
    Mistake,
}

impl RevocationCode {
    /// Every code.
    pub const ALL: [Self; 2] = [Self::Returned, Self::Mistake];

    /// The text in the database and in forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Mistake => "mistake",
        }
    }

    /// Reads the text of a form or of the database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// A movement that a capture made, as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Booked {
    /// Its id.
    pub transfer_id: String,
    /// Where the money came from.
    pub debit: String,
    /// Where it went.
    pub credit: String,
    /// Of the amount.
    pub currency: Currency,
    /// How much, minor units.
    pub amount_minor: i64,
}

/// Takes `decision` back: every movement of its payment's money is reversed.
pub fn revoke(
    order: &Order,
    payment: &Payment,
    decision: &Decision,
    booked: &[Booked],
    code: RevocationCode,
    cause: &Cause,
    moment: &Moment,
) -> Result<Changes, ReviewRefusal> {
    may_decide(order, &cause.actor)?;
    let mut changes = Changes::default();
    for transfer in booked
        .iter()
        .flat_map(|booked| reversed(order, booked, cause))
    {
        changes.write(transfer.insert(moment.now));
    }
    close_cases(&mut changes, payment, booked, moment);
    changes.write(payments::PAYMENT_REVERSED.bind([payment.payment_id.into(), moment.now.into()]));
    changes.write(history(
        order,
        order.state,
        "approval_revoked",
        cause,
        moment,
    ));
    let row = Row {
        verdict: Verdict::Revoked,
        order: order.order_number,
        payment: Some(payment.payment_id),
        proof: decision.proof_id,
        proposed_by: None,
        money: None,
        reason_code: Some(code.as_str()),
        revokes: Some(&decision.decision_id),
    };
    changes.write(row.insert(cause, moment));
    if order.state == OrderState::Confirmed && takes_from_order(booked) {
        let signal = Message::about_order(MessageKind::Revocation, &order.order_number);
        changes.tell(&signal, moment.now);
        if !order.issues.is_empty() {
            let number = &order.order_number;
            let rows = take_back(number, CouponState::Stopped, moment.now);
            changes.statements.extend(rows);
        }
    }
    if let Some(amount) = decision.amount() {
        let told = Message::payment_reversed(order, &decision.decision_id, amount);
        changes.tell(&told, moment.now);
    }
    Ok(changes)
}

/// Money of the payment that was held waits for nobody any more.
fn close_cases(changes: &mut Changes, payment: &Payment, booked: &[Booked], moment: &Moment) {
    let was_held = |booked: &Booked| booked.credit.starts_with("unapplied:");
    let Some(session) = payment.session_id.as_deref() else {
        return;
    };
    if !booked.iter().any(was_held) {
        return;
    }
    for kind in [
        CaseKind::MoneyLate,
        CaseKind::MoneyTwice,
        CaseKind::MoneyOver,
        CaseKind::MoneyForeign,
    ] {
        changes.write(cases::CLOSE_CASE.bind([
            kind.as_str().into(),
            session.into(),
            moment.now.into(),
            "the approval was revoked".into(),
        ]));
    }
}

fn takes_from_order(booked: &[Booked]) -> bool {
    booked
        .iter()
        .any(|booked| booked.credit.starts_with("order:"))
}

/// The movements that undo one. Money leaves a confirmed order as a dispute does; what an order held
/// when it ended went to *unapplied* then.
fn reversed(order: &Order, booked: &Booked, cause: &Cause) -> Vec<Transfer> {
    let currency = booked.currency.code();
    let leg = |what: &str, debit: &str, credit: &str| Transfer {
        id: format!("{what}:{}", booked.transfer_id),
        debit: debit.to_owned(),
        credit: credit.to_owned(),
        amount: Money {
            amount_minor: booked.amount_minor,
            currency: booked.currency,
        },
        cause: cause.cause.clone(),
    };
    let (from, to) = (&booked.credit, &booked.debit);
    if !from.starts_with("order:") || order.state.takes_money() {
        return vec![leg("reverse", from, to)];
    }
    if order.state == OrderState::Confirmed {
        let disputes = format!("disputes:{currency}");
        return vec![
            leg("reverse", from, &disputes),
            leg("return", &disputes, to),
        ];
    }
    vec![leg("reverse", &format!("unapplied:{currency}"), to)]
}
