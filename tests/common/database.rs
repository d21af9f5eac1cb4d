//! SQLite as D1 behaves: a batch is one transaction, foreign keys are on, every number is bound as
//! a REAL, and rows come back as JSON.

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value as Json};
use shared::statement::{Statement, Value};

/// A database in memory.
pub struct Database {
    connection: Connection,
}

impl Database {
    /// An empty one, made by `schema.sql`.
    #[must_use]
    pub fn new() -> Self {
        Self::from_sql(include_str!("../../schema.sql"))
    }

    /// One made by other SQL.
    #[must_use]
    pub fn from_sql(sql: &str) -> Self {
        let connection = Connection::open_in_memory().expect("SQLite in memory");
        connection
            .pragma_update(None, "foreign_keys", true)
            .expect("foreign keys");
        // Compiling a statement with its triggers takes longer than running it.
        connection.set_prepared_statement_cache_capacity(512);
        // As in D1: a trigger may not fire itself, which is SQLite's default.
        connection.execute_batch(sql).expect("the schema");
        Self { connection }
    }

    /// The connection, for tests that look at rows or plans.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Runs SQL that a test brings along.
    pub fn execute(&self, sql: &str) {
        self.connection
            .execute_batch(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The rows of a query, as JSON objects.
    #[must_use]
    pub fn rows(&self, sql: &str) -> Vec<Json> {
        let mut statement = self
            .connection
            .prepare_cached(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        read(&mut statement, &[]).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The first column of the first row.
    #[must_use]
    pub fn value(&self, sql: &str) -> Json {
        let rows = self.rows(sql);
        let first = rows.first().and_then(Json::as_object);
        first
            .and_then(|row| row.values().next())
            .cloned()
            .unwrap_or(Json::Null)
    }

    /// Runs a batch as one transaction; the rows of each statement as a JSON array.
    ///
    /// # Errors
    /// The message of the statement that was refused; nothing of the batch is kept then.
    pub fn batch(&mut self, statements: &[Statement]) -> Result<Vec<Json>, String> {
        let transaction = self
            .connection
            .transaction()
            .map_err(|error| error.to_string())?;
        let mut results = Vec::new();
        for statement in statements {
            assert!(
                statement.values.len() <= 100,
                "{}: D1 takes 100 parameters at most",
                statement.sql.name
            );
            let mut prepared = transaction
                .prepare_cached(statement.sql.text)
                .map_err(|error| format!("{}: {error}", statement.sql.name))?;
            assert_eq!(
                prepared.parameter_count(),
                statement.values.len(),
                "{}: as many values as parameters",
                statement.sql.name
            );
            let values: Vec<SqlValue> = statement.values.iter().map(bound).collect();
            let rows = read(&mut prepared, &values).map_err(|error| error.to_string())?;
            results.push(Json::Array(rows));
        }
        transaction.commit().map_err(|error| error.to_string())?;
        Ok(results)
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

/// D1 binds every JavaScript number as a REAL (platform trap 3), so the tests do as well.
fn bound(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Int(int) => {
            assert!(
                int.unsigned_abs() <= 9_007_199_254_740_991,
                "beyond what D1 can bind"
            );
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "checked above"
            )]
            SqlValue::Real(*int as f64)
        }
        Value::Text(text) => SqlValue::Text(text.clone()),
    }
}

fn read(
    statement: &mut rusqlite::Statement<'_>,
    values: &[SqlValue],
) -> rusqlite::Result<Vec<Json>> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(params_from_iter(values))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (index, name) in names.iter().enumerate() {
            object.insert(name.clone(), json(row.get_ref(index)?));
        }
        all.push(Json::Object(object));
    }
    Ok(all)
}

fn json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(int) => int.into(),
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(_) => panic!("no table has a blob"),
    }
}
