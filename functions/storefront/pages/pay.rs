//! The ways to pay as the order's page offers them, and the last look before PayPal's page.

use shared::config::Settings;
use shared::order::Order;
use shared::payment::PaymentMethod;
use shared::provider::paypal::create_order::Breakdown;

use super::order::{billing, line};
use super::{frame, show};
use crate::change::OrderWithPayments;
use crate::failure::Failure;
use crate::http::Reply;
use crate::outbox::mail::tax_of;
use crate::pages;

/// The button of a method. PayPal's leads to the last look first (A13, A14).
pub(super) fn pay_action(method: PaymentMethod, found: &OrderWithPayments) -> pages::PayAction {
    let (label, note) = words(method);
    if method != PaymentMethod::Paypal {
        return pages::PayAction {
            label: label.into(),
            note: note.into(),
            step: pages::PayStep::Send(send_form(method, found)),
        };
    }
    pages::PayAction {
        label: "Continue with PayPal".into(),
        note: "You check the order once more before you pay.".into(),
        step: pages::PayStep::Review {
            href: format!("{}/review?method={}", path(&found.order), method.as_str()),
            figures: figures(&found.order),
        },
    }
}

/// The button that begins a payment, and what happens next.
fn words(method: PaymentMethod) -> (&'static str, &'static str) {
    match method {
        PaymentMethod::Stripe => ("Pay by card", "You continue on the secure page of Stripe."),
        PaymentMethod::Paypal => (
            "Pay with PayPal",
            "You continue on PayPal's page, and nothing is charged before you agree there.",
        ),
        PaymentMethod::Bank => (
            "Pay by bank transfer",
            "You transfer the amount yourself and hand in a proof; we look at it within 30 minutes.",
        ),
    }
}

/// The last look before a payment begins.
pub fn review(
    settings: &Settings,
    method: PaymentMethod,
    found: &OrderWithPayments,
) -> Result<Reply, Failure> {
    let order = &found.order;
    let (label, note) = words(method);
    let page = pages::ReviewPage {
        frame: frame(settings),
        order_number: order.order_number.to_string(),
        lines: order.quote.lines.iter().map(line).collect(),
        figures: figures(order),
        billing: billing(order),
        label: label.into(),
        note: note.into(),
        send: send_form(method, found),
        order_href: path(order),
    };
    show(200, &page)
}

/// Price and tax as separate figures, to the minor unit those that PayPal is sent; or what is left to
/// pay once a part is paid.
fn figures(order: &Order) -> Vec<(String, String)> {
    let mut figures = Vec::new();
    let quote = &order.quote;
    let parts = Breakdown::of(quote).filter(|_| order.received_minor == 0);
    if let Some(parts) = parts {
        figures.push(("Price without tax".to_owned(), parts.price.display()));
        if !parts.discount.is_zero() {
            let discount = format!("−{}", parts.discount.display());
            figures.push(("Discount".to_owned(), discount));
        }
        figures.push((tax_of(order, ""), parts.tax.display()));
    }
    figures.push(("Total to pay".to_owned(), order.due().display()));
    figures
}

/// The button's key names the payment that pressing it leads to, by its place in the row of the
/// order's payments: the live one, or the one that would begin. So pressing it twice is one request,
/// and pressing it once that payment is over is another.
fn send_form(method: PaymentMethod, found: &OrderWithPayments) -> pages::SendForm {
    let over = found
        .payments
        .iter()
        .filter(|payment| !payment.state.is_live() || payment.method != method)
        .count();
    let number = over.saturating_add(1);
    let key = format!("payment-{number}-of-this-order-by-{}", method.as_str());
    pages::SendForm {
        action: format!("{}/pay", path(&found.order)),
        hidden: vec![
            pages::Hidden::new("method", method.as_str()),
            pages::Hidden::new("idempotency_key", key),
        ],
    }
}

fn path(order: &Order) -> String {
    format!("/orders/{}", order.order_number.as_str())
}
