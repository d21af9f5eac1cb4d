//! The world that a test owns: its database, its outside, its clock, and its faults.

mod steps;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;

use edgetill::memory::Memory;
use edgetill::world::Fault;
use sandbox::{Sandbox, SandboxConfig};
use serde_json::Value as Json;
use shared::email::Email;
use shared::http::{InResponse, OutRequest};
use shared::time::Timestamp;

use crate::Database;

/// What can go wrong with one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It fails and nothing happened.
    Before,
    /// It happened, and the answer is lost.
    After,
    /// The Worker is killed: from here on every step fails, until [`TestWorld::restart`].
    Killed,
}

/// One step to the outside, as counted by the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Io {
    /// A round trip that reads; the statements' names.
    Query(Vec<&'static str>),
    /// A round trip that writes; the statements' names.
    Commit(Vec<&'static str>),
    /// A request to another server.
    Send(String),
    /// A mail handed to the platform's own sender.
    Mail,
    /// Something done to an object of the store: what, and its key.
    Blob(&'static str, String),
}

/// An object of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its type.
    pub media_type: String,
    /// The SHA-256 that came with it.
    pub sha256: String,
}

/// A world for one test.
pub struct TestWorld {
    database: RefCell<Database>,
    sandbox: RefCell<Sandbox>,
    now: Cell<Timestamp>,
    /// How far the clocks of the others are at least.
    outside_now: Cell<Timestamp>,
    randoms: Cell<u64>,
    io: RefCell<Vec<Io>>,
    trouble: Cell<Option<(usize, Trouble)>>,
    dead: Cell<bool>,
    log: RefCell<Vec<Json>>,
    mails: RefCell<Vec<Email>>,
    blobs: RefCell<BTreeMap<String, Blob>>,
    admits: Cell<Option<u32>>,
    in_turns: Cell<bool>,
    sent: RefCell<Vec<OutRequest>>,
    slow: Cell<(&'static str, i64)>,
    memory: RefCell<Memory>,
    elsewhere: RefCell<Option<Elsewhere>>,
    blind: Cell<bool>,
}

/// Answers in the sandbox's place; `None` leaves a request to the sandbox.
type Elsewhere = Box<dyn Fn(&OutRequest) -> Option<InResponse>>;

/// When every test begins: 2026-11-21T18:00:00Z.
const START: Timestamp = Timestamp(1_795_284_000);

impl TestWorld {
    /// A world with the demo catalogue, at a fixed time.
    #[must_use]
    pub fn new() -> Self {
        let database = Database::new();
        database.execute(include_str!("../../demo/catalogue.sql"));
        database.execute(include_str!("../../demo/staff.sql"));
        Self {
            database: RefCell::new(database),
            sandbox: RefCell::new(Sandbox::new(SandboxConfig::local())),
            now: Cell::new(START),
            outside_now: Cell::new(Timestamp(0)),
            randoms: Cell::new(1),
            io: RefCell::new(Vec::new()),
            trouble: Cell::new(None),
            dead: Cell::new(false),
            log: RefCell::new(Vec::new()),
            mails: RefCell::new(Vec::new()),
            blobs: RefCell::new(BTreeMap::new()),
            admits: Cell::new(None),
            in_turns: Cell::new(false),
            sent: RefCell::new(Vec::new()),
            slow: Cell::new(("", 0)),
            memory: RefCell::default(),
            elsewhere: RefCell::new(None),
            blind: Cell::new(false),
        }
    }

    /// While set, every step waits once before it happens, so that [`crate::Task`]s can be run in
    /// each other's gaps.
    pub(crate) fn take_turns(&self, on: bool) {
        self.in_turns.set(on);
    }

    /// Waits for its turn.
    pub(crate) async fn turn(&self) {
        let mut waited = !self.in_turns.get();
        poll_fn(|_| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            Poll::Pending
        })
        .await;
    }

    /// Moves the clock.
    pub fn advance(&self, seconds: i64) {
        self.now.set(self.now.get().plus(seconds));
    }

    /// Puts our clock back. Those of the others stand still until ours has caught up.
    pub fn put_back(&self, seconds: i64) {
        self.outside_now.set(self.outside_now());
        self.advance(-seconds);
    }

    fn outside_now(&self) -> Timestamp {
        self.now.get().max(self.outside_now.get())
    }

    /// Sets the clock.
    pub fn set_now(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// Lets another outside than the sandbox answer.
    pub fn answer_with(&self, answer: impl Fn(&OutRequest) -> Option<InResponse> + 'static) {
        *self.elsewhere.borrow_mut() = Some(Box::new(answer));
    }

    /// While set, the platform cannot check signatures.
    pub fn set_blind(&self, blind: bool) {
        self.blind.set(blind);
    }

    /// Looks into the database.
    pub fn database<T>(&self, look: impl FnOnce(&Database) -> T) -> T {
        look(&self.database.borrow())
    }

    /// Acts on the outside.
    pub fn sandbox<T>(&self, act: impl FnOnce(&mut Sandbox, Timestamp) -> T) -> T {
        act(&mut self.sandbox.borrow_mut(), self.outside_now())
    }

    /// Lets the `nth` step from now (from 0) go wrong, once.
    pub fn trouble_at(&self, nth: usize, trouble: Trouble) {
        self.trouble
            .set(Some((self.io.borrow().len().saturating_add(nth), trouble)));
    }

    /// Whether a trouble that was set has not struck yet; forgets it.
    pub fn forget_trouble(&self) -> bool {
        self.trouble.take().is_some()
    }

    /// A new Worker, which remembers nothing, after one was killed or forgotten.
    pub fn restart(&self) {
        self.dead.set(false);
        self.memory.take();
    }

    /// The steps so far; emptied.
    pub fn take_io(&self) -> Vec<Io> {
        self.io.take()
    }

    /// How many steps there have been.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.io.borrow().len()
    }

    /// Whether the Worker was killed and not restarted.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.dead.get()
    }

    /// Lets every request to another server take so long.
    pub fn set_latency(&self, seconds: i64) {
        self.slow_down("", seconds);
    }

    /// Lets every request whose address contains `url_part` take so long, and no other.
    pub fn slow_down(&self, url_part: &'static str, seconds: i64) {
        self.slow.set((url_part, seconds));
    }

    /// Every request whose address contains `url_part`, as it left us.
    #[must_use]
    pub fn requests_to(&self, url_part: &str) -> Vec<OutRequest> {
        let sent = self.sent.borrow();
        let wanted = sent.iter().filter(|request| request.url.contains(url_part));
        wanted.cloned().collect()
    }

    /// The log so far.
    #[must_use]
    pub fn log_lines(&self) -> Vec<Json> {
        self.log.borrow().clone()
    }

    /// The mails that went through the platform's own sender.
    #[must_use]
    pub fn bound_mails(&self) -> Vec<Email> {
        self.mails.borrow().clone()
    }

    /// The objects of the store, by key.
    #[must_use]
    pub fn blobs(&self) -> BTreeMap<String, Blob> {
        self.blobs.borrow().clone()
    }

    /// A step of the object store: done unless it fails before, told unless the answer is lost.
    async fn store_step<T>(
        &self,
        what: &'static str,
        key: &str,
        act: impl FnOnce(&mut BTreeMap<String, Blob>) -> T,
    ) -> Result<T, Fault> {
        self.turn().await;
        let trouble = self.step(Io::Blob(what, key.to_owned()));
        let lost = || Fault::Storage("network connection lost".into());
        if matches!(trouble, Some(Trouble::Before | Trouble::Killed)) {
            return Err(lost());
        }
        let done = act(&mut self.blobs.borrow_mut());
        if trouble.is_some() {
            return Err(lost());
        }
        Ok(done)
    }

    /// Lets the limiter admit so many requests more.
    pub fn admit_only(&self, count: u32) {
        self.admits.set(Some(count));
    }

    /// Counts a step and tells what goes wrong with it.
    fn step(&self, io: Io) -> Option<Trouble> {
        let index = self.io.borrow().len();
        self.io.borrow_mut().push(io);
        if self.dead.get() {
            return Some(Trouble::Before);
        }
        let (nth, trouble) = self.trouble.get()?;
        if nth != index {
            return None;
        }
        self.trouble.set(None);
        if trouble == Trouble::Killed {
            self.dead.set(true);
        }
        Some(trouble)
    }
}

impl Default for TestWorld {
    fn default() -> Self {
        Self::new()
    }
}
