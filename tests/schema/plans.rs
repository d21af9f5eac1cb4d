//! How every statement is carried out: by keys and indexes, never by reading a table that grows.

use common::Database;
use rusqlite::config::DbConfig;
use shared::statement::Sql;
use shared::store;

use crate::parse::without_comments;

const CHAIN: &str = "a chain of orders is walked some steps and no more";

/// Steps of a plan that look like a scan or a sort and are bounded all the same: the statement, the
/// step, and by what.
const BOUNDED: &[(&str, &str, &str)] = &[
    (
        "PRODUCTS",
        "SCAN p",
        "the catalogue is the operator's; LIMIT 1000",
    ),
    (
        "PRODUCTS",
        "USE TEMP B-TREE FOR ORDER BY",
        "the catalogue is the operator's; LIMIT 1000",
    ),
    (
        "PRICES",
        "SCAN wanted VIRTUAL TABLE INDEX 1:",
        "a cart has 20 items at most",
    ),
    (
        "PLANS",
        "SCAN wanted VIRTUAL TABLE INDEX 1:",
        "a coupon names 20 products at most",
    ),
    (
        "PLANS",
        "USE TEMP B-TREE FOR DISTINCT",
        "a coupon names 20 products at most",
    ),
    ("TAX_RATES", "SCAN (subquery-1)", "the subquery has LIMIT 3"),
    (
        "ISSUE_CODES",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
        "an order issues 100 codes at most",
    ),
    ("CASE_OF_CODES", "SCAN c", "one row of sums"),
    (
        "HOLD_USE",
        "SCAN s VIRTUAL TABLE INDEX 1:",
        "a list of ten in the statement",
    ),
    (
        "KNOWN_EVENTS",
        "SCAN wanted VIRTUAL TABLE INDEX 1:",
        "a page of the event list has 50",
    ),
    ("LEASE_CURSORS", "SCAN cursors", "a row per provider"),
    ("HISTORY", "SCAN (subquery-1)", "the subquery has LIMIT 100"),
    (
        "HISTORY",
        "USE TEMP B-TREE FOR ORDER BY",
        "the subquery has LIMIT 100",
    ),
    ("SIGNED_BY_HAND", "SCAN d", "the subquery has LIMIT 50"),
    (
        "ORDERS_BY_COUPON",
        "SCAN (subquery-2)",
        "the subquery has LIMIT 50",
    ),
    (
        "TAKE_FROM_CASE",
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
        "a list of five kinds at most",
    ),
    (
        "INSERT_REFUND",
        "SCAN l VIRTUAL TABLE INDEX 1:",
        "a cart has so many lines and no more",
    ),
    (
        "MOVEMENTS_OF_ORDER",
        "SCAN k VIRTUAL TABLE INDEX 1:",
        "a list of three in the statement",
    ),
    (
        "MOVEMENTS_OF_ORDER",
        "SCAN w VIRTUAL TABLE INDEX 1:",
        "a list of two in the statement",
    ),
    ("INSERT_REFUND", "SCAN c", CHAIN),
    ("NEWEST_REPLACEMENT", "SCAN c", CHAIN),
    ("NEWEST_REPLACEMENT", "SCAN h", "one row"),
    ("NEWEST_REPLACEMENT", "USE TEMP B-TREE FOR ORDER BY", CHAIN),
    ("ORDER_BY_CAPTURE", "SCAN c", CHAIN),
    ("ORDER_BY_CAPTURE", "SCAN h", "one row"),
    ("ORDER_BY_CAPTURE", "USE TEMP B-TREE FOR ORDER BY", CHAIN),
    ("PAYMENT_BY_CAPTURE", "SCAN c", CHAIN),
    ("PAYMENT_BY_CAPTURE", "USE TEMP B-TREE FOR ORDER BY", CHAIN),
    (
        "PAYMENTS_OF_ORDER",
        "USE TEMP B-TREE FOR ORDER BY",
        "an order has twelve payments at most",
    ),
];

/// The steps of a statement's plan, with those of the triggers that it sets off.
fn plan(database: &Database, sql: Sql) -> Vec<String> {
    let connection = database.connection();
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text))
        .unwrap_or_else(|error| panic!("{}: {error}", sql.name));
    let steps = statement.raw_query().mapped(|row| row.get("detail"));
    steps.collect::<Result<_, _>>().expect("a plan")
}

