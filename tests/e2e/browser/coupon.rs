//! Purchase with coupon: the code from the mail before anything is paid (A40).

use common::harness::{Instance, shared};
use shared::id::CouponCode;

use crate::looks::look_at;
use crate::person::Person;
use crate::webdriver::Browser;

/// A coupon of its own for a test; its code.
fn coupon(shop: &Instance, seed: u8, terms: &str) -> String {
    let code = CouponCode::from_random([seed; 8]);
    shop.database.write(&format!(
        "INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at)
         VALUES ('{}', '{terms}', 0, 9, '', 'staff:ann@shop.test', 0)",
        code.as_str()
    ));
    code.to_string()
}

fn orders_with(ada: &Person<'_>, code: &str) {
    ada.visit("/?currency=EUR&country=DE");
    ada.browser.click("Order Site Backup, 12 months");
    ada.fill_in_details();
    ada.fill_in(&[("coupon", code)]);
    ada.browser.click("Update the total");
    ada.reads("Discount (");
    ada.browser.click("Place order");
    ada.sees("Please confirm your e-mail address");
}

#[test]
fn a_person_with_a_coupon_types_the_code_from_the_mail_and_pays() {
    let shop = shared();
    let ada = Person::at(&shop);
    orders_with(
        &ada,
        &coupon(&shop, 41, r#"{"benefit":"percent","percent":"20"}"#),
    );
    ada.reads(&ada.email);
    assert!(!ada.browser.offers("Pay by card"));
    look_at(&ada, "order-awaiting-email");

    ada.fill_in(&[("code", "12 34")]);
    ada.browser.click("Confirm the address");
    ada.reads("Type the 8 digits from our mail.");
    let title = ada.browser.title();
    assert!(title.starts_with("Error: "), "{title}");
    let field = ada.browser.one("#code");
    assert_eq!(field.value(), "12 34");
    assert_eq!(field.attribute("aria-invalid"), "true");
    ada.browser.one(".problems li a").click();
    assert_eq!(ada.browser.focused().attribute("id"), "code");
    look_at(&ada, "order-awaiting-email-error");
    ada.browser.click("Send another code");
    ada.reads("Another code can be sent in ");

    ada.fill_in(&[("code", &shop.sandbox.mailed_code(&ada.email))]);
    ada.browser.click("Confirm the address");
    ada.sees("Awaiting payment");
    ada.go_and_pay();
    ada.browser.click("Pay 95.20 EUR");
    ada.sees("Confirmed");
    ada.hears_no_complaints();
}

#[test]
fn a_person_without_scripts_completes_a_free_order_by_the_code() {
    let shop = shared();
    let ada = Person::with(&shop, Browser::without_javascript());
    let plan = r#"{"benefit":"free_plan","product":"site-backup","period_months":12}"#;
    orders_with(&ada, &coupon(&shop, 42, plan));
    ada.fill_in(&[("code", &shop.sandbox.mailed_code(&ada.email))]);
    ada.browser.click("Confirm the address");
    ada.sees("Confirmed");
    ada.reads("There was nothing to pay");
}
