//! `GET /return/stripe` and `GET /return/paypal`: the buyer's browser comes back. Proves nothing; it
//! makes us ask the provider, settle what it says, and show the order page, which tells the truth
//! either way.

use shared::api::refusal::Refusal;
use shared::id::PaymentId;
use shared::payment::{PaymentFact, PaymentMethod};
use shared::settle::Cause;

use super::{Prompt, ask};
use crate::context::Context;
use crate::failure::Failure;
use crate::http::Reply;
use crate::settle::{load, settle};
use crate::world::World;

/// Sends the browser on to the order's page; whoever lacks its cookie finds nothing there. A buyer
/// whose means was declined at the last moment goes back to the provider's page to choose another.
pub async fn handle_return<W: World>(
    cx: &Context<'_, W>,
    method: PaymentMethod,
) -> Result<Reply, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let payment_id = request
        .query_value("payment")
        .and_then(|text| PaymentId::parse(&text).ok())
        .ok_or(Refusal::NotFound)?;
    let loaded = load(world, payment_id).await?;
    let loaded = loaded.filter(|loaded| loaded.payment.method == method);
    let loaded = loaded.ok_or(Refusal::NotFound)?;
    let page = format!("/orders/{}", loaded.order.order_number.as_str());
    if !loaded.payment.state.is_live() {
        return Ok(Reply::see_other(page));
    }
    // Only the address to which a buyer is sent who is done has one of these; it may be made up.
    let mut names = ["session_id", "PayerID"].into_iter();
    let agreed = names.any(|name| request.query_value(name).is_some());
    let prompt = if agreed {
        Prompt::Agreed
    } else {
        Prompt::Routine
    };
    let fact = ask(world, settings, &loaded, prompt).await;
    // They only looked at the payment page and left: not being able to ask is no reason to tell them
    // that we are confirming something.
    if matches!(fact, PaymentFact::Unknown(_)) && !agreed {
        return Ok(Reply::see_other(page));
    }
    let cause = Cause {
        actor: format!("provider:{}", method.as_str()),
        cause: "return".into(),
        reason: String::new(),
    };
    let settled = settle(world, loaded, &fact, &cause, &[]).await?;
    let again = if let PaymentFact::Open(checkout) = fact {
        checkout.url.filter(|_| agreed)
    } else {
        None
    };
    let next = again.unwrap_or(page);
    Ok(Reply::see_other(next).delivering(settled.messages))
}
