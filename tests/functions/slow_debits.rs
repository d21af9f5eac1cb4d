//! S58: bank debits, which take days.

use common::{Buyer, Shop};
use sandbox::stripe::Outcome;

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
