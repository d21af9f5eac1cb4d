//! Writing and sending a mail: the order's frozen columns and the message's payload in, the same
//! bytes out each time.

use serde_json::{Value, json};
use shared::case::{CaseKind, title_of};
use shared::config::{Mail, Settings};
use shared::coupon::issue::good_for;
use shared::email::{self, Address, Email, HeldBecause, OneLine, OrderLine, Summary};
use shared::http::{Method, OutRequest, PROVIDER_DEADLINE_MS};
use shared::id::{CouponCode, PaymentId};
use shared::money::Money;
use shared::order::{Order, OrderState};
use shared::outbox::MessageKind;
use shared::record::json_text;
use shared::tax::TaxMode;

use super::deliver::{Delivery, Pending};
use super::transfer_mail;
use crate::http::percent_encoded;
use crate::storefront::access;
use crate::world::World;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Sends a mail about an order to its customer.
pub async fn send<W: World>(
    world: &W,
    settings: &Settings,
    message: &Pending,
    order: &Order,
) -> Delivery {
    let kind = message.key.kind;
    let has_come = order.state == OrderState::Confirmed;
    if has_come && kind == MessageKind::MailPaymentUnconfirmed
        || !order.state.takes_money() && kind == MessageKind::MailPaymentFailed
    {
        return Delivery::Overtaken("settled before it was sent");
    }
    match compose(settings, message, order) {
        Ok(email) => hand_over(world, settings, message, &email).await,
        Err(why) => Delivery::Failed(why),
    }
}

