//! The JSON face of the storefront.

use shared::api::answer::{CreatedAnswer, PaymentAnswer, ProofAnswer, QuoteAnswer};
use shared::api::body::{CancelBody, EmailConfirmationBody, OrderBody, PaymentBody, QuoteBody};
use shared::api::reading::{Body, read as read_body};
use shared::api::refusal::Refusal;
use shared::api::transfer::ProofView;
use shared::api::view::PaymentView;
use shared::config::Settings;
use shared::id::OrderNumber;
use shared::payment::PaymentMethod;

use super::access::{link_with, open_order};
use super::cancel_order::cancel_order;
use super::confirm_email::{Wish, confirm_email};
use super::coupon::look_up;
use super::create_order::{Created, create_order};
use super::list_products::list_products;
use super::proof_form::ProofForm;
use super::quote::create_quote;
use super::read_order::answer;
use super::replace_order::replace_order;
use super::start_payment::start_payment;
use super::submit_proof::submit_proof;
use crate::context::Context;
use crate::failure::Failure;
use crate::http::{Reply, Request, percent_decoded};
use crate::idempotency::key_of;
use crate::world::World;

/// `GET /v1/products`
pub async fn products<W: World>(world: &W) -> Result<Reply, Failure> {
    Ok(Reply::json(200, &list_products(world).await?))
}

/// `POST /v1/quotes`
pub async fn quotes<W: World>(cx: &Context<'_, W>) -> Result<Reply, Failure> {
    let body: QuoteBody = body_of(cx.request)?;
    let quote = create_quote(cx, &body, None).await?;
    Ok(Reply::json(200, &QuoteAnswer { quote }))
}

/// `GET /v1/coupons/{code}`
pub async fn coupon<W: World>(world: &W, request: &Request, code: &str) -> Result<Reply, Failure> {
    let code = percent_decoded(code);
    Ok(Reply::json(200, &look_up(world, request, &code).await?))
}

/// `POST /v1/orders`
pub async fn create<W: World>(cx: &Context<'_, W>) -> Result<Reply, Failure> {
    let key = key_of(cx.request)?;
    let body: OrderBody = body_of(cx.request)?;
    if body.despite_review {
        return Err(Refusal::MalformedBody("A new order replaces none.".into()).into());
    }
    let created = create_order(cx, body, key).await?;
    Ok(told(cx.settings, created))
}

/// `POST /v1/orders/{number}/replacement`
pub async fn replace<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let key = key_of(cx.request)?;
    let body: OrderBody = body_of(cx.request)?;
    let created = replace_order(cx, number, body, key).await?;
    Ok(told(cx.settings, created))
}

/// What whoever has made an order is told.
fn told(settings: &Settings, created: Created) -> Reply {
    let number = created.order_number;
    let answer = CreatedAnswer {
        order_number: number,
        order_number_grouped: number.to_string(),
        token: created.token.reveal().to_owned(),
        url: link_with(settings, number, &created.token),
    };
    Reply::json(201, &answer)
        .with_header("location", format!("/v1/orders/{}", number.as_str()))
        .delivering(created.messages)
}

/// `GET /v1/orders/{number}`
pub async fn read<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    Ok(Reply::json(
        200,
        &answer(cx.settings, &found, cx.world.now()),
    ))
}

/// `POST /v1/orders/{number}/email-code` and `…/email-confirmation`, which differ in what they wish.
pub async fn email_code<W: World>(
    cx: &Context<'_, W>,
    number: &str,
    wish: fn(&Request) -> Result<Wish, Failure>,
) -> Result<Reply, Failure> {
    let done = confirm_email(cx, number, wish(cx.request)?).await?;
    let answer = answer(cx.settings, &done.found, cx.world.now());
    Ok(Reply::json(200, &answer).delivering(done.messages))
}

/// The wish for another code.
pub fn another_code(request: &Request) -> Result<Wish, Failure> {
    Ok(Wish::Another(key_of(request)?))
}

/// The wish to confirm. An address is confirmed once, so it is its own key.
pub fn typed_code(request: &Request) -> Result<Wish, Failure> {
    let body: EmailConfirmationBody = body_of(request)?;
    Wish::typed(&body.code)
}

/// `POST /v1/orders/{number}/payments`
pub async fn pay<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let key = key_of(cx.request)?;
    let body: PaymentBody = body_of(cx.request)?;
    let method = method_named(&body.method)?;
    let number = OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let started = start_payment(cx, number, method, key).await?;
    let answer = PaymentAnswer {
        payment: PaymentView::of(&started.payment),
    };
    Ok(Reply::json(201, &answer).delivering(started.messages))
}

/// `POST /v1/orders/{number}/proofs`. The file is its own key.
pub async fn hand_in<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    let form = ProofForm::read(cx.request)?;
    let found = submit_proof(cx.world, cx.settings, found, &form).await?;
    let waiting = found.bank.waiting();
    // Nobody decides within the same instant; were it so, the order tells.
    let proof = waiting.ok_or(Refusal::ReviewStale(found.order.state))?;
    let proof = ProofView::of(proof);
    Ok(Reply::json(201, &ProofAnswer { proof }))
}

/// `POST /v1/orders/{number}/cancel`. An order ends once, so it is its own key.
pub async fn cancel<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    let cancelled = cancel_order(cx.world, cx.settings, found, despite_review(cx.request)?).await?;
    let answer = answer(cx.settings, &cancelled.found, cx.world.now());
    Ok(Reply::json(200, &answer).delivering(cancelled.messages))
}

/// What a cancellation says, if it says anything.
fn despite_review(request: &Request) -> Result<bool, Failure> {
    if request.body.is_empty() {
        return Ok(false);
    }
    let body: CancelBody = body_of(request)?;
    Ok(body.despite_review)
}

/// The method of a name.
pub fn method_named(name: &str) -> Result<PaymentMethod, Failure> {
    PaymentMethod::parse(name).ok_or_else(|| Refusal::MethodUnavailable.into())
}

fn body_of<T: Body>(request: &Request) -> Result<T, Failure> {
    if request.media_type() != "application/json" {
        return Err(Refusal::MediaType("application/json").into());
    }
    Ok(read_body(&request.body)?)
}
