//! A whole sale by clicking.

use std::collections::BTreeSet;

use common::harness::{shared, wait_for};
use serde_json::json;

use crate::looks::look_at;
use crate::person::Person;
use crate::webdriver::Browser;

#[test]
fn a_person_buys_with_a_card_and_gets_the_mail() {
    let shop = shared();
    let ada = Person::at(&shop);
    buys_with_a_card(&ada);
    ada.hears_no_complaints();
    // The picture in the README.
    ada.browser.resize(800, 600);
    ada.browser.picture("readme-order-page");
}

#[test]
fn a_person_whose_browser_runs_no_scripts_buys_all_the_same() {
    let shop = shared();
    let ada = Person::with(&shop, Browser::without_javascript());
    ada.browser
        .go("data:text/html,<p>before</p><script>document.body.innerText='a script'</script>");
    ada.reads("before");
    buys_with_a_card(&ada);
}

#[test]
fn a_person_on_a_phone_buys_in_yen_and_sees_no_decimals() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.browser.resize(375, 800);
    ada.visit("/");
    ada.browser.one("#currency").choose("JPY");
    ada.browser.one("#country").choose("Japan");
    ada.browser.click("Show prices");
    ada.browser.click("Order Studio, 24 months");
    ada.fill_in_details();
    ada.browser.one("#billing_country").choose("Japan");
    ada.browser.click("Place order");
    ada.sees("Awaiting payment");
    ada.reads("Consumption tax (10 %, Japan)");
    ada.go_and_pay();
    ada.browser.click("Pay 255,200 JPY");
    ada.sees("Confirmed");
    ada.reads("255,200 JPY");
    let words = ada.browser.words();
    let mut amounts = words.lines().filter(|line| line.ends_with("JPY"));
    assert!(amounts.all(|line| !line.contains('.')), "{words}");
    ada.browser.picture("order-confirmed-jpy-375");
}

#[test]
fn a_person_takes_what_is_free_and_pays_nothing() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.visit("/?currency=EUR&country=DE");
    ada.browser.click("Order Trial, one-off");
    ada.fill_in_details();
    ada.browser.click("Place order");
    ada.sees("Confirmed");
    ada.reads("There was nothing to pay");
    assert!(!ada.browser.offers("Pay by card"));
}

/// What is wrong stands beside its field and in a list that leads there; nothing typed is lost.
#[test]
fn a_form_with_mistakes_comes_back_with_everything_typed_and_says_what_to_do() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.visit("/?currency=EUR&country=DE");
    ada.browser.click("Order Uptime Watch, 1 month");
    ada.browser.click("Place order");
    ada.reads("Please check what you entered");
    assert!(
        ada.browser.title().starts_with("Error: Checkout"),
        "{}",
        ada.browser.title()
    );
    let missing = ada.browser.all(".problems li a");
    let mut names = BTreeSet::new();
    assert_eq!(missing.len(), 6, "{}", ada.browser.one(".problems").words());
    for link in &missing {
        let href = link.attribute("href");
        let field = ada.browser.one(&href);
        assert_eq!(field.attribute("aria-invalid"), "true");
        let described = field.attribute("aria-describedby");
        let error = format!("{}-error", href.trim_start_matches('#'));
        assert!(described.split(' ').any(|id| id == error), "{described}");
        let beside = ada.browser.one(&format!("#{error}")).words();
        let listed = link.words();
        let (name, listed) = listed.split_once(": ").expect("the field's name");
        assert_eq!(beside, listed);
        assert!(
            names.insert(name.to_owned()),
            "two fields are called {name}"
        );
    }
    missing[1].click();
    assert_eq!(ada.browser.focused().attribute("id"), "customer_email");
    ada.browser.picture("checkout-empty-submitted");

    let odd = "<b>\"Q&A\"</b> & Söhne";
    ada.fill_in(&[
        ("customer_name", "Ada"),
        ("customer_email", "ada at mail.test"),
        ("billing_company", odd),
        ("billing_line2", "c/o Babbage"),
        ("quantity", "many"),
    ]);
    ada.browser.click("Place order");
    ada.reads("Quantity: ");
    for (field, typed) in [
        ("customer_name", "Ada"),
        ("customer_email", "ada at mail.test"),
        ("billing_company", odd),
        ("billing_line2", "c/o Babbage"),
        ("billing_country", "DE"),
        ("quantity", "many"),
    ] {
        assert_eq!(
            ada.browser.one(&format!("#{field}")).value(),
            typed,
            "{field}"
        );
    }
    assert!(ada.browser.all("#customer_name-error").is_empty());
    assert!(!ada.browser.one("#customer_email-error").words().is_empty());
    assert!(!ada.browser.one("#quantity-error").words().is_empty());
    ada.browser.picture("checkout-errors");

    ada.fill_in_details();
    ada.fill_in(&[("billing_company", odd), ("quantity", "3")]);
    ada.browser.click("Update the total");
    ada.reads("16.03 EUR");
    assert_eq!(ada.browser.one("#billing_company").value(), odd);
    ada.browser.click("Place order");
    ada.sees("Awaiting payment");
    ada.reads(odd);
    ada.reads("16.03 EUR");
}

