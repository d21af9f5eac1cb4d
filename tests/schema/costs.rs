//! How many rows a sale writes, as D1 counts and bills them: one for each entry put into a table or
//! an index.

use std::collections::BTreeMap;

use common::{Buyer, Database, Shop};

/// The budget for one confirmed order, all told.
const BUDGET: i64 = 40;
/// What it takes today. A change that worsens it says why.
const TODAY: i64 = 36;

type Written = BTreeMap<String, i64>;

fn total(written: &Written) -> i64 {
    written.values().sum()
}

/// A sale with its cron ticks; what each step wrote.
fn sale(shop: &Shop) -> Vec<(&'static str, Written)> {
    let take = || shop.world.database(Database::take_written);
    shop.world.database(Database::count_written);
    let mut steps = Vec::new();
    let buyer = shop.order();
    steps.push(("order, and its mail", take()));
    let session = shop.pay(&buyer);
    steps.push(("payment begun", take()));
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    steps.push(("webhooks, mail and release", take()));
    shop.come_back(&session);
    look(shop, &buyer);
    steps.push(("return and order page", take()));
    steps
}

fn look(shop: &Shop, buyer: &Buyer) {
    assert_eq!(shop.status(buyer), "confirmed");
    assert!(shop.page(buyer).contains(&buyer.number[..4]));
}

#[test]
fn a_confirmed_order_stays_within_its_budget_of_rows_written() {
    let shop = Shop::open();
    let steps = sale(&shop);
    let mut all = 0;
    for (step, written) in &steps {
        println!("{:>3}  {step}: {written:?}", total(written));
        all += total(written);
    }
    // The sandbox tells everything; an endpoint of ours subscribes to fewer types of events.
    let unasked = shop.value("SELECT count(*) FROM inbox WHERE state = 'ignored'");
    let unasked = unasked.as_i64().expect("a count");
    println!("-{unasked:>2}  for events of types that nobody has to subscribe to");
    all -= unasked;
    println!("{all:>3}  rows written for one confirmed order; at most {BUDGET}");
    assert_eq!(
        all, TODAY,
        "the number has changed: mend it here, and say why"
    );
    assert!(all + unasked <= BUDGET);
    shop.check();
}

#[test]
fn nothing_is_written_for_a_sale_once_it_is_over() {
    let shop = Shop::open();
    sale(&shop);
    shop.tick_after(600);
    let _ = shop.world.database(Database::take_written);
    shop.tick_after(60);
    let written = shop.world.database(Database::take_written);
    let of_the_tick = Written::from([("job_runs".to_owned(), 1)]);
    assert_eq!(written, of_the_tick);
}

#[test]
fn the_counters_count_as_d1_does() {
    let database = Database::new();
    database.count_written();
    let wrote = |sql: &str| {
        database.execute(sql);
        total(&database.take_written())
    };
    let insert =
        "INSERT INTO inbox VALUES ('stripe', 'e', 't', 'o', NULL, NULL, printf('%064d', 0),
        NULL, 'parked', '', 1, 2, 0)";
    assert_eq!(wrote(insert), 2, "the row and its entry among the due ones");
    assert_eq!(
        wrote("UPDATE inbox SET note = 'x'"),
        1,
        "no index names the note"
    );
    assert_eq!(
        wrote("UPDATE inbox SET due_at = 2"),
        2,
        "named, though the same"
    );
    let done = "UPDATE inbox SET state = 'done', due_at = NULL";
    assert_eq!(wrote(done), 1, "removed from the index");
    let run = "INSERT INTO job_runs VALUES (1, 'a', 1, 0, 0, '{}')";
    assert_eq!(wrote(run), 1);
    assert_eq!(wrote("DELETE FROM job_runs"), 1);
}
