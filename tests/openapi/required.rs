//! Which fields of a request are required. The parsers take a body without them, so as to report all
//! that is missing at once; a test leaves out each field in turn.

use common::{Shop, json_of, text};
use serde_json::Value as Json;
use shared::http::Method;

use crate::examples;

/// By schema.
pub(crate) const FIELDS: &[(&str, &[&str])] = &[
    ("QuoteBody", &["items", "currency", "country"]),
    ("OrderBody", &["items", "currency", "customer", "billing"]),
    ("EmailConfirmationBody", &["code"]),
    ("PaymentBody", &["method"]),
    ("CancelBody", &[]),
    ("ItemRequest", &["product", "quantity"]),
    ("CustomerInput", &["name", "email"]),
    ("BillingInput", &["name", "line1", "city", "country"]),
];

fn required(schema: &str) -> &'static [&'static str] {
    let found = FIELDS.iter().find(|(name, _)| *name == schema);
    found.expect("a schema").1
}

fn status(path: &str, body: &Json) -> (u16, String) {
    let shop = Shop::open();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "key-of-20-characters"),
    ];
    let reply = shop.send(Method::Post, path, &headers, body.to_string().as_bytes());
    if reply.status >= 400 {
        let code = json_of(&reply)["code"].as_str().expect("a code").to_owned();
        return (reply.status, code);
    }
    (reply.status, text(&reply))
}

#[test]
fn a_field_is_missed_exactly_when_the_document_requires_it() {
    for (path, body, parts) in [
        (
            "/v1/quotes",
            examples::quote_body(),
            &[("QuoteBody", ""), ("ItemRequest", "/items/0")][..],
        ),
        (
            "/v1/orders",
            examples::order_body(),
            &[
                ("OrderBody", ""),
                ("ItemRequest", "/items/0"),
                ("CustomerInput", "/customer"),
                ("BillingInput", "/billing"),
            ],
        ),
    ] {
        assert!(status(path, &body).0 < 300, "{:?}", status(path, &body));
        for (schema, place) in parts {
            let part = body.pointer(place).expect("a part").as_object();
            for field in part.expect("an object").keys() {
                // The period of the example is one that has a price; without it there is none.
                if field == "period_months" {
                    continue;
                }
                let mut less = body.clone();
                let part = less.pointer_mut(place).and_then(Json::as_object_mut);
                part.expect("an object").remove(field);
                let (status, answer) = status(path, &less);
                let is_required = required(schema).contains(&field.as_str());
                let is_conditional = field == "postal_code";
                assert_eq!(
                    status >= 400,
                    is_required || is_conditional,
                    "{path} without {place}/{field}: {status} {answer}"
                );
            }
        }
    }
}

#[test]
fn a_field_that_nobody_knows_is_refused() {
    for (path, mut body) in [
        ("/v1/quotes", examples::quote_body()),
        ("/v1/orders", examples::order_body()),
    ] {
        body["price"] = Json::from(1);
        assert_eq!(status(path, &body), (422, "invalid_fields".to_owned()));
    }
}
