//! Money that arrived: where every unit of it goes.

use serde_json::json;

use super::{Cause, Changes, Moment, Settlement, bind, history, history_row, is_stray, notice};
use crate::case::{Case, CaseKind};
use crate::coupon::issue::issue;
use crate::id::PaymentId;
use crate::ledger::Transfer;
use crate::money::Money;
use crate::order::{Decision, Order, OrderEvent, OrderState, decide};
use crate::outbox::{Message, MessageKind};
use crate::payment::{Payment, PaymentMethod, PaymentState, Receipt};
use crate::statement::Statement;
use crate::store::payments;
use crate::time::Timestamp;

/// Books a receipt and says what it makes of the order, or of the one that has taken its place: that
/// takes the money while it takes any, of the same currency (S23).
pub(super) fn receive(
    order: &Order,
    newest: Option<&Order>,
    payment: &Payment,
    receipt: &Receipt,
    cause: &Cause,
    moment: &Moment,
) -> Settlement {
    let stray = is_stray(payment, &receipt.session_id);
    if payment.state == PaymentState::Paid && !stray {
        return Settlement::NoChange("already paid");
    }
    let mut changes = Changes::default();
    let newest = newest.filter(|newest| {
        newest.state.takes_money() && newest.currency == receipt.amount.currency && !stray
    });
    let order = newest.map_or(order, |newest| {
        let passed_on = Cause {
            reason: format!("for {}, which replaces this order", newest.order_number),
            ..cause.clone()
        };
        changes.write(history(
            order,
            order.state,
            "money_passed_on",
            &passed_on,
            moment,
        ));
        newest
    });
    let share = Share::of(order, payment, receipt, stray);
    let covers = order
        .received_minor
        .saturating_add(share.applied.amount_minor)
        .saturating_add(share.forgiven.amount_minor)
        >= order.total_minor
        && share.problem != Some(CaseKind::MoneyForeign)
        // Nobody has shown the money of another order to be for this one's coupon (A40).
        && !(newest.is_some() && order.email_unconfirmed);
    let event = if payment.method == PaymentMethod::Bank && newest.is_none() {
        OrderEvent::TransferApproved { covers }
    } else {
        OrderEvent::MoneyArrived { covers }
    };
    let Decision::Changed(to) = decide(order, event, moment.now) else {
        return Settlement::NoChange("the order takes no notice");
    };
    let confirms = to == OrderState::Confirmed && order.state != OrderState::Confirmed;

    share.book(&mut changes, order, payment, receipt, cause, moment);
    if order.provider_live() && (newest.is_some() || !payment.state.is_live()) {
        // Another page of this order is open, for money that is not asked for any more: cron closes it.
        let number = order.order_number;
        changes.write(payments::LIVE_PAYMENT_DUE.bind([number.into(), moment.now.into()]));
    }
    let paid_id = if stray {
        found(&mut changes, order, payment, &receipt.session_id)
    } else {
        bind(&mut changes, payment, Some(&receipt.session_id));
        payment.payment_id
    };
    changes.write(paid_row(paid_id, receipt, moment.now));
    let event = match (confirms, share.applied.amount_minor > 0) {
        (true, _) => "confirmed",
        (false, true) => "part_paid",
        (false, false) => "money_held",
    };
    let paid_by = confirms.then_some(receipt.paid_by.as_str());
    changes.write(history_row(order, to, event, cause, moment, paid_by));
    if confirms {
        close_transfer(&mut changes, order);
        announce(&mut changes, order, moment);
    } else if share.is_short(payment) {
        let short = Message::payment_short(order, &payment.payment_id, share.applied);
        changes.tell(&short, moment.now);
    }
    if share.held.amount_minor > 0 {
        let told = Message::payment_held(
            &order.order_number,
            to,
            &payment.payment_id,
            &receipt.session_id,
            share.held,
        );
        changes.tell(&told, moment.now);
    }
    if !stray {
        notice::settled(
            &mut changes,
            payment,
            "the provider confirmed the payment",
            moment,
        );
    }
    Settlement::Changed(changes, to)
}

