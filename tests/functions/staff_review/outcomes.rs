//! What a reviewer is told after a decision, and what a decision that came too late leaves behind.

use common::{OMAR, RUTH, SUE, Shop, text};
use edgetill::http::Reply;
use shared::proof::samples::{chunk, png, png_of};

use super::{another, approve, in_review, reject, review};

/// The page that a reply leads to.
fn followed(who: &common::StaffBrowser<'_>, reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", text(reply));
    who.page(reply.header("location").expect("an address"))
}

#[test]
fn a33_a_reviewer_is_told_what_was_done_and_led_to_the_next_proof() {
    let shop = Shop::with_bank();
    let one = another(&shop, 1, &png());
    shop.world.advance(60);
    let two = another(&shop, 2, &png_of(&[chunk(b"teXt", b"2")]));
    let ruth = shop.staff(RUTH);
    let seen = ruth.page(&review(&one));
    let page = followed(&ruth, &approve(&ruth, &one, &seen, &[]));
    let next = format!("<a href=\"{}\"><bdi>Next: review", review(&two));
    let link = format!("href=\"/staff/orders/{}\"", one.number);
    for words in ["Done: you have approved 119.00\u{a0}EUR.", &link, &next] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let seen = ruth.page(&review(&two));
    let page = followed(&ruth, &reject(&ruth, &two, &seen, "unreadable", ""));
    assert!(
        page.contains("Done: you have rejected the proof."),
        "{page}"
    );
    assert!(page.contains("no other proof waits."), "{page}");
    // An address that somebody makes up tells of nothing that its reader has not done.
    let path = format!("/staff?decided={}", two.number);
    for who in [OMAR, SUE] {
        assert!(!shop.staff(who).page(&path).contains("Done:"), "{who}");
    }
    assert!(!ruth.page("/staff?decided=nonsense").contains("Done:"));
    shop.check();
}

/// S64: whoever is too late hears who was faster and why, and keeps what they have typed.
#[test]
fn s64_a_decision_that_comes_too_late_names_the_other_and_keeps_what_was_typed() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let seen = ruth.page(&review(&buyer));
    let first = reject(&omar, &buyer, &seen, "other", "the <i>date</i> is cut off");
    assert_eq!(first.status, 303);
    let more = [
        ("note", "found on page 2"),
        ("reference", "NTRF 4711"),
        ("payer_name", "LOVELACE, Ada"),
    ];
    let late = approve(&ruth, &buyer, &seen, &more);
    assert_eq!(late.status, 409);
    let page = text(&late);
    for words in [
        "The order is rejected now.",
        "Meanwhile: proof rejected, staff:omar@shop.test, the &#60;i&#62;date&#60;/i&#62; is cut off",
        "What you had entered",
        "found on page 2",
        "NTRF 4711",
        "LOVELACE, Ada",
        "119.00",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(shop.count("decisions"), 1);
    shop.check();
}

/// S64: the buyer was faster. The new document is shown, with what was typed still in the form.
#[test]
fn s64_a_newer_proof_is_shown_with_what_was_typed_for_the_older_one() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let ruth = shop.staff(RUTH);
    let seen = ruth.page(&review(&buyer));
    shop.hand_in(&buyer, &png_of(&[chunk(b"teXt", b"newer")]));
    let late = approve(&ruth, &buyer, &seen, &[("reference", "NTRF 4711")]);
    assert_eq!(late.status, 409);
    let page = text(&late);
    assert!(page.contains("Meanwhile: proof submitted, buyer"), "{page}");
    assert!(page.contains("value=\"NTRF 4711\""), "{page}");
    assert_eq!(shop.count("decisions"), 0);
    // The form is about the new document now, whoever has looked at it.
    let again = approve(&ruth, &buyer, &page, &[]);
    assert_eq!(again.status, 303, "{}", text(&again));
    shop.check();
}

/// A20: a reviewer tells who sent the transfer; what was typed is kept while the form is refused, and
/// the name finds the order.
#[test]
fn a20_the_senders_name_is_kept_in_a_refused_form_and_finds_the_approved_order() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let ruth = shop.staff(RUTH);
    let seen = ruth.page(&review(&buyer));
    let long = "x".repeat(141);
    for (amount, name, says) in [
        ("119.00", &*long, "Please use at most 140 characters."),
        ("nothing", "LOVELACE, Ada", "Please enter an amount in EUR"),
    ] {
        let reply = approve(
            &ruth,
            &buyer,
            &seen,
            &[("amount", amount), ("payer_name", name)],
        );
        assert_eq!(reply.status, 422, "{name}");
        let page = text(&reply);
        assert!(page.contains(says), "{page}");
        assert!(page.contains(&format!("value=\"{name}\"")), "{page}");
    }
    assert_eq!(shop.count("decisions"), 0);
    let reply = approve(&ruth, &buyer, &seen, &[("payer_name", "LOVELACE, Ada")]);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let found = ruth.submit("/staff/search", &[("query", "ada lovelace")]);
    assert!(text(&found).contains(&format!("href=\"/staff/orders/{}\"", buyer.number)));
    assert_eq!(
        shop.view(&buyer)["paid_by"],
        "bank transfer to Meridian Bank"
    );
    shop.check();
}

/// Refusing takes something from somebody, and its button looks like no other.
#[test]
fn the_two_decisions_have_buttons_that_differ() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let page = shop.staff(RUTH).page(&review(&buyer));
    let button = |words: &str, class: &str| {
        page.contains(&format!(
            "<button class=\"{class}\" type=\"submit\">{words}"
        ))
    };
    assert!(
        button("Approve", "button") && button("Reject", "button grave"),
        "{page}"
    );
}
