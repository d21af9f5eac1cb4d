//! Counts the rows that statements write, as D1 counts and bills them.
//!
//! D1 counts one for each entry that is put into a table or an index (workerd,
//! `patches/sqlite/0001-row-counts-plain.patch`: the opcodes `Insert` and `IdxInsert`); removing an
//! entry counts only when a statement deletes the row itself. An UPDATE puts the row in anew, and
//! each index that has one of the columns it names, whether or not the value differs. Triggers in the
//! temporary schema see exactly that: one for each table, one for each index.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::Value as Json;

use crate::Database;

/// An index: its name, its table, the columns that it looks at, and which rows it holds.
struct Index {
    name: String,
    table: String,
    columns: Vec<String>,
    holds: String,
}

impl Database {
    /// Counts from here on.
    ///
    /// # Panics
    /// When counting was begun before.
    pub fn count_written(&self) {
        let connection = self.connection();
        let mut sql = "CREATE TEMP TABLE written (place TEXT NOT NULL);".to_owned();
        for table in self.column("SELECT name FROM sqlite_schema WHERE type = 'table'") {
            for event in ["INSERT", "UPDATE", "DELETE"] {
                sql.push_str(&counter(&table, &table, event, "true"));
            }
        }
        for index in indexes(self) {
            let update = format!("UPDATE OF {}", index.columns.join(", "));
            for event in ["INSERT", &update] {
                sql.push_str(&counter(&index.name, &index.table, event, &index.holds));
            }
        }
        connection.execute_batch(&sql).expect("the counters");
    }

    /// How many rows were written since the last call, by table and index.
    #[must_use]
    pub fn take_written(&self) -> BTreeMap<String, i64> {
        let rows = self.rows("SELECT place, count(*) AS rows FROM temp.written GROUP BY place");
        self.execute("DELETE FROM temp.written");
        let entry = |row: &Json| {
            let place = row["place"].as_str().expect("a place").to_owned();
            (place, row["rows"].as_i64().expect("a count"))
        };
        rows.iter().map(entry).collect()
    }

    fn column(&self, sql: &str) -> Vec<String> {
        texts(self.connection(), sql)
    }
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

fn counter(place: &str, table: &str, event: &str, when: &str) -> String {
    let kind = event.split(' ').next().unwrap_or(event);
    format!(
        "CREATE TEMP TRIGGER count_{place}_{kind} AFTER {event} ON main.{table} WHEN {when} \
         BEGIN INSERT INTO written VALUES ('{place}'); END;"
    )
}

/// Every index beside the tables' own keys.
fn indexes(database: &Database) -> Vec<Index> {
    let named = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let index = |name: String| {
        let of = |what: &str| {
            let sql = format!("SELECT {what} FROM sqlite_schema WHERE name = '{name}'");
            database.column(&sql).remove(0)
        };
        let (table, sql) = (of("tbl_name"), of("sql"));
        let condition = sql.split_once(" WHERE ").map(|(_, condition)| condition);
        let condition = condition.unwrap_or("true").to_owned();
        let all = database.column(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let keys = database.column(&format!("SELECT name FROM pragma_index_info('{name}')"));
        let asked: Vec<&str> = words(&condition).collect();
        let looks_at = |column: &String| keys.contains(column) || asked.contains(&column.as_str());
        let columns: Vec<String> = all.iter().filter(|c| looks_at(c)).cloned().collect();
        let holds = columns
            .iter()
            .filter(|column| asked.contains(&column.as_str()))
            .fold(condition.clone(), |text, column| {
                text.replace(column.as_str(), &format!("NEW.{column}"))
            });
        Index {
            name,
            table,
            columns,
            holds,
        }
    };
    database.column(named).into_iter().map(index).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}
