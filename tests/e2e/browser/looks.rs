//! Every page in every state: on a phone and on a desk, in light and in dark. Each is audited by
//! axe, fits the narrowest window, breaks no policy, and leaves a picture to look at.

use common::harness::{Instance, LiveOrder, alone, order_body, shared};
use serde_json::json;

use crate::axe::assert_accessible;
use crate::person::Person;

const HOUR_S: i64 = 3_600;

/// Looks at the page that is open.
#[track_caller]
pub(crate) fn look_at(ada: &Person<'_>, name: &str) {
    for (width, height) in [(375, 800), (1280, 900)] {
        ada.browser.resize(width, height);
        for scheme in ["light", "dark"] {
            ada.browser.prefer(scheme);
            let shown = format!("{name}-{width}-{scheme}");
            ada.browser.picture(&shown);
            assert_accessible(&ada.browser, &shown);
        }
        assert_fits(ada, &format!("{name} at {width}"));
    }
    // WCAG 1.4.10: no scrolling in two directions down to here.
    ada.browser.resize(320, 640);
    assert_fits(ada, &format!("{name} at 320"));
    ada.hears_no_complaints();
}

#[track_caller]
pub(crate) fn assert_fits(ada: &Person<'_>, shown: &str) {
    let beyond = ada.browser.run(
        "
        const { scrollWidth, clientWidth } = document.scrollingElement;
        return scrollWidth - clientWidth",
    );
    assert_eq!(beyond, 0, "{shown} scrolls sideways");
    let narrow = ada.browser.run(
        "
        const controls = [...document.querySelectorAll('.button, .plain')];
        return controls.filter((one) => one.scrollWidth > one.clientWidth).length",
    );
    assert_eq!(
        narrow, 0,
        "{shown} has a control that is narrower than its words"
    );
}

#[track_caller]
fn look_at_order(ada: &Person<'_>, name: &str, order: &LiveOrder<'_>, status: &str) {
    ada.open(order);
    ada.visit(&format!("/orders/{}?refresh=off", order.number));
    ada.sees(status);
    look_at(ada, name);
}

#[test]
fn the_shop_and_the_checkout() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.visit("/?currency=EUR&country=DE");
    look_at(&ada, "shop");
    ada.browser.resize(1280, 900);
    ada.browser.click("Order Studio, 24 months");
    ada.reads("Your order");
    look_at(&ada, "checkout");
    ada.browser
        .one("#billing_country")
        .choose("Choose a country");
    ada.browser.one("#quantity").retype("0");
    ada.browser
        .one("#billing_company")
        .retype(&"Donaudampfschifffahrtsgesellschaft ".repeat(6));
    ada.browser.click("Place order");
    ada.reads("Please check what you entered");
    look_at(&ada, "checkout-with-errors");
    ada.fill_in_details();
    ada.browser.one("#quantity").retype("2");
    ada.browser.one("#billing_country").choose("Austria");
    ada.browser.click("Place order");
    ada.reads("Nothing was ordered");
    look_at(&ada, "checkout-total-changed");
}

#[test]
fn the_order_before_and_after_its_payment() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = shop.visitor().order();
    look_at_order(&ada, "order-awaiting-payment", &order, "Awaiting payment");
    ada.visit(&format!("/orders/{}/cancel", order.number));
    look_at(&ada, "cancel");
    let session = order.pay();
    session.choose("pay");
    look_at_order(&ada, "order-confirmed", &order, "Confirmed");

    let delayed = shop.visitor().order();
    let session = delayed.pay();
    session.choose("pay_delayed");
    look_at_order(
        &ada,
        "order-processing",
        &delayed,
        "Confirming your payment",
    );
    session.choose("delayed_fails");
    delayed.wait_for_status("not_paid");
    look_at_order(&ada, "order-not-paid", &delayed, "Not paid");
}

#[test]
fn the_order_when_it_ends_and_when_nobody_knows() {
    let shop = alone();
    let ada = Person::at(&shop);
    let cancelled = shop.visitor().order();
    let _ = cancelled.cancel().expect(200);
    let expired = shop.visitor().order();
    shop.database.age(&expired.number, 73 * HOUR_S);
    shop.tick();
    let unknown = confirming(&shop);
    let unconfirmed = confirming(&shop);
    shop.database.age(&unconfirmed.number, HOUR_S);
    shop.tick();

    look_at_order(&ada, "order-cancelled", &cancelled, "Cancelled");
    look_at_order(&ada, "order-expired", &expired, "Expired");
    look_at_order(
        &ada,
        "order-confirming",
        &unknown,
        "Confirming your payment",
    );
    let status = "We could not confirm your payment yet";
    look_at_order(&ada, "order-unconfirmed", &unconfirmed, status);
    ada.reads("Please write to support");
}

/// The sandbox is no part of the shop, and people look at it all the same.
#[test]
fn the_pages_of_the_sandbox() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay");
    order.wait_for_status("confirmed");
    let checkout = format!("/pay/{}", session.id);
    for path in [
        "/",
        "/dashboard",
        "/dashboard/paypal",
        "/access",
        "/mail",
        "/production",
        &checkout,
    ] {
        ada.browser.go(&format!("{}{path}", shop.sandbox.url));
        assert_accessible(&ada.browser, path);
    }
}

/// An order whose payment the provider does not want to talk about.
fn confirming(shop: &Instance) -> LiveOrder<'_> {
    let order = shop.visitor().order();
    order.pay_into_silence();
    order
}

#[test]
fn long_words_many_lines_and_what_went_wrong() {
    let shop = shared();
    let ada = Person::at(&shop);
    let visitor = shop.visitor();
    let mut body = order_body(&visitor.email());
    let item = |product: &str, months: u32, quantity: u32| json!({ "product": product, "period_months": months, "quantity": quantity });
    body["items"] = json!([
        item("site-backup", 1, 999),
        item("site-backup", 24, 1),
        item("uptime-watch", 1, 2),
        item("uptime-watch", 12, 3),
        item("studio", 1, 4),
        item("studio", 24, 999),
    ]);
    let long =
        |words: &str, length: usize| words.repeat(20).chars().take(length).collect::<String>();
    body["customer"]["name"] = json!(long("Wolfeschlegelsteinhausenbergerdorff", 100));
    body["billing"]["company"] = json!(long("شركة الحلول الرقمية ", 100));
    body["billing"]["line1"] = json!(long("Unter-den-sehr-langen-Linden", 100));
    let order = visitor.order_of(&body);
    look_at_order(&ada, "order-long", &order, "Awaiting payment");

    ada.visit("/nothing/here");
    look_at(&ada, "not-found");
    ada.visit(&format!("/orders/{}/pay", order.number));
    look_at(&ada, "problem");
}
