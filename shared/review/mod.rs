//! What staff decide about money that no provider tells: transfers, shown by a proof or found by hand
//! on a statement.
//!
//! In scope: from what was loaded and what a member of staff decided, the rows and messages that
//! follow. Out of scope: who may decide (the staff door), loading and committing
//! (`functions/review/`). The invariants: money is booked by [`crate::settle`] and nowhere else, a
//! decision stands in the batch of the step that it causes, and nobody decides about their own
//! order.

mod approve;
mod reject;
mod revoke;
#[cfg(test)]
mod tests;

pub use self::approve::{approve, propose};
pub use self::reject::reject;
pub use self::revoke::{Booked, Paying, RevocationCode, TakenBack, revoke};

use serde::Serialize;
use thiserror::Error;

use crate::bank::{BankAccountId, BankReceipt, TransferReference, ValueDate};
use crate::id::{OrderNumber, PaymentId, ProofId};
use crate::money::{Currency, Money};
use crate::order::{Order, OrderRefusal};
use crate::outbox::MessageKind;
use crate::payment::Payment;
use crate::proof::Proof;
use crate::record::{Record, StoredText};
use crate::settle::{Cause, Changes, Moment};
use crate::statement::Statement;
use crate::store::{bank, cases, outbox};
use crate::time::Timestamp;

/// What is decided about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The order.
    pub order: &'a Order,
    /// The order that has taken its place, if one has: see [`crate::settle::settle`].
    pub newest: Option<&'a Order>,
    /// The payment whose money it is.
    pub payment: &'a Payment,
    /// The proof, unless staff settle by hand.
    pub proof: Option<&'a Proof>,
}

impl<'a> Subject<'a> {
    /// The order, and the one that takes its money now: whoever decides, and how many, is asked of both.
    pub fn orders(&self) -> impl Iterator<Item = &'a Order> + use<'a> {
        std::iter::once(self.order).chain(self.newest)
    }

    fn may_decide(&self, actor: &str) -> Result<(), ReviewRefusal> {
        self.orders().try_for_each(|order| may_decide(order, actor))
    }
}

/// How a decision ended a proof's or a payment's story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, StoredText)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The first of two signatures.
    Proposed,
    /// The proof's transfer was found.
    Approved,
    /// The proof was turned down.
    Rejected,
    /// Settled by hand, without a proof.
    Settled,
    /// An approval, or a settlement by hand, was taken back.
    Revoked,
}

impl Verdict {
    /// Every verdict, in the order of the schema.
    pub const ALL: [Self; 5] = [
        Self::Proposed,
        Self::Approved,
        Self::Rejected,
        Self::Settled,
        Self::Revoked,
    ];

    /// The text in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Settled => "settled",
            Self::Revoked => "revoked",
        }
    }
}

/// A decision as read from its row.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
pub struct Decision {
    /// Its id: the write token of the step that it caused.
    pub decision_id: String,
    /// The order.
    pub order_number: OrderNumber,
    /// The payment; none yet for a proposal to settle by hand.
    pub payment_id: Option<PaymentId>,
    /// The proof, unless it was made by hand.
    pub proof_id: Option<ProofId>,
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided.
    pub decided_by: String,
    /// Whether they might still do so when it was read.
    #[record(flag)]
    pub may_decide: bool,
    /// Who had proposed it, where two had to sign.
    pub proposed_by: Option<String>,
    /// When.
    pub decided_at: Timestamp,
    /// The currency of the amount.
    pub currency: Option<Currency>,
    /// How much came in for this order, minor units.
    pub amount_minor: Option<i64>,
    /// The day on the statement.
    pub value_date: Option<ValueDate>,
    /// The account it came in on.
    pub bank_account_id: Option<BankAccountId>,
    /// What the bank calls it.
    pub bank_reference: Option<TransferReference>,
    /// Why, as a code.
    pub reason_code: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// The decision that this one takes back.
    pub revokes: Option<String>,
}

impl Decision {
    /// The amount, if it is about money.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        let (amount_minor, currency) = self.amount_minor.zip(self.currency)?;
        Some(Money {
            amount_minor,
            currency,
        })
    }

    /// Whether it proposes exactly this, by somebody who still may.
    #[must_use]
    pub fn proposes(&self, proof: Option<ProofId>, receipt: &BankReceipt, amount: Money) -> bool {
        self.verdict == Verdict::Proposed
            && self.may_decide
            && self.proof_id == proof
            && self.amount() == Some(amount)
            && self.bank_account_id.as_ref() == Some(&receipt.account.bank_account_id)
            && self.bank_reference.as_ref() == Some(&receipt.reference)
            && self.value_date.as_ref() == Some(&receipt.value_date)
    }
}

