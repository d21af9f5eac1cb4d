//! Coupons with known answers.

use serde_json::{Value, json};

use super::*;
use crate::catalogue::{Period, Price};
use crate::money::Currency;
use crate::pricing::ItemRequest;
use crate::record::read_from;
use crate::tax::{TaxMode, TaxRule};

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn months(months: i64) -> Period {
    Period::from_months(Some(months)).unwrap()
}

fn catalogue() -> Vec<Price> {
    [
        ("backup", 12, 10_000),
        ("backup", 1, 1_000),
        ("editor", 12, 333),
    ]
    .map(|(product, period, unit)| {
        read_from(json!({
            "product_id": product, "product_name": product, "product_description": "",
            "period_months": period, "currency": "EUR", "unit_amount_minor": unit,
        }))
        .unwrap()
    })
    .into()
}

fn items(wanted: &[(&str, i64, i64)]) -> Vec<ItemRequest> {
    let item = |(product, months, quantity): &(&str, i64, i64)| ItemRequest {
        product: (*product).to_owned(),
        period_months: Some(*months),
        quantity: *quantity,
    };
    wanted.iter().map(item).collect()
}

fn terms(json: &Value) -> Terms {
    serde_json::from_value(json.clone()).unwrap()
}

fn coupon(terms_json: &Value) -> Coupon {
    Coupon {
        coupon_code: CouponCode::from_random([7; 8]),
        terms: terms(terms_json),
        state: CouponState::Active,
        starts_at: Timestamp(100),
        ends_at: Some(Timestamp(200)),
        uses_max: 2,
        uses: 1,
    }
}

/// The discount on each line and the total without tax, or the problem.
fn applied(
    terms_json: &Value,
    wanted: &[(&str, i64, i64)],
) -> Result<(Vec<i64>, i64), CouponProblem> {
    let prices = catalogue();
    let cart = Cart::find(&items(wanted), &prices, eur()).unwrap();
    let discount = coupon(terms_json).discount(&cart, Timestamp(150))?;
    let quote = cart
        .quote(&TaxRule::untaxed(), TaxMode::Exclusive, &discount)
        .unwrap();
    quote.check_sums().unwrap();
    assert_eq!(quote.coupon, Some(CouponCode::from_random([7; 8])));
    let off = |line: &crate::pricing::QuoteLine| line.discount.amount_minor;
    Ok((
        quote.lines.iter().map(off).collect(),
        quote.total.amount_minor,
    ))
}

#[test]
fn a42_each_benefit_takes_off_what_its_terms_say() {
    let both = [("backup", 12, 1), ("editor", 12, 3)];
    let eur_5 = json!([{"amount": 500, "currency": "EUR"}, {"amount": 600, "currency": "USD"}]);
    for (terms, wanted, off, total) in [
        (
            json!({"benefit": "percent", "percent": "20"}),
            &both[..],
            vec![2_000, 200],
            8_799,
        ),
        (
            json!({"benefit": "percent", "percent": "100"}),
            &both,
            vec![10_000, 999],
            0,
        ),
        (
            json!({"benefit": "percent", "percent": "50", "products": ["editor"]}),
            &both,
            vec![0, 500],
            10_499,
        ),
        (
            json!({"benefit": "amount", "amounts": eur_5}),
            &both,
            vec![455, 45],
            10_499,
        ),
        // S86: what is above the price is lost.
        (
            json!({"benefit": "amount", "amounts": [{"amount": 99_999, "currency": "EUR"}]}),
            &both,
            vec![10_000, 999],
            0,
        ),
        (
            json!({"benefit": "amount", "amounts": eur_5, "products": ["editor"]}),
            &[("backup", 12, 1), ("editor", 12, 1)],
            vec![0, 333],
            10_000,
        ),
        // One unit of a plan, and only of the first line that has it.
        (
            json!({"benefit": "free_plan", "product": "editor", "period_months": 12}),
            &[("backup", 1, 1), ("editor", 12, 3), ("editor", 12, 1)],
            vec![0, 333, 0],
            1_999,
        ),
    ] {
        assert_eq!(applied(&terms, wanted), Ok((off, total)), "{terms}");
    }
}

