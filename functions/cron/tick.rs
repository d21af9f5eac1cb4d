//! One tick: lease, handle, write down.

use serde_json::json;
use shared::config::Settings;
use shared::id::WriteToken;
use shared::outbox::MessageKey;
use shared::record::json_text;
use shared::store::{coupons, jobs};
use shared::time::Timestamp;

use super::allowance::Allowance;
use super::lease::{CursorRow, Leased, MessageRow, lease};
use super::stuck::{self, Work};
use super::{
    backfill_events, commit, expire_orders, remove_objects, retry_events, settle_payments,
};
use crate::outbox::deliver::{deliver, deliver_leased};
use crate::world::{Fault, World};

/// Steps that a row of a kind takes at most while nobody else writes the same order, with the one that
/// puts it off or closes its case. PayPal's take the most: a token that has to be fetched, the order,
/// its capture, and the order again.
const STEPS_OF_PAYMENT: u32 = 17;
const STEPS_OF_EVENT: u32 = 11;
const STEPS_OF_ORDER: u32 = 12;
const STEPS_OF_MESSAGE: u32 = 4;
const STEPS_OF_REMOVAL: u32 = 3;

const RUNS_KEPT_S: i64 = 7 * 86_400;
/// Longer than the minute that they are counted for.
const TRIES_KEPT_S: i64 = 600;

/// What a tick did; stands in `job_runs`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows handled.
    pub handled: u32,
    /// Rows that could not be; they are put off.
    pub failed: u32,
}

/// Runs one tick. Never fails: what goes wrong is logged, counted, and met again later.
pub async fn tick<W: World>(world: &W, settings: &Settings) -> Tally {
    let mut run = Run::new(world, settings);
    let leased = lease(world, run.began).await;
    let leased = run.count("lease", leased).unwrap_or_default();
    run.handle(&leased).await;
    let written = run.write_down(&leased).await;
    run.log("job_runs", &written);
    run.tally
}

/// A tick under way.
struct Run<'a, W> {
    world: &'a W,
    settings: &'a Settings,
    began: Timestamp,
    allowance: Allowance<'a, W>,
    tally: Tally,
    messages: Vec<MessageKey>,
}

impl<'a, W: World> Run<'a, W> {
    fn new(world: &'a W, settings: &'a Settings) -> Self {
        Self {
            world,
            settings,
            began: world.now(),
            allowance: Allowance::new(world),
            tally: Tally::default(),
            messages: Vec::new(),
        }
    }

    /// Money first, then what has to be told. Whatever the allowance leaves undone is met again
    /// when its lease ends.
    async fn handle(&mut self, leased: &Leased) {
        for row in &leased.payments {
            if self.allowance.allows(STEPS_OF_PAYMENT) {
                let id = &row.payment_id;
                let done = settle_payments::settle_payment(self.world, self.settings, id).await;
                self.keep(Work::Payment(row), done).await;
            }
        }
        for row in &leased.events {
            if self.allowance.allows(STEPS_OF_EVENT) {
                let done = retry_events::retry_event(self.world, self.settings, row).await;
                self.keep(Work::Event(row), done).await;
            }
        }
        for row in &leased.orders {
            if self.allowance.allows(STEPS_OF_ORDER) {
                let done = expire_orders::expire_order(self.world, self.settings, row).await;
                self.keep(Work::Order(row), done).await;
            }
        }
        for row in &leased.messages {
            if self.allowance.allows(STEPS_OF_MESSAGE) {
                self.deliver_leased(row).await;
            }
        }
        for row in &leased.removals {
            if self.allowance.allows(STEPS_OF_REMOVAL) {
                let done = remove_objects::remove_object(self.world, row).await;
                self.keep(Work::Removal(row), done.map(|()| Vec::new()))
                    .await;
            }
        }
        for cursor in &leased.cursors {
            self.backfill(cursor).await;
        }
        // What this tick has to tell is tried at once, like what a request has to tell.
        for key in std::mem::take(&mut self.messages) {
            if self.allowance.allows(STEPS_OF_MESSAGE) {
                let done = deliver(self.world, self.settings, std::slice::from_ref(&key)).await;
                self.count("message", done);
            }
        }
    }

    /// Counts a row, and puts it off by itself when it failed.
    async fn keep(&mut self, work: Work<'_>, done: Result<Vec<MessageKey>, Fault>) {
        let then = match &done {
            Ok(_) => stuck::recovered(self.world, work)
                .await
                .map(|()| Vec::new()),
            Err(fault) => stuck::put_off(self.world, work, fault).await,
        };
        self.log("put off", &then);
        self.messages.extend(then.unwrap_or_default());
        let told = self.count(work.kind(), done);
        self.messages.extend(told.unwrap_or_default());
    }

    async fn deliver_leased(&mut self, row: &MessageRow) {
        let (kind, key) = (&row.kind, &row.dedupe_key);
        let done = deliver_leased(self.world, self.settings, kind, key, row.asks).await;
        self.count("message", done);
    }

    async fn backfill(&mut self, cursor: &CursorRow) {
        if !self.allowance.allows(backfill_events::STEPS) {
            return;
        }
        let filled =
            backfill_events::backfill(self.world, self.settings, cursor, &self.allowance).await;
        self.messages.extend(filled.messages);
        self.count("backfill", filled.result);
    }

    /// A row per tick: the heartbeat.
    async fn write_down(&self, leased: &Leased) -> Result<(), Fault> {
        let report = json!({
            "payments": leased.payments.len(),
            "events": leased.events.len(),
            "orders": leased.orders.len(),
            "messages": leased.messages.len(),
            "removals": leased.removals.len(),
            "backfill": !leased.cursors.is_empty(),
        });
        let run = jobs::INSERT_RUN.bind([
            self.began.into(),
            (&WriteToken::from_random(self.world.random())).into(),
            self.world.now().into(),
            self.tally.handled.into(),
            self.tally.failed.into(),
            json_text(&report).into(),
        ]);
        let prune = jobs::PRUNE_RUNS.bind([self.began.plus(-RUNS_KEPT_S).into()]);
        let tries = coupons::PRUNE_TRIES.bind([self.began.plus(-TRIES_KEPT_S).into()]);
        commit(self.world, &[run, prune, tries]).await.map(|_| ())
    }

    fn count<T>(&mut self, what: &str, done: Result<T, Fault>) -> Option<T> {
        self.log(what, &done);
        match &done {
            Ok(_) => self.tally.handled = self.tally.handled.saturating_add(1),
            Err(_) => self.tally.failed = self.tally.failed.saturating_add(1),
        }
        done.ok()
    }

    fn log<T>(&self, what: &str, result: &Result<T, Fault>) {
        if let Err(fault) = result {
            let line = json!({ "level": "error", "cron": what, "message": fault.to_string() });
            self.world.log(&line);
        }
    }
}
