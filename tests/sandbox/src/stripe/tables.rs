//! Which parameters each endpoint takes.
//!
//! A name that Stripe does not have is refused as unknown. A name that Stripe has and the sandbox
//! does not play is refused too, with a text that says so.

use super::params::{Field, Kind, optional, required, unimplemented};

const TEXT: Kind = Kind::Text(5_000);
const EXPAND: Field = optional("expand", Kind::List(20, &TEXT));
const LIMIT: Field = optional("limit", Kind::Integer(1, 100));
const STARTING_AFTER: Field = optional("starting_after", TEXT);
const ENDING_BEFORE: Field = optional("ending_before", TEXT);
const CREATED: Field = optional("created", Kind::Window);
const ENABLED: &[Field] = &[required("enabled", Kind::Bool)];

const PRODUCT_DATA: &[Field] = &[
    required("name", TEXT),
    optional("description", Kind::Text(40_000)),
    optional("images", Kind::List(8, &Kind::Url)),
    optional("metadata", Kind::Metadata),
    optional("tax_code", TEXT),
    optional("unit_label", Kind::Text(12)),
    unimplemented("tax_details"),
];

const PRICE_DATA: &[Field] = &[
    required("currency", Kind::Currency),
    required("product_data", Kind::Object(PRODUCT_DATA)),
    required("unit_amount", Kind::Integer(0, i64::MAX)),
    optional(
        "tax_behavior",
        Kind::OneOf(&["exclusive", "inclusive", "unspecified"]),
    ),
    unimplemented("product"),
    unimplemented("recurring"),
    unimplemented("unit_amount_decimal"),
];

const LINE_ITEM: Kind = Kind::Object(&[
    required("price_data", Kind::Object(PRICE_DATA)),
    required("quantity", Kind::Integer(1, 999_999)),
    unimplemented("adjustable_quantity"),
    unimplemented("dynamic_tax_rates"),
    unimplemented("metadata"),
    unimplemented("price"),
    unimplemented("tax_rates"),
]);

const PAYMENT_INTENT_DATA: &[Field] = &[
    optional(
        "capture_method",
        Kind::OneOf(&["automatic", "automatic_async"]),
    ),
    optional("description", Kind::Text(1_000)),
    optional("metadata", Kind::Metadata),
    optional("receipt_email", Kind::Email),
    optional("statement_descriptor_suffix", Kind::Text(22)),
    unimplemented("application_fee_amount"),
    unimplemented("on_behalf_of"),
    unimplemented("setup_future_usage"),
    unimplemented("shipping"),
    unimplemented("statement_descriptor"),
    unimplemented("transfer_data"),
    unimplemented("transfer_group"),
];

const LOCALES: &[&str] = &[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr",
    "fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt",
    "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
];

