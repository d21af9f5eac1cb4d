//! Random carts and terms, against plain integers: the discount, the tax on what is left, and the
//! totals that the providers are sent.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "the numbers are far below the range of i64, and an overflow fails the test"
)]

use proptest::prelude::*;

use super::*;
use crate::catalogue::{Period, Price, Product, ProductId};
use crate::money::{Currency, Money};
use crate::pricing::{ItemRequest, Quote};
use crate::provider::paypal::create_order::{Breakdown, CreateOrder, Item};
use crate::provider::stripe::create_session::{CreateSession, SessionLine};
use crate::tax::{TaxMode, TaxPercent, TaxRule};

/// Unit amount, quantity, and whether the coupon is for the item.
type Line = (i64, i64, bool);

#[derive(Debug, Clone, Copy)]
enum Off {
    /// Hundredths of a percent.
    Percent(i64),
    Amount(i64),
    FirstPlan,
}

#[derive(Debug, Clone)]
struct Case {
    lines: Vec<Line>,
    currency: &'static str,
    /// In percent.
    tax: i64,
    mode: TaxMode,
    off: Off,
}

fn cases() -> impl Strategy<Value = Case> {
    let unit = prop_oneof![0..20_i64, 0..100_000_i64];
    let off = prop_oneof![
        (1..=10_000_i64).prop_map(Off::Percent),
        Just(Off::Percent(10_000)),
        (1..2_000_000_i64).prop_map(Off::Amount),
        Just(Off::FirstPlan),
    ];
    (
        proptest::collection::vec((unit, 1..30_i64, any::<bool>()), 1..6),
        prop_oneof![Just("JPY"), Just("EUR"), Just("KWD")],
        0..=100_i64,
        prop_oneof![Just(TaxMode::Exclusive), Just(TaxMode::Inclusive)],
        off,
    )
        .prop_map(|(lines, currency, tax, mode, off)| Case {
            lines,
            currency,
            tax,
            mode,
            off,
        })
}

fn id(index: usize) -> ProductId {
    ProductId::parse(&format!("p{index}")).unwrap()
}

impl Case {
    fn currency(&self) -> Currency {
        Currency::parse(self.currency).unwrap()
    }

    /// The first item that the coupon is for.
    fn first(&self) -> Option<usize> {
        self.lines.iter().position(|line| line.2)
    }

    fn terms(&self) -> Option<Terms> {
        let chosen = |index: &usize| self.lines[*index].2;
        let products = (0..self.lines.len()).filter(chosen).map(id).collect();
        let benefit = match self.off {
            Off::Percent(hundredths) => {
                let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                Benefit::Percent(TaxPercent::parse(&text).unwrap())
            }
            Off::Amount(minor) => {
                Benefit::Amount(vec![Money::new(minor, self.currency()).unwrap()])
            }
            Off::FirstPlan => Benefit::FreePlan {
                product: id(self.first()?),
                period: Period::OneOff,
            },
        };
        self.first()?;
        Some(Terms::new(benefit, products, vec![self.currency()], Vec::new()).unwrap())
    }

    fn subtotal(&self) -> i64 {
        self.lines.iter().map(|(unit, count, _)| unit * count).sum()
    }

    /// The discount in plain integers, rounded half up.
    fn expected(&self) -> i64 {
        let chosen = self.lines.iter().filter(|line| line.2);
        let sum: i64 = chosen.map(|(unit, count, _)| unit * count).sum();
        match self.off {
            Off::Percent(hundredths) => (2 * sum * hundredths + 10_000) / 20_000,
            Off::Amount(minor) => minor.min(sum),
            Off::FirstPlan => self.first().map_or(0, |index| self.lines[index].0),
        }
    }

