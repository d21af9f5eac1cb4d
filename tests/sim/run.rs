//! One run: actions until the time is up, then peace.

use std::collections::BTreeMap;
use std::fmt;

use common::{Buyer, Shop};
use serde_json::Value as Json;

use crate::actions::{ACTIONS, Action};
use crate::bank::Page;
use crate::random::Random;
use crate::transfers::Line;

/// Steps of a run. Some hours to some days pass with them.
const STEPS: usize = 250;
/// An order that lasts longer than the run and its week would never end.
const LIFETIMES_H: [&str; 4] = ["1", "3", "24", "72"];
/// How far a transfer may fall short, from which amounts on two people sign, and how long the file of
/// a proof is kept: within the run, or beyond it.
const SHORTFALLS_PERCENT: [&str; 2] = ["0", "2"];
const TWO_APPROVERS: [&str; 2] = ["", "EUR 20000, USD 20000, JPY 20000"];
const RETENTIONS_DAYS: [&str; 2] = ["1", "90"];

/// What happened in one or more runs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) orders: u64,
    pub(crate) requests: u64,
    pub(crate) webhooks: u64,
    pub(crate) ticks: u64,
    pub(crate) faults: u64,
    pub(crate) kills: u64,
    /// What staff have decided about transfers.
    pub(crate) decisions: u64,
    /// Payments of which something went back in the end.
    pub(crate) refunds: u64,
    /// Orders that took the place of others.
    pub(crate) replaced: u64,
    /// How often money of one went to another.
    pub(crate) inherited: u64,
    confirmed: u64,
    /// How the last run ended, to the last row.
    end: String,
}

impl Count {
    pub(crate) fn add(&mut self, other: Self) {
        self.orders += other.orders;
        self.requests += other.requests;
        self.webhooks += other.webhooks;
        self.ticks += other.ticks;
        self.faults += other.faults;
        self.kills += other.kills;
        self.decisions += other.decisions;
        self.refunds += other.refunds;
        self.replaced += other.replaced;
        self.inherited += other.inherited;
        self.confirmed += other.confirmed;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "orders={} confirmed={} decisions={} refunds={} replaced={} inherited={} requests={} webhooks={} ticks={} faults={} kills={}",
            self.orders,
            self.confirmed,
            self.decisions,
            self.refunds,
            self.replaced,
            self.inherited,
            self.requests,
            self.webhooks,
            self.ticks,
            self.faults,
            self.kills
        )
    }
}

/// A shop in the hands of a seed.
pub(crate) struct Sim {
    pub(crate) shop: Shop,
    pub(crate) random: Random,
    pub(crate) buyers: Vec<Buyer>,
    pub(crate) count: Count,
    /// Checkouts that were not opened by us.
    pub(crate) strange: Vec<String>,
    /// Checkouts that were believed to be closed while they were not.
    pub(crate) lived_on: Vec<String>,
    /// What the banks' statements say, oldest first.
    pub(crate) statement: Vec<Line>,
    /// The review pages that are open somewhere.
    pub(crate) pages: Vec<Page>,
    /// How many hundredths of its total a transfer may fall short.
    pub(crate) forgiven_percent: i64,
    /// Which kinds of action this seed knows: rare combinations need some to be absent.
    known: Vec<Action>,
    /// What each order's holder was told that is final.
    told: BTreeMap<String, String>,
    trace: Trace,
}

/// Names the seed when its run fails.
struct Trace {
    seed: u64,
    steps: Vec<String>,
}

impl Drop for Trace {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let from = self.steps.len().saturating_sub(25);
            let last = self.steps[from..].join("\n  ");
            eprintln!(
                "sim: seed {} failed after {} steps; the last of them:\n  {last}",
                self.seed,
                self.steps.len()
            );
        }
    }
}

/// Runs a seed to its end.
pub(crate) fn run(seed: u64) -> Count {
    let mut random = Random::new(seed);
    let lifetime = random.of(&LIFETIMES_H);
    let shortfall = random.of(&SHORTFALLS_PERCENT);
    let settings = [
        ("ORDER_LIFETIME_HOURS", lifetime),
        ("TRANSFER_SHORTFALL_PERCENT", shortfall),
        ("TWO_APPROVERS_FROM", random.of(&TWO_APPROVERS)),
        ("PROOF_RETENTION_DAYS", random.of(&RETENTIONS_DAYS)),
    ];
    let known = ACTIONS
        .into_iter()
        .filter(|action| !action.is_fault || !random.one_in(2))
        .collect();
    let mut sim = Sim {
        shop: Shop::with_bank_and(&settings),
        random,
        buyers: Vec::new(),
        count: Count::default(),
        strange: Vec::new(),
        lived_on: Vec::new(),
        statement: Vec::new(),
        pages: Vec::new(),
        forgiven_percent: shortfall.parse().expect("a number"),
        known,
        told: BTreeMap::new(),
        trace: Trace {
            seed,
            steps: Vec::new(),
        },
    };
    for _ in 0..STEPS {
        sim.step();
    }
    sim.end_in_peace();
    sim.count
}

