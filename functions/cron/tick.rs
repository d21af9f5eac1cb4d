//! One tick: lease, handle, write down.

use serde::Deserialize;
use serde_json::json;
use shared::config::Settings;
use shared::id::{OrderNumber, PaymentId, WriteToken};
use shared::outbox::MessageKey;
use shared::statement::Statement;
use shared::store::{inbox, jobs, orders, outbox, payments};
use shared::time::Timestamp;

use super::{backfill_events, expire_orders, retry_events, settle_payments};
use crate::outbox::deliver::deliver;
use crate::world::{CommitError, Fault, Rows, World};

/// How many rows of a kind one tick takes. The free plan allows 50 queries and 50 outside calls for
/// each invocation (Cloudflare Workers, platform limits); four kinds of eight, two trips each at
/// most, stay well below, and the next tick sees the rest.
pub const BATCH_MAX: u32 = 8;
/// A lease outlives every call that a tick makes.
const LEASE_S: i64 = 120;
/// How often Stripe's list of events is read.
const BACKFILL_S: i64 = 300;
const RUNS_KEPT_S: i64 = 7 * 86_400;

/// What a tick took.
#[derive(Debug, Default)]
struct Leased {
    payments: Vec<PaymentId>,
    events: Vec<retry_events::Parked>,
    orders: Vec<OrderNumber>,
    messages: Vec<MessageKey>,
    backfill_from: Option<String>,
}

/// What a tick did; stands in `job_runs`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows handled.
    pub handled: u32,
    /// Rows that could not be; they are put off.
    pub failed: u32,
}

impl Tally {
    /// Counts one row.
    pub fn count<T>(&mut self, result: &Result<T, Fault>) {
        match result {
            Ok(_) => self.handled = self.handled.saturating_add(1),
            Err(_) => self.failed = self.failed.saturating_add(1),
        }
    }
}

/// Runs one tick. Never fails: what goes wrong is logged, counted, and met again later.
pub async fn tick<W: World>(world: &W, settings: &Settings) -> Tally {
    let started_at = world.now();
    let mut tally = Tally::default();
    let mut messages = Vec::new();
    let leased = lease(world, started_at).await;
    tally.count(&leased);
    log(world, "lease", &leased);
    let leased = leased.unwrap_or_default();
    let report = json!({
        "payments": leased.payments.len(),
        "events": leased.events.len(),
        "orders": leased.orders.len(),
        "messages": leased.messages.len(),
        "backfill": leased.backfill_from.is_some(),
    });

    for payment_id in leased.payments {
        let done = settle_payments::settle_payment(world, settings, payment_id).await;
        keep(world, "payment", done, &mut tally, &mut messages);
    }
    for event in leased.events {
        let done = retry_events::retry_event(world, settings, &event).await;
        keep(world, "event", done, &mut tally, &mut messages);
    }
    for order_number in leased.orders {
        let done = expire_orders::expire_order(world, settings, order_number).await;
        keep(world, "order", done, &mut tally, &mut messages);
    }
    if let Some(position) = leased.backfill_from {
        let done = backfill_events::backfill(world, settings, &position).await;
        keep(world, "backfill", done, &mut tally, &mut messages);
    }
    // One delivery at a time for what was leased, so that a poisoned message stops no other.
    for key in leased.messages.into_iter().chain(messages) {
        let done = deliver(world, settings, std::slice::from_ref(&key)).await;
        tally.count(&done);
        log(world, "message", &done);
    }
    let written = write_run(world, started_at, tally, &report).await;
    log(world, "job_runs", &written);
    tally
}

/// Takes what is due: one batch.
async fn lease<W: World>(world: &W, now: Timestamp) -> Result<Leased, Fault> {
    let until = now.plus(LEASE_S);
    let bound = || [now.into(), until.into(), BATCH_MAX.into()];
    let statements = [
        payments::LEASE_PAYMENTS.bind(bound()),
        inbox::LEASE_EVENTS.bind(bound()),
        orders::LEASE_ORDERS.bind(bound()),
        outbox::LEASE_MESSAGES.bind(bound()),
        jobs::LEASE_CURSOR.bind(["stripe".into(), now.into(), now.plus(BACKFILL_S).into()]),
    ];
    let rows = commit(world, &statements).await?;
    let [payments, events, orders, messages, cursor] = rows.as_slice() else {
        return Err(Fault::Rows("five results were expected".into()));
    };
    Ok(Leased {
        payments: column::<PaymentRow, _>(payments, |row| row.payment_id)?,
        events: events.parse()?,
        orders: column::<OrderRow, _>(orders, |row| row.order_number)?,
        messages: messages.parse()?,
        backfill_from: cursor.first::<CursorRow>()?.map(|row| row.position),
    })
}

#[derive(Deserialize)]
struct PaymentRow {
    payment_id: PaymentId,
}

#[derive(Deserialize)]
struct OrderRow {
    order_number: OrderNumber,
}

#[derive(Deserialize)]
struct CursorRow {
    position: String,
}

fn column<R: serde::de::DeserializeOwned, T>(
    rows: &Rows,
    of: impl Fn(R) -> T,
) -> Result<Vec<T>, Fault> {
    Ok(rows.parse::<R>()?.into_iter().map(of).collect())
}

async fn commit<W: World>(world: &W, statements: &[Statement]) -> Result<Vec<Rows>, Fault> {
    world.commit(statements).await.map_err(|error| match error {
        CommitError::Fault(fault) => fault,
        CommitError::Guard(why) => Fault::Internal(why),
        CommitError::Lost(why) => Fault::Database(why),
    })
}

async fn write_run<W: World>(
    world: &W,
    started_at: Timestamp,
    tally: Tally,
    report: &serde_json::Value,
) -> Result<(), Fault> {
    let token = WriteToken::from_random(world.random());
    let run = jobs::INSERT_RUN.bind([
        started_at.into(),
        (&token).into(),
        world.now().into(),
        tally.handled.into(),
        tally.failed.into(),
        report.to_string().into(),
    ]);
    let prune = jobs::PRUNE_RUNS.bind([started_at.plus(-RUNS_KEPT_S).into()]);
    commit(world, &[run, prune]).await.map(|_| ())
}

fn keep<W: World>(
    world: &W,
    what: &str,
    done: Result<Vec<MessageKey>, Fault>,
    tally: &mut Tally,
    messages: &mut Vec<MessageKey>,
) {
    tally.count(&done);
    log(world, what, &done);
    messages.extend(done.unwrap_or_default());
}

fn log<W: World, T>(world: &W, what: &str, result: &Result<T, Fault>) {
    if let Err(fault) = result {
        world.log(&json!({ "level": "error", "cron": what, "message": fault.to_string() }));
    }
}
