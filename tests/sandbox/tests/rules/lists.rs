//! Lists, their pages and filters; expansion.

use crate::support::{START, World, ids, json, text};
use sandbox::stripe::Outcome;
use serde_json::{Value, json as value};

/// Twelve hand-made events, one second apart, oldest first.
fn twelve_events(world: &mut World) -> Vec<String> {
    (0..12)
        .map(|i| {
            world.wait(1);
            let kind = if i % 2 == 0 {
                "charge.refunded"
            } else {
                "refund.created"
            };
            world
                .sandbox
                .stripe
                .make_event(world.now, kind, value!({ "id": format!("x_{i}") }))
        })
        .collect()
}

fn reversed(ids: &[String]) -> Vec<String> {
    ids.iter().rev().cloned().collect()
}

#[test]
fn events_come_newest_first_ten_at_a_time() {
    let mut world = World::new();
    let made = twelve_events(&mut world);
    let first = world.get("/v1/events");
    assert_eq!(ids(&first), reversed(&made[2..]));
    assert_eq!(json(&first)["has_more"], true);
    let next = world.get(&format!("/v1/events?starting_after={}", made[2]));
    assert_eq!(ids(&next), reversed(&made[..2]));
    assert_eq!(json(&next)["has_more"], false);
}

#[test]
fn walking_forward_with_ending_before_gives_the_next_newer_page_newest_first() {
    let mut world = World::new();
    let made = twelve_events(&mut world);
    let mut cursor = made[0].clone();
    let mut walked = Vec::new();
    loop {
        let page = world.get(&format!("/v1/events?limit=4&ending_before={cursor}"));
        let newest_first = ids(&page);
        let Some(newest) = newest_first.first() else {
            break;
        };
        cursor.clone_from(newest);
        walked.extend(reversed(&newest_first));
        if json(&page)["has_more"] == false {
            break;
        }
    }
    assert_eq!(walked, made[1..]);
}

#[test]
fn events_are_filtered_by_type_time_and_delivery() {
    let mut world = World::new();
    let made = twelve_events(&mut world);
    let even: Vec<String> = made.iter().step_by(2).rev().cloned().collect();
    assert_eq!(ids(&world.get("/v1/events?type=charge.refunded")), even);
    assert_eq!(ids(&world.get("/v1/events?type=charge.*")), even);
    assert_eq!(
        ids(&world.get("/v1/events?types[]=charge.refunded&types[]=none")),
        even
    );
    assert_eq!(
        ids(&world.get("/v1/events?types[0]=charge.refunded&types[1]=none")),
        even
    );
    assert_eq!(ids(&world.get("/v1/events?limit=100&type=*")).len(), 12);
    assert_eq!(world.get("/v1/events?type=a&types[]=b").status, 400);
    let window = format!(
        "/v1/events?created[gt]={}&created[lte]={}",
        START.0 + 1,
        START.0 + 3
    );
    assert_eq!(ids(&world.get(&window)), reversed(&made[1..3]));
    let window = format!(
        "/v1/events?created[gte]={}&created[lt]={}",
        START.0 + 1,
        START.0 + 3
    );
    assert_eq!(ids(&world.get(&window)), reversed(&made[..2]));
    assert_eq!(
        ids(&world.get(&format!("/v1/events?created={}", START.0 + 5))),
        [made[4].clone()]
    );

    let first = world.sandbox.due_deliveries(world.now).remove(0);
    world.sandbox.delivered(world.now, first.id, Some(204));
    assert_eq!(
        ids(&world.get("/v1/events?delivery_success=true")),
        [first.event_id]
    );
    assert_eq!(
        ids(&world.get("/v1/events?delivery_success=false&limit=100")).len(),
        11
    );
}

#[test]
fn events_are_listed_for_30_days() {
    let mut world = World::new();
    let made = twelve_events(&mut world);
    world.wait(30 * 24 * 3600);
    assert_eq!(ids(&world.get("/v1/events")), [made[11].clone()]);
}

#[test]
fn an_unknown_or_doubled_cursor_is_refused() {
    let mut world = World::new();
    let made = twelve_events(&mut world);
    let unknown = world.get("/v1/events?starting_after=evt_none");
    assert_eq!(
        (unknown.status, text(&unknown, "/error/param")),
        (400, "starting_after".to_owned())
    );
    let both = format!(
        "/v1/events?starting_after={}&ending_before={}",
        made[1], made[2]
    );
    assert_eq!(world.get(&both).status, 400);
}

