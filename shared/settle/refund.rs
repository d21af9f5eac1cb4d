//! Money that a provider gave back: what it moves in the books, and which lines it is for (S82, S110).
//!
//! A provider tells a sum, so that what was missed is caught up with, and a refund that failed lowers it.
//! What no order could take of a payment goes back first. The invariants: no more goes back of a payment
//! than it brought, nor for a line than was paid for it; a coupon that the order used stays used.

use serde_json::json;

use super::{Cause, Changes, Moment, history};
use crate::case::{Case, CaseKind};
use crate::ledger::Transfer;
use crate::money::Money;
use crate::order::{Order, OrderState};
use crate::payment::{LeftBehind, TakenPayment};
use crate::pricing::largest_remainder;
use crate::record::json_text;
use crate::store::{cases, refunds};

/// The kinds of cases about money that a payment brought beside its order.
const HELD_KINDS: &str =
    r#"["money_late", "money_twice", "money_stray", "money_over", "money_foreign"]"#;
const LEFT_KINDS: &str = r#"["money_left"]"#;
const FAILED_KINDS: &str = r#"["refund_failed"]"#;

/// What an order has lost by refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunded {
    /// Nothing; or what was refunded came back.
    Nothing,
    /// A part.
    Part,
    /// All of it.
    All,
}

/// What a refund comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The rows.
    pub changes: Changes,
    /// What the order has lost afterwards.
    pub refunded: Refunded,
}

/// Books that `told_minor` of a payment went back in all; `None` when that is no news.
#[must_use]
pub fn refund(
    order: &Order,
    taken: &TakenPayment,
    told_minor: i64,
    cause: &Cause,
    moment: &Moment,
) -> Option<Refund> {
    let received = taken.payment.received()?;
    let before_minor = taken.refunded_minor.unwrap_or(0);
    let total_minor = told_minor.clamp(0, received.amount_minor);
    if total_minor == before_minor {
        return None;
    }
    let change = Change::of(order, taken, before_minor, total_minor);
    let lines = change.lines(order);
    let mut changes = Changes::default();
    let money = |amount_minor: i64| Money {
        amount_minor,
        currency: received.currency,
    };
    let has_failed = total_minor < before_minor;
    let event = if has_failed {
        "refund_failed"
    } else {
        "refunded"
    };
    let moved = money(total_minor.abs_diff(before_minor).try_into().ok()?);
    let cause = Cause {
        reason: format!("{}: {}", moved.display(), cause.reason),
        ..cause.clone()
    };
    change.book(&mut changes, order, taken, money, &cause, moment);
    changes.write(history(order, order.state, event, &cause, moment));
    changes.write(refunds::INSERT_REFUND.bind([
        order.order_number.into(),
        order.version.saturating_add(1).into(),
        taken.payment.payment_id.into(),
        total_minor.into(),
        json_text(&lines).into(),
    ]));
    if has_failed {
        let came_back = Case {
            kind: CaseKind::RefundFailed,
            subject: taken.payment.payment_id.as_str().to_owned(),
            order_number: Some(order.order_number),
            evidence: json!({
                "came_back": moved,
                "refunded": money(total_minor),
                "unapplied": money(change.aside().min(0).saturating_neg()),
            }),
        };
        changes.open_case(&came_back, moment.now);
    }
    let lost = lines.iter().copied().fold(0, i64::saturating_add);
    Some(Refund {
        changes,
        refunded: match order.total_minor.saturating_sub(lost) {
            _ if lost == 0 => Refunded::Nothing,
            1.. => Refunded::Part,
            _ => Refunded::All,
        },
    })
}

/// What goes back, from where, minor units; below zero what comes again, and where to.
struct Change {
    /// The order's account.
    order: i64,
    /// *Unapplied*, since the order could not take it.
    held: i64,
    /// *Unapplied*, since the order has ended and left it there.
    left: i64,
    /// What orders that gave way to this one have left aside; only ever gone.
    behind: Vec<LeftBehind>,
}

