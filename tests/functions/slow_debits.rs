//! S58: bank debits, which take days.

use common::{Buyer, Shop};
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};

use crate::orderings::pay_again;

/// A debit on its way, of an order that can be paid for ten days.
fn debit(shop: &Shop) -> (Buyer, String) {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    assert!(shop.try_to_pay_at_stripe(&session, Outcome::Delayed));
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "processing");
    (buyer, session)
}

fn for_ten_days(settings: &[(&str, &str)]) -> Shop {
    let settings = [&[("ORDER_LIFETIME_HOURS", "240")], settings].concat();
    Shop::with(&settings)
}

fn the_bank_refuses(shop: &Shop, session: &str) {
    let fail = |sandbox: &mut sandbox::Sandbox, now| sandbox.stripe.delayed_fails(now, session);
    shop.world.sandbox(fail).expect("the bank refuses");
}

/// S58: six days on the way. Processing all along: no expiry, no access, no mail to anybody.
fn debit_after_six_days(webhooks: bool) -> (Shop, Buyer, String) {
    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "24")]);
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    assert!(shop.try_to_pay_at_stripe(&session, Outcome::Delayed));
    shop.deliver_webhooks();
    if !webhooks {
        shop.lose_webhooks();
        shop.world.database(|database| {
            database.execute("UPDATE cursors SET due_at = 9007199254740991");
        });
    }
    for _ in 0..6 {
        shop.live_through(86_400);
        assert_eq!(shop.status(&buyer), "processing");
        let page = shop.page(&buyer);
        assert!(page.contains("Confirming your payment"), "{page}");
        assert!(
            !page.contains("http-equiv=\"refresh\""),
            "days are not waited for: {page}"
        );
        assert_eq!(shop.mail_kinds(), ["mail_order_received"]);
        assert_eq!(shop.value("SELECT count(*) FROM cases"), 0);
        assert_eq!(shop.releases(), 0);
        assert_eq!(shop.value("SELECT state FROM orders"), "unpaid");
    }
    assert_eq!(
        shop.world.requests_to("/expire").len(),
        0,
        "its session is not to be closed"
    );
    let asked = shop.world.requests_to("expand").len();
    assert!(asked <= 6 * 4 + 4, "asked {asked} times in six days");
    shop.check();
    (shop, buyer, session)
}

#[test]
fn s58_a_bank_debit_that_comes_after_six_days_confirms_the_order() {
    for webhooks in [true, false] {
        let (shop, buyer, session) = debit_after_six_days(webhooks);
        let come =
            |sandbox: &mut sandbox::Sandbox, now| sandbox.stripe.delayed_succeeds(now, &session);
        shop.world.sandbox(come).expect("the bank pays");
        shop.live_through(7 * 3_600);
        assert_eq!(shop.status(&buyer), "confirmed");
        assert_eq!(
            shop.mail_kinds(),
            ["mail_order_received", "mail_payment_confirmed"]
        );
        assert_eq!(shop.releases(), 1);
        shop.check_at_rest();
    }
}

#[test]
fn s58_a_bank_debit_that_fails_after_six_days_ends_the_order_that_is_overdue() {
    for webhooks in [true, false] {
        let (shop, buyer, session) = debit_after_six_days(webhooks);
        let fail =
            |sandbox: &mut sandbox::Sandbox, now| sandbox.stripe.delayed_fails(now, &session);
        shop.world.sandbox(fail).expect("the bank refuses");
        shop.live_through(8 * 3_600);
        assert_eq!(shop.status(&buyer), "expired");
        assert_eq!(shop.value("SELECT state FROM payments"), "failed");
        assert_eq!(
            shop.mail_kinds(),
            ["mail_order_received", "mail_order_expired"]
        );
        assert_eq!(shop.releases(), 0);
        shop.check_at_rest();
    }
}

/// S58: the page promised to write. The buyer hears of the failure once, by webhooks however often they
/// come, or without any; can pay again; and hears of a second failure as well.
#[test]
fn s58_a_bank_debit_that_fails_in_time_is_told_once_and_the_order_can_be_paid_again() {
    for webhooks in [true, false] {
        let shop = for_ten_days(&[]);
        let (buyer, session) = debit(&shop);
        shop.live_through(3 * 86_400);
        assert_eq!(shop.mail_kinds(), ["mail_order_received"]);
        the_bank_refuses(&shop, &session);
        if webhooks {
            let failed = shop.take_webhook("checkout.session.async_payment_failed");
            for _ in 0..2 {
                assert_eq!(shop.receive(&failed.body).status, 200);
            }
        } else {
            shop.lose_webhooks();
        }
        shop.live_through(8 * 3_600);
        assert_eq!(shop.status(&buyer), "not_paid");
        let heard = ["mail_order_received", "mail_payment_failed"];
        assert_eq!(shop.mail_kinds(), heard);
        let mail = shop
            .world
            .sandbox(|sandbox, _| sandbox.mailbox.mails().last().cloned());
        let mail = mail.expect("a mail");
        for body in [&mail.text, &mail.html] {
            assert!(body.contains("Your payment did not arrive"), "{body}");
            assert!(body.contains("1 December 2026, 18:00 UTC"), "{body}");
            let link = format!("/orders/{}?token={}", buyer.number, buyer.token);
            assert!(body.contains(&link), "{body}");
        }
        let second = pay_again(&shop, &buyer);
        assert!(shop.try_to_pay_at_stripe(&second, Outcome::Delayed));
        shop.live_through(8 * 3_600);
        the_bank_refuses(&shop, &second);
        shop.live_through(8 * 3_600);
        assert_eq!(shop.mails_of("mail_payment_failed"), 2);
        shop.live_through(10 * 86_400);
        assert_eq!(shop.status(&buyer), "expired");
        assert_eq!(shop.mails_of("mail_payment_failed"), 2);
        shop.check_at_rest();
    }
}

/// The mail could not be sent, and by then the order is paid in another way: it is not sent any more.
#[test]
fn s58_a_failure_is_not_told_once_the_order_is_paid_in_another_way() {
    let shop = for_ten_days(&[]);
    let (buyer, session) = debit(&shop);
    the_bank_refuses(&shop, &session);
    shop.break_down(Target::Mail, Fault::Unavailable);
    shop.deliver_webhooks();
    assert_eq!(shop.status(&buyer), "not_paid");
    let second = pay_again(&shop, &buyer);
    shop.pay_at_stripe(&second);
    shop.deliver_webhooks();
    shop.mend();
    shop.live_through(3_600);
    assert_eq!(shop.status(&buyer), "confirmed");
    let heard = ["mail_order_received", "mail_payment_confirmed"];
    assert_eq!(shop.mail_kinds(), heard);
    let note = shop.value("SELECT note FROM outbox WHERE kind = 'mail_payment_failed'");
    assert_eq!(note, "settled before it was sent");
    shop.check_at_rest();
}
