//! Sessions, payments, refunds and disputes over time.

use crate::support::{START, World, json, session_with, text};
use sandbox::stripe::{ActionError, DisputeOutcome, Outcome, PaymentStatus, SessionStatus};

const SESSIONS: &str = "/v1/checkout/sessions";

/// What happens to a session in each state: state, action, allowed.
#[test]
fn every_action_in_every_state_is_allowed_or_refused_as_the_table_says() {
    let states = [
        "open",
        "declined",
        "paid",
        "awaiting",
        "delayed_paid",
        "delayed_failed",
        "expired",
    ];
    let table = [
        ("pay", [true, true, false, false, false, false, false]),
        ("decline", [true, true, false, false, false, false, false]),
        ("delay", [true, true, false, false, false, false, false]),
        ("succeed", [false, false, false, true, false, false, false]),
        ("fail", [false, false, false, true, false, false, false]),
        ("expire", [true, true, false, false, false, false, false]),
        (
            "expire_by_api",
            [true, true, false, false, false, false, false],
        ),
        ("refund", [false, false, true, false, true, false, false]),
        ("dispute", [false, false, true, false, true, false, false]),
    ];
    for (action, allowed) in table {
        for (state, allowed) in states.into_iter().zip(allowed) {
            let mut world = World::new();
            let session = session_in(&mut world, state);
            let done = act(&mut world, &session, action);
            assert_eq!(done, allowed, "{action} in {state}");
        }
    }
}

fn session_in(world: &mut World, state: &str) -> String {
    let session = world.open_session();
    let path: &[&str] = match state {
        "declined" => &["decline"],
        "paid" => &["pay"],
        "awaiting" => &["delay"],
        "delayed_paid" => &["delay", "succeed"],
        "delayed_failed" => &["delay", "fail"],
        "expired" => &["expire"],
        _ => &[],
    };
    for action in path {
        assert!(act(world, &session, action), "{action} towards {state}");
    }
    session
}

fn act(world: &mut World, session: &str, action: &str) -> bool {
    let now = world.now;
    let intent = world
        .sandbox
        .stripe
        .session(session)
        .unwrap()
        .payment_intent
        .clone();
    let intent = intent.unwrap_or_default();
    let stripe = &mut world.sandbox.stripe;
    let done = match action {
        "pay" => stripe.pay(now, session, Outcome::Paid),
        "decline" => stripe.pay(now, session, Outcome::Declined),
        "delay" => stripe.pay(now, session, Outcome::Delayed),
        "succeed" => stripe.delayed_succeeds(now, session),
        "fail" => stripe.delayed_fails(now, session),
        "expire" => stripe.expire(now, session),
        "refund" => stripe.refund(now, &intent, None),
        "dispute" => stripe.dispute_open(now, &intent),
        _ => {
            return world
                .post(&format!("{SESSIONS}/{session}/expire"), "", None)
                .status
                == 200;
        }
    };
    done.is_ok()
}

#[test]
fn a_card_payment_completes_the_session_and_tells_it_in_order() {
    let mut world = World::new();
    let (session, intent) = world.paid();
    assert_eq!(
        world.event_types(),
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed"
        ]
    );
    let seen = json(&world.get(&format!("{SESSIONS}/{session}")));
    assert_eq!(seen["status"], "complete");
    assert_eq!(seen["payment_status"], "paid");
    assert_eq!(seen["payment_intent"], intent.as_str());
    assert!(seen["url"].is_null());
    let book = world.sandbox.stripe.captured();
    assert_eq!(book.len(), 1);
    assert_eq!(
        (book[0].session.as_str(), book[0].amount_minor),
        (session.as_str(), 4_498)
    );
}

