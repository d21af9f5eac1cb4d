//! Taking the money of a PayPal order that the buyer has approved.
//!
//! A capture is begun in the database before it is asked for, so that nobody gives the payment up
//! meanwhile, and it keeps its number until its outcome is known: a repeat after a lost answer is the
//! same request to PayPal, and one after a decline is another. The invariants: nothing is captured
//! for an order that takes no money any more, or of another amount than is due, or by an order of
//! PayPal's that is not the payment's own. PayPal captures an order once, whatever we do.

use serde_json::json;
use shared::answer::ProviderRefusal;
use shared::case::{Case, CaseKind};
use shared::config::PayPalSettings;
use shared::payment::{Checkout, Payment, PaymentFact};
use shared::provider::paypal::answer::{CaptureAnswer, read_captured};
use shared::provider::paypal::key::RequestId;
use shared::provider::paypal::{Order, OrderFact, OrderId, fact_of};
use shared::settle::Changes;
use shared::store::payments;

use super::Prompt;
use super::paypal::{NoOrder, is_of, read};
use super::paypal_call::call;
use crate::settle::{Loaded, load};
use crate::world::{Rows, World};

/// Captures an approved order, or says why not.
pub(super) async fn collect<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    order: &Order,
    loaded: &Loaded,
    prompt: Prompt,
) -> PaymentFact {
    let payment = &loaded.payment;
    if !is_own(order, payment) {
        return given_up(&order.id);
    }
    if !takes_money(loaded) {
        // Paid otherwise by now. What was begun before may be on its way; PayPal will tell.
        return if payment.is_capturing() {
            PaymentFact::Unknown("a capture may be under way".into())
        } else {
            given_up(&order.id)
        };
    }
    if !is_as_asked(order, loaded) {
        let reason = "PayPal's order is not the one that was asked for".into();
        return failed(&order.id, reason);
    }
    // After a decline the order stays approved: without word of the buyer, trying again would only
    // use up the attempts that PayPal allows.
    if payment.declines > 0 && !payment.is_capturing() && prompt == Prompt::Routine {
        return choose_again(paypal, order);
    }
    match begin(world, &order.id, payment).await {
        Ok(true) => capture(world, paypal, order, payment).await,
        Ok(false) => overtaken(world, paypal, order, payment).await,
        Err(why) => PaymentFact::Unknown(why),
    }
}

fn takes_money(loaded: &Loaded) -> bool {
    let Loaded { order, payment } = loaded;
    order.state.takes_money() && payment.state.is_live() && order.due() == payment.amount()
}

/// Whether this is the order that the payment is bound to, or the first that it hears of.
fn is_own(order: &Order, payment: &Payment) -> bool {
    let bound = payment.session_id.as_deref();
    bound.is_none_or(|bound| bound == order.id.as_str())
}

fn is_as_asked(order: &Order, loaded: &Loaded) -> bool {
    order.amount == Some(loaded.payment.amount()) && is_of(order, loaded)
}

/// Writes down that a capture begins, or goes on; false when it must not.
async fn begin<W: World>(world: &W, id: &OrderId, payment: &Payment) -> Result<bool, String> {
    let payment_id = payment.payment_id;
    let mut statements = Vec::new();
    if payment.session_id.is_none() {
        statements.push(payments::PAYMENT_BOUND.bind([payment_id.into(), id.as_str().into()]));
    }
    statements.push(payments::PAYMENT_CAPTURING.bind([
        payment_id.into(),
        id.as_str().into(),
        payment.declines.into(),
    ]));
    let rows = world
        .commit(&statements)
        .await
        .map_err(|error| error.to_string())?;
    Ok(rows.last().is_some_and(Rows::any))
}

/// Somebody else was faster: the order ended, or they captured and the buyer is to choose again.
async fn overtaken<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    order: &Order,
    payment: &Payment,
) -> PaymentFact {
    match load(world, payment.payment_id).await {
        Ok(Some(now)) if takes_money(&now) => choose_again(paypal, order),
        Ok(_) => given_up(&order.id),
        Err(fault) => PaymentFact::Unknown(fault.to_string()),
    }
}

