//! axe-core, given to a page by the driver: the shop itself loads and runs no script.

use std::fs;
use std::sync::LazyLock;

use common::harness::workspace;
use serde_json::Value as Json;

use crate::webdriver::Browser;

static SOURCE: LazyLock<String> = LazyLock::new(|| {
    let file = workspace().join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(file).expect("axe-core is not installed: run `make tools` first")
});

/// WCAG 2.2 at level AA, and what axe itself recommends beyond it.
const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const options = { runOnly: { type: 'tag', values: tags }, preload: false };
    const place = (node) => `${node.target}: ${node.html}\\n${node.failureSummary}`;
    return axe.run(document, options).then(({ violations, passes }) => ({
      violations: violations.map(({ id, help, nodes }) => `${id}: ${help}\\n${nodes.map(place).join('\\n')}`),
      passes: passes.length,
    }));";

/// Panics with every violation on the page as it is shown now.
#[track_caller]
pub(crate) fn assert_accessible(browser: &Browser, shown: &str) {
    if browser.run("return typeof axe === 'undefined'") == Json::Bool(true) {
        browser.run(&SOURCE);
    }
    let found = browser.run(RUN);
    // An audit that looked at nothing finds nothing.
    assert!(
        found["passes"].as_u64().is_some_and(|passes| passes >= 10),
        "{shown}: {found:#}"
    );
    let violations = found["violations"].as_array().expect("a list");
    let words: Vec<_> = violations.iter().filter_map(Json::as_str).collect();
    assert!(
        words.is_empty(),
        "{shown} is not accessible:\n{}",
        words.join("\n")
    );
}
