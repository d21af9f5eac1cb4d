//! The one sandbox that all handlers share, and its clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sandbox::Sandbox;
use shared::time::Timestamp;
use tokio::sync::Notify;

use super::args::Settings;
use super::state;

/// A handle to the sandbox.
#[derive(Clone)]
pub(crate) struct App {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    world: Mutex<World>,
    /// Something may have become due.
    due: Notify,
    /// Something may have changed that the state file does not tell yet.
    changed: Notify,
    /// A delivery has ended.
    delivered: Notify,
}

struct World {
    sandbox: Sandbox,
    clock_ahead_s: i64,
}

impl App {
    pub(crate) fn new(settings: Settings) -> Self {
        let world = Mutex::new(World::begin(&settings));
        let (due, changed, delivered) = (Notify::new(), Notify::new(), Notify::new());
        Self {
            shared: Arc::new(Shared {
                settings,
                world,
                due,
                changed,
                delivered,
            }),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Works with the sandbox as of now, then looks for webhooks that have become due.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Sandbox, Timestamp) -> T) -> T {
        let done = self.peek(work);
        self.shared.due.notify_one();
        self.shared.changed.notify_one();
        done
    }

    /// As [`App::with`], for work that makes nothing due and nothing worth keeping.
    pub(crate) fn peek<T>(&self, work: impl FnOnce(&mut Sandbox, Timestamp) -> T) -> T {
        self.locked(|world| {
            let now = wall_clock().plus(world.clock_ahead_s);
            work(&mut world.sandbox, now)
        })
    }

    /// Moves the sandbox's clock ahead; returns how far it is ahead of the machine's in all.
    pub(crate) fn advance(&self, seconds: u32) -> i64 {
        let ahead = self.locked(|world| {
            world.clock_ahead_s = world.clock_ahead_s.saturating_add(seconds.into());
            world.clock_ahead_s
        });
        self.with(Sandbox::tick);
        ahead
    }

    /// Forgets everything.
    pub(crate) fn reset(&self) {
        self.locked(|world| {
            *world = World::empty(&self.shared.settings);
        });
        self.shared.changed.notify_one();
    }

    /// The state as it is now, for its file.
    pub(crate) fn state(&self) -> Vec<u8> {
        self.locked(|world| state::write(&world.sandbox, world.clock_ahead_s))
    }

    pub(crate) async fn something_changed(&self) {
        self.shared.changed.notified().await;
    }

    pub(crate) async fn something_due(&self) {
        self.shared.due.notified().await;
    }

    pub(crate) fn tell_delivered(&self) {
        self.shared.delivered.notify_waiters();
    }

    pub(crate) async fn something_delivered(&self) {
        self.shared.delivered.notified().await;
    }

    /// A handler that panicked has already failed its own request; the others go on.
    fn locked<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(
            &mut self
                .shared
                .world
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl World {
    fn empty(settings: &Settings) -> Self {
        let mut config = settings.config.clone();
        config.seed = settings.seed.unwrap_or_else(nanoseconds);
        Self {
            sandbox: Sandbox::new(config),
            clock_ahead_s: 0,
        }
    }

    /// Goes on where the last run stopped, if it left a state that can be read.
    fn begin(settings: &Settings) -> Self {
        let kept = settings.state.as_deref().map(state::load);
        match kept {
            Some(Ok(Some(kept))) => Self {
                sandbox: kept.sandbox.resumed(settings.config.clone()),
                clock_ahead_s: kept.clock_ahead_s,
            },
            Some(Err(problem)) => {
                println!("The sandbox starts empty: {problem}");
                Self::empty(settings)
            }
            Some(Ok(None)) | None => Self::empty(settings),
        }
    }
}

/// The machine's time, whatever the sandbox's is.
pub(crate) fn wall_clock() -> Timestamp {
    Timestamp(i64::try_from(nanoseconds() / 1_000_000_000).unwrap_or(i64::MAX))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's one clock; the library takes `now`"
)]
fn nanoseconds() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
