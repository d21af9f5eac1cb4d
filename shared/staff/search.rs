//! Finding an order by any one thing that a buyer may quote (requirement A20).

use crate::bank::TransferReference;
use crate::contact::EmailAddress;
use crate::id::{CouponCode, OrderNumber, PaymentId, SubscriptionId};
use crate::money::{Currency, Money};
use crate::order::OrderState;
use crate::payment::PayerName;
use crate::record::Record;
use crate::statement::{Sql, Statement, Value};
use crate::store::orders;
use crate::time::Timestamp;

/// The longest reference of any provider or bank, and the longest name of a payer.
const TEXT_CHARS_MAX: usize = 255;

/// What is looked for, by its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One order.
    Number(OrderNumber),
    /// What a buyer got with the confirmation.
    Subscription(SubscriptionId),
    /// What a buyer was shown before it.
    Payment(PaymentId),
    /// A code that the order has issued or used.
    Coupon(CouponCode),
    /// The buyer, or the payer at a provider.
    Email(EmailAddress),
    /// A name of the payment at a provider or a bank, or the payer's own.
    Text(String),
}

/// An order that was found.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct FoundOrder {
    /// Its number.
    pub order_number: OrderNumber,
    /// Where it stands.
    pub state: OrderState,
    /// When it was made.
    pub created_at: Timestamp,
    /// The currency of its total.
    pub currency: Currency,
    /// What it comes to, minor units.
    pub total_minor: i64,
    /// Its buyer's address.
    pub customer_email: String,
}

impl FoundOrder {
    /// What it comes to.
    #[must_use]
    pub fn total(&self) -> Money {
        Money {
            amount_minor: self.total_minor,
            currency: self.currency,
        }
    }
}

impl Wanted {
    /// Reads what somebody typed; `None` for nothing, and for what is longer than any name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
            return None;
        }
        let number = OrderNumber::parse(text).map(Self::Number).ok();
        let found = number
            .or_else(|| SubscriptionId::parse(text).map(Self::Subscription).ok())
            .or_else(|| PaymentId::parse(text).map(Self::Payment).ok())
            .or_else(|| CouponCode::parse(text).map(Self::Coupon).ok())
            .or_else(|| EmailAddress::parse(text).map(Self::Email).ok());
        Some(found.unwrap_or_else(|| Self::Text(text.to_owned())))
    }

    /// The reads that find it; each finds [`FoundOrder`]s, fifty at most, and several may find one.
    #[must_use]
    pub fn reads(&self) -> Vec<Statement> {
        let mut reads = Vec::new();
        let mut find = |sql: Sql, key: Value| reads.push(sql.bind([key]));
        match self {
            Self::Number(number) => find(orders::ORDERS_BY_NUMBER, number.into()),
            Self::Subscription(id) => find(orders::ORDERS_BY_SUBSCRIPTION_ID, id.into()),
            Self::Payment(id) => find(orders::ORDERS_BY_PAYMENT_ID, id.into()),
            Self::Coupon(code) => find(orders::ORDERS_BY_COUPON, (*code).into()),
            Self::Text(text) => {
                let exact = text.as_str();
                find(orders::ORDERS_BY_PROVIDER_REFERENCE, exact.into());
                // However it was copied from the statement.
                if let Ok(reference) = TransferReference::parse(text) {
                    find(orders::ORDERS_BY_BANK_REFERENCE, (&reference).into());
                }
                if let Some(name) = PayerName::parse(text) {
                    find(orders::ORDERS_BY_PAYER_NAME, (&name).into());
                }
            }
            Self::Email(email) => {
                let typed = email.as_str();
                find(orders::ORDERS_BY_CUSTOMER_EMAIL, typed.into());
                // The part before the @ is kept as typed, and hardly anybody types it in capitals.
                let lower = typed.to_ascii_lowercase();
                let addresses = [Some(typed), Some(&*lower).filter(|lower| *lower != typed)];
                for address in addresses.into_iter().flatten() {
                    find(orders::ORDERS_BY_PAYER_EMAIL, address.into());
                }
            }
        }
        reads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_known_by_its_form() {
        let kind = |text: &str| match Wanted::parse(text) {
            None => "nothing",
            Some(Wanted::Number(_)) => "number",
            Some(Wanted::Subscription(_)) => "subscription",
            Some(Wanted::Payment(_)) => "payment",
            Some(Wanted::Coupon(_)) => "coupon",
            Some(Wanted::Email(_)) => "email",
            Some(Wanted::Text(_)) => "text",
        };
        for (text, expected) in [
            ("", "nothing"),
            ("  ", "nothing"),
            (&"x".repeat(256), "nothing"),
            ("A2ED5SR3Q06W2T", "number"),
            (" a2ed-5sr3-q06w-2t ", "number"),
            ("S2ED5SR3Q06W2S", "subscription"),
            ("p2ed 5sr3 q06w 27", "payment"),
            ("k2ed-5sr3-q06w-2d", "coupon"),
            ("Ada@Example.com", "email"),
            ("pi_3MtwBwLkdIwHu7ix28a3tqPa", "text"),
            ("A2ED5SR3Q06W2X", "text"),
            ("' OR 1=1 --", "text"),
            ("LOVELACE, Ada", "text"),
            (&"Å".repeat(255), "text"),
            (&"Å".repeat(256), "nothing"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_looked_for_as_typed_and_in_lower_case() {
        let reads = |text: &str| Wanted::parse(text).unwrap().reads().len();
        assert_eq!(reads("ada@example.com"), 2);
        assert_eq!(
            reads("Ada@example.com"),
            3,
            "the customer's is found in any case"
        );
    }
}
