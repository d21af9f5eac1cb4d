//! Hostile text in everything that a buyer or a reviewer writes about a transfer, in a real browser: no
//! dialog opens, no policy is violated, nothing becomes an element, and what was written is read as
//! text.

use std::fs;
use std::path::Path;
use std::thread;

use common::harness::{Body, Instance, LiveOrder, LiveStaff, shared};
use common::{RUTH, input_value, multipart};
use serde_json::{Value as Json, json};
use shared::proof::samples::{chunk, png_of};

use crate::person::Person;
use crate::staff::signed_in;

/// An order takes ten proofs.
const FILES_PER_ORDER: usize = 9;
const REASON_CHARS_MAX: usize = 500;

/// Counts what the page's policy stops, from before the page is read.
const LISTEN: &str = "
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });";

/// What no page of ours has: scripts, frames, handlers of events, and pictures but the document.
const FOUND: &str = "
    const odd = 'script, iframe, object, embed, svg, math, video, audio, style, base, marquee, b, i';
    const elements = [...document.querySelectorAll('body *')];
    const handlers = elements.filter((e) => e.getAttributeNames().some((name) => name.startsWith('on')));
    const pictures = [...document.images].filter((image) => !image.closest('.picture'));
    const links = [...document.links].filter((link) => !/^(http|mailto)/.test(link.protocol));
    return {
      violations: window.violations,
      elements: [...document.querySelectorAll(odd), ...handlers, ...pictures, ...links].map((e) => e.outerHTML),
      words: document.body.innerText,
    };";

/// The collected strings that could be markup or commands, and the worst of our own.
fn strings() -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/third-party/strings");
    let Ok(list) = fs::read_to_string(folder.join("blns.json")) else {
        eprintln!("skipped: no strings at ../shared/third-party/strings");
        return None;
    };
    let list: Vec<String> = serde_json::from_str(&list).expect("a list");
    let own = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'><svg/onload=alert(1)>",
        "</title></textarea></select><script>alert(1)</script>",
        "javascript:alert(1)//",
    ];
    let odd = |text: &String| text.contains(['<', '>', '"', '\'', '&']);
    let collected = list.into_iter().filter(odd);
    Some(
        own.map(str::to_owned)
            .into_iter()
            .chain(collected)
            .collect(),
    )
}

/// A person with a browser that hears what is stopped.
struct Reader<'a> {
    person: Person<'a>,
    pages: usize,
}

impl<'a> Reader<'a> {
    fn with(person: Person<'a>) -> Self {
        person.browser.run_in_every_page(LISTEN);
        Self { person, pages: 0 }
    }

    /// Reads a page about an order and asserts that all there is on it is text; the words, with single
    /// spaces.
    fn reads_as(&mut self, order: &LiveOrder<'_>, path: &str) -> String {
        // So many pages in a minute are nobody's who has one address.
        self.person.browser.comes_from(&order.visitor.address);
        self.person.visit(path);
        self.pages += 1;
        self.finds_only_text(path)
    }

    fn finds_only_text(&self, path: &str) -> String {
        assert!(!self.person.browser.has_dialog(), "{path} opened a dialog");
        let found = self.person.browser.run(FOUND);
        assert_eq!(found["violations"], json!([]), "{path}");
        assert_eq!(found["elements"], json!([]), "{path}");
        plain(found["words"].as_str().expect("a text"))
    }
}

/// With single spaces, as innerText gives them and as one reads.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hands a file in under a name and a reference, as a browser sends them; whether it was taken.
fn hand_in(order: &LiveOrder<'_>, text: &str, nth: u8) -> bool {
    let name = text.replace('"', "%22").replace(['\r', '\n'], "%0A");
    let reference: String = text.chars().take(60).collect();
    let file = png_of(&[chunk(b"teXt", &[nth])]);
    let send = |reference: &str| {
        let (content_type, body) = multipart(&[
            ("bank_account", None, b"meridian-eur"),
            ("transfer_reference", None, reference.as_bytes()),
            ("file", Some(&name), &file),
        ]);
        let bearer = format!("Bearer {}", order.token);
        let headers = [
            ("content-type", content_type.as_str()),
            ("authorization", &bearer),
        ];
        let path = format!("/v1/orders/{}/proofs", order.number);
        let anybody = order.visitor.shop.visitor();
        anybody
            .send("POST", &path, &headers, Body::Whole(&body))
            .status
    };
    // Not every text is a reference; its name is still tried.
    send(&reference) == 201 || send("") == 201
}

/// The name of a file as it is shown: without the folders before it, and not too long.
fn name_of(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    plain(&last.chars().take(120).collect::<String>())
}

/// Strings one after the other, as many as a reason takes.
fn reason_of(strings: &[String]) -> String {
    let all = strings.join(" ");
    let clean = all.chars().filter(|c| !c.is_control());
    plain(&clean.take(REASON_CHARS_MAX - 20).collect::<String>())
}

fn submit(ruth: &LiveStaff<'_>, page: &str, action: &str, fields: &[(&str, &str)]) -> u16 {
    let html = ruth.open(page).expect(200).text();
    let mut carried = vec![("seen", input_value(&html, "seen"))];
    if html.contains("name=\"proof\"") {
        carried.push(("proof", input_value(&html, "proof")));
    }
    let mut all: Vec<(&str, &str)> = carried.iter().map(|(n, v)| (*n, v.as_str())).collect();
    all.extend(fields);
    ruth.submit(action, &all).status
}

