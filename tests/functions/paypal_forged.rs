//! Bodies that nobody signed, under the signature of a genuine delivery: PayPal signs a CRC-32.

use common::{Shop, at_once, paypal_event, shuffled};
use sandbox::Delivery;
use sandbox::paypal::{Funding, forge};
use serde_json::json;

use crate::paypal_events::{COMPLETED, asked};

/// S122: a body of anybody's under the signature of a genuine delivery: it is read back once, and
/// changes nothing, because PayPal's API says otherwise.
#[test]
fn s122_a_forged_body_is_read_back_once_and_changes_nothing() {
    let shop = Shop::open();
    let (first, _) = shop.approved_with(Funding::Good);
    let genuine = shop.take_webhooks().remove(0);
    let eve = shop.order_of(&common::order_body(), "order-key-0000000000000002");
    let unpaid = shop.pay_by_paypal(&eve);
    let payment = shop.payment_of(&eve)["payment_id"].clone();
    let resource = json!({
        "id": "7AB12345CD678901E",
        "status": "COMPLETED",
        "amount": { "currency_code": "EUR", "value": "119.00" },
        "custom_id": eve.number,
        "invoice_id": format!("{}-{}", eve.number, payment.as_str().unwrap()),
        "supplementary_data": { "related_ids": { "order_id": unpaid } },
    });
    let wanted = paypal_event("WH-FORGED", COMPLETED, &resource).to_string();
    let forged = forge(&genuine.body, &wanted).unwrap();
    let before = shop.end_state();
    let asked_before = asked(&shop).len();
    assert_eq!(shop.receive_under(&genuine.headers, &forged).status, 200);
    assert_eq!(
        asked(&shop)[asked_before..],
        [format!("GET /v2/checkout/orders/{unpaid}")]
    );
    let after = shop.end_state();
    for part in [
        "orders", "payments", "ledger", "accounts", "cases", "releases", "messages",
    ] {
        assert_eq!(after[part], before[part], "{part}");
    }
    // The genuine body comes second, and is the one that is refused: somebody must look. Its payment
    // is found by asking, as if the webhook had been lost.
    assert_eq!(shop.arrives(&genuine).status, 400);
    let id = genuine
        .headers
        .iter()
        .find(|(name, _)| *name == "paypal-transmission-id");
    assert_eq!(
        shop.open_cases(),
        [format!("event_forged {}", id.unwrap().1)]
    );
    assert_eq!(shop.status(&first), "awaiting_payment");
    shop.run_cron(900);
    assert_eq!(shop.status(&first), "confirmed");
    assert_eq!(shop.status(&eve), "awaiting_payment");
    shop.check();
}

/// The two bodies at the same moment, step by step in each other's gaps: one is kept at most, and the
/// next that comes of the other is refused and told.
#[test]
fn s122_two_bodies_of_one_delivery_that_race_are_never_both_kept() {
    for seed in 0..60 {
        let shop = Shop::open();
        let (buyer, _) = shop.approved_with(Funding::Good);
        let genuine = shop.take_webhooks().remove(0);
        let kind = [
            COMPLETED,
            "BILLING.PLAN.CREATED",
            "PAYMENT.CAPTURE.REFUNDED",
        ][usize::try_from(seed % 3).unwrap()];
        let resource = json!({
            "id": "1",
            "supplementary_data": { "related_ids": { "order_id": "7" } },
            "links": [{ "rel": "up", "href": "https://x/v2/payments/captures/7" }],
        });
        let wanted = paypal_event("WH-FORGED", kind, &resource).to_string();
        let forged = Delivery {
            body: forge(&genuine.body, &wanted).unwrap(),
            ..genuine.clone()
        };
        let tasks = vec![shop.begin_delivery(&genuine), shop.begin_delivery(&forged)];
        let mut taken = 0;
        for reply in at_once(tasks, shuffled(seed)) {
            assert!([200, 400, 503].contains(&reply.status), "{}", reply.status);
            taken += i64::from(reply.status == 200);
            shop.after(&reply);
        }
        let bound = "SELECT count(*) FROM inbox WHERE transmission_id IS NOT NULL";
        let kept = shop.value(bound).as_i64().unwrap();
        assert!(
            kept <= 1 && taken <= kept,
            "seed {seed}: {taken} taken, {kept} kept"
        );
        let mut again = [shop.arrives(&genuine).status, shop.arrives(&forged).status];
        again.sort_unstable();
        assert_eq!(again, [200, 400], "seed {seed} {kind}");
        assert_eq!(shop.open_cases().len(), 1, "{:?}", shop.open_cases());
        shop.run_cron(900);
        assert_eq!(shop.status(&buyer), "confirmed", "seed {seed}");
        shop.check();
    }
}

/// The other way round: after the genuine body no other one is even read back.
#[test]
fn s122_a_forged_body_after_the_genuine_one_is_refused_and_told() {
    let shop = Shop::open();
    let (buyer, _) = shop.approved_with(Funding::Good);
    let genuine = shop.take_webhooks().remove(0);
    assert_eq!(shop.arrives(&genuine).status, 200);
    let mut told: Vec<&str> = vec!["WH-FORGED", &genuine.event_id];
    // Under an id of its own, and under that of the genuine event.
    for event_id in told.drain(..) {
        for kind in [
            COMPLETED,
            "BILLING.PLAN.CREATED",
            "PAYMENT.CAPTURE.REFUNDED",
        ] {
            let resource =
                json!({ "id": "1", "supplementary_data": { "related_ids": { "order_id": "7" } } });
            let wanted = paypal_event(event_id, kind, &resource).to_string();
            let forged = forge(&genuine.body, &wanted).unwrap();
            let before = asked(&shop).len();
            assert_eq!(
                shop.receive_under(&genuine.headers, &forged).status,
                400,
                "{kind}"
            );
            assert_eq!(asked(&shop).len(), before, "{kind}");
        }
    }
    assert_eq!(shop.open_cases().len(), 1, "{:?}", shop.open_cases());
    assert_eq!(shop.arrives(&genuine).status, 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    shop.check();
}
