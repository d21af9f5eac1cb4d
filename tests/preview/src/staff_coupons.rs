//! The pages about coupons as the product itself makes them, in a shop that is made up: none yet, a form
//! with mistakes, a list, one with its uses, and an order that has issued codes.

use common::{ANN, Shop, StaffBrowser, order_body, text};
use serde_json::{Value as Json, json};

use crate::Sample;

const PAGE: &str = "/staff/coupons";

pub(crate) fn all() -> Vec<Sample> {
    let shop = Shop::open();
    let ann = shop.staff(ANN);
    let sample = |name, html| Sample { name, html };
    let mut samples = vec![
        sample("staff-coupons-empty", ann.page(PAGE)),
        sample("staff-coupons-errors", mistaken(&ann)),
    ];
    let code = made(
        &ann,
        &[
            ("gives", "20 % off"),
            ("uses", "100"),
            ("days", "30"),
            ("note", "autumn"),
        ],
    );
    shop.world.advance(60);
    let amounts = [
        ("gives", "5.00 EUR, 6.00 USD off"),
        ("uses", "1"),
        ("minimums", "50.00 EUR"),
    ];
    let paused = made(&ann, &amounts);
    let _ = ann.submit(&format!("{PAGE}/{paused}/pause"), &[("state", "paused")]);
    let taken = use_up(&shop, &code);
    let restored = [
        ("order_number", taken.as_str()),
        ("why", "They bought twice."),
    ];
    let _ = ann.submit(&format!("{PAGE}/{code}/restore"), &restored);
    samples.push(sample("staff-coupons", ann.page(PAGE)));
    samples.push(sample(
        "staff-coupon-used",
        ann.page(&format!("{PAGE}/{code}")),
    ));
    samples.push(sample(
        "staff-coupon-paused",
        ann.page(&format!("{PAGE}/{paused}")),
    ));
    let issuer = issue(&shop);
    samples.push(sample(
        "staff-order-codes",
        ann.page(&format!("/staff/orders/{issuer}")),
    ));
    samples
}

fn mistaken(ann: &StaffBrowser<'_>) -> String {
    let fields = [
        ("gives", "much"),
        ("uses", "0"),
        ("currencies", "euro"),
        ("note", "autumn"),
    ];
    text(&ann.submit(PAGE, &fields))
}

/// The code of a new coupon.
fn made(ann: &StaffBrowser<'_>, fields: &[(&str, &str)]) -> String {
    let reply = ann.submit(PAGE, fields);
    let page = reply.header("location").unwrap_or_default();
    page.rsplit('/').next().unwrap_or_default().to_owned()
}

/// An order holds a use, and another one is paid with one: its number.
fn use_up(shop: &Shop, code: &str) -> String {
    let body = order_with("coupon", json!(code));
    shop.order_of(&body, "order-key-000000000000001");
    shop.world.advance(60);
    let buyer = shop.redeem(&body, "order-key-000000000000002");
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    buyer.number
}

/// An order that has issued two codes, its number.
fn issue(shop: &Shop) -> String {
    let items = json!([{ "product": "ten-licences", "quantity": 2 }]);
    let body = order_with("items", items);
    let buyer = shop.order_of(&body, "order-key-000000000000003");
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    buyer.number
}

fn order_with(field: &str, value: Json) -> Json {
    let mut body = order_body();
    if let Some(fields) = body.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    body
}
