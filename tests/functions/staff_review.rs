//! Reviewing proofs in a browser: the queue, the page with the document, and the two decisions.

mod document;
mod outcomes;
mod two_people;

use common::{
    Buyer, OMAR, RUTH, SUE, Shop, StaffBrowser, Trouble, eur, input_value, order_body, text,
};
use edgetill::http::Reply;
use serde_json::json;
use shared::proof::samples::{chunk, png, png_of};

const TODAY: &str = "2026-11-21";

fn review(buyer: &Buyer) -> String {
    format!("/staff/orders/{}/review", buyer.number)
}

/// What a reviewer types who has found the transfer, into the form of the page that they saw.
fn approve(who: &StaffBrowser<'_>, buyer: &Buyer, seen_page: &str, more: &[(&str, &str)]) -> Reply {
    let carried = ["proof", "seen"].map(|name| (name, input_value(seen_page, name)));
    let mut fields: Vec<(&str, &str)> = carried.iter().map(|(n, v)| (*n, v.as_str())).collect();
    fields.extend(more);
    for (name, value) in [
        ("bank_account_id", "meridian-eur"),
        ("amount", "119.00"),
        ("value_date", TODAY),
        ("reference", "NTRF 1"),
    ] {
        if !more.iter().any(|(given, _)| *given == name) {
            fields.push((name, value));
        }
    }
    who.submit(&format!("/staff/orders/{}/approve", buyer.number), &fields)
}

fn reject(
    who: &StaffBrowser<'_>,
    buyer: &Buyer,
    seen_page: &str,
    code: &str,
    reason: &str,
) -> Reply {
    let carried = ["proof", "seen"].map(|name| (name, input_value(seen_page, name)));
    let mut fields: Vec<(&str, &str)> = carried.iter().map(|(n, v)| (*n, v.as_str())).collect();
    fields.extend([("code", code), ("reason", reason)]);
    who.submit(&format!("/staff/orders/{}/reject", buyer.number), &fields)
}

/// An order whose proof waits.
fn in_review(shop: &Shop) -> Buyer {
    let buyer = shop.transferring();
    shop.hand_in(&buyer, &png());
    buyer
}

/// One more, for somebody else.
fn another(shop: &Shop, nth: u8, file: &[u8]) -> Buyer {
    let mut body = order_body();
    body["customer"]["email"] = json!(format!("eve{nth}@example.com"));
    let buyer = shop.order_of(&body, &format!("order-key-of-number-{nth:04}"));
    let key = format!("transfer-key-of-nr-{nth:04}");
    assert_eq!(shop.choose_transfer(&buyer, &key).status, 201);
    shop.hand_in(&buyer, file);
    buyer
}

/// A32: everything to compare, on one page; A33: approved by a form, with the reviewer as the actor.
#[test]
fn a33_a_reviewer_compares_approves_and_the_order_is_confirmed_with_their_name() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let ruth = shop.staff(RUTH);
    let queue = ruth.page("/staff");
    assert!(
        queue.contains(&format!("href=\"{}\"", review(&buyer))),
        "{queue}"
    );
    assert!(
        queue.contains("119.00\u{a0}EUR") && queue.contains("Meridian Bank"),
        "{queue}"
    );
    let page = ruth.page(&review(&buyer));
    for words in [
        "119.00\u{a0}EUR",
        "Ada Lovelace",
        "meridian-eur",
        "DE02 1203 0000 0000 2020 51",
        "proof.png",
        "<img src=\"/staff/proofs/D",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let reply = approve(&ruth, &buyer, &page, &[("note", "seen on the statement")]);
    assert_eq!(reply.status, 303, "{}", text(&reply));
    let queue = format!("/staff?decided={}", buyer.number);
    assert_eq!(reply.header("location"), Some(queue.as_str()));
    assert_eq!(shop.status(&buyer), "confirmed");
    let step =
        &shop.rows("SELECT actor, reason FROM order_history WHERE to_state = 'confirmed'")[0];
    assert_eq!(step["actor"], format!("staff:{RUTH}"));
    assert_eq!(step["reason"], "seen on the statement");
    assert_eq!(
        shop.value("SELECT decided_by FROM decisions"),
        format!("staff:{RUTH}")
    );
    assert_eq!(shop.releases(), 1);
    assert!(
        shop.mails()
            .iter()
            .any(|subject| subject.contains("is confirmed"))
    );
    assert!(ruth.page("/staff").contains("No proof waits for a review."));
    let after = ruth.page(&format!("/staff/orders/{}", buyer.number));
    for words in [
        "approved",
        "NTRF1",
        "bank transfer to Meridian Bank",
        "provider:bank:EUR",
    ] {
        assert!(after.contains(words), "{words}: {after}");
    }
    shop.check();
}

