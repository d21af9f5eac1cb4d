//! The HTML face of the storefront: forms in, pages and redirects out.

use serde_json::json;
use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::WriteToken;
use shared::pricing::Quote;

use super::access::{cookie, link_opens, open_order};
use super::cancel_order::cancel_order;
use super::create_order::create_order;
use super::forms::{Checkout, QUANTITY, field_errors};
use super::json::method_named;
use super::list_products::list_products;
use super::pages::{self, CheckoutNews};
use super::quote::create_quote;
use super::read_order::offered;
use super::start_payment::start_payment;
use crate::change;
use crate::digest::sha256_hex;
use crate::failure::Failure;
use crate::http::{Reply, Request, form_pairs};
use crate::idempotency::{KeyUse, parse_key};
use crate::world::World;

/// `GET /`
pub async fn shop<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
) -> Result<Reply, Failure> {
    pages::shop(settings, request, &list_products(world).await?)
}

/// `GET /checkout`
pub async fn checkout<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
) -> Result<Reply, Failure> {
    let form = Checkout::read(&request.query);
    let quote = price(world, settings, &form).await?;
    show_checkout(world, settings, &form, &quote, CheckoutNews::default())
}

/// `POST /checkout`: order, or compute anew, or show what is wrong with nothing typed lost.
pub async fn submit_checkout<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
) -> Result<Reply, Failure> {
    let form = Checkout::read(&form_body(request)?);
    if form.step == "quote" {
        let quote = price(world, settings, &form).await?;
        return show_checkout(world, settings, &form, &quote, CheckoutNews::default());
    }
    let key = parse_key(&form.idempotency_key)?;
    let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let refusal = match create_order(world, settings, form.order_body(), &key).await {
        Ok(created) => {
            let found = change::load(world, created.order_number).await?;
            let found = found.ok_or(Refusal::OrderNotFound)?;
            let page = format!("/orders/{}", created.order_number.as_str());
            return Ok(Reply::see_other(page)
                .with_header("set-cookie", cookie(links, &found.order, world.now()))
                .delivering(created.messages));
        }
        Err(Failure::Refused(refusal)) => refusal,
        Err(fault @ Failure::Fault(_)) => return Err(fault),
    };
    let news = match &refusal {
        Refusal::InvalidFields(problems) => CheckoutNews {
            errors: field_errors(problems),
            notice: None,
            status: 422,
        },
        Refusal::TotalChanged(_) => CheckoutNews {
            errors: Vec::new(),
            notice: Some(refusal.detail()),
            status: 409,
        },
        _ => return Err(refusal.into()),
    };
    let quote = price(world, settings, &form).await?;
    show_checkout(world, settings, &form, &quote, news)
}

/// The price of what a form asks for. What cannot be priced for its quantity or country is priced
/// as one piece for a country that is known, so that the form can be shown with its errors.
async fn price<W: World>(
    world: &W,
    settings: &Settings,
    form: &Checkout,
) -> Result<Quote, Failure> {
    let mut body = form.quote_body();
    if body.country.is_empty() {
        body.country = "DE".into();
    }
    match create_quote(world, settings, &body).await {
        Err(Failure::Refused(Refusal::InvalidFields(problems))) => {
            for problem in &problems {
                match problem.field.as_str() {
                    "country" => body.country = "DE".into(),
                    field if field.ends_with(QUANTITY) => {
                        body.items.iter_mut().for_each(|item| item.quantity = 1);
                    }
                    // The product, period or currency come from our own links.
                    _ => return Err(Refusal::NotFound.into()),
                }
            }
            create_quote(world, settings, &body).await
        }
        other => other,
    }
}

fn show_checkout<W: World>(
    world: &W,
    settings: &Settings,
    form: &Checkout,
    quote: &Quote,
    news: CheckoutNews,
) -> Result<Reply, Failure> {
    let new_key = WriteToken::from_random(world.random());
    pages::checkout(settings, form, quote, news, &new_key)
}

/// `GET /orders/{number}`. A link's token is exchanged for a cookie, so that it leaves the address
/// bar and the history.
pub async fn order<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
    number: &str,
) -> Result<Reply, Failure> {
    if let Some(token) = request.query_value("token") {
        return exchange(world, settings, number, &token).await;
    }
    let found = open_order(world, settings, request, number).await?;
    pages::order(settings, request, &found, &offered(settings), world.now())
}

async fn exchange<W: World>(
    world: &W,
    settings: &Settings,
    number: &str,
    token: &str,
) -> Result<Reply, Failure> {
    let number = shared::id::OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let found = change::load(world, number)
        .await?
        .ok_or(Refusal::OrderNotFound)?;
    if !link_opens(&found.order, token) {
        return Err(Refusal::OrderNotFound.into());
    }
    Ok(Reply::see_other(format!("/orders/{}", number.as_str()))
        .with_header("set-cookie", cookie(links, &found.order, world.now())))
}

/// `POST /orders/{number}/pay`
pub async fn submit_payment<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
    number: &str,
) -> Result<Reply, Failure> {
    let form = form_body(request)?;
    let value = |name: &str| {
        form_pairs(&form)
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
            .unwrap_or_default()
    };
    let method = method_named(&value("method"))?;
    let key = parse_key(&value("idempotency_key"))?;
    let found = open_order(world, settings, request, number).await?;
    let page = format!("/orders/{}", found.order.order_number.as_str());
    let key = KeyUse {
        scope: format!("start_payment/{}", found.order.order_number.as_str()),
        key,
        request_sha256: sha256_hex(json!({ "method": method }).to_string().as_bytes()),
    };
    let started = start_payment(world, settings, found, method, &key).await?;
    let next = started
        .payment
        .session_url
        .clone()
        .filter(|_| started.payment.state.is_live());
    Ok(Reply::see_other(next.unwrap_or(page)).delivering(started.messages))
}

/// `GET /orders/{number}/cancel`: asks first.
pub async fn cancel<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
    number: &str,
) -> Result<Reply, Failure> {
    let found = open_order(world, settings, request, number).await?;
    pages::cancel(settings, &found.order)
}

/// `POST /orders/{number}/cancel`
pub async fn submit_cancel<W: World>(
    world: &W,
    settings: &Settings,
    request: &Request,
    number: &str,
) -> Result<Reply, Failure> {
    let found = open_order(world, settings, request, number).await?;
    let page = format!("/orders/{}", found.order.order_number.as_str());
    let messages = cancel_order(world, settings, found).await?;
    Ok(Reply::see_other(page).delivering(messages))
}

fn form_body(request: &Request) -> Result<String, Failure> {
    if request.media_type() != "application/x-www-form-urlencoded" {
        return Err(Refusal::MediaType("application/x-www-form-urlencoded").into());
    }
    Ok(String::from_utf8_lossy(&request.body).into_owned())
}
