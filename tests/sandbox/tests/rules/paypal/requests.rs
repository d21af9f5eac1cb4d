//! `PayPal-Request-Id`.

use super::support::{ORDERS, Shop, amount, issue, order_request, refused, text};
use sandbox::paypal::Funding;
use serde_json::json;

const HOURS: i64 = 3_600;

#[test]
fn a_repeat_gets_what_has_become_of_the_first_request() {
    let mut shop = Shop::new();
    let ask = shop.post(ORDERS, &order_request()).id("o-1");
    let order = text(&shop.send(&ask), "/id");
    shop.approve(&order, Funding::Good);
    let repeat = shop.send(&ask);
    assert_eq!(
        (repeat.status, text(&repeat, "/status")),
        (200, "APPROVED".into())
    );
    assert_eq!(text(&repeat, "/id"), order);
    assert_eq!(shop.sandbox.paypal.orders().len(), 1);
    // How much is told is up to each request.
    assert_eq!(text(&shop.send(&ask.whole()), "/intent"), "CAPTURE");
}

#[test]
fn orders_are_remembered_for_six_hours() {
    let mut shop = Shop::new();
    let order = shop.approved(Funding::Good);
    let ask = shop.capture(&order, "c-1");
    assert_eq!(shop.send(&ask).status, 201);
    shop.wait(6 * HOURS - 1);
    assert_eq!(shop.send(&ask).status, 200);
    shop.wait(1);
    assert_eq!(
        issue(&shop.send(&ask)),
        refused(422, "ORDER_ALREADY_CAPTURED")
    );
}

#[test]
fn a_forgotten_create_makes_another_order() {
    let mut shop = Shop::new();
    let ask = shop.post(ORDERS, &order_request()).id("o-1");
    let first = text(&shop.send(&ask), "/id");
    shop.wait(6 * HOURS);
    shop.log_in();
    let second = text(&shop.send(&ask), "/id");
    assert_ne!(first, second);
}

#[test]
fn a_create_whose_order_is_gone_is_not_found() {
    let mut shop = Shop::new();
    let ask = shop.post(ORDERS, &order_request()).id("o-1");
    shop.send(&ask);
    shop.wait(3 * HOURS);
    assert_eq!(issue(&shop.send(&ask)), refused(404, "INVALID_RESOURCE_ID"));
}

#[test]
fn refunds_are_remembered_for_45_days() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    let body = json!({ "amount": amount("3.00") });
    let first = shop.send(&shop.refund(&capture, &body, "r-1"));
    shop.wait(45 * 24 * HOURS - 1);
    shop.log_in();
    let again = shop.send(&shop.refund(&capture, &body, "r-1"));
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(text(&first, "/id"), text(&again, "/id"));
    shop.wait(1);
    let new = shop.send(&shop.refund(&capture, &body, "r-1"));
    assert_eq!(new.status, 201);
    assert_ne!(text(&first, "/id"), text(&new, "/id"));
    assert_eq!(shop.sandbox.paypal.captured()[0].refunded_minor, 600);
}

#[test]
fn an_id_that_stands_for_something_else_is_refused() {
    let mut shop = Shop::new();
    let ask = shop.post(ORDERS, &order_request()).id("o-1");
    let order = text(&shop.send(&ask), "/id");
    let mut changed = order_request();
    changed["purchase_units"][0]["custom_id"] = "order_0002".into();
    let reused = refused(400, "SANDBOX_REQUEST_ID_REUSED");
    assert_eq!(
        issue(&shop.send(&shop.post(ORDERS, &changed).id("o-1"))),
        reused
    );
    assert_eq!(issue(&shop.send(&shop.capture(&order, "o-1"))), reused);
    let (one, other) = (shop.approved(Funding::Good), shop.approved(Funding::Good));
    shop.send(&shop.capture(&one, "c-1"));
    assert_eq!(issue(&shop.send(&shop.capture(&other, "c-1"))), reused);
    let mut spaced = ask;
    spaced.request.body.push(b' ');
    assert_eq!(issue(&shop.send(&spaced)), reused);
}

#[test]
fn without_an_id_the_action_is_repeated() {
    let mut shop = Shop::new();
    let (_, capture) = shop.paid(Funding::Good);
    let body = json!({ "amount": amount("3.00") });
    let mut ask = shop.refund(&capture, &body, "x");
    ask.request
        .headers
        .retain(|(name, _)| *name != "paypal-request-id");
    assert_eq!((shop.send(&ask).status, shop.send(&ask).status), (201, 201));
    assert_eq!(shop.sandbox.paypal.captured()[0].refunded_minor, 600);
}

#[test]
fn a_request_that_never_began_leaves_its_id_free() {
    let mut shop = Shop::new();
    let mut wrong = order_request();
    wrong["purchase_units"][0]["amount"]["value"] = "13.00".into();
    assert_eq!(shop.send(&shop.post(ORDERS, &wrong).id("o-1")).status, 422);
    assert_eq!(
        shop.send(&shop.post(ORDERS, &order_request()).id("o-1"))
            .status,
        200
    );
}
