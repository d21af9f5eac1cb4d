//! Bodies and headers that are too long, or not what they say.

use common::harness::{self, Body, order_body};
use serde_json::json;
use shared::api::route::ROUTES;
use shared::http::Method;

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn a_body_over_the_cap_is_refused_whether_its_length_is_told_or_not() {
    let shop = harness::shared();
    let number = shop.visitor().order().number;
    // A valid order, but for its length.
    let order = order_body("too-long@mail.test").to_string();
    let posts = ROUTES.iter().filter(|spec| spec.method == Method::Post);
    for spec in posts {
        let path = spec.path.replace("{number}", &number);
        let kind = if spec.page { FORM } else { JSON };
        let headers = [
            kind,
            ("idempotency-key", "a-body-over-the-cap-of-it"),
            // A file is not read at all from somebody who brings nothing along.
            ("authorization", "Bearer somebody"),
        ];
        let long = |length| {
            let mut long = order.clone().into_bytes();
            long.resize(length, b' ');
            long
        };
        let far_over = 4 * spec.body_bytes_max.min(1024 * 1024) + spec.body_bytes_max;
        let [over, far_over] = [spec.body_bytes_max + 1, far_over].map(long);
        for body in [
            Body::Whole(&over),
            Body::Chunked(&over),
            Body::Chunked(&far_over),
        ] {
            let visitor = shop.visitor();
            let answer = visitor.send_refused("POST", &path, &headers, body);
            assert_eq!(answer.status, 413, "{path} {answer}");
        }
        if path == "/v1/orders" {
            let fits = order.replace("too-long", "fits");
            let padding = " ".repeat(spec.body_bytes_max - fits.len());
            let fits = format!("{fits}{padding}");
            let body = Body::Chunked(fits.as_bytes());
            let _ = shop
                .visitor()
                .send("POST", &path, &headers, body)
                .expect(201);
        }
    }
    let rows = "SELECT count(*) FROM orders WHERE customer_email = 'too-long@mail.test'";
    assert_eq!(shop.database.number(rows), 0);
}

#[test]
fn headers_over_the_cap_are_refused() {
    let shop = harness::shared();
    let long = "x".repeat(9 * 1024);
    let headers = [("x-one", long.as_str()), ("x-two", &long)];
    let answer = shop
        .visitor()
        .send("GET", "/v1/products", &headers, Body::None)
        .expect(431);
    assert_eq!(answer.code(), "headers_too_large");
}

#[test]
fn a_body_that_is_not_what_it_says_is_refused_with_a_problem() {
    let shop = harness::shared();
    let visitor = shop.visitor();
    let post = |kind: (&str, &str), key: &str, body: &[u8]| {
        let headers = [kind, ("idempotency-key", key)];
        let answer = visitor.send("POST", "/v1/orders", &headers, Body::Whole(body));
        (answer.status, answer.code())
    };
    let key = "a-key-of-more-than-twenty";
    let order = order_body("nobody@mail.test").to_string();
    let refused = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(
        post(FORM, key, order.as_bytes()),
        refused(415, "unsupported_media_type")
    );
    assert_eq!(post(JSON, key, b""), refused(400, "malformed_body"));
    assert_eq!(
        post(JSON, key, b"{\"items\":"),
        refused(400, "malformed_body")
    );
    assert_eq!(post(JSON, key, b"\xff\xfe"), refused(400, "malformed_body"));
    assert_eq!(
        post(JSON, key, b"{\"total\":1}"),
        refused(422, "invalid_fields")
    );
    assert_eq!(post(JSON, key, b"{}"), refused(422, "invalid_fields"));
    assert_eq!(
        post(JSON, "short", order.as_bytes()),
        refused(400, "idempotency_key")
    );
    let deep = "[".repeat(60_000);
    assert_eq!(
        post(JSON, key, deep.as_bytes()),
        refused(400, "malformed_body")
    );
    let mut huge = order_body("nobody@mail.test");
    huge["items"][0]["quantity"] = json!(9_007_199_254_740_993_i64);
    assert_eq!(
        post(JSON, key, huge.to_string().as_bytes()),
        refused(422, "invalid_fields"),
        "S45"
    );
    huge["items"][0]["quantity"] = json!(-1);
    assert_eq!(
        post(JSON, key, huge.to_string().as_bytes()),
        refused(422, "invalid_fields"),
        "S45"
    );
}

#[test]
fn a_missing_field_is_named_and_nothing_is_ordered() {
    let shop = harness::shared();
    let visitor = shop.visitor();
    let mut body = order_body("a01@mail.test");
    body["customer"] = json!({});
    body["billing"]["line1"] = json!("");
    let answer = visitor
        .post("/v1/orders", &visitor.key("order"), None, &body)
        .expect(422)
        .json();
    let fields: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].clone())
        .collect();
    assert_eq!(
        fields,
        ["customer.name", "customer.email", "billing.line1"],
        "A01: {answer:#}"
    );
}
