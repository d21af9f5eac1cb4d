//! The bodies that callers send. Nothing in them is believed before it is parsed.

use serde::{Deserialize, Serialize};

use crate::contact::{BillingInput, CustomerInput};
use crate::pricing::ItemRequest;

/// `POST /v1/quotes`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteBody {
    /// 1 to 20 items.
    #[serde(default)]
    pub items: Vec<ItemRequest>,
    /// ISO 4217, upper case.
    #[serde(default)]
    pub currency: String,
    /// ISO 3166-1 alpha-2 code of the billing country: it decides the tax.
    #[serde(default)]
    pub country: String,
    /// The region where tax depends on it.
    #[serde(default)]
    pub region: Option<String>,
    /// A coupon's code, as the buyer typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
}

/// `POST /v1/orders` and `POST /v1/orders/{number}/replacement`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderBody {
    /// 1 to 20 items.
    #[serde(default)]
    pub items: Vec<ItemRequest>,
    /// ISO 4217, upper case.
    #[serde(default)]
    pub currency: String,
    /// Who it is for.
    #[serde(default)]
    pub customer: CustomerInput,
    /// Who pays.
    #[serde(default)]
    pub billing: BillingInput,
    /// The total that the buyer was shown, in minor units. When it is given and the total is
    /// another, nothing is ordered. It never sets a price.
    #[serde(default)]
    pub expected_total: Option<i64>,
    /// A coupon's code, as the buyer typed it. The order holds a use of it until it is paid or over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// Of a replacement only: replace the order although a proof of payment is being reviewed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite_review: bool,
}

/// `POST /v1/orders/{number}/cancel`; may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Cancel although a proof of payment is being reviewed.
    #[serde(default)]
    pub despite_review: bool,
}

/// `POST /v1/orders/{number}/email-confirmation`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailConfirmationBody {
    /// The code from the newest mail, as it was typed: spaces and hyphens do not count.
    #[serde(default)]
    pub code: String,
}

/// `POST /v1/orders/{number}/payments`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentBody {
    /// One of the order's `methods`.
    pub method: String,
}
