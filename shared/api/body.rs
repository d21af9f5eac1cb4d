//! The bodies that callers send. Nothing in them is believed before it is parsed.

use serde::Serialize;

use super::reading::{Body, Fields};
use crate::contact::{BillingInput, CustomerInput};
use crate::pricing::ItemRequest;

/// `POST /v1/quotes`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// The code of the state or region, such as `NY`: needed where tax depends on it.
    #[serde(default)]
    pub region: Option<String>,
    /// A coupon's code, as the buyer typed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
}

/// `POST /v1/orders` and `POST /v1/orders/{number}/replacement`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Cancel although a proof of payment is being reviewed.
    #[serde(default)]
    pub despite_review: bool,
}

/// `POST /v1/orders/{number}/email-confirmation`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailConfirmationBody {
    /// The code from the newest mail, as it was typed: spaces and hyphens do not count.
    #[serde(default)]
    pub code: String,
}

/// `POST /v1/orders/{number}/payments`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentBody {
    /// One of the order's `methods`.
    pub method: String,
}

impl Body for QuoteBody {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            items: fields.list("items"),
            currency: fields.text("currency").unwrap_or_default(),
            country: fields.text("country").unwrap_or_default(),
            region: fields.text("region"),
            coupon: fields.text("coupon"),
        }
    }
}

impl Body for OrderBody {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            items: fields.list("items"),
            currency: fields.text("currency").unwrap_or_default(),
            customer: fields.object("customer"),
            billing: fields.object("billing"),
            expected_total: fields.whole("expected_total"),
            coupon: fields.text("coupon"),
            despite_review: fields.flag("despite_review"),
        }
    }
}

impl Body for CancelBody {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            despite_review: fields.flag("despite_review"),
        }
    }
}

impl Body for EmailConfirmationBody {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            code: fields.text("code").unwrap_or_default(),
        }
    }
}

impl Body for PaymentBody {
    fn read(fields: &mut Fields<'_>) -> Self {
        let method = fields.text("method");
        Self {
            method: fields.required("method", method),
        }
    }
}

impl Body for ItemRequest {
    fn read(fields: &mut Fields<'_>) -> Self {
        let (product, quantity) = (fields.text("product"), fields.whole("quantity"));
        Self {
            product: fields.required("product", product),
            period_months: fields.whole("period_months"),
            quantity: fields.required("quantity", quantity),
        }
    }
}

impl Body for CustomerInput {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.text("name"),
            email: fields.text("email"),
        }
    }
}

impl Body for BillingInput {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.text("name"),
            company: fields.text("company"),
            line1: fields.text("line1"),
            line2: fields.text("line2"),
            city: fields.text("city"),
            region: fields.text("region"),
            postal_code: fields.text("postal_code"),
            country: fields.text("country"),
            tax_id: fields.text("tax_id"),
        }
    }
}
