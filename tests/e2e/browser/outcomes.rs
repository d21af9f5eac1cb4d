//! Every outcome that the sandbox's checkout offers, as the order's page then tells it.

use std::thread::sleep;
use std::time::Duration;

use common::harness::{Instance, LiveOrder, shared, wait_for};

use crate::person::Person;

/// Pays while Stripe cannot be asked about it once, and no webhook comes: the page is confirming. The order
/// and its session.
#[track_caller]
fn pays_into_silence<'a>(ada: &Person<'a>) -> (LiveOrder<'a>, String) {
    let order = ada.at_the_checkout();
    let session = ada.session();
    ada.shop.sandbox.fail_about(&session, "unavailable", 1);
    ada.browser.click("…never arrives");
    ada.sees("Confirming your payment");
    (order, session)
}

/// Pays by a method whose money comes later: the page is confirming. The order and the address of its checkout.
#[track_caller]
fn pays_by_debit<'a>(ada: &Person<'a>) -> (LiveOrder<'a>, String) {
    let order = ada.at_the_checkout();
    let checkout = ada.browser.address();
    ada.browser
        .click("Pay by SEPA Direct Debit: the money comes later, or not");
    ada.sees("Confirming your payment");
    (order, checkout)
}

/// The webhooks of a session come after all.
fn resend(shop: &Instance, session: &str) {
    for event in shop.sandbox.events_about(session) {
        shop.sandbox.act("resend", event["id"].as_str().unwrap());
    }
}

#[test]
fn a_declined_card_can_be_followed_by_a_good_one() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    ada.browser.click("Card is declined");
    ada.reads("Your card has insufficient funds");
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}

/// A25: the same open checkout again, not a second one.
#[test]
fn a25_going_back_leaves_the_order_payable_and_paying_goes_on_where_it_was() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    let checkout = ada.browser.address();
    ada.browser.click("Back to the shop without paying");
    ada.sees("Awaiting payment");
    ada.browser.picture("order-awaiting-after-going-back");
    ada.go_and_pay();
    assert_eq!(ada.browser.address(), checkout);
    ada.browser.go_back();
    ada.sees("Awaiting payment");
    ada.go_and_pay();
    assert_eq!(ada.browser.address(), checkout);
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    order.assert_confirmed_once();
    ada.hears_no_complaints();
}

#[test]
fn s58_a_delayed_payment_says_that_it_takes_days_and_is_confirmed_when_the_money_arrives() {
    let shop = shared();
    let ada = Person::at(&shop);
    let (order, checkout) = pays_by_debit(&ada);
    ada.reads("With this way of paying it takes several days. Please do not pay again.");
    assert!(!ada.browser.offers("Pay by card") && !ada.browser.offers("Cancel this order"));
    ada.browser.go(&checkout);
    ada.browser.click("The money arrives");
    order.wait_for_status("confirmed");
    ada.visit(&format!("/orders/{}", order.number));
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}

#[test]
fn a_delayed_payment_that_fails_says_so_and_offers_to_pay_again() {
    let shop = shared();
    let ada = Person::at(&shop);
    let (order, checkout) = pays_by_debit(&ada);
    ada.browser.go(&checkout);
    ada.browser.click("The payment fails");
    order.wait_for_status("not_paid");
    ada.visit(&format!("/orders/{}", order.number));
    ada.sees("Not paid");
    ada.reads("nothing was charged");
    ada.go_and_pay();
    assert_ne!(ada.browser.address(), checkout, "another checkout");
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    order.assert_confirmed_once_with(&[
        "Your payment did not arrive: order #",
        "Your order # is confirmed",
    ]);
}

#[test]
fn however_the_webhook_travels_the_page_says_confirmed_after_the_return() {
    let shop = shared();
    let ada = Person::at(&shop);
    for travels in [
        "…never arrives",
        "…arrives 20 seconds later",
        "…arrives five times at the same moment",
        "…arrives last event first",
        "…arrives under two event ids",
    ] {
        let order = ada.at_the_checkout();
        ada.browser.click(travels);
        ada.sees("Confirmed");
        order.assert_confirmed_once();
    }
    ada.hears_no_complaints();
}

