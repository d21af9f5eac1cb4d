//! Who may decide, and what takes two people (S65).

use common::{OMAR, RUTH, Shop, StaffBrowser, input_value, order_body, text};
use edgetill::http::Reply;
use serde_json::json;
use shared::proof::samples::png;

use super::{TODAY, approve, in_review, reject, review};

/// S65: two people for a large amount; the second may not be the first, and sees what was signed.
#[test]
fn s65_a_large_amount_needs_two_people_and_the_first_is_not_the_second() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 10000")]);
    let buyer = in_review(&shop);
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let page = ruth.page(&review(&buyer));
    assert!(
        page.contains("An amount like this needs two people to approve it."),
        "{page}"
    );
    let first = approve(&ruth, &buyer, &page, &[]);
    let page = ruth.page(first.header("location").unwrap());
    assert!(
        page.contains("Signed: you have entered 119.00\u{a0}EUR."),
        "{page}"
    );
    assert_eq!(shop.status(&buyer), "in_review");
    let page = ruth.page(&review(&buyer));
    assert!(page.contains("You have approved this."), "{page}");
    let again = approve(&ruth, &buyer, &page, &[]);
    assert_eq!(again.status, 409);
    assert!(
        text(&again).contains("another person has to agree"),
        "{}",
        text(&again)
    );
    let page = omar.page(&review(&buyer));
    assert!(
        page.contains("staff:ruth@shop.test has approved this."),
        "{page}"
    );
    assert_eq!(approve(&omar, &buyer, &page, &[]).status, 303);
    assert_eq!(shop.status(&buyer), "confirmed");
    let signed =
        &shop.rows("SELECT proposed_by, decided_by FROM decisions WHERE verdict = 'approved'")[0];
    assert_eq!(signed["proposed_by"], format!("staff:{RUTH}"));
    assert_eq!(signed["decided_by"], format!("staff:{OMAR}"));
    shop.check();
}

