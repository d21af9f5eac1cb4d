//! P3: whatever order the events of a story come in, they lead to one end state and one ledger.

use common::{Buyer, Shop};
use sandbox::Delivery;
use sandbox::stripe::{DisputeOutcome, Outcome};
use serde_json::Value as Json;

/// A story that has happened at Stripe, and what it told in the order it told it.
struct Story {
    shop: Shop,
    buyer: Buyer,
    told: Vec<Delivery>,
}

/// A second payment of an order whose first one is over.
pub(crate) fn pay_again(shop: &Shop, buyer: &Buyer) -> String {
    let reply = shop.try_pay(buyer, "payment-key-000000000002");
    assert_eq!(reply.status, 201, "{}", common::text(&reply));
    let url = common::json_of(&reply)["payment"]["redirect_url"].clone();
    let url = url.as_str().expect("a url").to_owned();
    url.rsplit('/').next().expect("a session").to_owned()
}

impl Story {
    fn of(tell: impl FnOnce(&Shop, &Buyer), types: &[&str]) -> Self {
        let shop = Shop::open();
        let buyer = shop.order();
        tell(&shop, &buyer);
        let mut told = shop.take_webhooks();
        told.retain(|delivery| types.contains(&delivery.event_type.as_str()));
        Self { shop, buyer, told }
    }

    /// Delivers the events in an order of places, twice over if asked, and lets cron finish.
    fn deliver(&self, order: &[usize], twice: bool) -> Json {
        let again = if twice { order } else { &[] };
        for place in order.iter().chain(again) {
            let status = self.shop.receive(&self.told[*place].body).status;
            assert_eq!(status, 200, "{}", self.told[*place].event_type);
        }
        self.shop.run_cron_without_backfill(240);
        self.shop.check();
        self.shop.end_state()
    }
}

/// Every order of `0..count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(count - 1) {
        for place in 0..count {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            all.push(longer);
        }
    }
    all
}

/// Tells a story in every order; all of them must end alike. Returns that end.
fn in_every_order(count: usize, story: impl Fn() -> Story) -> (Json, Story) {
    let mut first: Option<Json> = None;
    for (index, order) in permutations(count).into_iter().enumerate() {
        let story = story();
        assert_eq!(story.told.len(), count, "{:?}", types(&story));
        let end = story.deliver(&order, index % 3 == 0);
        match &first {
            None => first = Some(end),
            Some(first) => assert_eq!(&end, first, "{order:?} of {:?}", types(&story)),
        }
    }
    let story = story();
    let straight: Vec<usize> = (0..count).collect();
    let end = story.deliver(&straight, false);
    assert_eq!(Some(&end), first.as_ref());
    (end, story)
}

fn types(story: &Story) -> Vec<&str> {
    story
        .told
        .iter()
        .map(|delivery| delivery.event_type.as_str())
        .collect()
}

fn card_sale_and_refund() -> Story {
    let types = [
        "payment_intent.succeeded",
        "charge.succeeded",
        "checkout.session.completed",
        "refund.created",
        "charge.refunded",
    ];
    let tell = |shop: &Shop, buyer: &Buyer| {
        let session = shop.pay(buyer);
        shop.pay_at_stripe(&session);
        let intent = shop.intent_of(&session);
        shop.refund_at_stripe(&intent, Some(500));
    };
    Story::of(tell, &types)
}