/// Confirms an order that owes nothing, or nothing more, without a provider. The statements expect the
/// order as given, so they may follow its insert in the same batch.
#[must_use]
pub fn confirm_without_payment(
    order: &Order,
    paid_by: &str,
    cause: &Cause,
    moment: &Moment,
) -> Changes {
    let mut changes = Changes::default();
    changes.write(history_row(
        order,
        OrderState::Confirmed,
        "confirmed",
        cause,
        moment,
        Some(paid_by),
    ));
    announce(&mut changes, order, moment);
    changes
}

/// Moves money that an ending order holds to an account of *unapplied* and opens the case about it, so
/// that no ending loses money.
pub(super) fn leave(
    changes: &mut Changes,
    order: &Order,
    amount: Money,
    account: String,
    moment: &Moment,
) {
    if amount.amount_minor == 0 {
        return;
    }
    let transfer = Transfer {
        id: format!("leave:{}", order.order_number.as_str()),
        debit: format!("order:{}", order.order_number.as_str()),
        credit: account,
        amount,
        cause: format!("order {} ended", order.order_number.as_str()),
    };
    changes.write(transfer.insert(moment.now));
    let left = Case {
        kind: CaseKind::MoneyLeft,
        subject: order.order_number.as_str().to_owned(),
        order_number: Some(order.order_number),
        evidence: json!({ "unapplied": amount }),
    };
    changes.open_case(&left, moment.now);
}

/// Closes the live bank transfer of an order that is over, or paid in another way. No provider has to
/// be asked; a proof that waits stays in the queue, since its money may have come (S25).
pub(super) fn close_transfer(changes: &mut Changes, order: &Order) {
    if order.bank_until.is_some() {
        changes.write(payments::TRANSFER_CLOSED.bind([order.order_number.into()]));
    }
}

/// What follows from a confirmation: the codes that the order issues, and the messages to the buyer and
/// to production.
fn announce(changes: &mut Changes, order: &Order, moment: &Moment) {
    let number = &order.order_number;
    let (codes, rows) = issue(&order.issues, number, &moment.code_seed, moment.now);
    changes.statements.extend(rows);
    changes.tell(&Message::payment_confirmed(number, &codes), moment.now);
    changes.tell(
        &Message::about_order(MessageKind::Release, number),
        moment.now,
    );
}

/// Makes a payment of a checkout that names another one and is not its own, so that what goes back of its
/// money, or is disputed, is found by it; its id.
fn found(changes: &mut Changes, order: &Order, named: &Payment, session_id: &str) -> PaymentId {
    let found_id = PaymentId::of_checkout(named.method.as_str(), session_id);
    changes.write(payments::INSERT_FOUND.bind([
        found_id.into(),
        named.payment_id.into(),
        session_id.into(),
    ]));
    changes.write(payments::INSERT_FOUND_ALLOCATION.bind([
        found_id.into(),
        order.order_number.into(),
        named.amount_minor.into(),
    ]));
    found_id
}

fn paid_row(payment_id: PaymentId, receipt: &Receipt, now: Timestamp) -> Statement {
    payments::PAYMENT_PAID.bind([
        payment_id.into(),
        receipt.capture_ref.as_deref().into(),
        receipt.amount.amount_minor.into(),
        receipt.amount.currency.code().into(),
        receipt.paid_by.as_str().into(),
        receipt.payer_email.as_deref().into(),
        now.into(),
        receipt.payer_name.as_ref().into(),
    ])
}

/// How a receipt is divided between the order and *unapplied*.
struct Share {
    applied: Money,
    /// What is missing and not asked for any more.
    forgiven: Money,
    held: Money,
    problem: Option<CaseKind>,
}

