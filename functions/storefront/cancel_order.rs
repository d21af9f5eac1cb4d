//! Cancels an unpaid order: its live payment is closed at the provider first, and the provider's
//! answer is believed. "Already paid" settles the order instead.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::order::{Decision, OrderEvent, OrderRefusal, OrderState, decide};
use shared::outbox::MessageKey;
use shared::payment::PaymentFact;
use shared::settle::{Cause, end};

use crate::change::{self, OrderWithPayments, Written};
use crate::failure::Failure;
use crate::providers::stripe as provider;
use crate::settle::{ATTEMPTS_MAX, Loaded, moment, settle};
use crate::world::{Fault, World};

/// Cancels an order that the caller may open. Sending it twice changes nothing the second time.
pub async fn cancel_order<W: World>(
    world: &W,
    settings: &Settings,
    mut found: OrderWithPayments,
) -> Result<Vec<MessageKey>, Failure> {
    let cause = Cause {
        actor: "buyer".into(),
        cause: "request".into(),
        reason: "cancelled by the buyer".into(),
    };
    let mut messages = Vec::new();
    for _ in 0..ATTEMPTS_MAX {
        if found.order.state == OrderState::Unpaid {
            messages.extend(close_live(world, settings, &found, &cause).await?);
        }
        if found.live().is_some() {
            found = reload(world, &found).await?;
        }
        let moment = moment(world);
        let wish = OrderEvent::CancelRequested {
            despite_review: false,
        };
        match decide(&found.order, wish, moment.now) {
            Decision::NoChange(_) => return Ok(messages),
            // Another payment began meanwhile: close that one too.
            Decision::Refused(OrderRefusal::PaymentLive) => {}
            Decision::Refused(refusal) => return Err(refusal.into()),
            Decision::Changed(to) => {
                let changes = end(&found.order, to, "cancelled", &cause, &moment);
                let number = found.order.order_number;
                let written =
                    change::write(world, number, &moment.write_token, &changes.statements).await?;
                if written == Written::Mine {
                    messages.extend(changes.messages);
                    return Ok(messages);
                }
            }
        }
        found = reload(world, &found).await?;
    }
    Err(Fault::Database("cancelling met others too often".into()).into())
}

/// Closes the live payment, if there is one, at its provider. Afterwards it is over or the order is
/// paid; anything in between is refused, since cancelling would lose sight of money.
pub async fn close_live<W: World>(
    world: &W,
    settings: &Settings,
    found: &OrderWithPayments,
    cause: &Cause,
) -> Result<Vec<MessageKey>, Failure> {
    let Some(payment) = found.live().cloned() else {
        return Ok(Vec::new());
    };
    let fact = provider::close(world, settings, &payment).await;
    let loaded = Loaded {
        order: found.order.clone(),
        payment,
    };
    let settled = settle(world, loaded, &fact, cause, &[]).await?;
    match fact {
        PaymentFact::Unknown(_) | PaymentFact::Open(_) => Err(Refusal::PaymentUnresolved.into()),
        PaymentFact::Processing(_) => Err(Refusal::PaymentProcessing.into()),
        PaymentFact::Paid(_)
        | PaymentFact::Failed { .. }
        | PaymentFact::Closed { .. }
        | PaymentFact::Refused { .. } => Ok(settled.messages),
    }
}

async fn reload<W: World>(
    world: &W,
    found: &OrderWithPayments,
) -> Result<OrderWithPayments, Failure> {
    let again = change::load(world, found.order.order_number).await?;
    again.ok_or_else(|| Refusal::OrderNotFound.into())
}