#[test]
fn sessions_are_found_by_window_status_and_intent() {
    let mut world = World::new();
    let (paid, intent) = world.paid();
    world.wait(10);
    let open = world.open_session();
    let path = "/v1/checkout/sessions";
    assert_eq!(ids(&world.get(path)), [open.clone(), paid.clone()]);
    assert_eq!(
        ids(&world.get(&format!("{path}?status=open"))),
        [open.as_str()]
    );
    assert_eq!(
        ids(&world.get(&format!("{path}?payment_intent={intent}"))),
        [paid.as_str()]
    );
    assert_eq!(
        ids(&world.get(&format!("{path}?created[gte]={}", START.0 + 1))),
        [open.as_str()]
    );
    assert_eq!(
        ids(&world.get(&format!("{path}?limit=1&starting_after={open}"))),
        [paid]
    );
}

#[test]
fn refunds_charges_and_disputes_are_found_by_payment() {
    let mut world = World::new();
    let (_, one) = world.paid();
    let (_, other) = world.paid();
    world
        .sandbox
        .stripe
        .refund(world.now, &one, Some(100))
        .unwrap();
    world
        .sandbox
        .stripe
        .dispute_open(world.now, &other)
        .unwrap();
    for (list, of_one, of_other) in [("refunds", 1, 0), ("charges", 1, 1), ("disputes", 0, 1)] {
        let count = |world: &mut World, intent: &str| {
            ids(&world.get(&format!("/v1/{list}?payment_intent={intent}"))).len()
        };
        assert_eq!(count(&mut world, &one), of_one, "{list}");
        assert_eq!(count(&mut world, &other), of_other, "{list}");
    }
}

#[test]
fn ids_expand_to_their_objects() {
    let mut world = World::new();
    let (session, intent) = world.paid();
    let path = format!(
        "/v1/checkout/sessions/{session}?expand[]=line_items&expand[]=payment_intent.latest_charge"
    );
    let seen = json(&world.get(&path));
    assert_eq!(seen["payment_intent"]["id"], intent.as_str());
    assert_eq!(
        seen["payment_intent"]["latest_charge"]["payment_method_details"]["card"]["last4"],
        "4242"
    );
    assert_eq!(seen["line_items"]["data"][0]["description"], "Tee");
    assert_eq!(seen["line_items"]["data"][0]["amount_total"], 3_998);
    let listed = json(&world.get("/v1/checkout/sessions?expand[]=data.payment_intent"));
    assert_eq!(listed["data"][0]["payment_intent"]["id"], intent.as_str());
    let charge = json(&world.get(&format!(
        "/v1/charges?payment_intent={intent}&expand[]=data.payment_method"
    )));
    assert_eq!(charge["data"][0]["payment_method"]["card"]["brand"], "visa");
}

#[test]
fn an_expansion_of_nothing_stays_null_and_of_no_id_is_refused() {
    let mut world = World::new();
    let session = world.open_session();
    let path = format!("/v1/checkout/sessions/{session}?expand[]=");
    let seen = json(&world.get(&format!("{path}payment_intent.latest_charge")));
    assert_eq!(seen["payment_intent"], Value::Null);
    for wrong in [
        "currency",
        "nothing",
        "metadata",
        "amount_total",
        "a.b.c.d.e",
    ] {
        assert_eq!(world.get(&format!("{path}{wrong}")).status, 400, "{wrong}");
    }
}

#[test]
fn line_items_have_their_own_list() {
    let mut world = World::new();
    let session = world.open_session();
    let path = format!("/v1/checkout/sessions/{session}/line_items");
    let all = world.get(&path);
    let items = ids(&all);
    assert_eq!(items.len(), 2);
    let first = world.get(&format!("{path}?limit=1"));
    assert_eq!(
        (ids(&first), &json(&first)["has_more"]),
        (items[..1].to_vec(), &Value::Bool(true))
    );
    let rest = world.get(&format!("{path}?starting_after={}", items[0]));
    assert_eq!(ids(&rest), items[1..]);
}

#[test]
fn one_history_gives_the_same_ids_in_every_run() {
    let run = || {
        let mut world = World::new();
        let session = world.open_session();
        world.pay(&session, Outcome::Paid);
        world.get("/v1/events").body
    };
    assert_eq!(run(), run());
}
