//! What the shop gives back at its providers, and what of it fails.

use crate::run::Sim;

/// What a provider holds for us of one checkout.
struct Held {
    checkout: String,
    /// What its refunds name.
    capture: String,
    captured: i64,
    refunded: i64,
    at_stripe: bool,
}

impl Sim {
    /// A refund at a provider's dashboard, of all that is left or of a part.
    pub(crate) fn refund(&mut self) {
        let held = self.held();
        let index = self.random.below(held.len());
        let Some(held) = held.get(index) else {
            return;
        };
        let left = usize::try_from(held.captured - held.refunded).unwrap_or(0);
        if left == 0 {
            return;
        }
        let part = i64::try_from(1 + self.random.below(left)).expect("an amount");
        let amount = (!self.random.one_in(3)).then_some(part);
        // Refused while a dispute is open, and after too long a time.
        let _ = self.shop.world.sandbox(|sandbox, now| {
            if held.at_stripe {
                sandbox.stripe.refund(now, &held.capture, amount).ok()
            } else {
                sandbox.paypal.refund(now, &held.capture, amount).ok()
            }
        });
    }

    /// A refund comes back. PayPal tells nobody of one, so that nobody can know.
    pub(crate) fn refund_fails(&mut self) {
        let held = self.held();
        let index = self.random.below(held.len());
        let Some(held) = held.get(index).filter(|held| held.at_stripe) else {
            return;
        };
        let _ = self.shop.world.sandbox(|sandbox, now| {
            let newest = sandbox.stripe.refunds_of(&held.capture).pop()?;
            sandbox.stripe.refund_fails(now, &newest.id).ok()
        });
    }

    /// What PayPal sends back by e-check arrives; before that it tells nobody.
    pub(crate) fn finish_refunds(&self) {
        for held in self.held().iter().filter(|held| !held.at_stripe) {
            self.shop.world.sandbox(|sandbox, now| {
                for refund in sandbox.paypal.refunds_of(&held.capture) {
                    // Refused for every one that waits for nothing.
                    let _ = sandbox.paypal.refund_completes(now, &refund.id);
                }
            });
        }
    }

    fn held(&self) -> Vec<Held> {
        self.shop.world.sandbox(|sandbox, _| {
            let stripe = sandbox.stripe.captured().into_iter().map(|c| Held {
                checkout: c.session,
                capture: c.payment_intent,
                captured: c.amount_minor,
                refunded: c.refunded_minor,
                at_stripe: true,
            });
            let paypal = sandbox.paypal.captured().into_iter().map(|c| Held {
                checkout: c.order,
                capture: c.capture,
                captured: c.amount_minor,
                refunded: c.refunded_minor,
                at_stripe: false,
            });
            stripe.chain(paypal).collect()
        })
    }

    /// What is booked as given back is what the providers say, of every checkout that is for an order
    /// (S110, S113).
    pub(crate) fn check_refunds(&mut self) {
        for held in self.held() {
            if self.strange.contains(&held.checkout) {
                continue;
            }
            let booked = self.shop.value(&format!(
                "SELECT coalesce(sum(iif(t.credit LIKE 'refunds:%', t.amount_minor, -t.amount_minor)), 0)
                 FROM payments y JOIN transfers t ON t.transfer_id LIKE 'refund:' || y.payment_id || ':%'
                 WHERE y.session_id = '{}'",
                held.checkout
            ));
            assert_eq!(booked, held.refunded, "{}", held.checkout);
            self.count.refunds += u64::from(held.refunded > 0);
        }
    }
}
