//! Payments: one attempt to pay, by one method, and what a provider can tell about it.
//!
//! Provider-neutral: Stripe's sessions and PayPal's orders are turned into
//! [`PaymentFact`]s at the border, so that [`crate::settle`] has one language for all of them.

mod payer_name;
mod schedule;

pub use payer_name::PayerName;
pub use schedule::{UNCONFIRMED_AFTER_S, next_ask};

use serde::Serialize;

use crate::id::{OrderNumber, PaymentId};
use crate::money::{Currency, Money};
use crate::record::{Record, StoredText};
use crate::statement::Statement;
use crate::store::payments;
use crate::time::Timestamp;

/// How an order can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// A card or another method on Stripe's hosted page.
    Stripe,
    /// A PayPal account, or what PayPal's page offers beside it.
    Paypal,
    /// A bank transfer, shown by a proof that staff review. No provider is asked: the payment is
    /// open until a proof is handed in, processing while that is reviewed, paid when it is approved.
    Bank,
}

impl PaymentMethod {
    /// Every method, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Stripe, Self::Paypal, Self::Bank];

    /// Reads the text; a later version of this program may have written others.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    /// The text in the database, in JSON and in account names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Paypal => "paypal",
            Self::Bank => "bank",
        }
    }
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Written; the provider has not answered yet.
    Starting,
    /// The buyer can pay on the provider's page.
    Open,
    /// We asked and do not know.
    Unknown,
    /// The buyer is done; the money is on its way, which may take days.
    Processing,
    /// The money has arrived.
    Paid,
    /// The money will not come.
    Failed,
    /// The provider's page was closed without money.
    Closed,
    /// The provider refused to begin.
    Refused,
}

impl PaymentState {
    /// Every state, in the order of the schema.
    pub const ALL: [Self; 8] = [
        Self::Starting,
        Self::Open,
        Self::Unknown,
        Self::Processing,
        Self::Paid,
        Self::Failed,
        Self::Closed,
        Self::Refused,
    ];

    /// The text in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Closed => "closed",
            Self::Refused => "refused",
        }
    }

    /// Whether money may still come of it without anybody's doing.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Self::Starting | Self::Open | Self::Unknown | Self::Processing
        )
    }
}

/// A payment as read from its row.
#[derive(Debug, Clone, Record)]
pub struct Payment {
    /// Our id; also the payment reference that the buyer is shown.
    pub payment_id: PaymentId,
    /// By which method.
    pub method: PaymentMethod,
    /// Where it stands.
    pub state: PaymentState,
    /// The currency asked for.
    pub currency: Currency,
    /// The amount asked for, minor units.
    pub amount_minor: i64,
    /// The request as it was frozen; sent byte for byte each time.
    pub request: String,
    /// The provider's idempotency key for that request.
    pub provider_key: String,
    /// The provider's checkout, once known.
    pub session_id: Option<String>,
    /// Where the buyer pays.
    pub session_url: Option<String>,
    /// When the provider closes it; the deadline of a bank transfer.
    pub session_expires_at: Option<Timestamp>,
    /// What arrived, minor units of [`Payment::received_currency`].
    pub received_minor: Option<i64>,
    /// The currency of what arrived.
    pub received_currency: Option<Currency>,
    /// When it arrived.
    pub paid_at: Option<Timestamp>,
    /// Who paid, as the provider names them.
    pub paid_by: Option<String>,
    /// The key of the payer's name, see [`PayerName`]; for staff.
    pub payer_name: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// How many captures of it were begun, where we take the money ourselves.
    pub captures: u32,
    /// How many of those came to nothing, so that the buyer may choose another means.
    pub declines: u32,
    /// How often cron has asked.
    pub asks: u32,
    /// When 30 minutes without an answer were told, if they were.
    pub unconfirmed_at: Option<Timestamp>,
    /// When what arrived was taken back, as by a bank that returns a transfer.
    pub reversed_at: Option<Timestamp>,
}

/// A payment whose money may go back to whoever paid.
#[derive(Debug, Clone, Record)]
pub struct TakenPayment {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// What an order took of it, minor units of the order's currency; none of money that came twice or
    /// too late.
    pub applied_minor: Option<i64>,
    /// What went back of it so far, minor units.
    pub refunded_minor: Option<i64>,
    /// What replaced orders that it was in have left aside and is still there.
    #[record(json)]
    pub left_behind: Vec<LeftBehind>,
}

/// What a replaced order held beyond what the new one costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
pub struct LeftBehind {
    /// The replaced order.
    pub order_number: OrderNumber,
    /// How much of it lies in its *unapplied* account, minor units.
    pub amount_minor: i64,
}

impl Payment {
    /// A payment that is about to begin and has nothing to send to anybody yet.
    #[must_use]
    pub fn begin(
        payment_id: PaymentId,
        method: PaymentMethod,
        amount: Money,
        now: Timestamp,
    ) -> Self {
        Self {
            payment_id,
            method,
            state: PaymentState::Starting,
            currency: amount.currency,
            amount_minor: amount.amount_minor,
            request: String::new(),
            provider_key: String::new(),
            session_id: None,
            session_url: None,
            session_expires_at: None,
            received_minor: None,
            received_currency: None,
            paid_at: None,
            paid_by: None,
            payer_name: None,
            created_at: now,
            captures: 0,
            declines: 0,
            asks: 0,
            unconfirmed_at: None,
            reversed_at: None,
        }
    }

