//! Ends an order whose time to pay is over: first its live payment at the provider, whose answer is
//! believed, then the order.

use shared::config::Settings;
use shared::id::OrderNumber;
use shared::order::{Decision, OrderEvent, decide};
use shared::outbox::{Message, MessageKey, MessageKind};
use shared::settle::{Cause, end};

use crate::change::{self, Written};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::storefront::cancel_order::close_live;
use crate::world::{Fault, World};

/// Handles one leased order. One that cannot end yet stays leased and is met again.
pub(super) async fn expire_order<W: World>(
    world: &W,
    settings: &Settings,
    order_number: OrderNumber,
) -> Result<Vec<MessageKey>, Fault> {
    let cause = Cause {
        actor: "cron".into(),
        cause: "deadline".into(),
        reason: "the time to pay is over".into(),
    };
    let mut messages = Vec::new();
    for _ in 0..ATTEMPTS_MAX {
        let Some(found) = change::load(world, order_number).await? else {
            return Err(Fault::Internal("a leased order is gone".into()));
        };
        if found.live().is_some() && world.now() >= found.order.expires_at {
            match close_live(world, settings, &found, &cause).await {
                Ok(told) => messages.extend(told),
                // Not known, or the money is on its way: the order stays until that is over.
                Err(Failure::Refused(_)) => return Ok(messages),
                Err(Failure::Fault(fault)) => return Err(fault),
            }
            continue;
        }
        let moment = moment(world);
        let Decision::Changed(to) = decide(&found.order, OrderEvent::DeadlinePassed, moment.now)
        else {
            return Ok(messages);
        };
        let mut changes = end(&found.order, to, "expired", &cause, &moment);
        let told = Message::about_order(MessageKind::MailOrderExpired, &order_number);
        changes.tell(&told, moment.now);
        let written = change::write(
            world,
            order_number,
            &moment.write_token,
            &changes.statements,
        )
        .await?;
        if written == Written::Mine {
            messages.extend(changes.messages);
            return Ok(messages);
        }
    }
    Err(Fault::Database("expiring met others too often".into()))
}
