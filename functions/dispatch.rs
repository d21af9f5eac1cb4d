//! From a request to a reply: the checks that every route shares, one exhaustive match, and what
//! every reply carries.

use std::pin::Pin;

use serde_json::json;
use shared::api::answer::EventAnswer;
use shared::api::refusal::{self, Refusal};
use shared::api::route::{Door, Found, Policy, Route, RouteSpec, find, methods_of};
use shared::config::Settings;
use shared::email_code::CodeRefusal;
use shared::http::Method;
use shared::outbox::MessageKey;
use shared::payment::PaymentMethod;

use crate::context::Context;
use crate::failure::Failure;
use crate::health;
use crate::http::{FORM_TYPE, Reply, Request, form_pairs};
use crate::pages::{Hidden, SendForm};
use crate::providers::{paypal_webhook, provider_return, stripe_webhook};
use crate::staff;
use crate::storefront::{html, json as storefront, pages};
use crate::world::{Fault, World};

/// More than any browser sends; a Stripe signature header may have 4 KB of it.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// How much of a request's body is to be read; one byte more tells that there was more. A file is not
/// read from somebody who brings nothing along that could open its order.
pub fn body_bytes_max<'a>(
    method: Method,
    path: &str,
    header: impl Fn(&str) -> Option<&'a str>,
) -> usize {
    let Found::Route(spec, _) = find(method, path) else {
        return 0;
    };
    let is_stranger = header("authorization").is_none() && header("cookie").is_none();
    if spec.takes_file() && is_stranger {
        return 0;
    }
    spec.body_bytes_max
}

/// Answers a request. Never fails: what goes wrong becomes a problem with the request's id, and its
/// cause stands in the log.
pub async fn serve<W: World>(world: &W, settings: &Settings, request: &Request) -> Reply {
    let found = find(request.method, &request.path);
    let spec = match found {
        Found::Route(spec, _) | Found::OtherMethod(spec) => Some(spec),
        Found::Nothing => None,
    };
    let cx = &Context {
        world,
        settings,
        request,
    };
    let result = match found {
        Found::Route(spec, number) => admit_and_answer(cx, spec, number).await,
        Found::OtherMethod(spec) if is_preflight(request, spec) => Ok(Reply::empty(204)),
        Found::OtherMethod(spec) => page_of_form(request, spec).map_or_else(
            || Err(Refusal::MethodNotAllowed(methods_of(&request.path)).into()),
            |page| Ok(Reply::see_other(page.to_owned())),
        ),
        Found::Nothing => Err(Refusal::NotFound.into()),
    };
    let mut reply = result.unwrap_or_else(|failure| problem(cx, spec, &failure));
    if request.method == Method::Head {
        reply.body.clear();
    }
    let reply = with_headers(settings, request, spec, reply);
    world.log(&json!({
        "request_id": request.request_id,
        "route": spec.map(|spec| format!("{:?}", spec.route)),
        "status": reply.status,
    }));
    reply
}

async fn admit_and_answer<W: World>(
    cx: &Context<'_, W>,
    spec: &'static RouteSpec,
    number: &str,
) -> Result<Reply, Failure> {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let header_bytes: usize = request
        .headers
        .iter()
        .map(|(name, value)| name.len().saturating_add(value.len()))
        .sum();
    if header_bytes > HEADER_BYTES_MAX {
        return Err(Refusal::HeadersTooLarge.into());
    }
    // A form with a file that is too large is shown again, by its own function.
    let told_by_form = spec.route == Route::SubmitProof && request.header("cookie").is_some();
    if request.body.len() > spec.body_bytes_max && !told_by_form {
        return Err(Refusal::BodyTooLarge(spec.body_bytes_max).into());
    }
    if spec.is_write() && !is_from_here(settings, request, spec) {
        return Err(Refusal::ForeignOrigin.into());
    }
    // A provider is never limited: it proves itself before anything costly happens.
    let limited = !matches!(spec.policy, Policy::Signature | Policy::Public);
    if limited
        && !world
            .admit(&format!("{:?}/{}", spec.policy, request.network()))
            .await
    {
        return Err(Refusal::TooManyRequests.into());
    }
    answer(cx, spec, number).await
}

