//! P4, exhaustively: each canonical flow is run once to count its steps to the outside, and then
//! again for each step and each trouble, in a fresh world. Afterwards the Worker is there again, the
//! buyer tries again where the flow is the buyer's, and a day passes. What is then in the books, at
//! the providers and in the mailbox must be what it is without the fault.

mod bank;
mod paypal;
mod replace;
mod scenes;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Buyer, OtherCheckout, Shop, Trouble, json_of, order_body};
use sandbox::{Fault, Target};
use serde_json::{Value as Json, json};

use scenes::{approved, debited, doubted, ordered, paid, paid_unheard, started, started_late};

/// A flow of the product.
struct Flow {
    name: &'static str,
    /// What has happened before.
    prepare: fn(&Shop) -> Scene,
    /// The part whose steps fail.
    act: fn(&Shop, &mut Scene),
    /// Whether the buyer does the same again when it went wrong.
    again: bool,
    /// What happens afterwards, whatever went wrong.
    then: fn(&Shop, &mut Scene),
    /// How the order ends.
    end: &'static str,
    /// The mails that have arrived in the end, sorted.
    mails: &'static [&'static str],
}

/// Who and what a flow is about.
#[derive(Default)]
struct Scene {
    buyer: Option<Buyer>,
    /// Whoever holds the order that replaces theirs.
    new: Option<Buyer>,
    session: String,
}

impl Scene {
    fn buyer(&self) -> &Buyer {
        self.buyer.as_ref().expect("a buyer")
    }
}

const RECEIVED: &str = "mail_order_received";
const NOT_ARRIVED: &str = "mail_payment_failed";
const CONFIRMED: &str = "mail_payment_confirmed";
const UNCONFIRMED: &str = "mail_payment_unconfirmed";
const EXPIRED: &str = "mail_order_expired";
const HELD: &str = "mail_payment_held";
const ALERT: &str = "mail_staff_alert";