/// A34: turned down by a form; the reason reaches the buyer.
#[test]
fn a34_a_reviewer_rejects_with_a_code_and_words_and_the_buyer_reads_them() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let ruth = shop.staff(RUTH);
    let page = ruth.page(&review(&buyer));
    assert!(page.contains("Needed with “Another reason”."), "{page}");
    for (code, reason, says) in [
        ("", "x", "Please choose a reason."),
        ("nonsense", "x", "Please choose a reason."),
        ("other", "", "Please say why, in a few words."),
        (
            "unreadable",
            &"x".repeat(501),
            "Please use at most 500 characters.",
        ),
    ] {
        let reply = reject(&ruth, &buyer, &page, code, reason);
        assert_eq!(reply.status, 422, "{code} {reason}");
        let field = if says.ends_with("reason.") {
            "code"
        } else {
            "reason"
        };
        let beside = format!("<p class=\"error\" id=\"{field}-error\">{says}</p>");
        assert!(text(&reply).contains(&beside), "{code}: {}", text(&reply));
    }
    assert_eq!(shop.count("decisions"), 0);
    let reply = reject(&ruth, &buyer, &page, "other", "<b>the date</b>\nis missing");
    assert_eq!(reply.status, 303, "{}", text(&reply));
    assert_eq!(shop.status(&buyer), "rejected");
    assert!(
        shop.mail_about("proof")
            .contains("<b>the date</b> is missing")
    );
    let page = ruth.page(&format!("/staff/orders/{}", buyer.number));
    assert!(
        page.contains("other &#60;b&#62;the date&#60;/b&#62; is missing"),
        "{page}"
    );
    shop.check();
}

/// What is wrong stands beside its field, nothing typed is lost, and nothing is written.
#[test]
fn an_approval_with_mistakes_comes_back_with_everything_typed() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let ruth = shop.staff(RUTH);
    let page = ruth.page(&review(&buyer));
    for (field, value, says) in [
        (
            "amount",
            "119,00",
            "Please enter an amount in EUR above zero",
        ),
        ("amount", "0", "Please enter an amount in EUR above zero"),
        (
            "value_date",
            "yesterday",
            "Please enter the day on the statement",
        ),
        ("reference", "", "Please enter what the statement calls it"),
        (
            "note",
            "4242 4242 4242 4242",
            "Please do not write down a card number.",
        ),
    ] {
        let reply = approve(&ruth, &buyer, &page, &[(field, value)]);
        let page = text(&reply);
        assert_eq!(reply.status, 422, "{field}");
        assert!(
            page.contains(says) && page.contains("<title>Error:"),
            "{field}: {page}"
        );
        if field != "reference" {
            assert!(page.contains("value=\"NTRF 1\""), "{field}: {page}");
        }
    }
    for odd in [
        ("bank_account_id", "nowhere"),
        ("proof", "DZZZZZZZZZZZZZ"),
        ("seen", "x"),
    ] {
        let mut fields = vec![("proof", ""), ("seen", "1"), ("amount", "119.00")];
        fields.extend([
            ("value_date", TODAY),
            ("reference", "N"),
            ("bank_account_id", "meridian-eur"),
        ]);
        let proof = input_value(&page, "proof");
        fields[0].1 = &proof;
        fields.retain(|(name, _)| *name != odd.0);
        fields.push(odd);
        let path = format!("/staff/orders/{}/approve", buyer.number);
        assert_eq!(ruth.submit(&path, &fields).status, 404, "{odd:?}");
    }
    assert_eq!(shop.count("decisions"), 0);
    assert_eq!(shop.status(&buyer), "in_review");
    shop.check();
}

