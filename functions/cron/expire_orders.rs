//! Ends an order whose time to pay is over: first its live payment at the provider, whose answer is
//! believed, then the order. One that cannot end yet is put off: nothing is lost by that, since
//! whoever looks at it compares the time itself.

use shared::config::Settings;
use shared::id::OrderNumber;
use shared::order::{Decision, Order, OrderEvent, decide};
use shared::outbox::{Message, MessageKey, MessageKind};
use shared::payment::PaymentState;
use shared::retry::next_look;
use shared::settle::{Cause, end};
use shared::store::orders;

use super::commit;
use super::lease::OrderRow;
use crate::change::{self, Written};
use crate::failure::Failure;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::storefront::cancel_order::close_live;
use crate::world::{Fault, World};

/// Handles one leased order.
pub(super) async fn expire_order<W: World>(
    world: &W,
    settings: &Settings,
    row: &OrderRow,
) -> Result<Vec<MessageKey>, Fault> {
    let order_number =
        OrderNumber::parse(&row.order_number).map_err(|error| Fault::Rows(error.to_string()))?;
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
        let overdue = world.now() >= found.order.payable_until();
        // A bank transfer ends with the order, in one batch.
        let closes_first = overdue && found.order.provider_live();
        if let Some(live) = found.live().filter(|_| closes_first) {
            if live.state == PaymentState::Processing {
                // The money is on its way, and its payment is asked about by itself.
                return put_off(world, row, &found.order, messages).await;
            }
            match close_live(world, settings, &found, &cause, &mut messages).await {
                Ok(()) => continue,
                Err(Failure::Fault(fault)) => return Err(fault),
                // Not known, or the money is on its way: the order stays until that is over.
                Err(Failure::Refused(_) | Failure::RefusedAfter(..)) => {
                    return put_off(world, row, &found.order, messages).await;
                }
            }
        }
        let moment = moment(world);
        let Decision::Changed(to) = decide(&found.order, OrderEvent::DeadlinePassed, moment.now)
        else {
            return put_off(world, row, &found.order, messages).await;
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
    Err(Fault::Busy("expiring, each time".into()))
}

/// Looks again later; an order that has ended meanwhile is not looked at any more.
async fn put_off<W: World>(
    world: &W,
    row: &OrderRow,
    order: &Order,
    messages: Vec<MessageKey>,
) -> Result<Vec<MessageKey>, Fault> {
    let due = next_look(row.asks, world.now()).max(order.payable_until());
    commit(
        world,
        &[orders::ORDER_DUE.bind([order.order_number.into(), due.into()])],
    )
    .await?;
    Ok(messages)
}
