//! PayPal's events from the door to the ledger: a hint each, believed only as far as PayPal's API
//! says the same when it is asked.

use common::{Buyer, Shop, Trouble, at_once, paypal_event, shuffled};
use sandbox::paypal::{DisputeOutcome, Funding};
use sandbox::{Delivery, Fault, Target, WebhookMode};
use serde_json::{Value as Json, json};

pub(crate) const APPROVED: &str = "CHECKOUT.ORDER.APPROVED";
pub(crate) const COMPLETED: &str = "PAYMENT.CAPTURE.COMPLETED";

/// A confirmed order, its PayPal order and its capture; everything told so far is delivered.
pub(crate) fn sold(shop: &Shop) -> (Buyer, String, String) {
    let (buyer, order) = shop.approved_with(Funding::Good);
    deliver_all(shop);
    assert_eq!(shop.status(&buyer), "confirmed");
    let capture = shop.capture_of(&order);
    (buyer, order, capture)
}

pub(crate) fn deliver_all(shop: &Shop) {
    // A delivery may cause further events.
    for _ in 0..3 {
        let statuses = shop.deliver_webhooks();
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    }
}

/// The paths of PayPal's API that were asked for since, certificates and tokens aside.
pub(crate) fn asked(shop: &Shop) -> Vec<String> {
    let path = |url: &str| url.split("/paypal").nth(1).unwrap_or_default().to_owned();
    shop.world
        .requests_to("/paypal/v2/")
        .iter()
        .map(|request| format!("{} {}", request.method.as_str(), path(&request.url)))
        .collect()
}

/// S57, A15: the buyer approves and closes the tab. The approval's webhook takes the money.
#[test]
fn s57_the_webhook_of_an_approval_captures_and_confirms() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved_with(Funding::Good);
    deliver_all(&shop);
    shop.assert_sold_once(&buyer);
    assert_eq!(shop.capture_requests().len(), 1);
    let cause = shop.texts("SELECT cause AS text FROM order_history WHERE event = 'confirmed'");
    assert!(cause[0].starts_with("event WH-"), "{cause:?}");
    let booked = format!("capture:paypal:{order}:{}", buyer.number);
    assert!(shop.ledger()[0].starts_with(&booked), "{:?}", shop.ledger());
    shop.run_cron(900);
    shop.assert_sold_once(&buyer);
}

/// S43: pending is not paid. The buyer is told that the money is on its way, and its arrival or its
/// failure is told by the next event.
#[test]
fn s43_a_capture_that_is_pending_is_settled_by_the_event_that_ends_it() {
    for (completes, status) in [(true, "confirmed"), (false, "not_paid")] {
        let shop = Shop::open();
        let (buyer, order) = shop.approved_with(Funding::Pending);
        deliver_all(&shop);
        assert_eq!(shop.status(&buyer), "processing");
        assert_eq!(shop.ledger(), [""; 0]);
        let capture = shop.capture_of(&order);
        shop.world.sandbox(|sandbox, now| {
            if completes {
                sandbox.paypal.pending_completes(now, &capture)
            } else {
                sandbox.paypal.pending_denied(now, &capture)
            }
            .unwrap()
        });
        deliver_all(&shop);
        assert_eq!(shop.status(&buyer), status);
        assert_eq!(shop.ledger().len(), usize::from(completes));
        shop.check();
    }
}

/// What PayPal told of a story, and the shop in which it is to be heard.
fn sale_and_refund() -> (Shop, Buyer, Vec<Delivery>) {
    let shop = Shop::open();
    let (buyer, order) = shop.approved_with(Funding::Good);
    let mut told = shop.take_webhooks();
    let _ = shop.come_back_from_paypal(&order);
    let capture = shop.capture_of(&order);
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.refund(now, &capture, Some(500)))
        .unwrap();
    told.extend(shop.take_webhooks());
    (shop, buyer, told)
}

