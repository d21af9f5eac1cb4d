//! A browser comes back from a provider without what opens the order, as that of a buyer whom another
//! site sent to pay by the API: it is told what is known of the payment, and nothing of the order.

use common::{Buyer, HERE, Shop, order_body, text};
use edgetill::http::Reply;
use sandbox::paypal::{CaptureIssue, Funding};
use sandbox::stripe::Outcome;
use sandbox::{Fault, Target};
use shared::http::Method;

const ARRIVED: &str = "Your payment has arrived";
const CHECKING: &str = "We are checking your payment";
const NOT_PAID: &str = "Nothing was paid this time";
const NOT_KNOWN: &str = "Please open your order";

/// The page says this, and neither leads anywhere nor tells anything of the order.
#[track_caller]
fn assert_told(shop: &Shop, buyer: &Buyer, reply: &Reply, news: &str) {
    let page = text(reply);
    assert_eq!((reply.status, reply.header("location")), (200, None));
    assert_eq!(reply.header("set-cookie"), None);
    assert!(page.contains(&format!("<h1>{news}</h1>")), "{news}: {page}");
    assert!(page.contains("the link in our mail"));
    let view = shop.view(buyer);
    for private in [
        buyer.number.as_str(),
        view["order_number_grouped"].as_str().unwrap(),
        &buyer.token,
        "119.00",
        "Ada",
        "Site Backup",
        "/orders/",
    ] {
        assert!(!page.contains(private), "{private}: {page}");
    }
}

#[track_caller]
fn assert_led_on(buyer: &Buyer, reply: &Reply) {
    let page = format!("/orders/{}", buyer.number);
    let led = (reply.status, reply.header("location"));
    assert_eq!(led, (303, Some(page.as_str())));
}

/// A shop with an order whose payment at Stripe is open, and no webhook that tells of it.
fn begun() -> (Shop, Buyer, String) {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    (shop, buyer, session)
}

fn pay(shop: &Shop, session: &str, outcome: Outcome) {
    assert!(shop.try_to_pay_at_stripe(session, outcome));
}

fn fail_stripe(shop: &Shop, times: u32) {
    shop.fail_next(Target::Stripe, Fault::Unavailable, times);
}

/// A15, A24: the news of the first return, and of one that finds all settled.
#[test]
fn a24_a_payment_that_arrived_is_told_to_a_browser_that_cannot_open_its_order() {
    let (shop, buyer, session) = begun();
    pay(&shop, &session, Outcome::Paid);
    for _ in 0..2 {
        let reply = shop.get(&shop.return_path(&session));
        assert_told(&shop, &buyer, &reply, ARRIVED);
    }
    assert_led_on(&buyer, &shop.come_back(&session));
    assert_eq!(shop.mails().len(), 2, "the page speaks of a mail");
    shop.assert_sold_once(&buyer);
}

/// Another order's cookie opens that order only, also under the name of this one's.
#[test]
fn a_foreign_cookie_is_no_cookie() {
    let (shop, buyer, session) = begun();
    let other = shop.order_of(&order_body(), "order-key-0000000000000002");
    let foreign = shop.cookie(&other);
    let renamed = foreign.replacen(&other.number, &buyer.number, 1);
    let path = shop.return_path(&session);
    pay(&shop, &session, Outcome::Paid);
    for cookie in [&foreign, &renamed] {
        let reply = shop.send(Method::Get, &path, &[("cookie", cookie)], b"");
        assert_told(&shop, &buyer, &reply, ARRIVED);
    }
    let both = format!("{foreign}; {}", shop.cookie(&buyer));
    let reply = shop.send(Method::Get, &path, &[("cookie", &both)], b"");
    assert_led_on(&buyer, &reply);
}

/// P6: nobody can say whether it was paid. Whoever does not seem to have paid is told neither that it
/// was nor that it was not.
#[test]
fn p6_a_payment_that_is_not_known_is_told_as_being_checked() {
    let (shop, buyer, session) = begun();
    pay(&shop, &session, Outcome::Paid);
    let payment = shop.payment_of(&buyer)["payment_id"].clone();
    let left = format!("/return/stripe?payment={}", payment.as_str().unwrap());
    fail_stripe(&shop, 1);
    assert_told(&shop, &buyer, &shop.get(&left), NOT_KNOWN);
    fail_stripe(&shop, 1);
    let reply = shop.get(&shop.return_path(&session));
    assert_told(&shop, &buyer, &reply, CHECKING);
    assert_eq!(shop.status(&buyer), "confirming");
}

/// S58: a debit whose money is on its way for days.
#[test]
fn s58_a_slow_debit_is_told_as_being_checked() {
    let (shop, buyer, session) = begun();
    pay(&shop, &session, Outcome::Delayed);
    let reply = shop.get(&shop.return_path(&session));
    assert_told(&shop, &buyer, &reply, CHECKING);
    assert_eq!(shop.status(&buyer), "processing");
}

/// A25: left, and later closed with the order.
#[test]
fn a25_a_payment_that_was_left_is_told_as_not_paid() {
    let (shop, buyer, session) = begun();
    let left = shop.session(&session).cancel_url.expect("a way back");
    let left = left.strip_prefix(HERE).expect("ours");
    assert_told(&shop, &buyer, &shop.get(left), NOT_PAID);
    assert_eq!(shop.cancel(&buyer).status, 200);
    for path in [left, &shop.return_path(&session)] {
        assert_told(&shop, &buyer, &shop.get(path), NOT_PAID);
    }
}

#[test]
fn paypals_return_tells_the_same() {
    let news = [
        (Funding::Good, ARRIVED),
        (Funding::Refused(CaptureIssue::TransactionRefused), NOT_PAID),
        (
            Funding::Refused(CaptureIssue::OrderCompletionInProgress),
            CHECKING,
        ),
    ];
    for (funding, told) in news {
        let shop = Shop::open();
        let (buyer, order) = shop.approved_with(funding);
        let path = shop.paypal_return_path(&order);
        assert_told(&shop, &buyer, &shop.get(&path), told);
        assert_led_on(&buyer, &shop.come_back_from_paypal(&order));
    }
}

/// Another means can still be chosen, whatever the browser holds.
#[test]
fn a_declined_means_leads_back_to_paypal_without_a_cookie() {
    let shop = Shop::open();
    let declined = Funding::Refused(CaptureIssue::InstrumentDeclined);
    let (_, order) = shop.approved_with(declined);
    let reply = shop.get(&shop.paypal_return_path(&order));
    let location = reply.header("location").expect("an address");
    assert!(
        reply.status == 303 && location.contains(&order),
        "{location}"
    );
}

/// Who knows the payment's reference alone, as support does, is not led to its page.
#[test]
fn only_who_was_at_the_checkout_is_led_back_to_it() {
    let (shop, buyer, session) = begun();
    let own = shop.return_path(&session);
    let made_up = own.replace(&session, "cs_test_made_up");
    assert_ne!(own, made_up);
    assert_told(&shop, &buyer, &shop.get(&made_up), NOT_PAID);
    let reply = shop.get(&own);
    let location = reply.header("location").expect("an address");
    assert!(
        reply.status == 303 && location.contains(&session),
        "{location}"
    );
}
