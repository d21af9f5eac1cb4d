//! The pages and the control interface, asked without a socket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::app::App;
use super::{args, deliver, router, serve, state};

const SESSION: &str = "mode=payment&client_reference_id=A%3C1&cancel_url=https://shop.example/cart&\
    success_url=https://shop.example/thanks?s%3D{CHECKOUT_SESSION_ID}&line_items[0][quantity]=1&\
    line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=1999&\
    line_items[0][price_data][product_data][name]=%3Cscript%3E";

pub(super) struct Browser {
    app: App,
}

pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Seen {
    pub(super) fn location(&self) -> &str {
        self.headers
            .get("location")
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Browser {
    /// A sandbox whose webhooks go nowhere, so that every delivery fails at once.
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    fn with(more: &[String]) -> Self {
        let mut args = vec![
            "--webhook-url=nowhere:".to_owned(),
            "--paypal-webhook-url=nowhere:".to_owned(),
            "--seed=1".to_owned(),
        ];
        args.extend_from_slice(more);
        let app = App::new(args::parse(args).unwrap().unwrap());
        tokio::spawn(deliver::run(app.clone()));
        Self { app }
    }

    pub(super) async fn ask(&self, request: Request<Body>) -> Seen {
        let answer = router(self.app.clone()).oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        Seen {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Seen {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(super) async fn submit(&self, path: &str, form: &str) -> Seen {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", "Bearer sk_test_sandbox");
        self.ask(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    pub(super) async fn control(&self, path: &str, body: Value) -> Seen {
        let request = Request::post(path).header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub(super) async fn open_session(&self) -> String {
        let seen = self.submit("/stripe/v1/checkout/sessions", SESSION).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        seen.json()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn every_button_of_the_checkout_page_leads_where_it_says() {
    let back = |id: &str| format!("https://shop.example/thanks?s={id}");
    let stay = |id: &str| format!("/pay/{id}");
    for choice in [
        "pay",
        "pay_lost",
        "pay_webhook_delayed",
        "pay_stripe_away",
        "pay_five_times",
        "pay_reversed",
        "pay_two_event_ids",
        "pay_delayed",
    ] {
        let browser = Browser::new();
        let id = browser.open_session().await;
        let seen = browser
            .submit(&stay(&id), &format!("choice={choice}"))
            .await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{choice}");
        assert_eq!(seen.location(), back(&id), "{choice}");
    }
    for (choice, suffix) in [
        ("decline", "?problem=declined"),
        ("expire", ""),
        ("pay_before_redirect", ""),
    ] {
        let browser = Browser::new();
        let id = browser.open_session().await;
        let seen = browser
            .submit(&stay(&id), &format!("choice={choice}"))
            .await;
        assert_eq!(seen.location(), stay(&id) + suffix, "{choice}");
        assert_eq!(browser.get(seen.location()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_checkout_page_escapes_what_the_shop_sent_and_offers_the_way_back() {
    let browser = Browser::new();
    let id = browser.open_session().await;
    let seen = browser.get(&format!("/pay/{id}")).await;
    assert!(!seen.body.contains("<script>"), "{}", seen.body);
    assert!(seen.body.contains("https://shop.example/cart"));
    assert!(seen.body.contains("19.99 EUR"));
    assert!(seen.body.contains("stands in for Stripe Checkout"));
    assert!(seen.body.contains("SEPA Direct Debit"));
    assert!(
        seen.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
}

#[tokio::test]
async fn a_second_click_on_pay_does_not_pay_again() {
    let browser = Browser::new();
    let id = browser.open_session().await;
    let path = format!("/pay/{id}");
    browser.submit(&path, "choice=pay").await;
    assert_eq!(
        browser.submit(&path, "choice=pay").await.location(),
        path.clone() + "?problem=closed"
    );
    assert_eq!(
        browser
            .get("/control/book")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn every_page_answers_empty_and_full() {
    let browser = Browser::new();
    for round in ["empty", "full"] {
        for path in [
            "/",
            "/dashboard",
            "/mail",
            "/mail.json",
            "/production",
            "/style.css",
        ] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::OK,
                "{path} {round}"
            );
        }
        let id = browser.open_session().await;
        browser.submit(&format!("/pay/{id}"), "choice=pay").await;
        let intent = browser.get("/control/book").await.json()[0]["payment_intent"].clone();
        let refund = json!({ "action": "refund", "id": intent, "amount": 500 });
        assert_eq!(
            browser.control("/control/act", refund).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn a_mail_is_shown_in_a_frame_that_may_run_nothing() {
    let browser = Browser::new();
    let mail = json!({
        "from": "a@shop.example", "to": "b@shop.example", "subject": "<b>", "text": "t",
        "html": "<script>alert(1)</script>",
    });
    let request = Request::post("/resend/emails")
        .header("authorization", "Bearer re_sandbox")
        .body(Body::from(mail.to_string()))
        .unwrap();
    let id = browser.ask(request).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = browser.get(&format!("/mail/{id}")).await;
    assert!(page.body.contains("<iframe sandbox=") && !page.body.contains("<script>"));
    let html = browser.get(&format!("/mail/{id}/html")).await;
    let policy = html.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox "));
    assert!(!policy.contains("allow-scripts"));
    assert_eq!(
        browser.get("/mail/none").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(browser.get("/mail.json").await.json()[0]["subject"], "<b>");
}

#[tokio::test]
async fn the_control_interface_acts_and_refuses_what_cannot_be() {
    let browser = Browser::new();
    let id = browser.open_session().await;
    let act = |action: &str| json!({ "action": action, "id": id });
    let done = browser.control("/control/act", act("pay")).await;
    assert_eq!(done.json()["events"].as_array().unwrap().len(), 4);
    let refused = browser.control("/control/act", act("pay")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["error"], "the session is complete");
    let unknown = browser.control("/control/act", act("dance")).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_control_interface_breaks_heals_and_moves_the_clock() {
    let browser = Browser::new();
    let id = browser.open_session().await;
    let fault = json!({ "target": "stripe", "fault": "unavailable", "times": 5 });
    assert_eq!(
        browser.control("/control/faults", fault).await.status,
        StatusCode::OK
    );
    let events = "/stripe/v1/events";
    assert_eq!(
        browser.get(events).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    browser
        .ask(
            Request::delete("/control/faults")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(browser.get(events).await.status, StatusCode::UNAUTHORIZED);
    let bad = json!({ "target": "stripe", "fault": "fire" });
    assert_eq!(
        browser.control("/control/faults", bad).await.status,
        StatusCode::BAD_REQUEST
    );

    browser
        .control("/control/clock", json!({ "advance_seconds": 86_400 }))
        .await;
    let sessions = browser.get("/control/sessions").await.json();
    assert_eq!(
        (&sessions[0]["id"], &sessions[0]["status"]),
        (&json!(id), &json!("expired"))
    );

    browser
        .control("/control/webhooks", json!({ "mode": "lost" }))
        .await;
    browser
        .control("/control/events", json!({ "type": "x.y", "object": {} }))
        .await;
    let deliveries = browser.get("/control/deliveries").await.json();
    assert_eq!(
        deliveries.as_array().unwrap().last().unwrap()["state"],
        "lost"
    );

    browser.control("/control/reset", json!({})).await;
    assert_eq!(browser.get("/control/sessions").await.json(), json!([]));
}

#[tokio::test]
async fn a_taken_port_is_told_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let settings = args::parse([format!("--port={port}")]).unwrap().unwrap();
    let problem = serve(settings).await.unwrap_err();
    assert_eq!(
        problem,
        format!("port {port} is taken by another program; stop that one, or choose with --port")
    );
}

/// A place for a state file that no other test uses, empty.
fn state_file(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("edgetill-sandbox-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("sandbox.json");
    let _ = std::fs::remove_file(&file);
    file
}

fn remembering(file: &Path) -> Browser {
    Browser::with(&[format!("--state={}", file.display())])
}

#[tokio::test]
async fn a_second_run_goes_on_where_the_first_has_stopped() {
    let file = state_file("second-run");
    let first = remembering(&file);
    let session = first.open_session().await;
    let ahead = json!({ "advance_seconds": 600 });
    let clock = first.control("/control/clock", ahead).await.json();
    state::save(&first.app).unwrap();

    let second = remembering(&file);
    assert_eq!(
        second.get("/control/sessions").await.json()[0]["id"],
        session
    );
    assert!(second.get("/control").await.json()["now"].as_i64() >= clock["now"].as_i64());
    let paid = second
        .submit(&format!("/pay/{session}"), "choice=pay")
        .await;
    assert_eq!(
        paid.location(),
        format!("https://shop.example/thanks?s={session}")
    );
    assert!(!file.with_file_name("sandbox.json.new").exists());
}

#[tokio::test]
async fn every_change_is_written_without_being_asked_for() {
    let file = state_file("every-change");
    let first = remembering(&file);
    let kept = first.app.clone();
    tokio::spawn(async move { state::keep(&kept).await });
    let session = first.open_session().await;
    let written = async {
        while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains(&session)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), written)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_told_and_begun_anew() {
    let file = state_file("unreadable");
    let first = remembering(&file);
    first.open_session().await;
    state::save(&first.app).unwrap();
    let good = std::fs::read_to_string(&file).unwrap();
    let stamp = |version: u32| format!("\"version\":{version}");
    let next_version = state::VERSION + 1;
    let newer = good.replacen(&stamp(state::VERSION), &stamp(next_version), 1);
    assert_ne!(newer, good);
    for (text, why) in [
        ("", "EOF"),
        (&good[..good.len() / 2], "EOF"),
        (&format!("{{{}}}", stamp(state::VERSION)), "missing field"),
        (&newer, &format!("version {next_version}")),
    ] {
        std::fs::write(&file, text).unwrap();
        let problem = state::load(&file).err().unwrap();
        assert!(problem.contains(why), "{problem}");
        let next = remembering(&file);
        assert_eq!(next.get("/control/sessions").await.json(), json!([]));
        next.open_session().await;
        state::save(&next.app).unwrap();
        assert!(state::load(&file).unwrap().is_some());
    }
}
