//! The lines and totals that the checkout, the order and its cancellation share.

use askama::Template;
use askama::filters::HtmlSafe;

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product's name.
    pub product: String,
    /// The period in words: `12 months`.
    pub period: String,
    /// How many, as a figure.
    pub quantity: String,
    /// The formatted list price of one.
    pub unit_price: String,
    /// The formatted list price of the line.
    pub amount: String,
}

/// What an order comes to (A13, A23: price and tax are separate figures).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The sum of the lines at list price, formatted.
    pub list_price: String,
    /// `Discount`, with the coupon's code if one gives it.
    pub discount_label: String,
    /// What is taken off, formatted with its sign; a formatted zero when nothing is.
    pub discount: String,
    /// What the tax is: `Tax (19 %, Germany)`, `Tax included (20 %)`.
    pub tax_label: String,
    /// The formatted tax.
    pub tax: String,
    /// The formatted sum that the buyer owes.
    pub total: String,
}

/// The lines as the body of a table.
#[derive(Template)]
#[template(path = "lines.html")]
pub(super) struct Lines<'a>(pub(super) &'a [Line]);

/// The totals as the foot of a table.
#[derive(Template)]
#[template(path = "totals.html")]
pub(super) struct ShownTotals<'a> {
    totals: &'a Totals,
    columns: u8,
}

impl HtmlSafe for Lines<'_> {}
impl HtmlSafe for ShownTotals<'_> {}

impl Totals {
    /// The foot of a table with so many columns before the amounts.
    pub(super) fn under(&self, columns: u8) -> ShownTotals<'_> {
        ShownTotals {
            totals: self,
            columns,
        }
    }
}
