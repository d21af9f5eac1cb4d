//! Checkout Sessions (API reference, "The Checkout Session object", version 2026-10-28.endive).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::method::{self, MethodKind};
use super::shelf::Resource;

/// A Checkout Session in payment mode on the hosted page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// `cs_test_…`
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it expires unless it is completed.
    pub expires_at: Timestamp,
    /// Lower-case code.
    pub currency: String,
    /// What is sold.
    pub lines: Vec<Line>,
    /// Sum of the lines, in minor units.
    pub amount_total: i64,
    /// The seller's own reference.
    pub client_reference_id: Option<String>,
    /// The address the seller filled in.
    pub customer_email: Option<String>,
    /// Where the buyer goes after paying; contains `{CHECKOUT_SESSION_ID}` if the seller wrote it.
    pub success_url: String,
    /// Where the back button leads; without it there is none.
    pub cancel_url: Option<String>,
    /// The seller's notes on the session.
    pub metadata: BTreeMap<String, String>,
    /// Where the session stands.
    pub status: SessionStatus,
    /// Whether money has come.
    pub payment_status: PaymentStatus,
    /// Made when the buyer first tries to pay.
    pub payment_intent: Option<String>,
    /// The hosted page.
    pub url: String,
    pub(crate) method_types: Vec<String>,
    pub(crate) options: SessionOptions,
    pub(crate) intent: IntentData,
}

/// One line of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `li_…`
    pub id: String,
    /// The product's name.
    pub name: String,
    /// The product's description.
    pub description: Option<String>,
    /// How many.
    pub quantity: i64,
    /// Price of one, in minor units.
    pub unit_amount: i64,
    /// Quantity times price, in minor units.
    pub amount: i64,
    pub(crate) price_id: String,
    pub(crate) product_id: String,
    pub(crate) tax_behavior: String,
}

/// Choices that are only shown back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct SessionOptions {
    pub(crate) locale: Option<String>,
    pub(crate) submit_type: Option<String>,
    pub(crate) billing_address_collection: Option<String>,
    pub(crate) customer_creation: Option<String>,
    pub(crate) phone_number_collection: bool,
    pub(crate) adaptive_pricing: bool,
    pub(crate) shop_name: String,
}

/// What the payment intent will be made with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct IntentData {
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
}

/// A session's life: open, then complete or expired for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SessionStatus {
    /// The buyer can pay.
    Open,
    /// The buyer has finished; the money may still be under way.
    Complete,
    /// Nobody can pay any more.
    Expired,
}

impl SessionStatus {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// Whether money has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PaymentStatus {
    /// The money is in the account.
    Paid,
    /// Not yet, or never.
    Unpaid,
    /// There was nothing to pay.
    NoPaymentRequired,
}

impl PaymentStatus {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Unpaid => "unpaid",
            Self::NoPaymentRequired => "no_payment_required",
        }
    }
}

impl Session {
    /// The success URL with the session's id filled in.
    #[must_use]
    pub fn return_url(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }

    /// The delayed method that the page offers, if the seller's list allows one.
    #[must_use]
    pub fn delayed_method(&self) -> Option<MethodKind> {
        let delayed = method::delayed(&self.currency);
        self.method_types
            .iter()
            .any(|kind| kind == delayed.as_str())
            .then_some(delayed)
    }

    /// True while a card can be used.
    #[must_use]
    pub fn takes_cards(&self) -> bool {
        self.method_types.iter().any(|kind| kind == "card")
    }

    /// The lines as the `line_items` list shows them.
    pub(crate) fn line_items(&self) -> Vec<Value> {
        self.lines.iter().map(|line| self.line_item(line)).collect()
    }

    fn line_item(&self, line: &Line) -> Value {
        json!({
            "id": line.id,
            "object": "item",
            "adjustable_quantity": null,
            "amount_discount": 0,
            "amount_subtotal": line.amount,
            "amount_tax": 0,
            "amount_total": line.amount,
            "currency": self.currency,
            "description": line.name,
            "price": {
                "id": line.price_id,
                "object": "price",
                "active": false,
                "billing_scheme": "per_unit",
                "created": self.created.0,
                "currency": self.currency,
                "custom_unit_amount": null,
                "livemode": false,
                "lookup_key": null,
                "metadata": {},
                "nickname": null,
                "product": line.product_id,
                "recurring": null,
                "tax_behavior": line.tax_behavior,
                "tiers_mode": null,
                "transform_quantity": null,
                "type": "one_time",
                "unit_amount": line.unit_amount,
                "unit_amount_decimal": line.unit_amount.to_string(),
            },
            "quantity": line.quantity,
        })
    }

