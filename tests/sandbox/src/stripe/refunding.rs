//! Refunds: by the seller's request or from the dashboard, and what becomes of them.
//!
//! Every action returns the ids of the events it made, in the order they happened.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::time::Timestamp;

use super::buyer::ActionError;
use super::emit::Happening;
use super::error::ApiError;
use super::event::Cause;
use super::form::Node;
use super::method::MethodKind;
use super::payment::{Charge, ChargeStatus};
use super::refund::{Refund, RefundStatus, RefundSummary};
use super::shelf::Resource;
use super::{Stripe, currency};

struct RefundRequest {
    charge: String,
    amount: Option<i64>,
    reason: Option<String>,
    metadata: BTreeMap<String, String>,
}

impl Stripe {
    /// The seller refunds from the dashboard: `amount` minor units, or all that is left. A card
    /// refund succeeds at once, another is pending.
    pub fn refund(
        &mut self,
        now: Timestamp,
        payment_intent: &str,
        amount: Option<i64>,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        let charge = self.charge_of(payment_intent)?;
        if charge.disputed {
            return Err(ActionError::NotNow("the charge is disputed"));
        }
        let left = charge.refundable();
        if left == 0 || amount.is_some_and(|amount| amount > left || amount <= 0) {
            return Err(ActionError::TooMuch(left));
        }
        let request = RefundRequest {
            charge: charge.id.clone(),
            amount,
            reason: None,
            metadata: BTreeMap::new(),
        };
        self.add_refund(now, request, &Cause::default());
        Ok(self.send_out(now, self.mode))
    }

    /// A pending refund reaches the buyer.
    pub fn refund_succeeds(
        &mut self,
        now: Timestamp,
        refund: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        self.change_refund(now, refund, RefundStatus::Succeeded)?;
        Ok(self.send_out(now, self.mode))
    }

    /// A refund comes back, as happens even weeks after it succeeded. The money counts as not
    /// refunded again.
    pub fn refund_fails(
        &mut self,
        now: Timestamp,
        refund: &str,
    ) -> Result<Vec<String>, ActionError> {
        self.tick(now);
        self.change_refund(now, refund, RefundStatus::Failed)?;
        let (charge, amount, object) = match self.refunds.find(refund) {
            Some(refund) => (refund.charge.clone(), refund.amount, refund.json()),
            None => return Err(ActionError::missing(refund)),
        };
        if let Some(charge) = self.charges.find_mut(&charge) {
            charge.refunded -= amount;
        }
        self.emit_plain(now, "refund.failed", object);
        Ok(self.send_out(now, self.mode))
    }

    /// The refunds of a payment, oldest first.
    #[must_use]
    pub fn refunds_of(&self, payment_intent: &str) -> Vec<RefundSummary> {
        let of = self.refunds.all().iter();
        of.filter(|refund| refund.intent == payment_intent)
            .map(|refund| RefundSummary {
                id: refund.id.clone(),
                amount_minor: refund.amount,
                status: refund.status,
            })
            .collect()
    }

    /// `POST /v1/refunds`, after its parameters were checked.
    pub(super) fn refund_by_request(
        &mut self,
        now: Timestamp,
        params: &Node,
        cause: &Cause,
    ) -> Result<Value, ApiError> {
        let charge = self.charge_in(params)?;
        if charge.disputed {
            let message = format!("Charge {} has been charged back.", charge.id);
            return Err(ApiError::invalid(message)
                .code("charge_disputed")
                .after_beginning());
        }
        let left = charge.refundable();
        if left == 0 {
            let message = format!("Charge {} has already been refunded.", charge.id);
            let error = ApiError::invalid(message).code("charge_already_refunded");
            return Err(error.after_beginning());
        }
        let amount = params.integer("amount");
        if let Some(amount) = amount.filter(|amount| *amount > left) {
            let message = format!(
                "Refund amount ({}) is greater than unrefunded amount on charge ({}).",
                currency::readable(amount, &charge.currency),
                currency::readable(left, &charge.currency)
            );
            return Err(ApiError::invalid(message).param("amount").after_beginning());
        }
        let request = RefundRequest {
            charge: charge.id.clone(),
            amount,
            reason: params.text("reason").map(str::to_owned),
            metadata: params.map_of_texts("metadata"),
        };
        Ok(self.add_refund(now, request, cause))
    }

    fn charge_in(&self, params: &Node) -> Result<&Charge, ApiError> {
        match (params.text("payment_intent"), params.text("charge")) {
            (Some(_), Some(_)) => {
                let message =
                    "You may only specify one of these parameters: charge, payment_intent.";
                Err(ApiError::invalid(message))
            }
            (None, None) => {
                let message = "One of the following params should be provided for this request: \
                               payment_intent or charge.";
                Err(ApiError::invalid(message))
            }
            (None, Some(id)) => self
                .charges
                .find(id)
                .filter(|charge| charge.status == ChargeStatus::Succeeded)
                .ok_or_else(|| ApiError::missing_in("charge", "charge", id)),
            (Some(id), None) => {
                if self.intents.find(id).is_none() {
                    return Err(ApiError::missing_in("payment_intent", "payment_intent", id));
                }
                self.charge_of(id)
                    .ok()
                    .filter(|charge| charge.status == ChargeStatus::Succeeded)
                    .ok_or_else(|| {
                        let message = format!(
                            "This PaymentIntent ({id}) does not have a successful charge to refund."
                        );
                        ApiError::invalid(message).after_beginning()
                    })
            }
        }
    }

    fn add_refund(&mut self, now: Timestamp, request: RefundRequest, cause: &Cause) -> Value {
        let id = self.ids.next("re_3S", 17);
        let Some(charge) = self.charges.find_mut(&request.charge) else {
            return Value::Null;
        };
        let previous = Some(json!({ "amount_refunded": charge.refunded }));
        let amount = request.amount.unwrap_or_else(|| charge.refundable());
        charge.refunded += amount;
        let status = match charge.method_kind {
            MethodKind::Card => RefundStatus::Succeeded,
            _ => RefundStatus::Pending,
        };
        let refund = Refund {
            id,
            created: now,
            charge: charge.id.clone(),
            intent: charge.intent.clone(),
            amount,
            currency: charge.currency.clone(),
            status,
            reason: request.reason,
            metadata: request.metadata,
            method_kind: charge.method_kind,
        };
        let refunded_charge = charge.json();
        let object = refund.json();
        self.refunds.add(refund);
        let created = object.clone();
        self.emit(
            now,
            Happening {
                kind: "refund.created",
                object: created,
                previous: None,
                cause,
            },
        );
        self.emit(
            now,
            Happening {
                kind: "charge.refunded",
                object: refunded_charge,
                previous,
                cause,
            },
        );
        object
    }

    fn change_refund(
        &mut self,
        now: Timestamp,
        id: &str,
        to: RefundStatus,
    ) -> Result<(), ActionError> {
        let refund = self
            .refunds
            .find_mut(id)
            .ok_or_else(|| ActionError::missing(id))?;
        let allowed = match refund.status {
            RefundStatus::Pending => true,
            RefundStatus::Succeeded => to == RefundStatus::Failed,
            RefundStatus::Failed => false,
        };
        if !allowed {
            return Err(ActionError::NotNow("the refund cannot change that way"));
        }
        let previous = json!({ "status": refund.status.as_str() });
        refund.status = to;
        let object = refund.json();
        self.emit_update(now, "refund.updated", object, previous);
        Ok(())
    }
}
