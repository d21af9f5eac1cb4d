use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::provider::stripe::fixtures;

#[derive(Deserialize)]
struct Published {
    zero_decimal: Vec<String>,
    three_decimal_last_digit_zero: Vec<String>,
    two_decimal_representation_but_whole_units_only: Vec<String>,
    minimum_charge_minor_units: BTreeMap<String, i64>,
    maximum_digits: BTreeMap<String, u32>,
}

fn published() -> Published {
    fixtures::parse("currencies.json")
}

fn upper(codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| code.to_uppercase()).collect()
}

/// ISO 4217 gives all of Stripe's zero-decimal currencies no minor digits, but for one.
#[test]
fn s42_the_scale_of_every_special_currency_is_stripes() {
    let published = published();
    for code in upper(&published.zero_decimal) {
        let expected = if code == "MGA" {
            Scale::Hundredth
        } else {
            Scale::Same
        };
        assert_eq!(Scale::of(&code), expected, "{code}");
    }
    for code in upper(&published.three_decimal_last_digit_zero) {
        assert_eq!(Scale::of(&code), Scale::SameRoundedToTen, "{code}");
    }
    for code in upper(&published.two_decimal_representation_but_whole_units_only) {
        assert_eq!(Scale::of(&code), Scale::TimesHundred, "{code}");
    }
    for code in ["USD", "EUR", "HUF", "TWD", "GBP"] {
        assert_eq!(Scale::of(code), Scale::Same, "{code}");
    }
}

#[test]
fn s42_amounts_of_every_kind_of_currency_reach_stripe_exactly() {
    let refused = |step_minor| Err(AmountProblem::NotRepresentable { step_minor });
    for (code, ours, expected) in [
        ("JPY", 5000, Ok(5000)),
        ("KRW", 12_345, Ok(12_345)),
        ("USD", 1999, Ok(1999)),
        ("EUR", 1, Ok(1)),
        ("KWD", 1230, Ok(1230)),
        ("KWD", 1234, refused(10)),
        ("BHD", 5, refused(10)),
        ("ISK", 5, Ok(500)),
        ("UGX", 0, Ok(0)),
        ("MGA", 1200, Ok(12)),
        ("MGA", 1250, refused(100)),
        ("EUR", -5, Ok(-5)),
        ("ISK", i64::MAX, refused(1)),
    ] {
        assert_eq!(to_stripe(code, ours), expected, "{code} {ours}");
    }
}

#[test]
fn s42_what_stripe_says_is_read_exactly_or_not_at_all() {
    for (code, amount, expected) in [
        ("JPY", 5000, Some(5000)),
        ("USD", 1999, Some(1999)),
        ("KWD", 1234, Some(1234)),
        ("ISK", 500, Some(5)),
        ("ISK", 550, None),
        ("MGA", 12, Some(1200)),
        ("MGA", i64::MAX, None),
        ("USD", AMOUNT_MINOR_MAX + 1, None),
        ("USD", i64::MIN, None),
    ] {
        assert_eq!(Scale::of(code).ours(amount), expected, "{code} {amount}");
    }
}

#[test]
fn s32_an_amount_below_the_published_minimum_is_told_the_minimum() {
    let published = published();
    assert_eq!(published.minimum_charge_minor_units.len(), 31);
    for (code, minimum_minor) in published.minimum_charge_minor_units {
        let code = code.to_uppercase();
        // The minimum is in Stripe's units; the check must not confuse them with ours.
        assert_eq!(Scale::of(&code), Scale::Same, "{code}");
        assert_eq!(check(&code, minimum_minor), Ok(()), "{code}");
        for less in [minimum_minor - 1, 1, 0, -1, i64::MIN] {
            assert_eq!(
                check(&code, less),
                Err(AmountProblem::TooSmall { minimum_minor }),
                "{code}"
            );
        }
    }
    for (code, minimum_minor) in [("VND", 1), ("KWD", 10), ("MGA", 100), ("ISK", 1)] {
        assert_eq!(check(code, minimum_minor), Ok(()), "{code}");
        assert_eq!(
            check(code, 0),
            Err(AmountProblem::TooSmall { minimum_minor }),
            "{code}"
        );
    }
}

#[test]
fn s45_an_amount_of_too_many_digits_is_told_the_maximum() {
    for (code, maximum_minor) in [
        ("USD", 99_999_999),
        ("JPY", 99_999_999),
        ("KWD", 99_999_990),
        ("ISK", 999_999),
        ("MGA", 9_999_999_900),
        ("IDR", 999_999_999_999),
        ("COP", 9_999_999_999),
        ("INR", 999_999_999),
    ] {
        assert_eq!(check(code, maximum_minor), Ok(()), "{code}");
        for more in [maximum_minor + 1, AMOUNT_MINOR_MAX, i64::MAX] {
            assert_eq!(
                check(code, more),
                Err(AmountProblem::TooLarge { maximum_minor }),
                "{code}"
            );
        }
    }
}

#[test]
fn the_maxima_are_the_published_numbers_of_digits() {
    let digits = published().maximum_digits;
    for (code, name) in [
        ("USD", "api_reference_general"),
        ("EUR", "non_card_default"),
        ("IDR", "non_card_idr"),
        ("COP", "non_card_cop"),
        ("INR", "non_card_inr"),
    ] {
        assert_eq!(
            maximum_at_stripe(code),
            10_i64.pow(digits[name]) - 1,
            "{code}"
        );
    }
}

#[test]
fn money_goes_out_and_comes_back_with_its_currency() {
    let currency = Currency::parse("EUR").unwrap();
    let money = Money {
        amount_minor: 4498,
        currency,
    };
    assert_eq!(check_amount(money), Ok(()));
    assert_eq!(to_stripe_amount(money), Ok(4498));
    assert_eq!(from_stripe_amount(currency, 4498), Some(money));
    assert_eq!(money_on_wire(Some(4498), Some("eur")), Some(money));
    for (amount, code) in [(None, Some("eur")), (Some(1), None), (Some(1), Some("zzz"))] {
        assert_eq!(money_on_wire(amount, code), None);
    }
    assert_eq!(stripe_code(currency), "eur");
}

proptest! {
    #[test]
    fn s42_whatever_stripe_can_express_comes_back_the_same(
        code in prop::sample::select(vec!["USD", "JPY", "KWD", "ISK", "UGX", "MGA", "ZZZ"]),
        ours in -AMOUNT_MINOR_MAX..=AMOUNT_MINOR_MAX,
    ) {
        if let Ok(amount) = to_stripe(code, ours) {
            prop_assert_eq!(Scale::of(code).ours(amount), Some(ours));
        } else {
            prop_assert_ne!(ours.checked_rem(Scale::of(code).step_minor()), Some(0));
        }
    }

    #[test]
    fn whatever_passes_the_check_can_be_sent(
        code in prop::sample::select(vec!["USD", "JPY", "KWD", "ISK", "MGA", "IDR"]), ours: i64,
    ) {
        if check(code, ours).is_ok() {
            let amount = to_stripe(code, ours).unwrap();
            prop_assert!((1..=maximum_at_stripe(code)).contains(&amount));
        }
    }
}
