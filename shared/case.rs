//! Cases: what a person must look at.

use serde_json::Value;

use crate::id::OrderNumber;
use crate::money::{Currency, Money};
use crate::outbox::Message;
use crate::record::{Record, json_text};
use crate::statement::Statement;
use crate::store::cases;
use crate::time::Timestamp;

/// Why a person must look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseKind {
    /// 30 minutes passed and the provider could not tell whether a payment arrived.
    PaymentUnconfirmed,
    /// 30 minutes passed and nobody has looked at a proof.
    ProofUnreviewed,
    /// Money arrived for an order that had ended; a refund is proposed.
    MoneyLate,
    /// An order was paid a second time; a refund is proposed.
    MoneyTwice,
    /// Money arrived by a checkout that is not the one opened for the payment.
    MoneyStray,
    /// More arrived than was due.
    MoneyOver,
    /// Less arrived than was due.
    MoneyShort,
    /// Money arrived in another currency than asked for.
    MoneyForeign,
    /// An order with money in it was cancelled, expired or taken back.
    MoneyLeft,
    /// The bank took back a transfer that had paid this order beside another one.
    TransferReturned,
    /// An event of another account or mode arrived at our endpoint.
    EventForeign,
    /// A delivery whose signature covers too little came again with another body.
    EventForged,
    /// For three days, an event names a payment that we do not know or could not ask about; or what
    /// stands in a provider's list of events is none that we can read.
    EventUnmatched,
    /// The provider does not let our account take money.
    ProviderAccount,
    /// A dispute was opened or moved at the provider.
    Dispute,
    /// Money was refunded at the provider.
    Refund,
    /// A refund came to nothing: the money is here again.
    RefundFailed,
    /// The provider warns of fraud.
    FraudWarning,
    /// The money for an order that issued coupons is gone or disputed, and some of them had been used.
    CouponsUsed,
    /// A part of the money for an order that issued coupons went back; they can still be used.
    CouponsRefundedInPart,
    /// A message could not be delivered for three days.
    MessageDead,
    /// Cron has asked about something in vain too often.
    StuckWork,
}

impl CaseKind {
    /// Every kind.
    pub const ALL: [Self; 22] = [
        Self::PaymentUnconfirmed,
        Self::ProofUnreviewed,
        Self::MoneyLate,
        Self::MoneyTwice,
        Self::MoneyStray,
        Self::MoneyOver,
        Self::MoneyShort,
        Self::MoneyForeign,
        Self::MoneyLeft,
        Self::TransferReturned,
        Self::EventForeign,
        Self::EventForged,
        Self::EventUnmatched,
        Self::ProviderAccount,
        Self::Dispute,
        Self::Refund,
        Self::RefundFailed,
        Self::FraudWarning,
        Self::CouponsUsed,
        Self::CouponsRefundedInPart,
        Self::MessageDead,
        Self::StuckWork,
    ];

    /// The text in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentUnconfirmed => "payment_unconfirmed",
            Self::ProofUnreviewed => "proof_unreviewed",
            Self::MoneyLate => "money_late",
            Self::MoneyTwice => "money_twice",
            Self::MoneyStray => "money_stray",
            Self::MoneyOver => "money_over",
            Self::MoneyShort => "money_short",
            Self::MoneyForeign => "money_foreign",
            Self::MoneyLeft => "money_left",
            Self::TransferReturned => "transfer_returned",
            Self::EventForeign => "event_foreign",
            Self::EventForged => "event_forged",
            Self::EventUnmatched => "event_unmatched",
            Self::ProviderAccount => "provider_account",
            Self::Dispute => "dispute",
            Self::Refund => "refund",
            Self::RefundFailed => "refund_failed",
            Self::FraudWarning => "fraud_warning",
            Self::CouponsUsed => "coupons_used",
            Self::CouponsRefundedInPart => "coupons_refunded_in_part",
            Self::MessageDead => "message_dead",
            Self::StuckWork => "stuck_work",
        }
    }

    /// What staff should do about it, in one sentence.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::PaymentUnconfirmed => {
                "Look the payment up at the provider. Edgetill keeps asking and closes this case when it hears; on the order's page you can have it ask now."
            }
            Self::ProofUnreviewed => {
                "A buyer has waited for 30 minutes. Compare the proof with the bank's statement, then approve or reject it."
            }
            Self::MoneyLate => {
                "The order had ended when this money came. Send it back the way it came, or agree on something else with the buyer."
            }
            Self::MoneyTwice => {
                "The order was paid before. Send this payment back the way it came."
            }
            Self::MoneyStray => {
                "The money came by a checkout that was not opened here. Nothing was applied; refund it at the provider."
            }
            Self::MoneyOver => {
                "More arrived than was due. Send the difference back the way it came."
            }
            Self::MoneyShort => {
                "Less arrived than was due. The order stays unpaid for the rest; find out why."
            }
            Self::MoneyForeign => {
                "The money came in another currency than asked for. Nothing was applied; send it back the way it came."
            }
            Self::MoneyLeft => {
                "The order ended, or its confirmation was taken back, with other money in it. Send that back the way it came."
            }
            Self::TransferReturned => {
                "The bank took back a transfer that has paid this order beside another one. Take the approval back on this order's page as well."
            }
            Self::EventForeign => {
                "Check which account and mode this endpoint is registered for at the provider."
            }
            Self::EventForged => {
                "Somebody sent another body under the signature of a genuine event, and was not believed. Find out who can read the provider's deliveries."
            }
            Self::EventUnmatched => {
                "For three days nothing here matched this event, or it could not be read. Look the object up at the provider."
            }
            Self::ProviderAccount => {
                "Buyers agreed to pay and the provider refused to take the money. Look at the account there."
            }
            Self::Dispute => "Answer the dispute at the provider before its deadline.",
            Self::Refund => "A refund was made at the provider. Check that it was meant.",
            Self::RefundFailed => {
                "A refund failed at the provider, and the money is here again. Send it back in another way. Coupons that it had stopped can be used again: pause them on the order's page if they should not be."
            }
            Self::FraudWarning => "Consider refunding before it becomes a dispute.",
            Self::CouponsUsed => {
                "The money for these coupons went back, or is disputed, after some were used. The orders that used them are untouched; settle it with whoever bought the coupons."
            }
            Self::CouponsRefundedInPart => {
                "A part of the money for these coupons went back. All of them can still be used: decide which to pause, on the order's page."
            }
            Self::MessageDead => {
                "Check the address and the sender's settings, then tell the recipient yourself."
            }
            Self::StuckWork => "Look at the evidence; the program tried often and could not go on.",
        }
    }
}

