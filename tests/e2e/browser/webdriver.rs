//! The few commands of WebDriver (W3C) that a person needs, and Chromium's own for the size of the
//! window, the colours and the log.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::harness::{self, Body, wait_for, workspace};
use serde_json::{Value as Json, json};

use crate::driver;

static BROWSERS: AtomicU32 = AtomicU32::new(1);

/// The key under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// What the driver says of an element whose page has made way for another.
const GONE: [&str; 2] = ["stale element reference", "does not belong to the document"];
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--lang=en",
];

/// A Chromium with a profile that nobody has used before.
#[derive(Debug)]
pub(crate) struct Browser {
    session: String,
    profile: PathBuf,
}

/// A thing on the page. When its page is loaded anew while it is looked at, it is found again there.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    browser: &'a Browser,
    id: RefCell<String>,
    /// How it was found: by which means, by what, and which of all that were.
    found_by: Option<(&'static str, String, usize)>,
}

impl Browser {
    /// Opens one, 1280 pixels wide.
    pub(crate) fn open() -> Self {
        Self::with(&json!({}))
    }

    /// Opens one that runs no script of any page.
    pub(crate) fn without_javascript() -> Self {
        Self::with(&json!({ "profile.managed_default_content_settings.javascript": 2 }))
    }

    fn with(preferences: &Json) -> Self {
        let serial = BROWSERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("chromium-{}-{serial}", std::process::id());
        let profile = std::env::temp_dir().join("edgetill-tests").join(name);
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let options = json!({
            "binary": driver::chromium(),
            "args": arguments,
            "prefs": preferences,
        });
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let opened = command("POST", &format!("{}/session", driver::url()), &capabilities);
        let id = opened["sessionId"].as_str().expect("a session").to_owned();
        let browser = Self {
            session: format!("{}/session/{id}", driver::url()),
            profile,
        };
        browser.comes_from(&format!("198.19.0.{}", serial % 250));
        browser.resize(1280, 900);
        browser
    }

    /// Gives this browser another address at the shop's limiter, which knows a reader by it.
    pub(crate) fn comes_from(&self, address: &str) {
        self.chromium("Network.enable", &json!({}));
        let headers = json!({ "headers": { "cf-connecting-ip": address } });
        self.chromium("Network.setExtraHTTPHeaders", &headers);
    }