impl Change {
    fn of(order: &Order, taken: &TakenPayment, before_minor: i64, total_minor: i64) -> Self {
        let received = taken.payment.received_minor.unwrap_or(0);
        let not_applied = received.saturating_sub(taken.applied_minor.unwrap_or(0));
        let of_held = |sum: i64| sum.min(not_applied);
        let held = of_held(total_minor).saturating_sub(of_held(before_minor));
        let mut rest = total_minor
            .saturating_sub(before_minor)
            .saturating_sub(held);
        let mut behind = Vec::new();
        for left in &taken.left_behind {
            let amount_minor = rest.clamp(0, left.amount_minor);
            rest = rest.saturating_sub(amount_minor);
            behind.push(LeftBehind {
                amount_minor,
                ..*left
            });
        }
        // An order that is paid gets again what it lost, and one that is not what it can take.
        let room = if order.state == OrderState::Confirmed {
            order.refunded_minor()
        } else if order.state.takes_money() {
            order.due_minor()
        } else {
            0
        };
        let of_order = rest.clamp(room.saturating_neg(), order.received_minor);
        Self {
            order: of_order,
            held,
            left: rest.saturating_sub(of_order),
            behind,
        }
    }

    fn aside(&self) -> i64 {
        self.held.saturating_add(self.left)
    }

    fn all(&self) -> i64 {
        let behind = self.behind.iter().map(|left| left.amount_minor);
        behind.fold(self.order.saturating_add(self.aside()), i64::saturating_add)
    }

    /// What has gone back of each line afterwards: of all that went back its share, so that it does not
    /// matter in how many parts. Of an order that is not confirmed nothing was bought yet.
    fn lines(&self, order: &Order) -> Vec<i64> {
        if order.state != OrderState::Confirmed || self.order == 0 {
            return order.refunded_lines.clone();
        }
        let totals = order.quote.lines.iter().map(|line| line.total.amount_minor);
        let totals: Vec<i64> = totals.collect();
        let lost_minor = order.refunded_minor().saturating_add(self.order);
        largest_remainder(lost_minor, &totals).unwrap_or_default()
    }

