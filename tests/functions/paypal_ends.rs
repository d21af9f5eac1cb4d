//! Ending what PayPal has open: cancelling, changing the method, money of two providers for one order.
//! PayPal has no call that ends an order; what is given up is never captured.

use common::{Buyer, OtherCheckout, Shop, json_of, now_or_never, text};
use edgetill::providers::checkout_event::settle_checkout;
use edgetill::providers::inbox::Fate;
use edgetill::settle::load;
use sandbox::paypal::Funding;
use sandbox::{Fault, Target, WebhookMode};
use shared::id::PaymentId;
use shared::settle::{Cause, Changes};

const STRIPE: &str = "stripe-key-0000000000001";
const PAYPAL: &str = "paypal-key-0000000000001";

fn states(shop: &Shop) -> Vec<String> {
    shop.texts("SELECT method || ' ' || state AS text FROM payments ORDER BY 1")
}

/// Whatever the buyer and time do now, nothing is taken.
fn assert_never_captured(shop: &Shop, order: &str) {
    // Refused where PayPal has dropped the order meanwhile.
    let _ = shop
        .world
        .sandbox(|sandbox, now| sandbox.paypal.approve(now, order, Funding::Good));
    let _ = shop.come_back_from_paypal(order);
    shop.live_through(5 * 3_600);
    assert_eq!(shop.taken_by_paypal(), 0);
    assert_eq!(shop.capture_requests(), [""; 0]);
}

/// S20: cancelling gives PayPal's order up first, approved or not.
#[test]
fn s20_a_cancelled_order_is_never_captured() {
    for approve in [false, true] {
        let shop = Shop::open();
        let (buyer, order) = shop.begun_at_paypal(approve);
        let reply = shop.cancel(&buyer);
        assert_eq!(reply.status, 200, "{}", text(&reply));
        assert_eq!(shop.status(&buyer), "cancelled");
        assert_never_captured(&shop, &order);
        assert_eq!(shop.status(&buyer), "cancelled");
        shop.check_at_rest();
    }
}

/// S20: what PayPal has taken already settles the order instead.
#[test]
fn s20_cancelling_what_paypal_has_taken_confirms_it() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.capture_elsewhere(now, &order))
        .unwrap();
    let reply = shop.cancel(&buyer);
    assert_eq!(json_of(&reply)["code"], "already_paid", "{}", text(&reply));
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
}

/// A capture that may be on its way is waited for, whoever wants the order to end.
#[test]
fn s20_while_a_capture_may_be_under_way_nothing_is_given_up() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved();
    shop.fail_next_on(Target::PayPal, "/capture", Fault::NotReached, 1);
    let _ = shop.come_back_from_paypal(&order);
    let reply = shop.cancel(&buyer);
    assert_eq!(json_of(&reply)["code"], "payment_unresolved");
    let reply = shop.try_pay_by(&buyer, "stripe", STRIPE);
    assert_eq!(json_of(&reply)["code"], "payment_unresolved");
    shop.run_cron(300);
    shop.assert_sold_once(&buyer);
}

/// S55: while PayPal cannot be asked, nothing is cancelled.
#[test]
fn s55_nothing_is_cancelled_while_paypal_cannot_be_asked() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    shop.pay_by_paypal(&buyer);
    shop.break_down(Target::PayPal, Fault::Unavailable);
    let reply = shop.cancel(&buyer);
    assert_eq!(json_of(&reply)["code"], "payment_unresolved");
    shop.mend();
    assert_eq!(shop.cancel(&buyer).status, 200);
    shop.check();
}

/// Another way to pay: the first is ended at its provider first, in both directions.
#[test]
fn starting_the_other_method_ends_the_first_at_its_provider() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let order = shop.pay_by_paypal(&buyer);
    let reply = shop.try_pay_by(&buyer, "stripe", STRIPE);
    assert_eq!(reply.status, 201, "{}", text(&reply));
    assert_eq!(states(&shop), ["paypal closed", "stripe open"]);
    let session = shop.sessions().pop().unwrap().id;

    let reply = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-try");
    let second = common::paypal_order_in(&reply);
    assert_ne!(second, order);
    assert_eq!(
        states(&shop),
        ["paypal closed", "paypal open", "stripe closed"]
    );
    assert!(
        !shop.try_to_pay_at_stripe(&session, sandbox::stripe::Outcome::Paid),
        "Stripe's page is closed"
    );
    // The first PayPal order is approved all the same, and lapses.
    shop.approve(&order, Funding::Good);
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(shop.taken_by_paypal(), 0);
    shop.approve(&second, Funding::Good);
    let _ = shop.come_back_from_paypal(&second);
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
    shop.live_through(86_400);
    shop.check_at_rest();
}

#[test]
fn a_method_that_could_not_begin_ends_nothing() {
    let shop = Shop::with(&[("PAYPAL_CLIENT_ID", "")]);
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let reply = shop.try_pay_by(&buyer, "paypal", PAYPAL);
    assert_eq!(json_of(&reply)["code"], "method_unavailable");
    shop.pay_at_stripe(&session);
    shop.deliver_webhooks();
    shop.assert_sold_once(&buyer);
}

/// What the first provider holds already settles the order: nothing else begins.
#[test]
fn changing_the_method_of_what_is_paid_already_confirms_it() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.pay_at_stripe(&session);
    let reply = shop.try_pay_by(&buyer, "paypal", PAYPAL);
    assert_eq!(json_of(&reply)["code"], "already_paid", "{}", text(&reply));
    assert_eq!(shop.paypal_orders().len(), 0);
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
}

