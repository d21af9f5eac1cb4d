//! A bank transfer, whole, by clicking: chosen, shown, turned down, shown again, found on the account.

use std::fs;
use std::path::{Path, PathBuf};

use common::RUTH;
use common::harness::{LiveOrder, shared, wait_for, workspace};
use shared::id::OrderNumber;
use shared::proof::samples::{chunk, pdf, png_of};

use crate::looks::look_at;
use crate::person::Person;
use crate::staff::signed_in;
use crate::webdriver::Browser;

/// Ends the names of pictures of a browser that runs no scripts.
const NO_SCRIPT: &str = "-noscript";

/// A file on this machine that a buyer can choose.
pub(crate) fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let dir = workspace().join("target/e2e/files");
    fs::create_dir_all(&dir).expect("a place for files");
    let path = dir.join(name);
    fs::write(&path, bytes).expect("a file is written");
    path
}

impl Person<'_> {
    /// Chooses a file in the form that hands a proof in.
    pub(crate) fn choose_file(&self, path: &Path) {
        let field = self.browser.one("#file");
        field.type_in(path.to_str().expect("a path"));
    }

    /// Opens an order's page as it is now.
    fn looks_again(&self, order: &LiveOrder<'_>) {
        self.visit(&format!("/orders/{}", order.number));
    }
}

#[test]
fn a26_to_a36_a_transfer_from_the_choice_to_the_confirmation() {
    let shop = shared();
    whole_transfer(&Person::at(&shop), "");
}

#[test]
fn a26_to_a36_a_transfer_works_in_a_browser_that_runs_no_scripts() {
    let shop = shared();
    let ada = Person::with(&shop, Browser::without_javascript());
    ada.browser
        .go("data:text/html,<p>before</p><script>document.body.innerText='a script'</script>");
    ada.reads("before");
    whole_transfer(&ada, NO_SCRIPT);
}

fn whole_transfer(ada: &Person<'_>, name: &str) {
    let shop = ada.shop;
    let order = shop.visitor().order();
    let grouped = OrderNumber::parse(&order.number)
        .expect("a number")
        .to_string();
    ada.open(&order);
    ada.browser.resize(1280, 900);
    ada.browser.click("Pay by bank transfer");
    is_told_where_to_transfer(ada, &order);
    see(ada, &format!("transfer-chosen{name}"));

    keeps_what_was_entered(ada, &format!("transfer-refused{name}"));
    let first = file(
        &format!("first{name}.png"),
        &png_of(&[chunk(b"teXt", b"1")]),
    );
    ada.choose_file(&first);
    ada.browser.click("Save changes");
    ada.sees("Your proof is being reviewed");
    for words in [
        &*format!("first{name}.png"),
        "Meridian Bank",
        "We look at it by",
    ] {
        ada.reads(words);
    }
    see(ada, &format!("transfer-in-review{name}"));

    let ruth = signed_in(shop, RUTH);
    ruth.visit(&format!("/staff/orders/{}/review", order.number));
    ruth.reads("Says the bank calls it");
    let code = ruth.browser.one("#code");
    code.choose("The document shows another amount than is due.");
    ruth.fill_in(&[("reason", "It shows 11.90 EUR.")]);
    ruth.browser.click("Reject");
    ruth.reads("Done: you have rejected the proof.");
    ruth.reads(&grouped);
    if name.is_empty() {
        look_at(&ruth, "staff-done");
    }

    ada.looks_again(&order);
    ada.sees("We could not accept your proof");
    ada.reads("The document shows another amount than is due. It shows 11.90 EUR.");
    see(ada, &format!("transfer-rejected{name}"));
    ada.browser.resize(1280, 900);
    ada.browser
        .one("#bank_account")
        .choose("Meridian Bank, DE02 1203 0000 0000 2020 51");
    let second = file(
        &format!("second{name}.pdf"),
        &pdf(&format!("(second{name})")),
    );
    ada.choose_file(&second);
    ada.browser.click("Save changes");
    ada.sees("Your proof is being reviewed");
    ada.reads(&format!("second{name}.pdf"));

    ruth.browser.resize(1280, 900);
    ruth.visit(&format!("/staff/orders/{}/review", order.number));
    ruth.reads("It shows 11.90 EUR.");
    let reference = format!("NTRF {}", order.visitor.serial);
    let sender = format!("ÅNGSTRÖM, Zoë {}", order.visitor.serial);
    ruth.fill_in(&[("reference", &reference), ("payer_name", &sender)]);
    ruth.browser.click("Approve");
    ruth.reads("Please enter an amount in EUR");
    assert_eq!(ruth.browser.one("#payer_name").value(), sender);
    ruth.fill_in(&[("amount", "119.00")]);
    ruth.browser.one("#value_date").type_in("11212026");
    ruth.browser.click("Approve");
    ruth.reads("Done: you have approved 119.00 EUR.");
    finds_by_the_sender(&ruth, &order, &grouped);
    ruth.hears_no_complaints();

    ada.looks_again(&order);
    ada.sees("Confirmed");
    let quoted = ada.browser.one(".status .quote").words();
    assert!(
        quoted.contains("Subscription ID\nS")
            && quoted.contains("Paid by\nbank transfer to Meridian Bank"),
        "{quoted}"
    );
    see(ada, &format!("transfer-confirmed{name}"));
    order.assert_status("confirmed");
    wait_for("the release", || (order.releases() == 1).then_some(()));
    the_mails_have_said_it_all(&order, &grouped);
}

