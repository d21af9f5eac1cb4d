//! The body of a refund.

use serde::Serialize;

use crate::money::Money;
use crate::provider::paypal::amount::{AmountProblem, check_amount, to_value};

/// PayPal's limit of a note to the payer.
const NOTE_CHARS_MAX: usize = 255;

/// What is given back of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refund<'a> {
    /// How much; `None` for what is left of the capture.
    pub amount: Option<Money>,
    /// Ours, unique among the refunds of the account.
    pub invoice_id: &'a str,
    /// What the payer reads beside it; cut at 255 characters.
    pub note_to_payer: Option<&'a str>,
}

impl Refund<'_> {
    pub(super) fn body(&self) -> Result<String, AmountProblem> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            amount: Option<Amount>,
            invoice_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            note_to_payer: Option<String>,
        }
        #[derive(Serialize)]
        struct Amount {
            currency_code: &'static str,
            value: String,
        }

        let amount = |money: Money| {
            check_amount(money)?;
            to_value(money).map(|value| Amount {
                currency_code: money.currency.code(),
                value,
            })
        };
        let body = Body {
            amount: self.amount.map(amount).transpose()?,
            invoice_id: self.invoice_id,
            note_to_payer: self
                .note_to_payer
                .map(|note| note.chars().take(NOTE_CHARS_MAX).collect()),
        };
        // Texts only: this cannot fail.
        Ok(serde_json::to_string(&body).unwrap_or_default())
    }
}
