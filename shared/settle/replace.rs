//! A new order takes the place of one that is not paid: what that one holds goes with it.
//!
//! In scope: the steps of the old order, and where its money goes. Out of scope: the rows of the new
//! order, and its confirmation, which stand around these in one batch.

use super::money::{close_transfer, leave};
use super::{Cause, Changes, Moment, history};
use crate::ledger::Transfer;
use crate::money::Money;
use crate::order::{Order, OrderState};

/// Ends `old` for `new`, whose row is written before: in its currency the money goes along, up to what
/// the new order costs. The rest is set aside with a case, in an account of the old order's own, so that
/// a refund finds it there. Answers how much the new order then holds, minor units.
#[must_use]
pub fn replace(old: &Order, new: &Order, cause: &Cause, moment: &Moment) -> (Changes, i64) {
    let mut changes = Changes::default();
    changes.write(history(
        old,
        OrderState::Superseded,
        "superseded",
        cause,
        moment,
    ));
    close_transfer(&mut changes, old);
    let (number, code) = (old.order_number.as_str(), old.currency.code());
    let held = old.received();
    if new.currency != old.currency {
        leave(&mut changes, old, held, format!("unapplied:{code}"), moment);
        return (changes, 0);
    }
    let carried_minor = held.amount_minor.min(new.total_minor);
    let money = |amount_minor| Money {
        amount_minor,
        currency: old.currency,
    };
    if carried_minor > 0 {
        let carried = Transfer {
            id: format!("carry:{number}"),
            debit: format!("order:{number}"),
            credit: format!("order:{}", new.order_number.as_str()),
            amount: money(carried_minor),
            cause: format!("order {number} was replaced"),
        };
        changes.write(carried.insert(moment.now));
    }
    let rest = money(held.amount_minor.saturating_sub(carried_minor));
    leave(
        &mut changes,
        old,
        rest,
        format!("unapplied:{number}:{code}"),
        moment,
    );
    (changes, carried_minor)
}