/// S64: two reviewers, one page, opposite decisions: the first counts, and the second hears of it.
#[test]
fn s64_the_second_of_two_reviewers_gets_409_with_the_outcome() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let (ruth, omar) = (shop.staff(RUTH), shop.staff(OMAR));
    let seen = ruth.page(&review(&buyer));
    assert_eq!(approve(&ruth, &buyer, &seen, &[]).status, 303);
    let second = reject(&omar, &buyer, &seen, "unreadable", "");
    assert_eq!(second.status, 409);
    assert!(
        text(&second).contains("The order is confirmed now"),
        "{}",
        text(&second)
    );
    assert!(text(&second).contains(&format!("/staff/orders/{}\"", buyer.number)));
    let again = approve(&ruth, &buyer, &seen, &[]);
    assert_eq!(again.status, 409, "a form that is sent twice decides once");
    assert_eq!(shop.count("decisions"), 1);
    assert!(
        omar.page(&review(&buyer))
            .contains("No proof of this order waits")
    );
    shop.check();
}

/// A37: the queue is the oldest first, with its age and the 30-minute mark, and bounded.
#[test]
fn a37_the_queue_shows_the_oldest_first_with_its_age_and_marks_what_is_late() {
    let shop = Shop::with_bank();
    let old = another(&shop, 1, &png_of(&[chunk(b"teXt", b"1")]));
    shop.world.advance(29 * 60);
    let young = another(&shop, 2, &png_of(&[chunk(b"teXt", b"2")]));
    shop.world.advance(59);
    let ruth = shop.staff(RUTH);
    let late = "late, 30 minutes were promised";
    let page = ruth.page("/staff");
    assert!(
        page.contains("29 minutes") && !page.contains(late),
        "{page}"
    );
    let place = |buyer: &Buyer| page.find(&review(buyer)).expect("in the queue");
    assert!(place(&old) < place(&young));
    shop.world.advance(1);
    let page = ruth.page("/staff");
    assert!(page.contains(&format!("30 minutes: {late}")), "{page}");
    assert!(ruth.page(&review(&old)).contains(late));
    // Support sees that somebody waits, and is led to the order.
    let page = shop.staff(SUE).page("/staff");
    assert!(
        page.contains(&format!("href=\"/staff/orders/{}\"", old.number)),
        "{page}"
    );
    assert!(!page.contains("/review"), "{page}");
    assert_eq!(shop.staff(SUE).open(&review(&old)).status, 403);
    shop.check();
}

/// S62: the same file, the same transfer, and a transfer that has paid before, each with the order.
#[test]
fn s62_a_reviewer_is_warned_of_what_was_seen_elsewhere() {
    let shop = Shop::with_bank();
    let one = another(&shop, 1, &png());
    let two = another(&shop, 2, &png());
    let ruth = shop.staff(RUTH);
    let page = ruth.page(&review(&two));
    assert!(page.contains("The same file was handed in for"), "{page}");
    assert_eq!(shop.proofs_alike(&two), std::slice::from_ref(&one.number));
    let page = ruth.page(&review(&one));
    assert_eq!(approve(&ruth, &one, &page, &[]).status, 303);
    let page = ruth.page(&review(&two));
    let used = approve(&ruth, &two, &page, &[]);
    assert_eq!(used.status, 409, "{}", text(&used));
    assert!(
        text(&used).contains("This transfer was used before"),
        "{}",
        text(&used)
    );
    shop.check();
}

