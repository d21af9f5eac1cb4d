//! Calling every route of the table with what it would take.

use common::{HERE, Shop, form, order_body, text};
use edgetill::http::Reply;
use serde_json::json;
use shared::api::route::{Door, RouteSpec};
use shared::http::Method;

/// The key of every call here.
pub(crate) const KEY: &str = "door-key-0000000000000001";

pub(crate) fn path_of(spec: &RouteSpec, number: &str) -> String {
    spec.path.replace("{number}", number)
}

pub(crate) fn takes_json(spec: &RouteSpec) -> bool {
    spec.path.starts_with("/v1/")
}

/// A body that the route would take.
pub(crate) fn body_of(spec: &RouteSpec) -> Vec<u8> {
    let form = form(&[
        ("method", "stripe"),
        ("code", "12345678"),
        ("idempotency_key", KEY),
    ]);
    match spec.path {
        _ if spec.method != Method::Post => Vec::new(),
        "/v1/orders" | "/v1/orders/{number}/replacement" => order_body().to_string().into(),
        "/v1/quotes" => {
            let items = order_body()["items"].clone();
            json!({ "items": items, "currency": "EUR", "country": "DE" })
                .to_string()
                .into()
        }
        "/v1/orders/{number}/payments" => json!({ "method": "stripe" }).to_string().into(),
        "/v1/orders/{number}/email-confirmation" => {
            json!({ "code": "12345678" }).to_string().into()
        }
        "/v1/orders/{number}/cancel" | "/webhooks/stripe" | "/webhooks/paypal" => b"{}".to_vec(),
        _ => form.into(),
    }
}

/// Sends what the route would take, with further headers.
pub(crate) fn call(shop: &Shop, spec: &RouteSpec, number: &str, more: &[(&str, &str)]) -> Reply {
    call_with(shop, spec, &path_of(spec, number), more, &body_of(spec))
}

pub(crate) fn call_with(
    shop: &Shop,
    spec: &RouteSpec,
    path: &str,
    more: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let media_type = if takes_json(spec) {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    let mut headers = more.to_vec();
    // Only from there are staff's forms believed.
    let is_from_somewhere = more
        .iter()
        .any(|(name, _)| ["origin", "sec-fetch-site"].contains(name));
    if spec.door == Door::Staff && !is_from_somewhere {
        headers.push(("origin", HERE));
    }
    if spec.method == Method::Post {
        headers.extend([("content-type", media_type), ("idempotency-key", KEY)]);
    }
    shop.send(spec.method, path, &headers, body)
}

/// What a reply says, without what differs from one request to the next.
pub(crate) fn words(reply: &Reply) -> String {
    let id = reply.header("x-request-id").expect("a request id");
    text(reply).replace(id, "…")
}
