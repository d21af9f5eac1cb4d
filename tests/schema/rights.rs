//! Who may do what is said twice, in Rust and in the schema, and both say the same.

use std::collections::BTreeSet;

use common::Database;
use shared::staff::{Action, Role};

#[test]
fn s120_the_rights_of_the_schema_are_exactly_those_of_the_roles() {
    let rows = Database::new().rows("SELECT role, action FROM staff_rights");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let in_schema: BTreeSet<(String, String)> = rows
        .iter()
        .map(|row| (text(&row["role"]), text(&row["action"])))
        .collect();
    let all = Role::ALL
        .iter()
        .flat_map(|role| Action::ALL.map(|action| (role, action)));
    let in_rust = all
        .filter(|(role, action)| role.has(action.right()))
        .map(|(role, action)| (role.as_str().to_owned(), action.as_str().to_owned()))
        .collect();
    assert_eq!(in_schema, in_rust);
}
