//! The demo shop: what can be bought, for how long, and for how much.

use super::Frame;
use askama::Template;

/// The catalogue in one currency, seen from one country.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shop.html")]
pub struct ShopPage {
    /// What stands around the page.
    pub frame: Frame,
    /// The number of the order that is being changed, which the form sends on as `change`.
    pub change: Option<String>,
    /// The currencies to choose from; the form sends `currency`.
    pub currencies: Vec<Choice>,
    /// The countries to choose from; the form sends `country`.
    pub countries: Vec<Choice>,
    /// How tax relates to the prices shown, in one sentence.
    pub tax_note: String,
    /// The products, in the order in which they are shown.
    pub products: Vec<Product>,
}

/// One option of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the buyer reads.
    pub label: String,
    /// True for the option in force.
    pub selected: bool,
}

/// A product with its prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The product's name.
    pub name: String,
    /// One or two sentences; may be empty.
    pub description: String,
    /// A price per period; empty when it is not sold in the chosen currency.
    pub prices: Vec<PriceRow>,
}

/// One price of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// The period in words: `12 months`, `No end date`.
    pub period: String,
    /// The formatted price.
    pub price: String,
    /// What a month comes to, or another remark beside the price.
    pub note: Option<String>,
    /// Where choosing this price leads.
    pub href: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_without_products_says_so() {
        let page = ShopPage {
            frame: Frame {
                shop_name: "Lumen".into(),
                support_email: "help@lumen.example".into(),
                test_mode: false,
            },
            change: None,
            currencies: vec![],
            countries: vec![],
            tax_note: String::new(),
            products: vec![],
        };
        assert!(
            page.render()
                .unwrap()
                .contains("Nothing is for sale at the moment.")
        );
    }
}
