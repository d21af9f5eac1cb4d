//! The answer to a capture: eleven ways on.

use super::{DUPLICATE_INVOICE_ID, Reply, read_order};
use crate::answer::ProviderRefusal;
use crate::http::InResponse;
use crate::provider::paypal::order::Order;

/// The answer to a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureAnswer {
    /// There is a capture. Its standing says whether the money has come: it may be pending or
    /// declined.
    Captured(Box<Order>),
    /// It was captured before: read the order and believe what it says.
    AlreadyCaptured,
    /// The buyer has not approved: wait, and do not repeat.
    NotApproved,
    /// The buyer's funding source was declined, and the order is still good: send the buyer back
    /// to its approval page, and capture under the next attempt's id
    /// ([`super::super::key::RequestId::of_capture`]). Not a failed payment.
    PayerMustChoose(ProviderRefusal),
    /// The `invoice_id` was paid before: read the order; if it has no capture, begin another payment,
    /// whose invoice id is new.
    InvoiceTaken(ProviderRefusal),
    /// There is no such order any more: offer a new payment.
    Expired,
    /// This buyer cannot pay this order with PayPal: another method, or another account.
    Hopeless(ProviderRefusal),
    /// Something is wrong with our PayPal account: staff must be told.
    OurAccount(ProviderRefusal),
    /// The token is not taken any more: get another and repeat once, under the same id.
    TokenRefused,
    /// Refused for another reason, which is a fault of ours.
    Refused(ProviderRefusal),
    /// Read the order before anything else is tried; a repeat needs the same id.
    Unknown(String),
}

/// Reads the answer to a capture.
#[must_use]
pub fn read_captured(response: &InResponse) -> CaptureAnswer {
    match read_order(response) {
        Reply::Done(order) => CaptureAnswer::Captured(order),
        Reply::TokenRefused => CaptureAnswer::TokenRefused,
        Reply::NotFound(_) => CaptureAnswer::Expired,
        Reply::Refused(refusal) => by_issue(refusal),
        Reply::Unknown(why) => CaptureAnswer::Unknown(why),
    }
}

/// PayPal's table of errors of `orders.capture`.
fn by_issue(refusal: ProviderRefusal) -> CaptureAnswer {
    match refusal.code.as_str() {
        "ORDER_ALREADY_CAPTURED" | "ORDER_ALREADY_COMPLETED" | "ORDER_COMPLETED_OR_VOIDED" => {
            CaptureAnswer::AlreadyCaptured
        }
        "ORDER_NOT_APPROVED" => CaptureAnswer::NotApproved,
        "ORDER_EXPIRED" => CaptureAnswer::Expired,
        "INSTRUMENT_DECLINED"
        | "PAYER_ACTION_REQUIRED"
        | "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING" => CaptureAnswer::PayerMustChoose(refusal),
        DUPLICATE_INVOICE_ID => CaptureAnswer::InvoiceTaken(refusal),
        "PAYER_CANNOT_PAY"
        | "TRANSACTION_REFUSED"
        | "TRANSACTION_BLOCKED_BY_PAYEE"
        | "PAYEE_BLOCKED_TRANSACTION"
        | "TRANSACTION_LIMIT_EXCEEDED"
        | "COMPLIANCE_VIOLATION"
        | "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED" => CaptureAnswer::Hopeless(refusal),
        "AUTH_CAPTURE_NOT_ENABLED"
        | "PERMISSION_DENIED"
        | "NOT_AUTHORIZED"
        | "TRANSACTION_RECEIVING_LIMIT_EXCEEDED" => CaptureAnswer::OurAccount(refusal),
        issue if issue.starts_with("PAYER_ACCOUNT_") => CaptureAnswer::Hopeless(refusal),
        issue if issue.starts_with("PAYEE_ACCOUNT_") => CaptureAnswer::OurAccount(refusal),
        _ => CaptureAnswer::Refused(refusal),
    }
}