/// The one match from route to function.
async fn answer<W: World>(
    cx: &Context<'_, W>,
    spec: &RouteSpec,
    number: &str,
) -> Result<Reply, Failure> {
    let of_form = |wish| html::submit_code(cx, number, wish);
    let of_body = |wish| storefront::email_code(cx, number, wish);
    let back_from = |method| provider_return::handle_return(cx, method);
    // On the heap: side by side in one future, the routes would be one enormous function.
    let reply: Pin<Box<dyn Future<Output = Result<Reply, Failure>>>> = match spec.route {
        Route::ShopPage => Box::pin(html::shop(cx)),
        Route::CheckoutPage => Box::pin(html::checkout(cx)),
        Route::SubmitCheckout => Box::pin(html::submit_checkout(cx)),
        Route::OrderPage => Box::pin(html::order(cx, number)),
        Route::ReviewPage => Box::pin(html::review(cx, number)),
        Route::SubmitCodeRequest => Box::pin(of_form(html::another_code)),
        Route::SubmitCode => Box::pin(of_form(html::typed_code)),
        Route::SubmitPayment => Box::pin(html::submit_payment(cx, number)),
        Route::SubmitProof => Box::pin(html::submit_proof(cx, number)),
        Route::CancelPage => Box::pin(html::cancel(cx, number)),
        Route::SubmitCancel => Box::pin(html::submit_cancel(cx, number)),
        Route::ChangePage => Box::pin(html::change(cx, number)),
        Route::SubmitChange => Box::pin(html::submit_change(cx, number)),
        Route::ListProducts => Box::pin(storefront::products(cx.world)),
        Route::CreateQuote => Box::pin(storefront::quotes(cx)),
        Route::LookUpCoupon => Box::pin(storefront::coupon(cx.world, cx.request, number)),
        Route::CreateOrder => Box::pin(storefront::create(cx)),
        Route::ReadOrder => Box::pin(storefront::read(cx, number)),
        Route::SendEmailCode => Box::pin(of_body(storefront::another_code)),
        Route::ConfirmEmail => Box::pin(of_body(storefront::typed_code)),
        Route::CreatePayment => Box::pin(storefront::pay(cx, number)),
        Route::CreateProof => Box::pin(storefront::hand_in(cx, number)),
        Route::CancelOrder => Box::pin(storefront::cancel(cx, number)),
        Route::ReplaceOrder => Box::pin(storefront::replace(cx, number)),
        Route::StripeWebhook => Box::pin(taken(stripe_webhook::receive_event(cx))),
        Route::PayPalWebhook => Box::pin(taken(paypal_webhook::receive_event(cx))),
        Route::Staff(route) => Box::pin(staff::answer(cx, route, spec.policy, number)),
        Route::StripeReturn => Box::pin(back_from(PaymentMethod::Stripe)),
        Route::PayPalReturn => Box::pin(back_from(PaymentMethod::Paypal)),
        Route::Health => Box::pin(health::health(cx.world, cx.settings)),
    };
    reply.await
}

/// Tells a provider that its event is kept.
async fn taken(
    event: impl Future<Output = Result<Vec<MessageKey>, Failure>>,
) -> Result<Reply, Failure> {
    let messages = event.await?;
    Ok(Reply::json(200, &EventAnswer { received: true }).delivering(messages))
}

/// A browser tells where a request comes from; servers tell nothing and hold no cookies. Where it is
/// told twice, both have to agree.
fn is_from_here(settings: &Settings, request: &Request, spec: &RouteSpec) -> bool {
    let site = request.header("sec-fetch-site");
    let is_elsewhere = matches!(site, Some("cross-site" | "same-site"));
    match request.header("origin") {
        Some(origin) if origin == settings.base_url => !is_elsewhere,
        Some(origin) => spec.cors && is_allowed(settings, origin),
        // Staff have browsers that say where a form was sent from.
        None if spec.door == Door::Staff => site == Some("same-origin"),
        None => !is_elsewhere,
    }
}

