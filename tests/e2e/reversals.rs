//! Money going back: refunds are booked; disputes and warnings are kept and put before a person.

use std::collections::BTreeSet;

use common::harness::{Instance, LiveOrder, shared, wait_for};

/// A paid order and the provider's payment intent of it.
fn paid(shop: &Instance) -> (LiveOrder<'_>, String) {
    let order = shop.visitor().order();
    let session = order.pay();
    session.choose("pay");
    order.assert_confirmed_once();
    let captured = shop.sandbox.captured(&session.id).expect("money");
    let intent = captured["payment_intent"]
        .as_str()
        .expect("an id")
        .to_owned();
    (order, intent)
}

/// Does something with the money of an order; once its events are taken in, waits for the alerts
/// about every case of a kind and gives their number.
fn alerts_after(order: &LiveOrder<'_>, actions: &[(&str, &str)], kind: &str) -> usize {
    let shop = order.visitor.shop;
    for (action, id) in actions {
        for event in shop.sandbox.act(action, id) {
            let taken_in = format!(
                "SELECT count(*) FROM inbox WHERE event_id = '{event}' AND state <> 'parked'"
            );
            wait_for("the event", || {
                (shop.database.number(&taken_in) == 1).then_some(())
            });
        }
    }
    let payment = &order.view()["payment"]["payment_id"];
    let cases = shop.database.rows(&format!(
        "SELECT subject FROM cases
         WHERE kind = '{kind}' AND json_extract(evidence, '$.payment_id') = {payment}"
    ));
    let cases: BTreeSet<_> = cases
        .iter()
        .filter_map(|case| case["subject"].as_str())
        .collect();
    for case in &cases {
        let _ = order.wait_for_alert(&kind.replace('_', " "), case);
    }
    cases.len()
}

#[test]
fn s82_a_refund_from_the_dashboard_is_booked_and_alerts_staff() {
    let shop = shared();
    let (order, intent) = paid(&shop);
    assert!(alerts_after(&order, &[("refund", &intent)], "refund") >= 1);
    let view = order.view();
    assert_eq!(view["status"], "refunded", "{view:#}");
    assert_eq!(view["refunded"]["amount"], view["quote"]["total"]);
    assert_eq!(view["due"]["amount"], 0);
    assert_eq!(order.releases(), 1);
    shop.check();
}

#[test]
fn s114_a_dispute_alerts_staff_once_and_leaves_the_order() {
    let shop = shared();
    let (order, intent) = paid(&shop);
    let steps = [
        ("dispute_open", intent.as_str()),
        ("dispute_withdraw_funds", &intent),
        ("dispute_win", &intent),
    ];
    assert_eq!(alerts_after(&order, &steps, "dispute"), 1);
    order.assert_confirmed_once();
}

#[test]
fn s116_a_fraud_warning_alerts_staff_and_moves_no_money() {
    let shop = shared();
    let (order, intent) = paid(&shop);
    assert_eq!(
        alerts_after(&order, &[("fraud_warning", &intent)], "fraud_warning"),
        1
    );
    order.assert_confirmed_once();
}
