//! `application/x-www-form-urlencoded` with bracket nesting, as Stripe's API v1 takes it:
//! `line_items[0][price_data][currency]=eur`.
//!
//! Keys are constants of this crate, so nothing that a person typed can become a key; a bracket in
//! one would be ambiguous on the wire. The same text is used for bodies and for query strings.

use std::borrow::Cow;
use std::fmt::Write;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param<'a> {
    /// Text, percent-encoded as UTF-8. An empty text unsets the parameter at Stripe.
    Text(Cow<'a, str>),
    /// A whole number: Stripe takes amounts in minor units and times in Unix seconds.
    Int(i64),
    /// `true` or `false`.
    Flag(bool),
    /// Values under `[0]`, `[1]`, … . An empty list is not sent.
    List(Vec<Param<'a>>),
    /// Values under `[key]`. An empty group is not sent.
    Group(Group<'a>),
}

/// Keys and values in the order in which they are sent.
pub type Group<'a> = Vec<(&'static str, Param<'a>)>;

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Param<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl<'a> From<Group<'a>> for Param<'a> {
    fn from(value: Group<'a>) -> Self {
        Self::Group(value)
    }
}

/// Encodes parameters. The same parameters always give the same text, which an idempotency key
/// relies on.
#[must_use]
pub fn encode(params: &Group<'_>) -> String {
    let mut form = String::new();
    for (key, param) in params {
        write_param(&mut form, key, param);
    }
    form
}

fn write_param(form: &mut String, key: &str, param: &Param<'_>) {
    match param {
        Param::Text(text) => write_pair(form, key, text),
        Param::Int(number) => write_pair(form, key, &number.to_string()),
        Param::Flag(flag) => write_pair(form, key, if *flag { "true" } else { "false" }),
        Param::List(items) => {
            for (index, item) in items.iter().enumerate() {
                write_param(form, &format!("{key}[{index}]"), item);
            }
        }
        Param::Group(group) => {
            for (inner, item) in group {
                write_param(form, &format!("{key}[{inner}]"), item);
            }
        }
    }
}

/// Keys are written as they are: constants need no encoding, and Stripe's SDKs leave the brackets.
fn write_pair(form: &mut String, key: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    form.push_str(key);
    form.push('=');
    percent_encode(form, value);
}

/// Everything but RFC 3986's unreserved characters is encoded; a space is `%20`.
pub(super) fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::provider::stripe::fixtures::{self, decode_form};

    /// The recorded keys live as long as the test run.
    fn param(value: &Value) -> Param<'static> {
        match value {
            Value::Null => unreachable!("no recorded parameter is null"),
            Value::Bool(flag) => (*flag).into(),
            Value::Number(number) => number.as_i64().expect("an integer").into(),
            Value::String(text) => text.clone().into(),
            Value::Array(items) => Param::List(items.iter().map(param).collect()),
            Value::Object(_) => group(value).into(),
        }
    }

    fn group(value: &Value) -> Group<'static> {
        let object = value.as_object().expect("an object");
        object
            .iter()
            .map(|(key, value)| (&*key.clone().leak(), param(value)))
            .collect()
    }

    fn pairs(value: &Value) -> Vec<(String, String)> {
        serde_json::from_value(value.clone()).expect("a list of pairs")
    }

    fn sorted(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
        pairs.sort();
        pairs
    }

    #[test]
    fn every_recorded_request_of_the_official_sdk_has_the_same_pairs() {
        let golden: Value = fixtures::parse("golden_requests.json");
        let requests = golden["requests"].as_array().unwrap();
        assert!(
            requests.len() >= 18,
            "only {} recorded requests",
            requests.len()
        );
        for request in requests {
            let ours = decode_form(&encode(&group(&request["params"])));
            let key = if request["method"] == "GET" {
                "query_pairs"
            } else {
                "body_pairs"
            };
            assert_eq!(
                sorted(ours),
                sorted(pairs(&request[key])),
                "{}",
                request["name"]
            );
        }
    }

    /// The order of keys is the caller's; a parsed JSON object has lost it, so the pairs are sorted.
    #[test]
    fn recorded_session_bodies_are_the_same_byte_for_byte() {
        let golden: Value = fixtures::parse("golden_requests.json");
        let mut compared = 0;
        for request in golden["requests"].as_array().unwrap() {
            if request["method"] != "POST" || request["path"] != "/v1/checkout/sessions" {
                continue;
            }
            let ours = encode(&group(&request["params"]));
            let (mut ours, mut theirs): (Vec<_>, Vec<_>) = (
                ours.split('&').collect(),
                request["body_raw"].as_str().unwrap().split('&').collect(),
            );
            ours.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(ours, theirs, "{}", request["name"]);
            compared += 1;
        }
        assert_eq!(compared, 5);
    }

    #[test]
    fn order_is_kept_and_empty_lists_and_groups_are_not_sent() {
        let params: Group<'_> = vec![
            ("z", "1".into()),
            ("none", Param::List(vec![])),
            ("nothing", Param::Group(vec![])),
            ("a", vec![("y", Param::Int(-2)), ("x", "".into())].into()),
        ];
        assert_eq!(encode(&params), "z=1&a[y]=-2&a[x]=");
        assert_eq!(encode(&vec![]), "");
    }

    fn any_param() -> impl Strategy<Value = Param<'static>> {
        let leaf = prop_oneof![
            ".{0,20}".prop_map(Param::from),
            any::<i64>().prop_map(Param::from),
            any::<bool>().prop_map(Param::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Param::List),
                prop::collection::vec((prop::sample::select(vec!["a", "b_c", "d"]), inner), 0..4)
                    .prop_map(Param::Group),
            ]
        })
    }

    /// What the wire should carry, worked out without the encoder.
    fn leaves(path: &str, param: &Param<'_>) -> Vec<(String, String)> {
        match param {
            Param::Text(text) => vec![(path.to_owned(), text.clone().into_owned())],
            Param::Int(number) => vec![(path.to_owned(), number.to_string())],
            Param::Flag(flag) => vec![(path.to_owned(), flag.to_string())],
            Param::List(items) => (0..)
                .zip(items)
                .flat_map(|(index, item): (usize, _)| leaves(&format!("{path}[{index}]"), item))
                .collect(),
            Param::Group(group) => group
                .iter()
                .flat_map(|(key, item)| leaves(&format!("{path}[{key}]"), item))
                .collect(),
        }
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_can_be_decoded(param in any_param()) {
            let form = encode(&vec![("root", param.clone())]);
            prop_assert!(form.is_ascii() && !form.contains([' ', '+', '\n']));
            prop_assert_eq!(decode_form(&form), leaves("root", &param));
        }
    }
}
