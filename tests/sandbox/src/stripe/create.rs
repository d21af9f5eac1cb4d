//! The beginning and the end of a Checkout Session.

use serde_json::Value;
use shared::time::Timestamp;

use super::Stripe;
use super::currency;
use super::emit::Happening;
use super::error::ApiError;
use super::event::Cause;
use super::form::Node;
use super::method::{self, MethodKind};
use super::payment::IntentStatus;
use super::session::{IntentData, Line, PaymentStatus, Session, SessionOptions, SessionStatus};
use super::shelf::Resource;

/// Bounds of a session's life, in seconds (API reference, `expires_at`: "anywhere from 30 minutes
/// to 24 hours after Checkout Session creation").
const LIFE_MIN_S: i64 = 30 * 60;
const LIFE_MAX_S: i64 = 24 * 3600;

impl Stripe {
    /// `POST /v1/checkout/sessions`, after its parameters were checked.
    pub(super) fn create_session(
        &mut self,
        now: Timestamp,
        params: &Node,
    ) -> Result<Value, ApiError> {
        refuse_other_modes(params)?;
        let currency = one_currency(params)?;
        let expires_at = expiry(now, params)?;
        let method_types = method_types(params, &currency)?;
        let lines = self.lines(params)?;
        let amount_total = total(&lines, &currency)?;
        let id = self.ids.next("cs_test_a1", 51);
        let session = Session {
            url: format!("{}/pay/{id}", self.base_url),
            created: now,
            expires_at,
            currency,
            lines,
            amount_total,
            client_reference_id: text(params, "client_reference_id"),
            customer_email: text(params, "customer_email"),
            success_url: text(params, "success_url").unwrap_or_default(),
            cancel_url: text(params, "cancel_url"),
            metadata: params.map_of_texts("metadata"),
            status: SessionStatus::Open,
            payment_status: PaymentStatus::Unpaid,
            payment_intent: None,
            method_types,
            options: self.options(params),
            intent: intent_data(params),
            id,
        };
        let answer = session.json();
        self.deadlines.insert((expires_at, session.id.clone()));
        self.sessions.add(session);
        Ok(answer)
    }

    /// Ends an open session; nothing happens to one that is not open.
    pub(super) fn expire_session(&mut self, at: Timestamp, id: &str, cause: &Cause) {
        let Some(session) = self.sessions.find_mut(id) else {
            return;
        };
        self.deadlines
            .remove(&(session.expires_at, session.id.clone()));
        if session.status != SessionStatus::Open {
            return;
        }
        session.status = SessionStatus::Expired;
        let object = session.json();
        let intent = session.payment_intent.clone();
        let kind = "checkout.session.expired";
        self.emit(
            at,
            Happening {
                kind,
                object,
                previous: None,
                cause,
            },
        );
        if let Some(intent) = intent.and_then(|id| self.intents.find_mut(&id)) {
            intent.status = IntentStatus::Canceled(at);
            let object = intent.json();
            self.emit_plain(at, "payment_intent.canceled", object);
        }
    }

    fn lines(&mut self, params: &Node) -> Result<Vec<Line>, ApiError> {
        let items = params
            .child("line_items")
            .map(Node::items)
            .unwrap_or_default();
        items.into_iter().map(|item| self.line(item)).collect()
    }

    fn line(&mut self, item: &Node) -> Result<Line, ApiError> {
        let empty = Node::empty();
        let price = item.child("price_data").unwrap_or(&empty);
        let product = price.child("product_data").unwrap_or(&empty);
        let quantity = item.integer("quantity").unwrap_or_default();
        let unit_amount = price.integer("unit_amount").unwrap_or_default();
        let amount = quantity.checked_mul(unit_amount).ok_or_else(too_large)?;
        Ok(Line {
            id: self.ids.next("li_1S", 18),
            name: text(product, "name").unwrap_or_default(),
            description: text(product, "description"),
            quantity,
            unit_amount,
            amount,
            price_id: self.ids.next("price_1S", 18),
            product_id: self.ids.next("prod_S", 8),
            tax_behavior: text(price, "tax_behavior").unwrap_or_else(|| "unspecified".to_owned()),
        })
    }

