//! Begins a bank transfer. No provider is asked: the payment is open at once, with the order's
//! deadline, and one batch is all of it.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::PaymentId;
use shared::order::{Decision, OrderEvent, decide};
use shared::outbox::{Message, MessageKey};
use shared::payment::{Payment, PaymentMethod, PaymentState};
use shared::proof::REJECTIONS_MAX;
use shared::settle::{Changes, Moment, history};
use shared::store::payments;

use super::cancel_order::close_live;
use super::start_payment::{PAYMENTS_PER_ORDER_MAX, Started, by_buyer};
use crate::change::{self, OrderWithPayments, Written};
use crate::failure::Failure;
use crate::idempotency::KeyUse;
use crate::settle::{ATTEMPTS_MAX, moment};
use crate::world::{Fault, World, random_code};

/// Whether an order can be paid by bank transfer: there is an account in its currency, and its proofs
/// have not been turned down too often (S63).
#[must_use]
pub fn is_offered(found: &OrderWithPayments) -> bool {
    !found.bank.accounts.is_empty() && found.bank.rejected() < REJECTIONS_MAX
}

/// Leads back to the transfer that is under way, or begins one. Another payment that is under way is
/// closed at its provider first, and what that says is told however this ends.
pub(super) async fn begin<W: World>(
    world: &W,
    settings: &Settings,
    found: OrderWithPayments,
    key: &KeyUse,
) -> Result<Started, Failure> {
    let mut messages = Vec::new();
    match payment_of(world, settings, found, key, &mut messages).await {
        Ok(payment) => Ok(Started { payment, messages }),
        Err(failure) => Err(failure.after(messages)),
    }
}

async fn payment_of<W: World>(
    world: &W,
    settings: &Settings,
    mut found: OrderWithPayments,
    key: &KeyUse,
    told: &mut Vec<MessageKey>,
) -> Result<Payment, Failure> {
    for _ in 0..ATTEMPTS_MAX {
        if let Some(live) = found.live().filter(|y| y.method == PaymentMethod::Bank) {
            return Ok(live.clone());
        }
        if !is_offered(&found) {
            return Err(Refusal::MethodUnavailable.into());
        }
        if found.order.provider_live() {
            close_live(world, settings, &found, &by_buyer(), told).await?;
            found = change::reload(world, &found).await?;
        }
        let moment = moment(world);
        let (payment, mut changes) = begun(world, &found, &moment)?;
        changes.write(key.insert(payment.payment_id.as_str(), moment.now));
        let number = found.order.order_number;
        match change::write(world, number, &moment.write_token, &changes.statements).await? {
            Written::Mine => {
                told.extend(changes.messages);
                return Ok(payment);
            }
            Written::Again(_) => found = change::reload(world, &found).await?,
        }
    }
    Err(Fault::Busy("beginning a transfer, each time".into()).into())
}

/// The payment and its rows.
fn begun<W: World>(
    world: &W,
    found: &OrderWithPayments,
    moment: &Moment,
) -> Result<(Payment, Changes), Failure> {
    let order = &found.order;
    if let Decision::Refused(refusal) = decide(order, OrderEvent::PaymentStarted, moment.now) {
        return Err(refusal.into());
    }
    if found.payments.len() >= PAYMENTS_PER_ORDER_MAX {
        return Err(Refusal::TooManyPayments.into());
    }
    let payment_id = PaymentId::from_random(random_code(world));
    let starting = Payment::begin(payment_id, PaymentMethod::Bank, order.due(), moment.now);
    let payment = Payment {
        state: PaymentState::Open,
        session_id: Some(payment_id.as_str().to_owned()),
        session_expires_at: Some(order.expires_at),
        ..starting.clone()
    };
    let mut cause = by_buyer();
    cause.cause = format!("payment {}", payment_id.as_str());
    let mut changes = Changes::default();
    changes
        .statements
        .extend(starting.insert(order.order_number, None));
    changes.write(payments::TRANSFER_OPENED.bind([payment_id.into(), order.expires_at.into()]));
    changes.write(history(
        order,
        order.state,
        "payment_started",
        &cause,
        moment,
    ));
    let details = Message::transfer_details(&payment, order, &found.bank.accounts);
    changes.tell(&details, moment.now);
    Ok((payment, changes))
}
