//! A PayPal order with its captures, and where it stands.
//!
//! Reads orders in events and in answers, minimal or whole. The invariant is in
//! [`Order::standing`]: money has come only when a capture says so. The order's own `COMPLETED` means
//! that a payment exists, which may be pending or declined
//! (developer.paypal.com/docs/api/orders/v2, "order status").

use thiserror::Error;

use super::fields::Fields;
use super::key::is_plain_id;
use crate::money::Money;
use crate::payment::WentBack;

mod capture;
mod payer;
pub(super) use capture::order_of;
pub use capture::{Capture, CaptureStatus};
pub use payer::Payer;

/// How long PayPal keeps an order that nobody approves, and one that is approved and not captured:
/// three hours each by default. Neither is promised; afterwards a read answers 404.
pub const UNCAPTURED_LIFETIME_S: i64 = 3 * 3_600;

/// Between the order number and the payment's id in `invoice_id`; neither contains it.
pub(super) const INVOICE_SEPARATOR: char = '-';

/// The most characters of an id; PayPal's have 17.
const ID_BYTES_MAX: usize = 36;

/// The text is not the id of an order, a capture or a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an id of PayPal's")]
pub struct NotAnId;

/// The id of a PayPal order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(String);

/// The id of a capture, which refunds and disputes quote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaptureId(String);

impl OrderId {
    /// Takes 1 to 36 upper-case letters and digits, so that the id can stand in a URL's path: one
    /// that came in with a browser's return is anybody's text.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        parse_id(text).map(Self)
    }

    /// The id as PayPal writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CaptureId {
    /// Takes 1 to 36 upper-case letters and digits, so that the id can stand in a URL's path.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        parse_id(text).map(Self)
    }

    /// The id as PayPal writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a dispute: `PP-D-12345`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeId(String);

impl DisputeId {
    /// Takes 1 to 36 upper-case letters, digits and hyphens, so that the id can stand in a URL's path.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        parse_id(&text.replace('-', "")).map(|_| Self(text.to_owned()))
    }

    /// The id as PayPal writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_id(text: &str) -> Result<String, NotAnId> {
    if (1..=ID_BYTES_MAX).contains(&text.len()) && is_plain_id(text) {
        Ok(text.to_owned())
    } else {
        Err(NotAnId)
    }
}

/// `status` of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderStatus {
    /// Made without a payment source; the buyer may approve.
    Created,
    /// Made and kept; the buyer may approve.
    Saved,
    /// The buyer may approve, or must choose again.
    PayerActionRequired,
    /// The buyer agreed; no money moves until we capture.
    Approved,
    /// Nobody can pay any more.
    Voided,
    /// A payment exists; its capture says which.
    Completed,
    /// A value that did not exist when this was written.
    Other(String),
}

