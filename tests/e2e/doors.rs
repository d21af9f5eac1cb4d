//! The border: bodies, headers, methods, origins, limits, assets.

use common::harness::{self, Answer, Body, order_body};
use serde_json::json;
use shared::api::route::ROUTES;
use shared::http::Method;

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What every answer of the Worker carries.
#[track_caller]
fn assert_guarded(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer}");
    }
    let policy = answer.must("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    for word in ["unsafe", "*", "data:", "script-src"] {
        assert!(!policy.contains(word), "{policy}");
    }
    assert!(answer.must("permissions-policy").contains("payment=()"));
    assert_eq!(answer.must("x-request-id").len(), 26);
    assert_eq!(answer.header("server"), None);
}

#[test]
fn every_answer_carries_the_same_guards() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let page = order.page();
    let own_order = format!("/v1/orders/{}", order.number);
    let answers = [
        shop.get("/"),
        shop.get("/checkout?product=site-backup&period_months=12&currency=EUR&country=DE"),
        page.clone(),
        shop.get("/v1/products"),
        shop.get("/healthz"),
        shop.get("/openapi.json"),
        shop.get("/nothing"),
        shop.get("/orders/nothing"),
        shop.get(&own_order),
        shop.get("/return/stripe?payment=nothing"),
        order.cancel(),
        shop.visitor().send("DELETE", "/v1/orders", &[], Body::None),
        shop.visitor()
            .send("OPTIONS", "/v1/orders", &[], Body::None),
        shop.visitor()
            .send("POST", "/webhooks/stripe", &[], Body::Whole(b"{}")),
    ];
    for answer in &answers {
        assert_guarded(answer);
    }
    let form_action = format!("form-action 'self' {}", shop.sandbox.url);
    assert!(
        page.must("content-security-policy").contains(&form_action),
        "{page}"
    );
    assert_eq!(page.must("content-type"), "text/html; charset=utf-8");
}

#[test]
fn an_order_s_cookie_opens_that_order_only_and_stays_out_of_scripts() {
    let shop = harness::shared();
    let (one, other) = (shop.visitor().order(), shop.visitor().order());
    let path = format!("/orders/{}?token={}", one.number, one.token);
    let exchanged = one.visitor.send("GET", &path, &[], Body::None).expect(303);
    assert_eq!(
        exchanged.must("location"),
        format!("/orders/{}", one.number)
    );
    let cookie = exchanged.must("set-cookie");
    assert!(
        cookie.starts_with(&format!("__Host-order-{}=", one.number)),
        "{cookie}"
    );
    for flag in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|part| part == flag), "{cookie}");
    }
    assert!(!cookie.contains(&one.token), "{cookie}");

    let value = one.cookie();
    let (_, value) = value.split_once('=').unwrap();
    let moved = format!("__Host-order-{}={value}", other.number);
    let page = format!("/orders/{}", other.number);
    let answer = other
        .visitor
        .send("GET", &page, &[("cookie", &moved)], Body::None);
    assert_eq!(answer.status, 404, "{answer}");
}

#[test]
fn s120_a_wrong_token_and_a_wrong_number_are_told_alike() {
    let shop = harness::shared();
    let (one, other) = (shop.visitor().order(), shop.visitor().order());
    let read = |number: &str, token: &str| {
        let bearer = format!("Bearer {token}");
        let path = format!("/v1/orders/{number}");
        let headers = [("authorization", bearer.as_str())];
        let mut answer = shop
            .visitor()
            .send("GET", &path, &headers, Body::None)
            .json();
        answer["request_id"] = json!(null);
        answer
    };
    let refused = read(&one.number, &other.token);
    assert_eq!(
        (&refused["status"], &refused["code"]),
        (&json!(404), &json!("order_not_found"))
    );
    let unknown = "0".repeat(14);
    for (number, token) in [
        (one.number.as_str(), "x"),
        (&one.number, &"0".repeat(32)),
        (&unknown, &one.token),
        ("1", &one.token),
    ] {
        assert_eq!(read(number, token), refused);
    }
    let page = |query: &str| {
        shop.get(&format!("/orders/{}{query}", one.number))
            .expect(404)
            .text()
    };
    assert_eq!(page(""), page("?token=wrong"));
    assert_eq!(page(""), page(&format!("?token={}", other.token)));
    for action in ["pay", "cancel"] {
        let path = format!("/orders/{}/{action}", one.number);
        assert_eq!(
            shop.visitor()
                .submit(
                    &path,
                    "",
                    &[
                        ("method", "stripe"),
                        ("idempotency_key", "guessing-at-other-orders")
                    ]
                )
                .status,
            404
        );
    }
}

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
        let headers = [kind, ("idempotency-key", "a-body-over-the-cap-of-it")];
        let long = |length| {
            let mut long = order.clone().into_bytes();
            long.resize(length, b' ');
            long
        };
        let [over, far_over] = [spec.body_bytes_max + 1, 4 * spec.body_bytes_max].map(long);
        for body in [
            Body::Whole(&over),
            Body::Chunked(&over),
            Body::Chunked(&far_over),
        ] {
            let answer = shop.visitor().send("POST", &path, &headers, body);
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
        refused(400, "malformed_body")
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

#[test]
fn what_is_not_served_is_404_and_another_method_is_405() {
    let shop = harness::shared();
    for path in [
        "/nothing",
        "/v1",
        "/v1/orders/",
        "/v1/products/",
        "/V1/products",
        "/orders",
        "//",
        "/%2e%2e/etc",
        "/index.html",
        "/.env",
    ] {
        let answer = shop.get(path);
        assert_eq!(answer.status, 404, "{path} {answer}");
    }
    for (method, path, allowed) in [
        ("DELETE", "/v1/orders", "POST"),
        ("GET", "/v1/orders", "POST"),
        ("POST", "/v1/products", "GET, HEAD"),
        ("GET", "/webhooks/stripe", "POST"),
        ("DELETE", "/checkout", "GET, HEAD, POST"),
        ("PUT", "/v1/orders", "POST"),
        ("PATCH", "/v1/products", "GET, HEAD"),
        ("PATCH", "/", "GET, HEAD"),
    ] {
        let answer = shop.visitor().send(method, path, &[], Body::None);
        assert_eq!(answer.status, 405, "{method} {path} {answer}");
        assert_eq!(answer.must("allow"), allowed, "{method} {path}");
        assert_guarded(&answer);
    }
}

#[test]
fn head_answers_as_get_does_without_a_body() {
    let shop = harness::shared();
    for path in ["/", "/v1/products", "/healthz", "/nothing"] {
        let get = shop.get(path);
        let head = shop.visitor().send("HEAD", path, &[], Body::None);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{path}"
        );
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
    }
}

