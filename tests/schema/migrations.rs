//! `migrations/` leads to `schema.sql`, in the pieces in which wrangler sends them.

use std::fs;
use std::path::Path;

use common::Database;
use serde_json::Value as Json;

use crate::parse::{single_spaced, tables, without_comments};

const SCHEMA: &str = include_str!("../../schema.sql");

/// The migrations in the order in which wrangler applies them, with their names.
fn migrations() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(path).expect("a text"))
        })
        .collect();
    files.sort();
    files
}

/// Everything that a database consists of, with comments and spaces left out.
fn structure(database: &Database) -> Vec<(String, String)> {
    let rows = database.rows("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
    let text = |json: &Json| json.as_str().expect("a text").to_owned();
    let mut parts: Vec<_> = rows
        .iter()
        .map(|row| {
            let name = format!("{} {}", text(&row["type"]), text(&row["name"]));
            (name, single_spaced(&without_comments(&text(&row["sql"]))))
        })
        .collect();
    parts.sort();
    parts
}

/// Cuts a file at the semicolons that end a statement. A trigger ends with `END;`: wrangler before
/// 4.124 knows its end by these capitals only.
fn statements(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut statement = String::new();
    for line in without_comments(sql).lines() {
        statement.push_str(line);
        statement.push('\n');
        let in_trigger = statement.trim_start().starts_with("CREATE TRIGGER");
        let ends = if in_trigger {
            line == "END;"
        } else {
            line.ends_with(';')
        };
        if ends {
            statements.push(std::mem::take(&mut statement));
        }
    }
    assert_eq!(statement.trim(), "", "every statement ends");
    statements
}

#[test]
fn the_migrations_lead_from_nothing_to_exactly_the_schema() {
    let migrated = Database::from_sql("");
    for (_, sql) in migrations() {
        migrated.execute(&sql);
    }
    let wanted = Database::new();
    assert_eq!(structure(&migrated), structure(&wanted));
    for table in tables(&wanted) {
        let rows = format!("SELECT * FROM {table}");
        assert_eq!(migrated.rows(&rows), wanted.rows(&rows), "{table}");
    }
}

#[test]
fn the_migrations_can_be_sent_statement_by_statement() {
    let migrated = Database::from_sql("");
    for (name, sql) in migrations() {
        for statement in statements(&sql) {
            // `execute` takes one statement and refuses a text with more.
            let result = migrated.connection().execute(&statement, []);
            result.unwrap_or_else(|error| panic!("{name}: {error}: {statement}"));
        }
    }
    assert_eq!(structure(&migrated), structure(&Database::new()));
}

#[test]
fn a_migration_is_a_file_that_wrangler_takes() {
    for (index, (name, sql)) in migrations().into_iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name}");
        assert!(
            Path::new(&name).extension().is_some_and(|e| e == "sql"),
            "{name}"
        );
        assert!(
            sql.ends_with(";\n"),
            "{name} ends with a statement and a line end"
        );
        assert!(!sql.contains('\r'), "{name} has plain line ends");
        assert!(sql.len() < 100_000, "{name}: D1 takes 100 KB at a time");
        for word in ["COMMIT", "SAVEPOINT", "ATTACH", "TEMP ", "PRAGMA", "VACUUM"] {
            assert!(
                !without_comments(&sql).contains(word),
                "{name}: D1 refuses {word}"
            );
        }
    }
}

#[test]
fn every_table_has_a_comment_that_says_who_writes_it_and_what_it_promises() {
    let lines: Vec<&str> = SCHEMA.lines().collect();
    let mut seen = 0;
    for (index, line) in lines.iter().enumerate() {
        if !line.starts_with("CREATE TABLE") {
            continue;
        }
        seen += 1;
        let above: Vec<&str> = lines[..index]
            .iter()
            .rev()
            .take_while(|line| line.starts_with("-- "))
            .copied()
            .collect();
        let comment = above.join(" ");
        assert!(comment.contains("Written "), "{line}: who writes it?");
        assert!(
            comment.contains("Promises "),
            "{line}: what does it promise?"
        );
    }
    assert_eq!(seen, tables(&Database::new()).len());
}
