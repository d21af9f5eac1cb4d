//! The columns: D1 binds every number as a REAL, and none of that may ever be seen in a row (S45).

use common::{Database, Shop};
use rusqlite::types::Value;
use shared::money::AMOUNT_MINOR_MAX;
use shared::tax::TaxPercent;

use crate::parse::{columns, tables, texts};
use crate::seed::seeded;

/// The seeded rows without triggers, which would refuse most changes first.
fn untriggered() -> Database {
    let database = seeded();
    for name in texts(
        &database,
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
    ) {
        database.execute(&format!("DROP TRIGGER {name}"));
    }
    database
}

/// Every (table, column, declared type).
fn all_columns(database: &Database) -> Vec<(String, String, String)> {
    tables(database)
        .into_iter()
        .flat_map(|table| {
            let named = columns(database, &table).into_iter();
            named.map(move |(column, kind)| (table.clone(), column, kind))
        })
        .collect()
}

/// Sets a column of one row to a value and undoes it; the kind of value that was stored, or why not.
fn set(database: &Database, table: &str, column: &str, value: Value) -> Result<String, String> {
    let connection = database.connection();
    let transaction = connection.unchecked_transaction().expect("a transaction");
    let update = format!("UPDATE {table} SET {column} = ?1 RETURNING typeof({column})");
    let result = transaction.query_row(&update, [value], |row| row.get(0));
    transaction.rollback().expect("a rollback");
    result.map_err(|error| error.to_string())
}

#[test]
fn every_table_is_strict_and_without_rowid_and_its_columns_are_integer_or_text() {
    let database = Database::new();
    for table in tables(&database) {
        let sql = texts(
            &database,
            &format!("SELECT sql FROM sqlite_schema WHERE name = '{table}'"),
        );
        assert!(sql[0].ends_with(") STRICT, WITHOUT ROWID"), "{table}");
    }
    for (table, column, kind) in all_columns(&database) {
        assert!(
            kind == "INTEGER" || kind == "TEXT",
            "{table}.{column} {kind}"
        );
    }
}

#[test]
fn s45_a_number_bound_as_real_is_stored_as_integer_in_every_integer_column() {
    let database = untriggered();
    let mut seen = 0;
    for (table, column, _) in all_columns(&database).iter().filter(|c| c.2 == "INTEGER") {
        // A value that the column's CHECKs allow, since it stands there or is a plain time.
        let stored = format!("SELECT coalesce(max({column}), 7000) FROM {table}");
        let plain: f64 = database
            .connection()
            .query_row(&stored, [], |row| row.get(0))
            .expect("a value");
        let kind = set(&database, table, column, Value::Real(plain));
        let refused_by_rule = kind.as_ref().is_err_and(|why| {
            why.starts_with("CHECK constraint failed") || why.starts_with("UNIQUE constraint")
        });
        assert!(
            refused_by_rule || kind.as_deref() == Ok("integer"),
            "{table}.{column}: {kind:?}"
        );
        seen += usize::from(!refused_by_rule);
        for fraction in [plain + 0.5, f64::INFINITY] {
            let refused = set(&database, table, column, Value::Real(fraction));
            let why = refused.expect_err("a fraction is no integer");
            assert!(why.contains("cannot store REAL"), "{table}.{column}: {why}");
        }
    }
    assert!(seen >= 20, "{seen} columns took a value");
}

#[test]
fn s45_the_largest_amount_survives_in_every_amount_column_and_one_more_does_not() {
    let database = untriggered();
    let mut seen = 0;
    for (table, column, _) in all_columns(&database) {
        if !column.ends_with("_minor") {
            continue;
        }
        seen += 1;
        let insert = |amount: i64| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "as D1 binds it"
            )]
            set(&database, &table, &column, Value::Real(amount as f64))
        };
        let largest = insert(AMOUNT_MINOR_MAX);
        // The parts of an order, and what a payment received, are tied to other columns.
        let tied = largest.as_ref().is_err_and(|why| {
            why.contains("BETWEEN 0 AND subtotal_minor")
                || why.contains("BETWEEN 0 AND total_minor")
                || why.contains("order_total")
                || why.contains("payment_paid_complete")
                || why.contains("bank_reference_used")
        });
        assert!(tied || largest.as_deref() == Ok("integer"), "{largest:?}");
        let more = insert(AMOUNT_MINOR_MAX + 1).expect_err("beyond 2^53 - 1");
        assert!(more.contains("BETWEEN"), "{table}.{column}: {more}");
        let less = insert(-1).expect_err("below zero");
        assert!(less.contains("BETWEEN"), "{table}.{column}: {less}");
    }
    assert_eq!(seen, 13);
}