/// Sends an alert to staff.
pub async fn send_alert<W: World>(world: &W, settings: &Settings, message: &Pending) -> Delivery {
    if settings.staff_email.is_empty() {
        return Delivery::Waiting("STAFF_EMAIL is not set");
    }
    let text = |name: &str| {
        message
            .payload
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (kind, subject) = (text("kind"), text("subject"));
    let since = match text("handed_in") {
        "" => message.created_at.readable(),
        handed_in => handed_in.to_owned(),
    };
    let alert = email::StaffAlert {
        shop_name: line(&settings.shop_name),
        kind: line(&title_of(kind)),
        order_number: message.order_number.map(|number| line(&number.to_string())),
        subject: line(subject),
        since: line(&since),
        url: line(&desk_of(settings, message, kind, subject)),
        what_to_do: line(text("advice")),
    };
    let composed = Address::parse(&settings.staff_email)
        .map_err(|error| error.to_string())
        .and_then(|to| email::compose(to, &alert).map_err(|error| error.to_string()));
    match composed {
        Ok(email) => hand_over(world, settings, message, &email).await,
        Err(why) => Delivery::Failed(why),
    }
}

/// Where staff decide about a case: a proof on its review page, anything else on the case's own.
fn desk_of(settings: &Settings, message: &Pending, kind: &str, subject: &str) -> String {
    let base = &settings.base_url;
    match message.order_number {
        Some(number) if kind == CaseKind::ProofUnreviewed.as_str() => {
            format!("{base}/staff/orders/{}/review", number.as_str())
        }
        _ => format!(
            "{base}/staff/cases?kind={}&subject={}",
            percent_encoded(kind),
            percent_encoded(subject)
        ),
    }
}

/// Words the mail.
fn compose(settings: &Settings, message: &Pending, order: &Order) -> Result<Email, String> {
    let to = Address::parse(order.customer.email.as_str()).map_err(|error| error.to_string())?;
    let composed = match message.key.kind {
        MessageKind::MailOrderReceived => email::compose(to, &order_received(settings, order)?),
        MessageKind::MailPaymentConfirmed => email::compose(
            to,
            &email::PaymentConfirmed {
                shop: shop(settings),
                order_number: number(order),
                order_url: order_url(settings, order)?,
                subscription_id: line(
                    &order
                        .subscription_id
                        .map(|id| id.to_string())
                        .unwrap_or_default(),
                ),
                paid_by: paid_by(order),
                summary: summary(order),
                codes: codes(message, order),
            },
        ),
        MessageKind::MailPaymentUnconfirmed => email::compose(
            to,
            &email::PaymentUnconfirmed {
                shop: shop(settings),
                order_number: number(order),
                total: line(&order.total().display()),
                payment_reference: payment_reference(message),
                paid_by: None,
            },
        ),
        MessageKind::MailOrderExpired => email::compose(
            to,
            &email::OrderExpired {
                shop: shop(settings),
                order_number: number(order),
                total: line(&order.total().display()),
                shop_url: line(&format!("{}/", settings.base_url)),
            },
        ),
        MessageKind::MailPaymentHeld => email::compose(
            to,
            &email::PaymentHeld {
                shop: shop(settings),
                order_number: number(order),
                because: held_because(message),
                received: line(&held(message)),
                payment_reference: payment_reference(message),
            },
        ),
        MessageKind::MailEmailCode
        | MessageKind::MailPaymentFailed
        | MessageKind::MailTransferDetails
        | MessageKind::MailReviewLate
        | MessageKind::MailProofRejected
        | MessageKind::MailPaymentShort
        | MessageKind::MailPaymentReversed => {
            email::compose(to, &transfer_mail::letter(settings, message, order)?)
        }
        MessageKind::MailStaffAlert | MessageKind::Release | MessageKind::Revocation => {
            return Err("not a mail to a customer".into());
        }
    };
    composed.map_err(|error| error.to_string())
}

/// Who or what paid; nobody where there was nothing to pay.
fn paid_by(order: &Order) -> Option<OneLine> {
    let paid_by = order.paid_by.as_deref();
    paid_by.filter(|_| order.total_minor > 0).map(line)
}

/// The codes that a confirmed order has issued, and what each is good for.
fn codes(message: &Pending, order: &Order) -> Vec<(OneLine, OneLine)> {
    let codes = message.payload.get("coupons").and_then(Value::as_array);
    let texts = codes.into_iter().flatten().filter_map(Value::as_str);
    let codes = texts.filter_map(|text| CouponCode::parse(text).ok());
    let confirmed_at = order.confirmed_at.unwrap_or(order.created_at);
    let good_for = good_for(&order.issues, confirmed_at);
    codes
        .zip(good_for)
        .map(|(code, good_for)| (line(&code.to_string()), line(&good_for)))
        .collect()
}

fn order_received(settings: &Settings, order: &Order) -> Result<email::OrderReceived, String> {
    Ok(email::OrderReceived {
        shop: shop(settings),
        order_number: number(order),
        order_url: order_url(settings, order)?,
        summary: summary(order),
        pay_by: line(&order.expires_at.readable()),
    })
}

fn summary(order: &Order) -> Summary {
    let quote = &order.quote;
    Summary {
        lines: quote
            .lines
            .iter()
            .map(|item| OrderLine {
                product: line(&item.name),
                period: line(&item.period.to_string()),
                quantity: line(&item.quantity.to_string()),
                amount: line(&item.list_amount.display()),
            })
            .collect(),
        list_price: line(&quote.subtotal.display()),
        discount: (!quote.discount.is_zero()).then(|| {
            let code = quote.coupon.map(|code| format!(" ({code})"));
            let amount = quote.discount.display();
            line(&format!("−{amount}{}", code.unwrap_or_default()))
        }),
        tax_label: line(&tax_label(order)),
        tax: line(&quote.tax.display()),
        total: line(&quote.total.display()),
    }
}

/// The order's page with its token.
fn order_url(settings: &Settings, order: &Order) -> Result<OneLine, String> {
    let links = settings.links.as_ref().ok_or("LINK_SECRET is not set")?;
    Ok(line(&access::link(settings, links, order)))
}

/// `VAT (19 %, Germany)`, or `VAT included (19 %, Germany)`.
#[must_use]
pub fn tax_label(order: &Order) -> String {
    let included = match order.quote.tax_mode {
        TaxMode::Exclusive => "",
        TaxMode::Inclusive => " included",
    };
    tax_of(order, included)
}

/// The tax's name, rate and place, as in `Sales tax (8.875 %, United States, NY)`.
#[must_use]
pub fn tax_of(order: &Order, included: &str) -> String {
    let quote = &order.quote;
    let mut place = order.billing.country.name().to_owned();
    if let Some(region) = &quote.tax_region {
        place = format!("{place}, {region}");
    }
    format!(
        "{}{included} ({} %, {place})",
        quote.tax_name, quote.tax_percent
    )
}

pub(super) fn shop(settings: &Settings) -> email::Shop {
    email::Shop {
        name: line(&settings.shop_name),
        support_email: line(&settings.support_email),
    }
}

fn number(order: &Order) -> OneLine {
    line(&order.order_number.to_string())
}

fn line(text: &str) -> OneLine {
    OneLine::new(text)
}

fn payment_reference(message: &Pending) -> OneLine {
    let id = message
        .payload
        .get("payment_id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    line(&PaymentId::parse(id).map_or_else(|_| id.to_owned(), |id| id.to_string()))
}

fn held(message: &Pending) -> String {
    let held = message.payload.get("held").cloned().unwrap_or_default();
    serde_json::from_value::<Money>(held)
        .map(Money::display)
        .unwrap_or_default()
}

fn held_because(message: &Pending) -> HeldBecause {
    let state = message.payload.get("order_state").cloned();
    match serde_json::from_value(state.unwrap_or_default()) {
        Ok(OrderState::Cancelled) => HeldBecause::Cancelled,
        Ok(OrderState::Superseded) => HeldBecause::Superseded,
        Ok(OrderState::Expired) => HeldBecause::Expired,
        Ok(OrderState::Confirmed) => HeldBecause::AlreadyPaid,
        Ok(OrderState::Unpaid | OrderState::InReview | OrderState::Rejected) | Err(_) => {
            HeldBecause::Unclear
        }
    }
}

/// Gives a mail to the sender that the settings choose. The message's id is the sender's idempotency
/// key.
async fn hand_over<W: World>(
    world: &W,
    settings: &Settings,
    message: &Pending,
    email: &Email,
) -> Delivery {
    let is_late = message.ends_at().is_some_and(|end| world.now() >= end);
    match &settings.mail {
        Mail::None => Delivery::Waiting("no mail sender is set up"),
        Mail::Cloudflare { .. } | Mail::Resend { .. } if is_late => Delivery::TooLate,
        Mail::Cloudflare { from } => match world.send_mail(email, from).await {
            Ok(()) => Delivery::Sent,
            Err(error) => Delivery::Failed(error.to_string()),
        },
        Mail::Resend { from, base, key } => {
            let body = json!({
                "from": from,
                "to": [email.to.as_str()],
                "subject": email.subject.as_str(),
                "text": email.text,
                "html": email.html,
            });
            let request = OutRequest {
                method: Method::Post,
                url: format!("{base}/emails"),
                headers: vec![
                    ("authorization", format!("Bearer {}", key.0)),
                    ("content-type", "application/json".into()),
                    ("idempotency-key", message.key.id()),
                ],
                body: json_text(&body).into_bytes(),
                deadline_ms: PROVIDER_DEADLINE_MS,
                answer_bytes_max: ANSWER_BYTES_MAX,
            };
            match world.send(&request).await {
                Ok(response) if (200..300).contains(&response.status) => Delivery::Sent,
                Ok(response) => {
                    Delivery::Failed(format!("the mail sender answered {}", response.status))
                }
                Err(error) => Delivery::Failed(error.to_string()),
            }
        }
    }
}