/// A form that the limiter refused is sent again from the page that says so; nothing is typed anew.
#[test]
fn a_form_that_came_too_soon_is_sent_again_with_everything_that_was_typed() {
    let shop = shared();
    let ada = Person::at(&shop);
    let neighbour = shop.visitor();
    ada.browser.comes_from(&neighbour.address);
    ada.visit("/checkout?product=uptime-watch&period_months=1&currency=EUR&country=DE");
    ada.fill_in_details();
    let odd = "<b>\"Q&A\"</b> & Söhne";
    ada.fill_in(&[("billing_company", odd)]);
    // Somebody behind the same address uses the minute up; it may turn meanwhile.
    let wanted = json!({ "items": [], "currency": "EUR", "country": "DE" });
    let mut quotes = (0..125).map(|_| neighbour.post("/v1/quotes", "none", None, &wanted));
    assert!(quotes.any(|answer| answer.status == 429), "no limit");
    ada.browser.click("Place order");
    ada.reads("What you entered is kept on this page.");
    look_at(&ada, "problem-again");
    ada.browser.comes_from(&shop.visitor().address);
    ada.browser.click("Send it again");
    ada.sees("Awaiting payment");
    ada.reads(odd);
    ada.reads(&ada.email);
    ada.hears_no_complaints();
}

/// Everything from the shop's page to the order opened again on another device.
fn buys_with_a_card(ada: &Person<'_>) {
    ada.visit("/");
    ada.reads("Prices are without tax");
    ada.browser.one("#currency").choose("EUR");
    ada.browser.one("#country").choose("Germany");
    ada.browser.click("Show prices");
    ada.reads("100.00 EUR");
    ada.browser.click("Order Site Backup, 12 months");

    ada.reads("119.00 EUR");
    assert_eq!(ada.browser.one("#billing_country").value(), "DE");
    ada.fill_in_details();
    ada.browser.click("Place order");

    ada.sees("Awaiting payment");
    let number = ada.order_number();
    for words in [
        "Site Backup",
        "12 months",
        "VAT (19 %, Germany)",
        "119.00 EUR",
        "Analytical Engines GmbH",
        "Tax number DE123456789",
    ] {
        ada.reads(words);
    }
    ada.go_and_pay();
    ada.reads(&number);
    ada.browser.click("Pay 119.00 EUR");

    ada.sees("Confirmed");
    assert_eq!(ada.order_number(), number);
    let quoted = ada.browser.one(".status .quote").words();
    assert!(
        quoted.contains("Subscription ID\nS") && quoted.contains("Paid by\nVisa ending 4242"),
        "{quoted}"
    );
    assert!(!ada.browser.offers("Pay by card") && !ada.browser.offers("Cancel this order"));

    let subject = wait_for("the mail", || {
        let mut mails = ada.shop.sandbox.mails_to(&ada.email).into_iter();
        mails
            .find(|mail| mail.subject.ends_with("is confirmed"))
            .map(|mail| mail.subject)
    });
    let grouped = ada.browser.one("h1.number bdi").words();
    assert_eq!(grouped.replace('-', ""), number);
    assert!(subject.contains(&grouped), "{subject}");
    its_mail_opens_the_order_elsewhere(ada, &grouped);
}

/// In the mailbox, with another browser, as on another device.
fn its_mail_opens_the_order_elsewhere(ada: &Person<'_>, grouped: &str) {
    let elsewhere = Person::with(ada.shop, Browser::open());
    elsewhere.visit(&format!("/orders/{}", ada.order_number()));
    elsewhere.reads("There is nothing at this address");

    elsewhere
        .browser
        .go(&format!("{}/mail", ada.shop.sandbox.url));
    elsewhere
        .browser
        .click(&format!("Your order {grouped} at Demo shop"));
    elsewhere.reads("119.00 EUR");
    elsewhere.browser.one("pre a").click();
    elsewhere.sees("Confirmed");
    elsewhere.reads("Subscription ID");
    assert_eq!(elsewhere.order_number(), ada.order_number());
    assert!(!elsewhere.browser.address().contains("token"));
}