#[test]
fn t22_hostile_names_references_and_reasons_are_text_in_a_real_browser() {
    let Some(strings) = strings() else {
        return;
    };
    let shop = shared();
    let mut ruth = Reader::with(signed_in(&shop, RUTH));
    let mut ada = Reader::with(Person::at(&shop));
    let (mut named, mut files, mut reasons) = (0, 0, 0);
    let batches: Vec<&[String]> = strings.chunks(FILES_PER_ORDER).collect();
    let instance: &Instance = &shop;
    let prepared = thread::scope(|scope| {
        let prepare = |batches| scope.spawn(move || handed_in(instance, batches));
        let threads: Vec<_> = batches.chunks(batches.len() / 4 + 1).map(prepare).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined
            .flat_map(|orders| orders.expect("orders"))
            .collect::<Vec<_>>()
    });
    for pair in prepared.chunks(2) {
        for (order, _, taken) in pair {
            let page = ruth.reads_as(order, &format!("/staff/orders/{}/review", order.number));
            let names = taken.iter().map(|text| name_of(text));
            for name in names.filter(|name| name.len() > 4) {
                named += usize::from(page.contains(&name));
                files += 1;
            }
            let _ = ada.reads_as(
                order,
                &format!("/orders/{}?token={}", order.number, order.token),
            );
        }
        // One of the two is decided about, with the strings of both for reasons.
        let [(order, first, _), .., (_, second, _)] = pair else {
            continue;
        };
        reasons += usize::from(decide(&mut ruth, &mut ada, order, [first, second]));
    }
    println!(
        "{named} names and {reasons} reasons on {} pages",
        ruth.pages + ada.pages
    );
    // A character that no line shows is not in the name any more.
    assert!(files > 100 && named > files * 9 / 10, "{named} of {files}");
    assert!(reasons > 5, "{reasons}");
    for reader in [&ruth, &ada] {
        reader.person.hears_no_complaints();
        would_hear(reader);
    }
}

/// Turns the proof of an order down and settles it by hand, for reasons made of hostile strings; whether
/// they were taken as reasons.
fn decide(
    ruth: &mut Reader<'_>,
    ada: &mut Reader<'_>,
    order: &LiveOrder<'_>,
    strings: [&[String]; 2],
) -> bool {
    let [rejected, settled] = strings.map(reason_of);
    // A session of its own: whoever decides so often meets the limit of an address.
    let decider = order.visitor.shop.staff(RUTH);
    let staffs = format!("/staff/orders/{}", order.number);
    let fields = [("code", "other"), ("reason", rejected.as_str())];
    let review = format!("{staffs}/review");
    let status = submit(&decider, &review, &format!("{staffs}/reject"), &fields);
    assert!([303, 422].contains(&status), "{status}: {rejected}");
    if status == 422 {
        return false;
    }
    let words = ada.reads_as(order, &format!("/orders/{}", order.number));
    assert!(words.contains(&rejected), "{rejected}: {words}");
    let reference = format!("<b>&\"'{}", order.visitor.serial);
    let fields = [
        ("bank_account_id", "meridian-eur"),
        ("amount", "119.00"),
        ("value_date", "2026-11-21"),
        ("reference", reference.as_str()),
        ("reason", settled.as_str()),
    ];
    let status = submit(&decider, &staffs, &format!("{staffs}/settle"), &fields);
    assert!([303, 422].contains(&status), "{status}: {settled}");
    let words = ruth.reads_as(order, &staffs);
    assert!(words.contains(&rejected), "{rejected}: {words}");
    assert_eq!(
        words.contains(&settled),
        status == 303,
        "{settled}: {words}"
    );
    status == 303
}

/// An order for each batch, its texts as the names of files, and those that were taken.
fn handed_in<'a, 't>(
    shop: &'a Instance,
    batches: &[&'t [String]],
) -> Vec<(LiveOrder<'a>, &'t [String], Vec<&'t String>)> {
    let prepare = |batch: &&'t [String]| {
        let order = begun(&shop.visitor().order());
        let files = (0_u8..).zip(*batch);
        let taken = files.filter(|(nth, text)| hand_in(&order, text, *nth));
        let taken: Vec<&String> = taken.map(|(_, text)| text).collect();
        assert!(!taken.is_empty(), "{batch:?}");
        (order, *batch, taken)
    };
    batches.iter().map(prepare).collect()
}

/// An order whose buyer has chosen to transfer.
fn begun<'a>(order: &LiveOrder<'a>) -> LiveOrder<'a> {
    let path = format!("/v1/orders/{}/payments", order.number);
    let key = order.visitor.key("transfer");
    let body = json!({ "method": "bank" });
    let begun = order.visitor.post(&path, &key, Some(&order.token), &body);
    let _ = begun.expect(201);
    order.clone()
}

/// Were one of them markup, it would be seen: the same page with one of them put in as such.
fn would_hear(reader: &Reader<'_>) {
    let browser = &reader.person.browser;
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')");
    let found = browser.run(FOUND);
    assert_ne!(found["violations"], json!([]), "a violation is heard of");
    let elements = found["elements"].as_array().map_or(0, Vec::len);
    assert!(elements > 0, "a picture is found: {}", found["elements"]);
    assert_ne!(browser.complaints(), Vec::<String>::new());
    assert_eq!(
        browser.run("return document.title === ''"),
        Json::Bool(false)
    );
}