async fn capture<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    order: &Order,
    payment: &Payment,
) -> PaymentFact {
    let id = &order.id;
    let request_id = RequestId::of_capture(id, attempt_of(payment));
    let capture = |token: &_| paypal.api.capture_order(token, id, &request_id);
    let answer = match call(world, paypal, capture).await {
        Ok(response) => read_captured(&response),
        Err(why) => CaptureAnswer::Unknown(why),
    };
    match answer {
        CaptureAnswer::Captured(order) => settled(&order, paypal)
            .unwrap_or_else(|| PaymentFact::Unknown("captured, yet still approved".into())),
        CaptureAnswer::AlreadyCaptured => look(world, paypal, id, "captured before").await,
        CaptureAnswer::Unknown(why) => look(world, paypal, id, &why).await,
        CaptureAnswer::TokenRefused => PaymentFact::Unknown("PayPal refused a fresh token".into()),
        CaptureAnswer::PayerMustChoose(_) | CaptureAnswer::NotApproved => {
            declined(world, payment).await;
            choose_again(paypal, order)
        }
        CaptureAnswer::InvoiceTaken(refusal) => {
            match read(world, paypal, id.as_str()).await {
                // Another payment, under another invoice number, may go through.
                Ok(order) => settled(&order, paypal).unwrap_or_else(|| failed(id, refusal.code)),
                Err(why) => why.fact(id.as_str(), true),
            }
        }
        CaptureAnswer::Expired => NoOrder::Gone.fact(id.as_str(), true),
        CaptureAnswer::Hopeless(refusal) | CaptureAnswer::Refused(refusal) => {
            failed(id, refusal.code)
        }
        CaptureAnswer::OurAccount(refusal) => {
            alarm(world, &refusal).await;
            failed(id, refusal.code)
        }
    }
}

/// Reads the order when the capture's own answer does not tell; never captures again.
async fn look<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    id: &OrderId,
    why: &str,
) -> PaymentFact {
    match read(world, paypal, id.as_str()).await {
        Ok(order) => {
            settled(&order, paypal).unwrap_or_else(|| PaymentFact::Unknown(why.to_owned()))
        }
        Err(why) => why.fact(id.as_str(), true),
    }
}

/// What a capture made of an order; `None` while there is none.
fn settled(order: &Order, paypal: &PayPalSettings) -> Option<PaymentFact> {
    match fact_of(order, &paypal.api) {
        OrderFact::ToBeCaptured(_) | OrderFact::Told(PaymentFact::Open(_)) => None,
        OrderFact::Told(fact) => Some(fact),
    }
}

/// The capture that was begun came to nothing: the next is another request. Not being able to write
/// that down does no harm, since PayPal then tells the same once more.
pub(super) async fn declined<W: World>(world: &W, payment: &Payment) {
    let id = payment.payment_id;
    let decline = payments::PAYMENT_DECLINED.bind([id.into(), attempt_of(payment).into()]);
    if let Err(error) = world.commit(&[decline]).await {
        world.log(&json!({ "level": "warn", "message": error.to_string() }));
    }
}

/// The number of the capture that is under way or would be next.
fn attempt_of(payment: &Payment) -> u32 {
    payment.declines.saturating_add(1)
}

fn choose_again(paypal: &PayPalSettings, order: &Order) -> PaymentFact {
    PaymentFact::Open(Checkout {
        session_id: order.id.as_str().to_owned(),
        url: Some(paypal.api.approve_url(order)),
        expires_at: None,
    })
}

fn given_up(id: &OrderId) -> PaymentFact {
    PaymentFact::Closed {
        session_id: id.as_str().to_owned(),
    }
}

fn failed(id: &OrderId, reason: String) -> PaymentFact {
    PaymentFact::Failed {
        session_id: id.as_str().to_owned(),
        reason,
    }
}

/// Something is wrong with the shop's own account: one case for each kind of refusal. Its mail leaves
/// with cron.
async fn alarm<W: World>(world: &W, refusal: &ProviderRefusal) {
    let case = Case {
        kind: CaseKind::ProviderAccount,
        subject: format!("paypal/{}", refusal.code),
        order_number: None,
        evidence: json!({ "provider": "paypal", "told": refusal.message }),
    };
    let mut changes = Changes::default();
    changes.open_case(&case, world.now());
    if let Err(error) = world.commit(&changes.statements).await {
        world.log(&json!({ "level": "error", "message": error.to_string() }));
    }
}
