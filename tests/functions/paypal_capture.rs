//! The capture: every way in which PayPal refuses one, answers that are lost, money that takes days,
//! and money that is never taken twice.

use common::{Buyer, Shop, json_of};
use sandbox::paypal::{CaptureIssue, CaptureStatus, Funding};
use sandbox::{Fault, Target};

/// An order whose buyer has approved and comes back; PayPal's order.
fn approved_unheard(shop: &Shop, funding: Funding) -> (Buyer, String) {
    shop.lose_webhooks();
    shop.approved_with(funding)
}

fn fail_captures(shop: &Shop, fault: Fault, times: u32) {
    shop.fail_next_on(Target::PayPal, "/capture", fault, times);
}

fn payment_state(shop: &Shop, buyer: &Buyer) -> String {
    let payment = shop.payment_of(buyer);
    payment["state"].as_str().expect("a state").to_owned()
}

/// What each refusal of a capture comes to: the payment's state, whether the browser is sent back to
/// PayPal, and whether the shop's own account is put before a person.
fn expected(issue: CaptureIssue) -> (&'static str, bool, bool) {
    use CaptureIssue as I;
    match issue {
        I::InstrumentDeclined | I::PayerActionRequired | I::RedirectPayerForAlternateFunding => {
            ("open", true, false)
        }
        I::OrderCompletionInProgress => ("unknown", false, false),
        I::PayerCannotPay
        | I::PayerAccountRestricted
        | I::PayerAccountLockedOrClosed
        | I::TransactionRefused
        | I::TransactionBlockedByPayee
        | I::ComplianceViolation
        | I::MaxNumberOfPaymentAttemptsExceeded => ("failed", false, false),
        I::PayeeAccountRestricted
        | I::PayeeAccountLockedOrClosed
        | I::AuthCaptureNotEnabled
        | I::PermissionDenied => ("failed", false, true),
    }
}

#[test]
fn every_refusal_of_a_capture_has_its_consequence_and_takes_no_money() {
    for issue in CaptureIssue::ALL {
        let shop = Shop::open();
        let (buyer, order) = approved_unheard(&shop, Funding::Refused(issue));
        let reply = shop.come_back_from_paypal(&order);
        let (state, back_to_paypal, alarm) = expected(issue);
        let name = issue.name();
        assert_eq!(payment_state(&shop, &buyer), state, "{name}");
        let location = reply.header("location").unwrap();
        assert_eq!(
            location.contains("/checkoutnow?token="),
            back_to_paypal,
            "{name}"
        );
        let cases = if alarm {
            vec![format!("provider_account paypal/{name}")]
        } else {
            Vec::new()
        };
        assert_eq!(shop.open_cases(), cases, "{name}");
        assert_eq!(shop.taken_by_paypal(), 0, "{name}");
        shop.check();
        shop.run_cron_without_backfill(25 * 60);
        // Nobody but the buyer makes us try again after a decline.
        assert_eq!(
            shop.capture_requests().len(),
            if state == "unknown" { 4 } else { 1 },
            "{name}: {:?}",
            shop.capture_requests()
        );
        let same = shop.capture_requests();
        assert!(same.iter().all(|id| *id == same[0]), "{name}: {same:?}");
        if state == "failed" {
            assert_eq!(shop.status(&buyer), "not_paid", "{name}");
            let again = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-try");
            assert_eq!(again.status, 201, "{name}: a new PayPal order");
        }
        shop.mend();
        shop.live_through(4 * 86_400);
        assert_eq!(shop.status(&buyer), "expired", "{name}");
        shop.check_at_rest();
    }
}

/// S06: a decline is not the end: the buyer goes back, chooses another means, and that is a new capture.
#[test]
fn after_a_decline_the_next_agreement_is_captured_by_another_request() {
    let shop = Shop::open();
    let declined = Funding::Refused(CaptureIssue::InstrumentDeclined);
    let (buyer, order) = approved_unheard(&shop, declined);
    let to_paypal = shop.come_back_from_paypal(&order);
    let page = to_paypal.header("location").unwrap().to_owned();
    assert!(page.contains(&order), "{page}");
    assert_eq!(shop.status(&buyer), "awaiting_payment");
    // Time and a look at the page change nothing; neither does going on without another choice.
    shop.run_cron_without_backfill(10 * 60);
    let again = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-tab");
    assert_eq!(json_of(&again)["payment"]["redirect_url"], page.as_str());
    assert_eq!(shop.capture_requests().len(), 1);

    shop.approve(&order, declined);
    let _ = shop.come_back_from_paypal(&order);
    shop.approve(&order, Funding::Good);
    let _ = shop.come_back_from_paypal(&order);
    let ids: Vec<String> = (1..=3).map(|n| format!("capture-{order}-{n}")).collect();
    assert_eq!(shop.capture_requests(), ids);
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
}

