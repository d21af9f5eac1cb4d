//! Paying by PayPal by clicking.

use common::harness::shared;

use crate::person::Person;

/// A13 to A16: the button, the last look, PayPal's page, a declined card, another one, confirmed.
#[test]
fn a_person_pays_by_paypal_at_the_second_try() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.visit("/?currency=EUR&country=DE");
    ada.browser.click("Order Site Backup, 12 months");
    ada.fill_in_details();
    ada.browser.click("Place order");
    ada.sees("Awaiting payment");
    ada.reads("Price without tax");
    ada.browser.picture("order-awaiting-paypal");
    let number = ada.order_number();

    ada.browser.click("Continue with PayPal");
    ada.reads("Please check your order");
    for words in [
        "Site Backup",
        "12 months",
        "100.00 EUR",
        "VAT (19 %, Germany)",
        "19.00 EUR",
        "119.00 EUR",
        "Analytical Engines GmbH",
        "Tax number DE123456789",
    ] {
        ada.reads(words);
    }
    ada.browser.picture("review-paypal");
    ada.browser.resize(375, 800);
    ada.browser.picture("review-paypal-375");
    ada.browser.click("Pay with PayPal");

    let paypal = format!("{}/paypal/checkoutnow?token=", shop.sandbox.url);
    ada.arrives_at(&paypal);
    ada.reads("119.00");
    ada.browser.click("…is refused: the card is declined");
    ada.arrives_at(&paypal);
    ada.reads("Approved. The shop has not captured the payment yet.");
    ada.browser.click("Approve 119.00 EUR");

    ada.sees("Confirmed");
    assert_eq!(ada.order_number(), number);
    let quoted = ada.browser.one(".status .quote").words();
    assert!(
        quoted.contains("Subscription ID\nS") && quoted.contains("Paid by\nPayPal: "),
        "{quoted}"
    );
    assert!(!ada.browser.offers("Continue with PayPal"));
    ada.hears_no_complaints();
}

/// Who goes back from PayPal's page finds the order as it was, and may choose a card instead.
#[test]
fn a_person_leaves_paypals_page_and_pays_by_card() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.with_order();
    ada.browser.click("Continue with PayPal");
    ada.browser.click("Pay with PayPal");
    ada.browser.click("Cancel and go back to the shop");
    ada.sees("Awaiting payment");
    ada.go_and_pay();
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    ada.reads("Visa ending 4242");
}
