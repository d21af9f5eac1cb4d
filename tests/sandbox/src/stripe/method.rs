//! The sandbox's one buyer and the ways they pay.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::shelf::Resource;

/// The address of a buyer whose session named none.
pub(crate) const BUYER_EMAIL: &str = "buyer@example.com";
/// The name the buyer gives.
pub(crate) const BUYER_NAME: &str = "Jenny Rosen";

/// A kind of payment method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MethodKind {
    /// A card: the outcome is known at once.
    Card,
    /// SEPA Direct Debit, for euros.
    SepaDebit,
    /// ACH Direct Debit, for US dollars.
    UsBankAccount,
    /// Konbini, for yen.
    Konbini,
    /// A bank transfer, for all other currencies.
    CustomerBalance,
}

impl MethodKind {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::SepaDebit => "sepa_debit",
            Self::UsBankAccount => "us_bank_account",
            Self::Konbini => "konbini",
            Self::CustomerBalance => "customer_balance",
        }
    }

    /// For people.
    #[must_use]
    pub fn readable(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::SepaDebit => "SEPA Direct Debit",
            Self::UsBankAccount => "ACH Direct Debit",
            Self::Konbini => "Konbini",
            Self::CustomerBalance => "bank transfer",
        }
    }

    /// Parses Stripe's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Card,
            Self::SepaDebit,
            Self::UsBankAccount,
            Self::Konbini,
            Self::CustomerBalance,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }

    fn details(self) -> Value {
        match self {
            Self::Card => json!({
                "brand": "visa",
                "country": "US",
                "exp_month": 12,
                "exp_year": 2034,
                "fingerprint": "sandboxFingerp01",
                "funding": "credit",
                "installments": null,
                "last4": "4242",
                "mandate": null,
                "network": "visa",
                "three_d_secure": null,
                "wallet": null,
            }),
            Self::SepaDebit => json!({
                "bank_code": "37040044",
                "branch_code": "",
                "country": "DE",
                "fingerprint": "sandboxFingerp02",
                "last4": "3000",
                "mandate": null,
            }),
            Self::UsBankAccount => json!({
                "account_holder_type": "individual",
                "account_type": "checking",
                "bank_name": "STRIPE TEST BANK",
                "fingerprint": "sandboxFingerp03",
                "last4": "6789",
                "routing_number": "110000000",
            }),
            Self::Konbini => json!({ "store": { "chain": "lawson" } }),
            Self::CustomerBalance => json!({}),
        }
    }

    /// `payment_method_details` of a charge.
    pub(crate) fn charge_details(self) -> Value {
        let mut details = json!({ "type": self.as_str() });
        details[self.as_str()] = self.details();
        details
    }
}

/// The delayed method of a currency.
pub(crate) fn delayed(currency: &str) -> MethodKind {
    match currency {
        "eur" => MethodKind::SepaDebit,
        "usd" => MethodKind::UsBankAccount,
        "jpy" => MethodKind::Konbini,
        _ => MethodKind::CustomerBalance,
    }
}

/// A payment method that the buyer has used.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) kind: MethodKind,
    pub(crate) email: String,
}

impl Resource for Method {
    const NAME: &'static str = "PaymentMethod";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    fn json(&self) -> Value {
        let mut method = json!({
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "limited",
            "billing_details": billing_details(&self.email),
            "created": self.created.0,
            "customer": null,
            "livemode": false,
            "metadata": {},
            "type": self.kind.as_str(),
        });
        method[self.kind.as_str()] = self.kind.details();
        method
    }
}

/// `billing_details` of a charge or a method.
pub(crate) fn billing_details(email: &str) -> Value {
    json!({
        "address": address(),
        "email": email,
        "name": BUYER_NAME,
        "phone": null,
        "tax_id": null,
    })
}

/// `customer_details` of a completed session.
pub(crate) fn customer_details(email: &str) -> Value {
    json!({
        "address": address(),
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": BUYER_NAME,
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": [],
    })
}

/// `customer_details` while only the address is known.
pub(crate) fn unknown_customer_details(email: &str) -> Value {
    json!({
        "address": {
            "city": null,
            "country": null,
            "line1": null,
            "line2": null,
            "postal_code": null,
            "state": null,
        },
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": null,
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": null,
    })
}

fn address() -> Value {
    json!({
        "city": "Berlin",
        "country": "DE",
        "line1": "Musterstr. 1",
        "line2": null,
        "postal_code": "10115",
        "state": null,
    })
}