    fn options(&self, params: &Node) -> SessionOptions {
        let enabled = |name| {
            params
                .child(name)
                .is_some_and(|choice| choice.flag("enabled"))
        };
        SessionOptions {
            locale: text(params, "locale"),
            submit_type: text(params, "submit_type"),
            billing_address_collection: text(params, "billing_address_collection"),
            customer_creation: text(params, "customer_creation"),
            phone_number_collection: enabled("phone_number_collection"),
            adaptive_pricing: enabled("adaptive_pricing"),
            shop_name: self.config.shop_name.clone(),
        }
    }
}

fn refuse_other_modes(params: &Node) -> Result<(), ApiError> {
    let only = |name: &str, value: &str| match params.text(name) {
        Some(other) if other != value => Err(ApiError::unimplemented(name)),
        _ => Ok(()),
    };
    only("mode", "payment")?;
    only("ui_mode", "hosted_page")
}

fn one_currency(params: &Node) -> Result<String, ApiError> {
    let items = params
        .child("line_items")
        .map(Node::items)
        .unwrap_or_default();
    let mut currencies: Vec<&str> = items
        .iter()
        .filter_map(|item| {
            item.child("price_data")
                .and_then(|price| price.text("currency"))
        })
        .collect();
    currencies.dedup();
    let [one] = currencies.as_slice() else {
        let message = "All prices on a Checkout Session must have the same currency.";
        return Err(ApiError::invalid(message).param("line_items"));
    };
    Ok((*one).to_owned())
}

fn expiry(now: Timestamp, params: &Node) -> Result<Timestamp, ApiError> {
    let Some(expires_at) = params.integer("expires_at").map(Timestamp) else {
        return Ok(now.plus(LIFE_MAX_S));
    };
    let life_s = expires_at.seconds_since(now);
    let refused = |bound: &str| {
        let message =
            format!("The `expires_at` timestamp must be {bound} from Checkout Session creation.");
        Err(ApiError::invalid(message).param("expires_at"))
    };
    if life_s < LIFE_MIN_S {
        refused("at least 30 minutes")
    } else if life_s > LIFE_MAX_S {
        refused("less than 24 hours")
    } else {
        Ok(expires_at)
    }
}

/// The seller's list, or what a dashboard with dynamic payment methods offers: cards, Link, and the
/// currency's delayed method.
fn method_types(params: &Node, currency: &str) -> Result<Vec<String>, ApiError> {
    let listed = params.texts("payment_method_types");
    let delayed = method::delayed(currency);
    if listed.is_empty() {
        return Ok(vec![
            "card".to_owned(),
            "link".to_owned(),
            delayed.as_str().to_owned(),
        ]);
    }
    for (index, kind) in listed.iter().enumerate() {
        let param = format!("payment_method_types[{index}]");
        if kind == "card" || kind == "link" || kind == delayed.as_str() {
            continue;
        }
        return Err(match MethodKind::parse(kind) {
            Some(_) => {
                let message =
                    format!("The payment method `{kind}` cannot be used with {currency}.");
                ApiError::invalid(message).param(param)
            }
            None => ApiError::unimplemented(&param),
        });
    }
    Ok(listed)
}

fn total(lines: &[Line], currency: &str) -> Result<i64, ApiError> {
    let total = lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.amount))
        .ok_or_else(too_large)?;
    if total != 0 {
        currency::check_amount(total, currency, "line_items")?;
    }
    Ok(total)
}

fn intent_data(params: &Node) -> IntentData {
    let empty = Node::empty();
    let data = params.child("payment_intent_data").unwrap_or(&empty);
    IntentData {
        metadata: data.map_of_texts("metadata"),
        description: text(data, "description"),
        receipt_email: text(data, "receipt_email"),
        statement_descriptor_suffix: text(data, "statement_descriptor_suffix"),
    }
}

fn text(node: &Node, name: &str) -> Option<String> {
    node.text(name).map(str::to_owned)
}

fn too_large() -> ApiError {
    ApiError::invalid("The amount is too large.")
        .code("amount_too_large")
        .param("line_items")
}