/// S65: figures that differ settle nothing, and both people see who has entered what.
#[test]
fn s65_figures_that_differ_are_shown_to_both_with_who_entered_them() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 10000")]);
    let buyer = in_review(&shop);
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let page = ruth.page(&review(&buyer));
    assert_eq!(approve(&ruth, &buyer, &page, &[]).status, 303);
    let queue = omar.page("/staff");
    assert!(queue.contains("<bdi>staff:ruth@shop.test</bdi>"), "{queue}");
    shop.world.advance(1);
    let page = omar.page(&review(&buyer));
    assert!(page.contains("NTRF1") && page.contains(TODAY), "{page}");
    let other = [("reference", "NTRF 9"), ("value_date", "2026-11-20")];
    assert_eq!(approve(&omar, &buyer, &page, &other).status, 303);
    assert_eq!(shop.status(&buyer), "in_review");
    for who in [&ruth, &omar] {
        let page = who.page(&review(&buyer));
        for words in [
            "Two people have entered different figures, so nothing is settled.",
            "staff:ruth@shop.test",
            "staff:omar@shop.test",
            "NTRF1",
            "NTRF9",
            "2026-11-20",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let queue = who.page("/staff");
        assert!(
            queue.contains("staff:omar@shop.test and staff:ruth@shop.test"),
            "{queue}"
        );
    }
    shop.world.advance(1);
    let page = omar.page(&review(&buyer));
    assert_eq!(approve(&omar, &buyer, &page, &[]).status, 303);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

/// Settles the whole of an order by hand, on its page.
fn settle_whole(who: &StaffBrowser<'_>, path: &str) -> Reply {
    let seen = input_value(&who.page(path), "seen");
    let fields = [
        ("seen", seen.as_str()),
        ("bank_account_id", "meridian-eur"),
        ("amount", "119.00"),
        ("value_date", TODAY),
        ("reference", "NTRF 2"),
        ("reason", "no proof came"),
    ];
    who.submit(&format!("{path}/settle"), &fields)
}

/// A21, S65: what one person has settled by hand waits in the queue for another.
#[test]
fn s65_a_settlement_by_hand_waits_in_the_queue_for_a_second_person() {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 10000")]);
    let buyer = shop.order();
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let path = format!("/staff/orders/{}", buyer.number);
    let settle = |who: &StaffBrowser<'_>| settle_whole(who, &path);
    let heading = "Settled by hand, waiting for a second person";
    assert!(!omar.page("/staff").contains(heading));
    let reply = settle(&ruth);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let told = ruth.page(reply.header("location").unwrap());
    assert!(
        told.contains("Signed: you have entered 119.00\u{a0}EUR."),
        "{told}"
    );
    let queue = omar.page("/staff");
    for words in [heading, "staff:ruth@shop.test", "119.00\u{a0}EUR", &path] {
        assert!(queue.contains(words), "{words}: {queue}");
    }
    let page = omar.page(&path);
    assert!(
        page.contains("staff:ruth@shop.test has approved this.") && page.contains("NTRF2"),
        "{page}"
    );
    shop.world.advance(1);
    let reply = settle(&omar);
    let told = omar.page(reply.header("location").unwrap());
    assert!(
        told.contains("Done: you have settled 119.00\u{a0}EUR by hand."),
        "{told}"
    );
    assert_eq!(shop.status(&buyer), "confirmed");
    assert!(!omar.page("/staff").contains(heading));
    shop.check();
}

/// S65, S56: a signature counts for what was pending then, not for what is done again after it was undone;
/// whatever the clock says about which came first.
#[test]
fn s65_a_signature_of_before_does_not_count_once_more() {
    for seconds in [5, 0, -600] {
        a_signature_of_before(seconds);
    }
}

fn a_signature_of_before(seconds: i64) {
    let shop = Shop::with_bank_and(&[("TWO_APPROVERS_FROM", "EUR 10000")]);
    let buyer = shop.order();
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let path = format!("/staff/orders/{}", buyer.number);
    let settle = |who: &StaffBrowser<'_>| settle_whole(who, &path).status;
    assert_eq!(
        (settle(&ruth), shop.status(&buyer)),
        (303, "awaiting_payment".into())
    );
    assert_eq!(
        (settle(&omar), shop.status(&buyer)),
        (303, "confirmed".into())
    );
    shop.world.advance(seconds);
    // A session of a time to come is none.
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let page = ruth.page(&path);
    let seen = input_value(&page, "seen");
    let decision = shop.value("SELECT decision_id FROM decisions WHERE verdict = 'settled'");
    let fields = [
        ("seen", seen.as_str()),
        ("decision", decision.as_str().unwrap()),
        ("code", "mistake"),
        ("revoke_reason", "of another order"),
    ];
    assert_eq!(ruth.submit(&format!("{path}/revoke"), &fields).status, 303);
    let before = shop.count("transfers");
    assert_eq!(settle_whole(&omar, &path).status, 303);
    assert_eq!(
        shop.count("transfers"),
        before,
        "one signature moves no money"
    );
    let signatures = "SELECT count(*) FROM decisions WHERE verdict = 'proposed'";
    assert_eq!(shop.value(signatures), 2, "the clock went {seconds} s");
    shop.check();
}

const YOURS: &str = "This is your own order, so another reviewer or an admin decides about it.";

/// S65: whoever ordered does not decide, whatever their role.
#[test]
fn s65_nobody_decides_about_their_own_order() {
    let shop = Shop::with_bank();
    let mut body = order_body();
    body["customer"]["email"] = json!("Ruth@shop.test");
    let buyer = shop.order_of(&body, "order-key-0000000000000001");
    shop.choose_transfer(&buyer, "transfer-key-00000000001");
    shop.hand_in(&buyer, &png());
    let ruth = shop.staff(RUTH);
    // What the form of somebody else carries is refused to the buyer, who has none.
    let page = shop.staff(OMAR).page(&review(&buyer));
    let own = ruth.page(&review(&buyer));
    assert!(own.contains(YOURS) && !own.contains("<form"), "{own}");
    for reply in [
        approve(&ruth, &buyer, &page, &[]),
        reject(&ruth, &buyer, &page, "unreadable", ""),
    ] {
        assert_eq!(reply.status, 403, "{}", text(&reply));
        assert!(
            text(&reply).contains("This is your own order"),
            "{}",
            text(&reply)
        );
    }
    assert_eq!(shop.count("decisions"), 0);
    assert!(!page.contains(YOURS) && page.contains("<h2>Approve</h2>"));
    assert_eq!(approve(&shop.staff(OMAR), &buyer, &page, &[]).status, 303);
    let order = format!("/staff/orders/{}", buyer.number);
    for (who, decides) in [(RUTH, false), (OMAR, true)] {
        let page = shop.staff(who).page(&order);
        assert_eq!(page.contains("<h2>Take an approval back</h2>"), decides);
        assert_eq!(page.contains("<h2>Settle by hand</h2>"), decides);
        assert_eq!(page.contains(YOURS), !decides, "{page}");
    }
    shop.check();
}
