//! `GET /return/stripe`: the buyer's browser comes back. Proves nothing; it makes us ask Stripe,
//! settle what it says, and show the order page, which tells the truth either way.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::PaymentId;
use shared::payment::PaymentFact;
use shared::settle::Cause;

use super::stripe::ask;
use crate::failure::Failure;
use crate::http::{Reply, Request};
use crate::settle::{load, settle};
use crate::world::World;

/// Sends the browser on to the order's page. Whoever lacks its cookie finds nothing there.
pub async fn handle_return<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
) -> Result<Reply, Failure> {
    let payment_id = request
        .query_value("payment")
        .and_then(|text| PaymentId::parse(&text).ok())
        .ok_or(Refusal::NotFound)?;
    let loaded = load(world, payment_id).await?.ok_or(Refusal::NotFound)?;
    let page = format!("/orders/{}", loaded.order.order_number.as_str());
    if !loaded.payment.state.is_live() {
        return Ok(Reply::see_other(page));
    }
    let fact = ask(world, settings, &loaded.payment).await;
    let came_back_paid = request.query_value("session_id").is_some();
    // They only looked at the payment page and left: not being able to ask is no reason to tell them
    // that we are confirming something.
    if matches!(fact, PaymentFact::Unknown(_)) && !came_back_paid {
        return Ok(Reply::see_other(page));
    }
    let cause = Cause {
        actor: "provider:stripe".into(),
        cause: "return".into(),
        reason: String::new(),
    };
    let settled = settle(world, loaded, &fact, &cause, &[]).await?;
    Ok(Reply::see_other(page).delivering(settled.messages))
}