/// Stripe's page, thought to be closed, is paid while PayPal's is open.
fn paid_by_card_beside(shop: &Shop, before: impl Fn(&Shop, &str)) -> (Buyer, String) {
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.set_webhook_mode(WebhookMode::Lost));
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    shop.world.database(|database| {
        database.execute("UPDATE payments SET state = 'closed', due_at = NULL");
    });
    let order = shop.pay_by_paypal(&buyer);
    shop.approve(&order, Funding::Good);
    before(shop, &order);
    shop.pay_at_stripe(&session);
    let told = shop.take_webhook("checkout.session.completed");
    assert_eq!(shop.receive(&told.body).status, 200);
    (buyer, order)
}

/// S24: money of the other provider came first: PayPal's is not taken any more.
#[test]
fn s24_an_order_that_was_paid_otherwise_is_not_captured() {
    let shop = Shop::open();
    let (buyer, order) = paid_by_card_beside(&shop, |_, _| {});
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_never_captured(&shop, &order);
    shop.assert_sold_once(&buyer);
    shop.check_at_rest();
}

/// S24, S22: both have taken money: one is applied, the other set aside with a case; one release.
#[test]
fn s24_an_order_paid_at_both_providers_sets_the_second_money_aside() {
    let shop = Shop::open();
    let (buyer, _) = paid_by_card_beside(&shop, |shop, order| {
        let _ = shop.come_back_from_paypal(order);
    });
    shop.live_through(86_400);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.view(&buyer)["held"][0]["amount"], 11_900);
    assert_eq!(shop.releases(), 1);
    let twice = shop.texts("SELECT kind AS text FROM cases");
    assert_eq!(twice, ["money_twice"]);
    assert_eq!(shop.ledger().len(), 2, "{:?}", shop.ledger());
    shop.check_at_rest();
}

/// What an event about a PayPal order makes of a payment, whatever the event.
fn hear_about(shop: &Shop, payment: &str, order: &str) {
    let id = PaymentId::parse(payment).expect("an id");
    let loaded = now_or_never(load(&shop.world, id))
        .expect("rows")
        .expect("a payment");
    let cause = Cause {
        actor: "provider:paypal".into(),
        cause: "event".into(),
        reason: String::new(),
    };
    let file = |_: Fate<'_>| Changes::default();
    let settings = &shop.settings;
    let heard = settle_checkout(&shop.world, settings, loaded, order, &cause, file);
    now_or_never(heard).expect("it is settled");
}

fn payment_id(shop: &Shop) -> String {
    let id = shop.value("SELECT payment_id FROM payments");
    id.as_str().expect("an id").to_owned()
}

/// S21: PayPal has taken money by another hand for an order that was cancelled.
#[test]
fn s21_money_that_paypal_took_for_a_cancelled_order_is_set_aside() {
    let shop = Shop::open();
    shop.lose_webhooks();
    let buyer = shop.order();
    let order = shop.pay_by_paypal(&buyer);
    assert_eq!(shop.cancel(&buyer).status, 200);
    shop.approve(&order, Funding::Good);
    hear_about(&shop, &payment_id(&shop), &order);
    assert_eq!(shop.taken_by_paypal(), 0, "an event takes nothing either");
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.capture_elsewhere(now, &order))
        .unwrap();
    hear_about(&shop, &payment_id(&shop), &order);
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(shop.view(&buyer)["held"][0]["amount"], 11_900);
    assert_eq!(shop.open_cases(), [format!("money_late {order}")]);
    assert_eq!(shop.releases(), 0);
    shop.live_through(86_400);
    shop.check_at_rest();
}

/// S01: the answer that made PayPal's order was lost, and an event tells of it first. It is bound and
/// captured; an order that says it is for another payment is neither.
#[test]
fn s01_an_order_that_only_an_event_knows_is_bound_and_captured() {
    for is_ours in [true, false] {
        let shop = Shop::open();
        shop.lose_webhooks();
        let buyer = shop.order();
        let fault = Fault::LostAfterEffect;
        shop.fail_next_on(Target::PayPal, "/checkout/orders", fault, 1);
        assert_eq!(shop.try_pay_by(&buyer, "paypal", PAYPAL).status, 503);
        let mine = payment_id(&shop);
        let mut order = shop.paypal_orders().pop().unwrap().id;
        if !is_ours {
            let body = common::order_body();
            let other = shop.order_of(&body, "order-key-of-somebody-else");
            order = shop.pay_by_paypal(&other);
        }
        shop.approve(&order, Funding::Good);
        hear_about(&shop, &mine, &order);
        if is_ours {
            shop.run_cron(60);
            shop.assert_sold_once(&buyer);
            assert_eq!(shop.payment_of(&buyer)["session_id"], order.as_str());
        } else {
            assert_eq!(shop.taken_by_paypal(), 0);
            assert_eq!(shop.status(&buyer), "awaiting_payment");
            assert_eq!(shop.open_cases().len(), 1, "{:?}", shop.open_cases());
        }
        shop.check();
    }
}

/// A checkout at Stripe that names a payment by PayPal is none of its checkouts (S46).
#[test]
fn s46_a_checkout_at_stripe_cannot_pay_a_payment_by_paypal() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay_by_paypal(&buyer);
    let payment = shop.payment_of(&buyer)["payment_id"].clone();
    let session = shop.open_elsewhere(&OtherCheckout {
        payment_id: payment.as_str(),
        amount: 11_900,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&session);
    let told = shop.take_webhook("checkout.session.completed");
    assert_eq!(shop.receive(&told.body).status, 200);
    assert_eq!(shop.inbox_of(&told.event_id), "parked: no such payment yet");
    assert_eq!(states(&shop), ["paypal open"]);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}