/// S02, S04, S08, S09, P3: every order of a sale's events, each twice, ends alike.
#[test]
fn p3_the_events_of_a_sale_end_alike_in_every_order_and_however_often_they_come() {
    let count = sale_and_refund().2.len();
    assert!((3..=5).contains(&count), "{count} events");
    let mut first: Option<Json> = None;
    for seed in 0..60 {
        let (shop, buyer, mut told) = sale_and_refund();
        let mut pick = shuffled(seed);
        let mut order = Vec::new();
        while !told.is_empty() {
            order.push(told.remove(pick(told.len())));
        }
        for delivery in order.iter().chain(&order) {
            assert_eq!(
                shop.arrives(delivery).status,
                200,
                "{}",
                delivery.event_type
            );
        }
        shop.run_cron_without_backfill(300);
        assert_eq!(shop.status(&buyer), "confirmed");
        assert_eq!(shop.releases(), 1);
        shop.check();
        let end = shop.end_state();
        assert_eq!(
            first.get_or_insert_with(|| end.clone()),
            &end,
            "seed {seed}"
        );
    }
}

/// S04, P2: five copies at the same moment, step by step in each other's gaps.
#[test]
fn s04_five_copies_at_once_have_one_effect_in_every_interleaving() {
    for seed in 0..40 {
        let shop = Shop::open();
        shop.world
            .sandbox(|sandbox, _| sandbox.paypal.set_webhook_mode(WebhookMode::FiveTimes));
        let (buyer, _) = shop.approved_with(Funding::Good);
        let told = shop.take_webhooks();
        assert_eq!(told.len(), 5);
        let tasks = told.iter().map(|delivery| shop.begin_delivery(delivery));
        for reply in at_once(tasks.collect(), shuffled(seed)) {
            assert!([200, 503].contains(&reply.status), "{}", reply.status);
            shop.after(&reply);
        }
        // What was answered with 503 comes again.
        for delivery in &told {
            assert_eq!(shop.arrives(delivery).status, 200, "seed {seed}");
        }
        deliver_all(&shop);
        shop.assert_sold_once(&buyer);
        assert_eq!(shop.taken_by_paypal(), 11_900, "seed {seed}");
    }
}

/// S05: one fact under two event ids is one effect.
#[test]
fn s05_two_event_ids_for_one_capture_have_one_effect() {
    let shop = Shop::open();
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.set_webhook_mode(WebhookMode::TwoEventIds));
    let (buyer, _, _) = sold(&shop);
    shop.assert_sold_once(&buyer);
    assert!(shop.count("inbox") >= 4, "each is kept");
}

/// S04: PayPal sends an event again, under another transmission id, days after it was taken.
#[test]
fn s04_an_event_that_is_sent_again_is_acknowledged_and_not_asked_about() {
    let shop = Shop::open();
    let (buyer, _, _) = sold(&shop);
    let settled = shop.end_state();
    let events: Vec<String> = shop.texts("SELECT event_id AS text FROM inbox");
    let before = asked(&shop).len();
    shop.world.advance(2 * 86_400);
    for event in &events {
        shop.world
            .sandbox(|sandbox, now| sandbox.paypal.resend(now, event))
            .unwrap();
    }
    deliver_all(&shop);
    assert_eq!(shop.end_state(), settled);
    assert_eq!(asked(&shop).len(), before);
    shop.assert_sold_once(&buyer);
}

/// S57: an approval that comes after the order was cancelled or has expired takes no money.
#[test]
fn s57_an_approval_of_an_order_that_has_ended_takes_no_money() {
    for cancelled in [true, false] {
        let shop = Shop::open();
        let (buyer, _) = shop.approved_with(Funding::Good);
        let told = shop.take_webhooks();
        if cancelled {
            assert_eq!(shop.cancel(&buyer).status, 200);
        } else {
            shop.world.database(|database| {
                database.execute("UPDATE payments SET due_at = NULL");
            });
            shop.world.advance(73 * 3_600);
            shop.tick_after(60);
            shop.tick_after(60);
        }
        let status = shop.status(&buyer);
        for delivery in &told {
            assert_eq!(shop.arrives(delivery).status, 200);
        }
        shop.run_cron_without_backfill(600);
        assert_eq!(shop.status(&buyer), status);
        assert_eq!(shop.taken_by_paypal(), 0);
        assert_eq!(shop.ledger(), [""; 0]);
        shop.check();
    }
}