fn explaining() -> Database {
    let database = Database::new();
    database
        .connection()
        .set_db_config(DbConfig::SQLITE_DBCONFIG_TRIGGER_EQP, true)
        .expect("a setting");
    database
}

/// Whether a step may read or sort more rows the more there are.
fn may_grow(step: &str) -> bool {
    let scans = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW";
    scans || step.contains("TEMP B-TREE") || step.contains("AUTOMATIC")
}

#[test]
fn no_statement_and_no_trigger_scans_or_sorts_a_table_that_grows() {
    let database = explaining();
    let mut used = vec![false; BOUNDED.len()];
    for sql in store::all() {
        for step in plan(&database, sql) {
            let known = BOUNDED
                .iter()
                .position(|(name, text, _)| *name == sql.name && step.starts_with(text));
            match known {
                Some(index) => used[index] = true,
                None => assert!(!may_grow(&step), "{}: {step}\n{}", sql.name, sql.text),
            }
        }
    }
    for (known, used) in BOUNDED.iter().zip(used) {
        assert!(used, "no plan has this step any more: {known:?}");
    }
}

#[test]
fn the_plans_of_triggers_are_looked_at_as_well() {
    let steps = plan(&explaining(), store::orders::INSERT_HISTORY);
    for trigger in ["order_history_checked", "orders_change_has_history"] {
        let named = format!("-- TRIGGER {trigger}");
        assert!(steps.contains(&named), "{steps:?}");
    }
}

#[test]
fn the_account_of_an_order_is_found_by_its_key_however_it_is_named() {
    for sql in [
        store::orders::ORDER_BY_NUMBER,
        store::orders::ORDER_OF_PAYMENT,
        store::orders::ORDER_OF_MESSAGE,
    ] {
        let steps = plan(&explaining(), sql);
        let by_key = steps
            .iter()
            .any(|step| step.starts_with("SEARCH a USING PRIMARY KEY (account=?)"));
        assert!(by_key, "{}: {steps:?}", sql.name);
    }
}

/// The functions that the schema and the statements call. All of them are on D1's list (workerd,
/// `src/workerd/util/sqlite.c++`); one more has to be looked up there before it joins.
const FUNCTIONS: &[&str] = &[
    "coalesce",
    "count",
    "iif",
    "instr",
    "json_each",
    "json_extract",
    "json_group_array",
    // Of columns; a bound number would stand there as a REAL.
    "json_object",
    "json_patch",
    "json_remove",
    "json_valid",
    "length",
    "lower",
    "max",
    "min",
    "nullif",
    "replace",
    "substr",
    "sum",
    "trim",
    "upper",
];

#[test]
fn statements_and_schema_stay_within_the_limits_of_d1() {
    let texts = store::all().map(|sql| sql.text);
    for text in texts.chain([include_str!("../../schema.sql")]) {
        assert!(text.len() < 100_000, "D1 takes 100 KB");
        let text = without_comments(text);
        for function in functions(&text) {
            assert!(FUNCTIONS.contains(&function.as_str()), "{function}: {text}");
        }
        // D1 refuses a LIKE or GLOB pattern of more than 50 bytes when it meets one.
        for pattern in text
            .split("GLOB '")
            .skip(1)
            .chain(text.split("LIKE '").skip(1))
        {
            let pattern = pattern.split('\'').next().unwrap_or_default();
            assert!(pattern.len() <= 50, "{pattern}");
        }
        assert!(text.matches("UNION").count() < 5, "D1 takes five terms");
    }
    let database = Database::new();
    for sql in store::all() {
        let statement = database.connection().prepare(sql.text).expect(sql.name);
        assert!(statement.parameter_count() <= 100, "{}", sql.name);
        assert!(statement.column_count() <= 100, "{}", sql.name);
    }
}

/// The lower-case names right before a parenthesis; table names stand apart from theirs.
fn functions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, _) in text.match_indices('(') {
        let before = &text[..index];
        let start = before
            .rfind(|c: char| !c.is_ascii_lowercase() && c != '_')
            .map_or(0, |at| at + 1);
        if start < index {
            found.push(before[start..].to_owned());
        }
    }
    found
}
