//! PayPal's pages and strings, asked without a socket.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::list_tests::part;
use super::tests::Browser;

const BASIC: &str =
    "Basic c2FuZGJveC1wYXlwYWwtY2xpZW50OnNhbmRib3gtcGF5cGFsLXNlY3JldC1sb2NhbC1vbmx5";

/// A shop behind the browser, with a token.
struct Shop {
    browser: Browser,
    token: String,
}

impl Shop {
    async fn new() -> Self {
        let browser = Browser::new();
        let request = Request::post("/paypal/v1/oauth2/token")
            .header("authorization", BASIC)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from("grant_type=client_credentials"))
            .unwrap();
        let answer = browser.ask(request).await;
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        Self { browser, token }
    }

    async fn call(&self, path: &str, request_id: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(format!("/paypal{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("paypal-request-id", request_id)
            .header("prefer", "return=representation")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = self.browser.ask(request).await;
        (answer.status, answer.json())
    }

    async fn order(&self) -> String {
        let file = include_str!("../../../fixtures/paypal/api_order_create_request.json");
        let mut request = serde_json::from_str::<Value>(file).unwrap()["body"].take();
        request["purchase_units"][0]["description"] = "<b>".into();
        request["purchase_units"][0]["items"][0]["name"] = "<script>".into();
        let (status, order) = self.call("/v2/checkout/orders", "o-1", &request).await;
        assert_eq!(status, StatusCode::OK, "{order}");
        order["id"].as_str().unwrap().to_owned()
    }

    async fn capture(&self, order: &str, request_id: &str) -> (StatusCode, Value) {
        let path = format!("/v2/checkout/orders/{order}/capture");
        self.call(&path, request_id, &json!({})).await
    }

    /// Presses a button of the approval page; returns where it leads.
    async fn choose(&self, order: &str, choice: &str) -> String {
        let path = page(order);
        let seen = self
            .browser
            .submit(&path, &format!("choice={choice}"))
            .await;
        assert_eq!(
            seen.status,
            StatusCode::SEE_OTHER,
            "{choice}: {}",
            seen.body
        );
        seen.location().to_owned()
    }

    async fn book(&self) -> Value {
        self.browser.get("/control/paypal/book").await.json()
    }
}

fn page(order: &str) -> String {
    format!("/paypal/checkoutnow?token={order}")
}

fn back(order: &str) -> String {
    format!("https://shop.example/return?token={order}&PayerID=SANDBXBUYER23")
}

#[tokio::test]
async fn every_button_of_the_approval_page_does_what_it_says() {
    let issue = |answer: &Value| {
        answer["details"][0]["issue"]
            .as_str()
            .unwrap_or("")
            .to_owned()
    };
    for (choice, status, expected, paid) in [
        ("approve", 201, "", 1),
        ("instrument_declined", 422, "INSTRUMENT_DECLINED", 0),
        ("action_required", 422, "PAYER_ACTION_REQUIRED", 0),
        ("pending", 201, "", 0),
        ("declined", 201, "", 0),
        ("reversed", 404, "INVALID_RESOURCE_ID", 0),
        ("duplicate_invoice", 422, "DUPLICATE_INVOICE_ID", 0),
        ("already_captured", 422, "ORDER_ALREADY_CAPTURED", 1),
        ("error_500", 500, "", 0),
        ("error_500_done", 500, "", 1),
        ("error_503", 503, "", 0),
        ("error_429", 429, "", 0),
        ("lost", 201, "", 1),
        ("delayed", 201, "", 1),
        ("five_times", 201, "", 1),
        ("last_first", 201, "", 1),
        ("two_event_ids", 201, "", 1),
    ] {
        let shop = Shop::new().await;
        let order = shop.order().await;
        assert_eq!(shop.choose(&order, choice).await, back(&order), "{choice}");
        let (got, answer) = shop.capture(&order, "c-1").await;
        assert_eq!(
            (got.as_u16(), issue(&answer)),
            (status, expected.to_owned()),
            "{choice}"
        );
        assert_eq!(
            shop.book().await.as_array().unwrap().len(),
            paid,
            "{choice}"
        );
    }
}

#[tokio::test]
async fn who_stays_on_the_page_can_still_go_back_or_choose_anew() {
    for choice in ["stay", "before_redirect"] {
        let shop = Shop::new().await;
        let order = shop.order().await;
        assert_eq!(shop.choose(&order, choice).await, page(&order), "{choice}");
        let seen = shop.browser.get(&page(&order)).await;
        assert!(
            seen.body.contains("has not captured the payment yet"),
            "{}",
            seen.body
        );
        assert_eq!(shop.choose(&order, "approve").await, back(&order));
    }
}

#[tokio::test]
async fn a_declined_buyer_comes_back_and_pays_otherwise() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    shop.choose(&order, "instrument_declined").await;
    let (_, answer) = shop.capture(&order, "c-1").await;
    let links = answer["links"].as_array().unwrap();
    let redirect = links.iter().find(|link| link["rel"] == "redirect").unwrap();
    assert!(redirect["href"].as_str().unwrap().ends_with(&page(&order)));
    shop.choose(&order, "approve").await;
    assert_eq!(shop.capture(&order, "c-2").await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn pending_money_is_decided_on_the_page() {
    for (choice, paid, words) in [
        ("pending_completes", 1, "Paid"),
        ("pending_denied", 0, "The payment was declined"),
    ] {
        let shop = Shop::new().await;
        let order = shop.order().await;
        shop.choose(&order, "pending").await;
        shop.capture(&order, "c-1").await;
        assert!(
            shop.browser
                .get(&page(&order))
                .await
                .body
                .contains("It is decided later")
        );
        assert_eq!(shop.choose(&order, choice).await, page(&order));
        assert_eq!(shop.book().await.as_array().unwrap().len(), paid);
        assert!(shop.browser.get(&page(&order)).await.body.contains(words));
        assert!(
            shop.choose(&order, choice)
                .await
                .ends_with("&problem=closed")
        );
    }
}

#[tokio::test]
async fn the_approval_page_escapes_what_the_shop_sent_and_offers_to_cancel() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    let seen = shop.browser.get(&page(&order)).await;
    assert!(!seen.body.contains("<script>"), "{}", seen.body);
    for text in [
        "Pay Test shop with PayPal",
        "12.00 USD",
        "stands in for PayPal",
        "tax total",
    ] {
        assert!(seen.body.contains(text), "{text}");
    }
    assert!(
        seen.body
            .contains(&format!("https://shop.example/cancel?token={order}"))
    );
    let policy = seen.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"));
    let missing = shop.browser.get(&page("NOSUCH")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.choose(&order, "expire").await, page(&order));
    assert!(
        shop.browser
            .get(&page(&order))
            .await
            .body
            .contains("This order is gone")
    );
    assert!(
        shop.choose(&order, "approve")
            .await
            .ends_with("&problem=closed")
    );
}

#[tokio::test]
async fn the_dashboard_refunds_disputes_and_changes_the_certificate() {
    let shop = Shop::new().await;
    let dashboard = "/dashboard/paypal";
    assert_eq!(shop.browser.get(dashboard).await.status, StatusCode::OK);
    let order = shop.order().await;
    shop.choose(&order, "approve").await;
    shop.capture(&order, "c-1").await;
    let capture = shop.book().await[0]["capture"].as_str().unwrap().to_owned();
    let act = format!("{dashboard}/act");
    for (form, place) in [
        (
            format!("action=refund&id={capture}&amount=500"),
            "#payments",
        ),
        (
            format!("action=refund&id={capture}&amount=701"),
            "?problem=only%20700",
        ),
        (
            format!("action=dispute_open&id={capture}&amount="),
            "#payments",
        ),
        (
            format!("action=dispute_for_buyer&id={capture}"),
            "#payments",
        ),
        (format!("action=expire&id={order}"), "?problem="),
    ] {
        let seen = shop.browser.submit(&act, &form).await;
        assert!(
            seen.location().starts_with(&format!("{dashboard}{place}")),
            "{form}"
        );
    }
    let entry = shop.book().await[0].clone();
    assert_eq!(
        (&entry["refunded"], &entry["reversed"]),
        (&json!(500), &json!(700))
    );
    let set = |form: &'static str| {
        (
            format!("{dashboard}/{}", form.split('=').next().unwrap()),
            form,
        )
    };
    for (path, form) in [set("mode=lost"), set("certificate=expired")] {
        shop.browser.submit(&path, form).await;
    }
    let seen = shop.browser.get(dashboard).await;
    for text in [
        "value=\"lost\" selected",
        "value=\"expired\" selected",
        "reversed 7.00 USD",
    ] {
        assert!(seen.body.contains(text), "{text}");
    }
    let payments = part(&seen.body, "payments", "orders");
    let link = format!("<a href=\"{}\">order_0001</a>", page(&order));
    assert!(payments.contains(&link), "{payments}");
}

