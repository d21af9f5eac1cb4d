//! The running shop's own D1 file: read to see what became of a test, and written to let time pass.
//!
//! workerd's clock cannot be moved, so rows are moved into the past instead. Nothing else is ever
//! written here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use serde_json::{Map, Value as Json};

/// Where wrangler keeps the databases of `--persist-to`.
const PLACE: &str = "state/v3/d1/miniflare-D1DatabaseObject";

/// The shop's database.
#[derive(Debug)]
pub struct LiveDatabase {
    dir: PathBuf,
}

impl LiveDatabase {
    pub(super) fn below(state_dir: &Path) -> Self {
        Self {
            dir: state_dir.join(PLACE),
        }
    }

    /// The rows of a query.
    #[must_use]
    #[track_caller]
    pub fn rows(&self, sql: &str) -> Vec<Json> {
        let connection = self.open();
        let mut statement = connection.prepare(sql).expect(sql);
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row<'_>| {
            let cell =
                |(index, name): (usize, &String)| Ok((name.clone(), json_of(row.get_ref(index)?)));
            let cells: rusqlite::Result<Map<_, _>> = names.iter().enumerate().map(cell).collect();
            cells.map(Json::Object)
        };
        let rows = statement.query_map([], read).expect(sql);
        rows.collect::<Result<_, _>>().expect(sql)
    }

    /// The first value of a query, `null` when it finds nothing.
    #[must_use]
    #[track_caller]
    pub fn value(&self, sql: &str) -> Json {
        let first = self.rows(sql).into_iter().next();
        let value = first.and_then(|row| row.as_object()?.values().next().cloned());
        value.unwrap_or_default()
    }

    /// A whole number.
    #[must_use]
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        self.value(sql).as_i64().expect(sql)
    }

    /// Writes a row. For tests that have the shop alone, as [`LiveDatabase::age`].
    #[track_caller]
    pub fn write(&self, sql: &str) {
        self.open().execute_batch(sql).expect(sql);
    }

    /// Everything about one order happened `seconds` earlier than it did. For tests that have the
    /// shop alone: D1 does not wait for another program's write, it fails.
    #[track_caller]
    pub fn age(&self, order_number: &str, seconds: i64) {
        let mut connection = self.open();
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let change = change.expect("a transaction");
        // The schema forbids what only a time machine does.
        let frozen = ["orders_frozen", "payments_frozen"].map(|name| {
            let sql = format!("SELECT sql FROM sqlite_master WHERE name = '{name}'");
            let text: String = change.query_row(&sql, [], |row| row.get(0)).expect(name);
            change
                .execute_batch(&format!("DROP TRIGGER {name}"))
                .expect(name);
            text
        });
        let earlier = |column: &str| format!("{column} = {column} - {seconds}");
        let sets = |columns: &[&str]| {
            columns
                .iter()
                .map(|c| earlier(c))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let orders = sets(&["created_at", "expires_at", "due_at"]);
        let payments = sets(&["created_at", "due_at", "session_expires_at"]);
        // What a message says includes when it was written, and must never change.
        let messages = sets(&["due_at"]);
        change
            .execute_batch(&format!(
                "UPDATE orders SET {orders} WHERE order_number = '{order_number}';
                 UPDATE payments SET {payments} WHERE payment_id IN (
                   SELECT payment_id FROM payment_allocations WHERE order_number = '{order_number}');
                 UPDATE outbox SET {messages} WHERE order_number = '{order_number}';"
            ))
            .expect("the rows of an order");
        for text in frozen {
            change.execute_batch(&text).expect("the trigger as it was");
        }
        change.commit().expect("a commit");
    }

    /// The next tick reads the provider's list of events, as one does every five minutes.
    #[track_caller]
    pub fn make_backfill_due(&self) {
        let sql = "UPDATE cursors SET due_at = 0 WHERE provider = 'stripe'";
        self.open().execute(sql, []).expect("the cursor");
    }

    /// Objects that have to go one day go with the next tick.
    #[track_caller]
    pub fn make_removals_due(&self) {
        let sql = "UPDATE removals SET due_at = 1";
        self.open().execute(sql, []).expect("the removals");
    }

    /// Parked events are looked at by the next tick.
    #[track_caller]
    pub fn make_parked_event_due(&self, event_id: &str) {
        let sql = "UPDATE inbox SET due_at = 1 WHERE event_id = ?1 AND state = 'parked'";
        self.open().execute(sql, [event_id]).expect("the event");
    }

    /// Does something while the database takes no write: D1 as it is on a bad day.
    pub fn while_unavailable<T>(&self, what: impl FnOnce() -> T) -> T {
        let mut connection = self.open();
        let hold = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let hold = hold.expect("a transaction");
        let done = what();
        hold.rollback().expect("nothing was written");
        done
    }

    fn open(&self) -> Connection {
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".sqlite") && !name.starts_with("metadata")
        };
        let files = std::fs::read_dir(&self.dir).expect("the place of the database");
        let mut files = files.flatten().map(|entry| entry.path()).filter(is_ours);
        let file = files.next().expect("a database");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags(file, flags).expect("the database opens");
        // workerd writes too.
        let patience = Duration::from_secs(20);
        connection.busy_timeout(patience).expect("a busy timeout");
        connection
    }
}

fn json_of(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()).into(),
    }
}