/// P2, P4: whatever becomes of the capture's answer, the repeat is the same request, the money is
/// taken once, and nobody is told anything that is not known.
#[test]
fn a_capture_whose_answer_was_lost_is_asked_for_by_the_same_request() {
    for fault in Fault::ALL {
        let shop = Shop::open();
        let (buyer, order) = approved_unheard(&shop, Funding::Good);
        fail_captures(&shop, fault, 3);
        let _ = shop.come_back_from_paypal(&order);
        let status = shop.status(&buyer);
        let happened = shop.taken_by_paypal() > 0;
        let told = if happened { "confirmed" } else { "confirming" };
        assert_eq!(status, told, "{fault:?}");
        shop.run_cron_without_backfill(20 * 60);
        let ids = shop.capture_requests();
        assert!(ids.iter().all(|id| *id == ids[0]), "{fault:?}: {ids:?}");
        shop.assert_sold_once(&buyer);
        assert_eq!(shop.taken_by_paypal(), 11_900, "{fault:?}");
    }
}

#[test]
fn an_order_that_was_captured_by_another_hand_is_paid() {
    let shop = Shop::open();
    let (buyer, order) = approved_unheard(&shop, Funding::Good);
    shop.world
        .sandbox(|sandbox, now| sandbox.paypal.capture_elsewhere(now, &order))
        .unwrap();
    let _ = shop.come_back_from_paypal(&order);
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
    assert_eq!(shop.capture_requests(), [""; 0], "it is seen before");
}

/// S58: an e-check is on its way for days; the order waits, is not expired, and nothing is released.
#[test]
fn s58_a_pending_capture_keeps_the_order_waiting_until_the_money_comes() {
    let shop = Shop::with(&[("ORDER_LIFETIME_HOURS", "12")]);
    let (buyer, order) = approved_unheard(&shop, Funding::Pending);
    let _ = shop.come_back_from_paypal(&order);
    let cancelled = shop.cancel(&buyer);
    assert_eq!(json_of(&cancelled)["code"], "payment_processing");
    let other = shop.try_pay_by(&buyer, "stripe", "stripe-key-0000000000001");
    assert_eq!(json_of(&other)["code"], "payment_processing");
    for _ in 0..6 {
        assert_eq!(shop.status(&buyer), "processing");
        assert_eq!(shop.releases(), 0);
        shop.live_through(86_400);
    }
    let capture = shop.world.sandbox(|sandbox, now| {
        let (capture, _) = sandbox.paypal.capture_of(&order).expect("a capture");
        let capture = capture.to_owned();
        sandbox.paypal.pending_completes(now, &capture).unwrap();
        capture
    });
    shop.live_through(86_400);
    shop.assert_sold_once(&buyer);
    assert_eq!(shop.payment_of(&buyer)["capture_ref"], capture.as_str());
    shop.check_at_rest();
}

#[test]
fn a_pending_capture_that_is_denied_leaves_the_order_unpaid() {
    let shop = Shop::open();
    let (buyer, order) = approved_unheard(&shop, Funding::Pending);
    let _ = shop.come_back_from_paypal(&order);
    shop.world.sandbox(|sandbox, now| {
        let (capture, status) = sandbox.paypal.capture_of(&order).expect("a capture");
        assert!(matches!(status, CaptureStatus::Pending(_)));
        let capture = capture.to_owned();
        sandbox.paypal.pending_denied(now, &capture).unwrap();
    });
    shop.live_through(86_400);
    assert_eq!(shop.status(&buyer), "not_paid");
    assert_eq!(shop.releases(), 0);
    let again = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-try");
    assert_eq!(again.status, 201);
    shop.check();
}

/// PayPal's order is `COMPLETED` and its capture `DECLINED`: that is not paid.
#[test]
fn a_completed_order_with_a_declined_capture_is_not_paid() {
    let shop = Shop::open();
    let (buyer, order) = approved_unheard(&shop, Funding::Declined);
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(shop.status(&buyer), "not_paid");
    assert_eq!(shop.paypal_order(&order).status(), "COMPLETED");
    assert_eq!((shop.taken_by_paypal(), shop.releases()), (0, 0));
    shop.check();
}

