//! Starting chromedriver, which starts Chromium, and their end.

use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use common::harness::{try_send, wait_for, workspace};

static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();

/// A running chromedriver.
#[derive(Debug)]
struct Driver {
    url: String,
    chromium: PathBuf,
    /// See `leash.mjs`: the driver and its browsers run while this end of the pipe is open.
    _leash: ChildStdin,
}

/// Where WebDriver commands go.
pub(crate) fn url() -> &'static str {
    &driver().url
}

/// The browser's program.
pub(crate) fn chromium() -> &'static Path {
    &driver().chromium
}

/// Starts the driver at the first call.
fn driver() -> &'static Driver {
    match DRIVER.get_or_init(start) {
        Ok(driver) => driver,
        Err(why) => panic!("{why}"),
    }
}

fn start() -> Result<Driver, String> {
    let [chromium, chromedriver] = ["chromium", "chromedriver"].map(program);
    let (chromium, chromedriver) = chromium
        .zip(chromedriver)
        .ok_or("there is no Chromium with its driver: run `make tools` first.")?;
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = port.map_err(|error| format!("no port: {error}"))?.port();
    let root = workspace();
    let mut driver = Command::new(root.join("node_modules/.bin/node"))
        .arg(root.join("scripts/leash.mjs"))
        .arg(chromedriver)
        .args([&format!("--port={port}"), "--log-level=SEVERE"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("chromedriver: {error}; run `make tools` first"))?;
    let leash = driver.stdin.take().ok_or("a pipe was asked for")?;
    let url = format!("http://127.0.0.1:{port}");
    wait_for("chromedriver", || {
        try_send("GET", &format!("{url}/status")).filter(|answer| answer.status == 200)
    });
    Ok(Driver {
        url,
        chromium,
        _leash: leash,
    })
}

/// A program by its name, as a shell finds it.
fn program(name: &str) -> Option<PathBuf> {
    let places = env::var_os("PATH")?;
    let mut files = env::split_paths(&places).map(|place| place.join(name));
    files.find(|file| file.is_file())
}
