//! Messages to send: written in the batch that makes them true, delivered afterwards.
//!
//! A payload holds only what the order's frozen columns do not, and never an address, a link or an
//! order's token: those are put together at delivery, from the same rows each time.

use serde::Serialize;
use serde_json::{Value, json};

use crate::bank::BankAccount;
use crate::case::Case;
use crate::email_code::SentCode;
use crate::id::{CouponCode, OrderNumber, PaymentId};
use crate::money::Money;
use crate::order::{Order, OrderState};
use crate::payment::Payment;
use crate::proof::{Proof, RejectionCode};
use crate::record::{Record, StoredText};
use crate::statement::Statement;
use crate::store::outbox;
use crate::time::Timestamp;

/// What is told, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// To the buyer: the order exists; here is its link.
    MailOrderReceived,
    /// To the buyer: the code that confirms the address.
    MailEmailCode,
    /// To the buyer: paid; subscription id and paid by.
    MailPaymentConfirmed,
    /// To the buyer: 30 minutes passed and we do not know yet.
    MailPaymentUnconfirmed,
    /// To the buyer: a payment that was on its way for days will not come.
    MailPaymentFailed,
    /// To the buyer: the order ended unpaid.
    MailOrderExpired,
    /// To the buyer: money came that no order may take.
    MailPaymentHeld,
    /// To the buyer: where to transfer to, with which reference, until when.
    MailTransferDetails,
    /// To the buyer: 30 minutes passed and nobody has looked at the proof.
    MailReviewLate,
    /// To the buyer: the proof was turned down, and why.
    MailProofRejected,
    /// To the buyer: a part was paid; the rest is due.
    MailPaymentShort,
    /// To the buyer: what was paid was taken back.
    MailPaymentReversed,
    /// To staff: a case was opened.
    MailStaffAlert,
    /// To production: the order is really paid.
    Release,
    /// To production: what had paid it was taken back; access ends.
    Revocation,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::MailOrderReceived,
        Self::MailEmailCode,
        Self::MailPaymentConfirmed,
        Self::MailPaymentUnconfirmed,
        Self::MailPaymentFailed,
        Self::MailOrderExpired,
        Self::MailPaymentHeld,
        Self::MailTransferDetails,
        Self::MailReviewLate,
        Self::MailProofRejected,
        Self::MailPaymentShort,
        Self::MailPaymentReversed,
        Self::MailStaffAlert,
        Self::Release,
        Self::Revocation,
    ];

    /// The text in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MailOrderReceived => "mail_order_received",
            Self::MailEmailCode => "mail_email_code",
            Self::MailPaymentConfirmed => "mail_payment_confirmed",
            Self::MailPaymentUnconfirmed => "mail_payment_unconfirmed",
            Self::MailPaymentFailed => "mail_payment_failed",
            Self::MailOrderExpired => "mail_order_expired",
            Self::MailPaymentHeld => "mail_payment_held",
            Self::MailTransferDetails => "mail_transfer_details",
            Self::MailReviewLate => "mail_review_late",
            Self::MailProofRejected => "mail_proof_rejected",
            Self::MailPaymentShort => "mail_payment_short",
            Self::MailPaymentReversed => "mail_payment_reversed",
            Self::MailStaffAlert => "mail_staff_alert",
            Self::Release => "release",
            Self::Revocation => "revocation",
        }
    }

    /// Reads the text of the database; a later version of this program may have written others.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The outbox's key: what is told, and the cause that it is told once for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Record)]
pub struct MessageKey {
    /// What is told.
    pub kind: MessageKind,
    /// The cause.
    pub dedupe_key: String,
}

impl MessageKey {
    /// The id that goes to mail providers and production as *their* idempotency key.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.kind.as_str(), self.dedupe_key)
    }
}

/// A message to put into the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its key.
    pub key: MessageKey,
    /// The order it is about, if one.
    pub order_number: Option<OrderNumber>,
    /// What the order's row does not tell.
    pub payload: Value,
}

/// The first moment for cron to deliver: whoever wrote the row tries first, right after the reply.
const HEAD_START_S: i64 = 45;

impl Message {
    /// A message whose whole content stands in the order's row.
    #[must_use]
    pub fn about_order(kind: MessageKind, order: &OrderNumber) -> Self {
        Self {
            key: MessageKey {
                kind,
                dedupe_key: order.as_str().to_owned(),
            },
            order_number: Some(*order),
            payload: json!({}),
        }
    }

    /// The mail that confirms an order, with the codes that it has issued: they are what was bought.
    #[must_use]
    pub fn payment_confirmed(order: &OrderNumber, codes: &[CouponCode]) -> Self {
        let told = Self::about_order(MessageKind::MailPaymentConfirmed, order);
        if codes.is_empty() {
            return told;
        }
        let payload = json!({ "coupons": codes });
        Self { payload, ..told }
    }

    /// A code for the order's address. What it is derived from is worth nothing without the link secret.
    #[must_use]
    pub fn email_code(order: &OrderNumber, code: &SentCode) -> Self {
        Self {
            key: MessageKey {
                kind: MessageKind::MailEmailCode,
                dedupe_key: format!("{}/{}", order.as_str(), code.nth),
            },
            order_number: Some(*order),
            payload: json!({ "seed": code.seed, "until": code.expires_at }),
        }
    }

    /// A mail that is told once about a payment, and needs to know of it only which one it is.
    #[must_use]
    pub fn about_payment(kind: MessageKind, order: &OrderNumber, payment: &PaymentId) -> Self {
        Self {
            key: MessageKey {
                kind,
                dedupe_key: payment.as_str().to_owned(),
            },
            order_number: Some(*order),
            payload: json!({ "payment_id": payment }),
        }
    }

