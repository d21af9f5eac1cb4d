//! What becomes of issued codes when the money for them goes back (A44, S83): they cannot be used any
//! more, orders that have used one stay as they are, and staff hear of those.

use serde_json::json;

use super::CouponState;
use crate::case::{Case, CaseKind};
use crate::id::OrderNumber;
use crate::outbox::Message;
use crate::statement::Statement;
use crate::store::coupons;
use crate::time::Timestamp;

/// The rows for an order whose money goes back: `Stopped` for good, `Paused` while it is disputed.
#[must_use]
pub fn take_back(order: &OrderNumber, state: CouponState, now: Timestamp) -> [Statement; 3] {
    let alert = Message::staff_alert(&Case {
        kind: CaseKind::CouponsUsed,
        subject: order.as_str().to_owned(),
        order_number: Some(*order),
        evidence: json!({}),
    });
    [
        coupons::STOP_CODES.bind([order.into(), state.as_str().into()]),
        coupons::CASE_OF_CODES.bind([order.into(), now.into()]),
        coupons::ALERT_OF_CODES.bind([
            order.into(),
            alert.key.kind.as_str().into(),
            alert.key.dedupe_key.into(),
            alert.payload.to_string().into(),
            now.into(),
        ]),
    ]
}
