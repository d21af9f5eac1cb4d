//! The README's page about the interface tells all of it.

use std::fs;
use std::path::PathBuf;

use crate::document::document;

/// The README's chapter about the interface.
fn chapter() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(path).expect("the README");
    let (_, chapter) = readme.split_once("\n## The API").expect("the chapter");
    let (chapter, _) = chapter.split_once("\n## ").expect("the next chapter");
    chapter.to_owned()
}

#[test]
fn every_call_and_every_status_of_the_document_stands_in_the_readme() {
    let chapter = chapter();
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    for (path, calls) in paths {
        for method in calls.as_object().expect("calls").keys() {
            let call = format!("`{} {path}`", method.to_uppercase());
            assert!(chapter.contains(&call), "{call} is missing");
        }
    }
    let statuses = &document["components"]["schemas"]["OrderStatus"]["oneOf"];
    let statuses = statuses.as_array().expect("statuses").iter();
    let statuses = statuses.map(|status| status["const"].as_str().expect("a text"));
    for status in statuses {
        assert!(
            chapter.contains(&format!("`{status}`")),
            "{status} is missing"
        );
    }
}
