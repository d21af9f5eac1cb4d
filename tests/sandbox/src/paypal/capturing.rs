//! Captures: what the seller's call makes of an approved order, and what becomes of pending money.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use shared::time::Timestamp;

use super::PayPal;
use super::buyer::ActionError;
use super::capture::{Capture, CaptureStatus, PendingReason};
use super::emit::Happening;
use super::error::ApiError;
use super::funding::Funding;
use super::money;
use super::order::{Order, OrderState};

impl PayPal {
    /// `POST /v2/checkout/orders/{id}/capture`; returns the order's id.
    pub(super) fn capture_order(&mut self, now: Timestamp, id: &str) -> Result<String, ApiError> {
        let order = self.living_order(id)?;
        let funding = match &order.state {
            OrderState::Approved(funding) => *funding,
            OrderState::Completed(_) => {
                let description = "Order already captured.If 'intent=CAPTURE' only one capture per \
                                   order is allowed.";
                return Err(ApiError::issue("ORDER_ALREADY_CAPTURED", description));
            }
            OrderState::Created | OrderState::Dropped | OrderState::Reversed => {
                let description = "Payer has not yet approved the Order for payment.";
                return Err(ApiError::issue("ORDER_NOT_APPROVED", description));
            }
        };
        let taken = |invoice: &String| self.invoices.contains(invoice);
        if order.invoice_id.as_ref().is_some_and(taken) {
            let description = "Duplicate Invoice ID detected.";
            return Err(ApiError::issue("DUPLICATE_INVOICE_ID", description).after_beginning());
        }
        let immediate = order
            .experience
            .as_ref()
            .is_some_and(|shown| shown.immediate);
        let status = match funding {
            Funding::Good => CaptureStatus::Completed,
            Funding::Pending if immediate => CaptureStatus::Pending(PendingReason::PendingReview),
            Funding::Pending => CaptureStatus::Pending(PendingReason::Echeck),
            Funding::Declined => CaptureStatus::Declined,
            Funding::Refused(issue) => return Err(issue.error(&self.api, id)),
        };
        self.add_capture(now, id, status);
        Ok(id.to_owned())
    }

    /// The pending money of a capture arrives.
    pub fn pending_completes(
        &mut self,
        now: Timestamp,
        capture: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.settle(
            now,
            capture,
            CaptureStatus::Completed,
            "PAYMENT.CAPTURE.COMPLETED",
        )
    }

    /// The pending money of a capture never comes.
    pub fn pending_denied(
        &mut self,
        now: Timestamp,
        capture: &str,
    ) -> Result<Vec<String>, ActionError> {
        // PayPal's word for the status is another than for the event.
        self.settle(
            now,
            capture,
            CaptureStatus::Declined,
            "PAYMENT.CAPTURE.DENIED",
        )
    }

    /// The capture of an order, where its money is, and what is left of it.
    #[must_use]
    pub fn capture_of(&self, order: &str) -> Option<(&str, CaptureStatus)> {
        match &self.orders.find(order)?.state {
            OrderState::Completed(id) => {
                let capture = self.captures.find(id)?;
                Some((capture.id.as_str(), capture.status))
            }
            _ => None,
        }
    }

    fn settle(
        &mut self,
        now: Timestamp,
        capture: &str,
        status: CaptureStatus,
        kind: &'static str,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let found = self
            .captures
            .find_mut(capture)
            .ok_or_else(|| ActionError::missing(capture))?;
        if !matches!(found.status, CaptureStatus::Pending(_)) {
            return Err(ActionError::NotNow("the capture is not pending"));
        }
        found.status = status;
        found.updated = now;
        self.emit_capture(now, capture, kind);
        Ok(self.send_out(now, self.mode))
    }

    fn add_capture(&mut self, now: Timestamp, order_id: &str, status: CaptureStatus) {
        let id = self.ids.next_upper(17);
        self.stop_waiting(order_id);
        let Some(order) = self.orders.find_mut(order_id) else {
            return;
        };
        order.state = OrderState::Completed(id.clone());
        order.updated = now;
        let mode = order.mode.unwrap_or(self.mode);
        let capture = capture_of_order(order, id.clone(), now, status);
        if status != CaptureStatus::Declined {
            self.invoices.extend(order.invoice_id.clone());
        }
        self.captures.insert(id.clone(), capture);
        let kind = match status {
            CaptureStatus::Completed => "PAYMENT.CAPTURE.COMPLETED",
            CaptureStatus::Pending(_) => "PAYMENT.CAPTURE.PENDING",
            CaptureStatus::Declined => "PAYMENT.CAPTURE.DECLINED",
        };
        self.emit_capture(now, &id, kind);
        self.emit_order(
            now,
            order_id,
            "CHECKOUT.ORDER.COMPLETED",
            "Checkout Order Completed",
        );
        self.send_out(now, mode);
    }

    fn emit_capture(&mut self, now: Timestamp, id: &str, kind: &'static str) {
        let Some(capture) = self.captures.find(id) else {
            return;
        };
        let amount = money::text(capture.amount, &capture.currency);
        let amount = format!("{amount} {}", capture.currency);
        let summary = match capture.status {
            CaptureStatus::Completed => format!("Payment completed for {amount}"),
            CaptureStatus::Pending(_) => format!("Payment pending for {amount}"),
            CaptureStatus::Declined => format!("A payment capture for {amount} was declined."),
        };
        let resource = capture.json(&self.api);
        self.emit(
            now,
            Happening {
                kind,
                resource_type: Some("capture"),
                summary,
                resource,
            },
        );
    }

    pub(super) fn emit_order(
        &mut self,
        now: Timestamp,
        id: &str,
        kind: &'static str,
        summary: &str,
    ) {
        let Some(order) = self.orders.find(id) else {
            return;
        };
        let resource = self.order_json(order);
        self.emit(
            now,
            Happening {
                kind,
                resource_type: Some("checkout-order"),
                summary: summary.to_owned(),
                resource,
            },
        );
    }
}

fn capture_of_order(order: &Order, id: String, now: Timestamp, status: CaptureStatus) -> Capture {
    Capture {
        id,
        order: order.id.clone(),
        created: now,
        updated: now,
        amount: order.amount_minor,
        currency: order.currency.clone(),
        custom_id: order.custom_id.clone(),
        invoice_id: order.invoice_id.clone(),
        status,
        by_echeck: status == CaptureStatus::Pending(PendingReason::Echeck),
        refunded: 0,
        reversed: 0,
    }
}
