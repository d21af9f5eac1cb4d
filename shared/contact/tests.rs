//! Whole forms: all problems at once, and what is stored.

use serde_json::json;

use super::*;
use crate::api::reading::{Body, read};

fn typed<T: Body>(body: &serde_json::Value) -> T {
    read(body.to_string().as_bytes()).unwrap()
}

fn customer() -> CustomerInput {
    typed(&json!({"name": "Jane Doe", "email": "jane@example.com"}))
}

fn billing() -> BillingInput {
    typed(&json!({
        "name": "Jane Doe",
        "company": "",
        "line1": " 12 High Street ",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "de",
        "tax_id": "DE123456789",
    }))
}

fn codes(problems: &[FieldProblem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.field.as_str(), problem.code))
        .collect()
}

#[test]
fn a01_every_missing_field_is_named_at_once() {
    let problems = parse_contact(&CustomerInput::default(), &BillingInput::default()).unwrap_err();
    assert_eq!(
        codes(&problems),
        [
            ("customer.name", "required"),
            ("customer.email", "required"),
            ("billing.name", "required"),
            ("billing.line1", "required"),
            ("billing.city", "required"),
            ("billing.country", "required"),
        ]
    );
}

#[test]
fn a01_every_broken_field_has_its_own_code() {
    let customer = CustomerInput {
        email: Some("jane".to_owned()),
        ..customer()
    };
    let billing = BillingInput {
        name: Some("4242 4242 4242 4242".to_owned()),
        company: Some("a\nb".to_owned()),
        line2: Some("x".repeat(201)),
        postal_code: Some("  ".to_owned()),
        ..billing()
    };
    let problems = parse_contact(&customer, &billing).unwrap_err();
    assert_eq!(
        codes(&problems),
        [
            ("customer.email", "invalid_email"),
            ("billing.name", "card_number"),
            ("billing.company", "invalid_character"),
            ("billing.line2", "too_long"),
            ("billing.postal_code", "required"),
        ]
    );
    let all = serde_json::to_string(&problems).unwrap();
    assert!(
        !all.contains("4242"),
        "a problem never repeats what was typed"
    );
}

#[test]
fn an_unknown_country_is_a_problem_of_its_field_only() {
    let billing = BillingInput {
        country: Some("XX".to_owned()),
        postal_code: None,
        ..billing()
    };
    let problems = Billing::parse(&billing).unwrap_err();
    assert_eq!(codes(&problems), [("billing.country", "unknown_country")]);
}

#[test]
fn a_postal_code_is_asked_for_only_where_there_are_any() {
    let in_country = |country: &str| BillingInput {
        country: Some(country.to_owned()),
        postal_code: None,
        ..billing()
    };
    assert!(Billing::parse(&in_country("HK")).is_ok());
    let problems = Billing::parse(&in_country("DE")).unwrap_err();
    assert_eq!(codes(&problems), [("billing.postal_code", "required")]);
}

#[test]
fn billing_format_unchanged() {
    let billing = Billing::parse(&billing()).unwrap();
    let stored = json!({
        "name": "Jane Doe",
        "company": null,
        "line1": "12 High Street",
        "line2": null,
        "city": "Berlin",
        "region": null,
        "postal_code": "10115",
        "country": "DE",
        "tax_id": "DE123456789",
    });
    assert_eq!(serde_json::to_value(&billing).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Billing>(stored).unwrap(), billing);
}

#[test]
fn customer_format_unchanged() {
    let customer = Customer::parse(&customer()).unwrap();
    let stored = json!({"name": "Jane Doe", "email": "jane@example.com"});
    assert_eq!(serde_json::to_value(&customer).unwrap(), stored);
    assert_eq!(
        serde_json::from_value::<Customer>(stored).unwrap(),
        customer
    );
}

#[test]
fn unknown_fields_and_other_types_are_refused() {
    for body in [
        json!({"postcode": "1"}),
        json!({"name": 1}),
        json!({"name": ["a"]}),
    ] {
        assert!(
            read::<BillingInput>(body.to_string().as_bytes()).is_err(),
            "{body}"
        );
    }
}

#[test]
fn a_form_shown_again_keeps_everything_but_card_numbers() {
    let typed = BillingInput {
        line2: Some("Card 4242424242424242".to_owned()),
        ..billing()
    };
    let shown = typed.redacted();
    assert_eq!(shown.line2.as_deref(), Some("Card [removed]"));
    assert!(
        BillingInput {
            line2: typed.line2.clone(),
            ..shown
        } == typed
    );
}

#[test]
fn nothing_typed_is_printed() {
    let parsed = parse_contact(&customer(), &billing()).unwrap();
    let printed = format!("{:?} {:?} {parsed:?}", customer(), billing());
    for personal in [
        "Jane",
        "jane",
        "High Street",
        "Berlin",
        "10115",
        "123456789",
    ] {
        assert!(!printed.contains(personal), "{personal} in {printed}");
    }
}