/// `POST /v1/checkout/sessions`
pub(crate) const CREATE_SESSION: &[Field] = &[
    required("line_items", Kind::List(100, &LINE_ITEM)),
    required("mode", Kind::OneOf(&["payment", "setup", "subscription"])),
    required("success_url", Kind::Url),
    optional("adaptive_pricing", Kind::Object(ENABLED)),
    optional(
        "billing_address_collection",
        Kind::OneOf(&["auto", "required"]),
    ),
    optional("cancel_url", Kind::Url),
    optional("client_reference_id", Kind::Text(200)),
    optional("customer_creation", Kind::OneOf(&["always", "if_required"])),
    optional("customer_email", Kind::Email),
    EXPAND,
    optional("expires_at", Kind::Integer(0, i64::MAX)),
    optional("locale", Kind::OneOf(LOCALES)),
    optional("metadata", Kind::Metadata),
    optional("payment_intent_data", Kind::Object(PAYMENT_INTENT_DATA)),
    optional("payment_method_types", Kind::List(20, &Kind::Text(100))),
    optional("phone_number_collection", Kind::Object(ENABLED)),
    optional(
        "submit_type",
        Kind::OneOf(&["auto", "book", "donate", "pay", "subscribe"]),
    ),
    optional(
        "ui_mode",
        Kind::OneOf(&["elements", "embedded_page", "form", "hosted_page"]),
    ),
    unimplemented("after_expiration"),
    unimplemented("allow_promotion_codes"),
    unimplemented("allowed_payment_method_types"),
    unimplemented("automatic_tax"),
    unimplemented("branding_settings"),
    unimplemented("consent_collection"),
    unimplemented("currency"),
    unimplemented("custom_fields"),
    unimplemented("custom_text"),
    unimplemented("customer"),
    unimplemented("customer_account"),
    unimplemented("customer_update"),
    unimplemented("discounts"),
    unimplemented("excluded_payment_method_types"),
    unimplemented("integration_identifier"),
    unimplemented("invoice_creation"),
    unimplemented("managed_payments"),
    unimplemented("name_collection"),
    unimplemented("optional_items"),
    unimplemented("origin_context"),
    unimplemented("payment_method_collection"),
    unimplemented("payment_method_configuration"),
    unimplemented("payment_method_data"),
    unimplemented("payment_method_options"),
    unimplemented("permissions"),
    unimplemented("redirect_on_completion"),
    unimplemented("return_url"),
    unimplemented("saved_payment_method_options"),
    unimplemented("setup_intent_data"),
    unimplemented("shipping_address_collection"),
    unimplemented("shipping_options"),
    unimplemented("subscription_data"),
    unimplemented("tax_id_collection"),
    unimplemented("wallet_options"),
];

/// `GET /v1/checkout/sessions`
pub(crate) const LIST_SESSIONS: &[Field] = &[
    CREATED,
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    optional("payment_intent", TEXT),
    STARTING_AFTER,
    optional("status", Kind::OneOf(&["complete", "expired", "open"])),
    unimplemented("customer"),
    unimplemented("customer_account"),
    unimplemented("customer_details"),
    unimplemented("payment_link"),
    unimplemented("subscription"),
];

/// Reading one object, and `POST …/expire`.
pub(crate) const ONE: &[Field] = &[EXPAND];

/// Lists without a filter of their own.
pub(crate) const LIST_LINE_ITEMS: &[Field] = &[ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];

/// `GET /v1/events`
pub(crate) const LIST_EVENTS: &[Field] = &[
    CREATED,
    optional("delivery_success", Kind::Bool),
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    STARTING_AFTER,
    optional("type", TEXT),
    optional("types", Kind::List(20, &TEXT)),
];

/// `POST /v1/refunds`
pub(crate) const CREATE_REFUND: &[Field] = &[
    optional("amount", Kind::Integer(1, i64::MAX)),
    optional("charge", TEXT),
    EXPAND,
    optional("metadata", Kind::Metadata),
    optional("payment_intent", TEXT),
    optional(
        "reason",
        Kind::OneOf(&["duplicate", "fraudulent", "requested_by_customer"]),
    ),
    unimplemented("currency"),
    unimplemented("customer"),
    unimplemented("instructions_email"),
    unimplemented("origin"),
    unimplemented("refund_application_fee"),
    unimplemented("reverse_transfer"),
];

/// `GET /v1/refunds` and `GET /v1/disputes`
pub(crate) const LIST_OF_CHARGE: &[Field] = &[
    optional("charge", TEXT),
    CREATED,
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    optional("payment_intent", TEXT),
    STARTING_AFTER,
];

/// `GET /v1/charges`
pub(crate) const LIST_CHARGES: &[Field] = &[
    CREATED,
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    optional("payment_intent", TEXT),
    STARTING_AFTER,
    unimplemented("customer"),
    unimplemented("transfer_group"),
];

/// `GET /v1/payment_intents`
pub(crate) const LIST_INTENTS: &[Field] = &[
    CREATED,
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    STARTING_AFTER,
    unimplemented("customer"),
    unimplemented("customer_account"),
];