#[test]
fn a_decline_leaves_the_session_open_and_the_same_intent_is_paid_later() {
    let mut world = World::new();
    let session = world.open_session();
    world.pay(&session, Outcome::Declined);
    let intent = world.intent_of(&session);
    let seen = json(&world.get(&format!("/v1/payment_intents/{intent}")));
    assert_eq!(seen["status"], "requires_payment_method");
    assert_eq!(seen["last_payment_error"]["code"], "card_declined");
    assert!(world.sandbox.stripe.captured().is_empty());
    world.pay(&session, Outcome::Paid);
    assert_eq!(world.intent_of(&session), intent);
    assert_eq!(
        json(&world.get(&format!("/v1/payment_intents/{intent}")))["last_payment_error"],
        serde_json::Value::Null
    );
    let charges = json(&world.get(&format!("/v1/charges?payment_intent={intent}")));
    let statuses: Vec<&str> = charges["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["succeeded", "failed"]);
}

/// S58: a delayed method keeps the session complete and unpaid until the bank decides.
#[test]
fn a_delayed_payment_waits_unpaid_and_then_succeeds_or_fails() {
    for succeeds in [true, false] {
        let mut world = World::new();
        let session = world.open_session();
        world.pay(&session, Outcome::Delayed);
        world.wait(6 * 24 * 3600);
        let seen = world.sandbox.stripe.session(&session).unwrap();
        assert_eq!(
            (seen.status, seen.payment_status),
            (SessionStatus::Complete, PaymentStatus::Unpaid)
        );
        let stripe = &mut world.sandbox.stripe;
        let (events, expected, paid) = if succeeds {
            let events = stripe.delayed_succeeds(world.now, &session).unwrap();
            (
                events,
                "checkout.session.async_payment_succeeded",
                PaymentStatus::Paid,
            )
        } else {
            let events = stripe.delayed_fails(world.now, &session).unwrap();
            (
                events,
                "checkout.session.async_payment_failed",
                PaymentStatus::Unpaid,
            )
        };
        let last = events.last().and_then(|id| stripe.event(id)).unwrap();
        assert_eq!(last.kind, expected);
        assert_eq!(stripe.session(&session).unwrap().payment_status, paid);
        assert_eq!(stripe.captured().len(), usize::from(succeeds));
    }
}

/// S31: nothing to pay completes without a payment.
#[test]
fn a_total_of_zero_completes_without_a_payment_intent() {
    let mut world = World::new();
    let free = "mode=payment&success_url=https%3A%2F%2Fshop.example%2F&line_items[0][quantity]=1&\
        line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=0&\
        line_items[0][price_data][product_data][name]=Gift";
    let session = world.open_session_of(free);
    world.pay(&session, Outcome::Paid);
    let seen = json(&world.get(&format!("{SESSIONS}/{session}")));
    assert_eq!(seen["payment_status"], "no_payment_required");
    assert!(seen["payment_intent"].is_null());
    assert_eq!(world.event_types(), ["checkout.session.completed"]);
}

#[test]
fn a_session_expires_at_its_second_and_says_so_once() {
    let mut world = World::new();
    let form = session_with("expires_at", Some(&START.plus(1_860).0.to_string()));
    let session = world.open_session_of(&form);
    world.wait(1_859);
    assert_eq!(
        text(&world.get(&format!("{SESSIONS}/{session}")), "/status"),
        "open"
    );
    world.wait(1);
    assert_eq!(
        text(&world.get(&format!("{SESSIONS}/{session}")), "/status"),
        "expired"
    );
    world.wait(1_000);
    assert_eq!(world.event_types(), ["checkout.session.expired"]);
    assert_eq!(world.sandbox.stripe.events()[0].created, START.plus(1_860));
    let refused = world.sandbox.stripe.pay(world.now, &session, Outcome::Paid);
    assert_eq!(
        refused,
        Err(ActionError::SessionNotOpen(SessionStatus::Expired))
    );
}

#[test]
fn paying_past_the_deadline_is_refused_even_when_nobody_looked() {
    let mut world = World::new();
    let session = world.open_session();
    let late = world.now.plus(86_400);
    let refused = world.sandbox.stripe.pay(late, &session, Outcome::Paid);
    assert_eq!(
        refused,
        Err(ActionError::SessionNotOpen(SessionStatus::Expired))
    );
}

/// S20: closing a session that is complete is refused, and the answer says that it is complete.
#[test]
fn expiring_by_api_works_only_while_open() {
    let mut world = World::new();
    let session = world.open_session();
    let path = format!("{SESSIONS}/{session}/expire");
    let done = world.post(&path, "", Some("exp-1"));
    assert_eq!(text(&done, "/status"), "expired");
    assert_eq!(
        world.sandbox.stripe.events()[0]
            .cause
            .idempotency_key
            .as_deref(),
        Some("exp-1")
    );
    assert_eq!(world.post(&path, "", Some("exp-2")).status, 400);
    let (paid, _) = world.paid();
    let refused = world.post(&format!("{SESSIONS}/{paid}/expire"), "", None);
    assert_eq!(refused.status, 400);
    assert!(text(&refused, "/error/message").contains("complete"));
}

#[test]
fn a_declined_session_that_expires_cancels_its_intent() {
    let mut world = World::new();
    let session = session_in(&mut world, "declined");
    world.sandbox.stripe.expire(world.now, &session).unwrap();
    let intent = world.intent_of(&session);
    assert_eq!(
        text(
            &world.get(&format!("/v1/payment_intents/{intent}")),
            "/status"
        ),
        "canceled"
    );
}

#[test]
fn a_card_only_session_offers_no_delayed_method() {
    let mut world = World::new();
    let session = world.open_session_of(&session_with("payment_method_types[0]", Some("card")));
    let refused = world
        .sandbox
        .stripe
        .pay(world.now, &session, Outcome::Delayed);
    assert_eq!(refused, Err(ActionError::MethodNotOffered));
    assert_eq!(
        world
            .sandbox
            .stripe
            .session(&session)
            .unwrap()
            .delayed_method(),
        None
    );
}

#[test]
fn partial_refunds_add_up_to_the_payment_and_no_further() {
    let mut world = World::new();
    let (_, intent) = world.paid();
    let form = |amount: i64| format!("payment_intent={intent}&amount={amount}");
    assert_eq!(
        world.post("/v1/refunds", &form(1_999), Some("rf-1")).status,
        200
    );
    assert_eq!(
        world.post("/v1/refunds", &form(1_999), Some("rf-1")).status,
        200
    );
    assert_eq!(world.sandbox.stripe.captured()[0].refunded_minor, 1_999);
    assert_eq!(
        world.post("/v1/refunds", &form(2_500), Some("rf-2")).status,
        400
    );
    let rest = world.post(
        "/v1/refunds",
        &format!("payment_intent={intent}"),
        Some("rf-3"),
    );
    assert_eq!(json(&rest)["amount"], 2_499);
    let over = world.post("/v1/refunds", &form(1), Some("rf-4"));
    assert_eq!(text(&over, "/error/code"), "charge_already_refunded");
    let charge = json(&world.get(&format!("/v1/charges?payment_intent={intent}")));
    assert_eq!(charge["data"][0]["refunded"], true);
    assert_eq!(charge["data"][0]["amount_refunded"], 4_498);
}

/// S112: a refund that fails later counts as not refunded.
#[test]
fn a_refund_that_fails_later_gives_the_money_back_to_the_book() {
    let mut world = World::new();
    let (_, intent) = world.paid();
    world
        .sandbox
        .stripe
        .refund(world.now, &intent, Some(1_000))
        .unwrap();
    let refund = world.sandbox.stripe.refunds_of(&intent)[0].id.clone();
    world.wait(3 * 24 * 3600);
    world
        .sandbox
        .stripe
        .refund_fails(world.now, &refund)
        .unwrap();
    assert_eq!(world.sandbox.stripe.captured()[0].refunded_minor, 0);
    assert_eq!(
        text(&world.get(&format!("/v1/refunds/{refund}")), "/status"),
        "failed"
    );
    assert!(
        world
            .sandbox
            .stripe
            .refund_fails(world.now, &refund)
            .is_err()
    );
    assert!(
        world
            .event_types()
            .ends_with(&["refund.updated", "refund.failed"])
    );
}

#[test]
fn a_refund_of_a_delayed_method_is_pending_first() {
    let mut world = World::new();
    let session = session_in(&mut world, "delayed_paid");
    let intent = world.intent_of(&session);
    world
        .sandbox
        .stripe
        .refund(world.now, &intent, None)
        .unwrap();
    let refund = world.sandbox.stripe.refunds_of(&intent)[0].id.clone();
    assert_eq!(
        text(&world.get(&format!("/v1/refunds/{refund}")), "/status"),
        "pending"
    );
    world
        .sandbox
        .stripe
        .refund_succeeds(world.now, &refund)
        .unwrap();
    assert_eq!(
        text(&world.get(&format!("/v1/refunds/{refund}")), "/status"),
        "succeeded"
    );
}

/// S114 and S115: money leaves with the withdrawal, comes back with a win, and is not refundable
/// in between.
#[test]
fn a_dispute_moves_money_only_when_funds_are_withdrawn() {
    for (outcome, held) in [(DisputeOutcome::Won, 0), (DisputeOutcome::Lost, 4_498)] {
        let mut world = World::new();
        let (_, intent) = world.paid();
        let now = world.now;
        let stripe = &mut world.sandbox.stripe;
        stripe.dispute_open(now, &intent).unwrap();
        assert_eq!(stripe.captured()[0].disputed_minor, 0);
        stripe.dispute_withdraw_funds(now, &intent).unwrap();
        assert_eq!(stripe.captured()[0].disputed_minor, 4_498);
        assert!(stripe.refund(now, &intent, None).is_err());
        stripe.dispute_answer(now, &intent).unwrap();
        stripe.dispute_close(now, &intent, outcome).unwrap();
        assert_eq!(stripe.captured()[0].disputed_minor, held);
        assert!(stripe.dispute_close(now, &intent, outcome).is_err());
        let refused = world.post("/v1/refunds", &format!("payment_intent={intent}"), None);
        assert_eq!(text(&refused, "/error/code"), "charge_disputed");
    }
}

/// S116: a warning moves no money.
#[test]
fn a_fraud_warning_moves_no_money() {
    let mut world = World::new();
    let (_, intent) = world.paid();
    world
        .sandbox
        .stripe
        .early_fraud_warning(world.now, &intent)
        .unwrap();
    let book = world.sandbox.stripe.captured();
    assert_eq!((book[0].refunded_minor, book[0].disputed_minor), (0, 0));
    assert_eq!(
        world.event_types().last(),
        Some(&"radar.early_fraud_warning.created")
    );
}
