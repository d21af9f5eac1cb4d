//! A running copy of the shop for the end-to-end tests: what `make dev` runs, on ports and in a
//! directory of its own, driven over HTTP like any other shop.
//!
//! In scope: starting and stopping it, requests as visitors send them, the sandbox's strings, a look
//! into the database, and moving rows through time. Out of scope: what should happen; that is said
//! by the tests.
//!
//! All tests of a program share one copy and use orders of their own. A test that breaks something
//! for everybody, such as Stripe's whole API, takes the copy [`alone`].

mod client;
mod database;
mod instance;
mod log;
mod order;
mod sandbox;
mod staff;
mod store;
mod visitor;

use std::ops::Deref;
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::sleep;
use std::time::Duration;

pub use client::{Answer, Body, encoded, send, send_refused, try_send};
pub use database::LiveDatabase;
pub use instance::{Instance, workspace};
pub use log::Log;
pub use order::{LiveOrder, Session};
pub use sandbox::{Mail, SandboxProgram};
pub use staff::LiveStaff;
pub use visitor::{Visitor, order_body};

static INSTANCE: OnceLock<Result<Instance, String>> = OnceLock::new();
static IN_USE: RwLock<()> = RwLock::new(());

/// The running shop, for as long as a test holds this.
pub struct Running {
    instance: &'static Instance,
    _hold: Hold,
}

#[expect(dead_code, reason = "the guards are held, not read")]
enum Hold {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

impl Deref for Running {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        self.instance
    }
}

/// The running shop, shared with other tests. Started by the first that asks for it.
#[must_use]
pub fn shared() -> Running {
    let hold = IN_USE.read().unwrap_or_else(PoisonError::into_inner);
    running(Hold::Shared(hold))
}

/// The running shop while no other test uses it. What the test has broken is mended afterwards.
#[must_use]
pub fn alone() -> Running {
    let hold = IN_USE.write().unwrap_or_else(PoisonError::into_inner);
    let running = running(Hold::Alone(hold));
    running.sandbox.heal();
    running
}

fn running(hold: Hold) -> Running {
    match INSTANCE.get_or_init(Instance::start) {
        Ok(instance) => Running {
            instance,
            _hold: hold,
        },
        Err(why) => panic!("{why}"),
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self._hold, Hold::Alone(_)) {
            self.instance.sandbox.heal();
        }
    }
}

/// Looks again and again until there is something. What is there soon on one machine takes long on
/// another that does other things as well; only what never comes takes all of the patience.
#[track_caller]
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    const PERIOD: Duration = Duration::from_millis(40);
    const PATIENCE: Duration = Duration::from_secs(90);
    let mut waited = Duration::ZERO;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(waited < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        sleep(PERIOD);
        waited += PERIOD;
    }
}
