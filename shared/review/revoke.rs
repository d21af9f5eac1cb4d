//! An approval is taken back, because the bank returned the transfer or it was a mistake (S69).
//!
//! The money goes back the way it came. A confirmed order stays confirmed, as after a refund or a
//! dispute: what it is worth is told by the ledger. Production hears that access has ended.

use serde_json::json;

use super::{Decision, Row, Verdict, may_decide};
use crate::case::{Case, CaseKind};
use crate::coupon::taken_back::{Loss, take_back};
use crate::id::OrderNumber;
use crate::ledger::Transfer;
use crate::money::{Currency, Money};
use crate::order::{Order, OrderState};
use crate::outbox::{Message, MessageKind};
use crate::payment::{LeftBehind, Payment};
use crate::record::Record;
use crate::review::ReviewRefusal;
use crate::settle::{Cause, Changes, Moment, history};
use crate::store::{bank, cases, payments};

/// Why a case is closed.
const REVOKED: &str = "the approval was revoked";

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

/// A decision by which a transfer pays an order, as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Paying {
    /// The decision.
    pub decision_id: String,
    /// The order.
    pub order_number: OrderNumber,
    /// Of the amount.
    pub currency: Currency,
    /// How much of the transfer, minor units.
    pub amount_minor: i64,
}

/// What is taken back, and why.
#[derive(Debug, Clone, Copy)]
pub struct TakenBack<'a> {
    /// The decision that brought the money.
    pub decision: &'a Decision,
    /// Where the money went.
    pub booked: &'a [Booked],
    /// Everything that the same transfer pays, this decision among it.
    pub paying: &'a [Paying],
    /// The order that holds the money now: the decision's own, or the one that has taken its place.
    pub holder: &'a Order,
    /// What of it replaced orders have left aside.
    pub left_behind: &'a [LeftBehind],
    /// Why.
    pub code: RevocationCode,
}

/// Takes a decision back: every movement of its payment's money is reversed. Of a transfer that the
/// bank took back, each other order that it has paid gets a case.
pub fn revoke(
    order: &Order,
    payment: &Payment,
    taken: TakenBack<'_>,
    cause: &Cause,
    moment: &Moment,
) -> Result<Changes, ReviewRefusal> {
    may_decide(order, &cause.actor)?;
    may_decide(taken.holder, &cause.actor)?;
    let TakenBack {
        decision,
        booked,
        holder,
        ..
    } = taken;
    let mut changes = Changes::default();
    let mut behind = taken.left_behind.to_vec();
    let mut applied = 0_i64;
    for booked in booked {
        let mut booked = booked.clone();
        if is_to_order(&booked) {
            take_behind(&mut changes, &mut behind, &mut booked, cause, moment);
            applied = applied.saturating_add(booked.amount_minor);
        }
        if booked.amount_minor > 0 {
            for transfer in reversed(holder, &booked, cause) {
                changes.write(transfer.insert(moment.now));
            }
        }
    }
    close_cases(&mut changes, payment, taken, applied, moment);
    changes.write(payments::PAYMENT_REVERSED.bind([payment.payment_id.into(), moment.now.into()]));
    changes.write(history(
        order,
        order.state,
        "approval_revoked",
        cause,
        moment,
    ));
    if holder.order_number != order.order_number {
        let of_holder = history(holder, holder.state, "approval_revoked", cause, moment);
        changes.write(of_holder);
    }
    let row = Row {
        verdict: Verdict::Revoked,
        order: order.order_number,
        payment: Some(payment.payment_id),
        proof: decision.proof_id,
        proposed_by: None,
        money: None,
        reason_code: Some(taken.code.as_str()),
        revokes: Some(&decision.decision_id),
    };
    if taken.code == RevocationCode::Returned {
        warn_of_others(&mut changes, taken, moment);
    }
    changes.write(row.insert(cause, moment));
    if holder.state == OrderState::Confirmed && applied > 0 {
        let signal = Message::about_order(MessageKind::Revocation, &holder.order_number);
        changes.tell(&signal, moment.now);
        if !holder.issues.is_empty() {
            let rows = take_back(&holder.order_number, Loss::Revoked, moment.now);
            changes.statements.extend(rows);
        }
    }
    if let Some(amount) = decision.amount() {
        let told = Message::payment_reversed(holder, &decision.decision_id, amount);
        changes.tell(&told, moment.now);
    }
    Ok(changes)
}

