//! What happens at PayPal.

use sandbox::paypal::{CaptureIssue, CaptureStatus, Funding};

use crate::run::Sim;

impl Sim {
    pub(crate) fn begin_by_paypal(&mut self) {
        if let Some(buyer) = self.buyer() {
            let key = self.key();
            let reply = self.shop.try_pay_by(&buyer, "paypal", &key);
            self.heard(&reply);
        }
    }

    /// Agrees, by means of any quality; also to an order that was given up here.
    pub(crate) fn approve(&mut self) {
        let funding = self.random.of(&[
            Funding::Good,
            Funding::Good,
            Funding::Good,
            Funding::Pending,
            Funding::Declined,
            Funding::Refused(CaptureIssue::InstrumentDeclined),
            Funding::Refused(CaptureIssue::PayerCannotPay),
        ]);
        if let Some(order) = self.paypal_order() {
            // Refused for what is over.
            let _ = self
                .shop
                .world
                .sandbox(|sandbox, now| sandbox.paypal.approve(now, &order, funding));
        }
    }

    pub(crate) fn come_back_from_paypal(&mut self) {
        if let Some(order) = self.paypal_order() {
            let reply = if self.random.one_in(5) {
                self.shop.leave_paypal(&order)
            } else {
                self.shop.come_back_from_paypal(&order)
            };
            self.heard(&reply);
        }
    }

    pub(crate) fn end_tokens(&mut self) {
        self.shop
            .world
            .sandbox(|sandbox, _| sandbox.paypal.revoke_tokens());
        if self.random.one_in(2) {
            // Another isolate, which remembers nothing.
            self.shop.world.restart();
        }
    }

    pub(crate) fn paypal_decides(&mut self) {
        let good = !self.random.one_in(3);
        if let Some(order) = self.paypal_order() {
            self.decide_at_paypal(&order, good);
        }
    }

    /// PayPal comes to its decisions about everything that is pending.
    pub(crate) fn finish_pending_captures(&mut self) {
        for order in self.shop.paypal_orders() {
            let good = !self.random.one_in(3);
            self.decide_at_paypal(&order.id, good);
        }
    }

    fn decide_at_paypal(&self, order: &str, good: bool) {
        self.shop.world.sandbox(|sandbox, now| {
            let paypal = &mut sandbox.paypal;
            let Some((capture, CaptureStatus::Pending(_))) = paypal.capture_of(order) else {
                return;
            };
            let capture = capture.to_owned();
            let done = if good {
                paypal.pending_completes(now, &capture)
            } else {
                paypal.pending_denied(now, &capture)
            };
            done.expect("it is pending");
        });
    }

    fn paypal_order(&mut self) -> Option<String> {
        let orders = self.shop.paypal_orders();
        // Mostly those that came last.
        let young = orders.len().saturating_sub(3);
        let from = if self.random.one_in(4) { 0 } else { young };
        let index = from + self.random.below(orders.len() - from);
        orders.get(index).map(|order| order.id.clone())
    }
}
