//! The order's page: it shows what is about to be paid, leads to the provider, and never claims what
//! is not known.

use common::{Buyer, Shop, cookie_pair, input_value, order_body, text};
use edgetill::http::Reply;
use sandbox::{Fault, Target};
use serde_json::Value as Json;
use shared::http::Method;
use shared::id::PaymentId;

fn page_of(shop: &Shop, buyer: &Buyer, cookie: &str, query: &str) -> String {
    let path = format!("/orders/{}{query}", buyer.number);
    let reply = shop.send(Method::Get, &path, &[("cookie", cookie)], b"");
    assert_eq!(reply.status, 200, "{}", text(&reply));
    text(&reply)
}

/// An id as people are shown it.
fn grouped(id: &Json) -> String {
    let id = PaymentId::parse(id.as_str().expect("an id"));
    id.expect("of a payment").to_string()
}

/// Presses *Pay by card* on the page as it stands.
fn press_pay(shop: &Shop, buyer: &Buyer, cookie: &str) -> Reply {
    let page = page_of(shop, buyer, cookie, "");
    let key = input_value(&page, "idempotency_key");
    let path = format!("/orders/{}/pay", buyer.number);
    let fields = [("method", "stripe"), ("idempotency_key", key.as_str())];
    shop.submit(&path, Some(cookie), &fields)
}

/// A23: everything that is to be double-checked stands on the page before the buyer leaves it.
#[test]
fn a23_the_page_shows_price_tax_product_period_and_billing_before_paying() {
    let shop = Shop::open();
    let mut body = order_body();
    body["billing"]["company"] = "Analytical Engines Ltd".into();
    body["billing"]["line2"] = "Hinterhaus".into();
    body["billing"]["tax_id"] = "DE123456789".into();
    let buyer = shop.order_of(&body, "order-key-0000000000000001");
    let page = shop.page(&buyer);
    for shown in [
        "Awaiting payment",
        "Site Backup",
        "12 months",
        "1 × 100.00\u{a0}EUR",
        "100.00\u{a0}EUR",
        "VAT (19 %, Germany)",
        "19.00\u{a0}EUR",
        "119.00\u{a0}EUR",
        "Ada Lovelace",
        "Analytical Engines Ltd",
        "Musterstr. 1",
        "Hinterhaus",
        "10115 Berlin",
        "Germany",
        "DE123456789",
        "ada@example.com",
        "Pay by card",
        "Cancel this order",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for absent in [
        "Confirmed",
        "Subscription ID",
        "Paid by",
        "http-equiv=\"refresh\"",
    ] {
        assert!(!page.contains(absent), "{absent}");
    }
}

/// A24: the button leads to the provider, and paying there back to the page that says so.
#[test]
fn a24_the_button_leads_to_the_provider_and_back_to_a_confirmed_order() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let reply = press_pay(&shop, &buyer, &cookie);
    let session = shop.sessions()[0].clone();
    assert_eq!(reply.status, 303);
    assert_eq!(reply.header("location"), Some(session.url.as_str()));
    shop.pay_at_stripe(&session.id);
    let back = shop.come_back(&session.id);
    let order_page = format!("/orders/{}", buyer.number);
    assert_eq!(
        (back.status, back.header("location")),
        (303, Some(order_page.as_str()))
    );
    let page = page_of(&shop, &buyer, &cookie, "");
    let view = shop.view(&buyer);
    let paid_by = view["paid_by"].as_str().expect("who paid");
    let reference = grouped(&view["payment"]["payment_id"]);
    for shown in [
        // A19
        "Confirmed",
        "Subscription ID",
        "Payment reference",
        &reference,
        "Paid by",
        paid_by,
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("Pay by card") && !page.contains("Cancel this order"));
    shop.deliver_webhooks();
    assert_eq!(shop.releases(), 1);
    assert_eq!(shop.mails().len(), 2);
    shop.check();
}