/// S09 and S08: five events of one second, among them a refund, in all 120 orders.
#[test]
fn s09_a_sale_and_its_refund_end_alike_in_all_orders() {
    let (end, story) = in_every_order(5, card_sale_and_refund);
    let stamps: Vec<Json> = story
        .told
        .iter()
        .map(|delivery| serde_json::from_slice::<Json>(&delivery.body).unwrap()["created"].clone())
        .collect();
    assert!(
        stamps.windows(2).all(|pair| pair[0] == pair[1]),
        "one second: {stamps:?}"
    );
    assert_eq!(story.shop.status(&story.buyer), "confirmed");
    assert_eq!(end["releases"], 1);
    assert_eq!(end["ledger"].as_array().unwrap().len(), 2);
    let given_back = &story.shop.view(&story.buyer)["refunded"];
    assert_eq!(given_back["amount"]["amount"], 500);
    let cases = end["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 1, "one case for one refund: {cases:?}");
    assert!(cases[0].as_str().unwrap().starts_with("refund re_"));
    assert_eq!(story.shop.mails().len(), 3, "received, confirmed, alert");
}

fn failed_and_paid_anew() -> Story {
    let types = [
        "checkout.session.completed",
        "checkout.session.async_payment_failed",
        "charge.dispute.created",
        "charge.dispute.closed",
    ];
    let tell = |shop: &Shop, buyer: &Buyer| {
        let session = shop.pay(buyer);
        shop.world.sandbox(|sandbox, now| {
            sandbox.stripe.pay(now, &session, Outcome::Delayed).unwrap();
            sandbox.stripe.delayed_fails(now, &session).unwrap();
        });
        // Nobody heard of it by webhook: paying again makes us ask.
        let session = pay_again(shop, buyer);
        shop.pay_at_stripe(&session);
        let intent = shop.intent_of(&session);
        shop.dispute_at_stripe(&intent, DisputeOutcome::Lost);
    };
    Story::of(tell, &types)
}

/// S09 and S06: an attempt that fails after days and one that pays, with a dispute, in all 120
/// orders.
#[test]
fn s06_s09_a_failed_attempt_and_a_paid_one_end_paid_in_all_orders() {
    let (end, story) = in_every_order(5, failed_and_paid_anew);
    assert_eq!(story.shop.status(&story.buyer), "confirmed");
    let states: Vec<&str> = end["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|payment| payment["state"].as_str().unwrap())
        .collect();
    let mut sorted = states.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["failed", "paid"], "the failure is kept");
    assert_eq!(end["ledger"].as_array().unwrap().len(), 1);
    assert_eq!(end["releases"], 1);
    let history = "SELECT count(*) FROM order_history WHERE event = 'payment_failed'";
    assert_eq!(story.shop.value(history), 1);
}

fn days_later() -> Story {
    let types = [
        "checkout.session.completed",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ];
    let tell = |shop: &Shop, buyer: &Buyer| {
        let session = shop.pay(buyer);
        shop.pay_later_at_stripe(&session);
        shop.world
            .sandbox(|sandbox, now| sandbox.stripe.delayed_succeeds(now, &session))
            .unwrap();
    };
    Story::of(tell, &types)
}

#[test]
fn s09_a_payment_that_took_days_ends_alike_in_all_orders() {
    let (end, story) = in_every_order(5, days_later);
    assert_eq!(story.shop.status(&story.buyer), "confirmed");
    assert_eq!(end["ledger"].as_array().unwrap().len(), 1);
    assert_eq!(story.shop.open_cases(), [""; 0]);
}

/// S06 as it happens: failed, tried again, succeeded; each told at its time, and the old failure
/// told once more at the end.
#[test]
fn s06_a_late_failure_of_the_first_attempt_does_not_touch_the_second() {
    let shop = Shop::open();
    let buyer = shop.order();
    let first = shop.pay(&buyer);
    shop.pay_later_at_stripe(&first);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.status(&buyer), "processing");
    shop.world
        .sandbox(|sandbox, now| sandbox.stripe.delayed_fails(now, &first))
        .unwrap();
    let failed = shop.take_webhook("checkout.session.async_payment_failed");
    assert_eq!(shop.receive(&failed.body).status, 200);
    assert_eq!(shop.status(&buyer), "not_paid");
    let second = pay_again(&shop, &buyer);
    assert_ne!(second, first);
    assert_eq!(shop.receive(&failed.body).status, 200);
    shop.pay_at_stripe(&second);
    assert!(shop.deliver_webhooks().iter().all(|status| *status == 200));
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.receive(&failed.body).status, 200);
    assert_eq!(shop.status(&buyer), "confirmed");
    assert_eq!(shop.releases(), 1);
    let told = [
        "mail_order_received",
        "mail_payment_failed",
        "mail_payment_confirmed",
    ];
    assert_eq!(shop.mail_kinds(), told);
    shop.check();
}

/// S08: the refund is told first, and met again once the payment is known.
#[test]
fn s08_a_refund_that_is_told_before_its_payment_waits_for_it() {
    let story = card_sale_and_refund();
    let told = |event_type: &str| {
        let found = story
            .told
            .iter()
            .find(|delivery| delivery.event_type == event_type);
        found.expect("told")
    };
    let shop = &story.shop;
    let refund = told("refund.created");
    assert_eq!(shop.receive(&refund.body).status, 200);
    assert_eq!(
        shop.inbox_of(&refund.event_id),
        "parked: no payment with this capture yet"
    );
    assert_eq!(shop.open_cases(), [""; 0]);
    assert_eq!(
        shop.receive(&told("checkout.session.completed").body)
            .status,
        200
    );
    shop.run_cron_without_backfill(120);
    assert_eq!(shop.inbox_of(&refund.event_id), "done: a case was opened");
    assert_eq!(shop.open_cases().len(), 1, "{:?}", shop.open_cases());
    assert_eq!(shop.status(&story.buyer), "confirmed");
    shop.check();
}
