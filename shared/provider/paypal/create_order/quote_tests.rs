//! Random carts: what PayPal is sent adds up by PayPal's own rules, to our figures.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "the numbers are far below the range of i64, and an overflow fails the test"
)]

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::catalogue::{Period, Price, Product, ProductId};
use crate::money::Currency;
use crate::pricing::{ItemRequest, quote};
use crate::provider::paypal::amount::from_value;
use crate::tax::{TaxPercent, TaxRule};

#[derive(Debug, Clone)]
struct Cart {
    /// Unit amount and quantity.
    lines: Vec<(i64, i64)>,
    currency: &'static str,
    percent: &'static str,
    mode: TaxMode,
    off_percent: i64,
}

fn carts() -> impl Strategy<Value = Cart> {
    (
        proptest::collection::vec((1..=1_000_000_i64, 1..=999_i64), 1..=20),
        prop_oneof![Just("USD"), Just("JPY"), Just("HUF")],
        prop_oneof![Just("0"), Just("20"), Just("8.875"), Just("100")],
        prop_oneof![Just(TaxMode::Exclusive), Just(TaxMode::Inclusive)],
        0..100_i64,
    )
        .prop_map(|(lines, currency, percent, mode, off_percent)| Cart {
            lines,
            currency,
            percent,
            mode,
            off_percent,
        })
}

impl Cart {
    fn quote(&self) -> Quote {
        let currency = Currency::parse(self.currency).unwrap();
        let product = |index| ProductId::parse(&format!("product-{index}")).unwrap();
        let prices: Vec<Price> = (0..self.lines.len())
            .map(|index| Price {
                product: Product {
                    id: product(index),
                    name: "Licence".into(),
                    description: String::new(),
                    issues: None,
                },
                period: Period::from_months(None).unwrap(),
                unit_amount: Money::new(self.lines[index].0, currency).unwrap(),
            })
            .collect();
        let items: Vec<ItemRequest> = (0..self.lines.len())
            .map(|index| ItemRequest {
                product: product(index).as_str().to_owned(),
                period_months: None,
                quantity: self.lines[index].1,
            })
            .collect();
        let subtotal: i64 = self
            .lines
            .iter()
            .map(|(unit, quantity)| unit * quantity)
            .sum();
        let discount = Money::new(subtotal * self.off_percent / 100, currency).unwrap();
        let tax = TaxRule {
            name: "VAT".into(),
            percent: TaxPercent::parse(self.percent).unwrap(),
            region: None,
        };
        quote(&items, &prices, currency, &tax, self.mode, discount).unwrap()
    }
}

fn freeze(quote: &Quote) -> Result<String, CreateOrderError> {
    let items: Vec<Item<'_>> = quote
        .lines
        .iter()
        .map(|line| Item::of(line, quote.tax_mode, &line.name))
        .collect();
    CreateOrder {
        order_number: "A7QK4T9XW2F3CM",
        payment_id: "P0123456789ABC",
        total: quote.total,
        breakdown: Breakdown::of(quote),
        items: &items,
        brand_name: "Test shop",
        locale: None,
        return_url: "https://shop.example/return",
        cancel_url: "https://shop.example/cancel",
    }
    .freeze()
}

fn amount(value: &Value) -> i64 {
    let currency = Currency::parse(value["currency_code"].as_str().unwrap()).unwrap();
    let money = from_value(currency, value["value"].as_str().unwrap()).unwrap();
    money.amount_minor
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a14_s44_the_parts_that_paypal_is_sent_add_up_to_our_figures(cart in carts()) {
        let quote = cart.quote();
        let body = match freeze(&quote) {
            Ok(body) => serde_json::from_str::<Value>(&body).unwrap(),
            // A HUF total with fillér is nothing that PayPal can take.
            Err(error) => {
                let problem = AmountProblem::NotRepresentable { step_minor: 100 };
                prop_assert_eq!(error, CreateOrderError::Total(problem));
                return Ok(());
            }
        };
        let unit = &body["purchase_units"][0];
        prop_assert_eq!(amount(&unit["amount"]), quote.total.amount_minor);
        let parts = &unit["amount"]["breakdown"];
        if parts.is_null() {
            prop_assert_eq!(cart.currency, "HUF");
            prop_assert!(unit.get("items").is_none());
            return Ok(());
        }
        let [price, tax, discount] = ["item_total", "tax_total", "discount"].map(|p| amount(&parts[p]));
        prop_assert_eq!(tax, quote.tax.amount_minor);
        prop_assert_eq!(discount, quote.discount.amount_minor);
        prop_assert_eq!(price + tax - discount, quote.total.amount_minor);
        match unit.get("items").and_then(Value::as_array) {
            None => prop_assert_eq!(cart.currency, "HUF"),
            Some(items) => {
                let sum = |part: &str| items.iter().map(|item| amount(&item[part])).sum::<i64>();
                prop_assert_eq!(sum("unit_amount"), price);
                prop_assert_eq!(sum("tax"), tax);
                prop_assert!(items.iter().all(|item| amount(&item["unit_amount"]) >= 0));
            }
        }
    }
}
