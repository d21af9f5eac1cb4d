//! The bodies that the sandbox takes (Orders v2, `order_request`; Payments v2, `refund_request`).
//!
//! Deprecated members (`application_context`, `payer`) and what Edgetill has no use for (several
//! purchase units, shipping, other payment sources, authorisations) are left out, and so refused.

use super::schema::Member;
use super::schema::Shape::{Choice, List, Money, Object, Partial, Ruled, Text};

/// `POST /v2/checkout/orders`.
pub(crate) const CREATE_ORDER: &[Member] = &[
    ("intent", true, Partial(&["CAPTURE"], &["AUTHORIZE"])),
    ("purchase_units", true, List(1, 1, &Object(PURCHASE_UNIT))),
    ("payment_source", false, Object(PAYMENT_SOURCE)),
];

/// `POST /v2/checkout/orders/{id}/capture`.
pub(crate) const CAPTURE: &[Member] = &[];

/// `POST /v2/payments/captures/{id}/refund`.
pub(crate) const REFUND: &[Member] = &[
    ("amount", false, Money),
    ("custom_id", false, Text(1, 127)),
    ("invoice_id", false, Text(1, 127)),
    ("note_to_payer", false, Text(1, 255)),
];

/// `POST /v1/notifications/webhooks-events/{id}/resend`.
pub(crate) const RESEND: &[Member] = &[("webhook_ids", false, List(0, 500, &Text(1, 50)))];

const PURCHASE_UNIT: &[Member] = &[
    ("reference_id", false, Text(1, 256)),
    ("amount", true, Object(AMOUNT)),
    ("custom_id", false, Text(1, 127)),
    ("invoice_id", false, Text(1, 127)),
    ("description", false, Text(1, 127)),
    ("soft_descriptor", false, Text(1, 22)),
    ("items", false, List(1, 100, &Object(ITEM))),
];

const AMOUNT: &[Member] = &[
    ("currency_code", true, Text(3, 3)),
    ("value", true, Ruled(super::money::is_well_formed)),
    ("breakdown", false, Object(BREAKDOWN)),
];

const BREAKDOWN: &[Member] = &[
    ("item_total", false, Money),
    ("shipping", false, Money),
    ("handling", false, Money),
    ("tax_total", false, Money),
    ("insurance", false, Money),
    ("shipping_discount", false, Money),
    ("discount", false, Money),
];

const ITEM: &[Member] = &[
    ("name", true, Text(1, 127)),
    ("unit_amount", true, Money),
    ("tax", false, Money),
    ("quantity", true, Ruled(is_quantity)),
    ("description", false, Text(0, 127)),
    ("sku", false, Text(0, 127)),
    (
        "category",
        false,
        Choice(&["DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"]),
    ),
];

const PAYMENT_SOURCE: &[Member] = &[("paypal", true, Object(PAYPAL))];

const PAYPAL: &[Member] = &[("experience_context", true, Object(EXPERIENCE))];

/// The way back is required here and optional at PayPal, where the buyer then never comes back.
const EXPERIENCE: &[Member] = &[
    ("brand_name", false, Text(1, 127)),
    ("locale", false, Ruled(is_locale)),
    (
        "landing_page",
        false,
        Choice(&["LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"]),
    ),
    (
        "shipping_preference",
        false,
        Choice(&["GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"]),
    ),
    ("user_action", false, Choice(&["CONTINUE", "PAY_NOW"])),
    (
        "payment_method_preference",
        false,
        Choice(&["UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"]),
    ),
    ("return_url", true, Ruled(is_url)),
    ("cancel_url", true, Ruled(is_url)),
];

/// `^[1-9][0-9]{0,9}$`
fn is_quantity(text: &str) -> bool {
    text.len() <= 10 && !text.starts_with('0') && is_all(text, u8::is_ascii_digit)
}

/// `^[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?$`
fn is_locale(text: &str) -> bool {
    let (language, rest) = text
        .split_once('-')
        .map_or((text, None), |(l, r)| (l, Some(r)));
    let is_script = |part: &str| {
        part.len() == 4
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.bytes().skip(1).all(|b| b.is_ascii_lowercase())
    };
    let is_region = |part: &str| {
        part.len() == 2 && is_all(part, u8::is_ascii_uppercase)
            || part.len() == 3 && is_all(part, u8::is_ascii_digit)
    };
    language.len() == 2
        && is_all(language, u8::is_ascii_lowercase)
        && rest.is_none_or(|rest| match rest.split_once('-') {
            None => is_script(rest) || is_region(rest),
            Some((script, region)) => is_script(script) && is_region(region),
        })
}

fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_all(text: &str, holds: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.as_bytes().iter().all(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_the_openapi_file_hold() {
        for (text, expected) in [
            ("1", true),
            ("9999999999", true),
            ("0", false),
            ("01", false),
            ("", false),
            ("10000000000", false),
            ("1.5", false),
        ] {
            assert_eq!(is_quantity(text), expected, "{text}");
        }
        for (text, expected) in [
            ("en", true),
            ("en-US", true),
            ("zh-Hans", true),
            ("zh-Hans-CN", true),
            ("es-419", true),
            ("en_US", false),
            ("EN", false),
            ("en-", false),
            ("en-us", false),
            ("", false),
        ] {
            assert_eq!(is_locale(text), expected, "{text}");
        }
        for (text, expected) in [
            ("https://a", true),
            ("http://127.0.0.1:8787/x?y=z", true),
            ("https:///x", false),
            ("ftp://a", false),
            ("https://", false),
            ("/x", false),
            ("https://a b", false),
        ] {
            assert_eq!(is_url(text), expected, "{text}");
        }
    }
}
