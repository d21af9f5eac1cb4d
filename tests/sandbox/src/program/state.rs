//! The file that carries a sandbox over a restart, so that it still knows what the shop's database
//! remembers of it.
//!
//! Written whole, to a file beside it that then takes its name: whoever reads it finds the last state
//! or the one before, never a part. It is written as soon as something has changed; a process that is
//! killed loses some milliseconds.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::time::Duration;

use sandbox::Sandbox;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::app::App;

/// Another number for every change of what is kept; an older state is then not read.
pub(crate) const VERSION: u32 = 2;
/// The least time between two writes.
const PERIOD: Duration = Duration::from_millis(100);

/// A state as it is written.
#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    clock_ahead_s: i64,
    sandbox: &'a Sandbox,
}

/// The part of a state that every version has.
#[derive(Deserialize)]
struct Stamp {
    version: u32,
}

/// A state that was read back. Its sandbox is whole only after [`Sandbox::resumed`].
#[derive(Deserialize)]
pub(crate) struct Kept {
    pub(crate) clock_ahead_s: i64,
    pub(crate) sandbox: Sandbox,
}

/// The state as bytes.
pub(crate) fn write(sandbox: &Sandbox, clock_ahead_s: i64) -> Vec<u8> {
    let written = Written {
        version: VERSION,
        clock_ahead_s,
        sandbox,
    };
    // Only a map whose keys are no texts could fail, and the tests would see it.
    serde_json::to_vec(&written).unwrap_or_default()
}

/// Reads a state: `None` when there is none yet, a sentence when there is one that cannot be read.
pub(crate) fn load(file: &Path) -> Result<Option<Kept>, String> {
    let unreadable = |why: String| format!("{} cannot be read ({why}).", file.display());
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let stamp = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    let Stamp { version } = stamp;
    if version != VERSION {
        return Err(unreadable(format!("it is of version {version}")));
    }
    let kept = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    Ok(Some(kept))
}

/// Writes the state after every change, for ever.
pub(crate) async fn keep(app: &App) {
    loop {
        app.something_changed().await;
        if let Err(problem) = save(app) {
            println!("{problem}");
        }
        sleep(PERIOD).await;
    }
}

/// Writes the state as it is now; nothing without a place for it.
pub(crate) fn save(app: &App) -> Result<(), String> {
    let Some(file) = app.settings().state.as_deref() else {
        return Ok(());
    };
    replace(file, &app.state())
        .map_err(|error| format!("{} cannot be written: {error}.", file.display()))
}

fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = file.with_file_name(name);
    let mut new = File::create(&beside)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(beside, file)
}
