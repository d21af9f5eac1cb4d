//! Pages with lists, and what stands on every page.

use axum::http::StatusCode;
use serde_json::json;

use super::tests::Browser;

/// The part of a page from one heading to the next.
pub(super) fn part<'a>(body: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = body.split_once(&format!("id=\"{from}\"")).unwrap();
    rest.split_once(&format!("id=\"{to}\"")).unwrap().0
}

#[tokio::test]
async fn a_payment_shows_the_number_of_its_order_and_leads_there() {
    let browser = Browser::new();
    let id = browser.open_session().await;
    browser.submit(&format!("/pay/{id}"), "choice=pay").await;
    let seen = browser.get("/dashboard").await;
    let payments = part(&seen.body, "payments", "sessions");
    let link = format!("<a href=\"/pay/{id}\">A&#60;1</a>");
    assert!(payments.contains(&link), "{payments}");
}

#[tokio::test]
async fn the_newest_twenty_of_a_list_are_shown_and_the_older_ones_when_asked_for() {
    let browser = Browser::new();
    let mut ids = Vec::new();
    for _ in 0..22 {
        ids.push(browser.open_session().await);
    }
    let older = "<a href=\"?all=1#sessions\">2 older</a>";
    let shown = |body: &str| -> Vec<String> {
        let links = part(body, "sessions", "events").split("href=\"/pay/");
        let ids = links.skip(1).map(|link| link.split('"').next().unwrap());
        ids.map(str::to_owned).collect()
    };
    ids.reverse();
    let seen = browser.get("/dashboard").await;
    assert_eq!(shown(&seen.body), ids[..20]);
    assert!(seen.body.contains(older));
    let seen = browser.get("/dashboard?all=1").await;
    assert_eq!(shown(&seen.body), ids);
    assert!(!seen.body.contains("older"));
}

#[tokio::test]
async fn one_of_a_thing_is_not_told_in_the_plural() {
    let browser = Browser::new();
    browser.open_session().await;
    let one = browser.get("/").await.body;
    assert!(one.contains("1 session, 0 payments, 0 events;"), "{one}");
    browser.open_session().await;
    let two = browser.get("/").await.body;
    assert!(two.contains("2 sessions, 0 payments"), "{two}");
}

#[tokio::test]
async fn stripe_is_away_once_for_the_buyer_who_returns_and_the_webhook_is_still_to_come() {
    let browser = Browser::new();
    let id = browser.open_session().await;
    let other = browser.open_session().await;
    browser
        .submit(&format!("/pay/{id}"), "choice=pay_stripe_away")
        .await;
    let ask = |id: &str| format!("/stripe/v1/checkout/sessions/{id}");
    // The requests carry no key: what is not away refuses them.
    let there = StatusCode::UNAUTHORIZED;
    assert_eq!(browser.get(&ask(&other)).await.status, there);
    let away = browser.get(&ask(&id)).await.status;
    assert_eq!(away, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.get(&ask(&id)).await.status, there);

    let paid = browser.get("/control/book").await.json();
    assert_eq!(paid[0]["session"], json!(id));
    let deliveries = browser.get("/control/deliveries").await.json();
    let mut waiting = deliveries.as_array().unwrap().iter();
    assert!(waiting.all(|attempt| attempt["state"] == "waiting"));
}
