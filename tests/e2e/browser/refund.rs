//! Money given back, as the buyer and staff see it.

use common::ANN;
use common::harness::{LiveOrder, shared, wait_for};

use crate::looks::look_at;
use crate::person::Person;
use crate::staff::signed_in;

fn wait_for_refund(order: &LiveOrder<'_>, minor: i64) {
    wait_for("the refund", || {
        (order.view()["refunded"]["amount"]["amount"] == minor).then_some(())
    });
}

/// S82, S112: a part, then one that fails, then all of it.
#[test]
fn s82_s112_the_order_page_tells_what_was_given_back() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.at_the_checkout();
    ada.browser.click("Pay 119.00 EUR");
    ada.sees("Confirmed");
    let one = |sql: &str| {
        shop.database.rows(sql)[0]["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let payment = order.view()["payment"]["payment_id"].to_string();
    let intent = one(&format!(
        "SELECT capture_ref AS id FROM payments WHERE payment_id = {payment}"
    ));

    shop.sandbox.refund_part(&intent, 1_000);
    wait_for_refund(&order, 1_000);
    ada.visit(&format!("/orders/{}", order.number));
    ada.sees("Confirmed");
    ada.reads("Given back of what was paid: 10.00 EUR, with 1.59 EUR of tax within it.");
    look_at(&ada, "order-refunded-in-part");

    let ann = signed_in(&shop, ANN);
    ann.visit(&format!("/staff/orders/{}", order.number));
    ann.reads("Given back");
    ann.reads("10.00 EUR");
    look_at(&ann, "staff-order-refunded");

    let refund = one(&format!(
        "SELECT object_id AS id FROM inbox
         WHERE event_type = 'refund.created' AND capture_id = '{intent}'"
    ));
    let _ = shop.sandbox.act("refund_fails", &refund);
    wait_for("the money", || {
        order.view().get("refunded").is_none().then_some(())
    });
    ann.browser.resize(1280, 900);
    ann.visit(&format!("/staff/orders/{}", order.number));
    ann.reads("Refund failed");

    let _ = shop.sandbox.act("refund", &intent);
    wait_for_refund(&order, 11_900);
    ada.visit(&format!("/orders/{}", order.number));
    ada.sees("Refunded");
    look_at(&ada, "order-refunded");
    shop.check();
}
