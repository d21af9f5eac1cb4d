//! What the buyer does on the approval page, and what time and others do to an order.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use shared::time::Timestamp;
use thiserror::Error;

use super::PayPal;
use super::funding::Funding;
use super::order::{Order, OrderState};

/// Why an action cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ActionError {
    /// No object has this id.
    #[error("there is no {0}")]
    Missing(String),
    /// The object is not in a state where this can happen.
    #[error("{0}")]
    NotNow(&'static str),
    /// More than is left.
    #[error("only {0} minor units can be refunded")]
    TooMuch(i64),
}

impl ActionError {
    pub(super) fn missing(id: &str) -> Self {
        Self::Missing(id.to_owned())
    }
}

impl PayPal {
    /// The buyer approves an order, or comes back to one that is not captured and chooses anew. The
    /// webhook mode of the next approval is used up, even by a refusal.
    pub fn approve(
        &mut self,
        now: Timestamp,
        order: &str,
        funding: Funding,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let mode = self.mode_of_next_approval.take();
        let found = self.order_to_change(order)?;
        match found.state {
            OrderState::Created | OrderState::Approved(_) => {}
            OrderState::Completed(_) => return Err(ActionError::NotNow("the order is captured")),
            OrderState::Dropped | OrderState::Reversed => {
                return Err(ActionError::NotNow("the order is gone"));
            }
        }
        found.state = OrderState::Approved(funding);
        found.updated = now;
        found.mode = mode;
        self.start_waiting(now, order);
        let summary = "An order has been approved by buyer";
        self.emit_order(now, order, "CHECKOUT.ORDER.APPROVED", summary);
        Ok(self.send_approval(now, mode.unwrap_or(self.mode)))
    }

    /// Somebody else captures an approved order: the seller's own call will come too late.
    pub fn capture_elsewhere(&mut self, now: Timestamp, order: &str) -> Result<(), ActionError> {
        self.tick(now);
        self.order_to_change(order)?;
        self.capture_order(now, order)
            .map(|_| ())
            .map_err(|_| ActionError::NotNow("the order cannot be captured"))
    }

    /// Another payment has taken this order's invoice number: its capture will be refused.
    pub fn take_invoice(&mut self, order: &str) -> Result<(), ActionError> {
        let invoice = self.order_to_change(order)?.invoice_id.clone();
        let invoice = invoice.ok_or(ActionError::NotNow("the order has no invoice number"))?;
        self.invoices.insert(invoice);
        Ok(())
    }

    /// The order's time is over, before it is: one not approved is dropped, one approved and not
    /// captured is reversed.
    pub fn expire(&mut self, now: Timestamp, order: &str) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        match self.order_to_change(order)?.state {
            OrderState::Created | OrderState::Approved(_) => {}
            _ => return Err(ActionError::NotNow("the order does not wait for anything")),
        }
        let known = self.events.all().len();
        self.give_up(now, order);
        let new = &self.events.all()[known..];
        Ok(new.iter().map(|event| event.id.clone()).collect())
    }

    fn order_to_change(&mut self, id: &str) -> Result<&mut Order, ActionError> {
        self.orders
            .find_mut(id)
            .ok_or_else(|| ActionError::missing(id))
    }
}
