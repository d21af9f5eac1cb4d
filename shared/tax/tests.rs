//! Which rate applies where, and what it comes to, as tables.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::money::AMOUNT_MINOR_MAX;
use crate::record::read_from;

fn percent(text: &str) -> TaxPercent {
    TaxPercent::parse(text).unwrap()
}

#[test]
fn a_rate_is_a_plain_decimal_from_0_to_100() {
    for (text, shown) in [
        ("0", "0"),
        ("20", "20"),
        ("19.00", "19"),
        ("8.875", "8.875"),
        ("100", "100"),
    ] {
        assert_eq!(percent(text).to_string(), shown);
    }
    for text in [
        "", ".", "20.", ".5", "-1", "+1", "1e1", "1_0", "100.0001", "8.87512", "1000", "NaN",
        " 20", "20%", "1,5",
    ] {
        assert_eq!(TaxPercent::parse(text), Err(TaxError::Percent), "{text:?}");
    }
    assert!(
        serde_json::from_str::<TaxPercent>("20").is_err(),
        "a number might be a float"
    );
}

#[test]
fn tax_is_rounded_once_half_away_from_zero() {
    use TaxMode::{Exclusive, Inclusive};
    for (mode, rate, amount, tax) in [
        (Exclusive, "20", 1_999, 400),
        (Exclusive, "19", 50, 10),
        (Exclusive, "5", 10, 1),
        (Exclusive, "5", 9, 0),
        (Exclusive, "50", 1, 1),
        (Exclusive, "8.875", 10_000, 888),
        (Exclusive, "0", 1_999, 0),
        (Inclusive, "20", 1_200, 200),
        (Inclusive, "19", 119, 19),
        (Inclusive, "10", 19_990, 1_817),
        (Inclusive, "100", 1, 1),
        (Inclusive, "100", 3, 2),
        (Inclusive, "0", 500, 0),
        (Exclusive, "100", AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX),
    ] {
        assert_eq!(
            percent(rate).tax_minor(mode, amount),
            Some(tax),
            "{mode:?} {rate} {amount}"
        );
    }
}

/// The rates of the US are regional only, those of Canada and France both, Germany's the country's.
fn rates() -> Vec<TaxRate> {
    [
        json!({"country": "US", "region": "ny", "percent": "8.875", "tax_name": "Sales tax"}),
        json!({"country": "US", "region": "tx", "percent": "8.25", "tax_name": "Sales tax"}),
        json!({"country": "DE", "region": "", "percent": "19.00", "tax_name": "VAT"}),
        json!({"country": "CA", "region": "", "percent": "5", "tax_name": "GST"}),
        json!({"country": "CA", "region": "QC", "percent": "14.975", "tax_name": "GST and QST"}),
        json!({"country": "FR", "region": "", "percent": "20", "tax_name": "TVA"}),
        json!({"country": "FR", "region": "la réunion", "percent": "8.5", "tax_name": "TVA"}),
    ]
    .map(|row| read_from(row).unwrap())
    .into()
}

fn chosen(country: &str, region: Option<&str>) -> Result<TaxRule, RegionError> {
    TaxRule::choose(&rates(), Country::parse(country).unwrap(), region)
}

#[test]
fn the_regions_rate_wins_over_the_countrys() {
    for (country, region, percent, of_region) in [
        ("US", Some("NY"), "8.875", Some("NY")),
        ("US", Some(" ny "), "8.875", Some("NY")),
        ("US", Some("N.Y."), "8.875", Some("NY")),
        ("US", Some(". n.Y"), "8.875", Some("NY")),
        ("US", Some("TX"), "8.25", Some("TX")),
        ("US", Some("CA"), "0", None),
        ("US", Some("c.a."), "0", None),
        ("US", Some("36"), "0", None),
        ("US", Some(ELSEWHERE), "0", None),
        ("DE", None, "19", None),
        ("DE", Some("NY"), "19", None),
        ("DE", Some("Niedersachsen"), "19", None),
        ("CA", None, "5", None),
        ("CA", Some("AB"), "5", None),
        ("CA", Some("QC"), "14.975", Some("QC")),
        ("FR", None, "20", None),
        ("FR", Some("IDF"), "20", None),
        ("FR", Some("La RÉUNION"), "8.5", Some("la réunion")),
        ("JP", None, "0", None),
        ("JP", Some("Tōkyō"), "0", None),
    ] {
        let rule = chosen(country, region).unwrap();
        assert_eq!(rule.percent.to_string(), percent, "{country} {region:?}");
        assert_eq!(rule.region.as_deref(), of_region, "{country} {region:?}");
    }
}

