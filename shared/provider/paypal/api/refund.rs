//! The body of a refund.

use crate::money::Money;
use crate::provider::paypal::amount::{AmountProblem, check_amount, to_value};
use crate::provider::paypal::object::object;
use crate::record::json_text;

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
        let mut fields = vec![("invoice_id", self.invoice_id.into())];
        if let Some(amount) = self.amount {
            check_amount(amount)?;
            let parts = vec![
                ("currency_code", amount.currency.code().into()),
                ("value", to_value(amount)?.into()),
            ];
            fields.push(("amount", object(parts)));
        }
        if let Some(note) = self.note_to_payer {
            let note: String = note.chars().take(NOTE_CHARS_MAX).collect();
            fields.push(("note_to_payer", note.into()));
        }
        Ok(json_text(&object(fields)))
    }
}
