//! The HTML face of the storefront: forms in, pages and redirects out.

use shared::api::body::QuoteBody;
use shared::api::refusal::Refusal;
use shared::config::{LinkSecrets, Settings};
use shared::email_code::FIELD as CODE;
use shared::field::FieldProblem;
use shared::id::{CouponCode, OrderNumber, OrderToken, WriteToken};
use shared::order::{Order, OrderRefusal};
use shared::payment::PaymentMethod;
use shared::pricing::Quote;
use shared::proof::FILE_BYTES_MAX;
use shared::tax::ELSEWHERE;
use shared::time::Timestamp;

use super::access::{cookie, open_order};
use super::cancel_order::cancel_order;
use super::confirm_email::{Wish, confirm_email};
use super::create_order::{Created, create_order};
use super::forms::{COUPON, Checkout, QUANTITY, Replaces, field_errors};
use super::json::method_named;
use super::list_products::list_products;
use super::pages::{self, CheckoutNews, SentBack};
use super::proof_form::{ProofForm, Typed};
use super::quote::create_quote;
use super::read_order::answer;
use super::replace_order::{check as check_replaceable, replace_order};
use super::start_payment::start_payment;
use super::submit_proof::submit_proof as hand_in;
use crate::change;
use crate::context::Context;
use crate::failure::Failure;
use crate::http::{FORM_TYPE, Reply, Request, form_pairs};
use crate::idempotency::parse_key;
use crate::pages::{CheckoutField, FieldError};
use crate::world::World;

/// Whose tax is shown before a country is chosen.
const COUNTRY_ASSUMED: &str = "DE";
/// The field of a quote that leaves the tax open.
const REGION: &str = "region";

/// `GET /`
pub async fn shop<W: World>(cx: &Context<'_, W>) -> Result<Reply, Failure> {
    pages::shop(cx.settings, cx.request, &list_products(cx.world).await?)
}

/// `GET /checkout`
pub async fn checkout<W: World>(cx: &Context<'_, W>) -> Result<Reply, Failure> {
    let mut form = Checkout::read(&cx.request.query);
    // Whoever made the link must not know the key that the order will be told again under.
    form.idempotency_key.clear();
    show_checkout(cx, form, CheckoutNews::default()).await
}

/// `POST /checkout`: order, or compute anew, or show what is wrong with nothing typed lost.
pub async fn submit_checkout<W: World>(cx: &Context<'_, W>) -> Result<Reply, Failure> {
    let form = Checkout::read(&form_body(cx.request)?);
    if form.step == "quote" {
        return show_checkout(cx, form, CheckoutNews::default()).await;
    }
    let key = parse_key(&form.idempotency_key)?;
    let links = cx.settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    match create_order(cx, form.order_body(), key).await {
        Ok(created) => Ok(to_order(links, created, cx.world.now())),
        Err(Failure::Refused(refusal) | Failure::RefusedAfter(refusal, _)) => {
            let news = news_of(refusal)?;
            show_checkout(cx, form, news).await
        }
        Err(fault @ Failure::Fault(_)) => Err(fault),
    }
}

/// Leads whoever has made an order to its page.
fn to_order(links: &LinkSecrets, created: Created, now: Timestamp) -> Reply {
    let number = created.order_number;
    Reply::see_other(format!("/orders/{}", number.as_str()))
        .with_header("set-cookie", cookie(links, number, &created.token, now))
        .delivering(created.messages)
}

/// `GET /orders/{number}/change`: the checkout's form, filled as the order was; the query may name
/// another product.
pub async fn change<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    check_replaceable(&found.order, true, cx.world.now())?;
    if let Some(page) = beyond_form(&found.order) {
        return Ok(page);
    }
    let mut form = Checkout::of(&found.order).with(&cx.request.query);
    form.idempotency_key.clear();
    form.replaces = Some(Replaces::of(&found.order));
    show_checkout(cx, form, CheckoutNews::default()).await
}