fn is_allowed(settings: &Settings, origin: &str) -> bool {
    settings
        .allowed_origins
        .iter()
        .any(|allowed| allowed == origin)
}

fn is_preflight(request: &Request, spec: &RouteSpec) -> bool {
    request.method == Method::Options && spec.cors
}

fn problem<W: World>(cx: &Context<'_, W>, spec: Option<&RouteSpec>, failure: &Failure) -> Reply {
    let &Context {
        world,
        settings,
        request,
    } = cx;
    let id = &request.request_id;
    let problem = match failure {
        Failure::Refused(refusal) | Failure::RefusedAfter(refusal, _) => refusal.problem(id),
        Failure::Fault(fault) => {
            world.log(&json!({
                "level": "error",
                "request_id": id,
                "message": fault.to_string(),
            }));
            refusal::fault(status_of(fault, spec), id)
        }
    };
    let reply = if is_for_people(request, spec) {
        pages::problem(
            settings,
            &problem,
            again(request, problem.status),
            next_of(settings, request, problem.status),
        )
    } else {
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        Reply::empty(problem.status).with_body("application/problem+json", body)
    };
    match failure {
        Failure::Refused(refusal) => with_hint(reply, refusal),
        Failure::RefusedAfter(refusal, told) => with_hint(reply, refusal).delivering(told.clone()),
        // Whoever was faster is done in a moment; a database that is away may take longer.
        Failure::Fault(Fault::Busy(_)) => reply.with_header("retry-after", "1"),
        Failure::Fault(_) => reply.with_header("retry-after", "30"),
    }
}

/// Adds what a program may do about a refusal.
fn with_hint(reply: Reply, refusal: &Refusal) -> Reply {
    if let Refusal::MethodNotAllowed(methods) = refusal {
        reply.with_header("allow", methods.as_str())
    } else if *refusal == Refusal::NotSignedIn {
        // RFC 9110, 15.5.2: a 401 names a way to sign in.
        reply.with_header("www-authenticate", "Cloudflare-Access")
    } else if *refusal == Refusal::TooManyRequests {
        reply.with_header("retry-after", "60")
    } else if *refusal == Refusal::ProviderUnavailable {
        reply.with_header("retry-after", "30")
    } else if let Refusal::Code(CodeRefusal::TooSoon(wait_s) | CodeRefusal::UsedUp(wait_s))
    | Refusal::TooManyOrders(wait_s) = refusal
    {
        reply.with_header("retry-after", wait_s.to_string())
    } else {
        reply
    }
}

/// Where an address leads that only takes a form: to the page that the form is on, one step up. A
/// person may open it by going back or by a bookmark.
fn page_of_form<'a>(request: &'a Request, spec: &RouteSpec) -> Option<&'a str> {
    let reads = matches!(request.method, Method::Get | Method::Head);
    let (page, _) = request.path.rsplit_once('/')?;
    (spec.page && reads).then_some(page)
}

/// Whether a person reads the answer: on the route of a page, and where a browser leads nowhere.
fn is_for_people(request: &Request, spec: Option<&RouteSpec>) -> bool {
    spec.map_or_else(
        || {
            let accept = request.header("accept").unwrap_or_default();
            accept.contains("text/html")
        },
        |spec| spec.page,
    )
}

fn status_of(fault: &Fault, spec: Option<&RouteSpec>) -> u16 {
    // A provider's event that could not be stored is asked for again, whatever the reason (D04).
    if spec.is_some_and(|spec| spec.policy == Policy::Signature) {
        return 503;
    }
    match fault {
        Fault::Database(_) | Fault::Busy(_) | Fault::Storage(_) | Fault::Provider(_) => 503,
        Fault::Rows(_) | Fault::Internal(_) => 500,
    }
}

