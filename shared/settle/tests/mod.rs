//! What a fact makes of a payment and an order, as tables: `states` has the payment's states and the facts that
//! it meets, `money` the sums that arrive. Here is what both begin with and read.

mod money;
mod states;

use super::{Cause, Changes, Moment};
use crate::id::{SubscriptionId, WriteToken};
use crate::money::{Currency, Money};
use crate::order::fixtures::CREATED;
use crate::payment::{PaymentFact, Receipt};
use crate::statement::{Statement, Value};
use crate::store::ledger;

fn cause() -> Cause {
    Cause {
        actor: "provider:stripe".into(),
        cause: "event evt_1".into(),
        reason: String::new(),
    }
}

fn moment_after(seconds: i64) -> Moment {
    Moment {
        now: CREATED.plus(seconds),
        write_token: WriteToken::from_random([7; 16]),
        code_seed: [9; 16],
        subscription_id: SubscriptionId::from_random([7; 8]),
    }
}

fn money(amount_minor: i64, code: &str) -> Money {
    Money {
        amount_minor,
        currency: Currency::parse(code).expect("a code"),
    }
}

fn paid(session_id: &str, amount: Money) -> PaymentFact {
    PaymentFact::Paid(Receipt {
        session_id: session_id.into(),
        capture_ref: Some("pi_1".into()),
        amount,
        paid_by: "Visa ending 4242".into(),
        payer_email: None,
        payer_name: None,
        forgiven_max_minor: 0,
    })
}

fn statements<'a>(changes: &'a Changes, name: &str) -> Vec<&'a Statement> {
    let mut found = Vec::new();
    found.extend(
        changes
            .statements
            .iter()
            .filter(|statement| statement.sql.name == name),
    );
    found
}

fn text(value: &Value) -> &str {
    let Value::Text(text) = value else {
        panic!("{value:?} is no text");
    };
    text
}

/// Account and amount of every movement.
fn transfers(changes: &Changes) -> Vec<(String, i64)> {
    let rows = statements(changes, ledger::INSERT_TRANSFER.name);
    let movement = |statement: &&Statement| {
        let Value::Int(amount) = statement.values[4] else {
            panic!("{statement:?} moves no amount");
        };
        (text(&statement.values[2]).to_owned(), amount)
    };
    rows.iter().map(movement).collect()
}
