//! One tick: lease, handle, write down.

use serde_json::json;
use shared::config::Settings;
use shared::id::WriteToken;
use shared::outbox::MessageKey;
use shared::record::json_text;
use shared::store::{coupons, jobs};
use shared::time::Timestamp;

use super::allowance::Allowance;
use super::backfill_events::backfill;
use super::commit;
use super::expire_orders::expire_order;
use super::lease::{LEASE_S, Leased, lease};
use super::remove_objects::remove_object;
use super::retry_events::retry_event;
use super::settle_payments::settle_payment;
use super::stuck::{self, Work};
use super::turns::{Task, Turns};
use crate::outbox::deliver::{deliver, deliver_leased};
use crate::world::{Fault, World};

/// So many messages share a read and a batch; each may wait until its deadline.
const MESSAGES_AT_ONCE: usize = 4;
/// Those two, and a call for each.
const STEPS_OF_MESSAGES: u32 = 6;
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
    let left = run.handle(&leased).await;
    let written = run.write_down(&leased, left).await;
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

    /// Each kind in its turn, until nothing is left or may begin; then what this tick has to tell, like
    /// what a request has to tell. Returns what was not begun.
    async fn handle<'b>(&mut self, leased: &'b Leased) -> Turns<'b> {
        let mut turns = Turns::of(leased);
        while let Some((task, spent)) = turns.next(|steps| self.allowance.allows(steps)) {
            let before = self.allowance.spent();
            self.handle_one(task).await;
            spent.add(before, self.allowance.spent());
        }
        for keys in std::mem::take(&mut self.messages).chunks(MESSAGES_AT_ONCE) {
            if self.allowance.allows(STEPS_OF_MESSAGES) {
                let done = deliver(self.world, self.settings, keys).await;
                self.count("message", done);
            }
        }
        turns
    }

    async fn handle_one(&mut self, task: Task<'_>) {
        match task {
            Task::Row(work) => {
                let done = self.handle_row(work).await;
                self.keep(work, done).await;
            }
            Task::Message(row) => {
                let (kind, key) = (&row.kind, &row.dedupe_key);
                let done = deliver_leased(self.world, self.settings, kind, key, row.asks).await;
                self.count("message", done);
            }
            Task::Cursor(cursor) => {
                let (world, allowance) = (self.world, &self.allowance);
                let filled = backfill(world, self.settings, cursor, allowance).await;
                self.messages.extend(filled.messages);
                self.count("backfill", filled.result);
            }
        }
    }

    async fn handle_row(&self, work: Work<'_>) -> Result<Vec<MessageKey>, Fault> {
        let (world, settings) = (self.world, self.settings);
        match work {
            Work::Payment(row) => settle_payment(world, settings, &row.payment_id).await,
            Work::Event(row) => retry_event(world, settings, row).await,
            Work::Order(row) => expire_order(world, settings, row).await,
            Work::Removal(row) => remove_object(world, row).await.map(|()| Vec::new()),
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

    /// A row per tick: the heartbeat. What was not begun is due again.
    async fn write_down(&self, leased: &Leased, left: Turns<'_>) -> Result<(), Fault> {
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
        let mut statements = vec![run, prune, tries];
        statements.extend(left.give_back(self.began, self.began.plus(LEASE_S)));
        commit(self.world, &statements).await.map(|_| ())
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
