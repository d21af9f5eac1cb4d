//! An order that another replaces, on the real thing.

use common::harness::{LiveOrder, order_body, shared, wait_for};
use serde_json::json;

/// B07, S20, S23: replaced once; the old checkout is closed; both point at each other; the new one is paid;
/// money that comes by a page that was believed to be closed follows, and goes back from where it lies.
#[test]
fn a09_b07_s23_an_order_is_replaced_and_late_money_follows() {
    let shop = shared();
    let visitor = shop.visitor();
    let old = visitor.order();
    let session = old.pay();
    let mut body = order_body(&visitor.email());
    body["items"][0]["quantity"] = json!(2);
    body.as_object_mut()
        .expect("a body")
        .remove("expected_total");
    let path = format!("/v1/orders/{}/replacement", old.number);
    let key = visitor.key("replacement");
    let replace = |key: &str| visitor.post(&path, key, Some(&old.token), &body);
    let first = replace(&key).expect(201).json();
    assert_eq!(replace(&key).expect(201).json(), first);
    assert_eq!(replace(&visitor.key("another")).code(), "order_superseded");
    assert_eq!(session.status(), "expired");
    let new = LiveOrder::of(&visitor, &first);
    assert_eq!(old.view()["replaced_by"], new.number.as_str());
    assert_eq!(new.view()["replaces"], old.number.as_str());
    old.assert_status("superseded");
    assert!(old.page().text().contains("was replaced on"));

    // Its page at the provider is believed to be closed, and is paid after another order took its place.
    let late = new.pay();
    shop.database.write(&format!(
        "UPDATE payments SET state = 'closed', due_at = NULL WHERE session_id = '{}'",
        late.id
    ));
    let path = format!("/v1/orders/{}/replacement", new.number);
    body["items"][0]["quantity"] = json!(1);
    let key = visitor.key("newest");
    let answer = visitor.post(&path, &key, Some(&new.token), &body);
    let newest = LiveOrder::of(&visitor, &answer.expect(201).json());
    late.choose("pay");
    newest.wait_for_status("confirmed");
    assert_eq!(newest.view()["held"][0]["amount"], 11_900);
    wait_for("the release", || (newest.releases() == 1).then_some(()));
    assert_eq!(new.releases() + old.releases(), 0);

    let intent = shop.database.rows(&format!(
        "SELECT capture_ref AS id FROM payments WHERE session_id = '{}'",
        late.id
    ));
    shop.sandbox
        .refund_part(intent[0]["id"].as_str().expect("an id"), 12_900);
    wait_for("the refund", || {
        (newest.view()["refunded"]["amount"]["amount"] == 1_000).then_some(())
    });
    shop.check();
}
