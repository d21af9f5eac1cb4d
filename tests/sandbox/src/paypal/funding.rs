//! What the buyer pays with, and what comes of it when the seller captures.

use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::link;

/// What will come of the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Funding {
    /// The money is there.
    Good,
    /// The money may come later: an e-check, or a payment that PayPal holds for review where the
    /// seller takes immediate payments only. The order is completed and the capture pending.
    Pending,
    /// The order is completed and the capture declined.
    Declined,
    /// The capture is refused and the order stays as it is; the buyer may come back and choose
    /// something else.
    Refused(CaptureIssue),
}

/// Why a capture is refused although the order is approved (Orders v2, `orders.capture-422` and
/// `orders.capture-403`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are PayPal's own")]
pub enum CaptureIssue {
    InstrumentDeclined,
    PayerActionRequired,
    RedirectPayerForAlternateFunding,
    OrderCompletionInProgress,
    PayerCannotPay,
    PayerAccountRestricted,
    PayerAccountLockedOrClosed,
    TransactionRefused,
    TransactionBlockedByPayee,
    ComplianceViolation,
    MaxNumberOfPaymentAttemptsExceeded,
    PayeeAccountRestricted,
    PayeeAccountLockedOrClosed,
    AuthCaptureNotEnabled,
    PermissionDenied,
}

impl CaptureIssue {
    /// Every issue, for tests that go through a table.
    pub const ALL: [Self; 15] = [
        Self::InstrumentDeclined,
        Self::PayerActionRequired,
        Self::RedirectPayerForAlternateFunding,
        Self::OrderCompletionInProgress,
        Self::PayerCannotPay,
        Self::PayerAccountRestricted,
        Self::PayerAccountLockedOrClosed,
        Self::TransactionRefused,
        Self::TransactionBlockedByPayee,
        Self::ComplianceViolation,
        Self::MaxNumberOfPaymentAttemptsExceeded,
        Self::PayeeAccountRestricted,
        Self::PayeeAccountLockedOrClosed,
        Self::AuthCaptureNotEnabled,
        Self::PermissionDenied,
    ];

    /// The `issue` of the error's detail.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    pub(crate) fn error(self, api: &str, order: &str) -> ApiError {
        let (issue, description) = self.words();
        let error = match self {
            Self::PermissionDenied => ApiError::forbidden(),
            _ => ApiError::issue(issue, description),
        };
        match self {
            Self::InstrumentDeclined => error.redirect(link::approval(api, order)),
            _ => error,
        }
        .after_beginning()
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::InstrumentDeclined => (
                "INSTRUMENT_DECLINED",
                // PayPal's own two spaces.
                "The instrument presented  was either declined by the processor or bank, or it \
                 can't be used for this payment.",
            ),
            Self::PayerActionRequired => (
                "PAYER_ACTION_REQUIRED",
                "Transaction cannot complete successfully, instruct the buyer to return to PayPal.",
            ),
            Self::RedirectPayerForAlternateFunding => (
                "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
                "Transaction failed. Redirect the payer to select another funding source.",
            ),
            Self::OrderCompletionInProgress => (
                "ORDER_COMPLETION_IN_PROGRESS",
                "PayPal is still in the process of capturing the order. Please try your request \
                 again.",
            ),
            Self::PayerCannotPay => (
                "PAYER_CANNOT_PAY",
                "Payer cannot pay for this transaction. Please contact the payer to find other \
                 ways to pay for this transaction.",
            ),
            Self::PayerAccountRestricted => {
                ("PAYER_ACCOUNT_RESTRICTED", "PAYER_ACCOUNT_RESTRICTED")
            }
            Self::PayerAccountLockedOrClosed => (
                "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
                "The payer account cannot be used for this transaction.",
            ),
            Self::TransactionRefused => ("TRANSACTION_REFUSED", "The request was refused."),
            Self::TransactionBlockedByPayee => (
                "TRANSACTION_BLOCKED_BY_PAYEE",
                "Transaction blocked by Payee’s Fraud Protection settings.",
            ),
            Self::ComplianceViolation => (
                "COMPLIANCE_VIOLATION",
                "Transaction is declined due to compliance violation.",
            ),
            Self::MaxNumberOfPaymentAttemptsExceeded => (
                "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
                "You have exceeded the maximum number of payment attempts.",
            ),
            Self::PayeeAccountRestricted => (
                "PAYEE_ACCOUNT_RESTRICTED",
                "The merchant account is restricted.",
            ),
            Self::PayeeAccountLockedOrClosed => (
                "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
                "The merchant account is locked or closed.",
            ),
            Self::AuthCaptureNotEnabled => (
                "AUTH_CAPTURE_NOT_ENABLED",
                "Authorization and Capture feature is not enabled for the merchant. Make sure that \
                 the recipient of the funds is a verified business account.",
            ),
            Self::PermissionDenied => (
                "PERMISSION_DENIED",
                "You do not have permission to access or perform operations on this resource.",
            ),
        }
    }
}
