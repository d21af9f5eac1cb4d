//! The HTML face: the same functions as the JSON interface, shown as pages. Only words and links
//! are put together here; nothing is decided.

use std::collections::BTreeSet;

use askama::Template;
use shared::api::refusal::{Problem, Refusal};
use shared::api::view::{Action, OrderStatus, OrderView};
use shared::config::Settings;
use shared::contact::PostalCode;
use shared::country::Country;
use shared::order::Order;
use shared::payment::{Payment, PaymentMethod, UNCONFIRMED_AFTER_S};
use shared::pricing::{Quote, QuoteLine};
use shared::provider::stripe::Mode;
use shared::tax::TaxMode;
use shared::time::Timestamp;

use super::forms::{Checkout, QUANTITY};
use super::list_products::{ProductList, ProductView};
use crate::change::OrderWithPayments;
use crate::failure::Failure;
use crate::http::{Reply, Request};
use crate::outbox::mail::tax_label;
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

/// The shop's page for the currency and country that the query names, or likely ones.
pub fn shop(settings: &Settings, request: &Request, list: &ProductList) -> Result<Reply, Failure> {
    let currencies: BTreeSet<&str> = list
        .products
        .iter()
        .flat_map(|product| &product.prices)
        .map(|price| price.unit_amount.currency.code())
        .collect();
    let wanted = request.query_value("currency").unwrap_or_default();
    let currency = currencies
        .get(wanted.as_str())
        .or_else(|| currencies.get("USD"))
        .or_else(|| currencies.first())
        .copied()
        .unwrap_or_default();
    let country = country_of(request);
    let products = list
        .products
        .iter()
        .map(|item| product(item, currency, country))
        .collect();
    let page = pages::ShopPage {
        frame: frame(settings),
        currencies: currencies
            .iter()
            .map(|code| choice(code, code, *code == currency))
            .collect(),
        countries: Country::all()
            .map(|each| choice(each.code(), each.name(), Some(each) == country))
            .collect(),
        tax_note: tax_note(settings.tax_mode).to_owned(),
        products,
    };
    show(200, &page)
}

fn tax_note(mode: TaxMode) -> &'static str {
    match mode {
        TaxMode::Exclusive => "Prices are without tax, which depends on your country.",
        TaxMode::Inclusive => "Prices include tax, which depends on your country.",
    }
}

fn choice(value: &str, label: &str, selected: bool) -> pages::Choice {
    pages::Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected,
    }
}

/// The country of the query, else the one that the platform saw, else none: a list then shows its
/// first.
fn country_of(request: &Request) -> Option<Country> {
    let asked = request.query_value("country");
    let seen = request.header("cf-ipcountry").map(str::to_owned);
    let fallback = Some("DE".to_owned());
    let mut codes = [asked, seen, fallback].into_iter().flatten();
    codes.find_map(|code| Country::parse(&code).ok())
}

fn product(item: &ProductView, currency: &str, country: Option<Country>) -> pages::Product {
    let prices = item
        .prices
        .iter()
        .filter(|price| price.unit_amount.currency.code() == currency);
    pages::Product {
        name: item.name.clone(),
        description: item.description.clone(),
        prices: prices
            .map(|price| pages::PriceRow {
                period: price.period.to_string(),
                price: price.unit_amount.display(),
                note: None,
                href: format!(
                    "/checkout?product={}&period_months={}&currency={currency}&country={}",
                    item.product,
                    price
                        .period
                        .months()
                        .map(|months| months.to_string())
                        .unwrap_or_default(),
                    country.map(Country::code).unwrap_or_default(),
                ),
            })
            .collect(),
    }
}

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

    fn status(&self) -> u16 {
        match self {
            Self::Nothing => 200,
            Self::Errors(_) => 422,
            Self::Notice(_) | Self::Ordered => 409,
        }
    }
}

