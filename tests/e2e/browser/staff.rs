//! Staff at work by clicking: signing in, reviewing, and what the buyer then sees.

use common::harness::{Instance, shared};
use common::{ANN, RUTH};
use serde_json::json;
use shared::proof::samples::png;

use crate::looks::look_at;
use crate::person::Person;

/// Signs in on the page that plays Access; ends at the queue.
pub(crate) fn signed_in<'a>(shop: &'a Instance, email: &str) -> Person<'a> {
    let who = Person::at(shop);
    who.browser.resize(1280, 900);
    who.visit("/staff");
    who.reads("Please sign in");
    who.browser.click("Sign in");
    who.browser.click(email);
    who.reads("Proofs to review");
    who
}

#[test]
fn a33_a_reviewer_approves_by_clicking_and_the_buyers_page_says_confirmed() {
    let shop = shared();
    let order = shop.visitor().order();
    let _ = order.hand_in(&png());
    let ada = Person::at(&shop);
    ada.open(&order);

    let ruth = signed_in(&shop, RUTH);
    let grouped = shared::id::OrderNumber::parse(&order.number).expect("a number");
    ruth.browser.click(&grouped.to_string());
    ruth.reads("Reference to quote");
    let drawn = "return document.querySelector('.picture img').naturalWidth";
    assert_ne!(ruth.browser.run(drawn), 0, "the document is shown");
    look_at(&ruth, "staff-review");
    ruth.browser.resize(1280, 900);

    ruth.browser.click("Approve");
    ruth.reads("Please check what you entered");
    look_at(&ruth, "staff-review-with-errors");
    ruth.browser.resize(1280, 900);
    ruth.fill_in(&[("amount", "119.00"), ("reference", "NTRF 4711")]);
    ruth.browser.one("#value_date").type_in("11212026");
    ruth.browser.click("Approve");
    ruth.reads("Done: you have approved 119.00 EUR.");
    let review = format!("a[href='/staff/orders/{}/review']", order.number);
    assert!(ruth.browser.all(&review).is_empty());

    ada.visit(&format!("/orders/{}", order.number));
    ada.sees("Confirmed");
    ada.reads("bank transfer to Meridian Bank");
    ruth.hears_no_complaints();
}

/// A coupon is made by hand, looked at, and paused.
#[test]
fn an_admin_makes_a_coupon_by_clicking_and_pauses_it() {
    let shop = shared();
    let ann = signed_in(&shop, ANN);
    ann.browser.click("Coupons");
    ann.browser.click("Make the coupon");
    ann.reads("Please check what you entered");
    look_at(&ann, "staff-coupons-with-errors");
    ann.browser.resize(1280, 900);
    ann.fill_in(&[
        ("gives", "20 % off"),
        ("uses", "5"),
        ("minimums", "50.00 EUR"),
        ("note", "made by clicking"),
    ]);
    ann.browser.click("Make the coupon");
    ann.reads("Nobody has used it.");
    ann.reads("From a list price of");
    look_at(&ann, "staff-coupon");
    ann.browser.resize(1280, 900);
    ann.browser.click("Pause");
    ann.reads("Let it be used again");
    ann.browser.click("Coupons");
    ann.reads("made by clicking");
    ann.reads("paused");
    look_at(&ann, "staff-coupons");
    ann.hears_no_complaints();
}

/// On a phone nothing of a list is beyond the edge, and each value stands beside its column's name.
fn rows_are_blocks(ann: &Person<'_>) {
    ann.browser.resize(375, 800);
    let shown = ann.browser.run(
        "
        const list = document.querySelector('.scroll');
        const names = [...list.querySelectorAll('tbody tr:first-child td')].map((value) =>
          getComputedStyle(value, '::before').content);
        return [list.scrollWidth - list.clientWidth, ...names]",
    );
    let names = ["State", "Total", "Buyer", "Made"].map(|name| format!("\"{name}\""));
    let [state, total, buyer, made] = &names;
    assert_eq!(shown, json!([0, state, total, buyer, made]));
    ann.browser.picture("staff-found-375");
}

#[test]
fn an_admin_goes_through_every_place_and_leaves() {
    let shop = shared();
    let order = shop.visitor().order();
    let ann = signed_in(&shop, ANN);
    look_at(&ann, "staff-queue");
    ann.browser.resize(1280, 900);
    ann.browser.click("Find an order");
    ann.browser.one("#query").retype(&order.number);
    ann.browser.click("Find");
    ann.reads("Orders found");
    look_at(&ann, "staff-found");
    rows_are_blocks(&ann);
    ann.browser.resize(1280, 900);
    let grouped = shared::id::OrderNumber::parse(&order.number).expect("a number");
    ann.browser.click(&grouped.to_string());
    ann.reads("Transfers in the ledger");
    look_at(&ann, "staff-order");
    for place in ["Open cases", "Bank accounts", "People"] {
        ann.browser.resize(1280, 900);
        ann.browser.click(place);
        ann.reads(place);
        look_at(
            &ann,
            &format!("staff-{}", place.to_lowercase().replace(' ', "-")),
        );
    }
    ann.browser.resize(1280, 900);
    ann.browser.click("Sign out");
    ann.reads("Sign in as staff");
    ann.visit("/staff");
    ann.reads("Please sign in");
}