/// A kind of case as people read it: `money_late` as `Money late`. A text, since a later version may
/// have written others.
#[must_use]
pub fn title_of(kind: &str) -> String {
    let words = kind.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What has become of an order's money beside the order, one row of it.
#[derive(Debug, Clone, Record)]
pub struct AsideRow {
    kind: String,
    since: Timestamp,
    amount: Option<i64>,
    currency: Option<Currency>,
}

/// What has become of an order's money beside the order.
#[derive(Debug, Clone, Default)]
pub struct Aside {
    /// What it could not take and a person still has to decide about; one sum per currency.
    pub held: Vec<HeldMoney>,
    /// When its first refund was told. Whether it went through is not: several events tell of one, in
    /// any order.
    pub refund_begun_at: Option<Timestamp>,
    /// When its money was disputed first.
    pub disputed_at: Option<Timestamp>,
}

/// Money that an order could not take, and that a person still has to decide about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldMoney {
    /// How much.
    pub amount: Money,
    /// When the first of it was put before a person.
    pub since: Timestamp,
}

impl Aside {
    /// From its rows, in order of arrival.
    #[must_use]
    pub fn of(rows: &[AsideRow]) -> Self {
        let mut aside = Self::default();
        for row in rows {
            if row.kind == CaseKind::Refund.as_str() {
                aside.refund_begun_at.get_or_insert(row.since);
            } else if row.kind == CaseKind::Dispute.as_str() {
                aside.disputed_at.get_or_insert(row.since);
            } else if let Some((amount_minor, currency)) = row.amount.zip(row.currency) {
                let amount = Money {
                    amount_minor,
                    currency,
                };
                aside.hold(amount, row.since);
            }
        }
        aside
    }

    fn hold(&mut self, amount: Money, since: Timestamp) {
        let mut sums = self.held.iter_mut();
        match sums.find(|sum| sum.amount.currency == amount.currency) {
            Some(HeldMoney { amount: sum, .. }) => {
                sum.amount_minor = sum.amount_minor.saturating_add(amount.amount_minor);
            }
            None => self.held.push(HeldMoney { amount, since }),
        }
    }
}

/// A case as read from its row. Its kind is a text, since a later version may have written others.
#[derive(Debug, Clone, PartialEq, Record)]
pub struct OpenedCase {
    /// Why.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The order it concerns, if known.
    pub order_number: Option<OrderNumber>,
    /// What staff need to decide.
    #[record(json)]
    pub evidence: Value,
    /// When it was opened first.
    pub opened_at: Timestamp,
    /// When it was closed, if it is.
    pub closed_at: Option<Timestamp>,
    /// By what, or by whose word.
    pub closed_because: Option<String>,
}

impl OpenedCase {
    /// What staff should do about it.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        let known = CaseKind::ALL.into_iter();
        let mut alike = known.filter(|kind| kind.as_str() == self.kind);
        alike.next().map(CaseKind::advice)
    }
}

/// A case to open. There is one per kind and subject; opening it again reopens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Why.
    pub kind: CaseKind,
    /// What it is about, unique within the kind: a payment, an event, an order.
    pub subject: String,
    /// The order it concerns, if known.
    pub order_number: Option<OrderNumber>,
    /// What staff need to decide; no secrets. Money that was set aside stands as `unapplied`: its
    /// buyer is shown it until the case is closed.
    pub evidence: Value,
}

impl Case {
    /// The rows that open the case, and the message that alerts staff.
    #[must_use]
    pub fn open(&self, now: Timestamp) -> (Statement, Message) {
        // Each refund that fails brings more of one payment's money back.
        let open = if self.kind == CaseKind::RefundFailed {
            cases::OPEN_CASE_ADDING
        } else {
            cases::OPEN_CASE
        };
        let row = open.bind([
            self.kind.as_str().into(),
            self.subject.as_str().into(),
            self.order_number.as_ref().map(OrderNumber::as_str).into(),
            json_text(&self.evidence).into(),
            now.into(),
        ]);
        (row, Message::staff_alert(self))
    }
}
