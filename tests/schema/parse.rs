//! Reads the guards out of the schema: what stands in it, and in which words it refuses.

use common::Database;
use serde_json::Value as Json;

/// A rule of the schema, and the message that tells it was broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Guard {
    /// The table that it protects.
    pub(crate) table: String,
    /// What a refusal says, with single spaces.
    pub(crate) message: String,
}

impl Guard {
    pub(crate) fn new(table: &str, message: &str) -> Self {
        Self {
            table: table.to_owned(),
            message: single_spaced(message),
        }
    }
}

/// Every CHECK, key, reference and refusing trigger.
pub(crate) fn guards(database: &Database) -> Vec<Guard> {
    let mut guards = Vec::new();
    for table in tables(database) {
        guards.extend(checks(database, &table));
        guards.extend(keys(database, &table));
        guards.extend(references(database, &table));
    }
    guards.extend(refusals(database));
    guards
}

/// The names of our tables.
pub(crate) fn tables(database: &Database) -> Vec<String> {
    texts(
        database,
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid",
    )
}

/// The triggers that do something instead of refusing.
pub(crate) fn acting_triggers(database: &Database) -> Vec<String> {
    texts(
        database,
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND instr(sql, 'RAISE') = 0",
    )
}

/// The columns of a table with their declared types.
pub(crate) fn columns(database: &Database, table: &str) -> Vec<(String, String)> {
    let rows = database.rows(&format!(
        "SELECT name, type FROM pragma_table_info('{table}')"
    ));
    rows.iter()
        .map(|row| (text(&row["name"]), text(&row["type"])))
        .collect()
}

fn checks(database: &Database, table: &str) -> Vec<Guard> {
    let sql = without_comments(&text(&database.value(&format!(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '{table}'"
    ))));
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = sql[from..].find("CHECK (") {
        let start = from + at + "CHECK (".len();
        let end = start + closing(&sql[start..]);
        let before: Vec<&str> = sql[..from + at].split_whitespace().rev().take(2).collect();
        let name = match before[..] {
            [name, "CONSTRAINT"] => name,
            _ => sql[start..end].trim(),
        };
        found.push(Guard::new(
            table,
            &format!("CHECK constraint failed: {name}"),
        ));
        from = end;
    }
    found
}

/// Where the parenthesis closes that was open before the text.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    panic!("an open parenthesis: {text}");
}

fn keys(database: &Database, table: &str) -> Vec<Guard> {
    let indexes = texts(
        database,
        &format!("SELECT name FROM pragma_index_list('{table}') WHERE \"unique\" = 1"),
    );
    let message = |index: &String| {
        let columns = texts(
            database,
            &format!("SELECT '{table}.' || name FROM pragma_index_info('{index}')"),
        );
        format!("UNIQUE constraint failed: {}", columns.join(", "))
    };
    indexes
        .iter()
        .map(|index| Guard::new(table, &message(index)))
        .collect()
}

/// `SQLite` does not say which reference was broken, so the message here is ours: it names the column.
fn references(database: &Database, table: &str) -> Vec<Guard> {
    let columns = texts(
        database,
        &format!("SELECT \"from\" FROM pragma_foreign_key_list('{table}')"),
    );
    columns
        .iter()
        .map(|column| Guard::new(table, &format!("FOREIGN KEY constraint failed: {column}")))
        .collect()
}

fn refusals(database: &Database) -> Vec<Guard> {
    let triggers = database.rows("SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'");
    let mut found = Vec::new();
    for trigger in &triggers {
        let sql = text(&trigger["sql"]);
        for part in sql.split("RAISE(ABORT, '").skip(1) {
            let name = part.split('\'').next().expect("a text");
            found.push(Guard::new(&text(&trigger["tbl_name"]), name));
        }
        let raises = sql.matches("RAISE").count();
        let aborts = sql.matches("RAISE(ABORT, '").count();
        assert_eq!(raises, aborts, "every refusal aborts the batch: {sql}");
    }
    found
}

/// The text without its `--` comments.
pub(crate) fn without_comments(sql: &str) -> String {
    let code = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
    sql.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The text with each run of white space as one space.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first column of every row.
pub(crate) fn texts(database: &Database, sql: &str) -> Vec<String> {
    let first = |row: &Json| {
        let row = row.as_object().expect("a row");
        text(row.values().next().expect("a column"))
    };
    database.rows(sql).iter().map(first).collect()
}

fn text(json: &Json) -> String {
    json.as_str().expect("a text").to_owned()
}