/// The form that came too soon, to be sent once more as it is: nobody has to type it anew, and the key
/// that it carries keeps it from being done twice. A file would have to be chosen again.
fn again(request: &Request, status: u16) -> Option<SendForm> {
    let is_form = request.method == Method::Post && request.media_type() == FORM_TYPE;
    (is_form && matches!(status, 429 | 503)).then(|| SendForm {
        action: request.path.clone(),
        hidden: form_pairs(&String::from_utf8_lossy(&request.body))
            .map(|(name, value)| Hidden::new(name, value))
            .collect(),
    })
}

/// Where the reader of a problem goes on.
fn next_of(settings: &Settings, request: &Request, status: u16) -> Option<(String, String)> {
    if request.path.starts_with("/staff") {
        return match &settings.access {
            Some(access) if status == 401 => {
                Some((access.sign_in_url().to_owned(), "Sign in".to_owned()))
            }
            _ => Some(
                order_in(&request.path, "/staff/orders/")
                    .unwrap_or_else(|| ("/staff".to_owned(), "Back to the start".to_owned())),
            ),
        };
    }
    order_in(&request.path, "/orders/")
}

/// The page of the order below an address.
fn order_in(path: &str, place: &str) -> Option<(String, String)> {
    let number = path.strip_prefix(place)?.split('/').next()?;
    Some((format!("{place}{number}"), "Back to the order".to_owned()))
}

/// The origins of the providers' pages, each after a space.
fn provider_pages(settings: &Settings) -> String {
    let paypal = settings.paypal.as_ref();
    let pages = [
        Some(&settings.checkout_origin),
        paypal.map(|paypal| &paypal.checkout_origin),
    ];
    pages
        .into_iter()
        .flatten()
        .fold(String::new(), |all, page| {
            // A path would have to match exactly, and the page of a stand-in has one.
            let end = page.match_indices('/').nth(2).map(|(at, _)| at);
            let origin = end.and_then(|end| page.get(..end)).unwrap_or(page);
            if all.ends_with(origin) {
                all
            } else {
                format!("{all} {origin}")
            }
        })
}

/// What every reply carries, and what an allowed origin needs to read it.
fn with_headers(
    settings: &Settings,
    request: &Request,
    spec: Option<&RouteSpec>,
    reply: Reply,
) -> Reply {
    let is_page = reply
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    let policy = if is_page {
        // Paying sends a form to us, which sends the browser on to the provider; `form-action`
        // applies to that as well.
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{}; \
             frame-ancestors 'none'; base-uri 'none'",
            provider_pages(settings)
        )
    } else {
        "default-src 'none'; frame-ancestors 'none'".to_owned()
    };
    let mut reply = reply
        .with_default("content-security-policy", policy)
        .with_header("x-content-type-options", "nosniff")
        // Not `no-referrer`: under it browsers send `Origin: null` with our own forms.
        .with_default("referrer-policy", "same-origin")
        .with_header("cross-origin-opener-policy", "same-origin")
        .with_header("cross-origin-resource-policy", "same-origin")
        .with_header(
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=()",
        )
        .with_header("cache-control", "no-store")
        .with_header("x-request-id", request.request_id.clone());
    if settings.base_url.starts_with("https://") {
        reply = reply.with_header("strict-transport-security", "max-age=31536000");
    }
    let Some(spec) = spec.filter(|spec| spec.cors) else {
        return reply;
    };
    reply = reply.with_header("vary", "origin");
    match request.header("origin") {
        Some(origin) if is_allowed(settings, origin) => reply
            .with_header("access-control-allow-origin", origin)
            .with_header(
                "access-control-expose-headers",
                "location, retry-after, x-request-id",
            )
            .with_header("access-control-allow-methods", spec.method.as_str())
            .with_header(
                "access-control-allow-headers",
                "authorization, content-type, idempotency-key",
            )
            .with_header("access-control-max-age", "600"),
        _ => reply,
    }
}
