//! What can be bought.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::catalogue::{Period, Price, ProductId};
use shared::money::Money;
use shared::store::catalogue;

use crate::failure::Failure;
use crate::world::World;

/// `GET /v1/products`
#[derive(Debug, Clone, Serialize)]
pub struct ProductList {
    /// In the operator's order.
    pub products: Vec<ProductView>,
}

/// A product with its prices.
#[derive(Debug, Clone, Serialize)]
pub struct ProductView {
    /// Its id.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// In a sentence.
    pub description: String,
    /// By currency, then by period.
    pub prices: Vec<PriceView>,
}

/// One price of a product.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PriceView {
    /// Months, or null for a one-off purchase.
    #[serde(rename = "period_months")]
    pub period: Period,
    /// Before or with tax, as the shop's tax mode says.
    pub unit_amount: Money,
}

/// Reads the catalogue: one read.
pub async fn list_products<W: World>(world: &W) -> Result<ProductList, Failure> {
    let rows = world.query(&[catalogue::PRODUCTS.bind([])]).await?;
    let prices: Vec<Price> = match rows.first() {
        Some(rows) => rows.parse()?,
        None => Vec::new(),
    };
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
