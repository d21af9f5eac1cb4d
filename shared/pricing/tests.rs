//! Carts with known answers.

use serde_json::{Value, json};

use super::*;
use crate::api::reading::read;
use crate::money::AMOUNT_MINOR_MAX;
use crate::record::read_from;
use crate::tax::TaxPercent;

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn price(product: &str, months: Option<i64>, currency: &str, unit: i64) -> Price {
    read_from(json!({
        "product_id": product,
        "product_name": product.to_uppercase(),
        "product_description": "",
        "period_months": months,
        "currency": currency,
        "unit_amount_minor": unit,
    }))
    .unwrap()
}

fn catalogue() -> Vec<Price> {
    vec![
        price("backup", Some(1), "USD", 333),
        price("backup", Some(12), "USD", 1_999),
        price("backup", Some(12), "JPY", 2_980),
        price("editor", None, "USD", 4_950),
        price("gift", None, "USD", 0),
        price("island", None, "USD", AMOUNT_MINOR_MAX),
    ]
}

fn item(product: &str, period_months: Option<i64>, quantity: i64) -> ItemRequest {
    ItemRequest {
        product: product.to_owned(),
        period_months,
        quantity,
    }
}

fn vat(percent: &str) -> TaxRule {
    TaxRule {
        name: "VAT".to_owned(),
        percent: TaxPercent::parse(percent).unwrap(),
        region: None,
    }
}

fn quote_usd(
    items: &[ItemRequest],
    percent: &str,
    mode: TaxMode,
    discount: i64,
) -> Result<Quote, PricingError> {
    let discount = Money::new(discount, usd()).unwrap();
    quote(items, &catalogue(), usd(), &vat(percent), mode, discount)
}

fn quote_plain(items: &[ItemRequest]) -> Result<Quote, PricingError> {
    quote_usd(items, "20", TaxMode::Exclusive, 0)
}

fn minor(quote: &Quote, amount: fn(&QuoteLine) -> Money) -> Vec<i64> {
    quote
        .lines
        .iter()
        .map(|line| amount(line).amount_minor)
        .collect()
}

#[test]
fn tax_is_added_to_exclusive_prices() {
    let quote = quote_plain(&[item("backup", Some(12), 2), item("editor", None, 1)]).unwrap();
    assert_eq!(quote.subtotal.amount_minor, 8_948);
    // 20 % of 89.48 is 17.896.
    assert_eq!(quote.tax.amount_minor, 1_790);
    assert_eq!(quote.total.amount_minor, 10_738);
    assert_eq!(quote.net().unwrap().amount_minor, 8_948);
    assert_eq!(minor(&quote, |line| line.tax), [800, 990]);
    quote.check_sums().unwrap();
}

#[test]
fn tax_is_taken_out_of_inclusive_prices() {
    let items = [item("backup", Some(12), 2), item("editor", None, 1)];
    let quote = quote_usd(&items, "20", TaxMode::Inclusive, 0).unwrap();
    assert_eq!(quote.total.amount_minor, 8_948);
    // 89.48 × 20/120 is 14.9133….
    assert_eq!(quote.tax.amount_minor, 1_491);
    assert_eq!(minor(&quote, |line| line.total), [3_998, 4_950]);
    assert_eq!(minor(&quote, |line| line.tax), [666, 825]);
    quote.check_sums().unwrap();
}

#[test]
fn s44_three_rounding_lines_with_discount_and_tax_sum_to_the_total() {
    let items = [
        item("backup", Some(1), 1),
        item("backup", Some(1), 1),
        item("backup", Some(1), 1),
    ];
    let quote = quote_usd(&items, "8.875", TaxMode::Exclusive, 100).unwrap();
    assert_eq!(quote.subtotal.amount_minor, 999);
    assert_eq!(minor(&quote, |line| line.discount), [34, 33, 33]);
    assert_eq!(minor(&quote, |line| line.net), [299, 300, 300]);
    // 8.875 % of 8.99 is 0.7978…; of each line 0.2653…, 0.26625, 0.26625.
    assert_eq!(quote.tax.amount_minor, 80);
    assert_eq!(minor(&quote, |line| line.tax), [26, 27, 27]);
    assert_eq!(quote.total.amount_minor, 979);
    assert_eq!(minor(&quote, |line| line.total).iter().sum::<i64>(), 979);
    quote.check_sums().unwrap();
}