/// A20: the name of who sent the transfer is all that a searcher knows, in their own words.
fn finds_by_the_sender(ruth: &Person<'_>, order: &LiveOrder<'_>, grouped: &str) {
    let serial = order.visitor.serial;
    for (name, says) in [
        ("Zoë Ängström", "No order was found."),
        ("zoë ångström", grouped),
    ] {
        ruth.visit("/staff/search");
        ruth.fill_in(&[("query", &format!("{name} {serial}"))]);
        ruth.browser.click("Find");
        ruth.reads(says);
    }
    ruth.browser.click(grouped);
    ruth.reads("bank transfer to Meridian Bank, sent by");
}

/// Looks at the page that is open. Where no script runs, axe cannot either; the pages are the same.
fn see(ada: &Person<'_>, name: &str) {
    if !name.ends_with(NO_SCRIPT) {
        return look_at(ada, name);
    }
    for (width, height) in [(375, 800), (1280, 900)] {
        ada.browser.resize(width, height);
        ada.browser.picture(&format!("{name}-{width}"));
    }
}

/// A26 to A28: what to transfer, where to, until when, and one reference to quote, before anything else.
fn is_told_where_to_transfer(ada: &Person<'_>, order: &LiveOrder<'_>) {
    ada.sees("Awaiting payment");
    let words = ada.browser.words();
    let reference = format!("Reference to quote: your order number\n{}", order.number);
    for wanted in [
        &*reference,
        "Amount\n119.00 EUR",
        "Meridian Bank",
        "DE02 1203 0000 0000 2020 51",
        "You have until",
    ] {
        assert!(words.contains(wanted), "{wanted}: {words}");
    }
    let place = |wanted: &str| words.find(wanted).expect(wanted);
    assert!(place(&reference) < place("DE02 1203"), "{words}");
    assert!(!words.contains("Payment reference"), "{words}");
    let payment = order.view()["payment"]["payment_id"].clone();
    let payment = payment.as_str().expect("an id");
    let begins = payment.get(..4).expect("four letters");
    assert!(place("Support knows this payment as") > place("Hand in your proof"));
    assert!(
        words.matches(begins).count() == 1,
        "{begins} stands once: {words}"
    );
}

/// Hands in a file that is too large; whether its sender is told. Who is answered before all of it was
/// read may lose the connection, and the answer with it: the browser says so on a page of its own, and a
/// person tries again.
fn hears_of_its_length(ada: &Person<'_>, account: &str, large: &Path) -> bool {
    const TOLD: &str = "This file is too large. Send one of at most 10 MB";
    let page = ada.browser.address();
    ada.browser.go(page.trim_end_matches("/proof"));
    ada.browser.one("#bank_account").choose(account);
    ada.browser
        .one("#transfer_reference")
        .retype("REF \"7\" <b>");
    ada.choose_file(large);
    ada.browser.click("Save changes");
    wait_for(TOLD, || {
        let words = ada.browser.glance("body")?;
        let is_told = words.contains(TOLD);
        (is_told || words.contains("ERR_CONNECTION")).then_some(is_told)
    })
}

/// What is wrong stands beside its field, and only the file has to be chosen again.
fn keeps_what_was_entered(ada: &Person<'_>, picture: &str) {
    ada.browser.resize(1280, 900);
    ada.browser
        .one("#transfer_reference")
        .retype("REF \"7\" <b>");
    let drawing = file("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    ada.choose_file(&drawing);
    ada.browser.click("Save changes");
    ada.reads("Choose the account that you transferred to.");
    assert!(
        ada.browser.title().starts_with("Error: "),
        "{}",
        ada.browser.title()
    );
    assert_eq!(
        ada.browser.one("#transfer_reference").value(),
        "REF \"7\" <b>"
    );

    let account = "Meridian Bank, DE02 1203 0000 0000 2020 51";
    ada.browser.one("#bank_account").choose(account);
    ada.choose_file(&drawing);
    ada.browser.click("Save changes");
    ada.reads("This one cannot be taken because");
    assert_eq!(ada.browser.one("#bank_account").value(), "meridian-eur");
    let described = ada.browser.one("#file").attribute("aria-describedby");
    assert!(!ada.browser.one(&format!("#{described}")).words().is_empty());
    see(ada, picture);

    ada.browser.resize(1280, 900);
    let large = file("large.png", &vec![7; 11 * 1024 * 1024]);
    assert!((0..3).any(|_| hears_of_its_length(ada, account, &large)));
    assert_eq!(ada.browser.one("#bank_account").value(), "meridian-eur");
    assert_eq!(
        ada.browser.one("#transfer_reference").value(),
        "REF \"7\" <b>"
    );
    ada.browser.one("#transfer_reference").retype("REF 7");
}

fn the_mails_have_said_it_all(order: &LiveOrder<'_>, grouped: &str) {
    let mails = order.mails();
    let text_of = |subject: &str| {
        let mut found = mails.iter().filter(|mail| mail.subject.contains(subject));
        let (first, other) = (found.next(), found.next());
        assert!(other.is_none(), "{subject} came once");
        let subjects: Vec<_> = mails.iter().map(|mail| &mail.subject).collect();
        &first
            .unwrap_or_else(|| panic!("{subject}: {subjects:?}"))
            .text
    };
    for (subject, words) in [
        ("How to pay by bank transfer", "DE02 1203 0000 0000 2020 51"),
        ("How to pay by bank transfer", grouped),
        ("could not accept your proof", "It shows 11.90 EUR."),
        ("is confirmed", "bank transfer to Meridian Bank"),
    ] {
        let text = text_of(subject);
        assert!(text.contains(words), "{subject}, {words}: {text}");
    }
}