/// S21: money that somebody takes at PayPal for an order that has ended is unapplied, with a case.
#[test]
fn s21_money_for_an_order_that_has_ended_is_kept_aside_with_a_case() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved_with(Funding::Good);
    let _ = shop.take_webhooks();
    assert_eq!(shop.cancel(&buyer).status, 200);
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.capture_elsewhere(now, &order))
        .unwrap();
    deliver_all(&shop);
    assert_eq!(shop.status(&buyer), "cancelled");
    assert_eq!(shop.open_cases(), [format!("money_late {order}")]);
    let ledger = shop.ledger();
    assert!(
        ledger[0].ends_with("provider:paypal:EUR > unapplied:EUR 11900 EUR"),
        "{ledger:?}"
    );
    shop.check();
}

/// S07: what says that the payment failed comes after the money did. PayPal is asked, and it has paid.
#[test]
fn s07_a_failure_that_is_told_after_the_payment_changes_nothing() {
    let shop = Shop::open();
    let (buyer, order, capture) = sold(&shop);
    let all_but_events = |shop: &Shop| {
        let mut state = shop.end_state();
        state["events"] = Json::Null;
        state
    };
    let settled = all_but_events(&shop);
    let of_capture = json!({
        "id": capture, "status": "DENIED",
        "supplementary_data": { "related_ids": { "order_id": order } },
    });
    let of_order = json!({ "id": order, "status": "VOIDED" });
    for (number, (kind, resource)) in [
        ("PAYMENT.CAPTURE.DENIED", &of_capture),
        ("PAYMENT.CAPTURE.DECLINED", &of_capture),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", &of_order),
    ]
    .into_iter()
    .enumerate()
    {
        let event = paypal_event(&format!("WH-LATE-{number}"), kind, resource);
        assert_eq!(shop.receive_from_paypal(&event), 200, "{kind}");
    }
    shop.run_cron_without_backfill(300);
    assert_eq!(all_but_events(&shop), settled);
    assert_eq!(shop.count("inbox WHERE event_id LIKE 'WH-LATE-%'"), 3);
    shop.assert_sold_once(&buyer);
}

/// S11, S12: the Worker dies, or a step fails, anywhere between the door and the ledger. What was not
/// acknowledged comes again; cron does the rest; all of it once.
#[test]
fn s11_a_webhook_that_is_cut_off_at_any_step_has_its_effect_once() {
    for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
        let mut is_struck = true;
        for step in 0.. {
            if !is_struck {
                assert!(step > 8, "only {step} steps");
                break;
            }
            let shop = Shop::open();
            let (buyer, _) = shop.approved_with(Funding::Good);
            let told = shop.take_webhooks();
            shop.world.trouble_at(step, trouble);
            let statuses = told.iter().map(|delivery| shop.arrives(delivery).status);
            let statuses: Vec<u16> = statuses.collect();
            is_struck = !shop.world.forget_trouble();
            shop.world.restart();
            for (delivery, status) in told.iter().zip(statuses) {
                assert!([200, 503].contains(&status), "{trouble:?} {step}: {status}");
                if status != 200 {
                    assert_eq!(shop.arrives(delivery).status, 200, "{trouble:?} {step}");
                }
            }
            shop.run_cron_without_backfill(900);
            shop.assert_sold_once(&buyer);
            assert_eq!(shop.taken_by_paypal(), 11_900, "{trouble:?} {step}");
        }
    }
}