/// A16, A17: back from the provider, but nobody could be asked: the page waits, looks again by
/// itself, and says neither paid nor failed.
#[test]
fn a16_the_page_never_says_paid_before_the_provider_did() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.fail_next(Target::Stripe, Fault::NotReached, 100);
    assert_eq!(shop.come_back(&session).status, 303);
    let page = page_of(&shop, &buyer, &cookie, "");
    assert!(page.contains("Confirming your payment"), "{page}");
    assert!(
        page.contains("http-equiv=\"refresh\" content=\"5\""),
        "{page}"
    );
    assert!(
        page.contains("Payment reference") && page.contains("Paid by"),
        "A19"
    );
    for absent in [
        "Confirmed",
        "Subscription ID",
        "not completed",
        "Pay by card",
        "Cancel this",
    ] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    let calm = page_of(&shop, &buyer, &cookie, "?refresh=off");
    assert!(!calm.contains("http-equiv=\"refresh\""));
    assert!(calm.contains("keep updating"));
    shop.mend();
    shop.deliver_webhooks();
    assert!(page_of(&shop, &buyer, &cookie, "").contains("Confirmed"));
    shop.check();
}

/// A18, A19, S50: what the buyer needs for support stands on the page from the 30th minute on.
#[test]
fn a19_the_unconfirmed_page_names_order_payment_and_support() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.fail_next(Target::Stripe, Fault::NotReached, 1_000);
    shop.come_back(&session);
    shop.world.advance(29 * 60 + 59);
    let page = page_of(&shop, &buyer, &cookie, "");
    assert!(page.contains("Confirming your payment"), "29:59 {page}");
    shop.world.advance(1);
    let page = page_of(&shop, &buyer, &cookie, "");
    let payment = shop.view(&buyer)["payment"]["payment_id"].clone();
    let payment = shared::id::PaymentId::parse(payment.as_str().expect("an id")).expect("an id");
    for shown in [
        "We could not confirm your payment yet",
        "Order number",
        "Payment reference",
        &payment.to_string(),
        "Paid by",
        "help@lumen.example",
        "Please do not pay again",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert_eq!(
        shop.view(&buyer)["actions"],
        serde_json::json!(["contact_support"])
    );
    shop.mend();
    shop.deliver_webhooks();
    assert!(page_of(&shop, &buyer, &cookie, "").contains("Confirmed"));
    shop.check();
}

/// A25: pressing twice, coming back and pressing again lead to one session; once it has closed the
/// button begins another, however often it was pressed before.
#[test]
fn a25_the_button_works_again_after_every_page_that_was_left() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    for round in 1..=3_usize {
        for press in 0..3 {
            let reply = press_pay(&shop, &buyer, &cookie);
            let session = shop.sessions().last().expect("a session").clone();
            assert_eq!(
                reply.header("location"),
                Some(session.url.as_str()),
                "{round} {press}"
            );
            assert_eq!(shop.sessions().len(), round, "{round} {press}");
        }
        let open = shop.sessions()[round - 1].id.clone();
        shop.world
            .sandbox(|sandbox, now| sandbox.stripe.expire(now, &open))
            .expect("it is open");
        shop.deliver_webhooks();
    }
    assert_eq!(shop.count("payments"), 3);
    shop.check();
}

/// A05: a form of a page that was left open, pressed after its payment was closed, charges nobody:
/// it leads to the page as it is now.
#[test]
fn a05_a_stale_button_leads_to_the_page_as_it_is_now() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let old_key = input_value(&page_of(&shop, &buyer, &cookie, ""), "idempotency_key");
    press_pay(&shop, &buyer, &cookie);
    let session = shop.sessions()[0].id.clone();
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.expire(now, &session))
        .expect("it is open");
    shop.deliver_webhooks();
    let path = format!("/orders/{}/pay", buyer.number);
    let fields = [("method", "stripe"), ("idempotency_key", old_key.as_str())];
    let reply = shop.submit(&path, Some(&cookie), &fields);
    assert_eq!(
        reply.header("location"),
        Some(format!("/orders/{}", buyer.number).as_str())
    );
    assert_eq!(shop.sessions().len(), 1);
    shop.check();
}

#[test]
fn cancelling_on_the_page_asks_first() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    let path = format!("/orders/{}/cancel", buyer.number);
    let question = shop.send(Method::Get, &path, &[("cookie", &cookie)], b"");
    assert_eq!(question.status, 200);
    assert!(text(&question).contains("Cancel this order?"));
    assert!(text(&question).contains("119.00\u{a0}EUR"));
    assert_eq!(
        shop.status(&buyer),
        "awaiting_payment",
        "looking cancels nothing"
    );
    let reply = shop.submit(&path, Some(&cookie), &[]);
    assert_eq!(reply.status, 303);
    assert_eq!(
        reply.header("location"),
        Some(format!("/orders/{}", buyer.number).as_str())
    );
    let page = page_of(&shop, &buyer, &cookie, "");
    assert!(
        page.contains("Cancelled") && !page.contains("Pay by card"),
        "{page}"
    );
    shop.check();
}

