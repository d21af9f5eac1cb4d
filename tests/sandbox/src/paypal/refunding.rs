//! Refunds by the seller's request or from the dashboard, and reversals by a bank.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use serde_json::Value;
use shared::time::Timestamp;

use super::PayPal;
use super::buyer::ActionError;
use super::capture::{Capture, CaptureStatus};
use super::emit::Happening;
use super::error::{ApiError, Detail};
use super::money;
use super::refund::{Refund, RefundStatus, RefundSummary};
use super::requests::Outcome;
use super::routes::{Call, found};
use super::tables;

/// A payment can be refunded for this long (PayPal documentation, "Refund a captured payment").
const REFUNDABLE_FOR_S: i64 = 180 * 24 * 3_600;

/// What goes back, and what is written on it.
#[derive(Default)]
struct Wish {
    amount: i64,
    custom_id: Option<String>,
    invoice_id: Option<String>,
    note_to_payer: Option<String>,
    is_reversal: bool,
}

impl PayPal {
    /// The seller refunds from the dashboard: `amount` minor units, or all that is left.
    pub fn refund(
        &mut self,
        now: Timestamp,
        capture: &str,
        amount: Option<i64>,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let (left, amount) = self.refundable(capture, amount)?;
        if amount <= 0 || amount > left {
            return Err(ActionError::TooMuch(left));
        }
        let wish = Wish {
            amount,
            ..Wish::default()
        };
        self.add_refund(now, capture, wish);
        Ok(self.send_out(now, self.mode))
    }

