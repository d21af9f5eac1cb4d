//! The order's page.

use shared::api::status::OrderStatus;
use shared::api::view::{Action, IssuedView, OrderView, RefundedView};
use shared::case::HeldMoney;
use shared::config::Settings;
use shared::contact::PostalCode;
use shared::coupon::CouponState;
use shared::email_code::{Another, FIELD as CODE, SentCode};
use shared::id::OrderNumber;
use shared::order::Order;
use shared::payment::{Payment, PaymentMethod, PaymentState, UNCONFIRMED_AFTER_S};
use shared::pricing::QuoteLine;
use shared::time::Timestamp;

use super::pay::pay_action;
use super::{frame, show, totals, transfer};
use crate::change::OrderWithPayments;
use crate::failure::Failure;
use crate::http::{Reply, Request};
use crate::outbox::mail::tax_label;
use crate::pages;
use crate::storefront::proof_form::Typed;
use crate::storefront::read_order::answer;

/// What came with a form that was sent from the page and could not be taken.
#[derive(Debug, Default)]
pub struct SentBack {
    /// What is wrong, by field.
    pub errors: Vec<pages::FieldError>,
    /// The code as it was typed.
    pub code: String,
    /// What was typed and chosen beside a proof.
    pub typed: Typed,
}

/// The order's page.
pub fn order(
    settings: &Settings,
    request: &Request,
    found: &OrderWithPayments,
    sent: SentBack,
    now: Timestamp,
) -> Result<Reply, Failure> {
    let order = &found.order;
    let view = answer(settings, found, now).order;
    let shown = shown_payment(&found.payments);
    let path = format!("/orders/{}", order.order_number.as_str());
    let page = pages::OrderPage {
        frame: frame(settings),
        order_number: order.order_number.to_string(),
        placed_at: order.created_at,
        status: status(found, &view, shown, request, now),
        subscription_id: order.subscription_id.map(|id| id.to_string()),
        payment: shown.map(|payment| pages::PaymentFacts {
            reference: payment.payment_id.to_string(),
            paid_by: order.paid_by.clone().or_else(|| payment.paid_by.clone()),
        }),
        facts: facts(found, &view),
        lines: order.quote.lines.iter().map(line).collect(),
        totals: totals(&order.quote, &tax_label(order)),
        customer: (
            order.customer.name.as_str().to_owned(),
            order.customer.email.as_str().to_owned(),
        ),
        billing: billing(order),
        codes: view
            .coupons
            .iter()
            .map(|issued| code(issued, found))
            .collect(),
        email_code: email_code(found, &view, &path, &sent, now),
        transfer: transfer::part(found, &view, &path, sent),
        pay: view
            .methods
            .iter()
            // Where to transfer to stands on the page already.
            .filter(|method| **method != PaymentMethod::Bank || order.bank_until.is_none())
            .map(|method| pay_action(*method, found))
            .collect(),
        // The form has one line.
        change_href: view
            .actions
            .contains(&Action::Replace)
            .then(|| format!("{path}/change"))
            .filter(|_| order.quote.lines.len() == 1),
        replaces: order.replaces.map(named),
        cancel_href: view
            .actions
            .contains(&Action::Cancel)
            .then(|| format!("{path}/cancel")),
    };
    show(200, &page)
}

/// The form for the code, while the address is to be confirmed.
fn email_code(
    found: &OrderWithPayments,
    view: &OrderView,
    path: &str,
    sent: &SentBack,
    now: Timestamp,
) -> Option<pages::EmailCode> {
    let newest = found.code.as_ref();
    let newest = newest.filter(|_| view.actions.contains(&Action::ConfirmEmail))?;
    let good = |code: &SentCode| match code.tries_left(now) {
        0 => None,
        1 => Some((code.expires_at, "1 try".to_owned())),
        left => Some((code.expires_at, format!("{left} tries"))),
    };
    let error = sent.errors.iter().find(|error| error.field == CODE);
    Some(pages::EmailCode {
        action: format!("{path}/email-confirmation"),
        good: good(newest),
        another: match newest.another() {
            // The key names the code that pressing the button leads to: pressing it twice is one request.
            Another::From(at, nth) => {
                let key = format!("code-{nth}-of-this-order-by-mail");
                let form = pages::SendForm {
                    action: format!("{path}/email-code"),
                    hidden: vec![pages::Hidden::new("idempotency_key", key)],
                };
                Some((at, form))
            }
            Another::Never => None,
        },
        typed: sent.code.clone(),
        error: error.map(|error| error.message.clone()),
    })
}

fn code(issued: &IssuedView, found: &OrderWithPayments) -> pages::IssuedCode {
    let coupon = found.issued.iter().find(|c| c.coupon_code == issued.code);
    pages::IssuedCode {
        code: issued.code_grouped.clone(),
        gives: issued.gives.clone(),
        used: format!("{} of {}", issued.uses, issued.uses_max),
        ends_at: coupon.and_then(|coupon| coupon.ends_at),
        state: match issued.state {
            CouponState::Active => None,
            CouponState::Paused | CouponState::Suspended => Some("paused"),
            CouponState::Stopped => Some("stopped"),
        },
    }
}

/// The payment that the status is about.
fn shown_payment(payments: &[Payment]) -> Option<&Payment> {
    payments
        .iter()
        .find(|payment| payment.state.is_live())
        .or_else(|| payments.iter().find(|payment| payment.received().is_some()))
        .or_else(|| payments.first())
}

