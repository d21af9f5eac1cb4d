//! P2, P3: two actors work on one order at the same time, under every order of their steps to the
//! outside. Whatever the schedule, the invariants hold, both are answered, and the order ends as
//! one of them wanted.
//!
//! The schedules of a pair form a tree, which is walked depth first. A tree with more leaves than
//! [`SCHEDULES_MAX`] is walked that far and then sampled, so that its far side is seen as well.

mod bank;
mod paypal;
mod replace;

use std::collections::BTreeSet;

use common::{Actor, Buyer, Shop, shuffled};
use sandbox::stripe::SessionStatus;
use sandbox::{Fault, Target};

/// How many schedules of one pair are tried.
const SCHEDULES_MAX: usize = 700;
/// How many are drawn from what is left when that was not enough.
const SAMPLES: usize = 500;

/// Two actors and what they meet.
struct Pair {
    name: &'static str,
    /// What has happened before.
    prepare: fn(&Shop) -> Scene,
    /// Who acts.
    actors: for<'a> fn(&'a Shop, &'a Scene) -> [Actor<'a>; 2],
    /// The pairs of answers and the state of the order that may come of it, and behind it that of the
    /// order that replaces it.
    outcomes: &'static [([u16; 2], &'static str)],
    /// How many payments there are afterwards, at most; there is one order.
    payments_max: u64,
}

/// Who and what it is about.
#[derive(Default)]
struct Scene {
    buyer: Option<Buyer>,
    session: String,
    webhook: Vec<u8>,
}

impl Scene {
    fn buyer(&self) -> &Buyer {
        self.buyer.as_ref().expect("a buyer")
    }
}

fn ordered(shop: &Shop) -> Scene {
    Scene {
        buyer: Some(shop.order()),
        ..Scene::default()
    }
}

fn started(shop: &Shop) -> Scene {
    let buyer = shop.order();
    let session = shop.pay(&buyer);
    Scene {
        buyer: Some(buyer),
        session,
        ..Scene::default()
    }
}

fn paid(shop: &Shop) -> Scene {
    let mut scene = started(shop);
    shop.pay_at_stripe(&scene.session);
    scene.webhook = shop.take_webhook("checkout.session.completed").body;
    scene
}

/// The order's time is over, and the provider's page is open.
fn overdue(shop: &Shop) -> Scene {
    let buyer = shop.order();
    shop.world.advance(3_600 - 60);
    let session = shop.pay(&buyer);
    shop.tick();
    shop.world.advance(60);
    Scene {
        buyer: Some(buyer),
        session,
        ..Scene::default()
    }
}

const CONFIRMED: &str = "confirmed";
const CANCELLED: &str = "cancelled";
const EXPIRED: &str = "expired";
const UNPAID: &str = "unpaid";

/// Takes choices from a plan, then always the first, and keeps what it was offered.
struct Walk {
    plan: Vec<usize>,
    taken: Vec<(usize, usize)>,
}

impl Walk {
    fn pick(&mut self, options: usize) -> usize {
        let choice = self.plan.get(self.taken.len()).copied().unwrap_or(0);
        self.taken.push((choice, options));
        choice
    }

    /// The next leaf of the tree: the last choice that has another side is turned.
    fn next(mut self) -> Option<Self> {
        while let Some((choice, options)) = self.taken.pop() {
            if choice + 1 < options {
                let mut plan: Vec<usize> = self.taken.iter().map(|(choice, _)| *choice).collect();
                plan.push(choice + 1);
                return Some(Self {
                    plan,
                    taken: Vec::new(),
                });
            }
        }
        None
    }
}