    /// A bank takes back what is left of a payment. Its capture's status does not tell.
    pub fn reverse(&mut self, now: Timestamp, capture: &str) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let (left, _) = self.refundable(capture, None)?;
        if left == 0 {
            return Err(ActionError::TooMuch(0));
        }
        self.add_reversal(now, capture);
        Ok(self.send_out(now, self.mode))
    }

    /// A pending refund reaches the buyer.
    pub fn refund_completes(
        &mut self,
        now: Timestamp,
        refund: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.change_refund(now, refund, RefundStatus::Completed)?;
        self.emit_refund(now, refund);
        Ok(self.send_out(now, self.mode))
    }

    /// A pending refund comes back. The money counts as not refunded again; no event tells it.
    pub fn refund_fails(
        &mut self,
        now: Timestamp,
        refund: &str,
    ) -> Result<Vec<String>, ActionError> {
        let (capture, amount) = self.change_refund(now, refund, RefundStatus::Failed)?;
        if let Some(capture) = self.captures.find_mut(&capture) {
            capture.refunded -= amount;
        }
        Ok(Vec::new())
    }

    /// The refunds and reversals of a capture, oldest first.
    #[must_use]
    pub fn refunds_of(&self, capture: &str) -> Vec<RefundSummary> {
        let of = self.refunds.all().iter();
        of.filter(|refund| refund.capture == capture)
            .map(|refund| RefundSummary {
                id: refund.id.clone(),
                amount_minor: refund.amount,
                status: refund.status,
            })
            .collect()
    }

    /// `POST /v2/payments/captures/{id}/refund`.
    pub(super) fn refund_by_request(&mut self, call: &Call, id: &str) -> Result<Outcome, ApiError> {
        let body = call.json(tables::REFUND)?;
        let capture = found(self.captures.find(id))?;
        let given = body.get("amount").map(|amount| amount_of(amount, capture));
        let amount = given.transpose()?.unwrap_or_else(|| capture.left());
        self.check_refund(call.now, capture, amount, body.get("amount").is_some())?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let wish = Wish {
            amount,
            custom_id: text("custom_id"),
            invoice_id: text("invoice_id"),
            note_to_payer: text("note_to_payer"),
            is_reversal: false,
        };
        if let Some(invoice) = &wish.invoice_id
            && !self.refund_invoices.insert(invoice.clone())
        {
            let description = "Invoice ID was previously used to refund a capture.";
            return Err(ApiError::issue("DUPLICATE_INVOICE_ID", description).after_beginning());
        }
        let refund = self.add_refund(call.now, id, wish);
        self.send_out(call.now, self.mode);
        Ok(Outcome::Refund(refund))
    }

    pub(super) fn add_reversal(&mut self, now: Timestamp, capture: &str) {
        let left = self.captures.find(capture).map_or(0, Capture::left);
        let wish = Wish {
            amount: left,
            note_to_payer: Some("Payment reversed".to_owned()),
            is_reversal: true,
            ..Wish::default()
        };
        self.add_refund(now, capture, wish);
    }

    fn check_refund(
        &self,
        now: Timestamp,
        capture: &Capture,
        amount: i64,
        partial: bool,
    ) -> Result<(), ApiError> {
        let refuse = |issue, text| Err(ApiError::issue(issue, text).after_beginning());
        match capture.status {
            CaptureStatus::Completed => {}
            CaptureStatus::Pending(_) => {
                let text = "Cannot initiate a refund as the capture is pending. Capture is \
                            typically pending when the payer has funded the transaction using \
                            e-check/bank funded.";
                return refuse("PENDING_CAPTURE", text);
            }
            CaptureStatus::Declined => {
                return refuse("REFUND_NOT_ALLOWED", "Capture cannot be refunded.");
            }
        }
        if capture.reversed > 0 {
            let text = "Refunds are not allowed on this capture due to a chargeback on the card or \
                        bank. Please contact the payee to resolve the chargeback.";
            return refuse("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", text);
        }
        if capture.left() == 0 {
            let text = "The capture has already been fully refunded";
            return refuse("CAPTURE_FULLY_REFUNDED", text);
        }
        if now.seconds_since(capture.created) > REFUNDABLE_FOR_S {
            let text = "You are over the time limit to perform a refund on this capture";
            return refuse("REFUND_TIME_LIMIT_EXCEEDED", text);
        }
        if amount > capture.left() {
            let text = "The refund amount must be less than or equal to the capture amount that has \
                        not yet been refunded.";
            return refuse("REFUND_AMOUNT_EXCEEDED", text);
        }
        if partial && self.is_disputed(&capture.id) {
            let text = "Partial refunds cannot be offered at this time because there is an open \
                        case on this transaction. Visit the PayPal Resolution Center to review \
                        this case.";
            return refuse("TRANSACTION_DISPUTED", text);
        }
        Ok(())
    }

    /// What is left of a capture whose money is there, and what of it is wished for.
    fn refundable(&self, id: &str, amount: Option<i64>) -> Result<(i64, i64), ActionError> {
        let capture = self
            .captures
            .find(id)
            .ok_or_else(|| ActionError::missing(id))?;
        if capture.status != CaptureStatus::Completed {
            return Err(ActionError::NotNow("the money has not arrived"));
        }
        let left = capture.left();
        Ok((left, amount.unwrap_or(left)))
    }

    fn add_refund(&mut self, now: Timestamp, capture_id: &str, wish: Wish) -> String {
        let id = self.ids.next_upper(17);
        let Some(capture) = self.captures.find_mut(capture_id) else {
            return id;
        };
        if wish.is_reversal {
            capture.reversed += wish.amount;
        } else {
            capture.refunded += wish.amount;
        }
        capture.updated = now;
        let pending = capture.by_echeck && !wish.is_reversal;
        let refund = Refund {
            id: id.clone(),
            capture: capture.id.clone(),
            created: now,
            amount: wish.amount,
            currency: capture.currency.clone(),
            status: if pending {
                RefundStatus::Pending
            } else {
                RefundStatus::Completed
            },
            custom_id: wish.custom_id.or_else(|| capture.custom_id.clone()),
            invoice_id: wish.invoice_id,
            note_to_payer: wish.note_to_payer,
            is_reversal: wish.is_reversal,
            total: capture.refunded + capture.reversed,
        };
        self.refunds.insert(id.clone(), refund);
        if !pending {
            self.emit_refund(now, &id);
        }
        id
    }

    fn emit_refund(&mut self, now: Timestamp, id: &str) {
        let Some(refund) = self.refunds.find(id) else {
            return;
        };
        let amount = money::text(refund.amount, &refund.currency);
        let amount = format!("{amount} {}", refund.currency);
        let (kind, what) = if refund.is_reversal {
            ("PAYMENT.CAPTURE.REVERSED", "reversed")
        } else {
            ("PAYMENT.CAPTURE.REFUNDED", "refunded")
        };
        let resource = refund.json(&self.api);
        self.emit(
            now,
            Happening {
                kind,
                resource_type: Some("refund"),
                summary: format!("A {amount} capture payment was {what}"),
                resource,
            },
        );
    }

    /// Ends a pending refund; returns its capture and its amount.
    fn change_refund(
        &mut self,
        now: Timestamp,
        id: &str,
        to: RefundStatus,
    ) -> Result<(String, i64), ActionError> {
        self.tick(now);
        let refund = self
            .refunds
            .find_mut(id)
            .ok_or_else(|| ActionError::missing(id))?;
        if refund.status != RefundStatus::Pending {
            return Err(ActionError::NotNow("the refund is not pending"));
        }
        refund.status = to;
        Ok((refund.capture.clone(), refund.amount))
    }
}

/// The amount that a request asks for, in minor units.
fn amount_of(amount: &Value, capture: &Capture) -> Result<i64, ApiError> {
    let text = |name: &str| amount[name].as_str().unwrap_or_default();
    let refuse = |issue, description: &str, field| {
        let detail =
            Detail::new(issue, description).at(format!("/amount/{field}"), Some(text(field)));
        Err(ApiError::unprocessable(vec![detail]))
    };
    match money::minor(text("value"), text("currency_code")) {
        Err(objection) => {
            let (issue, description) = objection.issue();
            refuse(issue, description, "value")
        }
        Ok(_) if text("currency_code") != capture.currency => {
            let description = "Refund must be in the same currency as the capture";
            refuse(
                "REFUND_CAPTURE_CURRENCY_MISMATCH",
                description,
                "currency_code",
            )
        }
        Ok(0) => refuse(
            "CANNOT_BE_ZERO_OR_NEGATIVE",
            "Must be greater than zero.",
            "value",
        ),
        Ok(minor) => Ok(minor),
    }
}
