//! Starting chromedriver, which starts Chromium, and their end.

use std::net::TcpListener;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use common::harness::{try_send, wait_longer_for, workspace};

static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();

const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

/// A running chromedriver.
#[derive(Debug)]
struct Driver {
    url: String,
    /// See `leash.mjs`: the driver and its browsers run while this end of the pipe is open.
    _leash: ChildStdin,
}

/// Where WebDriver commands go. Starts the driver at the first call.
pub(crate) fn url() -> &'static str {
    match DRIVER.get_or_init(start) {
        Ok(driver) => &driver.url,
        Err(why) => panic!("{why}"),
    }
}

/// The browser's program.
pub(crate) fn chromium() -> &'static str {
    CHROMIUM
}

fn start() -> Result<Driver, String> {
    if !Path::new(CHROMIUM).exists() || !Path::new(CHROMEDRIVER).exists() {
        return Err("there is no Chromium with its driver: run `make tools` first.".into());
    }
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = port.map_err(|error| format!("no port: {error}"))?.port();
    let root = workspace();
    let mut driver = Command::new(root.join("node_modules/.bin/node"))
        .arg(root.join("scripts/leash.mjs"))
        .args([
            CHROMEDRIVER,
            &format!("--port={port}"),
            "--log-level=SEVERE",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("chromedriver: {error}; run `make tools` first"))?;
    let leash = driver.stdin.take().ok_or("a pipe was asked for")?;
    let url = format!("http://127.0.0.1:{port}");
    wait_longer_for("chromedriver", Duration::from_secs(60), || {
        try_send("GET", &format!("{url}/status")).filter(|answer| answer.status == 200)
    });
    Ok(Driver { url, _leash: leash })
}