#[test]
fn s02_who_stays_at_the_checkout_finds_the_order_confirmed_on_the_way_back() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    ada.browser.click("…arrives before you go back");
    ada.reads("Paid. The shop has been told.");
    order.assert_status("confirmed");
    ada.browser.click("Return to Demo shop");
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}

#[test]
fn a_checkout_that_expires_leaves_the_order_payable_by_another() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    let checkout = ada.browser.address();
    ada.browser.click("The session expires now");
    ada.reads("This session has expired. Nothing was paid.");
    ada.browser.click("Back to Demo shop");
    ada.sees("Awaiting payment");
    ada.go_and_pay();
    assert_ne!(ada.browser.address(), checkout);
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}

/// A16: never "paid" before it is known, and then by itself, without a script.
#[test]
fn a16_a_page_that_is_confirming_turns_to_confirmed_by_itself() {
    let shop = shared();
    let ada = Person::at(&shop);
    let (order, session) = pays_into_silence(&ada);
    ada.reads("Please do not pay again.");
    ada.reads("This page updates itself.");
    assert!(!ada.browser.offers("Pay by card"));
    assert!(
        ada.browser
            .one(".status .quote")
            .words()
            .contains("Payment reference\nP")
    );
    // The webhook comes after all, and the page in front of the buyer changes without a hand.
    resend(&shop, &session);
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}

/// What the sandbox offers to whoever wants to see a page that is confirming.
#[test]
fn a_buyer_who_returns_while_stripe_is_away_is_told_to_wait_for_the_webhook() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    let session = ada.session();
    ada.browser
        .click("…arrives 20 seconds later, and Stripe is away when you return");
    ada.sees("Confirming your payment");
    resend(&shop, &session);
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}

/// WCAG 2.2.1: what moves by itself can be stopped.
#[test]
fn a_page_that_updates_itself_can_be_stopped_and_started_again() {
    let shop = shared();
    let ada = Person::at(&shop);
    let (order, _) = pays_into_silence(&ada);

    ada.browser.click("Stop updating");
    ada.reads("This page does not update itself.");
    ada.browser.run("document.body.dataset.seen = 'yes'");
    sleep(Duration::from_secs(7));
    assert_eq!(
        ada.browser.one("body").attribute("data-seen"),
        "yes",
        "the page was loaded anew"
    );

    ada.browser.click("Update now and keep updating");
    ada.sees("Confirming your payment");
    ada.browser.run("document.body.dataset.seen = 'yes'");
    wait_for("the page to load itself anew", || {
        ada.browser
            .all("body:not([data-seen]) #status")
            .pop()
            .map(|_| ())
    });
    order.assert_status("confirming");
}

#[test]
fn cancelling_asks_first_and_closes_the_checkout() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    ada.browser.click("Back to the shop without paying");
    ada.browser.click("Cancel this order");
    ada.reads("119.00 EUR");
    ada.browser.click("Keep the order");
    ada.sees("Awaiting payment");
    ada.browser.click("Cancel this order");
    ada.browser.click("Cancel the order");
    ada.sees("Cancelled");
    ada.reads("You owe nothing for it.");
    assert!(!ada.browser.offers("Pay by card") && !ada.browser.offers("Cancel this order"));
    let sessions = shop.sandbox.sessions_of(&order.number);
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["status"], "expired");
    ada.hears_no_complaints();
}

/// Somebody else in the family cancels, while a page still offers to pay.
#[test]
fn a_page_that_is_out_of_date_explains_itself() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.with_order();
    let _ = order.cancel().expect(200);
    ada.browser.click("Pay by card");
    ada.reads("This order was cancelled");
    ada.browser.picture("problem-order-cancelled");
    ada.browser.click("Back to the order");
    ada.sees("Cancelled");
    assert!(shop.sandbox.sessions_of(&order.number).is_empty());
}

#[test]
fn a_double_click_on_pay_is_one_checkout() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.with_order();
    let button = ada.browser.control("Pay by card");
    ada.browser.double_click(&button);
    let provider = format!("{}/pay/", shop.sandbox.url);
    ada.arrives_at(&provider);
    assert_eq!(shop.sandbox.sessions_of(&order.number).len(), 1);
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    order.assert_confirmed_once();
}