impl OrderStatus {
    fn parse(text: &str) -> Self {
        match text {
            "CREATED" => Self::Created,
            "SAVED" => Self::Saved,
            "PAYER_ACTION_REQUIRED" => Self::PayerActionRequired,
            "APPROVED" => Self::Approved,
            "VOIDED" => Self::Voided,
            "COMPLETED" => Self::Completed,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A PayPal order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order's id.
    pub id: OrderId,
    /// Where PayPal says it stands.
    pub status: Option<OrderStatus>,
    /// Our order number, as it was sent in `custom_id`.
    pub custom_id: Option<String>,
    /// Our order number and payment id, as they were sent; see [`payment_in_invoice`].
    pub invoice_id: Option<String>,
    /// What the buyer is to pay.
    pub amount: Option<Money>,
    /// PayPal's id of the account that is paid.
    pub payee: Option<String>,
    /// The attempts to take the money, in PayPal's order.
    pub captures: Vec<Capture>,
    /// What went back of them, refunds that are under way among it; `None` in place of an amount that
    /// cannot be read.
    pub refunds: Vec<Option<Money>>,
    /// Who pays.
    pub payer: Payer,
    /// Where PayPal says the buyer approves; its host is to be checked before anyone is sent there
    /// ([`super::PayPalApi::approve_url`]).
    pub approve_link: Option<String>,
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderStanding {
    /// The buyer may approve.
    Open,
    /// The buyer has approved: the caller is to capture, or the approval lapses.
    Approved,
    /// Captured, and the money is on its way or under review.
    Processing {
        /// PayPal's word for the reason, e.g. `ECHECK`, if told.
        reason: Option<String>,
    },
    /// The money is in our PayPal account, or was before it was refunded. What it is for must still
    /// be compared.
    Paid {
        /// How much, of all captures that brought money.
        amount: Money,
        /// The capture.
        capture: CaptureId,
    },
    /// Captured in vain.
    Failed {
        /// PayPal's word for the reason, if told.
        reason: Option<String>,
    },
    /// Nobody can pay any more, and nobody did.
    Closed,
    /// It cannot be told: ask again, never guess.
    Unclear(Unclear),
}

/// Why an order's standing cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unclear {
    /// `status` is missing or new.
    #[error("the order's status is missing or unknown")]
    Status,
    /// A capture's `status` is missing or new.
    #[error("a capture's status is missing or unknown")]
    CaptureStatus,
    /// Completed, but there is no capture.
    #[error("the order is completed without a capture")]
    NoCapture,
    /// Captured, but there is no amount to compare, or one in several currencies.
    #[error("the order is captured but does not say how much")]
    NoAmount,
}

impl Order {
    /// Reads an order; `None` when the id is not an order's.
    pub(super) fn read(fields: Fields<'_>) -> Option<Self> {
        // We make one unit per order; captures are looked for in all, so that none is overlooked.
        let units = fields.objects("purchase_units");
        let unit = units.first();
        let mut captures = Vec::new();
        let mut refunds = Vec::new();
        for payments in units.iter().filter_map(|unit| unit.object("payments")) {
            let items = payments.objects("captures");
            captures.extend(items.into_iter().filter_map(Capture::read));
            let items = payments.objects("refunds").into_iter();
            let goes_back =
                |refund: &Fields<'_>| !matches!(refund.str("status"), Some("FAILED" | "CANCELLED"));
            refunds.extend(items.filter(goes_back).map(|refund| refund.money("amount")));
        }
        Some(Self {
            id: OrderId::parse(fields.str("id")?).ok()?,
            status: fields.str("status").map(OrderStatus::parse),
            custom_id: unit.and_then(|unit| unit.text("custom_id")),
            invoice_id: unit.and_then(|unit| unit.text("invoice_id")),
            amount: unit.and_then(|unit| unit.money("amount")),
            payee: unit.and_then(|unit| unit.object("payee")?.text("merchant_id")),
            captures,
            refunds,
            payer: Payer::read(fields),
            // Which of the two comes depends on whether the payment source was named.
            approve_link: fields
                .link("payer-action")
                .or_else(|| fields.link("approve"))
                .map(str::to_owned),
        })
    }

    /// Where the order stands. Captures speak before the order's own status, and one that brought
    /// money before all others.
    #[must_use]
    pub fn standing(&self) -> OrderStanding {
        let statuses = || self.captures.iter().map(|capture| &capture.status);
        if statuses().any(CaptureStatus::brought_money) {
            self.paid_standing()
        } else if statuses().any(|status| matches!(status, CaptureStatus::Unknown(_))) {
            OrderStanding::Unclear(Unclear::CaptureStatus)
        } else if let Some(capture) = self.capture_with(&CaptureStatus::Pending) {
            OrderStanding::Processing {
                reason: capture.reason.clone(),
            }
        } else {
            self.standing_without_money()
        }
    }

    /// What went back of the money; `None` when it cannot be told. A capture that is refunded speaks before
    /// the list of refunds, and one that is so in part has one.
    #[must_use]
    pub fn went_back(&self) -> Option<WentBack> {
        let captured = self.captured()?;
        let statuses = || self.paid().map(|capture| &capture.status);
        let refunded = if statuses().all(|status| *status == CaptureStatus::Refunded) {
            captured
        } else if self.refunds.is_empty() {
            if statuses().any(|status| *status != CaptureStatus::Completed) {
                return None;
            }
            Money::zero(captured.currency)
        } else {
            sum(self.refunds.iter().copied())?
        };
        Some(WentBack { refunded, captured })
    }

    /// The captures that brought money.
    fn paid(&self) -> impl Iterator<Item = &Capture> {
        let captures = self.captures.iter();
        captures.filter(|capture| capture.status.brought_money())
    }

    fn captured(&self) -> Option<Money> {
        sum(self.paid().map(|capture| capture.amount))
    }

    fn paid_standing(&self) -> OrderStanding {
        let capture = self.paid().next().map(|capture| capture.id.clone());
        match capture.zip(self.captured()) {
            Some((capture, amount)) => OrderStanding::Paid { amount, capture },
            None => OrderStanding::Unclear(Unclear::NoAmount),
        }
    }

    /// No capture, or only such as came to nothing: after those the buyer may have been asked to
    /// choose again, so the order's status decides.
    fn standing_without_money(&self) -> OrderStanding {
        match &self.status {
            None | Some(OrderStatus::Other(_)) => OrderStanding::Unclear(Unclear::Status),
            Some(OrderStatus::Created | OrderStatus::Saved | OrderStatus::PayerActionRequired) => {
                OrderStanding::Open
            }
            Some(OrderStatus::Approved) => OrderStanding::Approved,
            Some(OrderStatus::Voided) => OrderStanding::Closed,
            Some(OrderStatus::Completed) => match self.captures.last() {
                Some(capture) => OrderStanding::Failed {
                    reason: capture.reason.clone(),
                },
                None => OrderStanding::Unclear(Unclear::NoCapture),
            },
        }
    }

    fn capture_with(&self, status: &CaptureStatus) -> Option<&Capture> {
        self.captures
            .iter()
            .find(|capture| capture.status == *status)
    }
}

/// `None` when an amount is missing, when there is none, and when they are of several currencies.
fn sum(amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    let amounts: Vec<Money> = amounts.collect::<Option<_>>()?;
    Money::sum(amounts.first()?.currency, amounts).ok()
}

/// The payment's id in an `invoice_id` of ours, `<order number>-<payment id>`.
#[must_use]
pub fn payment_in_invoice(invoice_id: &str) -> Option<&str> {
    let (_, payment_id) = invoice_id.split_once(INVOICE_SEPARATOR)?;
    Some(payment_id)
}

#[cfg(test)]
mod tests;