#[test]
fn s84_each_reason_has_its_own_name_and_all_have_one_sentence() {
    use CouponProblem as P;
    let backup = [("backup", 12, 1)];
    let minimum = |amount: i64, currency: &str| {
        let amount = json!({"amount": amount, "currency": currency});
        json!({"benefit": "percent", "percent": "20", "minimums": [amount]})
    };
    for (terms, problem) in [
        (minimum(10_001, "EUR"), P::BelowMinimum),
        (minimum(1, "USD"), P::OtherCurrency),
        (
            json!({"benefit": "percent", "percent": "20", "currencies": ["USD"]}),
            P::OtherCurrency,
        ),
        (
            json!({"benefit": "amount", "amounts": [{"amount": 5, "currency": "USD"}]}),
            P::OtherCurrency,
        ),
        (
            json!({"benefit": "percent", "percent": "20", "products": ["editor"]}),
            P::OtherProducts,
        ),
        (
            json!({"benefit": "free_plan", "product": "backup", "period_months": 1}),
            P::OtherProducts,
        ),
        (
            json!({"benefit": "percent", "percent": "0.0001"}),
            P::NothingOff,
        ),
    ] {
        assert_eq!(applied(&terms, &backup), Err(problem), "{terms}");
    }
    assert!(applied(&minimum(10_000, "EUR"), &backup).is_ok());
    let told = [P::Unknown, P::UsedUp, P::Over, P::Stopped].map(P::field);
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_code_is_for_its_time_its_state_and_its_uses() {
    let good = coupon(&json!({"benefit": "percent", "percent": "20"}));
    for (now, expected) in [
        (99, Err(CouponProblem::NotBegun)),
        (100, Ok(())),
        (199, Ok(())),
        (200, Err(CouponProblem::Over)),
    ] {
        assert_eq!(good.check(Timestamp(now)), expected, "{now}");
    }
    let at = Timestamp(150);
    let with = |change: fn(&mut Coupon)| {
        let mut coupon = good.clone();
        change(&mut coupon);
        coupon.check(at)
    };
    assert_eq!(with(|c| c.uses = 2), Err(CouponProblem::UsedUp));
    assert_eq!(
        with(|c| c.state = CouponState::Paused),
        Err(CouponProblem::Paused)
    );
    assert_eq!(
        with(|c| c.state = CouponState::Stopped),
        Err(CouponProblem::Stopped)
    );
    assert_eq!(with(|c| c.ends_at = None), Ok(()));
}

/// D03: a lookup asks about one product, and needs no price for it.
#[test]
fn terms_know_which_product_period_and_currency_they_cover() {
    let free = terms(&json!({"benefit": "free_plan", "product": "backup", "period_months": 12}));
    let usd = Currency::parse("USD").unwrap();
    assert_eq!(free.covers("backup", months(12), usd), Ok(()));
    assert_eq!(
        free.covers("backup", months(1), usd),
        Err(CouponProblem::OtherProducts)
    );
    assert_eq!(
        free.covers("editor", months(12), usd),
        Err(CouponProblem::OtherProducts)
    );
    let amount = json!({"benefit": "amount", "amounts": [{"amount": 5, "currency": "EUR"}]});
    assert_eq!(terms(&amount).covers("x", months(1), eur()), Ok(()));
    assert_eq!(
        terms(&amount).covers("x", months(1), usd),
        Err(CouponProblem::OtherCurrency)
    );
}

/// A41: spaces, case and look-alikes are forgiven; a wrong symbol is told apart without a read.
#[test]
fn a41_a_typed_code_is_forgiven_what_people_do_and_a_typing_error_is_told() {
    let code = CouponCode::from_random([0x13, 0x9a, 0x5c, 0xe0, 0x77, 0x01, 0xb8, 0x2f]);
    assert_eq!(code.to_string(), "K2ED-5SR3-Q06W-2D");
    for typing in ["K2ED5SR3Q06W2D", " k2ed-5sr3-qo6w-2d ", "K2ED 5SR3 QO6W 2D"] {
        assert_eq!(typed(typing), Ok(Some(code)), "{typing}");
    }
    assert_eq!(typed("  "), Ok(None));
    for (typing, start) in [
        ("K2ED-5SR3-Q06W-2Y", "There is a typing error"),
        ("K2DE-5SR3-Q06W-2D", "There is a typing error"),
        ("A2ED-5SR3-Q06W-2T", "There is a typing error"),
        ("K2ED-5SR3-Q06W-2", "A code has 14"),
        ("SVMMER", "A code has 14"),
    ] {
        let problem = typed(typing).unwrap_err();
        assert_eq!(problem.code, "coupon_mistyped");
        assert!(
            problem.message.starts_with(start),
            "{typing}: {}",
            problem.message
        );
    }
}

#[test]
fn stored_terms_and_states_format_unchanged() {
    for stored in [
        r#"{"benefit":"percent","percent":"12.5"}"#,
        r#"{"benefit":"amount","amounts":[{"amount":500,"currency":"EUR"}],"products":["editor"],"currencies":["EUR"],"minimums":[{"amount":0,"currency":"EUR"}]}"#,
        r#"{"benefit":"free_plan","product":"backup","period_months":12}"#,
        r#"{"benefit":"free_plan","product":"trial"}"#,
        r#"{"benefit":"free_plan","product":"backup","product_name":"Backup","period_months":1}"#,
    ] {
        let terms: Terms = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&terms).unwrap(), stored);
    }
    for state in CouponState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
    }
}

