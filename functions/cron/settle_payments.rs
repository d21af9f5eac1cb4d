//! Asks the provider about a payment that is not final: what no webhook told is found out here, and
//! the 30-minute promise is kept here.

use shared::config::Settings;
use shared::id::PaymentId;
use shared::outbox::MessageKey;
use shared::payment::{PaymentFact, PaymentMethod, PaymentState, next_ask};
use shared::settle::Cause;
use shared::store::payments;

use super::remind_reviewers::remind_reviewers;
use crate::providers::{Prompt, ask, close};
use crate::settle::{load, settle};
use crate::world::{Fault, World};

/// Handles one leased payment. When its 30 minutes are over and the first question puts it in doubt,
/// it is asked about once more before anybody is told: the buyer may only have looked at the page.
pub(super) async fn settle_payment<W: World>(
    world: &W,
    settings: &Settings,
    payment_id: &str,
) -> Result<Vec<MessageKey>, Fault> {
    let payment_id =
        PaymentId::parse(payment_id).map_err(|error| Fault::Rows(error.to_string()))?;
    let (mut messages, doubted) = ask_once(world, settings, payment_id).await?;
    if doubted {
        let (told, _) = ask_once(world, settings, payment_id).await?;
        messages.extend(told);
    }
    Ok(messages)
}

/// Asks and settles; tells whether an overdue payment has just come to be in doubt.
async fn ask_once<W: World>(
    world: &W,
    settings: &Settings,
    payment_id: PaymentId,
) -> Result<(Vec<MessageKey>, bool), Fault> {
    let Some(loaded) = load(world, payment_id).await? else {
        return Err(Fault::Internal("a payment has no order".into()));
    };
    let payment = &loaded.payment;
    if !payment.state.is_live() {
        return Ok((Vec::new(), false));
    }
    if payment.method == PaymentMethod::Bank {
        let messages = remind_reviewers(world, &loaded).await?;
        return Ok((messages, false));
    }
    // Money came in another way: nobody is to pay this as well.
    let is_needless = !loaded.order.state.takes_money() || loaded.order.due() != payment.amount();
    let fact = if is_needless {
        close(world, settings, &loaded).await
    } else {
        ask(world, settings, &loaded, Prompt::Routine).await
    };
    let now = world.now();
    let was_open = payment.state == PaymentState::Open && payment.is_overdue(now);
    let doubted = was_open && matches!(fact, PaymentFact::Unknown(_));
    let due = next_ask(payment.state, payment.created_at, payment.asks, now);
    let next = payments::PAYMENT_DUE.bind([payment_id.into(), due.into()]);
    let cause = Cause {
        actor: "cron".into(),
        cause: "poll".into(),
        reason: String::new(),
    };
    let settled = settle(world, loaded, &fact, &cause, &[next]).await?;
    Ok((settled.messages, doubted))
}
