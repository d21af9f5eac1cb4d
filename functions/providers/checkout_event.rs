//! Events about checkouts. Each makes us read the checkout back and settle what its provider then
//! says, in one batch with the event's own row.
//!
//! In scope: which payment a checkout belongs to. The invariant: a checkout that is bound to a
//! payment here stays that payment's, whatever its metadata says later (S46); one that is bound to
//! none must name the payment itself when it is read back.

use serde_json::json;
use shared::case::{Case, CaseKind};
use shared::config::Settings;
use shared::id::{OrderNumber, PaymentId};
use shared::order::Order;
use shared::outbox::MessageKey;
use shared::payment::PaymentFact;
use shared::settle::{Cause, Changes};
use shared::store::orders;

use super::ask_for;
use super::inbox::{Arrival, Fate, commit, foreign_case, is_stored, store};
use crate::failure::Failure;
use crate::settle::{Loaded, loaded, loading_checkout, settle};
use crate::world::{Fault, World};

const CLAIM: &str = "a checkout that was not opened here names an order";

/// Handles one such event.
pub(super) async fn checkout_event<W: World>(
    world: &W,
    settings: &Settings,
    arrival: &Arrival,
    said_for: Option<PaymentId>,
    claims: Option<OrderNumber>,
    cause: &Cause,
) -> Result<Vec<MessageKey>, Failure> {
    let session_id = arrival.object_id.as_str();
    let [payment, order] = loading_checkout(arrival.provider, session_id, said_for);
    let rows = world.query(&[arrival.known(), payment, order]).await?;
    let [known, payment, order] = rows.as_slice() else {
        return Err(Fault::Rows("three results were expected".into()).into());
    };
    if is_stored(world, arrival, known).await? {
        return Ok(Vec::new());
    }
    let now = world.now();
    if let Some(loaded) = loaded(payment, order)? {
        let payment_id = Some(loaded.payment.payment_id);
        let file = |fate: Fate<'_>| arrival.filed(payment_id, fate, now);
        return Ok(settle_checkout(world, settings, loaded, session_id, cause, file).await?);
    }
    match said_for {
        // The payment's own batch is not there yet, or never will be: cron finds out (S01).
        Some(_) => {
            let fate = Fate::Parked("no such payment yet");
            store(world, arrival, arrival.filed(said_for, fate, now)).await
        }
        None => stranger(world, arrival, claims).await,
    }
}

/// Reads a checkout back and settles what its provider says, together with what `file` writes about the
/// event for the fate that it meets.
pub async fn settle_checkout<W: World>(
    world: &W,
    settings: &Settings,
    loaded: Loaded,
    session_id: &str,
    cause: &Cause,
    file: impl Fn(Fate<'_>) -> Changes,
) -> Result<Vec<MessageKey>, Fault> {
    let payment = &loaded.payment;
    let is_stray = payment
        .session_id
        .as_deref()
        .is_some_and(|bound| bound != session_id);
    let Some(fact) = ask_for(world, settings, session_id, &loaded).await else {
        let problem = "a checkout that is for another payment when it is read back";
        let mut changes = file(Fate::Ignored(problem));
        changes.open_case(&foreign_case(problem, cause), world.now());
        return commit(world, changes).await;
    };
    let filed = match &fact {
        PaymentFact::Unknown(why) => file(Fate::Parked(why)),
        PaymentFact::Open(_)
        | PaymentFact::Processing(_)
        | PaymentFact::Paid(_)
        | PaymentFact::Failed { .. }
        | PaymentFact::Closed { .. }
        | PaymentFact::Refused { .. } => file(Fate::Done("settled")),
    };
    // Not being able to ask about another checkout puts no doubt on the payment.
    if is_stray && matches!(fact, PaymentFact::Unknown(_)) {
        return commit(world, filed).await;
    }
    let mut settled = settle(world, loaded, &fact, cause, &filed.statements).await?;
    settled.messages.extend(filed.messages);
    Ok(settled.messages)
}

/// A checkout of a payment link or of another program. When somebody paid there and gave one of
/// our order numbers, which the link's address lets anybody do, a person must look.
async fn stranger<W: World>(
    world: &W,
    arrival: &Arrival,
    claims: Option<OrderNumber>,
) -> Result<Vec<MessageKey>, Failure> {
    let now = world.now();
    let mut changes = arrival.filed(None, Fate::Ignored("not a checkout of ours"), now);
    if let Some(number) = claims {
        let rows = world
            .query(&[orders::ORDER_BY_NUMBER.bind([number.into()])])
            .await?;
        let order: Option<Order> = match rows.first() {
            Some(rows) => rows.first()?,
            None => None,
        };
        if let Some(order) = order {
            changes.open_case(&claim_case(&arrival.object_id, &order), now);
        }
    }
    store(world, arrival, changes).await
}

/// The case about money that names an order from outside. One for each checkout: each is money.
fn claim_case(session_id: &str, order: &Order) -> Case {
    Case {
        order_number: Some(order.order_number),
        evidence: json!({
            "problem": CLAIM,
            "session": session_id,
            "order_state": order.state,
        }),
        ..unread_claim(session_id, order.order_number)
    }
}

/// The same while it cannot be read whether there is such an order.
pub(super) fn unread_claim(session_id: &str, number: OrderNumber) -> Case {
    Case {
        kind: CaseKind::EventForeign,
        subject: session_id.to_owned(),
        order_number: None,
        evidence: json!({ "problem": CLAIM, "session": session_id, "order": number }),
    }
}
