//! Cancels an unpaid order: its live payment is closed at the provider first, and the provider's
//! answer is believed. "Already paid" settles the order instead.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::order::{Decision, OrderEvent, OrderRefusal, decide};
use shared::outbox::MessageKey;
use shared::payment::PaymentFact;
use shared::settle::{Cause, end};

use crate::change::{self, OrderWithPayments};
use crate::failure::Failure;
use crate::providers;
use crate::settle::{ATTEMPTS_MAX, Loaded, moment, settle};
use crate::world::{Fault, World};

/// An order that was not to be paid any more.
#[derive(Debug)]
pub struct Cancelled {
    /// As it is now.
    pub found: OrderWithPayments,
    /// To be delivered after the reply.
    pub messages: Vec<MessageKey>,
}

/// Cancels an order that the caller may open. Sending it twice changes nothing the second time. One
/// whose proof is being reviewed only goes `despite_review` (A10); the proof is kept.
pub async fn cancel_order<W: World>(
    world: &W,
    settings: &Settings,
    found: OrderWithPayments,
    despite_review: bool,
) -> Result<Cancelled, Failure> {
    let mut messages = Vec::new();
    match cancel(world, settings, found, despite_review, &mut messages).await {
        Ok(found) => Ok(Cancelled { found, messages }),
        // The money had come: the order is confirmed, and that is told at once.
        Err(failure) => Err(failure.after(messages)),
    }
}

async fn cancel<W: World>(
    world: &W,
    settings: &Settings,
    mut found: OrderWithPayments,
    despite_review: bool,
    told: &mut Vec<MessageKey>,
) -> Result<OrderWithPayments, Failure> {
    let cause = Cause {
        actor: "buyer".into(),
        cause: "request".into(),
        reason: "cancelled by the buyer".into(),
    };
    for _ in 0..ATTEMPTS_MAX {
        if found.order.provider_live() {
            close_live(world, settings, &found, &cause, told).await?;
        }
        if found.order.provider_live() {
            found = change::reload(world, &found).await?;
        }
        let moment = moment(world);
        let wish = OrderEvent::CancelRequested { despite_review };
        match decide(&found.order, wish, moment.now) {
            Decision::NoChange(_) => return Ok(found),
            // Another payment began meanwhile: close that one too.
            Decision::Refused(OrderRefusal::PaymentLive) => {}
            Decision::Refused(refusal) => return Err(refusal.into()),
            Decision::Changed(to) => {
                let changes = end(&found.order, to, "cancelled", &cause, &moment);
                let number = found.order.order_number;
                let token = &moment.write_token;
                let written =
                    change::write_and_load(world, number, token, changes.statements).await?;
                if let Some(cancelled) = written {
                    told.extend(changes.messages);
                    return Ok(cancelled);
                }
            }
        }
        found = change::reload(world, &found).await?;
    }
    Err(Fault::Busy("cancelling, each time".into()).into())
}

/// Closes the live payment, if there is one, at its provider. Afterwards it is over or the order is
/// paid; anything in between is refused, since cancelling would lose sight of money. Whatever the
/// provider said has to be told either way. Money that is found so is the provider's word, and nothing
/// that whoever wanted the payment closed has done.
pub async fn close_live<W: World>(
    world: &W,
    settings: &Settings,
    found: &OrderWithPayments,
    cause: &Cause,
    told: &mut Vec<MessageKey>,
) -> Result<(), Failure> {
    let Some(payment) = found.live().cloned() else {
        return Ok(());
    };
    let loaded = Loaded {
        order: found.order.clone(),
        payment,
    };
    let fact = providers::close(world, settings, &loaded).await;
    let mut cause = cause.clone();
    if matches!(fact, PaymentFact::Paid(_)) {
        cause = Cause {
            reason: format!("asked for {}: {}", cause.actor, cause.reason),
            actor: format!("provider:{}", loaded.payment.method.as_str()),
            cause: "asked".to_owned(),
        };
    }
    let settled = settle(world, loaded, &fact, &cause, &[]).await?;
    told.extend(settled.messages);
    match fact {
        PaymentFact::Unknown(_) | PaymentFact::Open(_) => Err(Refusal::PaymentUnresolved.into()),
        PaymentFact::Processing(_) => Err(Refusal::PaymentProcessing.into()),
        PaymentFact::Paid(_)
        | PaymentFact::Failed { .. }
        | PaymentFact::Closed { .. }
        | PaymentFact::Refused { .. } => Ok(()),
    }
}