/// Lets both act, one step at a time.
fn act(mut actors: [Actor<'_>; 2], mut pick: impl FnMut(usize) -> usize) -> [u16; 2] {
    // The way to the first step touches nothing, so it is no choice.
    let mut done = actors.each_mut().map(Actor::go_on);
    while done != [true, true] {
        let left: Vec<usize> = (0..2).filter(|index| !done[*index]).collect();
        let next = if left.len() == 1 { 0 } else { pick(left.len()) };
        done[left[next]] = actors[left[next]].go_on();
    }
    actors.map(Actor::finish)
}

/// What the runs of a pair have shown.
struct Seen {
    schedules: usize,
    ends: BTreeSet<String>,
}

fn run(pair: &Pair, seen: &mut Seen, pick: impl FnMut(usize) -> usize) {
    let shop = Shop::with_bank_and(&[("ORDER_LIFETIME_HOURS", "1")]);
    let scene = (pair.prepare)(&shop);
    let answers = act((pair.actors)(&shop, &scene), pick);
    shop.check();
    let state = shop.value(
        "SELECT concat_ws(' ', o.state, n.state) FROM orders o
         LEFT JOIN orders n ON n.replaces = o.order_number WHERE o.replaces IS NULL",
    );
    let state = state.as_str().expect("a state");
    assert!(
        state.ends_with(CONFIRMED) || shop.taken_by_paypal() == 0,
        "{}: PayPal took money for an order that is {state}",
        pair.name
    );
    assert!(
        pair.outcomes.contains(&(answers, state)),
        "{}: {answers:?} and {state}",
        pair.name
    );
    check_rows(&shop, pair, state);
    seen.schedules += 1;
    // Many schedules leave the same rows behind; time passes once for each.
    if seen.ends.insert(shop.end_state().to_string()) {
        bank::finish(&shop, &scene);
        shop.live_to_the_end();
        shop.check_at_rest();
    }
}

fn check_rows(shop: &Shop, pair: &Pair, state: &str) {
    let count = |table: &str| {
        shop.value(&format!("SELECT count(*) FROM {table}"))
            .as_u64()
    };
    let orders = 1 + u64::from(state.starts_with("superseded"));
    assert_eq!(count("orders"), Some(orders), "{}: orders", pair.name);
    assert!(
        count("payments") <= Some(pair.payments_max),
        "{}: payments",
        pair.name
    );
    let sessions = shop.world.sandbox(|sandbox, _| {
        let sessions = sandbox.stripe.sessions().iter();
        sessions
            .filter(|session| session.status == SessionStatus::Open)
            .count()
    });
    // PayPal's page cannot be closed; it leads to nothing once we have given it up. A transfer has none.
    let others = "SELECT * FROM payments WHERE method <> 'stripe' AND state = 'open'";
    let pages = sessions + shop.rows(others).len();
    let can_be_paid = usize::from([UNPAID, "rejected"].contains(&state) && pair.payments_max > 0);
    assert_eq!(
        pages, can_be_paid,
        "{}: open pages of an order that is {state}",
        pair.name
    );
}

fn check(pair: &Pair) {
    let mut seen = Seen {
        schedules: 0,
        ends: BTreeSet::new(),
    };
    let mut walk = Some(Walk {
        plan: Vec::new(),
        taken: Vec::new(),
    });
    while let Some(mut now) = walk {
        run(pair, &mut seen, |options| now.pick(options));
        walk = now.next();
        if seen.schedules == SCHEDULES_MAX {
            break;
        }
    }
    let sampled = walk.is_some();
    if sampled {
        for seed in 0..SAMPLES {
            run(
                pair,
                &mut seen,
                shuffled(u64::try_from(seed).expect("small")),
            );
        }
    }
    println!(
        "{}: {} schedules{}, {} different ends",
        pair.name,
        seen.schedules,
        if sampled {
            ", the rest sampled"
        } else {
            ", all there are"
        },
        seen.ends.len()
    );
}

/// S20: the session is closed first; if it was paid before that, the order settles.
#[test]
fn s20_paying_and_cancelling() {
    check(&Pair {
        name: "pay/cancel",
        prepare: started,
        actors: |shop, scene| {
            [
                shop.buyer_at_stripe(&scene.session),
                shop.canceller(scene.buyer()),
            ]
        },
        outcomes: &[([402, 200], CANCELLED), ([200, 409], CONFIRMED)],
        payments_max: 1,
    });
}

/// Paid at the moment at which the order's time is over.
#[test]
fn p3_paying_and_expiring() {
    check(&Pair {
        name: "pay/expire",
        prepare: overdue,
        actors: |shop, scene| [shop.buyer_at_stripe(&scene.session), shop.cron()],
        outcomes: &[([402, 200], EXPIRED), ([200, 200], CONFIRMED)],
        payments_max: 1,
    });
}

#[test]
fn s02_the_webhook_and_the_return() {
    check(&Pair {
        name: "webhook/return",
        prepare: paid,
        actors: |shop, scene| [shop.provider(&scene.webhook), shop.returner(&scene.session)],
        outcomes: &[([200, 303], CONFIRMED)],
        payments_max: 1,
    });
}

#[test]
fn s03_the_webhook_and_the_poll() {
    check(&Pair {
        name: "webhook/poll",
        prepare: |shop| {
            let scene = paid(shop);
            shop.world.database(|database| {
                database.execute("UPDATE cursors SET due_at = 9007199254740991");
            });
            shop.world.advance(90);
            scene
        },
        actors: |shop, scene| [shop.provider(&scene.webhook), shop.cron()],
        outcomes: &[([200, 200], CONFIRMED)],
        payments_max: 1,
    });
}

/// S52: two ticks at once. Each row is leased by one of them.
#[test]
fn s52_cron_and_cron() {
    check(&Pair {
        name: "cron/cron",
        prepare: |shop| {
            shop.break_down(Target::Mail, Fault::Unavailable);
            let scene = paid(shop);
            shop.mend();
            shop.world.advance(90);
            scene
        },
        actors: |shop, _| [shop.cron(), shop.cron()],
        outcomes: &[([200, 200], CONFIRMED)],
        payments_max: 1,
    });
}

#[test]
fn p2_cancelling_and_cancelling() {
    check(&Pair {
        name: "cancel/cancel",
        prepare: started,
        actors: |shop, scene| [shop.canceller(scene.buyer()), shop.canceller(scene.buyer())],
        outcomes: &[([200, 200], CANCELLED)],
        payments_max: 1,
    });
}

/// A25: two clicks on "continue" in two windows lead to one session.
#[test]
fn a25_starting_and_starting() {
    check(&Pair {
        name: "start/start",
        prepare: ordered,
        actors: |shop, scene| {
            [
                shop.payer(scene.buyer(), "payment-key-000000000001"),
                shop.payer(scene.buyer(), "payment-key-000000000002"),
            ]
        },
        outcomes: &[([201, 201], UNPAID)],
        payments_max: 1,
    });
}

/// One click that is sent twice.
#[test]
fn p2_starting_and_starting_with_one_key() {
    check(&Pair {
        name: "start/start, one key",
        prepare: ordered,
        actors: |shop, scene| {
            let key = "payment-key-000000000001";
            [
                shop.payer(scene.buyer(), key),
                shop.payer(scene.buyer(), key),
            ]
        },
        outcomes: &[([201, 201], UNPAID)],
        payments_max: 1,
    });
}

#[test]
fn a05_creating_and_creating_with_one_key() {
    check(&Pair {
        name: "create/create, one key",
        prepare: |_| Scene::default(),
        actors: |shop, _| {
            let key = "order-key-0000000000000001";
            [shop.creator(key), shop.creator(key)]
        },
        outcomes: &[([201, 201], UNPAID)],
        payments_max: 0,
    });
}

/// One window cancels while the other goes on to pay: either the order is cancelled and no session
/// is open, or a session is open and the order lives.
#[test]
fn i6_starting_and_cancelling() {
    check(&Pair {
        name: "start/cancel",
        prepare: ordered,
        actors: |shop, scene| {
            [
                shop.payer(scene.buyer(), "payment-key-000000000001"),
                shop.canceller(scene.buyer()),
            ]
        },
        outcomes: &[([201, 200], CANCELLED), ([409, 200], CANCELLED)],
        payments_max: 1,
    });
}

#[test]
fn p3_cancelling_and_expiring() {
    check(&Pair {
        name: "cancel/expire",
        prepare: overdue,
        actors: |shop, scene| [shop.canceller(scene.buyer()), shop.cron()],
        outcomes: &[([200, 200], CANCELLED), ([409, 200], EXPIRED)],
        payments_max: 1,
    });
}