impl Share {
    fn of(order: &Order, payment: &Payment, receipt: &Receipt, stray: bool) -> Self {
        let amount = receipt.amount;
        let all_held = |problem| Self {
            applied: Money::zero(amount.currency),
            forgiven: Money::zero(amount.currency),
            held: amount,
            problem: Some(problem),
        };
        if order.state == OrderState::Confirmed {
            return all_held(CaseKind::MoneyTwice);
        }
        if !order.state.takes_money() {
            return all_held(CaseKind::MoneyLate);
        }
        if stray {
            return all_held(CaseKind::MoneyStray);
        }
        if amount.currency != order.currency {
            return all_held(CaseKind::MoneyForeign);
        }
        let applied_minor = amount.amount_minor.min(order.due_minor());
        let held_minor = amount.amount_minor.saturating_sub(applied_minor);
        let missing_minor = order.due_minor().saturating_sub(applied_minor);
        let forgiven_minor = if missing_minor <= receipt.forgiven_max_minor {
            missing_minor
        } else {
            0
        };
        // Staff have seen how much came by bank; nobody has to look again.
        let is_news = payment.method != PaymentMethod::Bank;
        let problem = if held_minor > 0 {
            Some(CaseKind::MoneyOver)
        } else if is_news && amount.amount_minor < payment.amount_minor {
            Some(CaseKind::MoneyShort)
        } else {
            None
        };
        let money = |amount_minor| Money {
            amount_minor,
            currency: amount.currency,
        };
        Self {
            applied: money(applied_minor),
            forgiven: money(forgiven_minor),
            held: money(held_minor),
            problem,
        }
    }

    /// Whether a transfer pays a part, so that its sender has to hear of the rest (S27, S30).
    fn is_short(&self, payment: &Payment) -> bool {
        payment.method == PaymentMethod::Bank && self.applied.amount_minor > 0
    }

    fn book(
        &self,
        changes: &mut Changes,
        order: &Order,
        payment: &Payment,
        receipt: &Receipt,
        cause: &Cause,
        moment: &Moment,
    ) {
        let method = payment.method.as_str();
        let session = receipt.session_id.as_str();
        let number = order.order_number.as_str();
        let currency = receipt.amount.currency.code();
        let movement = |part: &str, credit: String, amount: Money| Transfer {
            id: format!("capture:{method}:{session}:{part}"),
            debit: format!("provider:{method}:{currency}"),
            credit,
            amount,
            cause: cause.cause.clone(),
        };
        if self.applied.amount_minor > 0 {
            let to_order = movement(number, format!("order:{number}"), self.applied);
            changes.write(to_order.insert(moment.now));
        }
        if self.forgiven.amount_minor > 0 {
            let written_off = Transfer {
                id: format!("write_off:{method}:{session}:{number}"),
                debit: format!("fees:{currency}"),
                credit: format!("order:{number}"),
                amount: self.forgiven,
                cause: cause.cause.clone(),
            };
            changes.write(written_off.insert(moment.now));
        }
        if self.held.amount_minor > 0 {
            let held = movement("unapplied", format!("unapplied:{currency}"), self.held);
            changes.write(held.insert(moment.now));
        }
        if let Some(kind) = self.problem {
            let mismatch = Case {
                kind,
                subject: session.to_owned(),
                order_number: Some(order.order_number),
                evidence: json!({
                    "payment_id": payment.payment_id,
                    "method": method,
                    "capture": receipt.capture_ref,
                    "asked": payment.amount(),
                    "received": receipt.amount,
                    "applied": self.applied,
                    "unapplied": self.held,
                    "order_state": order.state,
                    "paid_by": receipt.paid_by,
                }),
            };
            changes.open_case(&mismatch, moment.now);
        }
    }
}

/// History of an order that ends; with the money it holds moved to *unapplied*, and its live bank
/// transfer closed.
#[must_use]
pub fn end(order: &Order, to: OrderState, event: &str, cause: &Cause, moment: &Moment) -> Changes {
    let mut changes = Changes::default();
    changes.write(history(order, to, event, cause, moment));
    close_transfer(&mut changes, order);
    let account = format!("unapplied:{}", order.currency.code());
    leave(&mut changes, order, order.received(), account, moment);
    changes
}
