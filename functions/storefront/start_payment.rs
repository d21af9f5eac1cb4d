//! Begins a payment, or leads back to the one that is under way.
//!
//! The row is written before the provider is called, with the request frozen in it, so that a lost
//! answer can be asked for again with the same bytes and the same key. That is one batch more than
//! other writes need.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::{IdempotencyKey, OrderNumber, PaymentId};
use shared::money::Money;
use shared::order::{Decision, Order, OrderEvent, decide};
use shared::outbox::MessageKey;
use shared::payment::{Payment, PaymentFact, PaymentMethod, PaymentState, next_ask};
use shared::provider::stripe::create_session::{
    CreateSession, CreateSessionError, SESSION_LIFETIME_S, SessionLine,
};
use shared::provider::stripe::currency::AmountProblem;
use shared::settle::{Cause, Moment, history};
use shared::statement::Statement;
use shared::time::Timestamp;

use super::access::open_order_with_key;
use super::bank_payment;
use super::cancel_order::close_live;
use crate::change::{self, OrderWithPayments, Written};
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::http::Request;
use crate::idempotency::KeyUse;
use crate::providers::stripe as provider;
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
    world: &W,
    settings: &Settings,
    request: &Request,
    number: OrderNumber,
    method: PaymentMethod,
    key: IdempotencyKey,
) -> Result<Started, Failure> {
    let key = KeyUse {
        scope: format!("start_payment/{}", number.as_str()),
        key,
        request_sha256: sha256_hex(json!({ "method": method }).to_string().as_bytes()),
    };
    let (found, earlier) = open_order_with_key(world, settings, request, number, &key).await?;
    if method == PaymentMethod::Bank {
        return match earlier.and_then(|payment_id| ended(&found, &payment_id)) {
            Some(started) => Ok(started),
            None => bank_payment::begin(world, settings, found, &key).await,
        };
    }
    if settings.stripe.is_none() {
        return Err(Refusal::MethodUnavailable.into());
    }
    match earlier.and_then(|payment_id| ended(&found, &payment_id)) {
        Some(started) => Ok(started),
        None => go_on(world, settings, found, &key).await,
    }
}

/// The payment that a key led to before, once it is over. One that is live is asked for anew.
fn ended(found: &OrderWithPayments, payment_id: &str) -> Option<Started> {
    let mut payments = found.payments.iter();
    let payment = payments.find(|payment| payment.payment_id.as_str() == payment_id)?;
    (!payment.state.is_live()).then(|| Started {
        payment: payment.clone(),
        messages: Vec::new(),
    })
}

/// Leads back to the live payment, or begins one. What the provider says on the way is told at once,
/// however it ends.
async fn go_on<W: World>(
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
        if found
            .live()
            .is_some_and(|live| live.method == PaymentMethod::Bank)
        {
            check_may_begin(&found, world.now())?;
            close_live(world, settings, &found, &by_buyer(), told).await?;
            found = reload(world, &found.order).await?;
        }
        if let Some(live) = found.live().cloned() {
            match resume(world, settings, found.order.clone(), live, key, told).await? {
                Resumed::GoOn(payment) => return Ok(*payment),
                Resumed::Over => {
                    found = reload(world, &found.order).await?;
                    continue;
                }
            }
        }
        let moment = moment(world);
        let payment = new_payment(world, settings, &found, &moment)?;
        let mut rows = rows_of(&found.order, &payment, &moment);
        rows.push(key.insert(payment.payment_id.as_str(), moment.now));
        let number = found.order.order_number;
        match change::write(world, number, &moment.write_token, &rows).await? {
            Written::Mine => {
                return open(world, settings, found.order, payment, key, told).await;
            }
            Written::Again(_) => found = reload(world, &found.order).await?,
        }
    }
    Err(Fault::Database("beginning a payment met others too often".into()).into())
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
    let fact = provider::ask(world, settings, &payment).await;
    let loaded = Loaded {
        order,
        payment: payment.clone(),
    };
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

async fn reload<W: World>(world: &W, order: &Order) -> Result<OrderWithPayments, Failure> {
    let found = change::load(world, order.order_number).await?;
    found.ok_or_else(|| Refusal::OrderNotFound.into())
}

fn new_payment<W: World>(
    world: &W,
    settings: &Settings,
    found: &OrderWithPayments,
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
    let amount = order.due();
    let request = freeze(settings, order, payment_id, moment)?;
    Ok(Payment {
        payment_id,
        method: PaymentMethod::Stripe,
        state: PaymentState::Starting,
        currency: amount.currency,
        amount_minor: amount.amount_minor,
        request,
        provider_key: format!("pay-{}", payment_id.as_str()),
        session_id: None,
        session_url: None,
        session_expires_at: None,
        received_minor: None,
        received_currency: None,
        paid_at: None,
        paid_by: None,
        created_at: moment.now,
        asks: 0,
        unconfirmed_at: None,
        reversed_at: None,
    })
}

/// The body that is sent to Stripe, as often as it takes.
fn freeze(
    settings: &Settings,
    order: &Order,
    payment_id: PaymentId,
    moment: &Moment,
) -> Result<String, Failure> {
    let base = &settings.base_url;
    let names: Vec<String> = order.quote.lines.iter().map(line_name).collect();
    let all: Vec<SessionLine<'_>> = names
        .iter()
        .zip(&order.quote.lines)
        .map(|(name, line)| SessionLine {
            name,
            total_minor: line.total.amount_minor,
        })
        .collect();
    let rest_name = format!("Order {}, remaining amount", order.order_number);
    let rest = [SessionLine {
        name: &rest_name,
        total_minor: order.due().amount_minor,
    }];
    let lines = if order.received_minor == 0 {
        all.as_slice()
    } else {
        rest.as_slice()
    };
    let number = order.order_number.as_str();
    let id = payment_id.as_str();
    CreateSession {
        order_number: number,
        payment_id: id,
        total: order.due(),
        lines,
        customer_email: order.customer.email.as_str(),
        success_url: &format!(
            "{base}/return/stripe?payment={id}&session_id={{CHECKOUT_SESSION_ID}}"
        ),
        cancel_url: &format!("{base}/return/stripe?payment={id}"),
        expires_at: moment.now.plus(SESSION_LIFETIME_S),
    }
    .freeze()
    .map_err(|error| match error {
        CreateSessionError::Total(AmountProblem::TooSmall { minimum_minor }) => {
            let minimum = Money {
                amount_minor: minimum_minor,
                currency: order.currency,
            };
            Refusal::AmountTooSmall(minimum).into()
        }
        CreateSessionError::Total(_) => Refusal::AmountNotPayable.into(),
        CreateSessionError::LinesDoNotSum | CreateSessionError::Text(_) => {
            Fault::Internal(error.to_string()).into()
        }
    })
}

/// `Site Backup, 12 months × 2`
fn line_name(line: &shared::pricing::QuoteLine) -> String {
    let name = format!("{}, {}", line.name, line.period);
    if line.quantity == 1 {
        name
    } else {
        format!("{name} × {}", line.quantity)
    }
}

fn rows_of(order: &Order, payment: &Payment, moment: &Moment) -> Vec<Statement> {
    let cause = Cause {
        actor: "buyer".into(),
        cause: format!("payment {}", payment.payment_id.as_str()),
        reason: String::new(),
    };
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

/// Whether another payment may begin once the live bank transfer is closed.
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