/// Whoever opens the address of a button by hand, or by going back, gets to the page it is on.
#[test]
fn an_address_that_only_takes_a_form_leads_to_the_page_of_the_form() {
    let shop = Shop::open();
    let buyer = shop.order();
    let page = format!("/orders/{}", buyer.number);
    for method in [Method::Get, Method::Head] {
        let reply = shop.send(method, &format!("{page}/pay"), &[], b"");
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(page.as_str()))
        );
    }
    assert_eq!(shop.count("payments"), 0);
}

/// A refusal on the page keeps the way back to the order.
#[test]
fn a_refusal_on_the_page_is_a_page_that_leads_back() {
    let shop = Shop::open();
    let buyer = shop.order();
    let cookie = shop.cookie(&buyer);
    shop.fail_next(Target::Stripe, Fault::NotReached, 1);
    let reply = press_pay(&shop, &buyer, &cookie);
    assert_eq!(reply.status, 503);
    let page = text(&reply);
    assert!(
        page.contains("The payment provider does not answer"),
        "{page}"
    );
    assert!(
        page.contains(&format!("href=\"/orders/{}\"", buyer.number)),
        "{page}"
    );
    assert_eq!(press_pay(&shop, &buyer, &cookie).status, 303);
    shop.check();
}

/// Every link on the shop's page leads to a checkout with its price, and from there to an order.
#[test]
fn every_price_on_the_shops_page_can_be_ordered() {
    let shop = Shop::open();
    let mut links = 0;
    for currency in ["USD", "EUR", "JPY"] {
        let list = text(&shop.get(&format!("/?currency={currency}&country=DE")));
        for link in list.split("href=\"/checkout").skip(1) {
            let query = link
                .split('"')
                .next()
                .expect("it ends")
                .replace("&#38;", "&");
            let checkout = shop.get(&format!("/checkout{query}"));
            assert_eq!(checkout.status, 200, "{query}");
            let page = text(&checkout);
            assert_eq!(input_value(&page, "currency"), currency, "{query}");
            let chosen = "<option value=\"DE\" selected>Germany</option>";
            assert!(page.contains(chosen), "{query}");
            let total: i64 = input_value(&page, "expected_total")
                .parse()
                .expect("a number");
            let hidden = ["product", "period_months", "currency", "idempotency_key"];
            let hidden: Vec<_> = hidden
                .iter()
                .map(|name| (*name, input_value(&page, name)))
                .collect();
            let email = format!("ada{links}@example.com");
            let mut fields: Vec<(&str, &str)> = vec![
                ("quantity", "1"),
                ("customer_name", "Ada"),
                ("customer_email", &email),
                ("billing_name", "Ada"),
                ("billing_line1", "Street 1"),
                ("billing_city", "Berlin"),
                ("billing_postal_code", "10115"),
                ("billing_country", "DE"),
            ];
            fields.extend(hidden.iter().map(|(name, value)| (*name, value.as_str())));
            let expected = total.to_string();
            fields.push(("expected_total", &expected));
            let reply = shop.submit("/checkout", None, &fields);
            assert_eq!(reply.status, 303, "{query} {}", text(&reply));
            assert!(cookie_pair(&reply).starts_with("__Host-order-"));
            links += 1;
        }
    }
    assert_eq!(links, shop.count("prices"));
    assert_eq!(shop.count("orders"), links);
    shop.check();
}

#[test]
fn a_link_with_an_unknown_product_leads_nowhere_in_particular() {
    let shop = Shop::open();
    for query in [
        "",
        "?product=nothing&period_months=12&currency=EUR",
        "?product=site-backup&period_months=13&currency=EUR",
        "?product=site-backup&period_months=12&currency=GBP",
        "?product=site-backup&period_months=twelve&currency=EUR",
        "?product=%3Cscript%3E&period_months=12&currency=EUR",
    ] {
        let reply = shop.get(&format!("/checkout{query}"));
        assert_eq!(reply.status, 404, "{query}");
        let page = text(&reply);
        assert!(page.contains("it is not sold here") && page.contains("href=\"/\""));
        assert!(!page.contains("<script"), "{query}");
    }
}
