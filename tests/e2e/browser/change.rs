//! An order that its buyer changes before it is paid.

use common::harness::shared;

use crate::looks::look_at;
use crate::person::Person;

/// A08, A09: another product is chosen on the order's page, the new order is paid, and the old page says by
/// which it was replaced.
#[test]
fn a08_a09_a_buyer_changes_the_product_and_pays_the_new_order() {
    let shop = shared();
    let ada = Person::at(&shop);
    let old = ada.at_the_checkout();
    ada.browser.click("Back to the shop without paying");
    ada.browser.click("Change this order");
    ada.reads("This places a new order");
    look_at(&ada, "checkout-change");
    ada.browser.click("Choose another product or period");
    ada.reads("Choose what your order is to be for");
    look_at(&ada, "shop-change");
    ada.browser.click("Choose Uptime Watch, 12 months");
    ada.reads("Uptime Watch");
    assert_eq!(ada.browser.one("#customer_name").value(), "Ada Lovelace");
    ada.browser.click("Replace the order");
    ada.sees("Awaiting payment");
    let new = ada.order_number();
    assert_ne!(new, old.number);
    ada.reads("in place of order");
    look_at(&ada, "order-in-place-of-another");
    assert_eq!(
        shop.sandbox.sessions_of(&old.number)[0]["status"],
        "expired"
    );
    ada.go_and_pay();
    ada.browser.click("Pay 53.54 EUR");
    ada.sees("Confirmed");

    ada.visit(&format!("/orders/{}", old.number));
    ada.sees("Replaced by another order");
    ada.reads("You cannot pay it any more");
    assert!(!ada.browser.offers("Pay by card") && !ada.browser.offers("Change this order"));
    look_at(&ada, "order-superseded");
    let by = old.view()["replaced_by"].clone();
    assert_eq!(by, new.as_str());
    shop.check();
}