    fn customer_details(&self) -> Value {
        match (self.status, &self.customer_email) {
            (SessionStatus::Complete, _) => method::customer_details(self.buyer_email()),
            (_, Some(email)) => method::unknown_customer_details(email),
            (_, None) => Value::Null,
        }
    }

    /// The address the buyer leaves on the page.
    pub(crate) fn buyer_email(&self) -> &str {
        self.customer_email
            .as_deref()
            .unwrap_or(method::BUYER_EMAIL)
    }
}

impl Resource for Session {
    const NAME: &'static str = "checkout.session";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Timestamp {
        self.created
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one literal of the object, to be read beside the reference"
    )]
    fn json(&self) -> Value {
        let options = &self.options;
        let method_options = if self.takes_cards() {
            json!({ "card": { "request_three_d_secure": "automatic" } })
        } else {
            json!({})
        };
        let url = (self.status == SessionStatus::Open).then_some(&self.url);
        json!({
            "id": self.id,
            "object": "checkout.session",
            "adaptive_pricing": { "enabled": options.adaptive_pricing },
            "after_expiration": null,
            "allow_promotion_codes": null,
            "allowed_payment_method_types": null,
            "amount_subtotal": self.amount_total,
            "amount_total": self.amount_total,
            "automatic_tax": {
                "enabled": false,
                "liability": null,
                "provider": null,
                "status": null,
            },
            "billing_address_collection": options.billing_address_collection,
            "branding_settings": {
                "background_color": "#ffffff",
                "border_style": "rounded",
                "button_color": "#0074d4",
                "display_name": options.shop_name,
                "font_family": "default",
                "icon": null,
                "logo": null,
            },
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "client_secret": null,
            "collected_information": null,
            "consent": null,
            "consent_collection": null,
            "created": self.created.0,
            "currency": self.currency,
            "currency_conversion": null,
            "custom_fields": [],
            "custom_text": {
                "after_submit": null,
                "shipping_address": null,
                "submit": null,
                "terms_of_service_acceptance": null,
            },
            "customer": null,
            "customer_account": null,
            "customer_creation": options.customer_creation.as_deref().unwrap_or("if_required"),
            "customer_details": self.customer_details(),
            "customer_email": self.customer_email,
            "discounts": [],
            "expires_at": self.expires_at.0,
            "integration_identifier": null,
            "invoice": null,
            "invoice_creation": {
                "enabled": false,
                "invoice_data": {
                    "account_tax_ids": null,
                    "custom_fields": null,
                    "description": null,
                    "footer": null,
                    "issuer": null,
                    "metadata": {},
                    "rendering_options": null,
                },
            },
            "livemode": false,
            "locale": options.locale,
            "managed_payments": { "enabled": false },
            "metadata": self.metadata,
            "mode": "payment",
            "origin_context": null,
            "payment_intent": self.payment_intent,
            "payment_link": null,
            "payment_method_collection": "if_required",
            "payment_method_configuration_details": { "id": "pmc_sandbox", "parent": null },
            "payment_method_options": method_options,
            "payment_method_types": self.method_types,
            "payment_status": self.payment_status.as_str(),
            "permissions": null,
            "phone_number_collection": { "enabled": options.phone_number_collection },
            "recovered_from": null,
            "saved_payment_method_options": null,
            "setup_intent": null,
            "shipping_address_collection": null,
            "shipping_cost": null,
            "shipping_options": [],
            "status": self.status.as_str(),
            "submit_type": options.submit_type,
            "subscription": null,
            "success_url": self.success_url,
            "total_details": {
                "amount_discount": 0,
                "amount_shipping": 0,
                "amount_tax": 0,
            },
            "ui_mode": "hosted_page",
            "url": url,
            "wallet_options": null,
        })
    }
}