    fn quote(&self, terms: &Terms) -> Result<Quote, CouponProblem> {
        let price = |(index, line): (usize, &Line)| Price {
            product: Product {
                id: id(index),
                name: "Licence".into(),
                description: String::new(),
                issues: None,
            },
            period: Period::OneOff,
            unit_amount: Money::new(line.0, self.currency()).unwrap(),
        };
        let item = |(index, line): (usize, &Line)| ItemRequest {
            product: id(index).as_str().to_owned(),
            period_months: None,
            quantity: line.1,
        };
        let prices: Vec<Price> = self.lines.iter().enumerate().map(price).collect();
        let items: Vec<ItemRequest> = self.lines.iter().enumerate().map(item).collect();
        let cart = Cart::find(&items, &prices, self.currency()).unwrap();
        let discount = terms.discount(&cart, CouponCode::from_random([1; 8]))?;
        let tax = TaxRule {
            name: "VAT".into(),
            percent: TaxPercent::parse(&self.tax.to_string()).unwrap(),
            region: None,
        };
        Ok(cart.quote(&tax, self.mode, &discount).unwrap())
    }

    fn expected_tax(&self, off: i64) -> i64 {
        let base = match self.mode {
            TaxMode::Exclusive => 100,
            TaxMode::Inclusive => 100 + self.tax,
        };
        (2 * (self.subtotal() - off) * self.tax + base) / (2 * base)
    }
}

/// What Stripe is asked to collect: the sum of its lines, checked by `freeze`.
fn stripe_takes(quote: &Quote) -> bool {
    let lines: Vec<SessionLine<'_>> = quote
        .lines
        .iter()
        .map(|line| SessionLine {
            name: &line.name,
            total_minor: line.total.amount_minor,
        })
        .collect();
    let session = CreateSession {
        order_number: "A7QK4T9XW2F3CM",
        payment_id: "P0123456789ABC",
        total: quote.total,
        lines: &lines,
        customer_email: "ada@example.com",
        success_url: "https://shop.example/success",
        cancel_url: "https://shop.example/cancel",
        expires_at: Timestamp(0),
    };
    let frozen = session.freeze();
    // Amounts that Stripe cannot collect at all are known before; what else is wrong is a defect.
    matches!(
        frozen,
        Ok(_) | Err(crate::provider::stripe::create_session::CreateSessionError::Total(_))
    )
}

fn paypal_takes(quote: &Quote) -> bool {
    let items: Vec<Item<'_>> = quote
        .lines
        .iter()
        .map(|line| Item::of(line, quote.tax_mode, &line.name))
        .collect();
    let order = CreateOrder {
        order_number: "A7QK4T9XW2F3CM",
        payment_id: "P0123456789ABC",
        total: quote.total,
        breakdown: Breakdown::of(quote),
        items: &items,
        brand_name: "Test shop",
        locale: None,
        return_url: "https://shop.example/return",
        cancel_url: "https://shop.example/cancel",
    };
    let major = crate::provider::paypal::amount::to_value(quote.total);
    match (order.freeze(), major) {
        (Ok(body), Ok(value)) => {
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            body["purchase_units"][0]["amount"]["value"] == value.as_str()
        }
        // A currency or an amount that PayPal does not take.
        (Err(crate::provider::paypal::create_order::CreateOrderError::Total(_)), _) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a42_s86_a_discount_is_exact_stays_on_its_lines_and_is_what_providers_are_sent(
        case in cases(),
    ) {
        let Some(terms) = case.terms() else { return Ok(()) };
        let off = case.expected();
        let quote = match case.quote(&terms) {
            Ok(quote) => quote,
            Err(problem) => {
                prop_assert_eq!(problem, CouponProblem::NothingOff);
                prop_assert_eq!(off, 0);
                return Ok(());
            }
        };
        quote.check_sums().unwrap();
        prop_assert_eq!(quote.discount.amount_minor, off);
        prop_assert_eq!(quote.tax.amount_minor, case.expected_tax(off));
        prop_assert!((0..=quote.subtotal.amount_minor).contains(&quote.net().unwrap().amount_minor));
        for (line, (_, _, chosen)) in quote.lines.iter().zip(&case.lines) {
            prop_assert!(*chosen || line.discount.is_zero());
            prop_assert!((0..=line.list_amount.amount_minor).contains(&line.discount.amount_minor));
        }
        prop_assert!(stripe_takes(&quote));
        prop_assert!(paypal_takes(&quote));
    }

    #[test]
    fn no_text_makes_a_code_panic(text in ".{0,40}") {
        let _ = typed(&text);
    }
}
