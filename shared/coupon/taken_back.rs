//! What becomes of issued codes when the money for them goes back (A44, S83): once all of it is gone they
//! cannot be used any more, and orders that have used one stay as they are. What a part of the money
//! means for them is for staff to say.
//!
//! The invariant: which code can be used in the end does not depend on the order in which events come.
//! So a case is opened by what stands in the database in the same batch, never by what was read before.

use crate::case::{Case, CaseKind};
use crate::id::OrderNumber;
use crate::outbox::Message;
use crate::settle::refund::Refunded;
use crate::statement::Statement;
use crate::store::{cases, coupons};
use crate::time::Timestamp;

/// What became of the money that paid for codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss<'a> {
    /// So much of it was refunded; none if a refund has failed. The schema has stopped the codes, or lets
    /// them be used again.
    Refunded(Refunded),
    /// Staff have taken it back.
    Revoked,
    /// The buyer's bank or the provider may take it back.
    Disputed {
        /// The provider's id of the dispute.
        dispute_id: &'a str,
        /// Whether it is over, and the money stays here.
        is_won: bool,
    },
}

/// The rows for an order that has issued codes.
#[must_use]
pub fn take_back(order: &OrderNumber, loss: Loss<'_>, now: Timestamp) -> Vec<Statement> {
    let close = |kind: CaseKind, because: &str| {
        cases::CLOSE_CASE.bind([
            kind.as_str().into(),
            order.into(),
            now.into(),
            because.into(),
        ])
    };
    let close_used =
        |because: &str| coupons::CLOSE_USED_CASE.bind([order.into(), now.into(), because.into()]);
    let used = || case(CaseKind::CouponsUsed, order, now);
    let failed = "a refund failed";
    match loss {
        Loss::Refunded(Refunded::Nothing) => {
            vec![
                close(CaseKind::CouponsRefundedInPart, failed),
                close_used(failed),
            ]
        }
        Loss::Refunded(Refunded::Part) => {
            let decide = case(CaseKind::CouponsRefundedInPart, order, now);
            decide.into_iter().chain([close_used(failed)]).collect()
        }
        Loss::Refunded(Refunded::All) | Loss::Revoked => {
            let is_final = loss == Loss::Revoked;
            let stop = is_final.then(|| coupons::STOP_CODES.bind([order.into()]));
            let decided = close(
                CaseKind::CouponsRefundedInPart,
                "all of the money went back",
            );
            stop.into_iter().chain([decided]).chain(used()).collect()
        }
        Loss::Disputed { dispute_id, is_won } => {
            let told = coupons::DISPUTE_CODES.bind([
                order.into(),
                dispute_id.into(),
                i64::from(is_won).into(),
            ]);
            let mut rows = vec![told];
            if is_won {
                rows.push(close_used("the dispute was won"));
            } else {
                rows.extend(used());
            }
            rows
        }
    }
}

/// A case of the order's codes, if there is cause for it, and the alert that goes with it.
fn case(kind: CaseKind, order: &OrderNumber, now: Timestamp) -> [Statement; 2] {
    let alert = Message::staff_alert(&Case {
        kind,
        subject: order.as_str().to_owned(),
        order_number: Some(*order),
        evidence: serde_json::json!({}),
    });
    [
        coupons::CASE_OF_CODES.bind([order.into(), now.into(), kind.as_str().into()]),
        coupons::ALERT_OF_CODES.bind([
            order.into(),
            alert.key.kind.as_str().into(),
            alert.key.dedupe_key.into(),
            alert.payload.to_string().into(),
            now.into(),
            kind.as_str().into(),
        ]),
    ]
}