    fn book(
        &self,
        changes: &mut Changes,
        order: &Order,
        taken: &TakenPayment,
        money: impl Fn(i64) -> Money,
        cause: &Cause,
        moment: &Moment,
    ) {
        let payment = &taken.payment;
        let currency = money(0).currency.code();
        let gone = format!("refunds:{}:{currency}", payment.method.as_str());
        let number = order.order_number.as_str();
        let version = order.version.saturating_add(1);
        let mut movement = |part: &str, account: String, amount_minor: i64| {
            let (debit, credit) = if amount_minor > 0 {
                (account, gone.clone())
            } else {
                (gone.clone(), account)
            };
            let transfer = Transfer {
                id: format!(
                    "refund:{}:{number}:{version}:{part}",
                    payment.payment_id.as_str()
                ),
                debit,
                credit,
                amount: money(amount_minor.saturating_abs()),
                cause: cause.cause.clone(),
            };
            if amount_minor != 0 {
                changes.write(transfer.insert(moment.now));
            }
        };
        movement("order", format!("order:{number}"), self.order);
        movement("unapplied", format!("unapplied:{currency}"), self.aside());
        for behind in &self.behind {
            let account = format!("unapplied:{}:{currency}", behind.order_number.as_str());
            movement(behind.order_number.as_str(), account, behind.amount_minor);
        }
        let session = payment.session_id.as_deref().unwrap_or_default();
        let left = if order.is_reversed() {
            self.order.saturating_add(self.left)
        } else {
            self.left
        };
        let mut about = vec![
            (HELD_KINDS, session, self.held),
            (LEFT_KINDS, number, left),
            (FAILED_KINDS, payment.payment_id.as_str(), self.all()),
        ];
        let behind = self.behind.iter();
        about.extend(behind.map(|b| (LEFT_KINDS, b.order_number.as_str(), b.amount_minor)));
        for (kinds, subject, amount_minor) in about {
            if amount_minor > 0 {
                changes.write(cases::TAKE_FROM_CASE.bind([
                    kinds.into(),
                    subject.into(),
                    amount_minor.into(),
                    moment.now.into(),
                    "the money went back".into(),
                ]));
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the amounts are small")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;
    use crate::order::fixtures::{order, payment};
    use crate::payment::PaymentState;

    /// A payment of 119.00 EUR, of which the order took so much.
    fn taken(applied: i64) -> TakenPayment {
        let mut payment = payment(PaymentState::Paid);
        payment.received_minor = Some(11_900);
        payment.received_currency = Currency::parse("EUR").ok();
        TakenPayment {
            payment,
            applied_minor: (applied > 0).then_some(applied),
            refunded_minor: None,
            left_behind: Vec::new(),
        }
    }

    fn holding(state: OrderState, received: i64) -> Order {
        let mut order = order(state);
        order.received_minor = received;
        order
    }

    /// `order, held, left` of a change from one sum to another.
    fn change(order: &Order, applied: i64, before: i64, after: i64) -> [i64; 3] {
        let change = Change::of(order, &taken(applied), before, after);
        [change.order, change.held, change.left]
    }

    #[test]
    fn money_goes_back_from_where_it_lies_and_comes_again_to_where_it_belongs() {
        let paid = holding(OrderState::Confirmed, 11_900);
        assert_eq!(change(&paid, 11_900, 0, 500), [500, 0, 0]);
        assert_eq!(change(&paid, 0, 0, 500), [0, 500, 0], "it came twice");
        assert_eq!(
            change(&paid, 10_000, 0, 2_000),
            [100, 1_900, 0],
            "too much came"
        );
        let mut lost = holding(OrderState::Confirmed, 11_400);
        lost.refunded_lines = vec![500];
        assert_eq!(change(&lost, 11_900, 500, 0), [-500, 0, 0], "it failed");
        let part_paid = holding(OrderState::Unpaid, 3_000);
        assert_eq!(change(&part_paid, 3_000, 8_900, 11_900), [3_000, 0, 0]);
        let open = holding(OrderState::Unpaid, 0);
        assert_eq!(
            change(&open, 11_900, 11_900, 0),
            [-11_900, 0, 0],
            "due again"
        );
        let ended = holding(OrderState::Cancelled, 0);
        assert_eq!(change(&ended, 11_900, 0, 500), [0, 0, 500], "left aside");
        assert_eq!(change(&ended, 11_900, 500, 0), [0, 0, -500]);
        // The rest was paid by another payment meanwhile: what comes again is nobody's.
        assert_eq!(change(&paid, 11_900, 11_900, 0), [0, 0, -11_900]);
    }

    proptest! {
        /// P3, P5: whatever sums are told one after the other, every unit is somewhere, no account is
        /// overdrawn, and the lines are those of the last sum.
        #[test]
        fn s110_p5_every_unit_is_somewhere_after_any_refunds(
            sums in prop::collection::vec(0_i64..=11_900, 1..9),
            applied in 0_i64..=11_900,
        ) {
            // Another payment has paid what this one has not.
            let mut order = holding(OrderState::Confirmed, 11_900);
            let mut unapplied = 11_900 - applied;
            let mut before = 0;
            for sum in &sums {
                let change = Change::of(&order, &taken(applied), before, *sum);
                prop_assert_eq!(change.order + change.aside(), sum - before);
                let lines = change.lines(&order);
                order.refunded_lines = lines;
                order.received_minor -= change.order;
                unapplied -= change.aside();
                before = *sum;
                prop_assert!(unapplied >= 0 && order.received_minor >= 0);
                prop_assert_eq!(order.received_minor + order.refunded_minor(), 11_900);
                prop_assert_eq!(order.due_minor(), 0);
            }
            let of_order = (before - (11_900 - applied)).max(0);
            prop_assert_eq!(order.refunded_minor(), of_order);
        }
    }
}
