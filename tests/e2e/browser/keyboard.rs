//! A sale and a bank transfer without a mouse.

use common::RUTH;
use common::harness::shared;
use serde_json::Value as Json;
use shared::proof::samples::{chunk, png_of};

use crate::person::Person;
use crate::staff::signed_in;
use crate::transfer::file;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// What has the focus: its id, words and address, and whether that can be seen.
const FOCUS: &str = "
    const { id, innerText, href } = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return { id, words: innerText, href, ring: `${outlineStyle} ${outlineWidth}` };";

impl Person<'_> {
    /// Presses Tab until the focus is where it should be. Whatever has it on the way shows it.
    #[track_caller]
    fn tab_to(&self, field: &str, value: &str) -> Json {
        for _ in 0..60 {
            self.browser.press(TAB);
            let focus = self.browser.run(FOCUS);
            assert_eq!(
                focus["ring"], "solid 3px",
                "the focus cannot be seen: {focus}"
            );
            if focus[field]
                .as_str()
                .is_some_and(|found| found.contains(value))
            {
                return focus;
            }
        }
        panic!(
            "Tab never comes to {field} {value} on {}",
            self.browser.address()
        );
    }
}

#[test]
fn the_whole_sale_works_with_tab_and_enter() {
    let shop = shared();
    let ada = Person::at(&shop);
    ada.visit("/?currency=EUR&country=DE");
    ada.browser.press(TAB);
    assert_eq!(ada.browser.run(FOCUS)["words"], "Skip to the content");
    ada.browser.press(ENTER);
    ada.tab_to("href", "product=site-backup&period_months=12");
    ada.browser.press(ENTER);
    ada.arrives_at(&format!("{}/checkout", shop.shop_url));

    for (field, words) in [
        ("customer_name", "Ada Lovelace"),
        ("customer_email", ada.email.as_str()),
        ("billing_name", "Ada Lovelace"),
        ("billing_line1", "Ring 1"),
        ("billing_city", "Wien"),
        ("billing_postal_code", "1010"),
    ] {
        ada.tab_to("id", field);
        ada.browser.press(words);
    }
    ada.tab_to("id", "billing_country");
    ada.browser.press("Austri");
    assert_eq!(ada.browser.one("#billing_country").value(), "AT");
    ada.tab_to("words", "Place order");
    ada.browser.press(ENTER);
    // The prices shown were for Germany; nothing is ordered at a price that was not shown.
    ada.reads("The total is 120.00 EUR now");
    ada.tab_to("words", "Place order");
    ada.browser.press(ENTER);
    ada.sees("Awaiting payment");
    ada.reads("VAT (20 %, Austria)");

    ada.tab_to("words", "Pay by card");
    ada.browser.press(ENTER);
    ada.arrives_at(&format!("{}/pay/", shop.sandbox.url));
    ada.browser.click("Pay 120.00 EUR");
    ada.sees("Confirmed");
    ada.hears_no_complaints();
}

/// A29, A33: handing a proof in and finding its transfer, without a mouse. Only the choice of the file is
/// the driver's: the dialog in which a person chooses is the system's.
#[test]
fn a_proof_is_handed_in_and_approved_with_tab_and_enter() {
    let shop = shared();
    let ada = Person::at(&shop);
    let order = ada.with_order();
    ada.tab_to("words", "Pay by bank transfer");
    ada.browser.press(ENTER);
    ada.reads("Reference to quote");
    ada.tab_to("id", "bank_account");
    ada.browser.press("Harbor");
    ada.tab_to("id", "transfer_reference");
    ada.browser.press("REF 5");
    ada.tab_to("words", "Save changes");
    ada.browser.press(ENTER);
    // What is wrong has the focus, and the way from there to the field is one key.
    ada.reads("Choose the file that shows your transfer.");
    assert_eq!(ada.browser.one("#bank_account").value(), "harbor-eur");
    ada.tab_to("words", "Choose the file that shows your transfer.");
    ada.browser.press(ENTER);
    assert_eq!(ada.browser.focused().attribute("id"), "file");
    let proof = file("by-keyboard.png", &png_of(&[chunk(b"teXt", b"keyboard")]));
    ada.browser
        .focused()
        .type_in(proof.to_str().expect("a path"));
    ada.tab_to("words", "Save changes");
    ada.browser.press(ENTER);
    ada.sees("Your proof is being reviewed");

    let ruth = signed_in(&shop, RUTH);
    let review = format!("/staff/orders/{}/review", order.number);
    ruth.tab_to("href", &review);
    ruth.browser.press(ENTER);
    ruth.reads("Says the bank calls it");
    ruth.tab_to("id", "amount");
    ruth.browser.press("119.00");
    ruth.tab_to("id", "value_date");
    ruth.browser.press("11212026");
    ruth.tab_to("id", "reference");
    ruth.browser
        .press(&format!("NTRF {}", order.visitor.serial));
    ruth.tab_to("words", "Approve");
    ruth.browser.press(ENTER);
    ruth.reads("Done: you have approved 119.00 EUR.");
    order.assert_status("confirmed");
    ada.visit(&format!("/orders/{}", order.number));
    ada.sees("Confirmed");
    ada.reads("bank transfer to Harbor Savings");
    for who in [&ada, &ruth] {
        who.hears_no_complaints();
    }
}
