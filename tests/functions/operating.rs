//! The commands of `docs/operate.md`, as an operator runs them: each works on the database as it is,
//! and those that mend something mend it.

use std::fs;
use std::path::Path;

use common::Shop;
use sandbox::{Fault, Target};

fn document() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operate.md");
    fs::read_to_string(file).expect("the document")
}

/// Every `db "…"` of the document.
fn commands() -> Vec<String> {
    let text = document();
    let commands = text.lines().filter_map(|line| line.strip_prefix("db \""));
    let ends = |line: &str| line.rsplit_once('"').expect("its end").0.to_owned();
    let commands: Vec<String> = commands.map(ends).collect();
    assert!(commands.len() >= 10, "{commands:?}");
    commands
}

/// The one command that contains a text, filled in.
fn command(part: &str, filled: &[(&str, &str)]) -> String {
    let mut found: Vec<String> = commands();
    found.retain(|command| command.contains(part));
    assert_eq!(found.len(), 1, "{part}: {found:?}");
    let mut sql = found.remove(0);
    for (name, value) in filled {
        sql = sql.replace(&format!("<{name}>"), value);
    }
    sql
}

/// Whoever finds a kind of case in the list finds in the document what to do about it.
#[test]
fn every_kind_of_case_is_explained() {
    let source = include_str!("../../shared/case.rs");
    let names = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""))
        .filter_map(|(_, text)| text.strip_suffix("\","))
        .filter(|text| !text.contains(' '));
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 15, "{names:?}");
    let text = document();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.collect::<Vec<_>>().join("\n");
    for name in names {
        assert!(rows.contains(&format!("`{name}`")), "{name}");
    }
}

/// Runs a command at the time of the test.
fn run(shop: &Shop, sql: &str) {
    let sql = sql.replace("unixepoch()", &shop.now().0.to_string());
    shop.world.database(|database| database.execute(&sql));
}

/// A paid order whose release production does not take.
fn sold_and_unreleased() -> Shop {
    let shop = Shop::open();
    shop.break_down(Target::Production, Fault::Unavailable);
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    shop
}

/// The same until the release is given up.
fn given_up() -> Shop {
    let shop = sold_and_unreleased();
    shop.live_through(4 * 86_400);
    assert_eq!(
        shop.value("SELECT state FROM outbox WHERE kind = 'release'"),
        "dead"
    );
    shop
}

#[test]
fn every_documented_command_runs() {
    let shop = given_up();
    for sql in commands() {
        if sql.starts_with("SELECT") {
            let _ = shop.rows(&sql);
        } else {
            run(&shop, &sql);
        }
    }
    shop.check();
}

#[test]
fn a_release_that_was_given_up_is_taken_up_again_and_done_once() {
    let shop = given_up();
    assert_eq!(shop.releases(), 0);
    let number = shop.value("SELECT order_number FROM orders");
    let sql = command(
        "kind = 'release'",
        &[("order number", number.as_str().unwrap())],
    );
    shop.mend();
    run(&shop, &sql);
    shop.run_cron(120);
    assert_eq!(shop.releases(), 1);
    assert_eq!(
        shop.value("SELECT state FROM outbox WHERE kind = 'release'"),
        "sent"
    );
    // Once more changes nothing: it was sent.
    run(&shop, &sql);
    shop.run_cron(120);
    assert_eq!(
        shop.value("SELECT state FROM outbox WHERE kind = 'release'"),
        "sent"
    );
    assert_eq!(shop.releases(), 1);
    shop.check();
}

#[test]
fn what_waits_can_be_hurried_and_a_case_be_closed() {
    let shop = sold_and_unreleased();
    shop.run_cron(3 * 3_600);
    shop.mend();
    run(&shop, &command("UPDATE outbox SET due_at", &[]));
    shop.tick();
    assert_eq!(shop.releases(), 1);

    let shop = given_up();
    let cases = shop.open_cases();
    let (kind, subject) = cases[0].split_once(' ').unwrap();
    let filled = [("kind", kind), ("subject", subject)];
    run(&shop, &command("closed_because", &filled));
    assert_eq!(shop.open_cases().len(), cases.len() - 1);
    shop.check();
}