#[test]
fn a_region_that_leaves_the_tax_open_is_refused() {
    let us = || "NY, TX".to_owned();
    for (country, region, expected) in [
        ("US", None, RegionError::Missing(us())),
        ("US", Some(""), RegionError::Missing(us())),
        ("US", Some(" . "), RegionError::Missing(us())),
        ("US", Some("New York"), RegionError::Unclear(us())),
        ("US", Some("N Y"), RegionError::Unclear(us())),
        ("US", Some("US-NY"), RegionError::Unclear(us())),
        ("US", Some("ＮＹ"), RegionError::Unclear(us())),
        ("US", Some("-"), RegionError::Unclear(us())),
        ("US", Some("NÉ"), RegionError::Unclear(us())),
        ("CA", Some("Québec"), RegionError::Unclear("QC".into())),
        (
            "FR",
            Some("La Reunion"),
            RegionError::Unclear("la réunion".into()),
        ),
    ] {
        let refused = chosen(country, region);
        assert_eq!(refused, Err(expected), "{country} {region:?}");
    }
}

proptest! {
    /// However a listed region is spelt, its rate applies; whatever else is typed is refused
    /// unless it has the form of a code.
    #[test]
    fn no_spelling_of_a_listed_region_loses_its_rate(
        spelt in " {0,2}\\.{0,2}[Nn]\\.{0,2}[Yy]\\.{0,2} {0,2}",
        other in "\\PC{0,12}",
    ) {
        let rule = chosen("US", Some(&spelt)).unwrap();
        prop_assert_eq!(rule.region.as_deref(), Some("NY"), "{:?}", spelt);
        let code = other.replace('.', "");
        let code = code.trim();
        let is_code = (1..=3).contains(&code.len())
            && code.chars().all(|c| c.is_ascii_alphanumeric());
        prop_assert_eq!(chosen("US", Some(&other)).is_ok(), is_code, "{:?}", other);
    }
}

#[test]
fn region_errors_are_told_at_the_field() {
    let told = [
        RegionError::Missing("NY".into()).problem("region"),
        RegionError::Unclear("NY, TX".into()).problem("billing.region"),
    ];
    let told = told.map(|it| format!("{} {}: {}", it.field, it.code, it.message));
    assert_eq!(
        told,
        [
            "region required: Tax depends on the state or region here: type its code, such as NY.",
            "billing.region unknown_region: Use the code of your state or region, such as NY, TX.",
        ]
    );
}

#[test]
fn without_a_rate_there_is_no_tax() {
    assert_eq!(chosen("JP", None), Ok(TaxRule::untaxed()));
}

#[test]
fn a_tax_row_that_breaks_a_rule_is_refused() {
    for (column, value) in [
        ("country", json!("ZZ")),
        ("percent", json!("-1")),
        ("percent", json!(19)),
        ("tax_name", json!(" ")),
    ] {
        let mut row = json!(
            {"country": "DE", "region": "", "percent": "19", "tax_name": "VAT"}
        );
        assert!(read_from::<_, TaxRate>(row.clone()).is_ok());
        row[column] = value;
        assert!(read_from::<_, TaxRate>(row).is_err(), "{column}");
    }
}

#[test]
fn tax_mode_format_unchanged() {
    for (mode, text) in [
        (TaxMode::Exclusive, "exclusive"),
        (TaxMode::Inclusive, "inclusive"),
    ] {
        assert_eq!(TaxMode::parse(text), Some(mode));
        assert_eq!(serde_json::to_value(mode).unwrap(), json!(text));
    }
    assert_eq!(TaxMode::parse("Inclusive"), None);
}