#[test]
fn a_value_of_another_kind_or_none_at_all_is_refused_by_every_column_that_does_not_take_it() {
    let database = untriggered();
    for (table, column, kind) in all_columns(&database) {
        let other = match kind.as_str() {
            "INTEGER" => Value::Text("x".to_owned()),
            _ => Value::Blob(vec![0]),
        };
        let why = set(&database, &table, &column, other).expect_err("another kind");
        assert!(why.contains("cannot store"), "{table}.{column}: {why}");
    }
    let required =
        "SELECT s.name || '.' || c.name FROM sqlite_schema s, pragma_table_info(s.name) c
        WHERE s.type = 'table' AND c.\"notnull\" = 1";
    for place in texts(&database, required) {
        let (table, column) = place.split_once('.').expect("a place");
        let why = set(&database, table, column, Value::Null).expect_err("nothing");
        assert_eq!(why, format!("NOT NULL constraint failed: {place}"));
    }
}

#[test]
fn s45_no_real_leaks_into_a_row_of_a_whole_sale() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    shop.tick_after(60);
    assert_eq!(shop.status(&buyer), "confirmed");
    let columns = shop.world.database(all_columns);
    for (table, column, kind) in columns {
        let kind = kind.to_lowercase();
        // A number that became text on its way shows as one that ends with `.0`.
        let leaks = shop.rows(&format!(
            "SELECT {column}, typeof({column}) FROM {table}
             WHERE typeof({column}) NOT IN ('{kind}', 'null')
               OR (typeof({column}) = 'text' AND {column} GLOB '*[0-9].0')"
        ));
        assert!(leaks.is_empty(), "{table}.{column}: {leaks:?}");
    }
    for (table, column) in [
        ("orders", "quote"),
        ("outbox", "payload"),
        ("cases", "evidence"),
        ("job_runs", "report"),
    ] {
        let reals =
            format!("SELECT t.* FROM {table} t, json_tree(t.{column}) j WHERE j.type = 'real'");
        assert!(shop.rows(&reals).is_empty(), "{table}.{column}");
    }
    shop.check();
}

#[test]
fn a_tax_rate_is_stored_exactly_when_it_can_be_read_back() {
    let database = Database::new();
    for percent in [
        "0", "19", "8.875", "100", "99.9999", "0.5", "14.975", "100.0", "007", "100.0001", "101",
        "", ".", "20.", ".5", "-1", "+1", "1e1", "1.2.3", "8.87512", "1000", "0019", " 20", "20%",
        "1,5", "0x10",
    ] {
        let insert = "INSERT INTO tax_rates VALUES ('DE', ?1, ?2, 'VAT')";
        let region = percent.to_lowercase().replace('.', "_");
        let stored = database
            .connection()
            .execute(insert, [region.trim(), percent]);
        assert_eq!(
            stored.is_ok(),
            TaxPercent::parse(percent).is_ok(),
            "{percent:?}: {stored:?}"
        );
    }
}

#[test]
fn a_product_is_stored_exactly_when_its_id_can_be_read_back() {
    let database = Database::new();
    let longest = "b".repeat(64);
    let longer = "b".repeat(65);
    for id in [
        "a",
        "site-backup",
        "2-go",
        "a--b",
        &longest,
        &longer,
        "",
        "-a",
        "a-",
        "A",
        "a b",
        "a_b",
        "ä",
        "a.b",
        "a/b",
    ] {
        let insert = "INSERT INTO products (product_id, name) VALUES (?1, 'Name')";
        let stored = database.connection().execute(insert, [id]);
        let read = shared::catalogue::ProductId::parse(id);
        assert_eq!(stored.is_ok(), read.is_ok(), "{id:?}: {stored:?}");
    }
}