/// The bank took the whole transfer back: a person takes it back from each other order that it has
/// paid. That these are all of them is checked by the batch.
fn warn_of_others(changes: &mut Changes, taken: TakenBack<'_>, moment: &Moment) {
    let decision = taken.decision;
    let (Some(reference), Some(account)) = (&decision.bank_reference, &decision.bank_account_id)
    else {
        return;
    };
    let amounts = taken.paying.iter().map(|paying| paying.amount_minor);
    changes.write(bank::RECEIPT_AS_READ.bind([
        reference.into(),
        account.into(),
        amounts.fold(0, i64::saturating_add).into(),
    ]));
    let others = taken.paying.iter();
    for other in others.filter(|other| other.decision_id != decision.decision_id) {
        let case = Case {
            kind: CaseKind::TransferReturned,
            subject: other.decision_id.clone(),
            order_number: Some(other.order_number),
            evidence: json!({
                "bank_account": account,
                "bank_reference": reference,
                "paid": Money {
                    amount_minor: other.amount_minor,
                    currency: other.currency,
                },
                "returned_with": decision.order_number,
            }),
        };
        changes.open_case(&case, moment.now);
    }
}

/// What replaced orders have left aside goes first: less is then left to be taken from the holder.
fn take_behind(
    changes: &mut Changes,
    behind: &mut [LeftBehind],
    booked: &mut Booked,
    cause: &Cause,
    moment: &Moment,
) {
    for left in behind {
        let amount_minor = booked.amount_minor.min(left.amount_minor);
        if amount_minor == 0 {
            continue;
        }
        left.amount_minor = left.amount_minor.saturating_sub(amount_minor);
        booked.amount_minor = booked.amount_minor.saturating_sub(amount_minor);
        let number = left.order_number.as_str();
        let gone = Transfer {
            id: format!("reverse:{}:{number}", booked.transfer_id),
            debit: format!("unapplied:{number}:{}", booked.currency.code()),
            credit: booked.debit.clone(),
            amount: Money {
                amount_minor,
                currency: booked.currency,
            },
            cause: cause.cause.clone(),
        };
        changes.write(gone.insert(moment.now));
        changes.write(cases::TAKE_FROM_CASE.bind([
            r#"["money_left"]"#.into(),
            number.into(),
            amount_minor.into(),
            moment.now.into(),
            REVOKED.into(),
        ]));
    }
}

/// What a person had to look at because of the money waits for nobody any more.
fn close_cases(
    changes: &mut Changes,
    payment: &Payment,
    taken: TakenBack<'_>,
    applied: i64,
    moment: &Moment,
) {
    let (booked, order, because) = (taken.booked, taken.holder, REVOKED);
    changes.write(cases::CLOSE_CASE.bind([
        CaseKind::TransferReturned.as_str().into(),
        taken.decision.decision_id.as_str().into(),
        moment.now.into(),
        because.into(),
    ]));
    let stays = order.received_minor.saturating_sub(applied);
    if order.ended_at.is_some() || order.is_reversed() {
        changes.write(cases::TAKE_FROM_CASE.bind([
            r#"["money_left"]"#.into(),
            order.order_number.into(),
            applied.into(),
            moment.now.into(),
            because.into(),
        ]));
    } else if order.state == OrderState::Confirmed && applied > 0 && stays > 0 {
        let left = Case {
            kind: CaseKind::MoneyLeft,
            subject: order.order_number.as_str().to_owned(),
            order_number: Some(order.order_number),
            evidence: json!({
                "unapplied": Money { amount_minor: stays, currency: order.currency },
            }),
        };
        changes.open_case(&left, moment.now);
    }
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
            because.into(),
        ]));
    }
}

fn is_to_order(booked: &Booked) -> bool {
    booked.credit.starts_with("order:")
}

/// The movements that undo one, out of the order that holds the money. Money leaves a confirmed order as a dispute does; what an order held
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
    let of_order = format!("order:{}", order.order_number.as_str());
    let to = &booked.debit;
    if !is_to_order(booked) {
        return vec![leg("reverse", &booked.credit, to)];
    }
    let from = &of_order;
    if order.state.takes_money() {
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
