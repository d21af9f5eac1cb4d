//! Payment intents and charges, as Checkout makes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::method::{self, MethodKind};
use super::session::IntentData;
use super::shelf::Resource;

/// The decision of an issuer against a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    /// The card has no money.
    InsufficientFunds,
    /// The delayed method came back.
    DebitReturned,
}

impl Failure {
    fn code(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "card_declined",
            Self::DebitReturned => "payment_intent_payment_attempt_failed",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "Your card has insufficient funds.",
            Self::DebitReturned => "The payment failed.",
        }
    }

    fn error(self, charge: &str) -> Value {
        match self {
            Self::InsufficientFunds => json!({
                "advice_code": "try_again_later",
                "charge": charge,
                "code": self.code(),
                "decline_code": "insufficient_funds",
                "doc_url": "https://stripe.com/docs/error-codes/card-declined",
                "message": self.message(),
                "network_advice_code": "02",
                "network_decline_code": "51",
                "type": "card_error",
            }),
            Self::DebitReturned => json!({
                "charge": charge,
                "code": self.code(),
                "doc_url": "https://stripe.com/docs/error-codes/payment-intent-payment-attempt-failed",
                "message": self.message(),
                "type": "invalid_request_error",
            }),
        }
    }

    fn outcome(self) -> Value {
        match self {
            Self::InsufficientFunds => json!({
                "advice_code": "try_again_later",
                "network_advice_code": "02",
                "network_decline_code": "51",
                "network_status": "declined_by_network",
                "reason": "insufficient_funds",
                "risk_level": "normal",
                "risk_score": 20,
                "seller_message": "The bank returned the decline code `insufficient_funds`.",
                "type": "issuer_declined",
            }),
            Self::DebitReturned => json!({
                "advice_code": null,
                "network_advice_code": null,
                "network_decline_code": null,
                "network_status": "declined_by_network",
                "reason": "generic_decline",
                "risk_level": "not_assessed",
                "risk_score": null,
                "seller_message": "The bank did not return any further details with this decline.",
                "type": "issuer_declined",
            }),
        }
    }
}

/// A payment intent's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum IntentStatus {
    RequiresPaymentMethod(Option<Failure>),
    Processing,
    Succeeded,
    Canceled(Timestamp),
}

impl IntentStatus {
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod(_) => "requires_payment_method",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled(_) => "canceled",
        }
    }
}

/// A payment intent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) session: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: IntentStatus,
    pub(crate) latest_charge: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) method_kind: MethodKind,
    pub(crate) data: IntentData,
}

impl Resource for Intent {
    const NAME: &'static str = "payment_intent";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        let received = if self.status == IntentStatus::Succeeded {
            self.amount
        } else {
            0
        };
        let (canceled_at, reason) = match self.status {
            IntentStatus::Canceled(at) => (Some(at.0), Some("abandoned")),
            _ => (None, None),
        };
        let last_error = match (&self.status, &self.latest_charge) {
            (IntentStatus::RequiresPaymentMethod(Some(failure)), Some(charge)) => {
                failure.error(charge)
            }
            _ => Value::Null,
        };
        let options = match self.method_kind {
            MethodKind::Card => json!({ "card": {
                "installments": null,
                "mandate_options": null,
                "network": null,
                "request_three_d_secure": "automatic",
            } }),
            _ => json!({}),
        };
        json!({
            "id": self.id,
            "object": "payment_intent",
            "allowed_payment_method_types": null,
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": { "tip": {} },
            "amount_received": received,
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": null,
            "canceled_at": canceled_at,
            "cancellation_reason": reason,
            "capture_method": "automatic_async",
            "client_secret": format!("{}_secret_sandbox", self.id),
            "confirmation_method": "automatic",
            "created": self.created.0,
            "currency": self.currency,
            "customer": null,
            "customer_account": null,
            "description": self.data.description,
            "excluded_payment_method_types": null,
            "last_payment_error": last_error,
            "latest_charge": self.latest_charge,
            "livemode": false,
            "managed_payments": null,
            "metadata": self.data.metadata,
            "next_action": null,
            "on_behalf_of": null,
            "payment_details": { "customer_reference": null, "order_reference": null },
            "payment_method": self.method,
            "payment_method_configuration_details": null,
            "payment_method_options": options,
            "payment_method_types": [self.method_kind.as_str()],
            "payment_record": null,
            "processing": null,
            "receipt_email": self.data.receipt_email,
            "review": null,
            "setup_future_usage": null,
            "shipping": null,
            "source": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": self.data.statement_descriptor_suffix,
            "status": self.status.as_str(),
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

/// A charge's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ChargeStatus {
    Pending,
    Succeeded,
    Failed(Failure),
}

/// A charge: one try to take the money of an intent.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) intent: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: ChargeStatus,
    pub(crate) refunded: i64,
    pub(crate) disputed: bool,
    pub(crate) method: String,
    pub(crate) method_kind: MethodKind,
    pub(crate) email: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) shop_name: String,
}

impl Charge {
    /// What a refund could still return.
    pub(crate) fn refundable(&self) -> i64 {
        match self.status {
            ChargeStatus::Succeeded => self.amount - self.refunded,
            ChargeStatus::Pending | ChargeStatus::Failed(_) => 0,
        }
    }
}

impl Resource for Charge {
    const NAME: &'static str = "charge";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        let succeeded = self.status == ChargeStatus::Succeeded;
        let transaction = succeeded.then(|| self.id.replacen("ch_", "txn_", 1));
        let (status, failure) = match self.status {
            ChargeStatus::Pending => ("pending", None),
            ChargeStatus::Succeeded => ("succeeded", None),
            ChargeStatus::Failed(failure) => ("failed", Some(failure)),
        };
        let outcome = failure.map_or_else(approved, Failure::outcome);
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": if succeeded { self.amount } else { 0 },
            "amount_refunded": self.refunded,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": transaction,
            "billing_details": method::billing_details(&self.email),
            "calculated_statement_descriptor": self.shop_name.to_uppercase(),
            "captured": succeeded,
            "created": self.created.0,
            "currency": self.currency,
            "customer": null,
            "description": self.description,
            "disputed": self.disputed,
            "failure_balance_transaction": null,
            "failure_code": failure.map(Failure::code),
            "failure_message": failure.map(Failure::message),
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "on_behalf_of": null,
            "outcome": outcome,
            "paid": succeeded,
            "payment_intent": self.intent,
            "payment_method": self.method,
            "payment_method_details": self.method_kind.charge_details(),
            "radar_options": {},
            "receipt_email": self.receipt_email,
            "receipt_number": null,
            "receipt_url": format!("https://pay.stripe.com/receipts/payment/{}", self.id),
            "refunded": succeeded && self.refunded == self.amount,
            "review": null,
            "shipping": null,
            "source": null,
            "source_transfer": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": self.statement_descriptor_suffix,
            "status": status,
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

fn approved() -> Value {
    json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": "approved_by_network",
        "reason": null,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete.",
        "type": "authorized",
    })
}
