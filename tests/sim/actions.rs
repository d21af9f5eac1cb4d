//! What can happen next. Each action takes its details from chance.

use common::{Buyer, HERE, OtherCheckout, Trouble, order_body, text};
use edgetill::http::Reply;
use sandbox::stripe::{Outcome, SessionStatus};
use sandbox::{Fault, Target, WebhookMode};
use serde_json::{Value as Json, json};

use crate::run::Sim;

/// Something that can happen.
#[derive(Clone, Copy)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    /// How often, against the others.
    pub(crate) weight: usize,
    /// Whether it is bad luck, which not every run knows.
    pub(crate) is_fault: bool,
    pub(crate) act: fn(&mut Sim),
}

const fn usual(name: &'static str, weight: usize, act: fn(&mut Sim)) -> Action {
    Action {
        name,
        weight,
        is_fault: false,
        act,
    }
}

const fn fault(name: &'static str, weight: usize, act: fn(&mut Sim)) -> Action {
    Action {
        name,
        weight,
        is_fault: true,
        act,
    }
}

pub(crate) const ACTIONS: [Action; 45] = [
    usual("time passes", 20, Sim::wait),
    usual("cron ticks", 25, Sim::tick),
    usual("somebody orders", 9, Sim::order),
    usual("somebody begins to pay", 12, Sim::begin),
    usual("somebody pays", 10, |sim| sim.pay(Outcome::Paid)),
    usual("a card is declined", 3, |sim| sim.pay(Outcome::Declined)),
    usual("somebody pays by a slow method", 3, |sim| {
        sim.pay(Outcome::Delayed)
    }),
    usual("a bank decides", 3, Sim::bank),
    usual("somebody comes back", 6, Sim::come_back),
    usual("somebody begins to pay by PayPal", 9, Sim::begin_by_paypal),
    usual("somebody agrees at PayPal", 9, Sim::approve),
    usual(
        "somebody comes back from PayPal",
        8,
        Sim::come_back_from_paypal,
    ),
    usual("PayPal decides", 2, Sim::paypal_decides),
    usual("somebody chooses to transfer", 12, Sim::choose_transfer),
    usual("somebody transfers", 10, Sim::transfer),
    usual("somebody hands in a proof", 14, Sim::hand_in),
    usual("a reviewer opens a page", 8, Sim::open_review),
    usual("a reviewer decides", 14, Sim::review),
    usual("staff settle by hand", 3, Sim::settle_by_hand),
    usual("staff have a provider asked", 2, Sim::ask_provider),
    usual("an approval is revoked", 2, Sim::revoke),
    usual("the shop refunds", 4, Sim::refund),
    usual("a refund fails", 1, Sim::refund_fails),
    usual("somebody cancels", 3, Sim::cancel),
    usual(
        "somebody cancels despite the review",
        1,
        Sim::cancel_despite_review,
    ),
    usual("somebody replaces an order", 5, |sim| sim.replace(false)),
    usual("somebody replaces one despite the review", 1, |sim| {
        sim.replace(true)
    }),
    usual(
        "somebody replaces an order whose page lives on",
        2,
        Sim::replace_with_a_living_page,
    ),
    usual("somebody looks", 4, Sim::look),
    usual("webhooks arrive", 15, Sim::webhooks),
    fault("webhooks arrive in disorder", 8, Sim::disorderly_webhooks),
    fault("an event is told again", 2, Sim::resend),
    fault("webhooks travel otherwise", 3, Sim::webhook_mode),
    fault("the database stumbles", 6, |sim| {
        sim.stumble(&[Trouble::Before, Trouble::After])
    }),
    fault("the Worker dies", 4, |sim| sim.stumble(&[Trouble::Killed])),
    fault("the provider stumbles", 5, |sim| {
        sim.server_stumbles(Target::Stripe)
    }),
    fault("PayPal stumbles", 5, |sim| {
        sim.server_stumbles(Target::PayPal)
    }),
    fault("PayPal is down", 1, |sim| {
        sim.shop.break_down(Target::PayPal, Fault::NotReached)
    }),
    fault("PayPal ends its tokens", 1, Sim::end_tokens),
    fault("the mail service stumbles", 3, |sim| {
        sim.server_stumbles(Target::Mail)
    }),
    fault("production stumbles", 3, |sim| {
        sim.server_stumbles(Target::Production)
    }),
    fault("the provider is down", 1, |sim| {
        sim.shop.break_down(Target::Stripe, Fault::NotReached)
    }),
    fault("every server is up again", 3, |sim| sim.shop.mend()),
    fault("the clock is put back", 1, |sim| {
        sim.shop.world.put_back(600)
    }),
    fault("somebody pays elsewhere", 1, Sim::pay_elsewhere),
];

