//! The committed file is what the types say. `UPDATE=1 cargo test` writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::document::document;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../functions/pages/assets/openapi.json")
}

/// A validator for a schema of the document.
pub(crate) fn validator(document: &Json, schema: &Json) -> Validator {
    let whole = json!({ "allOf": [schema], "components": document["components"] });
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&whole)
        .unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// Panics with what does not fit.
pub(crate) fn assert_fits(document: &Json, schema: &Json, value: &Json, what: &str) {
    let problems: Vec<String> = validator(document, schema)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{what}: {problems:#?} in {value:#}");
}

/// JSON in which whatever fits stands on one line: half the size of the usual indentation, and easier
/// to read in a diff.
fn written(json: &Json, depth: usize) -> String {
    const LINE: usize = 110;
    let flat = json.to_string();
    if depth + flat.len() <= LINE || !(json.is_object() || json.is_array()) {
        return flat;
    }
    let space = " ".repeat(depth + 1);
    let (open, parts, close) = match json {
        Json::Object(object) => {
            // Sorted here, whatever order the map keeps.
            let sorted: BTreeMap<_, _> = object.iter().collect();
            let part = |(key, value): (&String, &Json)| {
                format!(
                    "{space}{}: {}",
                    Json::from(key.as_str()),
                    written(value, depth + 1)
                )
            };
            ('{', sorted.into_iter().map(part).collect::<Vec<_>>(), '}')
        }
        Json::Array(items) => {
            let part = |item: &Json| format!("{space}{}", written(item, depth + 1));
            ('[', items.iter().map(part).collect(), ']')
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return flat,
    };
    format!(
        "{open}\n{}\n{}{close}",
        parts.join(",\n"),
        " ".repeat(depth)
    )
}

#[test]
fn the_committed_document_is_current() {
    let document = document();
    if std::env::var_os("UPDATE").is_some() {
        let text = format!("{}\n", written(&document, 0));
        fs::write(file(), text).expect("the file");
    }
    let committed = fs::read_to_string(file()).expect("the file");
    let committed: Json = serde_json::from_str(&committed).expect("JSON");
    assert!(
        committed == document,
        "openapi.json is out of date: run the test with UPDATE=1, and read the difference"
    );
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let answers = operation["responses"].as_object().expect("responses");
            for body in answers.values().chain([&operation["requestBody"]]) {
                let content = &body["content"]["application/json"];
                if let Some(example) = content.get("example") {
                    let what = format!("{method} {path}");
                    assert_fits(&document, &content["schema"], example, &what);
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 21);
}

#[test]
fn no_description_speaks_rust() {
    let text = document().to_string();
    for word in ["[`", "::", "Option<", "crate", "Vec<"] {
        assert!(!text.contains(word), "{word}");
    }
}
