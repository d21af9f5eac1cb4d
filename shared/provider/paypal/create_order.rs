//! The frozen body of a new PayPal order.
//!
//! It is written once, stored with the payment, and sent with the same bytes however often: PayPal
//! answers a repeated `PayPal-Request-Id` with the first order, whatever the body. So nothing in it
//! depends on the moment of sending.
//!
//! The invariant: `amount.value` is the order's due to the minor unit, and where parts are sent, they
//! are those of the order's own page (A13, A14). PayPal refuses an order whose parts do not add up,
//! and takes item prices and taxes *per unit*; a tax that was rounded for a whole line has no such
//! unit. So each order line is one item of quantity 1, at the line's list amount, with the line's tax;
//! the quantity stands in its name. [`Breakdown`] documents the parts, and [`CreateOrder::freeze`]
//! when fewer of them are sent.
//!
//! Two fields find our rows again: `custom_id` is the order number, which the buyer never sees, and
//! `invoice_id` is `<order number>-<payment id>`. PayPal echoes both on captures, refunds and events.
//! Accounts may demand that no invoice id is paid twice, and a payment id never is.
//!
//! Payments that take days (e-checks) are let in: `UNRESTRICTED` keeps buyers who pay from a bank
//! account, and a pending capture is a state that an order knows. Shipping is never asked for.

use serde::Serialize;
use thiserror::Error;

use super::amount::{AmountProblem, check_amount};
use super::order::INVOICE_SEPARATOR;
use crate::money::Money;
use crate::pricing::{Quote, QuoteLine};
use crate::tax::TaxMode;

mod wire;

/// PayPal's limit of ids, names and descriptions.
const TEXT_CHARS_MAX: usize = 127;
/// Ours: PayPal names none for addresses, and browsers none that is longer.
const URL_BYTES_MAX: usize = 2_000;

/// What a PayPal order is created from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateOrder<'a> {
    /// Our order number.
    pub order_number: &'a str,
    /// Our payment's id.
    pub payment_id: &'a str,
    /// What the buyer is to pay.
    pub total: Money,
    /// What the total is made of; `None` when only a part of an order is still due.
    pub breakdown: Option<Breakdown>,
    /// The lines that the breakdown sums up.
    pub items: &'a [Item<'a>],
    /// The shop's name on PayPal's page; cut where it is too long.
    pub brand_name: &'a str,
    /// The language of PayPal's page, e.g. `en-US`; `None` lets PayPal choose.
    pub locale: Option<&'a str>,
    /// Where the buyer goes after approving; PayPal adds `token` and `PayerID` to its query.
    pub return_url: &'a str,
    /// Where the buyer goes who does not.
    pub cancel_url: &'a str,
}

/// What a total is made of: `price` − `discount` + `tax`. The order's page shows the same figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Breakdown {
    /// The list price of all lines without the tax that is owed: the quote's subtotal when prices are
    /// exclusive of tax, and the subtotal less the tax when they contain it.
    pub price: Money,
    /// What is taken off.
    pub discount: Money,
    /// The tax.
    pub tax: Money,
}

/// One line as the buyer sees it on PayPal's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'a> {
    /// Product, period and, above one, the quantity; cut where it is too long.
    pub name: &'a str,
    /// The line's part of [`Breakdown::price`], in minor units.
    pub price_minor: i64,
    /// The line's part of [`Breakdown::tax`], in minor units.
    pub tax_minor: i64,
}