/// The checkout's page with a price.
pub fn checkout(
    settings: &Settings,
    form: &Checkout,
    quote: &Quote,
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
    let page = pages::CheckoutPage {
        frame: frame(settings),
        action: "/checkout".into(),
        idempotency_key: form.idempotency_key.clone(),
        hidden: hidden
            .map(|(name, value)| pages::Hidden::new(name, value))
            .into(),
        lines: quote
            .lines
            .iter()
            .map(|line| cart_line(line, &form.quantity))
            .collect(),
        totals: totals(quote, &quote_tax_label(quote)),
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

fn quote_tax_label(quote: &Quote) -> String {
    let included = match quote.tax_mode {
        TaxMode::Exclusive => "",
        TaxMode::Inclusive => " included",
    };
    format!("{}{included} ({} %)", quote.tax_name, quote.tax_percent)
}

fn totals(quote: &Quote, tax_label: &str) -> pages::Totals {
    let discount = if quote.discount.is_zero() {
        quote.discount.display()
    } else {
        format!("−{}", quote.discount.display())
    };
    pages::Totals {
        list_price: quote.subtotal.display(),
        discount,
        tax_label: tax_label.to_owned(),
        tax: quote.tax.display(),
        total: quote.total.display(),
    }
}

/// The order's page.
pub fn order(
    settings: &Settings,
    request: &Request,
    found: &OrderWithPayments,
    offered: &[PaymentMethod],
    now: Timestamp,
) -> Result<Reply, Failure> {
    let order = &found.order;
    let view = OrderView::of(order, &found.payments, offered, now);
    let shown = shown_payment(&found.payments);
    let path = format!("/orders/{}", order.order_number.as_str());
    let page = pages::OrderPage {
        frame: frame(settings),
        order_number: order.order_number.to_string(),
        placed_at: order.created_at,
        status: status(order, &view, shown, request, now),
        payment: shown.map(|payment| pages::PaymentFacts {
            reference: payment.payment_id.to_string(),
            paid_by: order.paid_by.clone().or_else(|| payment.paid_by.clone()),
        }),
        facts: facts(order, &view),
        lines: order.quote.lines.iter().map(line).collect(),
        totals: totals(&order.quote, &tax_label(order)),
        customer: (
            order.customer.name.as_str().to_owned(),
            order.customer.email.as_str().to_owned(),
        ),
        billing: billing(order),
        pay: view
            .methods
            .iter()
            .map(|method| pay_action(*method, &path, shown))
            .collect(),
        cancel_href: view
            .actions
            .contains(&Action::Cancel)
            .then(|| format!("{path}/cancel")),
    };
    show(200, &page)
}

/// The payment that the status is about.
fn shown_payment(payments: &[Payment]) -> Option<&Payment> {
    payments
        .iter()
        .find(|payment| payment.state.is_live())
        .or_else(|| payments.iter().find(|payment| payment.received().is_some()))
        .or_else(|| payments.first())
}

fn status(
    order: &Order,
    view: &OrderView,
    payment: Option<&Payment>,
    request: &Request,
    now: Timestamp,
) -> pages::OrderStatus {
    let begun_at = payment.map_or(order.created_at, |payment| payment.created_at);
    let pay_by = order.expires_at;
    match view.status {
        OrderStatus::AwaitingPayment | OrderStatus::InReview => {
            pages::OrderStatus::AwaitingPayment { pay_by }
        }
        OrderStatus::NotPaid | OrderStatus::Rejected => pages::OrderStatus::NotPaid { pay_by },
        OrderStatus::Processing => pages::OrderStatus::Confirming(pages::Pace::Days),
        OrderStatus::Confirming => pages::OrderStatus::Confirming(pages::Pace::Minutes {
            as_of: now,
            promised_at: begun_at.plus(UNCONFIRMED_AFTER_S),
            refresh: refresh(order, request),
        }),
        OrderStatus::Unconfirmed => pages::OrderStatus::Unconfirmed { begun_at },
        OrderStatus::Confirmed => pages::OrderStatus::Confirmed {
            confirmed_at: order.confirmed_at.unwrap_or(order.created_at),
            subscription_id: order
                .subscription_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
        },
        OrderStatus::Expired => pages::OrderStatus::Expired {
            expired_at: order.ended_at.unwrap_or(order.expires_at),
            late: late(view, payment),
        },
        OrderStatus::Cancelled | OrderStatus::Superseded => pages::OrderStatus::Cancelled {
            cancelled_at: order.ended_at.unwrap_or(order.created_at),
            late: late(view, payment),
        },
    }
}

/// Whether the page reloads itself; the reader can switch it off (WCAG 2.2.1).
fn refresh(order: &Order, request: &Request) -> pages::Refresh {
    let path = format!("/orders/{}", order.order_number.as_str());
    if request.query_value("refresh").as_deref() == Some("off") {
        pages::Refresh::Off { resume_href: path }
    } else {
        pages::Refresh::On {
            stop_href: format!("{path}?refresh=off"),
        }
    }
}

fn late(view: &OrderView, payment: Option<&Payment>) -> Option<pages::LateMoney> {
    let amounts: Vec<String> = view.held.iter().map(|money| money.display()).collect();
    let received_at = payment.and_then(|payment| payment.paid_at)?;
    (!amounts.is_empty()).then(|| pages::LateMoney {
        amount: amounts.join(" and "),
        received_at,
        outcome: pages::LateOutcome::Held,
    })
}

fn facts(order: &Order, view: &OrderView) -> Vec<pages::Fact> {
    let mut facts = Vec::new();
    let part_paid = order.received_minor > 0 && order.due_minor() > 0;
    if part_paid && order.state.takes_money() {
        facts.push(pages::Fact::PartPaid {
            paid: order.received().display(),
            due: order.due().display(),
        });
    }
    if view.status == OrderStatus::Confirmed || order.state.takes_money() {
        let held = view.held.iter().map(|money| pages::Fact::Held {
            amount: money.display(),
        });
        facts.extend(held);
    }
    facts
}

fn line(line: &QuoteLine) -> pages::Line {
    pages::Line {
        product: line.name.clone(),
        period: line.period.to_string(),
        quantity: line.quantity.to_string(),
        unit_price: line.unit_amount.display(),
        amount: line.list_amount.display(),
    }
}

fn billing(order: &Order) -> pages::Billing {
    let billing = &order.billing;
    let place: Vec<&str> = billing
        .postal_code
        .iter()
        .map(PostalCode::as_str)
        .chain(std::iter::once(billing.city.as_str()))
        .collect();
    let lines = std::iter::once(billing.line1.as_str().to_owned())
        .chain(billing.line2.iter().map(|line| line.as_str().to_owned()))
        .chain(std::iter::once(place.join(" ")))
        .chain(
            billing
                .region
                .iter()
                .map(|region| region.as_str().to_owned()),
        )
        .chain(std::iter::once(billing.country.name().to_owned()));
    pages::Billing {
        name: billing.name.as_str().to_owned(),
        company: billing
            .company
            .as_ref()
            .map(|company| company.as_str().to_owned()),
        address: lines.collect(),
        tax_id: billing.tax_id.as_ref().map(|id| id.as_str().to_owned()),
    }
}

/// The key of the button is made of what it would do, so that pressing it twice is one request and
/// pressing it after a closed payment is another.
fn pay_action(method: PaymentMethod, path: &str, newest: Option<&Payment>) -> pages::PayAction {
    let PaymentMethod::Stripe = method;
    let after = newest.map_or("first-payment-of-order", |payment| {
        payment.payment_id.as_str()
    });
    pages::PayAction {
        label: "Pay by card".into(),
        note: "You continue on the secure page of Stripe.".into(),
        action: format!("{path}/pay"),
        hidden: vec![
            pages::Hidden::new("method", method.as_str()),
            pages::Hidden::new("idempotency_key", format!("pay-after-{after}")),
        ],
    }
}

/// The question before an order is cancelled.
pub fn cancel(settings: &Settings, order: &Order) -> Result<Reply, Failure> {
    let path = format!("/orders/{}", order.order_number.as_str());
    let page = pages::CancelPage {
        frame: frame(settings),
        order_number: order.order_number.to_string(),
        total: order.total().display(),
        action: format!("{path}/cancel"),
        hidden: Vec::new(),
        order_href: path,
    };
    show(200, &page)
}

/// A problem as a page. Rendering trouble falls back to plain text, so that an error is never lost
/// in another one.
#[must_use]
pub fn problem(settings: &Settings, problem: &Problem, next: Option<(String, String)>) -> Reply {
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