/// Back to an order of several lines: the form has one, and would drop the rest.
fn beyond_form(order: &Order) -> Option<Reply> {
    let page = format!("/orders/{}", order.order_number.as_str());
    (order.quote.lines.len() > 1).then(|| Reply::see_other(page))
}

/// `POST /orders/{number}/change`: as [`submit_checkout`], in place of an order.
pub async fn submit_change<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let mut form = Checkout::read(&form_body(cx.request)?);
    let mut news = CheckoutNews::default();
    if form.step != "quote" {
        let key = parse_key(&form.idempotency_key)?;
        let links = cx.settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
        let body = form.order_body();
        let found = open_order(cx, number).await?;
        if let Some(page) = beyond_form(&found.order) {
            return Ok(page);
        }
        match replace_order(cx, number, body, key).await {
            Ok(created) => return Ok(to_order(links, created, cx.world.now())),
            // An order is replaced once: there is no other to be made.
            Err(Failure::Refused(refusal)) if refusal != Refusal::IdempotencyKeyReused => {
                news = news_of(refusal)?;
            }
            Err(other) => return Err(other),
        }
    }
    let found = open_order(cx, number).await?;
    form.replaces = Some(Replaces::of(&found.order));
    show_checkout(cx, form, news).await
}

/// What the form says about a refusal; one that the form cannot put right has a page of its own.
fn news_of(refusal: Refusal) -> Result<CheckoutNews, Failure> {
    if let Refusal::InvalidFields(problems) = &refusal {
        return Ok(CheckoutNews::Errors(field_errors(problems)));
    }
    if let Refusal::TotalChanged(_) = &refusal {
        return Ok(CheckoutNews::Notice(refusal.detail()));
    }
    if refusal == Refusal::IdempotencyKeyReused {
        // They went back, changed something and ordered again. Only they know whether they mean it.
        return Ok(CheckoutNews::Ordered);
    }
    Err(refusal.into())
}

/// The form with its price, and what is wrong with it. A new key is drawn unless the form brings
/// one along that has not made an order.
async fn show_checkout<W: World>(
    cx: &Context<'_, W>,
    mut form: Checkout,
    news: CheckoutNews,
) -> Result<Reply, Failure> {
    if form.idempotency_key.is_empty() || news == CheckoutNews::Ordered {
        let drawn = WriteToken::from_random(cx.world.random());
        drawn.as_str().clone_into(&mut form.idempotency_key);
    }
    let mut body = form.quote_body();
    if news.is_about(COUPON) {
        // It is known to give nothing, and asking again would be one more try.
        body.coupon = None;
    }
    let refused = news.is_about(CheckoutField::BillingRegion.name());
    if refused {
        body.region = Some(ELSEWHERE.into());
    }
    let given_back = form.replaces.as_ref().and_then(|old| old.coupon);
    let (quote, mut problems) = price(cx, body, given_back).await?;
    let is_tax_open = refused || problems.iter().any(|problem| problem.field == REGION);
    if form.is_untouched() {
        // Nobody was asked yet.
        problems.retain(|problem| problem.field != REGION);
    }
    pages::checkout(
        cx.settings,
        &form,
        &quote,
        is_tax_open,
        news.with_errors(field_errors(&problems)),
    )
}

/// The price of what a form asks for, with the problems of its quantity, country, region and coupon. What
/// cannot be priced for those is priced as one piece for a country that is known, the rest of it, without
/// the coupon, so that the form can be shown with its errors: at most four of them, each told by a try of
/// its own.
async fn price<W: World>(
    cx: &Context<'_, W>,
    mut body: QuoteBody,
    given_back: Option<CouponCode>,
) -> Result<(Quote, Vec<FieldProblem>), Failure> {
    if body.country.is_empty() {
        COUNTRY_ASSUMED.clone_into(&mut body.country);
    }
    let mut problems = Vec::new();
    for _ in 0..5 {
        let found = match create_quote(cx, &body, given_back).await {
            Ok(quote) => return Ok((quote, problems)),
            Err(Failure::Refused(Refusal::InvalidFields(found))) => found,
            Err(other) => return Err(other),
        };
        for problem in &found {
            match problem.field.as_str() {
                "country" => COUNTRY_ASSUMED.clone_into(&mut body.country),
                REGION => body.region = Some(ELSEWHERE.into()),
                COUPON => body.coupon = None,
                // A total that is too large is the quantity's doing.
                "items" => one_piece(&mut body),
                field if field.ends_with(QUANTITY) => one_piece(&mut body),
                // The product, period or currency come from our own links.
                _ => return Err(Refusal::NotFound.into()),
            }
        }
        problems.extend(found);
    }
    Err(Refusal::NotFound.into())
}