#[test]
fn terms_that_break_a_rule_are_refused() {
    let amount = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    for broken in [
        json!({}),
        json!({"benefit": "gift"}),
        json!({"benefit": "percent"}),
        json!({"benefit": "percent", "percent": "0"}),
        json!({"benefit": "percent", "percent": "101"}),
        json!({"benefit": "percent", "percent": 20}),
        json!({"benefit": "amount"}),
        json!({"benefit": "amount", "amounts": []}),
        json!({"benefit": "amount", "amounts": [amount(0)]}),
        json!({"benefit": "amount", "amounts": [amount(5), amount(6)]}),
        json!({"benefit": "free_plan"}),
        json!({"benefit": "free_plan", "product": "x", "period_months": 0}),
        json!({"benefit": "percent", "percent": "5", "minimums": [amount(-1)]}),
        json!({"benefit": "percent", "percent": "5", "products": ["Not a slug"]}),
        json!({"benefit": "percent", "percent": "5", "products": vec!["x"; 21]}),
    ] {
        assert!(
            serde_json::from_value::<Terms>(broken.clone()).is_err(),
            "{broken}"
        );
    }
}

#[test]
fn people_read_what_a_coupon_gives() {
    let amounts = json!([{"amount": 500, "currency": "EUR"}, {"amount": 300, "currency": "JPY"}]);
    for (json, shown) in [
        (
            json!({"benefit": "percent", "percent": "12.5"}),
            "12.5 % off",
        ),
        (
            json!({"benefit": "amount", "amounts": amounts}),
            "5.00\u{a0}EUR or 300\u{a0}JPY off",
        ),
        (
            json!({"benefit": "free_plan", "product": "backup", "period_months": 12}),
            "one backup (12 months) free",
        ),
        (
            json!({"benefit": "free_plan", "product": "backup", "product_name": "Backup"}),
            "one Backup (one-off) free",
        ),
    ] {
        assert_eq!(terms(&json).to_string(), shown);
    }
}
