//! Begins a payment, or leads back to the one that is under way.
//!
//! The row is written before the provider is called, with the request frozen in it, so that a lost
//! answer can be asked for again with the same bytes and the same key. That is one batch more than
//! other writes need.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::{IdempotencyKey, OrderNumber, PaymentId};
use shared::order::{Decision, Order, OrderEvent, decide};
use shared::outbox::MessageKey;
use shared::payment::{Payment, PaymentFact, PaymentMethod, PaymentState, next_ask};
use shared::record::json_text;
use shared::settle::{Cause, Moment, history};
use shared::statement::Statement;
use shared::time::Timestamp;

use super::access::open_order_with_key;
use super::bank_payment;
use super::cancel_order::close_live;
use super::read_order::offered;
use crate::change::{self, OrderWithPayments, Written};
use crate::context::Context;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::idempotency::KeyUse;
use crate::providers::{self, Prompt};
use crate::settle::{ATTEMPTS_MAX, Loaded, moment, settle};
use crate::world::{Fault, World, random_code};

/// Nobody needs more attempts than this to pay one order; the rest is guessing at cards.
pub const PAYMENTS_PER_ORDER_MAX: usize = 12;

/// A payment that the buyer can go on with.
#[derive(Debug)]
pub struct Started {
    /// The payment.
    pub payment: Payment,
    /// To be delivered after the reply.
    pub messages: Vec<MessageKey>,
}

/// Pays the order of a request. Sending it twice leads to the same provider page.
pub async fn start_payment<W: World>(
    cx: &Context<'_, W>,
    number: OrderNumber,
    method: PaymentMethod,
    key: IdempotencyKey,
) -> Result<Started, Failure> {
    let key = KeyUse {
        scope: format!("start_payment/{}", number.as_str()),
        key,
        request_sha256: sha256_hex(json_text(&json!({ "method": method })).as_bytes()),
    };
    let (found, earlier) = open_order_with_key(cx, number, &key).await?;
    if !providers::is_set_up(cx.settings, method) {
        return Err(Refusal::MethodUnavailable.into());
    }
    let earlier = earlier.as_deref();
    if let Some(payment) = ended(&found, earlier) {
        let messages = Vec::new();
        return Ok(Started { payment, messages });
    }
    if method == PaymentMethod::Bank {
        return bank_payment::begin(cx.world, cx.settings, found, &key).await;
    }
    let mut messages = Vec::new();
    // What the provider says on the way is told at once, however it ends.
    match payment_of(
        cx.world,
        cx.settings,
        found,
        method,
        (&key, earlier),
        &mut messages,
    )
    .await
    {
        Ok(payment) => Ok(Started { payment, messages }),
        Err(failure) => Err(failure.after(messages)),
    }
}

/// The payment that a key led to before, once it is over. One that is live is asked for anew.
fn ended(found: &OrderWithPayments, earlier: Option<&str>) -> Option<Payment> {
    let mut payments = found.payments.iter();
    let payment = payments.find(|payment| Some(payment.payment_id.as_str()) == earlier)?;
    (!payment.state.is_live()).then(|| payment.clone())
}

/// Leads back to the live payment of the method, or begins one; unless the one that the key has led to
/// before turns out to be over.
async fn payment_of<W: World>(
    world: &W,
    settings: &Settings,
    mut found: OrderWithPayments,
    method: PaymentMethod,
    (key, earlier): (&KeyUse, Option<&str>),
    told: &mut Vec<MessageKey>,
) -> Result<Payment, Failure> {
    for _ in 0..ATTEMPTS_MAX {
        if let Some(live) = found.live().cloned() {
            // What is due may have become less since.
            if live.method != method || live.amount() != found.order.due() {
                make_way(world, settings, &found, method, told).await?;
            } else if let Resumed::GoOn(payment) =
                resume(world, settings, found.order.clone(), live, key, told).await?
            {
                return Ok(*payment);
            }
            found = change::reload(world, &found).await?;
            if let Some(payment) = ended(&found, earlier) {
                return Ok(payment);
            }
            continue;
        }
        let moment = moment(world);
        let payment = new_payment(world, settings, &found, method, &moment)?;
        let mut rows = rows_of(&found.order, &payment, &moment);
        rows.push(key.insert(payment.payment_id.as_str(), moment.now));
        let number = found.order.order_number;
        match change::write(world, number, &moment.write_token, &rows).await? {
            Written::Mine => {
                return open(world, settings, found.order, payment, key, told).await;
            }
            Written::Again(_) => found = change::reload(world, &found).await?,
        }
    }
    Err(Fault::Busy("beginning a payment, each time".into()).into())
}

