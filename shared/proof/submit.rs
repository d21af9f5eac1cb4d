//! A proof is handed in: the rows that follow.

use super::{MediaType, Proof};
use crate::bank::{BankAccountId, TransferReference};
use crate::id::ProofId;
use crate::order::{Decision, Order, OrderRefusal, decide};
use crate::order::{OrderEvent, OrderState};
use crate::payment::{Payment, UNCONFIRMED_AFTER_S};
use crate::review::{Subject, Terms, review_ended};
use crate::settle::{Cause, Changes, Moment, history};
use crate::store::{bank, payments};

/// A document that is in R2 and waits for its row.
#[derive(Debug, Clone)]
pub struct Handed {
    /// Its id.
    pub proof_id: ProofId,
    /// Where it is in R2.
    pub object_key: String,
    /// The SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// How many bytes.
    pub size_bytes: u32,
    /// What kind of file.
    pub media_type: MediaType,
    /// Of images only.
    pub size_px: Option<(u32, u32)>,
    /// As the buyer's browser told it.
    pub file_name: String,
    /// The account that the buyer says they transferred to.
    pub account: BankAccountId,
    /// What the buyer says their bank calls the transfer.
    pub reference: Option<TransferReference>,
}

/// Puts an order under review. A proof that still waited makes way for the new one, and is kept.
pub fn submit(
    order: &Order,
    payment: &Payment,
    waiting: Option<&Proof>,
    handed: &Handed,
    terms: &Terms,
    cause: &Cause,
    moment: &Moment,
) -> Result<Changes, OrderRefusal> {
    match decide(order, OrderEvent::ProofSubmitted, moment.now) {
        Decision::Changed(_) => {}
        // Never: handing in is always news.
        Decision::NoChange(_) => return Err(OrderRefusal::InReview),
        Decision::Refused(refusal) => return Err(refusal),
    }
    let mut changes = Changes::default();
    let event = "proof_submitted";
    changes.write(history(order, OrderState::InReview, event, cause, moment));
    if let Some(before) = waiting {
        changes.write(bank::PROOF_SUPERSEDED.bind([before.proof_id.into()]));
        let subject = Subject {
            order,
            newest: None,
            payment,
            proof: Some(before),
        };
        review_ended(&mut changes, subject, terms, moment);
    }
    changes.write(
        bank::INSERT_PROOF.bind([
            handed.proof_id.into(),
            order.order_number.into(),
            payment.payment_id.into(),
            (&handed.account).into(),
            handed.object_key.as_str().into(),
            handed.sha256.as_str().into(),
            handed.size_bytes.into(),
            handed.media_type.as_str().into(),
            handed.size_px.map(|(width, _)| width).into(),
            handed.size_px.map(|(_, height)| height).into(),
            handed.file_name.as_str().into(),
            handed
                .reference
                .as_ref()
                .map_or("", TransferReference::as_str)
                .into(),
            moment.now.into(),
        ]),
    );
    changes.write(payments::TRANSFER_IN_REVIEW.bind([
        payment.payment_id.into(),
        moment.now.plus(UNCONFIRMED_AFTER_S).into(),
    ]));
    Ok(changes)
}
