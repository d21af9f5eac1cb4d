//! The HTML face: the same functions as the JSON interface, shown as pages. Only words and links
//! are put together here; nothing is decided.

mod checkout;
mod order;
mod pay;
mod shop;
mod transfer;

use askama::Template;
use shared::api::refusal::{Problem, Refusal};
use shared::config::Settings;
use shared::money::Money;
use shared::order::{Order, OrderState};
use shared::pricing::Quote;
use shared::provider::Mode;

pub use self::checkout::{CheckoutNews, checkout};
pub use self::order::{SentBack, order};
pub use self::pay::review;
pub use self::shop::shop;
use crate::failure::Failure;
use crate::http::Reply;
use crate::pages;
use crate::world::Fault;

/// What stands around every page.
#[must_use]
pub fn frame(settings: &Settings) -> pages::Frame {
    pages::Frame {
        shop_name: settings.shop_name.clone(),
        support_email: settings.support_email.clone(),
        test_mode: settings.mode == Mode::Test,
    }
}

/// Renders a page.
pub fn show(status: u16, page: &impl Template) -> Result<Reply, Failure> {
    let html = page
        .render()
        .map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(Reply::page(status, html))
}

fn totals(quote: &Quote, tax_label: &str) -> pages::Totals {
    let discount = if quote.discount.is_zero() {
        quote.discount.display()
    } else {
        format!("−{}", quote.discount.display())
    };
    pages::Totals {
        list_price: quote.subtotal.display(),
        discount_label: quote.coupon.map_or_else(
            || "Discount".to_owned(),
            |code| format!("Discount ({code})"),
        ),
        discount,
        tax_label: tax_label.to_owned(),
        tax: quote.tax.display(),
        total: quote.total.display(),
    }
}

/// The question before an order is cancelled.
pub fn cancel(settings: &Settings, order: &Order) -> Result<Reply, Failure> {
    let path = format!("/orders/{}", order.order_number.as_str());
    let in_review = order.state == OrderState::InReview;
    let page = pages::CancelPage {
        frame: frame(settings),
        order_number: order.order_number.to_string(),
        total: order.total().display(),
        received: Some(order.received())
            .filter(|received| received.amount_minor > 0)
            .map(Money::display),
        action: format!("{path}/cancel"),
        hidden: if in_review {
            vec![pages::Hidden::new("despite_review", "yes")]
        } else {
            Vec::new()
        },
        in_review,
        order_href: path,
    };
    show(200, &page)
}

/// A problem as a page. Rendering trouble falls back to plain text, so that an error is never lost
/// in another one.
#[must_use]
pub fn problem(
    settings: &Settings,
    problem: &Problem,
    again: Option<pages::SendForm>,
    next: Option<(String, String)>,
) -> Reply {
    let frame = frame(settings);
    let not_found = [Refusal::NotFound, Refusal::OrderNotFound];
    let is_not_found = not_found
        .iter()
        .any(|refusal| refusal.kind().1 == problem.code);
    let rendered = if is_not_found {
        pages::NotFoundPage { frame }.render()
    } else {
        pages::ProblemPage {
            frame,
            title: problem.title.to_owned(),
            detail: problem.detail.clone(),
            request_id: problem.request_id.clone(),
            again,
            next,
        }
        .render()
    };
    match rendered {
        Ok(html) => Reply::page(problem.status, html),
        Err(_) => Reply::empty(problem.status).with_body(
            "text/plain; charset=utf-8",
            problem.title.as_bytes().to_vec(),
        ),
    }
}
