//! The checkout's page.

use shared::config::Settings;
use shared::country::Country;
use shared::pricing::{Quote, QuoteLine};
use shared::tax::TaxMode;

use super::{frame, show, totals};
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages;
use crate::storefront::forms::{Checkout, QUANTITY};

/// What the checkout's page says beside the form itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum CheckoutNews {
    /// Nothing.
    #[default]
    Nothing,
    /// What must be put right.
    Errors(Vec<pages::FieldError>),
    /// Something to know before ordering.
    Notice(String),
    /// The form has made an order already, with other contents.
    Ordered,
}

impl CheckoutNews {
    /// Adds errors of fields that have none yet.
    #[must_use]
    pub fn with_errors(self, more: Vec<pages::FieldError>) -> Self {
        match self {
            Self::Nothing if more.is_empty() => Self::Nothing,
            Self::Nothing => Self::Errors(more),
            Self::Errors(mut errors) => {
                for error in more {
                    if errors.iter().all(|known| known.field != error.field) {
                        errors.push(error);
                    }
                }
                Self::Errors(errors)
            }
            Self::Notice(_) | Self::Ordered => self,
        }
    }

    /// Whether a field has an error.
    #[must_use]
    pub fn is_about(&self, field: &str) -> bool {
        match self {
            Self::Errors(errors) => errors.iter().any(|error| error.field == field),
            Self::Nothing | Self::Notice(_) | Self::Ordered => false,
        }
    }

    fn status(&self) -> u16 {
        match self {
            Self::Nothing => 200,
            Self::Errors(_) => 422,
            Self::Notice(_) | Self::Ordered => 409,
        }
    }
}

/// The checkout's page with a price, which lacks the tax while that depends on a region that nobody has
/// told.
pub fn checkout(
    settings: &Settings,
    form: &Checkout,
    quote: &Quote,
    is_tax_open: bool,
    news: CheckoutNews,
) -> Result<Reply, Failure> {
    let status = news.status();
    let (errors, notice) = match news {
        CheckoutNews::Nothing => (Vec::new(), None),
        CheckoutNews::Errors(errors) => (errors, None),
        CheckoutNews::Notice(notice) => (Vec::new(), Some(notice)),
        CheckoutNews::Ordered => {
            let notice = "This form has made an order already; its link is in your mail. To make another one, order again.";
            (Vec::new(), Some(notice.to_owned()))
        }
    };
    let hidden = [
        ("product", form.product.clone()),
        ("period_months", form.period_months.clone()),
        ("currency", form.currency.clone()),
        ("expected_total", quote.total.amount_minor.to_string()),
    ];
    let old = form.replaces.as_ref();
    let mut hidden = hidden
        .map(|(name, value)| pages::Hidden::new(name, value))
        .to_vec();
    if old.is_some_and(|old| old.in_review) {
        hidden.push(pages::Hidden::new("despite_review", "yes"));
    }
    let page = pages::CheckoutPage {
        frame: frame(settings),
        action: old.map_or_else(
            || "/checkout".to_owned(),
            |old| format!("/orders/{}/change", old.order_number.as_str()),
        ),
        replaces: old.map(|old| pages::ReplacedOrder {
            order_number: old.order_number.to_string(),
            order_href: format!("/orders/{}", old.order_number.as_str()),
            products_href: format!(
                "/?change={}&currency={}&country={}",
                old.order_number.as_str(),
                form.currency,
                quote_country(form),
            ),
            received: Some(old.received.display()).filter(|_| !old.received.is_zero()),
            in_review: old.in_review,
        }),
        idempotency_key: form.idempotency_key.clone(),
        hidden,
        lines: quote
            .lines
            .iter()
            .map(|line| cart_line(line, &form.quantity))
            .collect(),
        totals: if is_tax_open {
            without_tax(quote)
        } else {
            totals(quote, &quote_tax_label(quote))
        },
        region_needed: is_tax_open || quote.tax_region.is_some(),
        notice,
        form: form.shown(),
        countries: Country::all()
            .map(|each| pages::Country {
                code: each.code().into(),
                name: each.name().into(),
            })
            .collect(),
        errors,
    };
    show(status, &page)
}

/// The country that the form names, if it is one: it becomes part of an address.
fn quote_country(form: &Checkout) -> &str {
    let typed = form.form.value(pages::CheckoutField::BillingCountry);
    Country::parse(typed).map_or("", Country::code)
}

fn cart_line(line: &QuoteLine, typed_quantity: &str) -> pages::CartLine {
    pages::CartLine {
        product: line.name.clone(),
        period: line.period.to_string(),
        unit_price: line.unit_amount.display(),
        amount: line.list_amount.display(),
        quantity_name: QUANTITY.into(),
        quantity: typed_quantity.to_owned(),
    }
}

/// The totals while the tax is open. Prices that contain it stay what they are.
fn without_tax(quote: &Quote) -> pages::Totals {
    let mut totals = totals(quote, "Tax");
    "not known yet".clone_into(&mut totals.tax);
    if quote.tax_mode == TaxMode::Exclusive {
        totals.total.push_str(" plus tax");
    }
    totals
}

fn quote_tax_label(quote: &Quote) -> String {
    let included = match quote.tax_mode {
        TaxMode::Exclusive => "",
        TaxMode::Inclusive => " included",
    };
    format!("{}{included} ({} %)", quote.tax_name, quote.tax_percent)
}