impl Sim {
    fn step(&mut self) {
        let weights: usize = self.known.iter().map(|action| action.weight).sum();
        let mut left = self.random.below(weights);
        let chosen = self.known.iter().find(|action| {
            let found = left < action.weight;
            left = left.saturating_sub(action.weight);
            found
        });
        let action = *chosen.expect("the weights cover every choice");
        let now = self.shop.now().0;
        self.trace.steps.push(format!("{now} {}", action.name));
        (action.act)(self);
        if self.shop.world.is_dead() {
            self.count.kills += 1;
            self.shop.world.restart();
        }
        self.shop.check();
        self.check_nothing_is_taken_back();
    }

    /// What a buyer was told as final stays so (I12).
    fn check_nothing_is_taken_back(&mut self) {
        let finals = "SELECT order_number, state FROM orders
             WHERE state IN ('confirmed', 'cancelled', 'expired', 'superseded')";
        for row in self.shop.rows(finals) {
            let text = |name: &str| row[name].as_str().expect("a text").to_owned();
            let state = text("state");
            let told = self
                .told
                .entry(text("order_number"))
                .or_insert(state.clone());
            assert_eq!(*told, state, "I12: {row}");
        }
    }

    /// The faults end and a week passes. Then every order is over, nothing is left to do, whoever
    /// paid has what they paid for, and the books agree (I11, I13).
    fn end_in_peace(&mut self) {
        self.trace.steps.push("peace".to_owned());
        self.shop.world.forget_trouble();
        self.shop.mend();
        self.shop.world.set_latency(0);
        self.finish_debits();
        self.finish_pending_captures();
        self.finish_refunds();
        self.finish_reviews();
        self.shop.live_through(86_400);
        // What PayPal was asked for since then.
        self.finish_pending_captures();
        self.shop.live_through(7 * 86_400);
        self.shop.check_at_rest();
        self.check_nothing_is_taken_back();
        self.check_that_payers_were_served();
        self.check_statements();
        self.check_refunds();
        self.count_replacements();
        self.count.orders = self.number("SELECT count(*) FROM orders");
        self.count.confirmed = self.number("SELECT count(*) FROM orders WHERE state = 'confirmed'");
        self.count.end = self.shop.end_state().to_string();
    }

    fn check_that_payers_were_served(&self) {
        let captured: Vec<String> = self.shop.world.sandbox(|sandbox, _| {
            let stripe = sandbox.stripe.captured().into_iter();
            let paypal = sandbox.paypal.captured().into_iter();
            let checkouts = stripe.map(|capture| capture.session);
            checkouts
                .chain(paypal.map(|capture| capture.order))
                .collect()
        });
        for checkout in captured {
            if self.strange.contains(&checkout) {
                continue;
            }
            let bound = self.shop.rows(&format!(
                "SELECT o.order_number, o.state, y.state AS payment FROM payments y
                 JOIN payment_allocations p ON p.payment_id = y.payment_id
                 JOIN orders o ON o.order_number = p.order_number
                 WHERE y.session_id = '{}' AND y.provider_key <> ''",
                checkout
            ));
            // What nobody here began is set aside, with a case, which `check` looks for.
            for row in bound {
                assert_eq!(row["payment"], "paid", "{checkout}: {row}");
                if self.lived_on.contains(&checkout) {
                    // Its order may be over, and so may the one that has taken its place.
                    continue;
                }
                let order = row["order_number"].as_str().expect("a number");
                assert!(
                    row["state"] == "confirmed" || self.had_something_revoked(order),
                    "{checkout}: {row}"
                );
            }
        }
    }

    /// Whether a part of what an order had was taken back again.
    fn had_something_revoked(&self, order: &str) -> bool {
        let revoked = format!(
            "SELECT 1 FROM decisions WHERE verdict = 'revoked' AND order_number = '{order}'"
        );
        !self.shop.rows(&revoked).is_empty()
    }

    fn number(&self, sql: &str) -> u64 {
        self.shop.value(sql).as_u64().expect("a number")
    }

    /// The number of rows that a query finds, and one of them.
    pub(crate) fn any(&mut self, sql: &str) -> Option<Json> {
        let rows = self.shop.rows(sql);
        if rows.is_empty() {
            return None;
        }
        let index = self.random.below(rows.len());
        rows.into_iter().nth(index)
    }
}
