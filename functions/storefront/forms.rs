//! The checkout's form: from what a browser sends to the body that the JSON interface takes, and
//! back to the form with what was typed and what is wrong with it.

use serde_json::json;
use shared::api::body::{OrderBody, QuoteBody};
use shared::contact::{BillingInput, CustomerInput, redact_card_numbers};
use shared::field::FieldProblem;
use shared::id::{CouponCode, OrderNumber};
use shared::money::Money;
use shared::order::{Order, OrderState};
use shared::pricing::ItemRequest;

use crate::http::form_pairs;
use crate::pages::{CheckoutField, CheckoutForm, FieldError};

/// The name of the quantity's field; the form has one line.
pub const QUANTITY: &str = "quantity";

/// The name of the coupon's field.
pub const COUPON: &str = CheckoutField::Coupon.name();

/// A checkout form as sent.
#[derive(Debug, Clone, Default)]
pub struct Checkout {
    /// The product chosen.
    pub product: String,
    /// The period chosen, in months; empty for one-off.
    pub period_months: String,
    /// The currency chosen.
    pub currency: String,
    /// As typed.
    pub quantity: String,
    /// The total that the form showed, minor units.
    pub expected_total: Option<i64>,
    /// The form's key.
    pub idempotency_key: String,
    /// `quote` only computes anew; anything else orders.
    pub step: String,
    /// Who and where, as typed.
    pub form: CheckoutForm,
    /// Of a form that replaces an order: although a proof of that one is being reviewed.
    pub despite_review: bool,
    /// The order that the form replaces.
    pub replaces: Option<Replaces>,
}

/// An order that a form replaces.
#[derive(Debug, Clone)]
pub struct Replaces {
    /// Its number.
    pub order_number: OrderNumber,
    /// Whether a proof of it is being reviewed.
    pub in_review: bool,
    /// The coupon of which it gives a use back.
    pub coupon: Option<CouponCode>,
    /// What was paid for it already.
    pub received: Money,
}

impl Replaces {
    /// What the form has to know of an order.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self {
            order_number: order.order_number,
            in_review: order.state == OrderState::InReview,
            coupon: order.quote.coupon,
            received: order.received(),
        }
    }
}

