//! Every guard of the schema refuses, once, in its own words.

use std::collections::BTreeMap;

use common::Database;
use rusqlite::Connection;
use shared::store;

use crate::cases::{Case, How, every_case};
use crate::effects::EFFECTS;
use crate::parse::{Guard, acting_triggers, columns, guards, single_spaced};
use crate::seed::seeded;

#[test]
fn every_check_key_reference_and_trigger_refuses_and_says_its_name() {
    let database = seeded();
    let wanted = counted(guards(&database));
    let fired = counted(every_case().map(|case| fire(&database, case)).collect());
    let missing: Vec<_> = wanted
        .iter()
        .filter(|(guard, count)| fired.get(*guard) < Some(*count))
        .collect();
    assert!(missing.is_empty(), "guards without a case: {missing:#?}");
    let unknown: Vec<_> = fired.keys().filter(|g| !wanted.contains_key(*g)).collect();
    assert!(unknown.is_empty(), "cases without a guard: {unknown:#?}");
    let total: usize = wanted.values().sum();
    println!("{total} guards fired by {} cases", every_case().count());
}

#[test]
fn every_trigger_that_acts_does_what_it_says() {
    let database = seeded();
    let named: Vec<&str> = EFFECTS.iter().map(|effect| effect.trigger).collect();
    for trigger in acting_triggers(&database) {
        assert!(named.contains(&trigger.as_str()), "no case for {trigger}");
    }
    for effect in EFFECTS {
        let seen_when = |prepare: &str| {
            let database = seeded();
            database.execute(prepare);
            database.execute(effect.act);
            database.value(effect.look)
        };
        assert_eq!(seen_when("").as_str(), Some(effect.seen), "{effect:?}");
        let without = format!("DROP TRIGGER {}", effect.trigger);
        assert_ne!(
            seen_when(&without).as_str(),
            Some(effect.seen),
            "{effect:?}"
        );
    }
}

/// A refusal by one of these means that somebody else was faster: load and decide again. All others
/// are defects of the program.
#[test]
fn the_refusals_that_a_race_meets_are_known_by_their_words() {
    let races: Vec<String> = guards(&seeded())
        .iter()
        .filter(|guard| store::guard::Guard::from_message(&guard.message).is_race())
        .map(|guard| guard.message.replace("UNIQUE constraint failed: ", ""))
        .map(|message| message.replace("CHECK constraint failed: ", ""))
        .collect();
    let expected = [
        "orders.replaces",
        "order_replaces_nothing",
        "order_history.order_number, order_history.version",
        "payment_allocations.order_number, payment_allocations.payment_id",
        "payment_allocations.order_number",
        "payments.payment_id",
        "payments.method, payments.session_id",
        "payment_capturing",
        "payment_session_bound",
        "transfers.transfer_id",
        "inbox.provider, inbox.event_id",
        "inbox.provider, inbox.transmission_id",
        "idempotency.scope, idempotency.key",
        "email_codes.purpose, email_codes.subject, email_codes.nth",
        "email_code_tries",
        "email_code_over",
        "order_state_stale",
        "payment_is_paid",
        "order_takes_no_money",
        "confirmed_without_money",
        "proofs.order_number",
        "proof_without_object",
        "proof_is_decided",
        "ledger_overdraft",
        "bank_reference_used",
        "bank_reference_repeated",
        "bank_receipt_returned",
        "decisions.proof_id",
        "decisions.revokes",
        "decision_without_receipt",
        "first_signer_gone",
    ];
    for race in expected {
        assert!(races.iter().any(|known| known == race), "{race}: {races:?}");
    }
    assert_eq!(races.len(), expected.len(), "{races:?}");
}

fn counted(guards: Vec<Guard>) -> BTreeMap<Guard, usize> {
    let mut counts = BTreeMap::new();
    for guard in guards {
        *counts.entry(guard).or_insert(0) += 1;
    }
    counts
}

/// Runs what a case forbids; nothing of it is kept.
fn fire(database: &Database, case: &Case) -> Guard {
    let connection = database.connection();
    let sql = sql_of(database, case);
    let transaction = connection.unchecked_transaction().expect("a transaction");
    let Err(error) = transaction.execute_batch(&sql) else {
        panic!("nothing refused this: {sql}");
    };
    transaction.rollback().expect("a rollback");
    let message = single_spaced(&error.to_string());
    assert!(
        message.contains(case.says),
        "{sql}\nwas to be refused with: {}\nbut was with: {error}",
        case.says
    );
    if message.starts_with("FOREIGN KEY") {
        return Guard::new(case.table, &name_reference(connection, case.table, &sql));
    }
    Guard::new(case.table, &message)
}

fn sql_of(database: &Database, case: &Case) -> String {
    match case.how {
        How::Run(sql) => sql.to_owned(),
        How::Copy { of, with } => {
            let table = case.table;
            let names: Vec<String> = columns(database, table).into_iter().map(|c| c.0).collect();
            let values: Vec<&str> = names
                .iter()
                .map(|name| {
                    let changed = with.iter().find(|(column, _)| column == name);
                    changed.map_or(name.as_str(), |(_, value)| value)
                })
                .collect();
            let (names, values) = (names.join(", "), values.join(", "));
            format!("INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {of}")
        }
    }
}

/// Lets it happen without references, then asks which one is broken.
fn name_reference(connection: &Connection, table: &str, sql: &str) -> String {
    connection
        .pragma_update(None, "foreign_keys", false)
        .expect("a pragma");
    let transaction = connection.unchecked_transaction().expect("a transaction");
    transaction.execute_batch(sql).expect("no other guard");
    let broken: String = transaction
        .query_row(
            "SELECT l.\"from\" FROM pragma_foreign_key_check(?1) c
             JOIN pragma_foreign_key_list(?1) l ON l.id = c.fkid",
            [table],
            |row| row.get(0),
        )
        .expect("a broken reference");
    transaction.rollback().expect("a rollback");
    connection
        .pragma_update(None, "foreign_keys", true)
        .expect("a pragma");
    format!("FOREIGN KEY constraint failed: {broken}")
}
