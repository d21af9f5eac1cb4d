//! Starting `scripts/dev.mjs`, and its end.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, sleep};
use std::time::{Duration, SystemTime};
use std::{env, fs, process};

use super::{Answer, Body, LiveDatabase, Log, SandboxProgram, Visitor, send};

/// Enough for a machine that does other things as well.
const START_MAX: Duration = Duration::from_secs(300);
const TICK_PATH: &str = "/cdn-cgi/local/scheduled?cron=*+*+*+*+*";

/// A running shop with its sandbox.
#[derive(Debug)]
pub struct Instance {
    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub shop_url: String,
    /// The sandbox's strings.
    pub sandbox: SandboxProgram,
    /// The shop's own database.
    pub database: LiveDatabase,
    /// What all parts print.
    pub log: Arc<Log>,
    /// Its database, files, settings and secrets.
    pub state_dir: PathBuf,
    /// While this end of the pipe is open, everything runs. It closes with this process, however
    /// that ends, and `leash.mjs` at the other end then stops all.
    _leash: ChildStdin,
}

impl Instance {
    /// Starts one; an error is a sentence that says what to do.
    pub(super) fn start() -> Result<Self, String> {
        let root = workspace();
        let node = root.join("node_modules/.bin/node");
        if !node.exists() || !root.join("build/index.js").exists() {
            return Err("the Worker is not built: run `make tools wasm` first.".into());
        }
        build_sandbox(&root)?;
        let name = program_name();
        let state_dir = fresh_dir(&name).map_err(|error| format!("the state's place: {error}"))?;
        let [port, sandbox_port] = free_ports().map_err(|error| format!("no port: {error}"))?;
        let log = Log::in_file(&target_dir().join("e2e").join(format!("{name}.log")));
        let log = Arc::new(log.map_err(|error| format!("the log: {error}"))?);

        let mut parts = Command::new(&node)
            .arg(root.join("scripts/leash.mjs"))
            .arg(&node)
            .arg(root.join("scripts/dev.mjs"))
            .current_dir(&root)
            .env("PORT", port.to_string())
            .env("SANDBOX_PORT", sandbox_port.to_string())
            .env("STATE_DIR", &state_dir)
            .env("CRON_SECONDS", "0")
            .env("VARS_FILE", own_settings(&state_dir)?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("node: {error}"))?;
        follow(&log, &mut parts);
        let leash = parts.stdin.take().ok_or("a pipe was asked for")?;
        wait_until_ready(&log, &mut parts)?;

        let instance = Self {
            shop_url: format!("http://127.0.0.1:{port}"),
            sandbox: SandboxProgram::at(sandbox_port),
            database: LiveDatabase::below(&state_dir),
            log,
            state_dir,
            _leash: leash,
        };
        // Reads the provider's list of events while it is empty, so that no tick of a test does so
        // for the next five minutes and finds what the test has lost on purpose.
        instance.tick();
        Ok(instance)
    }

    /// Somebody with an address of their own, so that the limiter sees many clients.
    #[must_use]
    pub fn visitor(&self) -> Visitor<'_> {
        Visitor::new(self)
    }

    /// One cron tick, as the platform's scheduler makes it; returns when it is over.
    #[track_caller]
    pub fn tick(&self) {
        let url = format!("{}{TICK_PATH}", self.shop_url);
        let _ = send("GET", &url, &[], Body::None).expect(200);
    }

    /// The bytes of an object in R2, if there is one of that key.
    #[must_use]
    #[track_caller]
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        super::store::object(&self.state_dir, key)
    }

    /// A GET without anything.
    #[track_caller]
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.visitor().send("GET", path, &[], Body::None)
    }

    /// Panics when one of the global invariants does not hold.
    #[track_caller]
    pub fn check(&self) {
        for (name, sql) in crate::invariants::QUERIES {
            let rows = self.database.rows(sql);
            assert!(rows.is_empty(), "{name}: {rows:#?}");
        }
        for release in self.sandbox.releases() {
            assert_eq!(release["conflicts"], 0, "{release:#}");
        }
    }
}

/// The repository's root.
#[must_use]
pub fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The test program's name without the hash that cargo adds.
fn program_name() -> String {
    let program = env::current_exe().unwrap_or_default();
    let name = program.file_stem().unwrap_or_default().to_string_lossy();
    name.split('-').next().unwrap_or("tests").to_owned()
}

/// A directory that no earlier run has used; what those left behind goes.
fn fresh_dir(name: &str) -> std::io::Result<PathBuf> {
    let all = target_dir().join("e2e").join(name);
    match fs::remove_dir_all(&all) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let dir = all.join(process::id().to_string());
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn free_ports() -> std::io::Result<[u16; 2]> {
    let listeners = [
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
    ];
    let [one, other] = listeners.map(|listener| listener.local_addr());
    Ok([one?.port(), other?.port()])
}

/// Settings that the demo leaves alone. They also keep a developer's own `.dev.vars` out of the
/// tests.
fn own_settings(state_dir: &Path) -> Result<PathBuf, String> {
    let file = state_dir.join("tests.vars");
    let text = "ALLOWED_ORIGINS=https://shop.test,https://www.shop.test\n";
    fs::write(&file, text).map_err(|error| format!("the settings: {error}"))?;
    Ok(file)
}

/// `cargo test` for the whole workspace has built the sandbox; for this program alone it has not.
fn build_sandbox(root: &Path) -> Result<(), String> {
    let built = fs::metadata(target_dir().join("debug/edgetill-sandbox"));
    let built = built.and_then(|file| file.modified()).ok();
    let changed = ["tests/sandbox", "shared"].map(|dir| newest_change(&root.join(dir)));
    if built.is_some_and(|built| changed.into_iter().flatten().all(|change| change <= built)) {
        return Ok(());
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "-p", "edgetill-sandbox"])
        .current_dir(root)
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("the sandbox does not build: see `cargo build -p edgetill-sandbox`.".into())
    }
}

fn newest_change(dir: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    entries
        .filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                newest_change(&entry.path())
            } else {
                entry.metadata().ok()?.modified().ok()
            }
        })
        .max()
}

fn follow(log: &Arc<Log>, parts: &mut Child) {
    let (out, err) = (parts.stdout.take(), parts.stderr.take());
    let of_errors = Arc::clone(log);
    thread::spawn(move || err.map(|stream| of_errors.follow(stream)));
    let log = Arc::clone(log);
    thread::spawn(move || out.map(|stream| log.follow(stream)));
}

fn wait_until_ready(log: &Log, parts: &mut Child) -> Result<(), String> {
    const PERIOD: Duration = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    loop {
        if log.lines().iter().any(|line| line.starts_with("ready ")) {
            return Ok(());
        }
        let ended = parts.try_wait().map_err(|error| error.to_string())?;
        if ended.is_some() || waited >= START_MAX {
            return Err(format!(
                "the shop did not start:\n{}",
                log.lines().join("\n")
            ));
        }
        sleep(PERIOD);
        waited += PERIOD;
    }
}
