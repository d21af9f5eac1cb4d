//! Money going back: refunds, disputes and warnings. Each event is kept and put before a person.
//!
//! In scope: the case that such an event opens, whichever provider told it. Out of scope: the ledger, which
//! they do not touch until their full handling is built.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::coupon::CouponState;
use shared::coupon::taken_back::take_back;
use shared::id::OrderNumber;
use shared::outbox::MessageKey;
use shared::payment::{Payment, PaymentMethod};
use shared::record::Record;
use shared::settle::Changes;
use shared::statement::Statement;
use shared::store::payments;
use shared::time::Timestamp;

use super::inbox::{Arrival, Fate, is_stored, store};
use crate::failure::Failure;
use crate::world::{Fault, World};

/// Handles one such event.
pub(super) async fn reversal_event<W: World>(
    world: &W,
    arrival: &Arrival,
    kind: CaseKind,
    capture: &str,
) -> Result<Vec<MessageKey>, Failure> {
    let rows = world
        .query(&[arrival.known(), by_capture(arrival.provider, capture)])
        .await?;
    let [known, payment] = rows.as_slice() else {
        return Err(Fault::Rows("two results were expected".into()).into());
    };
    if is_stored(world, arrival, known).await? {
        return Ok(Vec::new());
    }
    let now = world.now();
    let Some(captured) = payment.first::<Captured>()? else {
        // A refund may be told before the payment that it refunds (S08).
        let fate = Fate::Parked("no payment with this capture yet");
        return store(world, arrival, arrival.filed(None, fate, now)).await;
    };
    let fate = Fate::Done("a case was opened");
    let mut changes = arrival.filed(Some(captured.payment.payment_id), fate, now);
    let (object, told) = (&arrival.object_id, &arrival.type_name);
    open_reversal(&mut changes, kind, object, told, &captured, now);
    store(world, arrival, changes).await
}

/// A payment that holds a capture, and the order that it pays.
#[derive(Debug, Clone, Record)]
pub struct Captured {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// The order; the first by number when it pays several.
    pub order_number: OrderNumber,
}

/// The read of [`Captured`].
#[must_use]
pub fn by_capture(provider: PaymentMethod, capture: &str) -> Statement {
    payments::PAYMENT_BY_CAPTURE.bind([provider.as_str().into(), capture.into()])
}

/// Opens the case about money going back: one for each refund, dispute and warning, since several events
/// tell of one, and in any order. Codes that the order has issued end with a refund, and wait for the
/// end of a dispute, which may be won (A44).
pub fn open_reversal(
    changes: &mut Changes,
    kind: CaseKind,
    object: &str,
    type_name: &str,
    captured: &Captured,
    now: Timestamp,
) {
    let payment = &captured.payment;
    let case = Case {
        kind,
        subject: object.to_owned(),
        order_number: Some(captured.order_number),
        evidence: json!({
            "newest_event": type_name,
            "payment_id": payment.payment_id,
            "received": payment.received(),
        }),
    };
    changes.open_case(&case, now);
    let codes_become = [
        (CaseKind::Refund, CouponState::Stopped),
        (CaseKind::Dispute, CouponState::Paused),
    ];
    if let Some((_, state)) = codes_become.into_iter().find(|(of, _)| *of == kind) {
        changes
            .statements
            .extend(take_back(&captured.order_number, state, now));
    }
}
