//! What a provider was paid is never typed: staff have the provider asked (A21).

use common::{Buyer, RUTH, SUE, Shop, eur, order_body, text};
use edgetill::http::Reply;
use sandbox::{Fault, Target};
use serde_json::json;

fn path(buyer: &Buyer) -> String {
    format!("/staff/orders/{}", buyer.number)
}

/// Ruth has the provider of an order's newest payment asked.
fn ask(shop: &Shop, buyer: &Buyer) -> Reply {
    let payment = payment_of(shop, buyer);
    let fields = [
        ("payment", payment.as_str()),
        ("ask_reason", "the buyer called"),
    ];
    let reply = shop
        .staff(RUTH)
        .submit(&format!("{}/ask", path(buyer)), &fields);
    assert_eq!(reply.status, 200, "{}", text(&reply));
    reply
}

fn payment_of(shop: &Shop, buyer: &Buyer) -> String {
    let newest = &shop.payment_of(buyer)["payment_id"];
    newest.as_str().expect("a payment").to_owned()
}

#[track_caller]
fn says(reply: &Reply, words: &str) {
    let page = text(reply);
    let (_, notice) = page.split_once("role=\"status\"").expect("a notice");
    let notice = notice.split("</p>").next().unwrap_or_default();
    assert!(notice.contains(words), "{words}: {notice}");
}

/// Our payment is over, whatever its provider will say.
fn give_up(shop: &Shop) {
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
}

/// A21: whatever figures a form carries, a provider's payment is settled by its provider alone.
#[test]
fn a21_a_form_cannot_say_what_a_provider_was_paid() {
    let shop = Shop::with_bank();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let ruth = shop.staff(RUTH);
    let source = format!("payment:{}", payment_of(&shop, &buyer));
    let page = ruth.page(&path(&buyer));
    assert!(!page.contains(&source), "{page}");
    let seen = shop.seen(&buyer).to_string();
    let fields = [
        ("seen", seen.as_str()),
        ("source", source.as_str()),
        ("amount", "1.00"),
        ("value_date", "2026-11-21"),
        ("reference", "pi_typed"),
        ("reason", "the buyer says so"),
    ];
    let reply = ruth.submit(&format!("{}/settle", path(&buyer)), &fields);
    assert_eq!(reply.status, 422, "{}", text(&reply));
    assert_eq!((shop.count("decisions"), shop.count("transfers")), (0, 0));
    // The page at the provider is still open, and all that is paid there arrives.
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.view(&buyer)["paid"], json!(eur(11_900)));
    shop.check();
}

/// A21: by the same path as a webhook, with who and why.
#[test]
fn a21_a_reviewer_has_the_provider_asked_and_what_was_paid_is_settled() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    assert!(
        shop.staff(RUTH)
            .page(&path(&buyer))
            .contains("Ask the provider now")
    );
    says(&ask(&shop, &buyer), "119.00\u{a0}EUR was paid");
    shop.assert_sold_once(&buyer);
    let step = "SELECT actor, cause, reason FROM order_history WHERE to_state = 'confirmed'";
    assert_eq!(
        shop.rows(step)[0],
        json!({ "actor": format!("staff:{RUTH}"), "cause": "by hand", "reason": "the buyer called" })
    );
    assert_eq!(shop.value("SELECT action FROM staff_audit"), "ask_provider");
    // Asking again finds what is known.
    says(&ask(&shop, &buyer), "booked before");
    shop.assert_sold_once(&buyer);
}

#[test]
fn a21_paypal_is_asked_and_takes_only_what_the_buyer_has_approved() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let order = shop.pay_by_paypal(&buyer);
    says(&ask(&shop, &buyer), "not paid");
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!((shop.taken_by_paypal(), shop.count("transfers")), (0, 0));
    shop.approve(&order, sandbox::paypal::Funding::Good);
    says(&ask(&shop, &buyer), "119.00\u{a0}EUR was paid");
    assert_eq!(shop.taken_by_paypal(), 11_900);
    shop.assert_sold_once(&buyer);
}

