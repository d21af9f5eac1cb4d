//! The beginning and the end of an order.

use serde_json::{Value, json};
use shared::time::Timestamp;

use super::PayPal;
use super::amounts;
use super::emit::Happening;
use super::error::{ApiError, Detail};
use super::money;
use super::order::{Experience, Order, OrderState};
use super::requests::Outcome;
use super::routes::Call;
use super::tables;

/// How long an order waits: for the approval, and then again for the capture. Three hours each, the
/// merchant's default (PayPal documentation, "Handle uncaptured payments").
const LIFE_S: i64 = 3 * 3_600;

impl PayPal {
    /// `POST /v2/checkout/orders`.
    pub(super) fn create_order(&mut self, call: &Call) -> Result<Outcome, ApiError> {
        let mut body = call.json(tables::CREATE_ORDER)?;
        let experience = body
            .pointer("/payment_source/paypal/experience_context")
            .map(experience);
        if experience.is_some() && call.request_id.is_none() {
            let description = "A PayPal-Request-Id is required if you are trying to process payment \
                               for an Order. Please specify a PayPal-Request-Id or Create the Order \
                               without a 'payment_source' specified.";
            let detail = Detail::new("PAYPAL_REQUEST_ID_REQUIRED", description);
            return Err(ApiError::invalid(vec![
                detail.in_the("header", "PayPal-Request-Id"),
            ]));
        }
        let mut unit = body["purchase_units"][0].take();
        let (amount_minor, currency) = amounts::total(&unit)?;
        complete(&mut unit);
        let order = Order {
            id: self.ids.next_upper(17),
            created: call.now,
            updated: call.now,
            amount_minor,
            currency,
            custom_id: text(&unit, "custom_id"),
            invoice_id: text(&unit, "invoice_id"),
            state: OrderState::Created,
            experience,
            payee: json!({
                "email_address": self.config.merchant_email,
                "merchant_id": self.config.merchant_id,
            }),
            unit,
            mode: None,
        };
        let id = order.id.clone();
        self.start_waiting(call.now, &id);
        self.orders.insert(id.clone(), order);
        Ok(Outcome::Order(id))
    }

    /// The order as it is read, with its capture and its refunds. What a bank took back is no refund.
    pub(super) fn order_json(&self, order: &Order) -> Value {
        let capture = match &order.state {
            OrderState::Completed(id) => self.captures.find(id),
            _ => None,
        };
        let id = capture.map(|capture| capture.id.as_str());
        let of = self.refunds.all().iter();
        let of = of.filter(|refund| Some(refund.capture.as_str()) == id && !refund.is_reversal);
        order.json(
            &self.api,
            capture.map(|capture| capture.in_order(&self.api)),
            of.map(|refund| refund.json(&self.api)).collect(),
        )
    }

    /// Lets an order wait from now on, as long as it may.
    pub(super) fn start_waiting(&mut self, now: Timestamp, id: &str) {
        self.stop_waiting(id);
        self.deadlines.insert((now.plus(LIFE_S), id.to_owned()));
    }

    pub(super) fn stop_waiting(&mut self, id: &str) {
        self.deadlines.retain(|(_, waiting)| waiting != id);
    }

    /// Ends an order that waited in vain.
    pub(super) fn give_up(&mut self, at: Timestamp, id: &str) {
        self.stop_waiting(id);
        let Some(order) = self.orders.find_mut(id) else {
            return;
        };
        match order.state {
            OrderState::Created => order.state = OrderState::Dropped,
            OrderState::Approved(_) => order.state = OrderState::Reversed,
            OrderState::Completed(_) | OrderState::Dropped | OrderState::Reversed => return,
        }
        order.updated = at;
        if order.state == OrderState::Dropped {
            return;
        }
        let mut unit = json!({ "reference_id": order.unit["reference_id"] });
        for name in ["custom_id", "invoice_id"] {
            if let Some(value) = order.unit.get(name) {
                unit[name] = value.clone();
            }
        }
        let mode = order.mode.unwrap_or(self.mode);
        // No `id` and no `status`, as in PayPal's own example.
        let resource = json!({
            "order_id": order.id,
            "purchase_units": [unit],
            "payment_source": { "paypal": { "account_id": super::order::PAYER_ID } },
        });
        self.emit(
            at,
            Happening {
                kind: "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
                resource_type: None,
                summary: "A payment has been reversed after approval.".to_owned(),
                resource,
            },
        );
        self.send_out(at, mode);
    }
}

fn experience(context: &Value) -> Experience {
    let text = |name| text(context, name).unwrap_or_default();
    Experience {
        brand_name: text("brand_name"),
        return_url: text("return_url"),
        cancel_url: text("cancel_url"),
        immediate: context["payment_method_preference"] == "IMMEDIATE_PAYMENT_REQUIRED",
    }
}

/// Adds what PayPal adds to a purchase unit, and spells out its amounts.
fn complete(unit: &mut Value) {
    if unit.get("reference_id").is_none() {
        unit["reference_id"] = "default".into();
    }
    spell_out(unit);
}

/// Writes every amount inside with all its decimals.
fn spell_out(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let currency = map.get("currency_code").and_then(Value::as_str);
            let amount = map.get("value").and_then(Value::as_str);
            if let (Some(currency), Some(amount)) = (currency, amount)
                && let Ok(minor) = money::minor(amount, currency)
            {
                let text = money::text(minor, currency);
                map.insert("value".to_owned(), text.into());
            }
            map.values_mut().for_each(spell_out);
        }
        Value::Array(items) => items.iter_mut().for_each(spell_out),
        _ => {}
    }
}

fn text(object: &Value, name: &str) -> Option<String> {
    object[name].as_str().map(str::to_owned)
}
