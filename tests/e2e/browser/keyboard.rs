//! A sale without a mouse.

use common::harness::shared;
use serde_json::Value as Json;

use crate::person::Person;

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
    ada.reads("It is 120.00 EUR now");
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