/// Refunds, reversals and disputes: one case for each, however many events tell of it.
#[test]
fn money_going_back_opens_a_case_for_each_object() {
    for kind in ["refund", "dispute", "reversal"] {
        let shop = Shop::open();
        let (buyer, _, capture) = sold(&shop);
        let ledger = shop.ledger();
        shop.world.sandbox(|sandbox, now| {
            let paypal = &mut sandbox.paypal;
            match kind {
                "refund" => {
                    paypal.refund(now, &capture, Some(500)).unwrap();
                    paypal.refund(now, &capture, None).unwrap()
                }
                "reversal" => paypal.reverse(now, &capture).unwrap(),
                _ => {
                    paypal.dispute_open(now, &capture).unwrap();
                    paypal.dispute_answer(now, &capture).unwrap();
                    let outcome = DisputeOutcome::BuyerFavour;
                    paypal.dispute_resolve(now, &capture, outcome).unwrap()
                }
            }
        });
        let told = shop.take_webhooks();
        assert!(!told.is_empty());
        for delivery in told.iter().rev().chain(&told) {
            assert_eq!(
                shop.arrives(delivery).status,
                200,
                "{}",
                delivery.event_type
            );
        }
        let mut expected = shop.texts(
            "SELECT DISTINCT iif(event_type LIKE '%REFUNDED', 'refund ', 'dispute ') || object_id
             AS text FROM inbox WHERE capture_id IS NOT NULL ORDER BY 1",
        );
        expected.dedup();
        assert_eq!(shop.open_cases(), expected, "{kind}");
        let objects = if kind == "refund" { 2 } else { 1 };
        assert!(expected.len() >= objects, "{expected:?}");
        let named = if kind == "refund" {
            "refund"
        } else {
            "dispute"
        };
        assert!(expected[0].starts_with(named), "{expected:?}");
        let is_refund = kind == "refund";
        assert_eq!(shop.ledger() != ledger, is_refund, "{kind}");
        let status = if is_refund { "refunded" } else { "confirmed" };
        assert_eq!(shop.status(&buyer), status);
        shop.check();
    }
}

/// S08: a refund that is told before the payment that it refunds waits for it.
#[test]
fn s08_a_refund_that_is_told_first_waits_for_its_payment() {
    let shop = Shop::open();
    let (buyer, order) = shop.approved_with(Funding::Good);
    let _ = shop.take_webhooks();
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.capture_elsewhere(now, &order))
        .unwrap();
    let capture = shop.capture_of(&order);
    let _ = shop.take_webhooks();
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.refund(now, &capture, None))
        .unwrap();
    deliver_all(&shop);
    assert_eq!(shop.texts("SELECT state AS text FROM inbox"), ["parked"]);
    shop.run_cron_without_backfill(600);
    let cases = shop.open_cases();
    assert_eq!(cases.len(), 1, "{cases:?}");
    assert!(cases[0].starts_with("refund "), "{cases:?}");
    assert_eq!(shop.texts("SELECT state AS text FROM inbox"), ["done"]);
    assert_eq!(shop.ledger().len(), 2, "received, then given back");
    assert_eq!(shop.status(&buyer), "refunded");
    shop.check();
}

/// S01: the webhook is faster than the answer that would have told us PayPal's order id.
#[test]
fn s01_an_event_about_a_payment_that_is_not_there_yet_is_parked_and_found_later() {
    let shop = Shop::open();
    let payment_id = shared::id::PaymentId::from_random([7; 8]);
    let payment_id = payment_id.as_str();
    let resource = json!({
        "id": "5O190127TN364715T",
        "status": "APPROVED",
        "purchase_units": [{ "custom_id": "X", "invoice_id": format!("X-{payment_id}") }],
    });
    let event = paypal_event("WH-EARLY", APPROVED, &resource);
    assert_eq!(shop.receive_from_paypal(&event), 200);
    assert_eq!(shop.inbox_of("WH-EARLY"), "parked: no such payment yet");
    // For three days nothing comes of it: a person looks.
    shop.run_cron_without_backfill(4 * 86_400);
    assert_eq!(shop.open_cases(), ["event_unmatched WH-EARLY"]);
    shop.check();
}

/// S14: what PayPal cannot be asked about now is parked, acknowledged, and asked about later.
#[test]
fn s14_an_event_that_cannot_be_read_back_is_parked() {
    for fault in [
        Fault::NotReached,
        Fault::ServerErrorBeforeEffect,
        Fault::TooManyRequests,
    ] {
        let shop = Shop::open();
        let (buyer, _) = shop.approved_with(Funding::Good);
        shop.fail_next_on(Target::PayPal, "/v2/checkout/orders/", fault, 1);
        deliver_all(&shop);
        assert_eq!(
            shop.texts("SELECT state AS text FROM inbox"),
            ["parked"],
            "{fault:?}"
        );
        shop.run_cron_without_backfill(600);
        shop.assert_sold_once(&buyer);
    }
}
