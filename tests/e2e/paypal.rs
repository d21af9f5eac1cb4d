//! A sale by PayPal over the shipped Worker, and what stands between the buyer and it.

use common::harness::{Answer, Body, LiveOrder, alone, shared, wait_for};
use serde_json::Value as Json;

/// Begins a payment by PayPal; PayPal's order.
fn begin(order: &LiveOrder<'_>) -> Json {
    let begun = order.try_pay_by("paypal", &order.visitor.key("paypal"));
    let url = begun.expect(201).json()["payment"]["redirect_url"].clone();
    let url = url.as_str().expect("an address").to_owned();
    let sandbox = &order.visitor.shop.sandbox;
    let page = format!("{}/paypal/checkoutnow?token=", sandbox.url);
    let id = url.strip_prefix(&page).unwrap_or_else(|| panic!("{url}"));
    sandbox.paypal_order(id)
}

fn id(order: &Json) -> &str {
    order["id"].as_str().expect("an id")
}

fn come_back(order: &LiveOrder<'_>, at_paypal: &Json) -> Answer {
    let url = at_paypal["return_url"].as_str().expect("an address");
    let path = url
        .strip_prefix(&order.visitor.shop.shop_url)
        .expect("our own address");
    order.follow(path)
}

#[test]
fn a15_a_sale_by_paypal_is_captured_when_the_buyer_comes_back() {
    let shop = shared();
    let order = shop.visitor().order();
    assert_eq!(order.view()["methods"][1], "paypal");
    let at_paypal = begin(&order);
    assert_eq!(at_paypal["custom_id"], order.number.as_str());
    assert_eq!(at_paypal["amount"], 11_900);
    shop.sandbox.act_at_paypal("approve", id(&at_paypal));
    let answer = come_back(&order, &at_paypal);
    assert_eq!(answer.must("location"), format!("/orders/{}", order.number));
    order.wait_for_status("confirmed");
    let paid_by = order.view()["paid_by"].as_str().unwrap().to_owned();
    assert!(
        paid_by.starts_with("PayPal: ") && paid_by.contains("•••@"),
        "{paid_by}"
    );
    assert_eq!(shop.sandbox.taken_by_paypal(id(&at_paypal)), 11_900);
    wait_for("the release", || (order.releases() == 1).then_some(()));
    order.assert_confirmed_once();
}

/// A13, A14: the pages, as a browser without scripts sends them.
#[test]
fn a13_a14_the_button_leads_over_the_last_look_to_paypals_page() {
    let shop = shared();
    let order = shop.visitor().order();
    let page = order.page().text();
    let review = format!("/orders/{}/review?method=paypal", order.number);
    assert!(page.contains(&review), "{page}");
    let cookie = order.cookie();
    let look = order
        .visitor
        .send("GET", &review, &[("cookie", &cookie)], Body::None)
        .expect(200);
    let text = look.text();
    for words in [
        "Price without tax",
        "100.00",
        "VAT (19 %, Germany)",
        "19.00",
        "Total to pay",
        "119.00",
        "Ada Lovelace",
        "Site Backup",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let policy = look.must("content-security-policy");
    assert!(
        policy.contains(&format!("form-action 'self' {}", shop.sandbox.url)),
        "{policy}"
    );
}

/// One that is declined goes back to PayPal's page and chooses another.
#[test]
fn a_declined_means_leads_back_to_paypals_page() {
    let shop = shared();
    let order = shop.visitor().order();
    let at_paypal = begin(&order);
    shop.sandbox
        .act_at_paypal("approve_refused", id(&at_paypal));
    let back = come_back(&order, &at_paypal);
    assert!(back.must("location").contains("/paypal/checkoutnow?token="));
    order.assert_status("awaiting_payment");
    shop.sandbox.act_at_paypal("approve", id(&at_paypal));
    let _ = come_back(&order, &at_paypal);
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
}

/// S57: nobody comes back and no webhook is believed: cron captures.
#[test]
fn s57_cron_captures_what_was_approved() {
    let shop = alone();
    let order = shop.visitor().order();
    let at_paypal = begin(&order);
    shop.sandbox.lose_next_paypal_webhooks();
    shop.sandbox.act_at_paypal("approve", id(&at_paypal));
    shop.database.age(&order.number, 120);
    shop.tick();
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
}

/// PayPal ends our token: the next call gets another, and the buyer notices nothing.
#[test]
fn a_token_that_paypal_ended_is_replaced() {
    let shop = alone();
    let order = shop.visitor().order();
    let at_paypal = begin(&order);
    shop.sandbox.act_at_paypal("approve", id(&at_paypal));
    shop.sandbox.end_paypal_tokens();
    let _ = come_back(&order, &at_paypal);
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
    assert!(
        shop.database
            .number("SELECT count(*) FROM provider_cache WHERE kind = 'paypal_token'")
            == 1
    );
}
