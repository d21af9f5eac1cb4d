//! Finding an order for a buyer who writes to support. The staff's own door is a later feature; the
//! searches it will use stand here, and the README tells operators to run them.

use common::Shop;
use edgetill::world::World;
use sandbox::stripe::Outcome;
use serde_json::Value as Json;
use shared::statement::{Sql, Value};
use shared::store::orders;

fn found(shop: &Shop, search: Sql, by: &str) -> Vec<String> {
    let statement = search.bind([Value::from(by)]);
    let rows = common::now_or_never(shop.world.query(&[statement])).expect("rows");
    let rows: Vec<Json> = rows[0].parse().expect("orders");
    let number = |row: &Json| row["order_number"].as_str().expect("a number").to_owned();
    rows.iter().map(number).collect()
}

/// A20: staff find an order by a reference or the payer alone; D02: all that it takes is the database.
#[test]
fn a20_an_order_is_found_by_any_one_thing_that_a_buyer_may_quote() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.pay(now, &session, Outcome::Paid))
        .unwrap();
    shop.deliver_webhooks();
    let view = shop.view(&buyer);
    let payer = shop.value("SELECT payer_email FROM payments");
    for (search, by) in [
        (orders::ORDERS_BY_SUBSCRIPTION_ID, &view["subscription_id"]),
        (orders::ORDERS_BY_PAYMENT_ID, &view["payment"]["payment_id"]),
        (orders::ORDERS_BY_CUSTOMER_EMAIL, &view["customer"]["email"]),
        (orders::ORDERS_BY_PAYER_EMAIL, &payer),
    ] {
        let by = by.as_str().expect("a text");
        assert_eq!(
            found(&shop, search, by),
            std::slice::from_ref(&buyer.number),
            "{}",
            search.name
        );
        assert!(found(&shop, search, "nobody").is_empty(), "{}", search.name);
    }
    shop.check();
}
