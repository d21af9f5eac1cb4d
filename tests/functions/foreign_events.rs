//! Genuine events that are not about this shop's orders, or say that they are and are not.

use common::{Buyer, OtherCheckout, Shop};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

const COMPLETED: &str = "checkout.session.completed";

/// As [`Shop::paid_and_untold`], with the event as JSON.
fn paid_and_untold(shop: &Shop) -> (Buyer, String, Json) {
    let (buyer, session, body) = shop.paid_and_untold();
    (buyer, session, serde_json::from_slice(&body).unwrap())
}

/// Asserts that nothing but the inbox, cases and alerts has changed since `before`.
fn assert_no_effect(shop: &Shop, before: &Json) {
    let now = shop.end_state();
    for part in ["orders", "payments", "ledger", "accounts", "releases"] {
        assert_eq!(now[part], before[part], "{part}");
    }
    shop.check();
}

/// Delivers an event three times, with a new id the third time.
fn receive_thrice(shop: &Shop, event: &Json) {
    let id = event["id"].as_str().unwrap().to_owned();
    let mut other = event.clone();
    other["id"] = json!(format!("{id}x"));
    for event in [event, event, &other] {
        assert_eq!(shop.receive_event(event), 200);
    }
}

fn alerts(shop: &Shop) -> Json {
    shop.value("SELECT count(*) FROM outbox WHERE kind = 'mail_staff_alert'")
}

#[test]
fn s15_an_event_of_the_other_mode_is_stored_and_flagged_without_effect() {
    let shop = Shop::open();
    let (buyer, _, mut event) = paid_and_untold(&shop);
    let before = shop.end_state();
    event["livemode"] = json!(true);
    receive_thrice(&shop, &event);
    let id = event["id"].as_str().unwrap();
    assert_eq!(shop.inbox_of(id), "ignored: of the other mode");
    assert_eq!(shop.open_cases(), ["event_foreign of the other mode"]);
    assert_eq!(
        alerts(&shop),
        1,
        "one alert for one mistake, however many events"
    );
    let alert = shop.mail_about("Event foreign");
    assert!(
        !alert.contains("rder:") && !alert.contains("Age"),
        "{alert}"
    );
    let case = "http://127.0.0.1:8787/staff/cases?kind=event_foreign&subject=";
    assert!(alert.contains(case), "{alert}");
    assert_no_effect(&shop, &before);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    // The poll finds the payment all the same.
    shop.run_cron_without_backfill(180);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

/// S15 the other way round: the endpoint is live and the event is Stripe's own sample.
#[test]
fn s15_a_test_event_at_the_live_endpoint_is_stored_and_flagged_without_effect() {
    let shop = Shop::with(&[
        ("MODE", "live"),
        ("STRIPE_BASE", "https://stripe.invalid"),
        ("STRIPE_SECRET_KEY", "sk_live_canary_0123456789"),
    ]);
    assert!(
        shop.settings.stripe.is_some(),
        "{:?}",
        shop.settings.problems()
    );
    let body = include_bytes!("../fixtures/stripe/event.checkout.session.completed.json");
    assert_eq!(shop.receive(body).status, 200);
    assert_eq!(shop.open_cases(), ["event_foreign of the other mode"]);
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}

#[test]
fn s16_an_event_of_a_connected_account_needs_attention_and_has_no_effect() {
    let shop = Shop::open();
    let (_, _, mut event) = paid_and_untold(&shop);
    let before = shop.end_state();
    event["account"] = json!("acct_somebody_else");
    receive_thrice(&shop, &event);
    let id = event["id"].as_str().unwrap();
    assert_eq!(shop.inbox_of(id), "ignored: of a connected account");
    assert_eq!(shop.open_cases(), ["event_foreign of a connected account"]);
    assert_eq!(alerts(&shop), 1);
    assert_no_effect(&shop, &before);
}

#[test]
fn s16_a_checkout_of_another_program_is_stored_and_ignored() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    let before = shop.end_state();
    let session = shop.open_elsewhere(&OtherCheckout {
        reference: Some("ord_A0001"),
        amount: 11_900,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&session);
    let told = shop.take_webhook(COMPLETED);
    receive_thrice(&shop, &serde_json::from_slice(&told.body).unwrap());
    assert_eq!(
        shop.inbox_of(&told.event_id),
        "ignored: not a checkout of ours"
    );
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_no_effect(&shop, &before);
}

/// S16: whoever knows an order number can put it into the address of a payment link.
#[test]
fn s16_a_payment_link_that_names_an_order_pays_nothing_and_needs_attention() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.pay(&buyer);
    let before = shop.end_state();
    let grouped = shop.view(&buyer)["order_number_grouped"].clone();
    for reference in [buyer.number.as_str(), grouped.as_str().unwrap()] {
        let session = shop.open_elsewhere(&OtherCheckout {
            reference: Some(reference),
            amount: 11_900,
            ..OtherCheckout::default()
        });
        shop.pay_at_stripe(&session);
        let told = shop.take_webhook(COMPLETED);
        let mut event: Json = serde_json::from_slice(&told.body).unwrap();
        event["data"]["object"]["payment_link"] = json!("plink_1");
        receive_thrice(&shop, &event);
        assert_eq!(
            shop.inbox_of(&told.event_id),
            "ignored: not a checkout of ours"
        );
        let case = format!("event_foreign {session}");
        assert!(shop.open_cases().contains(&case), "{:?}", shop.open_cases());
    }
    assert_eq!(alerts(&shop), 2, "one for each checkout that somebody paid");
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_no_effect(&shop, &before);
    let of_nobody = shared::id::OrderNumber::from_random([9; 8]);
    let session = shop.open_elsewhere(&OtherCheckout {
        reference: Some(of_nobody.as_str()),
        amount: 11_900,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&session);
    let told = shop.take_webhook(COMPLETED);
    assert_eq!(shop.receive(&told.body).status, 200);
    assert_eq!(
        alerts(&shop),
        2,
        "a number that no order has is nobody's case"
    );
    assert_no_effect(&shop, &before);
}

/// S16: somebody's session names our payment, but this account's key cannot read it.
#[test]
fn s16_a_session_that_cannot_be_read_back_puts_no_doubt_on_the_payment() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let before = shop.end_state();
    let (_, _, mut event) = paid_and_untold(&Shop::open());
    assert_eq!(event["data"]["object"]["id"], session.as_str(), "a twin");
    event["data"]["object"]["id"] = json!("cs_test_of_another_account");
    receive_thrice(&shop, &event);
    let id = event["id"].as_str().unwrap();
    assert_eq!(shop.inbox_of(id), "parked: refused: 404 resource_missing");
    assert_no_effect(&shop, &before);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    shop.run_cron_without_backfill(900);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    // The order can still be paid in its own session.
    shop.pay_at_stripe(&session);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

#[test]
fn s46_metadata_that_names_another_order_does_not_move_the_money_there() {
    let shop = Shop::open();
    let (buyer, _, event) = paid_and_untold(&shop);
    let other = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    let other_session = shop.pay(&other);
    let other_payment = shop.payment_of(&other)["payment_id"].clone();
    let mut edited = event.clone();
    edited["id"] = json!("evt_edited");
    edited["data"]["object"]["metadata"]["payment_id"] = other_payment;
    edited["data"]["object"]["metadata"]["order_number"] = json!(other.number);
    edited["data"]["object"]["client_reference_id"] = json!(other.number);
    receive_thrice(&shop, &edited);
    assert_eq!(
        shop.status(&buyer),
        "confirmed",
        "the stored session decides"
    );
    assert_eq!(shop.status(&other), "awaiting_payment");
    assert_eq!(shop.receive_event(&event), 200);
    assert_eq!(shop.ledger().len(), 1, "{:?}", shop.ledger());
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.pay_at_stripe(&other_session);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.status(&other), "confirmed");
    assert_eq!(shop.ledger().len(), 2, "{:?}", shop.ledger());
    assert_eq!(shop.releases(), 2);
    shop.check();
}