/// Ends the payment of another method or amount at its provider, since an order has one way to be paid
/// at a time; unless the payment that was asked for could not begin.
async fn make_way<W: World>(
    world: &W,
    settings: &Settings,
    found: &OrderWithPayments,
    method: PaymentMethod,
    told: &mut Vec<MessageKey>,
) -> Result<(), Failure> {
    check_may_begin(found, world.now())?;
    if !offered(settings, found).contains(&method) {
        return Err(Refusal::MethodUnavailable.into());
    }
    let mut cause = by_buyer();
    cause.reason = "another payment was begun".into();
    close_live(world, settings, found, &cause, told).await
}

/// What became of a payment that was already under way.
enum Resumed {
    /// The buyer can go on with it.
    GoOn(Box<Payment>),
    /// It is over: another may begin.
    Over,
}

/// Asks the provider about the live payment and believes the answer.
async fn resume<W: World>(
    world: &W,
    settings: &Settings,
    order: Order,
    payment: Payment,
    key: &KeyUse,
    told: &mut Vec<MessageKey>,
) -> Result<Resumed, Failure> {
    let loaded = Loaded {
        order,
        payment: payment.clone(),
    };
    let fact = providers::ask(world, settings, &loaded, Prompt::Routine).await;
    let cause = by_buyer();
    let kept = key.keep(payment.payment_id.as_str(), world.now());
    let with = if matches!(fact, PaymentFact::Open(_)) {
        std::slice::from_ref(&kept)
    } else {
        &[]
    };
    let settled = settle(world, loaded, &fact, &cause, with).await?;
    told.extend(settled.messages);
    match fact {
        PaymentFact::Open(checkout) => Ok(Resumed::GoOn(Box::new(Payment {
            state: PaymentState::Open,
            session_id: Some(checkout.session_id),
            session_url: checkout.url,
            session_expires_at: checkout.expires_at,
            ..payment
        }))),
        PaymentFact::Processing(_) => Err(Refusal::PaymentProcessing.into()),
        PaymentFact::Unknown(_) if payment.state == PaymentState::Starting => {
            Err(Refusal::ProviderUnavailable.into())
        }
        PaymentFact::Unknown(_) => Err(Refusal::PaymentUnresolved.into()),
        PaymentFact::Paid(_)
        | PaymentFact::Failed { .. }
        | PaymentFact::Closed { .. }
        | PaymentFact::Refused { .. } => Ok(Resumed::Over),
    }
}

/// Calls the provider for a payment whose row is written.
async fn open<W: World>(
    world: &W,
    settings: &Settings,
    mut order: Order,
    payment: Payment,
    key: &KeyUse,
    told: &mut Vec<MessageKey>,
) -> Result<Payment, Failure> {
    // The row that began the payment was the order's next version.
    order.version = order.version.saturating_add(1);
    order.payment_live = true;
    match resume(world, settings, order, payment, key, told).await? {
        Resumed::GoOn(payment) => Ok(*payment),
        Resumed::Over => Err(Refusal::ProviderRefused.into()),
    }
}

fn new_payment<W: World>(
    world: &W,
    settings: &Settings,
    found: &OrderWithPayments,
    method: PaymentMethod,
    moment: &Moment,
) -> Result<Payment, Failure> {
    let order = &found.order;
    if let Decision::Refused(refusal) = decide(order, OrderEvent::PaymentStarted, moment.now) {
        return Err(refusal.into());
    }
    if found.payments.len() >= PAYMENTS_PER_ORDER_MAX {
        return Err(Refusal::TooManyPayments.into());
    }
    let payment_id = PaymentId::from_random(random_code(world));
    let request = providers::freeze(settings, method, order, payment_id, moment.now)?;
    Ok(Payment {
        request,
        provider_key: format!("pay-{}", payment_id.as_str()),
        ..Payment::begin(payment_id, method, order.due(), moment.now)
    })
}

fn rows_of(order: &Order, payment: &Payment, moment: &Moment) -> Vec<Statement> {
    let mut cause = by_buyer();
    cause.cause = format!("payment {}", payment.payment_id.as_str());
    let due = next_ask(payment.state, payment.created_at, 0, moment.now);
    let mut rows = payment.insert(order.order_number, due).to_vec();
    rows.push(history(
        order,
        order.state,
        "payment_started",
        &cause,
        moment,
    ));
    rows
}

/// Whoever pays.
pub(super) fn by_buyer() -> Cause {
    Cause {
        actor: "buyer".into(),
        cause: "request".into(),
        reason: String::new(),
    }
}

/// Whether another payment may begin once the live one is closed.
fn check_may_begin(found: &OrderWithPayments, now: Timestamp) -> Result<(), Failure> {
    let order = Order {
        payment_live: false,
        ..found.order.clone()
    };
    if let Decision::Refused(refusal) = decide(&order, OrderEvent::PaymentStarted, now) {
        return Err(refusal.into());
    }
    if found.payments.len() >= PAYMENTS_PER_ORDER_MAX {
        return Err(Refusal::TooManyPayments.into());
    }
    Ok(())
}
