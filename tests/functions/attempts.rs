//! What the order's page says of an attempt to pay that came to nothing.

use common::{Shop, paypal_order_in, text};
use sandbox::paypal::{CaptureIssue, Funding};

use crate::replaced_money::part_paid;

const LEFT: &str = "Your last attempt to pay was not completed, and nothing was taken.";

fn expire(shop: &Shop, session: &str) {
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.expire(now, session))
        .expect("it is open");
    shop.deliver_webhooks();
}

/// A25: a closed page of the provider is told, until another one is open; so is no payment at all not.
#[test]
fn a25_a_checkout_that_closed_is_told_until_the_next_one_begins() {
    let shop = Shop::open();
    let buyer = shop.order();
    assert!(!shop.page(&buyer).contains(LEFT), "nobody has tried");
    let session = shop.pay(&buyer);
    assert!(!shop.page(&buyer).contains(LEFT), "the page is open");
    expire(&shop, &session);
    let page = shop.page(&buyer);
    assert!(page.contains(LEFT) && page.contains("How do you want to pay?"));
    assert!(!page.contains("Payment reference"), "nobody paid: {page}");
    let again = shop.try_pay(&buyer, "payment-key-000000000002");
    assert_eq!(again.status, 201, "{}", text(&again));
    assert!(!shop.page(&buyer).contains(LEFT), "another page is open");
}

/// S06: PayPal declined the means, took nothing, and its page is still open.
#[test]
fn s06_a_declined_means_is_told_on_the_page() {
    let shop = Shop::open();
    let buyer = shop.order();
    let begun = shop.try_pay_by(&buyer, "paypal", "paypal-key-0000000000001");
    let order = paypal_order_in(&begun);
    assert!(!shop.page(&buyer).contains(LEFT));
    shop.approve(&order, Funding::Refused(CaptureIssue::InstrumentDeclined));
    let _ = shop.come_back_from_paypal(&order);
    assert!(shop.page(&buyer).contains(LEFT));
}

/// A11: something was taken already, by an attempt before.
#[test]
fn a11_a_part_payment_is_never_told_as_nothing_taken() {
    let shop = Shop::with_bank();
    let buyer = part_paid(&shop);
    let begun = shop.try_pay(&buyer, "payment-key-000000000009");
    assert_eq!(begun.status, 201, "{}", text(&begun));
    let session = shop.sessions().last().expect("a session").id.clone();
    expire(&shop, &session);
    assert_eq!(shop.payment_of(&buyer)["state"], "closed");
    let page = shop.page(&buyer);
    assert!(page.contains("of the total is paid"), "{page}");
    assert!(
        !page.contains(LEFT) && page.contains("Payment reference"),
        "{page}"
    );
}