#[test]
fn s46_metadata_that_was_removed_does_not_lose_the_payment() {
    let shop = Shop::open();
    let (buyer, _, mut event) = paid_and_untold(&shop);
    event["data"]["object"]["metadata"] = json!({});
    event["data"]["object"]["client_reference_id"] = Json::Null;
    receive_thrice(&shop, &event);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.releases(), 1);
    shop.check();
}

/// S46: before our session is stored, an event's body could bind any session to the payment; what
/// Stripe says when it is read back must name the payment as well.
#[test]
fn s46_a_session_that_names_another_payment_when_read_back_is_not_bound() {
    let shop = Shop::open();
    let buyer = shop.order();
    shop.fail_next(Target::Stripe, Fault::NotReached, 1);
    assert_eq!(shop.try_pay(&buyer, "payment-key-000000000001").status, 503);
    let payment = shop.payment_of(&buyer);
    assert_eq!(
        (payment["state"].as_str(), &payment["session_id"]),
        (Some("starting"), &Json::Null)
    );
    let before = shop.end_state();
    let elsewhere = shop.open_elsewhere(&OtherCheckout {
        payment_id: Some("something else"),
        amount: 11_900,
        ..OtherCheckout::default()
    });
    shop.pay_at_stripe(&elsewhere);
    let told = shop.take_webhook(COMPLETED);
    let mut event: Json = serde_json::from_slice(&told.body).unwrap();
    event["data"]["object"]["metadata"]["payment_id"] = payment["payment_id"].clone();
    receive_thrice(&shop, &event);
    assert!(shop.inbox_of(&told.event_id).starts_with("ignored: "));
    let case = "event_foreign a checkout that is for another payment when it is read back";
    assert_eq!(shop.open_cases(), [case]);
    assert_no_effect(&shop, &before);
    // The payment's own session is opened by cron and can be paid.
    shop.run_cron_without_backfill(180);
    let session = shop.payment_of(&buyer)["session_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(session, elsewhere);
    shop.pay_at_stripe(&session);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}

#[test]
fn s16_a_genuine_body_of_another_shop_with_the_same_ids_is_read_back_first() {
    let shop = Shop::open();
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    let (_, _, event) = paid_and_untold(&Shop::open());
    assert_eq!(event["data"]["object"]["id"], session.as_str());
    receive_thrice(&shop, &event);
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    assert_eq!(shop.ledger(), [""; 0]);
    shop.check();
}