fn one_piece(body: &mut QuoteBody) {
    for item in &mut body.items {
        item.quantity = 1;
    }
}

/// `GET /orders/{number}`. A link's token is exchanged for a cookie, so that it leaves the address
/// bar and the history.
pub async fn order<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    if let Some(token) = cx.request.query_value("token") {
        return exchange(cx.world, cx.settings, number, &token).await;
    }
    let found = open_order(cx, number).await?;
    pages::order(
        cx.settings,
        cx.request,
        &found,
        SentBack::default(),
        cx.world.now(),
    )
}

/// `POST /orders/{number}/email-code` and `…/email-confirmation`, which differ in what they wish. What
/// is wrong stands beside the field.
pub async fn submit_code<W: World>(
    cx: &Context<'_, W>,
    number: &str,
    wish: fn(&str) -> Result<Wish, Failure>,
) -> Result<Reply, Failure> {
    let form = form_body(cx.request)?;
    let done = match wish(&form) {
        Ok(wish) => confirm_email(cx, number, wish).await,
        Err(failure) => Err(failure),
    };
    let refusal = match done {
        Ok(done) => {
            let page = format!("/orders/{}", done.found.order.order_number.as_str());
            return Ok(Reply::see_other(page).delivering(done.messages));
        }
        Err(Failure::Refused(refusal @ Refusal::Code(_))) => refusal,
        Err(other) => return Err(other),
    };
    let found = open_order(cx, number).await?;
    let error = FieldError {
        field: CODE.into(),
        message: refusal.detail(),
    };
    let sent = SentBack {
        errors: vec![error],
        code: field_of(&form, CODE),
        ..SentBack::default()
    };
    let reply = pages::order(cx.settings, cx.request, &found, sent, cx.world.now())?;
    let status = refusal.kind().0;
    Ok(Reply { status, ..reply })
}

/// The wish for another code.
pub fn another_code(form: &str) -> Result<Wish, Failure> {
    Ok(Wish::Another(parse_key(&field_of(
        form,
        "idempotency_key",
    ))?))
}

/// The wish to confirm.
pub fn typed_code(form: &str) -> Result<Wish, Failure> {
    Wish::typed(&field_of(form, CODE))
}

async fn exchange<W: World>(
    world: &W,
    settings: &Settings,
    number: &str,
    token: &str,
) -> Result<Reply, Failure> {
    let number = OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let token = OrderToken::parse(token).map_err(|_| Refusal::OrderNotFound)?;
    let links = settings.links.as_ref().ok_or(Refusal::DoorClosed)?;
    let found = change::load(world, number)
        .await?
        .filter(|found| found.order.token_hash.matches(&token))
        .ok_or(Refusal::OrderNotFound)?;
    let cookie = cookie(links, found.order.order_number, &token, world.now());
    Ok(Reply::see_other(format!("/orders/{}", number.as_str())).with_header("set-cookie", cookie))
}

/// `GET /orders/{number}/review?method=…`: a last look. Where that method cannot be used now, the order's
/// page says why.
pub async fn review<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    let name = cx.request.query_value("method").unwrap_or_default();
    let order = answer(cx.settings, &found, cx.world.now()).order;
    match PaymentMethod::parse(&name).filter(|method| order.methods.contains(method)) {
        Some(method) => pages::review(cx.settings, method, &found),
        None => Ok(Reply::see_other(format!(
            "/orders/{}",
            found.order.order_number.as_str()
        ))),
    }
}

