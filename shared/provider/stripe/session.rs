//! A Checkout Session, as far as an order needs it, and where it stands.
//!
//! Reads sessions of every version: in events, in answers and in lists. The invariant is in
//! [`Session::standing`]: only two known pairs of values mean paid, and everything that is missing
//! or unknown is unclear.

use thiserror::Error;

use super::currency::money_on_wire;
use super::fields::Fields;
use super::object::IntentStatus;
use super::open_enum::open_enum;
use crate::money::Money;
use crate::time::Timestamp;

/// The metadata key of the order number, on the session and on its payment intent.
pub const ORDER_NUMBER_KEY: &str = "order_number";
/// The metadata key of our payment's id, on the session and on its payment intent.
pub const PAYMENT_ID_KEY: &str = "payment_id";

/// The id of a Checkout Session: `cs_` and a tail whose length Stripe does not promise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(String);

/// The text is not the id of a Checkout Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the id of a Checkout Session")]
pub struct NotASessionId;

impl SessionId {
    /// Takes `cs_` followed by letters, digits and `_`, 255 bytes at most, so that the id can stand
    /// in a URL's path: one that came in with a browser's return is anybody's text.
    pub fn parse(text: &str) -> Result<Self, NotASessionId> {
        let tail = text.strip_prefix("cs_").ok_or(NotASessionId)?;
        let is_plain = tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if tail.is_empty() || text.len() > 255 || !is_plain {
            return Err(NotASessionId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as Stripe writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

open_enum!(
    /// `status` of a session.
    pub enum SessionStatus {
        /// The buyer may still pay.
        Open = "open",
        /// The buyer is through; the money may still be on its way.
        Complete = "complete",
        /// Nobody can pay any more.
        Expired = "expired",
    }
);

open_enum!(
    /// `payment_status` of a session.
    pub enum PaymentStatus {
        /// The money is in our Stripe account.
        Paid = "paid",
        /// It is not, or not yet.
        Unpaid = "unpaid",
        /// There is nothing to pay.
        NoPaymentRequired = "no_payment_required",
    }
);

open_enum!(
    /// `mode` of a session. We only create the first.
    pub enum SessionMode {
        /// One payment.
        Payment = "payment",
        /// A card kept for later.
        Setup = "setup",
        /// A recurring payment.
        Subscription = "subscription",
    }
);

/// A Checkout Session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// Missing before 2021.
    pub status: Option<SessionStatus>,
    /// Missing in the oldest versions.
    pub payment_status: Option<PaymentStatus>,
    /// What kind of session.
    pub mode: Option<SessionMode>,
    /// Whether real money moves.
    pub livemode: Option<bool>,
    /// The total in Stripe's minor units, for the record; compare [`Session::total`].
    pub amount_total: Option<i64>,
    /// Lower-case code, for the record; may be a currency that Edgetill does not know.
    pub currency: Option<String>,
    /// Buyer-visible, and settable by anyone with a payment link: a hint, never a proof.
    pub client_reference_id: Option<String>,
    /// Our order number, from the metadata.
    pub order_number: Option<String>,
    /// Our payment's id, from the metadata.
    pub payment_id: Option<String>,
    /// `pi_…`; absent until the buyer confirms, and when nothing had to be paid.
    pub payment_intent: Option<String>,
    /// Where the payment intent stands; only when it was expanded.
    pub intent_status: Option<IntentStatus>,
    /// The intent's charge; only when the intent was expanded.
    pub charge: Option<String>,
    /// Present when the session came from a payment link, which we never make.
    pub payment_link: Option<String>,
    /// The expired session that this one replaces through its recovery link.
    pub recovered_from: Option<String>,
    /// Where the buyer pays; absent once the session is not open.
    pub url: Option<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it stops being open.
    pub expires_at: Option<Timestamp>,
    /// Who paid, and how.
    pub payer: Payer,
}

/// "Paid by": buyer-typed text, to be escaped wherever it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payer {
    /// The name given at Stripe.
    pub name: Option<String>,
    /// The e-mail address given at Stripe, or the one we prefilled.
    pub email: Option<String>,
    /// Stripe's word for the method, e.g. `card` or `sepa_debit`; only with an expanded charge.
    pub method: Option<String>,
    /// The card's brand, e.g. `visa`; only with an expanded charge.
    pub card_brand: Option<String>,
    /// The card's last four digits; only with an expanded charge.
    pub card_last4: Option<String>,
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStanding {
    /// The money is ours, or none was due. What it is for must still be compared.
    Paid,
    /// The buyer may still pay.
    Open,
    /// The buyer is through; a delayed method has not told yet.
    Processing,
    /// The buyer was through, and the delayed method then failed. Only an expanded intent shows
    /// this: the session itself looks like [`SessionStanding::Processing`] for ever.
    Failed,
    /// Nobody can pay any more, and nobody did.
    Expired,
    /// It cannot be told: ask again, never guess.
    Unclear(Unclear),
}

/// Why a session's standing cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unclear {
    /// `status` is missing or new.
    #[error("the session's status is missing or unknown")]
    Status,
    /// `payment_status` is missing or new.
    #[error("the session's payment status is missing or unknown")]
    PaymentStatus,
    /// Paid, but open or expired.
    #[error("the session is paid without being complete")]
    PaidButNotComplete,
    /// Paid, but there is no `amount_total` or `currency` to compare.
    #[error("the session is paid but does not say how much")]
    NoAmount,
}

impl Session {
    /// Reads a session; `None` when the id is not a session's.
    pub(super) fn read(fields: Fields<'_>) -> Option<Self> {
        let metadata = fields.object("metadata");
        let intent = fields.object("payment_intent");
        Some(Self {
            id: SessionId::parse(fields.str("id")?).ok()?,
            status: fields.str("status").map(SessionStatus::parse),
            payment_status: fields.str("payment_status").map(PaymentStatus::parse),
            mode: fields.str("mode").map(SessionMode::parse),
            livemode: fields.flag("livemode"),
            amount_total: fields.int("amount_total"),
            currency: fields.text("currency"),
            client_reference_id: fields.text("client_reference_id"),
            order_number: metadata.and_then(|m| m.text(ORDER_NUMBER_KEY)),
            payment_id: metadata.and_then(|m| m.text(PAYMENT_ID_KEY)),
            payment_intent: fields.id("payment_intent"),
            intent_status: intent
                .and_then(|i| i.str("status"))
                .map(IntentStatus::parse),
            charge: intent.and_then(|i| i.id("latest_charge")),
            payment_link: fields.id("payment_link"),
            recovered_from: fields.id("recovered_from"),
            url: fields.text("url"),
            created: fields.time("created"),
            expires_at: fields.time("expires_at"),
            payer: Payer::read(fields),
        })
    }

    /// The total as money; `None` when it is missing or Edgetill does not know the currency.
    #[must_use]
    pub fn total(&self) -> Option<Money> {
        money_on_wire(self.amount_total, self.currency.as_deref())
    }

    /// Where the session stands. Fulfilment needs `complete` and not `unpaid`
    /// (docs.stripe.com/checkout/fulfillment); written here for the known good values only, since
    /// both lists may grow.
    #[must_use]
    pub fn standing(&self) -> SessionStanding {
        use PaymentStatus::{NoPaymentRequired, Paid, Unpaid};
        use SessionStatus::{Complete, Expired, Open};

        match (&self.status, &self.payment_status) {
            (None | Some(SessionStatus::Other(_)), _) => SessionStanding::Unclear(Unclear::Status),
            (_, None | Some(PaymentStatus::Other(_))) => {
                SessionStanding::Unclear(Unclear::PaymentStatus)
            }
            (Some(Complete), Some(Paid | NoPaymentRequired)) => self.paid_standing(),
            (Some(Complete), Some(Unpaid)) => self.unpaid_standing(),
            (Some(Open | Expired), Some(Paid)) => {
                SessionStanding::Unclear(Unclear::PaidButNotComplete)
            }
            (Some(Open), Some(Unpaid | NoPaymentRequired)) => SessionStanding::Open,
            (Some(Expired), Some(Unpaid | NoPaymentRequired)) => SessionStanding::Expired,
        }
    }

    fn paid_standing(&self) -> SessionStanding {
        if self.amount_total.is_some() && self.currency.is_some() {
            SessionStanding::Paid
        } else {
            SessionStanding::Unclear(Unclear::NoAmount)
        }
    }

    /// A failed delayed payment gives its intent back to `requires_payment_method`
    /// (docs.stripe.com/payments/paymentintents/lifecycle).
    fn unpaid_standing(&self) -> SessionStanding {
        match self.intent_status {
            Some(IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled) => {
                SessionStanding::Failed
            }
            _ => SessionStanding::Processing,
        }
    }
}

impl Payer {
    /// "Paid by", for people: `Visa ending 4242, Ada Lovelace`. Says as much as Stripe did, and at
    /// the least that it was Stripe.
    #[must_use]
    pub fn paid_by(&self) -> String {
        let means = match (&self.card_brand, &self.card_last4, &self.method) {
            (Some(brand), Some(last4), _) => Some(format!("{} ending {last4}", readable(brand))),
            (_, _, Some(method)) => Some(readable(method)),
            _ => None,
        };
        let person = self.name.as_ref().or(self.email.as_ref()).cloned();
        let parts: Vec<_> = [means, person].into_iter().flatten().collect();
        if parts.is_empty() {
            "Stripe".to_owned()
        } else {
            parts.join(", ")
        }
    }

    fn read(session: Fields<'_>) -> Self {
        let details = session.object("customer_details");
        let charge = session
            .object("payment_intent")
            .and_then(|i| i.object("latest_charge"));
        let method = charge.and_then(|c| c.object("payment_method_details"));
        let card = method.and_then(|m| m.object("card"));
        Self {
            name: details.and_then(|d| d.text("name")),
            email: details
                .and_then(|d| d.text("email"))
                .or_else(|| session.text("customer_email")),
            method: method.and_then(|m| m.text("type")),
            card_brand: card.and_then(|c| c.text("brand")),
            card_last4: card.and_then(|c| c.text("last4")),
        }
    }
}

/// Stripe's word as people write it: `visa` is `Visa`, `us_bank_account` is `Us bank account`.
fn readable(word: &str) -> String {
    if word == "sepa_debit" {
        return "SEPA Direct Debit".to_owned();
    }
    let mut chars = word.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first
        .into_iter()
        .chain(chars.map(|c| if c == '_' { ' ' } else { c }))
        .collect()
}

#[cfg(test)]
mod tests;