const FLOWS: [Flow; 21] = [
    Flow {
        name: "create an order",
        prepare: |_| Scene::default(),
        act: create,
        again: true,
        then: |_, _| {},
        end: "expired",
        mails: &[EXPIRED, RECEIVED],
    },
    Flow {
        name: "start a payment",
        prepare: ordered,
        act: |shop, scene| start(shop, scene, "payment-key-000000000001"),
        again: true,
        then: |shop, scene| shop.pay_at_stripe(&scene.session),
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "start a payment after another session ended",
        prepare: |shop| {
            shop.lose_webhooks();
            let scene = started(shop);
            shop.world.advance(33 * 60);
            scene
        },
        act: |shop, scene| start(shop, scene, "payment-key-000000000002"),
        again: true,
        then: |shop, scene| shop.pay_at_stripe(&scene.session),
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "hear of a payment",
        prepare: paid,
        act: hear,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "come back from the provider",
        prepare: paid_unheard,
        act: |shop, scene| drop(shop.come_back(&scene.session)),
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "cancel before paying",
        prepare: ordered,
        act: |shop, scene| drop(shop.cancel(scene.buyer())),
        again: true,
        then: |_, _| {},
        end: "cancelled",
        mails: &[RECEIVED],
    },
    Flow {
        name: "cancel with a live session",
        prepare: started,
        act: |shop, scene| drop(shop.cancel(scene.buyer())),
        again: true,
        then: |_, _| {},
        end: "cancelled",
        mails: &[RECEIVED],
    },
    Flow {
        name: "cancel what is paid already",
        prepare: paid_unheard,
        act: |shop, scene| drop(shop.cancel(scene.buyer())),
        again: true,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "expire with a live session",
        prepare: started_late,
        act: tick,
        again: false,
        then: |_, _| {},
        end: "expired",
        mails: &[EXPIRED, RECEIVED],
    },
    Flow {
        name: "expire what is paid already",
        prepare: |shop| {
            let scene = started_late(shop);
            shop.lose_webhooks();
            shop.pay_at_stripe(&scene.session);
            scene
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "ask about a payment whose webhook was lost",
        prepare: |shop| {
            let scene = paid_unheard(shop);
            tick(shop, &mut Scene::default());
            shop.world.advance(90);
            scene
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "not know after 30 minutes",
        prepare: doubted,
        act: tick,
        again: false,
        then: |shop, _| {
            // The provider stays silent for a while longer.
            shop.live_through(15 * 60);
            shop.mend();
        },
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, UNCONFIRMED, ALERT],
    },
    Flow {
        name: "know after all",
        prepare: |shop| {
            let scene = doubted(shop);
            shop.tick();
            shop.mend();
            shop.world.advance(180);
            scene
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED, UNCONFIRMED, ALERT],
    },
    Flow {
        name: "hear of a payment that comes too late",
        prepare: |shop| {
            let scene = started(shop);
            assert_eq!(shop.cancel(scene.buyer()).status, 200);
            shop.deliver_webhooks();
            let payment = shop.value("SELECT payment_id FROM payments");
            let checkout = OtherCheckout {
                payment_id: payment.as_str(),
                amount: 11_900,
                ..OtherCheckout::default()
            };
            shop.pay_at_stripe(&shop.open_elsewhere(&checkout));
            scene
        },
        act: hear,
        again: false,
        then: |_, _| {},
        end: "cancelled",
        mails: &[RECEIVED, HELD, ALERT],
    },
    Flow {
        name: "hear that a bank debit came",
        prepare: |shop| {
            let scene = debited(shop);
            let come = |sandbox: &mut sandbox::Sandbox, now| {
                sandbox.stripe.delayed_succeeds(now, &scene.session)
            };
            shop.world.sandbox(come).expect("the bank pays");
            scene
        },
        act: hear,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "hear that a bank debit failed",
        prepare: |shop| {
            let scene = debited(shop);
            let fail = |sandbox: &mut sandbox::Sandbox, now| {
                sandbox.stripe.delayed_fails(now, &scene.session)
            };
            shop.world.sandbox(fail).expect("the bank refuses");
            scene
        },
        act: hear,
        again: false,
        then: |_, _| {},
        end: "expired",
        mails: &[EXPIRED, RECEIVED, NOT_ARRIVED],
    },
    Flow {
        name: "deliver what could not be delivered at once",
        prepare: |shop| {
            let scene = paid(shop);
            shop.break_down(Target::Mail, Fault::Unavailable);
            shop.break_down(Target::Production, Fault::Unavailable);
            shop.deliver_webhooks();
            shop.mend();
            tick(shop, &mut Scene::default());
            shop.world.advance(30);
            scene
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "take up an event that could not be read back",
        prepare: |shop| {
            let scene = paid(shop);
            shop.break_down(Target::Stripe, Fault::Unavailable);
            shop.deliver_webhooks();
            shop.mend();
            shop.world.advance(30);
            scene
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "find a lost event in the list",
        prepare: paid_unheard,
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "hear that PayPal's buyer has agreed",
        prepare: approved,
        act: hear,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
    Flow {
        name: "find an approval in PayPal's list",
        prepare: |shop| {
            shop.lose_webhooks();
            approved(shop)
        },
        act: tick,
        again: false,
        then: |_, _| {},
        end: "confirmed",
        mails: &[RECEIVED, CONFIRMED],
    },
];

fn create(shop: &Shop, scene: &mut Scene) {
    let reply = shop.post(
        "/v1/orders",
        "order-key-0000000000000001",
        None,
        &order_body(),
    );
    if reply.status == 201 {
        let answer = json_of(&reply);
        let field = |name: &str| answer[name].as_str().expect("a text").to_owned();
        scene.buyer = Some(Buyer {
            number: field("order_number"),
            token: field("token"),
        });
    }
}

fn start(shop: &Shop, scene: &mut Scene, key: &str) {
    let reply = shop.try_pay(scene.buyer(), key);
    if reply.status == 201 {
        let answer = json_of(&reply);
        let url = answer["payment"]["redirect_url"]
            .as_str()
            .expect("a page to pay on");
        url.rsplit('/')
            .next()
            .expect("a session")
            .clone_into(&mut scene.session);
    }
}

fn hear(shop: &Shop, _: &mut Scene) {
    shop.deliver_webhooks();
}

fn tick(shop: &Shop, _: &mut Scene) {
    shop.tick();
}

/// What must be the same whatever went wrong. Ids are left out: a second try may have others.
fn outcome(shop: &Shop) -> Json {
    let mut mails = shop.mail_kinds();
    mails.sort();
    json!({
        "orders": shop.rows("SELECT state, paid_by FROM orders ORDER BY replaces IS NOT NULL"),
        "payments": shop.rows("SELECT state, received_minor, paid_by FROM payments ORDER BY 1, 2"),
        "accounts": shop.rows(
            "SELECT kind, currency, sum(debits), sum(credits) FROM ledger_accounts GROUP BY 1, 2"
        ),
        "decisions": shop.rows("SELECT verdict, amount_minor FROM decisions ORDER BY 1"),
        "proofs": shop.rows("SELECT state FROM proofs ORDER BY 1"),
        "objects": shop.world.blobs().len(),
        "cases": shop.rows("SELECT kind, closed_at IS NULL AS open FROM cases ORDER BY 1"),
        "events": shop.rows("SELECT event_type, state FROM inbox ORDER BY 1, 2"),
        "mails": mails,
        "releases": shop.releases(),
    })
}

/// One run of a flow, with a trouble at one of its steps. Returns how many steps it had, and how it
/// ended.
fn run(flow: &Flow, trouble: Option<(usize, Trouble)>) -> (usize, Json) {
    let shop = Shop::with_bank_and(&[("ORDER_LIFETIME_HOURS", "12")]);
    let mut scene = (flow.prepare)(&shop);
    if let Some((step, trouble)) = trouble {
        shop.world.trouble_at(step, trouble);
    }
    let before = shop.world.steps();
    (flow.act)(&shop, &mut scene);
    let steps = shop.world.steps() - before;
    assert!(!shop.world.forget_trouble(), "the trouble struck");
    shop.check();
    shop.world.restart();
    if trouble.is_some() && flow.again {
        (flow.act)(&shop, &mut scene);
    }
    (flow.then)(&shop, &mut scene);
    shop.live_to_the_end();
    shop.check_at_rest();
    (steps, outcome(&shop))
}

fn check_flow(flow: &Flow) -> usize {
    let (steps, expected) = run(flow, None);
    assert!(steps > 0, "{}: has steps", flow.name);
    assert_eq!(expected["orders"][0]["state"], flow.end, "{}", flow.name);
    assert_eq!(expected["mails"], json!(flow.mails), "{}", flow.name);
    for step in 0..steps {
        for trouble in [Trouble::Before, Trouble::After, Trouble::Killed] {
            let (_, found) = run(flow, Some((step, trouble)));
            let at = format!("{}, step {step} of {steps}, {trouble:?}", flow.name);
            assert_eq!(found, expected, "{at}");
        }
    }
    steps
}

/// P4, F3, F4: the Worker dies, an answer is lost or a call fails, at every step of every flow.
#[test]
fn p4_whatever_fails_at_any_step_of_any_flow_heals_without_a_person() {
    let flows: Vec<&Flow> = FLOWS
        .iter()
        .chain(&paypal::FLOWS)
        .chain(&bank::FLOWS)
        .chain(&replace::FLOWS)
        .collect();
    let next = AtomicUsize::new(0);
    let steps = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(flow) = flows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    steps.fetch_add(check_flow(flow), Ordering::Relaxed);
                }
            });
        }
    });
    let (flows, steps) = (flows.len(), steps.into_inner());
    println!(
        "{flows} flows with {steps} steps, {} runs",
        flows + steps * 3
    );
    // A flow that lost its steps would prove nothing.
    assert!(steps > 100, "{steps}");
}
