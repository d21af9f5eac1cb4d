//! The form of a JSON body: which members it may and must have, of which types and lengths.
//!
//! A member that the sandbox does not know is refused, where PayPal would ignore it: a misspelt one
//! would otherwise pass every test and be missing in production.

use serde_json::{Map, Value};

use super::error::{ApiError, Detail};
use super::money;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A text of so many characters.
    Text(usize, usize),
    /// A text that a rule accepts.
    Ruled(fn(&str) -> bool),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// One of the first texts; the others are PayPal's too, but not the sandbox's.
    Partial(&'static [&'static str], &'static [&'static str]),
    /// An amount: `currency_code` and a well-formed `value`.
    Money,
    Object(&'static [Member]),
    /// So many of a kind.
    List(usize, usize, &'static Shape),
}

/// A member of an object: its name, whether it must be there, and what it may be.
pub(crate) type Member = (&'static str, bool, Shape);

const MONEY: &[Member] = &[
    ("currency_code", true, Shape::Text(3, 3)),
    ("value", true, Shape::Ruled(money::is_well_formed)),
];

/// Refuses a body that is not an object of these members, with every objection there is.
pub(crate) fn check(body: &Value, members: &[Member]) -> Result<(), ApiError> {
    let mut details = Vec::new();
    match body {
        Value::Object(map) => check_members(map, members, "", &mut details),
        other => details.push(objection(SYNTAX, "/", other)),
    }
    if details.is_empty() {
        Ok(())
    } else {
        Err(ApiError::invalid(details))
    }
}

/// An issue and its text.
type Issue = (&'static str, &'static str);

const SYNTAX: Issue = (
    "INVALID_PARAMETER_SYNTAX",
    "The value of a field does not conform to the expected format.",
);

fn check_shape(value: &Value, shape: Shape, field: &str, details: &mut Vec<Detail>) {
    let issue = match (shape, value) {
        (Shape::Text(min, max), Value::String(text)) => length(text.chars().count(), min, max),
        (Shape::Ruled(holds), Value::String(text)) => (!holds(text)).then_some(SYNTAX),
        (Shape::Choice(known), Value::String(text)) => choice(text, known, &[]),
        (Shape::Partial(known, others), Value::String(text)) => choice(text, known, others),
        (Shape::Money, Value::Object(map)) => {
            check_members(map, MONEY, field, details);
            None
        }
        (Shape::Object(members), Value::Object(map)) => {
            check_members(map, members, field, details);
            None
        }
        (Shape::List(min, max, of), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                check_shape(item, *of, &format!("{field}/{index}"), details);
            }
            count(items.len(), min, max)
        }
        _ => Some(SYNTAX),
    };
    details.extend(issue.map(|issue| objection(issue, field, value)));
}

fn objection((issue, description): Issue, field: &str, value: &Value) -> Detail {
    Detail::new(issue, description).at(field, value.as_str())
}

fn length(chars: usize, min: usize, max: usize) -> Option<Issue> {
    let description = "The value of a field is either too short or too long";
    (!(min..=max).contains(&chars)).then_some(("INVALID_STRING_LENGTH", description))
}

fn choice(text: &str, known: &[&str], others: &[&str]) -> Option<Issue> {
    if known.contains(&text) {
        None
    } else if others.contains(&text) {
        Some((
            "NOT_SUPPORTED",
            "The sandbox does not implement this value.",
        ))
    } else {
        Some(("INVALID_PARAMETER_VALUE", "A parameter value is not valid."))
    }
}

fn count(items: usize, min: usize, max: usize) -> Option<Issue> {
    if items < min {
        let description = "The number of items in an array parameter is too small.";
        Some(("INVALID_ARRAY_MIN_ITEMS", description))
    } else if items > max {
        let description = "The number of items in an array parameter is too large.";
        Some(("INVALID_ARRAY_MAX_ITEMS", description))
    } else {
        None
    }
}

fn check_members(
    map: &Map<String, Value>,
    members: &[Member],
    field: &str,
    details: &mut Vec<Detail>,
) {
    for (name, required, shape) in members {
        let place = format!("{field}/{name}");
        match map.get(*name) {
            Some(value) => check_shape(value, *shape, &place, details),
            None if *required => details.push(
                Detail::new(
                    "MISSING_REQUIRED_PARAMETER",
                    "A required field / parameter is missing",
                )
                .at(place, None),
            ),
            None => {}
        }
    }
    for name in map.keys() {
        if !members.iter().any(|(known, ..)| known == name) {
            let description = "This field is not currently supported.";
            details.push(
                Detail::new("NOT_SUPPORTED", description).at(format!("{field}/{name}"), None),
            );
        }
    }
}
