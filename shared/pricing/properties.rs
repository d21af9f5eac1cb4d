//! 10,000 random carts, against a computation of its own in plain integers.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "the numbers are far below the range of i128, and an overflow fails the test"
)]

use proptest::prelude::*;

use super::*;
use crate::catalogue::{Product, ProductId};
use crate::tax::TaxPercent;

/// A random cart: unit amount and quantity per line, ten-thousandths of a percent, and the part of
/// the subtotal (in thousandths) that is taken off.
#[derive(Debug, Clone)]
struct Cart {
    lines: Vec<(i64, i64)>,
    currency: &'static str,
    rate: i128,
    mode: TaxMode,
    off_thousandths: i64,
}

fn carts() -> impl Strategy<Value = Cart> {
    let unit = prop_oneof![0..10_i64, 0..10_000_i64, 0..=400_000_000_000_i64];
    let quantity = prop_oneof![1..4_i64, 1..=999_i64];
    let rate = prop_oneof![
        Just(0),
        Just(200_000),
        Just(190_000),
        Just(88_750),
        Just(1_000_000),
        0..=1_000_000_i128
    ];
    (
        proptest::collection::vec((unit, quantity), 1..=LINES_MAX),
        prop_oneof![Just("USD"), Just("EUR"), Just("JPY"), Just("KWD")],
        rate,
        prop_oneof![Just(TaxMode::Exclusive), Just(TaxMode::Inclusive)],
        prop_oneof![Just(0), Just(1_000), 0..=1_000_i64],
    )
        .prop_map(|(lines, currency, rate, mode, off_thousandths)| Cart {
            lines,
            currency,
            rate,
            mode,
            off_thousandths,
        })
}

impl Cart {
    fn subtotal(&self) -> i64 {
        self.lines
            .iter()
            .map(|(unit, quantity)| unit * quantity)
            .sum()
    }

    fn discount(&self) -> i64 {
        let off = i128::from(self.subtotal()) * i128::from(self.off_thousandths) / 1_000;
        i64::try_from(off).unwrap()
    }

    fn quote(&self) -> Quote {
        let currency = Currency::parse(self.currency).unwrap();
        let prices: Vec<Price> = self
            .lines
            .iter()
            .enumerate()
            .map(|(index, (unit, _))| Price {
                product: Product {
                    id: ProductId::parse(&format!("p{index}")).unwrap(),
                    name: "Name".to_owned(),
                    description: String::new(),
                    issues: None,
                },
                period: Period::from_months(Some(12)).unwrap(),
                unit_amount: Money::new(*unit, currency).unwrap(),
            })
            .collect();
        let items: Vec<ItemRequest> = self
            .lines
            .iter()
            .enumerate()
            .map(|(index, (_, quantity))| ItemRequest {
                product: format!("p{index}"),
                period_months: Some(12),
                quantity: *quantity,
            })
            .collect();
        let percent = format!("{}.{:04}", self.rate / 10_000, self.rate % 10_000);
        let percent = TaxPercent::parse(&percent).unwrap();
        let tax = TaxRule {
            name: "VAT".to_owned(),
            percent,
            region: None,
        };
        let discount = Money::new(self.discount(), currency).unwrap();
        quote(&items, &prices, currency, &tax, self.mode, discount).unwrap()
    }

    /// Half up on integers: ⌊(2·amount·rate + base) / (2·base)⌋.
    fn expected_tax(&self) -> i128 {
        let amount = i128::from(self.subtotal() - self.discount());
        let base = match self.mode {
            TaxMode::Exclusive => 1_000_000,
            TaxMode::Inclusive => 1_000_000 + self.rate,
        };
        (2 * amount * self.rate + base) / (2 * base)
    }
}

/// The largest remainder done the slow way: one minor unit at a time to the line that is furthest
/// below its exact share, the first of equals.
fn expected_split(amount: i128, weights: &[i128]) -> Vec<i128> {
    let whole: i128 = weights.iter().sum();
    let mut parts: Vec<i128> = weights
        .iter()
        .map(|weight| {
            if whole == 0 {
                0
            } else {
                amount * weight / whole
            }
        })
        .collect();
    while parts.iter().sum::<i128>() < amount {
        let missing = |line: usize| amount * weights[line] - parts[line] * whole;
        let most = (0..weights.len()).map(missing).max().unwrap();
        let line = (0..weights.len())
            .find(|line| missing(*line) == most)
            .unwrap();
        parts[line] += 1;
    }
    parts
}

fn column(quote: &Quote, amount: fn(&QuoteLine) -> Money) -> Vec<i128> {
    quote
        .lines
        .iter()
        .map(|line| i128::from(amount(line).amount_minor))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn s44_ten_thousand_carts_sum_and_agree_with_an_independent_computation(cart in carts()) {
        let quote = cart.quote();
        quote.check_sums().unwrap();
        let subtotal = i128::from(cart.subtotal());
        let discount = i128::from(cart.discount());
        let tax = cart.expected_tax();
        let total = match cart.mode {
            TaxMode::Exclusive => subtotal - discount + tax,
            TaxMode::Inclusive => subtotal - discount,
        };
        prop_assert_eq!(i128::from(quote.subtotal.amount_minor), subtotal);
        prop_assert_eq!(i128::from(quote.tax.amount_minor), tax);
        prop_assert_eq!(i128::from(quote.total.amount_minor), total);
        prop_assert_eq!(column(&quote, |line| line.total).iter().sum::<i128>(), total);

        let lists = column(&quote, |line| line.list_amount);
        let discounts = column(&quote, |line| line.discount);
        prop_assert_eq!(&discounts, &expected_split(discount, &lists));
        let rest: Vec<i128> = lists.iter().zip(&discounts).map(|(list, off)| list - off).collect();
        prop_assert_eq!(column(&quote, |line| line.tax), expected_split(tax, &rest));

        let json = serde_json::to_string(&quote).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quote>(&json).unwrap(), quote);
    }
}
