//! What can be bought.

use std::collections::BTreeMap;

use serde_json::json;
use shared::api::answer::{PriceView, ProductList, ProductView};
use shared::catalogue::{Price, ProductId};
use shared::store::catalogue;

use crate::failure::Failure;
use crate::world::World;

/// Reads the catalogue: one read.
pub async fn list_products<W: World>(world: &W) -> Result<ProductList, Failure> {
    let rows = world.query(&[catalogue::PRODUCTS.bind([])]).await?;
    let (prices, bad): (Vec<Price>, usize) = match rows.first() {
        Some(rows) => rows.parse_good(),
        None => (Vec::new(), 0),
    };
    if bad > 0 {
        // Such as a currency that is none: it is not sold, and everything else is.
        world.log(
            &json!({ "level": "error", "message": "prices that cannot be read", "rows": bad }),
        );
    }
    Ok(ProductList {
        products: grouped(prices),
    })
}

/// Puts the prices of each product together and keeps the order in which products come first.
fn grouped(prices: Vec<Price>) -> Vec<ProductView> {
    let mut places: BTreeMap<ProductId, usize> = BTreeMap::new();
    let mut products: Vec<ProductView> = Vec::new();
    for price in prices {
        let place = *places.entry(price.product.id.clone()).or_insert_with(|| {
            products.push(ProductView {
                product: price.product.id.clone(),
                name: price.product.name.clone(),
                description: price.product.description.clone(),
                prices: Vec::new(),
            });
            products.len().saturating_sub(1)
        });
        if let Some(product) = products.get_mut(place) {
            product.prices.push(PriceView {
                period: price.period,
                unit_amount: price.unit_amount,
            });
        }
    }
    products
}