    /// The rows of a payment that begins, all of it for one order; `due` is when cron asks first.
    #[must_use]
    pub fn insert(&self, order_number: OrderNumber, due: Option<Timestamp>) -> [Statement; 2] {
        [
            payments::INSERT_PAYMENT.bind([
                self.payment_id.into(),
                self.method.as_str().into(),
                self.currency.code().into(),
                self.amount_minor.into(),
                self.request.as_str().into(),
                self.provider_key.as_str().into(),
                self.created_at.into(),
                due.into(),
            ]),
            payments::INSERT_ALLOCATION.bind([
                self.payment_id.into(),
                order_number.into(),
                self.amount_minor.into(),
            ]),
        ]
    }

    /// The amount asked for.
    #[must_use]
    pub fn amount(&self) -> Money {
        Money {
            amount_minor: self.amount_minor,
            currency: self.currency,
        }
    }

    /// What arrived, if money has and was not taken back.
    #[must_use]
    pub fn received(&self) -> Option<Money> {
        if self.reversed_at.is_some() {
            return None;
        }
        let (amount_minor, currency) = self.received_minor.zip(self.received_currency)?;
        Some(Money {
            amount_minor,
            currency,
        })
    }

    /// Whether a capture may be under way, so that money may have moved.
    #[must_use]
    pub fn is_capturing(&self) -> bool {
        self.state.is_live() && self.captures > self.declines
    }

    /// Whether the outcome is open for longer than the 30-minute promise.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        now.seconds_since(self.created_at) >= UNCONFIRMED_AFTER_S
    }
}

/// What a provider told about one checkout, in its answer to a read or a create: never what a
/// webhook body said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentFact {
    /// The buyer can pay.
    Open(Checkout),
    /// The buyer is done; the money is on its way.
    Processing(Checkout),
    /// Money arrived.
    Paid(Receipt),
    /// The money will not come.
    Failed {
        /// The provider's checkout.
        session_id: String,
        /// The provider's reason, for the history.
        reason: String,
    },
    /// The checkout ended without money.
    Closed {
        /// The provider's checkout.
        session_id: String,
    },
    /// The provider refused to open a checkout: nothing happened there.
    Refused {
        /// The provider's code, for the history.
        code: String,
    },
    /// Nobody knows; the text is for the history.
    Unknown(String),
}

/// A provider's checkout that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The provider's id of it.
    pub session_id: String,
    /// Where the buyer pays; absent once they are done.
    pub url: Option<String>,
    /// When the provider closes it.
    pub expires_at: Option<Timestamp>,
}

/// Money that a provider says it holds for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's checkout. It can be paid at most once, so it names the movement of money.
    pub session_id: String,
    /// The provider's object that refunds and disputes quote; absent when nothing was due.
    pub capture_ref: Option<String>,
    /// How much, in the currency of the order.
    pub amount: Money,
    /// Who paid, for people: `Visa ending 4242, Ada Lovelace`.
    pub paid_by: String,
    /// The payer's address at the provider, if told.
    pub payer_email: Option<String>,
    /// The payer's name, if told: by the provider, or by staff as it stands on the statement.
    pub payer_name: Option<PayerName>,
    /// How much less than due is taken for the whole and written off, minor units. A provider's
    /// receipt forgives nothing; banks on the way of a transfer take fees (S27).
    pub forgiven_max_minor: i64,
}

/// What a provider says went back of a capture, all refunds together: those under way count, those that
/// failed do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WentBack {
    /// How much.
    pub refunded: Money,
    /// Of how much.
    pub captured: Money,
}

impl WentBack {
    /// How much of what was received that is, minor units; `None` when a part went back in another
    /// currency than came, since nobody says at which rate.
    #[must_use]
    pub fn of(self, received: Money) -> Option<i64> {
        if self.refunded.is_zero() {
            Some(0)
        } else if self.refunded == self.captured {
            Some(received.amount_minor)
        } else {
            let is_same = self.refunded.currency == received.currency;
            is_same.then_some(self.refunded.amount_minor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_payment_method_text_unchanged() {
        for (method, text) in PaymentMethod::ALL.into_iter().zip(["stripe", "paypal"]) {
            assert_eq!(method.as_str(), text);
            assert_eq!(serde_json::to_value(method).unwrap(), text);
            assert_eq!(PaymentMethod::parse(text), Some(method));
        }
        assert_eq!(PaymentMethod::parse("PayPal"), None);
    }

    #[test]
    fn stored_payment_state_text_unchanged() {
        let texts: Vec<_> = PaymentState::ALL.iter().map(|s| s.as_str()).collect();
        assert_eq!(
            texts,
            [
                "starting",
                "open",
                "unknown",
                "processing",
                "paid",
                "failed",
                "closed",
                "refused"
            ]
        );
        for state in PaymentState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }

    #[test]
    fn what_went_back_is_known_in_the_currency_that_came() {
        let money = |amount_minor, code: &str| Money {
            amount_minor,
            currency: Currency::parse(code).expect("a code"),
        };
        let received = money(11_900, "EUR");
        for (refunded, captured, known) in [
            (money(0, "EUR"), money(11_900, "EUR"), Some(0)),
            (money(500, "EUR"), money(11_900, "EUR"), Some(500)),
            (money(11_900, "EUR"), money(11_900, "EUR"), Some(11_900)),
            (money(0, "USD"), money(13_000, "USD"), Some(0)),
            (money(13_000, "USD"), money(13_000, "USD"), Some(11_900)),
            (money(500, "USD"), money(13_000, "USD"), None),
        ] {
            assert_eq!(WentBack { refunded, captured }.of(received), known);
        }
    }
}
