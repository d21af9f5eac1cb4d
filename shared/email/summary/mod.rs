//! What was ordered and what it comes to: the part that several mails show, rendered in one place.

use askama::Template;
use askama::filters::HtmlSafe;

use super::OneLine;

/// An order's lines and sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// The sum of the lines at list price, formatted.
    pub list_price: OneLine,
    /// What is taken off, formatted with its sign; `None` when nothing is.
    pub discount: Option<OneLine>,
    /// What the tax is: `Tax (19 %, Germany)`.
    pub tax_label: OneLine,
    /// The formatted tax.
    pub tax: OneLine,
    /// The formatted amount due.
    pub total: OneLine,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// The product's name.
    pub product: OneLine,
    /// The period in words: `12 months`.
    pub period: OneLine,
    /// How many, as a figure.
    pub quantity: OneLine,
    /// The formatted list price of the line.
    pub amount: OneLine,
}

#[derive(Template)]
#[template(path = "summary/text.txt")]
pub(super) struct Text<'a> {
    summary: &'a Summary,
}

/// Rows for a table.
#[derive(Template)]
#[template(path = "summary/html.html")]
pub(super) struct Html<'a> {
    summary: &'a Summary,
}

impl HtmlSafe for Html<'_> {}

impl Summary {
    pub(super) fn text(&self) -> Text<'_> {
        Text { summary: self }
    }

    pub(super) fn html(&self) -> Html<'_> {
        Html { summary: self }
    }
}