/// S29: one transfer for two orders; the page offers the other, and both are settled or neither.
#[test]
fn s29_a_transfer_for_two_orders_is_approved_for_both_from_one_page() {
    let shop = Shop::with_bank();
    let one = another(&shop, 1, &png());
    let two = another(&shop, 2, &png());
    let ruth = shop.staff(RUTH);
    let page = ruth.page(&review(&one));
    let other = shop.value(&format!(
        "SELECT proof_id FROM proofs WHERE order_number = '{}'",
        two.number
    ));
    let other = other.as_str().unwrap();
    let (amount, seen) = (format!("amount-{other}"), format!("seen-{other}"));
    let version = input_value(&page, &seen);
    let wrong = approve(&ruth, &one, &page, &[(&amount, "much"), (&seen, &version)]);
    assert_eq!(wrong.status, 422);
    assert!(
        text(&wrong).contains("Please enter an amount in EUR"),
        "{}",
        text(&wrong)
    );
    let reply = approve(
        &ruth,
        &one,
        &page,
        &[(&amount, "119.00"), (&seen, &version)],
    );
    assert_eq!(reply.status, 303, "{}", text(&reply));
    assert_eq!(
        [shop.status(&one), shop.status(&two)],
        ["confirmed", "confirmed"]
    );
    let receipt = shop.value("SELECT amount_minor FROM bank_receipts");
    assert_eq!(receipt, 23_800);
    shop.check();
}

/// S25: a card paid meanwhile: the reviewer sees it before deciding.
#[test]
fn s66_a_reviewer_sees_that_an_order_has_ended() {
    let shop = Shop::with_bank();
    let buyer = in_review(&shop);
    let path = format!("/v1/orders/{}/cancel", buyer.number);
    let body = json!({ "despite_review": true });
    let reply = shop.post(&path, "cancel-key-0000000000001", Some(&buyer.token), &body);
    assert_eq!(reply.status, 200, "{}", text(&reply));
    let ruth = shop.staff(RUTH);
    let page = ruth.page(&review(&buyer));
    assert!(page.contains("The order is cancelled."), "{page}");
    assert_eq!(approve(&ruth, &buyer, &page, &[]).status, 303);
    assert_eq!(shop.status(&buyer), "cancelled");
    let held =
        shop.value("SELECT credits - debits FROM ledger_accounts WHERE account = 'unapplied:EUR'");
    assert_eq!(held, eur(11_900).amount_minor);
    shop.check();
}

/// P4: a decision whose answer was lost is there once, and sending the form again says so.
#[test]
fn a_lost_answer_leaves_one_decision() {
    let steps = {
        let shop = Shop::with_bank();
        let buyer = in_review(&shop);
        let ruth = shop.staff(RUTH);
        let page = ruth.page(&review(&buyer));
        let _ = ruth.form_token();
        let before = shop.world.steps();
        assert_eq!(approve(&ruth, &buyer, &page, &[]).status, 303);
        shop.world.steps() - before
    };
    for nth in 0..steps {
        for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
            let shop = Shop::with_bank();
            let buyer = in_review(&shop);
            let ruth = shop.staff(RUTH);
            let page = ruth.page(&review(&buyer));
            shop.world.trouble_at(nth, trouble);
            // Without a page there is no form to send.
            let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                approve(&ruth, &buyer, &page, &[]).status
            }));
            shop.world.restart();
            shop.world.forget_trouble();
            if sent.is_ok() && shop.status(&buyer) != "confirmed" {
                assert_eq!(
                    approve(&ruth, &buyer, &page, &[]).status,
                    303,
                    "{nth} {trouble:?}"
                );
            }
            if sent.is_ok() {
                assert_eq!(shop.status(&buyer), "confirmed", "{nth} {trouble:?}");
                assert_eq!(shop.count("decisions"), 1, "{nth} {trouble:?}");
            }
            shop.run_cron(300);
            shop.check();
        }
    }
}
