//! The frozen body of a PayPal order, from an order of ours.

use shared::api::refusal::Refusal;
use shared::config::Settings;
use shared::id::PaymentId;
use shared::order::Order;
use shared::provider::paypal::create_order::{Breakdown, CreateOrder, CreateOrderError, Item};

use super::line_name;
use crate::failure::Failure;
use crate::world::Fault;

/// The figures that the buyer has double-checked, line by line (A14); or the sum that is left to pay
/// once a part is paid.
pub(super) fn freeze(
    settings: &Settings,
    order: &Order,
    payment_id: PaymentId,
) -> Result<String, Failure> {
    let quote = &order.quote;
    let is_whole = order.received_minor == 0;
    let names: Vec<String> = quote.lines.iter().map(line_name).collect();
    let items: Vec<Item<'_>> = names
        .iter()
        .zip(&quote.lines)
        .map(|(name, line)| Item::of(line, quote.tax_mode, name))
        .collect();
    let address = format!(
        "{}/return/paypal?payment={}",
        settings.base_url,
        payment_id.as_str()
    );
    CreateOrder {
        order_number: order.order_number.as_str(),
        payment_id: payment_id.as_str(),
        total: order.due(),
        breakdown: Breakdown::of(quote).filter(|_| is_whole),
        items: &items,
        brand_name: &settings.shop_name,
        locale: None,
        return_url: &address,
        cancel_url: &address,
    }
    .freeze()
    .map_err(|error| match error {
        CreateOrderError::Total(_) => Refusal::AmountNotPayable.into(),
        CreateOrderError::Sum(_) | CreateOrderError::Text(_) => {
            Fault::Internal(error.to_string()).into()
        }
    })
}
