//! Stripe's webhooks: twice, late, reversed, lost, forged.

use common::harness::{self, Answer, Body, Instance, LiveOrder, wait_for};
use serde_json::{Value as Json, json};
use shared::id::PaymentId;

/// What became of an event, `null` when it was never taken in.
fn inbox(shop: &Instance, event_id: &str) -> Json {
    shop.database.value(&format!(
        "SELECT state FROM inbox WHERE event_id = '{event_id}'"
    ))
}

/// Posts a body as Stripe would.
#[track_caller]
fn deliver(shop: &Instance, body: &str, signature: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("stripe-signature", signature),
    ];
    shop.visitor().send(
        "POST",
        "/webhooks/stripe",
        &headers,
        Body::Whole(body.as_bytes()),
    )
}

/// An event about an object of ours that nobody has sent yet.
fn event(id: &str, kind: &str, livemode: bool, object: &Json) -> String {
    json!({
        "id": id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_284_000,
        "livemode": livemode,
        "type": kind,
        "data": { "object": object },
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
    })
    .to_string()
}

/// The completion of a checkout, as Stripe tells it.
fn completion(order: &LiveOrder<'_>, session: &str) -> Json {
    let sandbox = &order.visitor.shop.sandbox;
    let mut events = sandbox.events_about(session).into_iter();
    let completion = events.find(|event| event["type"] == "checkout.session.completed");
    completion.expect("the checkout is complete")
}

#[test]
fn s04_five_copies_at_the_same_moment_have_one_effect() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_five_times");
    let event = completion(&order, &session.id)["id"].clone();
    let event = event.as_str().unwrap();
    let attempts = wait_for("five answers", || {
        let attempts = shop.sandbox.deliveries_of(event);
        let answered =
            |attempt: &Json| attempt["state"] != "waiting" && attempt["state"] != "in_flight";
        (attempts.iter().filter(|attempt| answered(attempt)).count() >= 5).then_some(attempts)
    });
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt["state"] == "acknowledged"),
        "{attempts:#?}"
    );
    assert_eq!(inbox(&shop, event), "done");
    order.assert_confirmed_once();
}

#[test]
fn s02_a_webhook_before_the_redirect_leaves_nothing_to_do_for_the_redirect() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_before_redirect");
    order.assert_status("confirmed");
    let history = order.history();
    let back = session.come_back(&order);
    assert_eq!(back.must("location"), format!("/orders/{}", order.number));
    assert_eq!(order.history(), history, "no second settle");
    order.assert_confirmed_once();
}

#[test]
fn s03_without_a_webhook_the_return_settles() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_lost");
    order.assert_status("awaiting_payment");
    session.come_back(&order);
    order.assert_confirmed_once();
    let cause = format!(
        "SELECT cause FROM order_history WHERE order_number = '{}' AND event = 'confirmed'",
        order.number
    );
    assert_eq!(shop.database.value(&cause), "return");
}

#[test]
fn s02_webhook_and_return_in_parallel_settle_once() {
    let shop = harness::shared();
    for _ in 0..3 {
        let order = shop.visitor().order();
        let session = order.pay();
        std::thread::scope(|scope| {
            scope.spawn(|| session.choose("pay_five_times"));
            for _ in 0..3 {
                scope.spawn(|| session.come_back(&order));
            }
        });
        order.wait_for_status("confirmed");
        order.assert_confirmed_once();
    }
}

#[test]
fn s05_one_fact_under_two_event_ids_has_one_effect() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_two_event_ids");
    let told = wait_for("both events", || {
        let events = shop.sandbox.events_about(&session.id);
        events
            .iter()
            .all(|event| event["acknowledged"] == true)
            .then_some(events)
    });
    assert!(told.len() >= 2, "{told:#?}");
    order.assert_confirmed_once();
}

#[test]
fn s09_events_in_reverse_end_in_the_same_state() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_reversed");
    order.wait_for_status("confirmed");
    order.assert_confirmed_once();
}

