//! The frozen body of a new Checkout Session.
//!
//! It is written once, stored with the payment, and sent with the same bytes however often: Stripe
//! answers 400 when one idempotency key comes with two bodies. So nothing in it may depend on the
//! moment of sending.
//!
//! The invariant: the sum of the lines is the order's total to the minor unit, and nothing on
//! Stripe's page can change it. Each order line is sent as **one** line of quantity 1 that costs the
//! line's total, discount and tax included, as it was frozen in the order. A unit price times a
//! quantity could not carry a discount or a tax that was rounded per line; Stripe's own discounts
//! and tax rates would be rounded anew by Stripe. The order's own page shows price, discount and
//! tax before the buyer leaves it. Promotion codes and adjustable quantities are off by default and
//! are not asked for; adaptive pricing is switched off, since its default is set in the dashboard.

use thiserror::Error;

use super::currency::{AmountProblem, check_amount, stripe_code, to_stripe_amount};
use super::form::{Group, Param, encode};
use super::session::{ORDER_NUMBER_KEY, PAYMENT_ID_KEY};
use crate::money::Money;
use crate::time::Timestamp;

/// The life of a session: Stripe's minimum of 30 minutes, and two more for clocks that differ and
/// for a create that is repeated.
pub const SESSION_LIFETIME_S: i64 = 32 * 60;

/// Stripe's limit of lines in a session.
const LINES_MAX: usize = 100;
/// Stripe's limit of `client_reference_id`; metadata values may have 500.
const REFERENCE_CHARS_MAX: usize = 200;
/// Stripe's limit of a URL and of a product's name.
const TEXT_CHARS_MAX: usize = 5_000;

/// What a session is created from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateSession<'a> {
    /// Our order number: `client_reference_id`, and metadata of the session and its intent.
    pub order_number: &'a str,
    /// Our payment's id: metadata of the session and its intent.
    pub payment_id: &'a str,
    /// What the buyer is to pay.
    pub total: Money,
    /// What for; the totals of the lines must sum to the total.
    pub lines: &'a [SessionLine<'a>],
    /// Prefilled on Stripe's page.
    pub customer_email: &'a str,
    /// Where the buyer goes after paying; Stripe puts the id in place of `{CHECKOUT_SESSION_ID}`.
    pub success_url: &'a str,
    /// Where "back" leads.
    pub cancel_url: &'a str,
    /// 30 minutes to 24 hours ahead when it is sent; see [`SESSION_LIFETIME_S`].
    pub expires_at: Timestamp,
}

/// One line as the buyer sees it on Stripe's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLine<'a> {
    /// Product, period and, above one, the quantity.
    pub name: &'a str,
    /// The line's frozen total in minor units, discount and tax included.
    pub total_minor: i64,
}

/// Why no session can be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CreateSessionError {
    /// Stripe cannot collect the total; the buyer needs another method.
    #[error("the total cannot be collected: {0}")]
    Total(#[from] AmountProblem),
    /// A fault of ours: the lines do not sum to the total.
    #[error("the lines do not sum to the total")]
    LinesDoNotSum,
    /// A text is empty or longer than Stripe takes.
    #[error("{0} is empty or too long")]
    Text(&'static str),
}

impl CreateSession<'_> {
    /// Writes the body, or says why there can be no session.
    pub fn freeze(&self) -> Result<String, CreateSessionError> {
        check_amount(self.total)?;
        self.check_sum()?;
        self.check_texts()?;
        let params: Group<'_> = vec![
            ("mode", "payment".into()),
            ("client_reference_id", self.order_number.into()),
            ("customer_email", self.customer_email.into()),
            ("success_url", self.success_url.into()),
            ("cancel_url", self.cancel_url.into()),
            ("expires_at", self.expires_at.0.into()),
            ("locale", "auto".into()),
            ("adaptive_pricing", vec![("enabled", false.into())].into()),
            ("line_items", Param::List(self.line_items()?)),
            ("metadata", self.metadata().into()),
            (
                "payment_intent_data",
                vec![("metadata", self.metadata().into())].into(),
            ),
        ];
        Ok(encode(&params))
    }

    fn check_sum(&self) -> Result<(), CreateSessionError> {
        let sum = self
            .lines
            .iter()
            .try_fold(0_i64, |sum, line| sum.checked_add(line.total_minor));
        if sum == Some(self.total.amount_minor) {
            Ok(())
        } else {
            Err(CreateSessionError::LinesDoNotSum)
        }
    }

    fn check_texts(&self) -> Result<(), CreateSessionError> {
        let texts = [
            ("order_number", self.order_number, REFERENCE_CHARS_MAX),
            ("payment_id", self.payment_id, REFERENCE_CHARS_MAX),
            ("customer_email", self.customer_email, TEXT_CHARS_MAX),
            ("success_url", self.success_url, TEXT_CHARS_MAX),
            ("cancel_url", self.cancel_url, TEXT_CHARS_MAX),
        ];
        let names = self
            .lines
            .iter()
            .map(|line| ("line name", line.name, TEXT_CHARS_MAX));
        texts
            .into_iter()
            .chain(names)
            .try_for_each(|(field, text, chars_max)| {
                let is_good = !text.is_empty() && text.chars().count() <= chars_max;
                if is_good {
                    Ok(())
                } else {
                    Err(CreateSessionError::Text(field))
                }
            })
    }

    /// The order's lines where Stripe can take them, else one line with the total. Stripe takes no
    /// negative line, no more than a hundred, and no amount that its currency cannot express; the
    /// total can always be expressed, and is what counts.
    fn line_items(&self) -> Result<Vec<Param<'_>>, CreateSessionError> {
        let items: Option<Vec<_>> = self
            .lines
            .iter()
            .map(|line| self.line_item(*line))
            .collect();
        if let Some(items) = items.filter(|items| items.len() <= LINES_MAX) {
            return Ok(items);
        }
        let whole = format!("Order {}", self.order_number);
        let amount = to_stripe_amount(self.total)?;
        Ok(vec![item(whole.into(), self.currency(), amount)])
    }

    fn line_item<'a>(&self, line: SessionLine<'a>) -> Option<Param<'a>> {
        let money = Money {
            amount_minor: line.total_minor,
            currency: self.total.currency,
        };
        let amount = to_stripe_amount(money).ok().filter(|amount| *amount >= 0)?;
        Some(item(line.name.into(), self.currency(), amount))
    }

    fn currency(&self) -> String {
        stripe_code(self.total.currency)
    }

    /// On the intent too: events of the intent and the charge carry only the intent's metadata.
    fn metadata(&self) -> Group<'_> {
        vec![
            (ORDER_NUMBER_KEY, self.order_number.into()),
            (PAYMENT_ID_KEY, self.payment_id.into()),
        ]
    }
}

fn item<'a>(name: Param<'a>, currency: String, amount: i64) -> Param<'a> {
    let price: Group<'a> = vec![
        ("currency", currency.into()),
        ("unit_amount", amount.into()),
        ("product_data", vec![("name", name)].into()),
    ];
    vec![("quantity", 1_i64.into()), ("price_data", price.into())].into()
}

#[cfg(test)]
mod tests;
