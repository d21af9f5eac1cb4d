//! Who may do what, and how often.

use common::harness::{self, Body, encoded};
use serde_json::json;

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
    for action in ["pay", "cancel", "change"] {
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
fn the_sixty_first_write_of_a_client_in_a_minute_waits() {
    let shop = harness::shared();
    let visitor = shop.visitor();
    let wanted = json!({
        "items": [{ "product": "site-backup", "period_months": 1, "quantity": 1 }],
        "currency": "USD",
        "country": "US",
        "region": "OR",
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
fn a_form_from_another_site_does_nothing() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let cookie = order.cookie();
    let form = encoded(&[
        ("method", "stripe"),
        ("idempotency_key", "pay-after-first-payment-of-order"),
    ]);
    for sign in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", cookie.as_str()),
            sign,
        ];
        for action in ["pay", "cancel", "change"] {
            let path = format!("/orders/{}/{action}", order.number);
            let answer = order
                .visitor
                .send("POST", &path, &headers, Body::Whole(form.as_bytes()));
            assert_eq!(answer.status, 403, "{sign:?} {answer}");
        }
    }
    order.assert_status("awaiting_payment");
    assert_eq!(order.history(), ["created"]);
}
