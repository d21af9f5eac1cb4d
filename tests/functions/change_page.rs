//! *Change this order*: the checkout's form, filled as the order was, that replaces it.

use common::{
    Buyer, Shop, body_with_coupon, cookie_pair, input_value, json_of, order_body, percent_off,
    text, unescaped,
};
use edgetill::http::Reply;
use serde_json::json;
use shared::http::Method;
use shared::proof::samples::png;

/// The fields of the form that carry something.
const FIELDS: [&str; 13] = [
    "idempotency_key",
    "product",
    "period_months",
    "currency",
    "expected_total",
    "quantity",
    "customer_name",
    "customer_email",
    "billing_name",
    "billing_line1",
    "billing_city",
    "billing_postal_code",
    "coupon",
];

fn open(shop: &Shop, path: &str, cookie: &str) -> Reply {
    shop.send(Method::Get, path, &[("cookie", cookie)], b"")
}

fn form(shop: &Shop, buyer: &Buyer, cookie: &str, query: &str) -> String {
    let reply = open(
        shop,
        &format!("/orders/{}/change{query}", buyer.number),
        cookie,
    );
    assert_eq!(reply.status, 200, "{}", text(&reply));
    text(&reply)
}

/// Sends the form of a page as it stands, but for some fields.
fn send(shop: &Shop, buyer: &Buyer, cookie: &str, page: &str, with: &[(&str, &str)]) -> Reply {
    let mut fields: Vec<(&str, String)> = FIELDS
        .iter()
        .map(|name| (*name, input_value(page, name)))
        .collect();
    fields.push(("billing_country", "DE".to_owned()));
    for (name, value) in with {
        fields.retain(|(known, _)| known != name);
        fields.push((name, (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    shop.submit(
        &format!("/orders/{}/change", buyer.number),
        Some(cookie),
        &fields,
    )
}

/// A08, A09: from the order's page to the form, another product chosen in the shop, and to the new order.
#[test]
fn a08_a09_a_buyer_changes_the_product_of_an_order_on_its_page() {
    let shop = Shop::open();
    let mut body = order_body();
    body["items"][0]["quantity"] = json!(3);
    let old = shop.order_of(&body, "order-key-0000000000000001");
    let cookie = shop.cookie(&old);
    let change = format!("/orders/{}/change", old.number);
    assert!(
        shop.page(&old)
            .contains(&format!("href=\"{change}\">Change this order"))
    );

    let page = form(&shop, &old, &cookie, "");
    for (name, value) in [
        ("product", "site-backup"),
        ("period_months", "12"),
        ("currency", "EUR"),
        ("quantity", "3"),
        ("customer_name", "Ada Lovelace"),
        ("customer_email", "ada@example.com"),
        ("billing_line1", "Musterstr. 1"),
        ("billing_city", "Berlin"),
        ("billing_postal_code", "10115"),
        ("expected_total", "35700"),
    ] {
        assert_eq!(input_value(&page, name), value, "{name}");
    }
    assert!(page.contains("<option value=\"DE\" selected>"), "{page}");
    assert!(page.contains("Replace the order"), "{page}");
    let products = format!("/?change={}&currency=EUR&country=DE", old.number);
    assert!(unescaped(&page).contains(&products), "{page}");

    let shown = text(&shop.get(&products));
    let chosen = format!("{change}?product=uptime-watch&period_months=12&currency=EUR&country=DE");
    assert!(unescaped(&shown).contains(&chosen), "{shown}");
    assert!(
        shown.contains(&format!("name=\"change\" value=\"{}\"", old.number)),
        "{shown}"
    );

    let page = form(
        &shop,
        &old,
        &cookie,
        "?product=uptime-watch&period_months=12&currency=EUR&country=DE",
    );
    assert_eq!(input_value(&page, "product"), "uptime-watch");
    assert_eq!(
        input_value(&page, "customer_name"),
        "Ada Lovelace",
        "the rest stays"
    );
    let changed = [
        ("quantity", "1"),
        ("expected_total", "5354"),
        ("step", "order"),
    ];
    let reply = send(&shop, &old, &cookie, &page, &changed);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let place = reply.header("location").expect("a place").to_owned();
    let new_page = open(&shop, &place, &cookie_pair(&reply));
    let shown = text(&new_page);
    assert!(
        shown.contains("Uptime Watch") && shown.contains("in place of order"),
        "{shown}"
    );
    assert!(shop.page(&old).contains(&place), "the old page leads to it");
    // The button pressed twice leads to the same order.
    let again = send(&shop, &old, &cookie, &page, &changed);
    assert_eq!(again.header("location"), Some(place.as_str()));
    assert_eq!(shop.count("orders"), 2);
    shop.check();
}

#[test]
fn what_is_wrong_with_the_form_stands_beside_its_fields_and_nothing_is_replaced() {
    let shop = Shop::open();
    let old = shop.order();
    let cookie = shop.cookie(&old);
    let page = form(&shop, &old, &cookie, "");
    for (with, status, shown) in [
        (
            ("customer_email", "nobody"),
            422,
            "Please enter an e-mail address",
        ),
        (("quantity", "0"), 422, "Replace the order"),
        (("expected_total", "1"), 409, "Nothing was ordered"),
        (("step", "quote"), 200, "Replace the order"),
    ] {
        let reply = send(&shop, &old, &cookie, &page, &[with]);
        assert_eq!(reply.status, status, "{}", text(&reply));
        assert!(text(&reply).contains(shown), "{shown}: {}", text(&reply));
        assert!(text(&reply).contains(&format!("action=\"/orders/{}/change\"", old.number)));
    }
    assert_eq!(shop.count("orders"), 1);
    assert_eq!(shop.status(&old), "awaiting_payment");
    shop.check();
}

/// A10: while a proof is reviewed, the form says so, and sending it means it.
#[test]
fn a10_the_form_of_an_order_under_review_says_so() {
    let shop = Shop::with_bank();
    let old = shop.transferring();
    shop.hand_in(&old, &png());
    let cookie = shop.cookie(&old);
    let page = form(&shop, &old, &cookie, "");
    assert!(
        page.contains("Our staff are looking at your proof"),
        "{page}"
    );
    assert!(page.contains("Replace despite the review"), "{page}");
    let refused = send(&shop, &old, &cookie, &page, &[("step", "order")]);
    assert_eq!(refused.status, 409, "not meant: {}", text(&refused));
    let reply = send(
        &shop,
        &old,
        &cookie,
        &page,
        &[("step", "order"), ("despite_review", "yes")],
    );
    assert_eq!(reply.status, 303, "{}", text(&reply));
    assert_eq!(shop.status(&old), "superseded");
    shop.check();
}

/// S80: the coupon that the order holds stands in the form, though it is its last use.
#[test]
fn s80_the_coupon_of_the_order_stands_in_the_form() {
    let shop = Shop::open();
    let code = shop.coupon(&percent_off("20"), 1, Some(1));
    let body = body_with_coupon(&code);
    let old = shop.redeem(&body, "coupon-order-key-00000001");
    let cookie = shop.cookie(&old);
    let page = form(&shop, &old, &cookie, "");
    assert_eq!(input_value(&page, "expected_total"), "9520");
    let reply = send(&shop, &old, &cookie, &page, &[("step", "order")]);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    assert_eq!(shop.value("SELECT uses FROM coupons"), 1);
    shop.check();
}

/// S72: the pages are for whoever holds the order; one that is over, or of several lines, is not changed here.
#[test]
fn s72_only_the_holder_of_an_open_order_sees_the_form() {
    let shop = Shop::open();
    let old = shop.order();
    let other = shop.order_of(&order_body(), "order-key-of-somebody-else");
    let path = format!("/orders/{}/change", old.number);
    assert_eq!(shop.get(&path).status, 404);
    assert_eq!(open(&shop, &path, &shop.cookie(&other)).status, 404);
    let fields = [
        ("step", "order"),
        ("idempotency_key", "guessing-at-other-orders"),
    ];
    assert_eq!(shop.submit(&path, None, &fields).status, 404);
    let cookie = shop.cookie(&old);
    assert_eq!(shop.cancel(&old).status, 200);
    assert_eq!(open(&shop, &path, &cookie).status, 409);

    let mut body = order_body();
    body["items"] = json!([
        { "product": "site-backup", "period_months": 12, "quantity": 1 },
        { "product": "uptime-watch", "period_months": 12, "quantity": 1 },
    ]);
    let several = shop.order_of(&body, "order-key-of-several-lines");
    assert!(
        !shop.page(&several).contains("Change this order"),
        "the form has one line"
    );
    let reply = shop.try_replace(&several, &order_body(), "replacement-key-0000000001");
    assert_eq!(
        json_of(&reply)["order_number"].as_str().map(str::len),
        Some(14)
    );
    shop.check();
}

/// An order of several lines is more than the form holds: it stays as it is.
#[test]
fn an_order_of_several_lines_is_not_cut_down_to_one() {
    let shop = Shop::open();
    let one = shop.order();
    let cookie = shop.cookie(&one);
    let page = form(&shop, &one, &cookie, "");
    let mut body = order_body();
    body["items"] = json!([
        { "product": "site-backup", "period_months": 12, "quantity": 1 },
        { "product": "uptime-watch", "period_months": 12, "quantity": 2 },
    ]);
    let two = shop.order_of(&body, "order-key-0000000000000002");
    let cookie = shop.cookie(&two);
    let its_page = format!("/orders/{}", two.number);
    assert!(!shop.page(&two).contains("Change this order"));
    let opened = open(&shop, &format!("{its_page}/change"), &cookie);
    let sent = send(&shop, &two, &cookie, &page, &[]);
    for reply in [opened, sent] {
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(&*its_page))
        );
    }
    assert_eq!(shop.status(&two), "awaiting_payment");
    shop.check();
}

/// A total that is no amount is not the one that was shown.
#[test]
fn a_shown_total_that_is_no_amount_is_shown_again() {
    let shop = Shop::open();
    let old = shop.order();
    let cookie = shop.cookie(&old);
    let page = form(&shop, &old, &cookie, "");
    for total in ["abc", "<b>", "119.00"] {
        let sent = send(&shop, &old, &cookie, &page, &[("expected_total", total)]);
        assert_eq!(sent.status, 409, "{total}");
    }
    assert_eq!(shop.status(&old), "awaiting_payment");
    shop.check();
}
