//! What becomes of a payment at Stripe's side: tries, refunds, disputes.

use sandbox::stripe::{DisputeOutcome, Outcome};

use crate::Shop;

impl Shop {
    /// The buyer tries to pay a session.
    pub fn try_to_pay_at_stripe(&self, session: &str, outcome: Outcome) -> bool {
        self.world
            .sandbox(|sandbox, now| sandbox.stripe.pay(now, session, outcome))
            .is_ok()
    }

    /// The shop gives minor units of a payment back, or all that is left of it.
    pub fn refund_at_stripe(&self, intent: &str, minor: Option<i64>) {
        self.world
            .sandbox(|sandbox, now| sandbox.stripe.refund(now, intent, minor))
            .expect("a refund");
    }

    /// The newest refund of a payment fails: its money comes back.
    pub fn fail_newest_refund_at_stripe(&self, intent: &str) {
        self.world.sandbox(|sandbox, now| {
            let stripe = &mut sandbox.stripe;
            let newest = stripe.refunds_of(intent).pop().expect("a refund");
            stripe.refund_fails(now, &newest.id).expect("it fails");
        });
    }

    /// A payment is disputed, and the dispute ends at once.
    pub fn dispute_at_stripe(&self, intent: &str, outcome: DisputeOutcome) {
        self.world.sandbox(|sandbox, now| {
            let stripe = &mut sandbox.stripe;
            stripe.dispute_open(now, intent).expect("a dispute");
            stripe.dispute_close(now, intent, outcome).expect("its end");
        });
    }
}
