//! A letter: some sentences, some facts to quote, and perhaps the order's link. What the mails about
//! bank transfers, late failures and one-time codes are made of; their words stand in [`super::transfer`] and
//! [`super::email_code`].

use super::{OneLine, Shop, message};

/// A mail without a shape of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who writes.
    pub shop: Shop,
    /// The public order number.
    pub order_number: OneLine,
    /// What happened, in a few words; with the order number it is the subject.
    pub heading: OneLine,
    /// What the reader should know and do, a paragraph each.
    pub paragraphs: Vec<OneLine>,
    /// What to copy or to quote.
    pub facts: Vec<Fact>,
    /// The order's page with its token, and the words of the button.
    pub link: Option<(OneLine, OneLine)>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: OneLine,
    /// The value.
    pub value: OneLine,
    /// Whether another thing is described from here on.
    pub begins: bool,
}

impl Fact {
    /// A named value.
    pub fn new(name: impl Into<OneLine>, value: impl Into<OneLine>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            begins: false,
        }
    }

    /// The same, where another thing is described from here on.
    #[must_use]
    pub fn beginning(self) -> Self {
        Self {
            begins: true,
            ..self
        }
    }
}

message!(
    Letter,
    "letter/text.txt",
    "letter/html.html",
    |mail| format!("{}: order {}", mail.heading, mail.order_number)
);