    /// Money of one payment that is held for staff; `cause` names the movement. The state is the one
    /// that the money leaves the order in: it may change before the mail is sent, and a mail that is
    /// sent again must have the same words.
    #[must_use]
    pub fn payment_held(
        order: &OrderNumber,
        state: OrderState,
        payment: &PaymentId,
        cause: &str,
        held: Money,
    ) -> Self {
        Self {
            key: MessageKey {
                kind: MessageKind::MailPaymentHeld,
                dedupe_key: cause.to_owned(),
            },
            order_number: Some(*order),
            payload: json!({ "payment_id": payment, "held": held, "order_state": state }),
        }
    }

    /// Where to transfer to. The accounts are those of the moment when the buyer chose to transfer.
    #[must_use]
    pub fn transfer_details(payment: &Payment, order: &Order, accounts: &[BankAccount]) -> Self {
        let due = payment.amount();
        let until = payment.session_expires_at.unwrap_or(order.expires_at);
        Self {
            key: MessageKey {
                kind: MessageKind::MailTransferDetails,
                dedupe_key: payment.payment_id.as_str().to_owned(),
            },
            order_number: Some(order.order_number),
            payload: json!({ "due": due, "until": until, "accounts": accounts }),
        }
    }

    /// A proof that nobody has looked at for 30 minutes.
    #[must_use]
    pub fn review_late(proof: &Proof) -> Self {
        Self {
            key: MessageKey {
                kind: MessageKind::MailReviewLate,
                dedupe_key: proof.proof_id.as_str().to_owned(),
            },
            order_number: Some(proof.order_number),
            payload: json!({ "payment_id": proof.payment_id }),
        }
    }

    /// A proof that was turned down; after the last one none is taken any more.
    #[must_use]
    pub fn proof_rejected(proof: &Proof, code: RejectionCode, reason: &str, is_last: bool) -> Self {
        Self {
            key: MessageKey {
                kind: MessageKind::MailProofRejected,
                dedupe_key: proof.proof_id.as_str().to_owned(),
            },
            order_number: Some(proof.order_number),
            payload: json!({ "code": code, "reason": reason, "is_last": is_last }),
        }
    }

    /// A payment that paid a part of what was due.
    #[must_use]
    pub fn payment_short(order: &Order, payment: &PaymentId, paid: Money) -> Self {
        let due = Money {
            amount_minor: order.due_minor().saturating_sub(paid.amount_minor),
            ..paid
        };
        Self {
            key: MessageKey {
                kind: MessageKind::MailPaymentShort,
                dedupe_key: payment.as_str().to_owned(),
            },
            order_number: Some(order.order_number),
            payload: json!({ "paid": paid, "due": due }),
        }
    }

    /// A payment that was taken back by a decision.
    #[must_use]
    pub fn payment_reversed(order: &Order, decision_id: &str, amount: Money) -> Self {
        let ended = order.state == OrderState::Confirmed;
        Self {
            key: MessageKey {
                kind: MessageKind::MailPaymentReversed,
                dedupe_key: decision_id.to_owned(),
            },
            order_number: Some(order.order_number),
            payload: json!({ "amount": amount, "access_ended": ended }),
        }
    }

    /// The alert about a case.
    #[must_use]
    pub fn staff_alert(case: &Case) -> Self {
        Self {
            key: MessageKey {
                kind: MessageKind::MailStaffAlert,
                dedupe_key: format!("{}/{}", case.kind.as_str(), case.subject),
            },
            order_number: case.order_number,
            payload: json!({
                "kind": case.kind.as_str(),
                "subject": case.subject,
                "advice": case.kind.advice(),
                "handed_in": case.evidence.get("handed_in"),
            }),
        }
    }

    /// The row; a message that was told before is not told again.
    #[must_use]
    pub fn insert(&self, now: Timestamp) -> Statement {
        outbox::INSERT_MESSAGE.bind([
            self.key.kind.as_str().into(),
            self.key.dedupe_key.as_str().into(),
            self.order_number.as_ref().map(OrderNumber::as_str).into(),
            self.payload.to_string().into(),
            now.into(),
            now.plus(HEAD_START_S).into(),
        ])
    }
}

/// When a delivery that failed is tried again, by how often cron has tried; `None` gives up.
///
/// Roughly Standard Webhooks' schedule: ten tries over three days, of which a mail has the first
/// eight, within a day. The one right after the reply, which may never have begun, is not counted.
#[must_use]
pub fn next_delivery(asks: u32, now: Timestamp) -> Option<Timestamp> {
    const WAITS_S: [i64; 9] = [30, 300, 900, 3_600, 7_200, 21_600, 43_200, 86_400, 86_400];
    let index = usize::try_from(asks.saturating_sub(1)).ok()?;
    WAITS_S.get(index).map(|wait| now.plus(*wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_message_kind_text_unchanged() {
        for kind in MessageKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(MessageKind::parse(kind.as_str()), Some(kind));
        }
        let key = MessageKey {
            kind: MessageKind::Release,
            dedupe_key: "A1".into(),
        };
        assert_eq!(key.id(), "release/A1");
    }

    #[test]
    fn delivery_is_given_up_after_ten_tries_and_three_days() {
        assert_eq!(next_delivery(0, Timestamp(7)), Some(Timestamp(37)));
        let mut now = Timestamp(0);
        let mut asks = 1;
        while let Some(next) = next_delivery(asks, now) {
            now = next;
            asks += 1;
        }
        assert_eq!(asks, 10);
        assert!(now.0 > 2 * 86_400 && now.0 < 4 * 86_400, "{now:?}");
    }
}
