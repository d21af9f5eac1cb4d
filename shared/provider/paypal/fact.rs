//! What an order that PayPal's API returned says about a payment.

use super::{Order, OrderId, OrderStanding, PayPalApi};
use crate::payment::{Checkout, PayerName, PaymentFact, Receipt};

/// What an order tells. A PayPal order has one standing that asks for an act of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderFact {
    /// A fact like that of any provider.
    Told(PaymentFact),
    /// The buyer has approved and no money has moved: the caller captures, and the answer to that
    /// is the fact. A caller that must not take the money, since the order has ended, tells
    /// [`PaymentFact::Closed`] instead: an approval that is not captured lapses by itself.
    ToBeCaptured(OrderId),
}

/// Turns an order, read back from PayPal, into a fact. One that says too little is unknown; it is
/// never paid.
#[must_use]
pub fn fact_of(order: &Order, api: &PayPalApi) -> OrderFact {
    let session_id = order.id.as_str().to_owned();
    let fact = match order.standing() {
        OrderStanding::Approved => return OrderFact::ToBeCaptured(order.id.clone()),
        OrderStanding::Open => PaymentFact::Open(Checkout {
            session_id,
            url: Some(api.approve_url(order)),
            // PayPal tells no end; a read that finds nothing does.
            expires_at: None,
        }),
        OrderStanding::Processing { .. } => PaymentFact::Processing(Checkout {
            session_id,
            url: None,
            expires_at: None,
        }),
        OrderStanding::Failed { reason } => PaymentFact::Failed {
            session_id,
            reason: match reason {
                Some(reason) => format!("PayPal declined the payment: {reason}"),
                None => "PayPal declined the payment".into(),
            },
        },
        OrderStanding::Closed => PaymentFact::Closed { session_id },
        OrderStanding::Unclear(why) => PaymentFact::Unknown(why.to_string()),
        OrderStanding::Paid { amount, capture } => PaymentFact::Paid(Receipt {
            session_id,
            capture_ref: Some(capture.as_str().to_owned()),
            amount,
            paid_by: order.payer.paid_by(),
            payer_email: order.payer.email.as_deref().map(str::to_ascii_lowercase),
            payer_name: order.payer.name.as_deref().and_then(PayerName::parse),
            forgiven_max_minor: 0,
        }),
    };
    OrderFact::Told(fact)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::money::{Currency, Money};
    use crate::provider::paypal::fields::Fields;
    use crate::provider::paypal::fixtures;

    fn fact(body: &Value) -> OrderFact {
        let order = Order::read(Fields::of(body).unwrap()).unwrap();
        fact_of(&order, &fixtures::api())
    }

    fn session_id() -> String {
        "5O190127TN364715T".into()
    }

    #[test]
    fn a_completed_capture_is_a_receipt() {
        let usd = Currency::parse("USD").unwrap();
        let receipt = Receipt {
            session_id: session_id(),
            capture_ref: Some("3C679366HH908993F".into()),
            amount: Money::new(1_200, usd).unwrap(),
            paid_by: "PayPal: John Doe, b•••@personal.example.com".into(),
            payer_email: Some("buyer@personal.example.com".into()),
            payer_name: PayerName::parse("Doe, John"),
            forgiven_max_minor: 0,
        };
        let body = fixtures::body("api_order_get_completed.json");
        assert_eq!(fact(&body), OrderFact::Told(PaymentFact::Paid(receipt)));
    }

    #[test]
    fn s57_an_approved_order_is_to_be_captured() {
        let body = fixtures::body("api_order_get_approved.json");
        let id = OrderId::parse(&session_id()).unwrap();
        assert_eq!(fact(&body), OrderFact::ToBeCaptured(id));
    }

    #[test]
    fn every_other_standing_is_a_fact_without_money() {
        let open = Checkout {
            session_id: session_id(),
            url: Some("https://www.sandbox.paypal.com/checkoutnow?token=5O190127TN364715T".into()),
            expires_at: None,
        };
        let processing = Checkout {
            url: None,
            ..open.clone()
        };
        let failed = PaymentFact::Failed {
            session_id: session_id(),
            reason: "PayPal declined the payment".into(),
        };
        let voided = json!({"id": session_id(), "status": "VOIDED"});
        let completed = json!({"id": session_id(), "status": "COMPLETED"});
        for (body, expected) in [
            (
                fixtures::body("api_order_create_response_payer_action.json"),
                PaymentFact::Open(open.clone()),
            ),
            (
                fixtures::body("api_order_get_payer_action_required.json"),
                PaymentFact::Open(open),
            ),
            (
                fixtures::body("api_order_capture_response_pending.json"),
                PaymentFact::Processing(processing),
            ),
            (
                fixtures::body("api_order_capture_response_declined.json"),
                failed,
            ),
            (
                voided,
                PaymentFact::Closed {
                    session_id: session_id(),
                },
            ),
            (
                completed,
                PaymentFact::Unknown("the order is completed without a capture".into()),
            ),
        ] {
            assert_eq!(fact(&body), OrderFact::Told(expected), "{body}");
        }
    }
}