impl Checkout {
    /// Whether the buyer has neither typed a region nor sent the form yet.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let region = self.form.value(CheckoutField::BillingRegion);
        self.step.is_empty() && region.trim().is_empty()
    }

    /// Reads a form's body, or the query that leads to the form.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let empty = Self {
            quantity: "1".into(),
            ..Self::default()
        };
        empty.with(text)
    }

    /// The form that would make an order of one line again.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        let mut checkout = Self {
            currency: order.currency.code().to_owned(),
            ..Self::default()
        };
        if let Some(line) = order.quote.lines.first() {
            line.product.as_str().clone_into(&mut checkout.product);
            checkout.period_months = line
                .period
                .months()
                .map_or_else(String::new, |m| m.to_string());
            checkout.quantity = line.quantity.to_string();
        }
        let parties = [
            ("customer", json!(order.customer)),
            ("billing", json!(order.billing)),
        ];
        for (party, fields) in parties {
            for (name, value) in fields.as_object().into_iter().flatten() {
                let typed = value.as_str().unwrap_or_default();
                checkout.form.set(&format!("{party}_{name}"), typed);
            }
        }
        let coupon = order.quote.coupon.map(|code| code.to_string());
        checkout.form.set(COUPON, coupon.unwrap_or_default());
        checkout
    }

    /// With what a form's body or a query says in place of what stood here.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        let checkout = &mut self;
        for (name, value) in form_pairs(text) {
            match name.as_str() {
                "product" => checkout.product = value,
                "period_months" => checkout.period_months = value,
                "currency" => checkout.currency = value,
                QUANTITY => checkout.quantity = value,
                "idempotency_key" => checkout.idempotency_key = value,
                // What is no amount is not the one that was shown.
                "expected_total" => checkout.expected_total = Some(value.parse().unwrap_or(-1)),
                "step" => checkout.step = value,
                "despite_review" => checkout.despite_review = true,
                // The shop's page hands its country on.
                "country" => checkout.form.set("billing_country", value),
                _ => checkout.form.set(&name, value),
            }
        }
        self
    }

    /// What was typed, as it may be shown again: without card numbers. A tax number may look like
    /// one and be none.
    #[must_use]
    pub fn shown(&self) -> CheckoutForm {
        let mut shown = self.form.clone();
        for field in CheckoutField::ALL {
            if field != CheckoutField::BillingTaxId {
                shown.set(field.name(), redact_card_numbers(self.form.value(field)));
            }
        }
        shown
    }

    /// The body that the JSON interface would be sent.
    #[must_use]
    pub fn order_body(&self) -> OrderBody {
        let text = |field| Some(self.form.value(field).to_owned());
        OrderBody {
            items: self.items(),
            currency: self.currency.clone(),
            customer: CustomerInput {
                name: text(CheckoutField::CustomerName),
                email: text(CheckoutField::CustomerEmail),
            },
            billing: BillingInput {
                name: text(CheckoutField::BillingName),
                company: text(CheckoutField::BillingCompany),
                line1: text(CheckoutField::BillingLine1),
                line2: text(CheckoutField::BillingLine2),
                city: text(CheckoutField::BillingCity),
                region: text(CheckoutField::BillingRegion),
                postal_code: text(CheckoutField::BillingPostalCode),
                country: text(CheckoutField::BillingCountry),
                tax_id: text(CheckoutField::BillingTaxId),
            },
            expected_total: self.expected_total,
            coupon: self.coupon(),
            despite_review: self.despite_review,
        }
    }

    /// The body that the JSON interface would be sent for a price only.
    #[must_use]
    pub fn quote_body(&self) -> QuoteBody {
        QuoteBody {
            items: self.items(),
            currency: self.currency.clone(),
            country: self.form.value(CheckoutField::BillingCountry).to_owned(),
            region: Some(self.form.value(CheckoutField::BillingRegion).to_owned()),
            coupon: self.coupon(),
        }
    }

    fn coupon(&self) -> Option<String> {
        let typed = self.form.value(CheckoutField::Coupon);
        (!typed.trim().is_empty()).then(|| typed.to_owned())
    }

    fn items(&self) -> Vec<ItemRequest> {
        vec![ItemRequest {
            product: self.product.clone(),
            period_months: match self.period_months.trim() {
                "" => None,
                // What is no number is no period that is sold.
                typed => Some(typed.parse().unwrap_or(-1)),
            },
            // What is no number is out of range.
            quantity: self.quantity.trim().parse().unwrap_or(0),
        }]
    }
}

/// Problems of the body, put beside the form's fields.
#[must_use]
pub fn field_errors(problems: &[FieldProblem]) -> Vec<FieldError> {
    problems
        .iter()
        .map(|problem| FieldError {
            field: field_name(&problem.field),
            message: problem.message.clone(),
        })
        .collect()
}

/// `billing.postal_code` stands in the form as `billing_postal_code`, `items[0].quantity` as
/// `quantity`.
fn field_name(path: &str) -> String {
    match path {
        "items[0].quantity" => QUANTITY.to_owned(),
        "country" => "billing_country".to_owned(),
        "region" => "billing_region".to_owned(),
        other => other.replace('.', "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_the_json_body_says() {
        let checkout = Checkout::read(
            "product=site&period_months=12&currency=EUR&quantity=2&customer_name=Ada&\
             customer_email=ada%40example.com&billing_country=DE&idempotency_key=k&step=order",
        );
        let body = checkout.order_body();
        assert_eq!(body.items[0].period_months, Some(12));
        assert_eq!(body.items[0].quantity, 2);
        assert_eq!(body.customer.email.as_deref(), Some("ada@example.com"));
        assert_eq!(body.billing.country.as_deref(), Some("DE"));
        assert_eq!(checkout.quote_body().country, "DE");
    }

    #[test]
    fn a_quantity_that_is_no_number_is_refused_beside_its_field() {
        let checkout = Checkout::read("product=site&quantity=many");
        assert_eq!(checkout.order_body().items[0].quantity, 0);
        let errors = field_errors(&[FieldProblem::new(
            "items[0].quantity",
            "out_of_range",
            "1 to 999.",
        )]);
        assert_eq!(errors[0].field, "quantity");
    }
}