#[test]
fn cors_lets_the_named_origins_read_the_interface_and_nobody_else() {
    let shop = harness::shared();
    let preflight = |path: &str, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "content-type,idempotency-key",
            ),
        ];
        shop.visitor().send("OPTIONS", path, &headers, Body::None)
    };
    for origin in ["https://shop.test", "https://www.shop.test"] {
        let answer = preflight("/v1/orders", origin).expect(204);
        assert_eq!(answer.must("access-control-allow-origin"), origin);
        assert_eq!(answer.must("access-control-allow-methods"), "POST");
        let headers = answer.must("access-control-allow-headers");
        assert!(headers.contains("idempotency-key") && headers.contains("content-type"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert!(answer.must("vary").to_lowercase().contains("origin"));
    }
    for origin in [
        "https://shop.test.evil.test",
        "http://shop.test",
        "https://shop.test:8443",
        "null",
        "https://Shop.test",
    ] {
        let answer = preflight("/v1/orders", origin);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
    for path in ["/checkout", "/webhooks/stripe", "/orders/A/pay"] {
        let answer = preflight(path, "https://shop.test");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert_ne!(answer.status, 204, "{path}");
    }

    let order = |origin: &str| {
        let visitor = shop.visitor();
        let headers = [
            JSON,
            ("idempotency-key", &visitor.key("order")),
            ("origin", origin),
        ];
        let body = order_body(&visitor.email()).to_string();
        visitor.send("POST", "/v1/orders", &headers, Body::Whole(body.as_bytes()))
    };
    let allowed = order("https://shop.test").expect(201);
    assert_eq!(
        allowed.must("access-control-allow-origin"),
        "https://shop.test"
    );
    assert_eq!(
        order("https://evil.test").expect(403).code(),
        "foreign_origin"
    );
}

#[test]
fn the_sixty_first_write_of_a_client_in_a_minute_waits() {
    let shop = harness::shared();
    let visitor = shop.visitor();
    let wanted = json!({
        "items": [{ "product": "site-backup", "period_months": 1, "quantity": 1 }],
        "currency": "USD",
        "country": "US",
    });
    let quote = || visitor.post("/v1/quotes", "none", None, &wanted);
    // The window is a minute of the clock, which may turn while this runs.
    let refused = (0..125)
        .map(|_| quote())
        .find(|answer| answer.status != 200);
    let refused = refused.expect("a limit");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "too_many_requests")
    );
    assert_eq!(refused.must("retry-after"), "60");
    // Others are not held up, nor is the catalogue.
    let _ = shop.visitor().order();
    let _ = visitor
        .send("GET", "/v1/products", &[], Body::None)
        .expect(200);
}

#[test]
fn stylesheet_and_icon_come_from_the_platform_with_their_own_headers() {
    let shop = harness::shared();
    for (path, kind, cache) in [
        (
            "/style.css",
            "text/css; charset=utf-8",
            "public, max-age=300",
        ),
        ("/favicon.svg", "image/svg+xml", "public, max-age=86400"),
    ] {
        let answer = shop.get(path).expect(200);
        assert_eq!(answer.must("content-type"), kind);
        assert_eq!(answer.must("cache-control"), cache);
        assert_eq!(answer.must("x-content-type-options"), "nosniff");
        assert_eq!(answer.must("content-security-policy"), "default-src 'none'");
        assert!(!answer.body.is_empty());
        let tag = answer.must("etag").to_owned();
        let again = shop
            .visitor()
            .send("GET", path, &[("if-none-match", &tag)], Body::None);
        assert_eq!(again.status, 304, "{again}");
    }
    assert_eq!(shop.get("/_headers").status, 404);
}

#[test]
fn the_interface_s_document_is_served() {
    let shop = harness::shared();
    let document = shop.get("/openapi.json").expect(200).json();
    assert!(
        document["openapi"].as_str().unwrap().starts_with("3.1"),
        "{document:#}"
    );
}