/// Why no PayPal order can be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CreateOrderError {
    /// PayPal cannot collect the total; the buyer needs another method.
    #[error("the total cannot be collected: {0}")]
    Total(#[from] AmountProblem),
    /// A fault of ours: the named part is negative, in another currency, or does not add up.
    #[error("the {0} does not add up")]
    Sum(&'static str),
    /// A fault of ours: a text is empty or longer than PayPal takes.
    #[error("{0} is empty or too long")]
    Text(&'static str),
}

impl Breakdown {
    /// The parts of a quote's total; `None` for a quote whose own sums do not hold.
    #[must_use]
    pub fn of(quote: &Quote) -> Option<Self> {
        let price = match quote.tax_mode {
            TaxMode::Exclusive => quote.subtotal,
            TaxMode::Inclusive => quote.subtotal.checked_sub(quote.tax).ok()?,
        };
        Some(Self {
            price,
            discount: quote.discount,
            tax: quote.tax,
        })
    }

    fn total(&self) -> Option<Money> {
        let discounted = self.price.checked_sub(self.discount).ok()?;
        discounted.checked_add(self.tax).ok()
    }

    fn is_non_negative(&self) -> bool {
        [self.price, self.discount, self.tax]
            .iter()
            .all(|part| part.amount_minor >= 0)
    }
}

impl<'a> Item<'a> {
    /// A line of a quote, under the name that the buyer is to see.
    #[must_use]
    pub fn of(line: &QuoteLine, mode: TaxMode, name: &'a str) -> Self {
        let list_minor = line.list_amount.amount_minor;
        let tax_minor = line.tax.amount_minor;
        Self {
            name,
            price_minor: match mode {
                TaxMode::Exclusive => list_minor,
                TaxMode::Inclusive => list_minor.saturating_sub(tax_minor),
            },
            tax_minor,
        }
    }
}

impl CreateOrder<'_> {
    /// Writes the body, or says why there can be no order.
    ///
    /// Parts are sent as far as PayPal can express them: breakdown and items; the breakdown alone,
    /// when a line has no amount of PayPal's (a HUF line with fillér); the total alone, when the
    /// breakdown has none either. The total is what counts, and is never sent inexactly.
    pub fn freeze(&self) -> Result<String, CreateOrderError> {
        check_amount(self.total)?;
        self.check_sums()?;
        self.check_texts()?;
        wire::body(self)
    }

    fn check_sums(&self) -> Result<(), CreateOrderError> {
        let Some(breakdown) = self.breakdown else {
            return Ok(());
        };
        if breakdown.total() != Some(self.total) || !breakdown.is_non_negative() {
            return Err(CreateOrderError::Sum("breakdown"));
        }
        let price = sum(self.items.iter().map(|item| item.price_minor));
        let tax = sum(self.items.iter().map(|item| item.tax_minor));
        if price != Some(breakdown.price.amount_minor) || tax != Some(breakdown.tax.amount_minor) {
            return Err(CreateOrderError::Sum("list of items"));
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), CreateOrderError> {
        let texts = [
            ("order_number", self.order_number, TEXT_CHARS_MAX),
            ("payment_id", self.payment_id, TEXT_CHARS_MAX),
            ("invoice_id", &self.invoice_id(), TEXT_CHARS_MAX),
            ("brand_name", self.brand_name, usize::MAX),
            ("return_url", self.return_url, URL_BYTES_MAX),
            ("cancel_url", self.cancel_url, URL_BYTES_MAX),
        ];
        for (field, text, bytes_max) in texts {
            check_text(field, text, bytes_max)?;
        }
        for item in self.items {
            check_text("item name", item.name, usize::MAX)?;
        }
        Ok(())
    }

    fn invoice_id(&self) -> String {
        format!(
            "{}{INVOICE_SEPARATOR}{}",
            self.order_number, self.payment_id
        )
    }
}

fn check_text(field: &'static str, text: &str, bytes_max: usize) -> Result<(), CreateOrderError> {
    if text.is_empty() || text.len() > bytes_max {
        return Err(CreateOrderError::Text(field));
    }
    Ok(())
}

/// The sum of amounts that are zero or more.
fn sum(amounts: impl Iterator<Item = i64>) -> Option<i64> {
    let mut sum = 0_i64;
    for amount in amounts {
        sum = sum.checked_add(amount).filter(|_| amount >= 0)?;
    }
    Some(sum)
}

#[cfg(test)]
mod quote_tests;
#[cfg(test)]
mod tests;