#[test]
fn s31_a_free_cart_and_a_full_discount_cost_nothing() {
    let free = quote_plain(&[item("gift", None, 3)]).unwrap();
    assert!(free.total.is_zero() && free.tax.is_zero());
    for mode in [TaxMode::Exclusive, TaxMode::Inclusive] {
        let quote = quote_usd(&[item("backup", Some(12), 1)], "20", mode, 1_999).unwrap();
        assert!(quote.total.is_zero() && quote.tax.is_zero());
        quote.check_sums().unwrap();
    }
}

#[test]
fn the_same_product_twice_stays_two_lines() {
    let quote = quote_plain(&[item("gift", None, 1), item("gift", None, 2)]).unwrap();
    let quantities: Vec<u32> = quote.lines.iter().map(|line| line.quantity).collect();
    assert_eq!(quantities, [1, 2]);
}

#[test]
fn each_refusal_names_the_field_to_blame() {
    let good = item("gift", None, 1);
    let after_good = |bad: ItemRequest| quote_plain(&[good.clone(), bad]).unwrap_err().problem();
    for (bad, field, code) in [
        (
            item("ghost", None, 1),
            "items[1].product",
            "unknown_product",
        ),
        (item("", None, 1), "items[1].product", "unknown_product"),
        (
            item("backup", None, 1),
            "items[1].period_months",
            "no_price",
        ),
        (
            item("backup", Some(6), 1),
            "items[1].period_months",
            "no_price",
        ),
        (
            item("backup", Some(-12), 1),
            "items[1].period_months",
            "no_price",
        ),
        (
            item("backup", Some(12), 0),
            "items[1].quantity",
            "out_of_range",
        ),
        (
            item("backup", Some(12), 1_000),
            "items[1].quantity",
            "out_of_range",
        ),
        (item("island", None, 1), "items", "too_large"),
    ] {
        let problem = after_good(bad.clone());
        assert_eq!(
            (problem.field.as_str(), problem.code),
            (field, code),
            "{bad:?}"
        );
    }
}

#[test]
fn s45_negative_and_huge_quantities_are_refused() {
    for quantity in [
        i64::MIN,
        -1,
        0,
        1_000,
        1 << 31,
        1 << 32,
        (1 << 32) + 1,
        1 << 53,
        i64::MAX,
    ] {
        let refused = quote_plain(&[item("backup", Some(12), quantity)]);
        assert_eq!(
            refused,
            Err(PricingError::Quantity { index: 0 }),
            "{quantity}"
        );
    }
    for json in [
        r#"{"product":"gift","quantity":1.0}"#,
        r#"{"product":"gift","quantity":"1"}"#,
        r#"{"product":"gift","quantity":1e3}"#,
        r#"{"product":"gift","quantity":9223372036854775808}"#,
        r#"{"product":"gift"}"#,
        r#"{"product":"gift","quantity":1,"unit_amount":1}"#,
    ] {
        assert!(read::<ItemRequest>(json.as_bytes()).is_err(), "{json}");
    }
}

#[test]
fn s45_amounts_beyond_the_range_are_refused() {
    let whole = [item("island", None, 1)];
    assert!(quote_usd(&whole, "0", TaxMode::Exclusive, 0).is_ok());
    assert!(quote_usd(&whole, "100", TaxMode::Inclusive, 0).is_ok());
    let too_large = Err(PricingError::TooLarge);
    assert_eq!(quote_usd(&whole, "1", TaxMode::Exclusive, 0), too_large);
    assert_eq!(quote_plain(&[item("island", None, 2)]), too_large);
    assert_eq!(quote_plain(&[item("island", None, 999)]), too_large);
    assert_eq!(
        quote_plain(&[item("island", None, 1), item("editor", None, 1)]),
        too_large
    );
}