impl Sim {
    fn wait(&mut self) {
        let seconds = self.random.of(&[1, 20, 45, 60, 90, 300, 900, 1_800, 7_200]);
        self.shop.world.advance(seconds);
    }

    fn tick(&mut self) {
        self.shop.tick();
        self.count.ticks += 1;
    }

    /// An answer that means a defect of this program, whatever the fault.
    pub(crate) fn heard(&mut self, reply: &Reply) {
        self.count.requests += 1;
        assert_ne!(reply.status, 500, "{}", text(reply));
    }

    pub(crate) fn key(&mut self) -> String {
        // Few enough to be used twice now and then, as by a click that is sent again.
        format!("key-of-somebody-{:06}", self.random.below(40))
    }

    fn order(&mut self) {
        let body = self.cart();
        let key = self.key();
        let reply = self.shop.post("/v1/orders", &key, None, &body);
        self.made(&reply);
    }

    /// Whoever has made an order holds it.
    pub(crate) fn made(&mut self, reply: &Reply) {
        self.heard(reply);
        if reply.status == 201 {
            let buyer = self.shop.holder(reply);
            self.buyers.push(buyer);
        }
    }

    /// What somebody wants.
    pub(crate) fn cart(&mut self) -> Json {
        let mut body = order_body();
        let product = self
            .random
            .of(&["site-backup", "uptime-watch", "studio", "trial"]);
        let months = if product == "trial" {
            0
        } else {
            self.random.of(&[1, 12, 24])
        };
        body["items"] = json!([{
            "product": product,
            "period_months": months,
            "quantity": 1 + self.random.below(3),
        }]);
        body["currency"] = json!(self.random.of(&["EUR", "USD", "JPY"]));
        body
    }

    pub(crate) fn buyer(&mut self) -> Option<Buyer> {
        if self.buyers.is_empty() {
            return None;
        }
        // Mostly those who came last.
        let young = self.buyers.len().saturating_sub(4);
        let from = if self.random.one_in(4) { 0 } else { young };
        let index = from + self.random.below(self.buyers.len() - from);
        Some(self.buyers[index].clone())
    }

    fn begin(&mut self) {
        if let Some(buyer) = self.buyer() {
            let key = self.key();
            let reply = self.shop.try_pay(&buyer, &key);
            self.heard(&reply);
        }
    }

    fn open_session(&mut self) -> Option<String> {
        let open: Vec<String> = self.shop.world.sandbox(|sandbox, now| {
            sandbox.tick(now);
            let sessions = sandbox.stripe.sessions().iter();
            let open = sessions.filter(|session| session.status == SessionStatus::Open);
            open.map(|session| session.id.clone()).collect()
        });
        let index = self.random.below(open.len());
        open.into_iter().nth(index)
    }

    fn pay(&mut self, outcome: Outcome) {
        if let Some(session) = self.open_session() {
            // A currency without slow methods refuses them, as Stripe does.
            self.shop.try_to_pay_at_stripe(&session, outcome);
        }
    }

    fn bank(&mut self) {
        let good = !self.random.one_in(3);
        let sessions = self.sessions();
        let index = self.random.below(sessions.len());
        if let Some(session) = sessions.get(index) {
            self.decide(session, good);
        }
    }

    fn decide(&self, session: &str, good: bool) {
        // Refused for every session that waits for no money.
        let _ = self.shop.world.sandbox(|sandbox, now| {
            if good {
                sandbox.stripe.delayed_succeeds(now, session)
            } else {
                sandbox.stripe.delayed_fails(now, session)
            }
        });
    }

    fn sessions(&self) -> Vec<String> {
        self.shop.world.sandbox(|sandbox, _| {
            let sessions = sandbox.stripe.sessions().iter();
            sessions.map(|session| session.id.clone()).collect()
        })
    }