    /// The size of what is seen of a page, as on a phone when it is narrow.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width,
            "height": height,
            "deviceScaleFactor": 1,
            "mobile": width < 600,
        });
        self.chromium("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// `light` or `dark`; and nothing moves, so that no colour is looked at on its way.
    pub(crate) fn prefer(&self, scheme: &str) {
        let colours = json!({ "name": "prefers-color-scheme", "value": scheme });
        let motion = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let features = json!({ "features": [colours, motion] });
        self.chromium("Emulation.setEmulatedMedia", &features);
    }

    /// Goes to an address, as one that was typed.
    pub(crate) fn go(&self, url: &str) {
        self.post("url", &json!({ "url": url }));
    }

    /// The button of the browser.
    pub(crate) fn go_back(&self) {
        self.post("back", &json!({}));
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        text(&self.get("url"))
    }

    /// The page's title.
    pub(crate) fn title(&self) -> String {
        text(&self.get("title"))
    }

    /// What can be read on the page, with every space an ordinary one.
    #[track_caller]
    pub(crate) fn words(&self) -> String {
        wait_for("the page", || self.glance("body"))
    }

    /// What can be read in the first element of a selector right now, while pages may be changing.
    pub(crate) fn glance(&self, css: &str) -> Option<String> {
        let find = json!({ "using": "css selector", "value": css });
        let element = format!("{}/element", self.session);
        let found = ask("POST", &element, &find).ok()?;
        let read = format!("{element}/{}/text", text(&found[ELEMENT]));
        let words = text(&ask("GET", &read, &Json::Null).ok()?);
        Some(words.replace('\u{a0}', " "))
    }

    /// Every element of a selector that is there now.
    pub(crate) fn all(&self, css: &str) -> Vec<Element<'_>> {
        self.find("css selector", css)
    }

    /// The only element of a selector, once it is there.
    #[track_caller]
    pub(crate) fn one(&self, css: &str) -> Element<'_> {
        wait_for(css, || only(self.all(css)))
    }

    /// The only link or button with these words, once it is there.
    #[track_caller]
    pub(crate) fn control(&self, words: &str) -> Element<'_> {
        wait_for(&format!("‘{words}’"), || only(self.controls(words)))
    }

    /// Whether there is such a link or button now.
    pub(crate) fn offers(&self, words: &str) -> bool {
        !self.controls(words).is_empty()
    }

    fn controls(&self, words: &str) -> Vec<Element<'_>> {
        let read = "normalize-space(translate(., '\u{a0}', ' '))";
        let path = format!("//*[self::a or self::button][{read} = \"{words}\"]");
        self.find("xpath", &path)
    }

    /// Clicks the link or button with these words.
    #[track_caller]
    pub(crate) fn click(&self, words: &str) {
        wait_for(&format!("‘{words}’"), || {
            only(self.controls(words))?.click_if_there()
        });
    }

    /// The element that has the focus.
    pub(crate) fn focused(&self) -> Element<'_> {
        let value = self.get("element/active");
        self.element(&value)
    }

    /// Presses keys where the focus is, as WebDriver's key table names them.
    pub(crate) fn press(&self, keys: &str) {
        let key = |key: char| {
            [
                json!({ "type": "keyDown", "value": key }),
                json!({ "type": "keyUp", "value": key }),
            ]
        };
        let keys: Vec<Json> = keys.chars().flat_map(key).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys });
        self.post("actions", &json!({ "actions": [keyboard] }));
    }

    /// Presses a key while another one is held down.
    pub(crate) fn chord(&self, held: char, key: char) {
        let event = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let keys = [
            event("keyDown", held),
            event("keyDown", key),
            event("keyUp", key),
            event("keyUp", held),
        ];
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys });
        self.post("actions", &json!({ "actions": [keyboard] }));
    }

    /// Clicks an element twice, faster than any page can answer.
    pub(crate) fn double_click(&self, element: &Element<'_>) {
        let there =
            json!({ "type": "pointerMove", "origin": { ELEMENT: element.id() }, "x": 0, "y": 0 });
        let press = json!({ "type": "pointerDown", "button": 0 });
        let release = json!({ "type": "pointerUp", "button": 0 });
        let mouse = json!({
            "type": "pointer",
            "id": "mouse",
            "parameters": { "pointerType": "mouse" },
            "actions": [there, press, release, press, release],
        });
        self.post("actions", &json!({ "actions": [mouse] }));
    }

    /// Runs a script of ours beside the page and gives what it returns. A promise is waited for.
    pub(crate) fn run(&self, script: &str) -> Json {
        self.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a script of ours in every page from now on, before anything of the page does.
    pub(crate) fn run_in_every_page(&self, script: &str) {
        let source = json!({ "source": script });
        self.chromium("Page.addScriptToEvaluateOnNewDocument", &source);
    }

    /// Whether a page has opened a dialog that waits for an answer.
    pub(crate) fn has_dialog(&self) -> bool {
        ask("GET", &format!("{}/alert/text", self.session), &Json::Null).is_ok()
    }

    /// What the browser had to complain about since the last look: errors and violated policies.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let entries = self.post("se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| text(&entry["message"]))
            .collect()
    }

    /// Keeps a picture of the whole page in `target/screenshots/`.
    pub(crate) fn picture(&self, name: &str) {
        let whole = json!({ "captureBeyondViewport": true, "format": "png" });
        let shot = self.chromium("Page.captureScreenshot", &whole);
        let bytes = STANDARD.decode(text(&shot["data"])).expect("a picture");
        let dir = workspace().join("target/screenshots");
        fs::create_dir_all(&dir).expect("a place for pictures");
        fs::write(dir.join(format!("{name}.png")), bytes).expect("a picture is written");
    }

    /// Nothing while a page is giving way to another.
    fn find(&self, using: &'static str, value: &str) -> Vec<Element<'_>> {
        let elements = format!("{}/elements", self.session);
        let found = ask(
            "POST",
            &elements,
            &json!({ "using": using, "value": value }),
        );
        let found = found.ok().and_then(|found| found.as_array().cloned());
        let found = found.unwrap_or_default();
        let elements = found.iter().enumerate();
        elements
            .map(|(index, element)| Element {
                found_by: Some((using, value.to_owned(), index)),
                ..self.element(element)
            })
            .collect()
    }

    fn element(&self, value: &Json) -> Element<'_> {
        Element {
            browser: self,
            id: RefCell::new(text(&value[ELEMENT])),
            found_by: None,
        }
    }

    /// A command of Chromium's own protocol.
    fn chromium(&self, name: &str, parameters: &Json) -> Json {
        self.post(
            "goog/cdp/execute",
            &json!({ "cmd": name, "params": parameters }),
        )
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        command("POST", &format!("{}/{path}", self.session), body)
    }

    fn get(&self, path: &str) -> Json {
        command("GET", &format!("{}/{path}", self.session), &Json::Null)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = harness::try_send("DELETE", &self.session);
        let _ = fs::remove_dir_all(&self.profile);
    }
}

