//! Asking PayPal about a payment, and giving one up.
//!
//! Whatever comes of it is a [`PaymentFact`]: what PayPal answered over its authenticated API, never
//! what a webhook's body or a browser said. An order that the buyer has approved is captured on the
//! way (`paypal_capture`), whoever asked.
//!
//! PayPal has no call that ends an order: nobody but us can take its money, so giving it up is never
//! to capture it. The invariant that makes this safe stands in the schema: a payment whose capture was
//! begun is not closed, and the capture of one that was closed is not begun.

use shared::config::{PayPalSettings, Settings};
use shared::payment::{Payment, PaymentFact, WentBack};
use shared::provider::paypal::answer::{Reply, read_is_won, read_order};
use shared::provider::paypal::key::RequestId;
use shared::provider::paypal::order::{DisputeId, payment_in_invoice};
use shared::provider::paypal::{Order, OrderFact, OrderId, fact_of};

use super::Prompt;
use super::paypal_call::call;
use super::paypal_capture::{collect, declined};
use crate::settle::Loaded;
use crate::world::World;

/// PayPal keeps the request ids of orders for six hours
/// (<https://developer.paypal.com/api/rest/reference/idempotency/>); an hour less leaves room for
/// clocks. By then it has also dropped an order that nobody approved.
const KEY_LIFETIME_S: i64 = 5 * 3_600;
const NOT_SET_UP: &str = "payments by PayPal are not set up";

/// Asks where a payment stands, and captures what the buyer has approved.
pub(super) async fn ask<W: World>(
    world: &W,
    settings: &Settings,
    loaded: &Loaded,
    prompt: Prompt,
) -> PaymentFact {
    let Some(paypal) = settings.paypal.as_ref() else {
        return not_set_up();
    };
    match loaded.payment.session_id.as_deref() {
        Some(order_id) => match read(world, paypal, order_id).await {
            Ok(order) => told(world, paypal, &order, loaded, prompt).await,
            Err(why) => why.fact(order_id, loaded.payment.is_capturing()),
        },
        None => create_again(world, paypal, loaded, prompt).await,
    }
}

/// As [`ask`], for the PayPal order that an event is about and the payment that it seems to belong to.
/// `None` when it does not: an order that is bound to no payment yet must say itself, when it is read
/// back, which one it is for. An event that finds an approved order mostly tells of the approval.
pub(super) async fn ask_for<W: World>(
    world: &W,
    settings: &Settings,
    order_id: &str,
    loaded: &Loaded,
) -> Option<PaymentFact> {
    let Some(paypal) = settings.paypal.as_ref() else {
        return Some(not_set_up());
    };
    let is_bound = loaded.payment.session_id.as_deref() == Some(order_id);
    match read(world, paypal, order_id).await {
        Ok(order) if is_bound || is_of(&order, loaded) => {
            Some(told(world, paypal, &order, loaded, Prompt::Agreed).await)
        }
        Ok(_) => None,
        Err(why) => Some(why.fact(order_id, loaded.payment.is_capturing())),
    }
}

/// Gives a payment up, unless its capture may have begun.
pub(super) async fn close<W: World>(
    world: &W,
    settings: &Settings,
    loaded: &Loaded,
) -> PaymentFact {
    let payment = &loaded.payment;
    let Some(paypal) = settings.paypal.as_ref() else {
        return not_set_up();
    };
    let Some(order_id) = payment.session_id.as_deref() else {
        // Nobody has been given the address where the buyer would approve.
        return PaymentFact::Refused {
            code: "given_up".into(),
        };
    };
    let order = match read(world, paypal, order_id).await {
        Ok(order) => order,
        Err(why) => return why.fact(order_id, payment.is_capturing()),
    };
    match fact_of(&order, &paypal.api) {
        OrderFact::ToBeCaptured(_) | OrderFact::Told(PaymentFact::Open(_))
            if payment.is_capturing() =>
        {
            PaymentFact::Unknown("a capture may be under way".into())
        }
        OrderFact::ToBeCaptured(_) | OrderFact::Told(PaymentFact::Open(_)) => PaymentFact::Closed {
            session_id: order_id.to_owned(),
        },
        OrderFact::Told(fact) => fact,
    }
}

fn not_set_up() -> PaymentFact {
    PaymentFact::Unknown(NOT_SET_UP.into())
}

/// Why there is no order to read.
pub(super) enum NoOrder {
    /// PayPal has forgotten it: it was not approved, or not captured, in time.
    Gone,
    /// It cannot be known.
    Unknown(String),
}

impl NoOrder {
    /// What that says about the payment of an order of ours. `begun` tells whether its capture was.
    pub(super) fn fact(self, order_id: &str, begun: bool) -> PaymentFact {
        let session_id = order_id.to_owned();
        match self {
            Self::Unknown(why) => PaymentFact::Unknown(why),
            Self::Gone if begun => PaymentFact::Failed {
                session_id,
                reason: "PayPal dropped the order before its capture".into(),
            },
            Self::Gone => PaymentFact::Closed { session_id },
        }
    }
}