/// The first signature that still stands under something: nothing else was decided about the order
/// after it, so that no second signature is added to what was settled or taken back since.
pub fn standing_proposal(
    decisions: &[Decision],
    is_for: impl Fn(&Decision) -> bool,
) -> Option<&Decision> {
    let newest = decisions.iter().rev();
    newest
        .take_while(|decision| decision.verdict == Verdict::Proposed)
        .find(|decision| is_for(decision))
}

/// Why a member of staff may not decide this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReviewRefusal {
    /// It is their own order (S65).
    #[error("nobody decides about their own order")]
    OwnOrder,
    /// They have proposed it; another person has to agree (S65).
    #[error("another person has to agree")]
    SamePerson,
    /// The order does not allow it.
    #[error(transparent)]
    Order(#[from] OrderRefusal),
}

/// What settings say about transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Up to how many hundredths of an order's total may be missing for it to count as paid (S27).
    pub forgiven_percent: u8,
    /// How long the object of a decided proof is kept, seconds.
    pub kept_s: i64,
}

impl Terms {
    /// How much may be missing from a total, minor units.
    #[must_use]
    pub fn forgiven_max_minor(&self, total_minor: i64) -> i64 {
        let percent = i64::from(self.forgiven_percent);
        total_minor
            .saturating_mul(percent)
            .checked_div(100)
            .unwrap_or_default()
    }
}

/// Whether a member of staff, as an actor of the history, may decide about an order: not the one who
/// ordered, under a tagged address (`ruth+shop@…`) neither.
pub fn may_decide(order: &Order, actor: &str) -> Result<(), ReviewRefusal> {
    let theirs = actor.strip_prefix("staff:").unwrap_or(actor);
    let (theirs, buyers) = (mailbox(theirs), mailbox(order.customer.email.as_str()));
    if theirs.0.eq_ignore_ascii_case(buyers.0) && theirs.1.eq_ignore_ascii_case(buyers.1) {
        return Err(ReviewRefusal::OwnOrder);
    }
    Ok(())
}

/// An address without its tag, as its two halves.
fn mailbox(address: &str) -> (&str, &str) {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let untagged = local.split_once('+').map_or(local, |(name, _)| name);
    (untagged, domain)
}

/// A decision's row on its way to the database.
struct Row<'a> {
    verdict: Verdict,
    order: OrderNumber,
    payment: Option<PaymentId>,
    proof: Option<ProofId>,
    proposed_by: Option<&'a str>,
    money: Option<(&'a BankReceipt, Money)>,
    reason_code: Option<&'a str>,
    revokes: Option<&'a str>,
}

impl Row<'_> {
    /// The reason in words is the cause's.
    fn insert(&self, cause: &Cause, moment: &Moment) -> Statement {
        let receipt = self.money.map(|(receipt, _)| receipt);
        let amount = self.money.map(|(_, amount)| amount);
        let account = receipt.map(|receipt| &receipt.account);
        bank::INSERT_DECISION.bind([
            (&moment.write_token).into(),
            self.order.into(),
            self.payment.into(),
            self.proof.into(),
            self.verdict.as_str().into(),
            cause.actor.as_str().into(),
            self.proposed_by.into(),
            moment.now.into(),
            amount.map(|amount| amount.currency.code()).into(),
            amount.map(|amount| amount.amount_minor).into(),
            receipt.map(|receipt| receipt.value_date.as_str()).into(),
            account.map(|a| a.bank_account_id.as_str()).into(),
            receipt.map(|receipt| receipt.reference.as_str()).into(),
            self.reason_code.into(),
            cause.reason.as_str().into(),
            self.revokes.into(),
        ])
    }
}

/// What the end of a proof's review sets off, whichever way it ended: its object goes when its time
/// is over, and what was said about waiting is no longer so.
pub(crate) fn review_ended(
    changes: &mut Changes,
    subject: Subject<'_>,
    terms: &Terms,
    moment: &Moment,
) {
    let Some(proof) = subject.proof else {
        return;
    };
    changes.write(bank::INSERT_REMOVAL.bind([
        proof.object_key.as_str().into(),
        proof.proof_id.into(),
        moment.now.plus(terms.kept_s).into(),
    ]));
    if subject.payment.unconfirmed_at.is_some() {
        changes.write(cases::CLOSE_CASE.bind([
            crate::case::CaseKind::ProofUnreviewed.as_str().into(),
            proof.proof_id.into(),
            moment.now.into(),
            "the proof was decided about".into(),
        ]));
        changes.write(outbox::MESSAGE_DEAD.bind([
            MessageKind::MailReviewLate.as_str().into(),
            proof.proof_id.into(),
            "decided before it was sent".into(),
        ]));
    }
}