impl Element<'_> {
    /// Clicks it, scrolling there first; waits for the page that this leads to.
    pub(crate) fn click(&self) {
        self.post("click", &json!({}));
    }

    /// As [`Element::click`]; nothing when the page that it stood on has made way for another
    /// meanwhile, on which it is to be looked for again.
    fn click_if_there(&self) -> Option<()> {
        self.ask_once("POST", "click", &json!({})).map(|_| ())
    }

    fn id(&self) -> String {
        self.id.borrow().clone()
    }

    /// Asks the driver about it; nothing when its page has made way for another.
    fn ask_once(&self, method: &str, path: &str, body: &Json) -> Option<Json> {
        let url = format!("{}/element/{}/{path}", self.browser.session, self.id());
        match ask(method, &url, body) {
            Ok(value) => Some(value),
            Err(error) if GONE.iter().any(|gone| error.contains(gone)) => None,
            Err(error) => panic!("{url}: {error}"),
        }
    }

    /// Asks the driver about it, on whichever page it stands by then.
    fn ask(&self, method: &str, path: &str, body: &Json) -> Json {
        wait_for(&format!("{:?}", self.found_by), || {
            if let Some(value) = self.ask_once(method, path, body) {
                return Some(value);
            }
            let (using, value, index) = self.found_by.as_ref()?;
            let again = self.browser.find(using, value).into_iter().nth(*index)?;
            self.id.replace(again.id());
            None
        })
    }

    /// Types into it after what is there.
    pub(crate) fn type_in(&self, words: &str) {
        self.post("value", &json!({ "text": words }));
    }

    /// Types in place of what is there.
    pub(crate) fn retype(&self, words: &str) {
        self.post("clear", &json!({}));
        self.type_in(words);
    }

    /// Chooses an option of a list by its words.
    #[track_caller]
    pub(crate) fn choose(&self, words: &str) {
        let path = format!("./option[normalize-space(.)=\"{words}\"]");
        let found = self.post("elements", &json!({ "using": "xpath", "value": path }));
        let found = found.as_array().expect("elements");
        assert_eq!(found.len(), 1, "option {words}");
        self.browser.element(&found[0]).click();
    }

    /// What can be read in it, with every space an ordinary one.
    pub(crate) fn words(&self) -> String {
        text(&self.get("text")).replace('\u{a0}', " ")
    }

    /// What was typed or chosen.
    pub(crate) fn value(&self) -> String {
        text(&self.get("property/value"))
    }

    /// An attribute, empty when there is none.
    pub(crate) fn attribute(&self, name: &str) -> String {
        let value = self.get(&format!("attribute/{name}"));
        value.as_str().unwrap_or_default().to_owned()
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        self.ask("POST", path, body)
    }

    fn get(&self, path: &str) -> Json {
        self.ask("GET", path, &Json::Null)
    }
}

fn only<T>(mut found: Vec<T>) -> Option<T> {
    found.pop().filter(|_| found.is_empty())
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Sends a command; its value. A command that fails fails the test.
#[track_caller]
fn command(method: &str, url: &str, body: &Json) -> Json {
    ask(method, url, body).unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Sends a command; its value or what the driver had against it.
fn ask(method: &str, url: &str, body: &Json) -> Result<Json, String> {
    let body = body.to_string();
    let body = match method {
        "GET" => Body::None,
        _ => Body::Whole(body.as_bytes()),
    };
    let answer = harness::send(method, url, &[("content-type", "application/json")], body);
    let value = answer.json()["value"].clone();
    if answer.status == 200 {
        Ok(value)
    } else {
        Err(format!("{} {}", value["error"], value["message"]))
    }
}
