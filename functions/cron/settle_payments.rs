//! Asks the provider about a payment that is not final: what no webhook told is found out here, and
//! the 30-minute promise is kept here.

use shared::config::Settings;
use shared::id::PaymentId;
use shared::outbox::MessageKey;
use shared::payment::{PaymentFact, next_ask};
use shared::settle::Cause;
use shared::store::payments;

use crate::providers::stripe::ask;
use crate::settle::{load, settle};
use crate::world::{Fault, World};

/// Handles one leased payment.
pub(super) async fn settle_payment<W: World>(
    world: &W,
    settings: &Settings,
    payment_id: &str,
) -> Result<Vec<MessageKey>, Fault> {
    let payment_id =
        PaymentId::parse(payment_id).map_err(|error| Fault::Rows(error.to_string()))?;
    let Some(loaded) = load(world, payment_id).await? else {
        return Err(Fault::Internal("a payment has no order".into()));
    };
    let payment = &loaded.payment;
    if !payment.state.is_live() {
        return Ok(Vec::new());
    }
    let mut fact = ask(world, settings, payment).await;
    if matches!(fact, PaymentFact::Unknown(_)) && payment.is_overdue(world.now()) {
        // One question that failed is no reason to write to somebody who may only have looked at
        // the page.
        fact = ask(world, settings, payment).await;
    }
    let now = world.now();
    let due = next_ask(payment.state, payment.created_at, payment.asks, now);
    let next = payments::PAYMENT_DUE.bind([payment_id.into(), due.into()]);
    let cause = Cause {
        actor: "cron".into(),
        cause: "poll".into(),
        reason: String::new(),
    };
    let settled = settle(world, loaded, &fact, &cause, &[next]).await?;
    Ok(settled.messages)
}