#[test]
fn a_cart_has_one_to_twenty_lines() {
    let lines = |count| vec![item("gift", None, 1); count];
    assert!(quote_plain(&lines(1)).is_ok() && quote_plain(&lines(20)).is_ok());
    assert_eq!(quote_plain(&lines(0)), Err(PricingError::ItemCount(0)));
    assert_eq!(quote_plain(&lines(21)), Err(PricingError::ItemCount(21)));
}

#[test]
fn a_discount_must_fit_the_cart() {
    let items = [item("backup", Some(12), 1)];
    for discount in [-1, 2_000, AMOUNT_MINOR_MAX, -AMOUNT_MINOR_MAX] {
        let refused = quote_usd(&items, "20", TaxMode::Exclusive, discount);
        assert_eq!(refused, Err(PricingError::Discount), "{discount}");
    }
    let yen = Money::zero(Currency::parse("JPY").unwrap());
    let refused = quote(
        &items,
        &catalogue(),
        usd(),
        &vat("20"),
        TaxMode::Exclusive,
        yen,
    );
    assert_eq!(refused, Err(PricingError::Discount));
}

#[test]
fn s42_each_currency_has_its_own_price() {
    let yen = Currency::parse("JPY").unwrap();
    let items = [item("backup", Some(12), 1)];
    let mode = TaxMode::Exclusive;
    let quote = quote(
        &items,
        &catalogue(),
        yen,
        &vat("10"),
        mode,
        Money::zero(yen),
    )
    .unwrap();
    assert_eq!(quote.total.display(), "3,278\u{a0}JPY");
}

#[test]
fn s33_quote_format_unchanged_and_frozen() {
    let quote = quote_usd(
        &[item("backup", Some(12), 2)],
        "20",
        TaxMode::Exclusive,
        100,
    )
    .unwrap();
    let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
    let json: Value = json!({
        "lines": [{
            "product": "backup",
            "name": "BACKUP",
            "period_months": 12,
            "quantity": 2,
            "unit_amount": usd(1_999),
            "list_amount": usd(3_998),
            "discount": usd(100),
            "net": usd(3_898),
            "tax": usd(780),
            "total": usd(4_678),
        }],
        "subtotal": usd(3_998),
        "discount": usd(100),
        "tax": usd(780),
        "total": usd(4_678),
        "tax_name": "VAT",
        "tax_percent": "20",
        "tax_mode": "exclusive",
        "currency": "USD",
    });
    assert_eq!(serde_json::to_value(&quote).unwrap(), json);
    // Read back without any catalogue: later prices and rates cannot reach it.
    assert_eq!(serde_json::from_value::<Quote>(json).unwrap(), quote);
}

#[test]
fn a_quote_whose_sums_were_changed_is_noticed() {
    let whole = quote_usd(
        &[item("backup", Some(12), 2)],
        "20",
        TaxMode::Exclusive,
        100,
    )
    .unwrap();
    let one = Money::new(1, usd()).unwrap();
    let changes: [fn(&mut Quote) -> &mut Money; 10] = [
        |quote| &mut quote.subtotal,
        |quote| &mut quote.discount,
        |quote| &mut quote.tax,
        |quote| &mut quote.total,
        |quote| &mut quote.lines[0].unit_amount,
        |quote| &mut quote.lines[0].list_amount,
        |quote| &mut quote.lines[0].discount,
        |quote| &mut quote.lines[0].net,
        |quote| &mut quote.lines[0].tax,
        |quote| &mut quote.lines[0].total,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut altered = whole.clone();
        let amount = change(&mut altered);
        *amount = amount.checked_add(one).unwrap();
        assert!(altered.check_sums().is_err(), "change {index}");
    }
}
