//! Coupons by clicking: a reseller pays for a code and copies it, a customer types it in.

use common::harness::{Instance, order_body, shared, wait_for};
use serde_json::json;

use crate::looks::{assert_fits, look_at};
use crate::person::Person;
use crate::webdriver::Browser;

const CODE: &str = ".ordered .copy";
const CONTROL: char = '\u{e009}';
const UNUSABLE: &str = "This code cannot be used for this order.";

/// Buys ten licences; the page shows no code before it is paid for (A38). Ends at the paid order.
fn buys_a_code(ada: &Person<'_>) -> String {
    ada.visit("/?currency=EUR&country=DE");
    ada.browser.click("Order Ten Licences, one-off");
    ada.fill_in_details();
    ada.browser.click("Place order");
    ada.sees("Awaiting payment");
    assert!(!ada.browser.words().contains("Your coupon codes"));
    ada.go_and_pay();
    ada.browser.click("Pay 952.00 EUR");
    ada.sees("Confirmed");
    ada.reads("Your coupon codes");
    ada.reads("0 of 10");
    ada.reads("one Site Backup (12 months) free, until ");
    let code = ada.browser.one(CODE).words();
    assert_eq!(code.len(), 17, "{code}");
    code
}

/// The mail at the width of a phone: nothing is cut, and the code stays in one piece.
fn reads_the_mail(ada: &Person<'_>, code: &str) {
    let mail = wait_for("the mail", || {
        let mut mails = ada.shop.sandbox.mails_to(&ada.email).into_iter();
        mails.find(|mail| mail.text.contains(code))
    });
    let gives = format!("{code}: one Site Backup (12 months) free, 10 times, until ");
    assert!(mail.text.contains(&gives), "{}", mail.text);
    let address = format!("{}/mail/{}/html", ada.shop.sandbox.url, mail.id);
    ada.browser.go(&address);
    for width in [375, 320] {
        ada.browser.resize(width, 800);
        ada.browser
            .picture(&format!("mail-payment-confirmed-codes-{width}"));
        assert_fits(ada, &format!("the mail at {width}"));
    }
    let lines = ada.browser.run(&format!(
        "
        const leaves = [...document.querySelectorAll('td, span')];
        const one = leaves.find((leaf) => leaf.innerHTML === '{code}');
        const text = document.createRange();
        text.selectNodeContents(one);
        return text.getClientRects().length"
    ));
    assert_eq!(lines, 1, "the code breaks over lines");
    ada.browser.go_back();
}

/// A39: the code is selected by one click, and copied and pasted by the browser's own keys.
fn copies_the_code(ada: &Person<'_>, code: &str) {
    ada.browser.one(CODE).click();
    ada.browser.chord(CONTROL, 'c');
    ada.visit("/checkout?product=site-backup&period_months=12&currency=EUR&country=DE");
    ada.browser.one("#coupon").click();
    ada.browser.chord(CONTROL, 'v');
    assert_eq!(ada.browser.one("#coupon").value(), code);
}

#[test]
fn a38_a39_a42_a_code_is_bought_copied_and_typed_in() {
    let shop = shared();
    let ada = Person::at(&shop);
    let code = buys_a_code(&ada);
    look_at(&ada, "order-coupons");
    reads_the_mail(&ada, &code);
    ada.browser.resize(1280, 900);
    copies_the_code(&ada, &code);

    let ben = Person::at(&shop);
    ben.visit("/?currency=EUR&country=DE");
    ben.browser.click("Order Site Backup, 12 months");
    ben.fill_in_details();
    let typed = code.to_lowercase().replace('-', " ");
    let typed = typed.replace('0', "o").replace('1', "l");
    ben.fill_in(&[("quantity", "2"), ("coupon", &format!(" {typed} "))]);
    ben.browser.click("Update the total");
    ben.reads(&format!("Discount ({code})"));
    for (name, amount) in [
        ("List price", "200.00 EUR"),
        ("Discount", "−100.00 EUR"),
        ("VAT (19 %)", "19.00 EUR"),
        ("Total", "119.00 EUR"),
    ] {
        ben.reads(name);
        ben.reads(amount);
    }
    look_at(&ben, "checkout-coupon");
}

/// S84: whatever is wrong with a code, one sentence beside its field; nothing typed is lost.
#[test]
fn s84_a_code_that_gives_nothing_is_told_in_one_sentence() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.visit("/checkout?product=uptime-watch&period_months=12&currency=EUR&country=DE");
    ada.fill_in_details();
    let tries = |typed: &str, sentence: &str| {
        ada.fill_in(&[("coupon", typed)]);
        ada.browser.click("Place order");
        ada.reads("Please check what you entered");
        let error = ada.browser.one("#coupon-error").words();
        assert!(error.starts_with(sentence), "{typed}: {error}");
        assert_eq!(ada.browser.one("#coupon").value(), typed);
        assert_eq!(ada.browser.one("#customer_email").value(), ada.email);
        assert_eq!(ada.browser.one("#billing_line1").value(), "Musterstr. 1");
    };
    tries("k2ed 5sr3 qo6w 2e", "There is a typing error in this code.");
    tries("SPRING", "A code has 14 letters and digits");
    tries("K2ED-5SR3-Q06W-2D", UNUSABLE);
    tries(&used(&shop), UNUSABLE);
    tries(&foreign(&shop), UNUSABLE);
    look_at(&ada, "checkout-coupon-unusable");
    ada.browser.resize(1280, 900);
    ada.fill_in(&[("coupon", "")]);
    ada.browser.click("Place order");
    ada.sees("Awaiting payment");
}

/// A code whose only use is held by another order.
fn used(shop: &Instance) -> String {
    let code = made(
        shop,
        "K5QZ7WA5K0VS2E",
        r#"{"benefit":"percent","percent":"20"}"#,
    );
    let visitor = shop.visitor();
    let mut body = order_body(&visitor.email());
    body["coupon"] = json!(code);
    let _ = visitor.order_of(&body);
    code
}

/// A code for another product.
fn foreign(shop: &Instance) -> String {
    let terms = r#"{"benefit":"free_plan","product":"site-backup","period_months":12}"#;
    made(shop, "K5QZ7WA5K0FR3Z", terms)
}

fn made(shop: &Instance, code: &str, terms: &str) -> String {
    shop.database.write(&format!(
        "INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at)
         VALUES ('{code}', '{terms}', 0, 1, '', 'staff:ann@shop.test', 0)"
    ));
    code.to_owned()
}

/// A39: all of that is the browser's own doing, so it works where no script runs.
#[test]
fn a39_a_code_is_copied_where_no_script_runs() {
    let shop = shared();
    let ada = Person::with(&shop, Browser::without_javascript());
    let code = buys_a_code(&ada);
    copies_the_code(&ada, &code);
}