#[tokio::test]
async fn the_control_interface_drives_paypal_too() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    let control = |path: &'static str, body: Value| shop.browser.control(path, body);
    let act = json!({ "action": "approve_refused", "id": order, "issue": "PAYER_CANNOT_PAY" });
    let done = control("/control/paypal/act", act).await;
    assert_eq!(done.json()["events"].as_array().unwrap().len(), 1);
    assert_eq!(
        shop.capture(&order, "c-1").await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let bad = json!({ "action": "approve_refused", "id": order, "issue": "WEATHER" });
    assert_eq!(
        control("/control/paypal/act", bad).await.status,
        StatusCode::CONFLICT
    );

    let fault = json!({ "target": "paypal", "fault": "unavailable", "path": "/certs/" });
    assert_eq!(
        control("/control/faults", fault).await.status,
        StatusCode::OK
    );
    let certificate = "/paypal/v1/notifications/certs/CERT-5a4db001-0ed9e711-00000001";
    assert_eq!(
        shop.browser.get(certificate).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert!(
        shop.browser
            .get(certificate)
            .await
            .body
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    for (name, status) in [
        ("renewed", StatusCode::OK),
        ("paper", StatusCode::BAD_REQUEST),
    ] {
        let change = json!({ "certificate": name });
        assert_eq!(
            control("/control/paypal/certificate", change).await.status,
            status
        );
    }
}

#[tokio::test]
async fn the_control_interface_signs_forges_and_makes_events() {
    let shop = Shop::new().await;
    let order = shop.order().await;
    let control = |path: &'static str, body: Value| shop.browser.control(path, body);
    let renewed = json!({ "certificate": "renewed" });
    control("/control/paypal/certificate", renewed).await;
    let signed = control(
        "/control/paypal/sign",
        json!({ "body": "{}", "sent": 1_795_284_000 }),
    )
    .await;
    let headers = &signed.json()["headers"];
    assert_eq!(headers["paypal-transmission-time"], "2026-11-21T18:00:00Z");
    assert!(
        headers["paypal-cert-url"]
            .as_str()
            .unwrap()
            .ends_with("-00000002")
    );
    let forged = control(
        "/control/paypal/forge",
        json!({ "genuine": "{}", "wanted": "{\"a\":1}" }),
    )
    .await;
    let forged = forged.json()["body"].as_str().unwrap().to_owned();
    assert_eq!(
        sandbox::paypal::crc32(forged.as_bytes()),
        sandbox::paypal::crc32(b"{}")
    );

    let travel = control("/control/paypal/webhooks", json!({ "mode": "lost" })).await;
    assert_eq!(travel.json()["mode"], "lost");
    let made = control(
        "/control/paypal/events",
        json!({ "type": "X.Y", "object": {} }),
    )
    .await;
    let deliveries = shop.browser.get("/control/paypal/deliveries").await.json();
    assert_eq!(
        (&deliveries[0]["state"], &deliveries[0]["event_id"]),
        (&json!("lost"), &made.json()["events"][0])
    );
    let orders = shop.browser.get("/control/paypal/orders").await.json();
    assert_eq!(
        (&orders[0]["status"], &orders[0]["amount"]),
        (&json!("PAYER_ACTION_REQUIRED"), &json!(1_200))
    );
    let events = shop.browser.get("/control/paypal/events").await.json();
    assert_eq!(events[0]["type"], "X.Y");

    let end = Request::delete("/control/paypal/tokens")
        .body(Body::empty())
        .unwrap();
    shop.browser.ask(end).await;
    assert_eq!(
        shop.capture(&order, "c-2").await.0,
        StatusCode::UNAUTHORIZED
    );
    control("/control/reset", json!({})).await;
    assert_eq!(
        shop.browser.get("/control/paypal/orders").await.json(),
        json!([])
    );
}