/// `POST /orders/{number}/pay`
pub async fn submit_payment<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let form = form_body(cx.request)?;
    let method = method_named(&field_of(&form, "method"))?;
    let key = parse_key(&field_of(&form, "idempotency_key"))?;
    let number = OrderNumber::parse(number).map_err(|_| Refusal::OrderNotFound)?;
    let order_page = format!("/orders/{}", number.as_str());
    let started = match start_payment(cx, number, method, key).await {
        // What the buyer had agreed to before was just taken; their order's page says so.
        Err(Failure::RefusedAfter(Refusal::Order(OrderRefusal::AlreadyPaid), told)) => {
            return Ok(Reply::see_other(order_page).delivering(told));
        }
        started => started?,
    };
    let is_live = started.payment.state.is_live();
    let provider_page = started.payment.session_url.filter(|_| is_live);
    Ok(Reply::see_other(provider_page.unwrap_or(order_page)).delivering(started.messages))
}

/// `POST /orders/{number}/proof`. What is wrong with the form stands beside its fields; the file has
/// to be chosen again, since no page can put it back.
pub async fn submit_proof<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    let page = format!("/orders/{}", found.order.order_number.as_str());
    let handed_in = match ProofForm::read(cx.request) {
        Ok(form) => hand_in(cx.world, cx.settings, found.clone(), &form).await,
        Err(failure) => Err(failure),
    };
    let refusal = match handed_in {
        Ok(_) => return Ok(Reply::see_other(page)),
        Err(Failure::Refused(refusal)) => refusal,
        Err(other) => return Err(other),
    };
    let errors = upload_errors(&refusal).ok_or_else(|| refusal.clone())?;
    let status = refusal.kind().0;
    let sent = SentBack {
        errors,
        typed: Typed::read(cx.request),
        ..SentBack::default()
    };
    let reply = pages::order(cx.settings, cx.request, &found, sent, cx.world.now())?;
    Ok(Reply { status, ..reply })
}

/// What the form that hands a proof in says about a refusal, if it can be mended there.
fn upload_errors(refusal: &Refusal) -> Option<Vec<FieldError>> {
    if let Refusal::InvalidFields(problems) = refusal {
        return Some(field_errors(problems));
    }
    let mut message = refusal.detail();
    if let Refusal::BodyTooLarge(_) = refusal {
        let most = FILE_BYTES_MAX / (1024 * 1024);
        message =
            format!("This file is too large. Send one of at most {most} MB; a screenshot will do.");
    } else if !matches!(refusal, Refusal::File(_)) {
        return None;
    }
    Some(vec![FieldError {
        field: "file".into(),
        message,
    }])
}

/// `GET /orders/{number}/cancel`: asks first.
pub async fn cancel<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    pages::cancel(cx.settings, &found.order)
}

/// `POST /orders/{number}/cancel`
pub async fn submit_cancel<W: World>(cx: &Context<'_, W>, number: &str) -> Result<Reply, Failure> {
    let found = open_order(cx, number).await?;
    let page = format!("/orders/{}", found.order.order_number.as_str());
    let despite_review = form_pairs(&String::from_utf8_lossy(&cx.request.body))
        .any(|(name, _)| name == "despite_review");
    let cancelled = cancel_order(cx.world, cx.settings, found, despite_review).await?;
    Ok(Reply::see_other(page).delivering(cancelled.messages))
}

/// The value of a form's field, empty where there is none.
fn field_of(form: &str, name: &str) -> String {
    let mut pairs = form_pairs(form);
    let found = pairs.find(|(key, _)| key == name);
    found.map(|(_, value)| value).unwrap_or_default()
}

fn form_body(request: &Request) -> Result<String, Failure> {
    if request.media_type() != FORM_TYPE {
        return Err(Refusal::MediaType(FORM_TYPE).into());
    }
    Ok(String::from_utf8_lossy(&request.body).into_owned())
}
