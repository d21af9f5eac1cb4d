//! What goes wrong outside of a shop: servers that fail, webhooks that are lost. What fails inside is the world's
//! ([`crate::Trouble`]).

use sandbox::{Fault, Target, WebhookMode};

use crate::Shop;

impl Shop {
    /// The next so many requests to a server meet a fault.
    pub fn fail_next(&self, target: Target, fault: Fault, times: u32) {
        self.world
            .sandbox(|sandbox, _| sandbox.fail_next(target, fault, times));
    }

    /// The next so many requests to a server whose path has this part meet a fault.
    pub fn fail_next_on(&self, target: Target, path: &str, fault: Fault, times: u32) {
        self.world
            .sandbox(|sandbox, _| sandbox.fail_next_on(target, path, fault, times));
    }

    /// From now on every request to a server meets a fault.
    pub fn break_down(&self, target: Target, fault: Fault) {
        self.fail_next(target, fault, u32::MAX);
    }

    /// Every server answers again.
    pub fn mend(&self) {
        self.world.sandbox(|sandbox, _| sandbox.heal());
    }

    /// From now on no webhook arrives.
    pub fn lose_webhooks(&self) {
        self.world.sandbox(|sandbox, _| {
            sandbox.stripe.set_webhook_mode(WebhookMode::Lost);
            sandbox.paypal.set_webhook_mode(WebhookMode::Lost);
        });
    }
}