#[test]
fn s07_a_failure_that_is_told_after_the_payment_changes_nothing() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay");
    order.assert_confirmed_once();
    let mut object = completion(&order, &session.id)["object"].clone();
    object["payment_status"] = json!("unpaid");
    for kind in [
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    ] {
        let id = shop.sandbox.make_event(kind, &object);
        wait_for("the event", || (inbox(&shop, &id) == "done").then_some(()));
    }
    order.assert_confirmed_once();
}

/// A webhook's body is a hint: what counts is what the provider's interface answers.
#[test]
fn d01_a_signed_lie_about_an_unpaid_checkout_confirms_nothing() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    let view = order.view();
    let object = json!({
        "id": session.id,
        "object": "checkout.session",
        "livemode": false,
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "amount_total": 11_900,
        "currency": "eur",
        "client_reference_id": order.number,
        "metadata": { "order_number": order.number, "payment_id": view["payment"]["payment_id"] },
        "payment_intent": "pi_lie",
    });
    let id = shop
        .sandbox
        .make_event("checkout.session.completed", &object);
    wait_for("the event", || {
        (inbox(&shop, &id) != Json::Null).then_some(())
    });
    order.assert_status("awaiting_payment");
    assert_eq!(order.releases(), 0);
}

#[test]
fn s10_an_old_stamp_is_refused_and_the_same_event_sent_afresh_is_taken() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_lost");
    let told = completion(&order, &session.id);
    let id = told["id"].as_str().unwrap();
    let body = event(id, "checkout.session.completed", false, &told["object"]);
    let now = shop.sandbox.now();
    for sent in [now - 3_600, now - 301, now + 600] {
        let answer = deliver(&shop, &body, &shop.sandbox.sign(&body, Some(sent))).expect(400);
        assert_eq!(answer.code(), "bad_signature");
    }
    assert_eq!(inbox(&shop, id), Json::Null);
    order.assert_status("awaiting_payment");

    let _ = deliver(&shop, &body, &shop.sandbox.sign(&body, None)).expect(200);
    assert_eq!(inbox(&shop, id), "done");
    order.assert_confirmed_once();
}

#[test]
fn s13_an_event_of_an_unknown_type_is_kept_and_acknowledged() {
    let shop = harness::shared();
    let id = shop.sandbox.make_event(
        "billing_portal.configuration.created",
        &json!({ "id": "bpc_1", "object": "billing_portal.configuration" }),
    );
    wait_for("the event", || {
        (inbox(&shop, &id) == "ignored").then_some(())
    });
    wait_for("the acknowledgement", || {
        let attempts = shop.sandbox.deliveries_of(&id);
        attempts
            .iter()
            .all(|attempt| attempt["state"] == "acknowledged")
            .then_some(())
    });
}

#[test]
fn s14_the_signature_is_checked_over_the_bytes_as_they_came() {
    let shop = harness::shared();
    let object = json!({ "id": "prod_1", "object": "product", "name": "Zoë 🦀 \u{2028}", "big": 9_007_199_254_740_993_i64 });
    let body = event("evt_bytes_as_they_came", "product.created", false, &object);
    let signature = shop.sandbox.sign(&body, None);
    let parsed: Json = serde_json::from_str(&body).unwrap();
    let escaped = body.replace("ë", "\\u00eb");
    let spaced = serde_json::to_string_pretty(&parsed).unwrap();
    for re_encoded in [escaped, spaced, format!("{body}\n")] {
        let answer = deliver(&shop, &re_encoded, &signature).expect(400);
        assert_eq!(answer.code(), "bad_signature");
    }
    assert_eq!(inbox(&shop, "evt_bytes_as_they_came"), Json::Null);
    let _ = deliver(&shop, &body, &signature).expect(200);
    assert_eq!(inbox(&shop, "evt_bytes_as_they_came"), "ignored");
}

