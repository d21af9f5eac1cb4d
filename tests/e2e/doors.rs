//! The border: what every answer carries, methods, origins, files.

use common::harness::{self, Answer, Body, order_body};

const JSON: (&str, &str) = ("content-type", "application/json");

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
fn files_come_from_the_platform_with_their_own_headers() {
    let shop = harness::shared();
    for (path, kind, cache) in [
        (
            "/style.css",
            "text/css; charset=utf-8",
            "public, max-age=300",
        ),
        ("/favicon.svg", "image/svg+xml", "public, max-age=86400"),
        ("/openapi.json", "application/json", "public, max-age=300"),
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
    let answer = shop.get("/openapi.json").expect(200);
    assert_eq!(answer.must("access-control-allow-origin"), "*");
    assert!(
        answer.json()["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
    let committed = include_str!("../../functions/pages/assets/openapi.json");
    assert!(
        answer.body == committed.as_bytes(),
        "another document is served"
    );
}