/// Reads an order back.
pub(super) async fn read<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    order_id: &str,
) -> Result<Box<Order>, NoOrder> {
    let unknown = |why: String| Err(NoOrder::Unknown(why));
    let Ok(id) = OrderId::parse(order_id) else {
        return unknown("not the id of a PayPal order".into());
    };
    let response = match call(world, paypal, |token| paypal.api.order(token, &id)).await {
        Ok(response) => response,
        Err(why) => return unknown(why),
    };
    match read_order(&response) {
        Reply::NotFound(_) => Err(NoOrder::Gone),
        reply @ (Reply::Done(_) | Reply::TokenRefused | Reply::Refused(_) | Reply::Unknown(_)) => {
            known(reply).map_err(NoOrder::Unknown)
        }
    }
}

fn known<T>(reply: Reply<T>) -> Result<T, String> {
    match reply {
        Reply::Done(told) => Ok(told),
        Reply::TokenRefused => Err("PayPal refused a fresh token".into()),
        Reply::NotFound(refusal) | Reply::Refused(refusal) => {
            Err(format!("refused: {} {}", refusal.status, refusal.code))
        }
        Reply::Unknown(why) => Err(why),
    }
}

/// How much of a payment's money went back; the error says why it cannot be known.
pub(super) async fn went_back<W: World>(
    world: &W,
    settings: &Settings,
    payment: &Payment,
) -> Result<WentBack, String> {
    let paypal = settings.paypal.as_ref().ok_or(NOT_SET_UP)?;
    let order_id = payment.session_id.as_deref().unwrap_or_default();
    match read(world, paypal, order_id).await {
        Ok(order) => order
            .went_back()
            .ok_or("PayPal does not say how much".into()),
        Err(NoOrder::Unknown(why)) => Err(why),
        Err(NoOrder::Gone) => Err("PayPal does not know its order any more".into()),
    }
}

/// Whether a dispute is over, and the money stays here.
pub(super) async fn is_won<W: World>(
    world: &W,
    settings: &Settings,
    dispute_id: &str,
) -> Result<bool, String> {
    let paypal = settings.paypal.as_ref().ok_or(NOT_SET_UP)?;
    let id = DisputeId::parse(dispute_id).map_err(|error| error.to_string())?;
    let response = call(world, paypal, |token| paypal.api.dispute(token, &id)).await?;
    known(read_is_won(&response))
}

/// What an order tells, once it has been captured if it may be.
async fn told<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    order: &Order,
    loaded: &Loaded,
    prompt: Prompt,
) -> PaymentFact {
    match fact_of(order, &paypal.api) {
        OrderFact::ToBeCaptured(_) => collect(world, paypal, order, loaded, prompt).await,
        OrderFact::Told(fact) => {
            // PayPal wants the buyer once more, so that whatever was begun has come to nothing.
            if matches!(fact, PaymentFact::Open(_)) && loaded.payment.is_capturing() {
                declined(world, &loaded.payment).await;
            }
            fact
        }
    }
}

/// Whether an order says that it is for this payment of this order.
pub(super) fn is_of(order: &Order, loaded: &Loaded) -> bool {
    let invoice = order.invoice_id.as_deref().and_then(payment_in_invoice);
    invoice == Some(loaded.payment.payment_id.as_str())
        && order.custom_id.as_deref() == Some(loaded.order.order_number.as_str())
}

/// Sends the frozen request, with its own id: the first time, and whenever its answer was lost.
async fn create_again<W: World>(
    world: &W,
    paypal: &PayPalSettings,
    loaded: &Loaded,
    prompt: Prompt,
) -> PaymentFact {
    let payment = &loaded.payment;
    let refused = |code: &str| PaymentFact::Refused { code: code.into() };
    let is_kept = world.now().seconds_since(payment.created_at) < KEY_LIFETIME_S;
    if !is_kept || !payment.state.is_live() {
        // PayPal lists no orders. If there was one, nobody was ever sent to it.
        return refused("never_opened");
    }
    let Ok(id) = RequestId::parse(&payment.provider_key) else {
        return PaymentFact::Unknown("the stored request id is not usable".into());
    };
    let create = |token: &_| paypal.api.create_order(token, &payment.request, &id);
    let response = match call(world, paypal, create).await {
        Ok(response) => response,
        Err(why) => return PaymentFact::Unknown(why),
    };
    match read_order(&response) {
        Reply::Done(order) => told(world, paypal, &order, loaded, prompt).await,
        // A repeat is answered with what has become of the first order: by now, nothing.
        Reply::NotFound(_) => refused("never_opened"),
        Reply::Refused(refusal) => refused(&refusal.code),
        Reply::TokenRefused => PaymentFact::Unknown("PayPal refused a fresh token".into()),
        Reply::Unknown(why) => PaymentFact::Unknown(why),
    }
}