#[test]
fn s15_an_event_of_the_live_mode_is_kept_flagged_and_without_effect() {
    let shop = harness::shared();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_lost");
    let told = completion(&order, &session.id);
    let body = event(
        "evt_of_live_mode",
        "checkout.session.completed",
        true,
        &told["object"],
    );
    let _ = deliver(&shop, &body, &shop.sandbox.sign(&body, None)).expect(200);
    assert_eq!(inbox(&shop, "evt_of_live_mode"), "ignored");
    order.assert_status("awaiting_payment");
    let _ = order.wait_for_alert("event foreign", "of the other mode");
}

#[test]
fn s01_an_event_that_matches_nothing_yet_is_parked_and_tried_again() {
    let shop = harness::alone();
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay_lost");
    let mut object = completion(&order, &session.id)["object"].clone();
    let nobodys = PaymentId::from_random(u64::from(order.visitor.serial).to_be_bytes());
    object["metadata"]["payment_id"] = json!(nobodys.as_str());
    object["id"] = json!(session.id.replace("cs_test_a1", "cs_test_b1"));
    let body = event(
        "evt_before_its_payment",
        "checkout.session.completed",
        false,
        &object,
    );
    let _ = deliver(&shop, &body, &shop.sandbox.sign(&body, None)).expect(200);
    assert_eq!(inbox(&shop, "evt_before_its_payment"), "parked");
    shop.database
        .make_parked_event_due("evt_before_its_payment");
    shop.tick();
    assert_eq!(
        inbox(&shop, "evt_before_its_payment"),
        "parked",
        "for three days"
    );
    let asked = "SELECT asks FROM inbox WHERE event_id = 'evt_before_its_payment'";
    assert_eq!(shop.database.number(asked), 1);
}

/// S46: what binds a checkout to a payment is our own row, not what its metadata says later.
#[test]
fn s46_metadata_that_was_edited_pays_no_other_order() {
    let shop = harness::shared();
    let [order, other] = [(); 2].map(|()| shop.visitor().order());
    let (session, _) = (order.pay(), other.pay());
    session.choose("pay_lost");
    let mut object = completion(&order, &session.id)["object"].clone();
    object["metadata"]["payment_id"] = other.view()["payment"]["payment_id"].clone();
    object["client_reference_id"] = json!(other.number);
    let id = shop
        .sandbox
        .make_event("checkout.session.completed", &object);
    wait_for("the event", || (inbox(&shop, &id) == "done").then_some(()));
    other.assert_status("awaiting_payment");
    order.assert_confirmed_once();
}

#[test]
fn s124_a_flood_of_bad_signatures_is_refused_before_the_database() {
    let shop = harness::shared();
    let body = event(
        "evt_forged",
        "checkout.session.completed",
        false,
        &json!({ "id": "cs_test_1" }),
    );
    let forged = format!("t={},v1={}", shop.sandbox.now(), "a".repeat(64));
    let refused: Vec<Answer> = std::thread::scope(|scope| {
        let send = || {
            let signatures = [
                forged.as_str(),
                "",
                "t=,v1=",
                "v1=zz",
                "t=99999999999999999999,v1=00",
            ];
            signatures.map(|signature| deliver(&shop, &body, signature))
        };
        let running: Vec<_> = (0..10).map(|_| scope.spawn(send)).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    for answer in &refused {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "bad_signature")
        );
    }
    assert_eq!(inbox(&shop, "evt_forged"), Json::Null);

    let ids: Vec<&str> = refused
        .iter()
        .map(|answer| answer.must("x-request-id"))
        .collect();
    let of_these = |line: &Json| {
        line["route"] == "StripeWebhook" && ids.contains(&line["request_id"].as_str().unwrap())
    };
    let lines = wait_for("the log", || {
        let lines = shop.log.lines();
        let shops = lines.iter().filter_map(|line| line.strip_prefix("[shop] "));
        let told = shops.filter_map(|line| serde_json::from_str::<Json>(line).ok());
        let told: Vec<Json> = told.filter(|line| of_these(line)).collect();
        (told.len() == ids.len()).then_some(told)
    });
    for line in lines {
        assert_eq!(line["database"]["round_trips"], 0, "{line}");
    }
}