/// The invoice number was paid before: the next payment has another.
#[test]
fn a_taken_invoice_number_fails_the_payment_and_not_the_order() {
    let shop = Shop::open();
    let (buyer, order) = approved_unheard(&shop, Funding::Good);
    shop.world
        .sandbox(|sandbox, _| sandbox.paypal.take_invoice(&order))
        .unwrap();
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(shop.status(&buyer), "not_paid");
    let again = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-try");
    let order = common::paypal_order_in(&again);
    shop.approve(&order, Funding::Good);
    let _ = shop.come_back_from_paypal(&order);
    shop.run_cron(60);
    shop.assert_sold_once(&buyer);
}

/// 404 on an order of ours: it has expired, and the buyer may pay anew.
#[test]
fn an_order_that_paypal_has_dropped_makes_way_for_a_new_one() {
    for approve in [false, true] {
        let shop = Shop::open();
        let (buyer, order) = shop.begun_at_paypal(approve);
        shop.world
            .sandbox(|sandbox, now| sandbox.paypal.expire(now, &order))
            .unwrap();
        let _ = shop.come_back_from_paypal(&order);
        assert_eq!(payment_state(&shop, &buyer), "closed");
        assert_eq!(shop.status(&buyer), "awaiting_payment");
        let again = shop.try_pay_by(&buyer, "paypal", "paypal-key-of-another-try");
        let next = common::paypal_order_in(&again);
        assert_ne!(next, order);
        shop.approve(&next, Funding::Good);
        let _ = shop.come_back_from_paypal(&next);
        shop.run_cron(60);
        shop.assert_sold_once(&buyer);
    }
}

/// The capture was begun, the Worker died, and PayPal gave the approval up: no money moved.
#[test]
fn a_capture_that_was_begun_and_never_asked_for_ends_as_failed() {
    let shop = Shop::open();
    let (buyer, order) = approved_unheard(&shop, Funding::Good);
    fail_captures(&shop, Fault::NotReached, u32::MAX);
    let _ = shop.come_back_from_paypal(&order);
    assert_eq!(shop.status(&buyer), "confirming");
    shop.run_cron_without_backfill(4 * 3_600);
    assert_eq!(payment_state(&shop, &buyer), "failed");
    assert_eq!(shop.status(&buyer), "not_paid");
    assert_eq!(shop.open_cases(), [""; 0], "the doubt is over");
    shop.check();
}

/// Not of the amount that was asked for, or that is due by now: never captured.
#[test]
fn an_order_of_another_amount_is_never_captured() {
    for (sql, state) in [
        (
            "DROP TRIGGER payments_frozen; UPDATE payments SET amount_minor = 100",
            "closed",
        ),
        (
            "DROP TRIGGER payments_frozen; DROP TRIGGER orders_frozen;
             UPDATE payments SET amount_minor = 100;
             UPDATE orders SET subtotal_minor = 84, tax_minor = 16, total_minor = 100",
            "failed",
        ),
    ] {
        let shop = Shop::open();
        let (buyer, order) = approved_unheard(&shop, Funding::Good);
        shop.world.database(|database| database.execute(sql));
        let _ = shop.come_back_from_paypal(&order);
        assert_eq!(shop.capture_requests(), [""; 0]);
        assert_eq!(payment_state(&shop, &buyer), state);
        assert_eq!(shop.taken_by_paypal(), 0);
    }
}

/// A17, A18, A22 for PayPal: 29:59 says wait; at 30:00 PayPal is asked, and only what stays unknown becomes
/// a case; knowing after all closes it.
#[test]
fn a18_a22_thirty_minutes_after_an_unknown_capture_a_case_is_opened_and_closes_itself() {
    let shop = Shop::open();
    let (buyer, order) = approved_unheard(&shop, Funding::Good);
    shop.break_down(Target::PayPal, Fault::Unavailable);
    let _ = shop.come_back_from_paypal(&order);
    shop.run_cron_without_backfill(29 * 60);
    shop.world.advance(59);
    assert_eq!(shop.status(&buyer), "confirming");
    assert_eq!(shop.open_cases(), [""; 0]);
    shop.tick_after(1);
    assert_eq!(shop.status(&buyer), "unconfirmed");
    let payment = shop.payment_of(&buyer)["payment_id"].clone();
    let case = format!("payment_unconfirmed {}", payment.as_str().unwrap());
    assert_eq!(shop.open_cases(), [case]);
    shop.mend();
    shop.run_cron_without_backfill(300);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_eq!(shop.taken_by_paypal(), 11_900);
    shop.check();
}