    /// Every bank comes to its decision.
    pub(crate) fn finish_debits(&mut self) {
        for session in self.sessions() {
            let good = !self.random.one_in(3);
            self.decide(&session, good);
        }
    }

    fn come_back(&mut self) {
        let sessions = self.sessions();
        let index = self.random.below(sessions.len());
        let is_ours = |session: &&String| {
            self.shop.world.sandbox(|sandbox, _| {
                let session = sandbox.stripe.session(session).expect("a session");
                session.return_url().starts_with(HERE)
            })
        };
        if let Some(session) = sessions.get(index).filter(is_ours) {
            let reply = self.shop.come_back(session);
            self.heard(&reply);
        }
    }

    fn cancel(&mut self) {
        if let Some(buyer) = self.buyer() {
            let reply = self.shop.cancel(&buyer);
            self.heard(&reply);
        }
    }

    fn look(&mut self) {
        if let Some(buyer) = self.buyer() {
            let reply = self
                .shop
                .get(&format!("/orders/{}?token={}", buyer.number, buyer.token));
            self.heard(&reply);
        }
    }

    fn webhooks(&mut self) {
        let answers = self.shop.deliver_webhooks();
        self.count.webhooks += u64::try_from(answers.len()).expect("few");
        assert!(!answers.contains(&500), "{answers:?}");
    }

    /// Out of order, twice, lost on the way, answered too late.
    fn disorderly_webhooks(&mut self) {
        let mut due = self.shop.take_webhooks();
        self.random.shuffle(&mut due);
        for delivery in due {
            self.count.webhooks += 1;
            let status = match self.random.below(6) {
                0 => None,
                1 => {
                    self.shop.arrives(&delivery);
                    None
                }
                2 => {
                    self.shop.arrives(&delivery);
                    Some(self.shop.arrives(&delivery).status)
                }
                _ => Some(self.shop.arrives(&delivery).status),
            };
            let status = status.filter(|_| !self.shop.world.is_dead());
            assert_ne!(status, Some(500));
            self.shop
                .world
                .sandbox(|sandbox, now| sandbox.delivered(now, delivery.id, status));
        }
    }

    fn resend(&mut self) {
        let events: Vec<String> = self.shop.world.sandbox(|sandbox, _| {
            let events = sandbox.stripe.events().iter();
            events.map(|event| event.id.clone()).collect()
        });
        let index = self.random.below(events.len());
        if let Some(event) = events.get(index) {
            let sent = self
                .shop
                .world
                .sandbox(|sandbox, now| sandbox.stripe.resend(now, event));
            sent.expect("a known event");
        }
    }

    fn webhook_mode(&mut self) {
        let mode = self.random.of(&[
            WebhookMode::Normal,
            WebhookMode::Lost,
            WebhookMode::Delayed { seconds: 4_000 },
            WebhookMode::FiveTimes,
            WebhookMode::Reversed,
            WebhookMode::TwoEventIds,
        ]);
        self.shop.world.sandbox(|sandbox, _| {
            sandbox.stripe.set_webhook_mode(mode);
            sandbox.paypal.set_webhook_mode(mode);
        });
    }

    fn stumble(&mut self, troubles: &[Trouble]) {
        let trouble = self.random.of(troubles);
        let step = self.random.below(12);
        self.shop.world.trouble_at(step, trouble);
        self.count.faults += 1;
    }

    fn server_stumbles(&mut self, target: Target) {
        let fault = self.random.of(&Fault::ALL);
        let times = 1 + u32::try_from(self.random.below(4)).expect("small");
        self.shop.fail_next(target, fault, times);
        self.count.faults += u64::from(times);
    }

    /// A checkout that names one of our payments and is not the one that was opened for it.
    fn pay_elsewhere(&mut self) {
        let Some(payment) = self.any("SELECT payment_id FROM payments WHERE method = 'stripe'")
        else {
            return;
        };
        // Nobody's faults but ours are of interest.
        self.shop.mend();
        let session = self.shop.open_elsewhere(&OtherCheckout {
            payment_id: payment["payment_id"].as_str(),
            amount: 11_900,
            ..OtherCheckout::default()
        });
        self.shop.pay_at_stripe(&session);
        self.strange.push(session);
    }
}