/// A21, S21: a payment that was given up here is asked about like any other.
#[test]
fn a21_a_closed_payment_that_was_paid_after_all_confirms_its_order() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    give_up(&shop);
    says(&ask(&shop, &buyer), "not paid");
    assert_eq!(shop.value("SELECT state FROM payments"), "closed");
    shop.pay_at_stripe(&session);
    says(&ask(&shop, &buyer), "119.00\u{a0}EUR was paid");
    shop.assert_sold_once(&buyer);
}

/// A21, S21: an order that is over takes nothing; its money is held, with a case.
#[test]
fn a21_money_for_an_order_that_is_over_is_held_with_a_case() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    give_up(&shop);
    assert_eq!(shop.cancel(&buyer).status, 200);
    shop.pay_at_stripe(&session);
    let reply = ask(&shop, &buyer);
    says(&reply, "could not take");
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(shop.view(&buyer)["held"], json!([eur(11_900)]));
    assert_eq!(shop.open_cases(), [format!("money_late {session}")]);
    assert_eq!(shop.releases(), 0);
    shop.check();
}

/// What never began is looked for and not begun anew.
#[test]
fn a21_asking_about_a_payment_that_is_over_opens_no_checkout() {
    for method in ["stripe", "paypal"] {
        let shop = Shop::open();
        let target = if method == "stripe" {
            Target::Stripe
        } else {
            Target::PayPal
        };
        let buyer = shop.order();
        shop.break_down(target, Fault::Unavailable);
        shop.try_pay_by(&buyer, method, "payment-key-000000000001");
        shop.mend();
        shop.world.database(|database| {
            database
                .execute("UPDATE payments SET state = 'refused', session_id = NULL, due_at = NULL");
        });
        says(&ask(&shop, &buyer), "not paid");
        assert_eq!(
            shop.world
                .sandbox(|sandbox, _| sandbox.stripe.sessions().len()),
            0
        );
        assert_eq!(shop.paypal_orders().len(), 0, "{method}");
        shop.check();
    }
}

/// P6: not knowing changes nothing.
#[test]
fn a21_a_provider_that_does_not_answer_leaves_everything_as_it_was() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    shop.break_down(Target::Stripe, Fault::Unavailable);
    let steps = shop.count("order_history");
    says(&ask(&shop, &buyer), "could not be asked");
    says(&ask(&shop, &buyer), "Nothing was changed");
    assert_eq!(shop.count("order_history"), steps);
    assert_eq!(shop.value("SELECT state FROM payments"), "open");
    shop.mend();
    says(&ask(&shop, &buyer), "119.00\u{a0}EUR was paid");
    shop.assert_sold_once(&buyer);
}

#[test]
fn a_question_needs_a_payment_of_this_order_and_a_reason() {
    let shop = Shop::with_bank();
    let one = shop.order();
    shop.pay(&one);
    let two = shop.order_of(&order_body(), "order-key-0000000000000002");
    shop.choose_transfer(&two, "transfer-key-00000000001");
    let ruth = shop.staff(RUTH);
    let (card, transfer) = (payment_of(&shop, &one), payment_of(&shop, &two));
    for (buyer, payment, reason) in [
        (&one, "", "x"),
        (&one, card.as_str(), " "),
        (&two, card.as_str(), "x"),
        (&two, transfer.as_str(), "x"),
    ] {
        let fields = [("payment", payment), ("ask_reason", reason)];
        let reply = ruth.submit(&format!("{}/ask", path(buyer)), &fields);
        assert_eq!(reply.status, 422, "{payment} {reason}: {}", text(&reply));
    }
    assert_eq!(shop.count("staff_audit"), 0);
    // A transfer has nobody who could be asked.
    assert!(!ruth.page(&path(&two)).contains("Ask the provider now"));
    let sue = shop.staff(SUE);
    assert!(!sue.page(&path(&one)).contains("Ask the provider now"));
    let fields = [("payment", card.as_str()), ("ask_reason", "x")];
    assert_eq!(
        sue.submit(&format!("{}/ask", path(&one)), &fields).status,
        403
    );
    shop.check();
}