/// Whether a provider said that the payment ended, or its last means was declined, and nothing was
/// taken. Nobody knows that of a transfer.
fn was_left(payment: &Payment) -> bool {
    let declined = payment.declines > 0 && !payment.is_capturing();
    let over = payment.state == PaymentState::Closed;
    payment.method != PaymentMethod::Bank && (over || declined)
}

fn status(
    found: &OrderWithPayments,
    view: &OrderView,
    payment: Option<&Payment>,
    request: &Request,
    now: Timestamp,
) -> pages::OrderStatus {
    let order = &found.order;
    let begun_at = payment.map_or(order.created_at, |payment| payment.created_at);
    let pay_by = order.payable_until();
    match view.status {
        OrderStatus::AwaitingEmail => pages::OrderStatus::AwaitingEmail {
            email: order.customer.email.as_str().to_owned(),
            confirm_by: pay_by,
        },
        OrderStatus::AwaitingPayment => pages::OrderStatus::AwaitingPayment {
            pay_by,
            due: view.due.display(),
            left: order.received_minor == 0 && payment.is_some_and(was_left),
        },
        OrderStatus::InReview => transfer::in_review(found, now),
        OrderStatus::Rejected => transfer::rejected(found, pay_by),
        OrderStatus::Reversed => pages::OrderStatus::Reversed,
        OrderStatus::Refunded => pages::OrderStatus::Refunded,
        OrderStatus::NotPaid => pages::OrderStatus::NotPaid { pay_by },
        OrderStatus::Processing => pages::OrderStatus::Confirming(pages::Pace::Days),
        OrderStatus::Confirming => pages::OrderStatus::Confirming(pages::Pace::Minutes {
            as_of: now,
            promised_at: begun_at.plus(UNCONFIRMED_AFTER_S),
            refresh: refresh(order, request),
        }),
        OrderStatus::Unconfirmed => pages::OrderStatus::Unconfirmed { begun_at },
        OrderStatus::Confirmed => pages::OrderStatus::Confirmed {
            confirmed_at: order.confirmed_at.unwrap_or(order.created_at),
            carried: order
                .replaces
                .filter(|_| payment.is_none() && order.total_minor > 0)
                .map(named),
        },
        OrderStatus::Expired => pages::OrderStatus::Expired {
            expired_at: order.ended_at.unwrap_or(order.expires_at),
            late: late(&found.aside.held),
        },
        OrderStatus::Superseded => pages::OrderStatus::Superseded {
            replaced_at: order.ended_at.unwrap_or(order.created_at),
            by: order.replaced_by.map(named).unwrap_or_default(),
            late: late(&found.aside.held),
        },
        OrderStatus::Cancelled => pages::OrderStatus::Cancelled {
            cancelled_at: order.ended_at.unwrap_or(order.created_at),
            late: late(&found.aside.held),
        },
    }
}

/// Another order: its number, and its page.
fn named(number: OrderNumber) -> (String, String) {
    (number.to_string(), format!("/orders/{}", number.as_str()))
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

fn late(held: &[HeldMoney]) -> Option<pages::LateMoney> {
    let amounts: Vec<String> = held.iter().map(|money| money.amount.display()).collect();
    let first = held.first()?;
    Some(pages::LateMoney {
        amount: amounts.join(" and "),
        received_at: first.since,
        outcome: pages::LateOutcome::Held,
    })
}

fn facts(found: &OrderWithPayments, view: &OrderView) -> Vec<pages::Fact> {
    let order = &found.order;
    let mut facts = Vec::new();
    let part_paid = order.received_minor > 0 && order.due_minor() > 0;
    if part_paid && order.state.takes_money() {
        facts.push(pages::Fact::PartPaid {
            paid: order.received().display(),
            due: order.due().display(),
        });
    }
    if matches!(view.status, OrderStatus::Confirmed | OrderStatus::Reversed)
        || order.state.takes_money()
    {
        let held = view.held.iter().map(|money| pages::Fact::Held {
            amount: money.display(),
        });
        facts.extend(held);
    }
    let aside = &found.aside;
    let begun_at = aside.refund_begun_at;
    let given = view.refunded.as_ref();
    facts.extend(given.map_or_else(
        || begun_at.map(|at| pages::Fact::RefundBegun { at }),
        |given| Some(given_back(given, order, begun_at)),
    ));
    facts.extend(aside.disputed_at.map(|at| pages::Fact::Disputed { at }));
    if view.actions.contains(&Action::ContactSupport) && view.status.is_payable() {
        facts.push(pages::Fact::NoWayToPay);
    }
    facts
}

/// What was given back; by line where there are several.
fn given_back(given: &RefundedView, order: &Order, begun_at: Option<Timestamp>) -> pages::Fact {
    let named = order.quote.lines.iter().zip(&given.lines);
    let named = named.filter(|(_, amount)| !amount.is_zero() && given.lines.len() > 1);
    pages::Fact::GivenBack {
        amount: given.amount.display(),
        tax: given.tax.display(),
        lines: named
            .map(|(line, amount)| (line.name.clone(), amount.display()))
            .collect(),
        begun_at,
    }
}

pub(super) fn line(line: &QuoteLine) -> pages::Line {
    pages::Line {
        product: line.name.clone(),
        period: line.period.to_string(),
        quantity: line.quantity.to_string(),
        unit_price: line.unit_amount.display(),
        amount: line.list_amount.display(),
    }
}

pub(super) fn billing(order: &Order) -> pages::Billing {
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
