//! The frozen body of a Stripe session, from an order.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::PaymentId;
use shared::money::Money;
use shared::order::Order;
use shared::provider::stripe::create_session::{
    CreateSession, CreateSessionError, SESSION_LIFETIME_S, SessionLine,
};
use shared::provider::stripe::currency::AmountProblem;
use shared::time::Timestamp;

use super::line_name;
use crate::failure::Failure;
use crate::world::Fault;

/// The order's lines, or what is left to pay once a part is paid.
pub(super) fn freeze(
    settings: &Settings,
    order: &Order,
    payment_id: PaymentId,
    now: Timestamp,
) -> Result<String, Failure> {
    let base = &settings.base_url;
    let names: Vec<String> = order.quote.lines.iter().map(line_name).collect();
    let all: Vec<SessionLine<'_>> = names
        .iter()
        .zip(&order.quote.lines)
        .map(|(name, line)| SessionLine {
            name,
            total_minor: line.total.amount_minor,
        })
        .collect();
    let rest_name = format!("Order {}, remaining amount", order.order_number);
    let rest = [SessionLine {
        name: &rest_name,
        total_minor: order.due().amount_minor,
    }];
    let lines = if order.received_minor == 0 {
        all.as_slice()
    } else {
        rest.as_slice()
    };
    let number = order.order_number.as_str();
    let id = payment_id.as_str();
    CreateSession {
        order_number: number,
        payment_id: id,
        total: order.due(),
        lines,
        customer_email: order.customer.email.as_str(),
        success_url: &format!(
            "{base}/return/stripe?payment={id}&session_id={{CHECKOUT_SESSION_ID}}"
        ),
        cancel_url: &format!("{base}/return/stripe?payment={id}"),
        expires_at: now.plus(SESSION_LIFETIME_S),
    }
    .freeze()
    .map_err(|error| match error {
        CreateSessionError::Total(AmountProblem::TooSmall { minimum_minor }) => {
            let minimum = Money {
                amount_minor: minimum_minor,
                currency: order.currency,
            };
            Refusal::AmountTooSmall(minimum).into()
        }
        CreateSessionError::Total(_) => Refusal::AmountNotPayable.into(),
        CreateSessionError::LinesDoNotSum | CreateSessionError::Text(_) => {
            Fault::Internal(error.to_string()).into()
        }
    })
}
